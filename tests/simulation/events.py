"""What may happen in a story: plain data, so that a story is a list that can be cut, printed and kept as a test.

A stack is 0 or 1. A resource is named by its username, or ``<roster>-<username>`` where a roster has it. A value of an
input is a number: its place in `VALUES`, to which values may only be added at the end, since tests name them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tests.changes import ADMIN, AGENT, AUSTIN, LONDON, SALES, SUPPORT, acw, proficiency

_ADA: Final = {"first_name": "Ada", "last_name": "Byron"}
#: Input -> the values that it may have; the first is that of a new declaration, None leaves it out.
VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "routing_profile_id": (SUPPORT, SALES),
    "security_profile_ids": ([AGENT], [ADMIN], [AGENT, ADMIN]),
    "hierarchy_group_id": (None, LONDON, AUSTIN),
    "identity_info": (
        {**_ADA, "email": "ada@example.com"},
        _ADA,
        {"first_name": "Eda", "last_name": "Lovelace"},
        {**_ADA, "email": "eda@example.com", "mobile": "+4930555017"},
    ),
    "phone_config": (None, {"auto_accept": True}, {"auto_accept": False, "phone_type": "SOFT_PHONE"}),
    "after_contact_work_configs": (None, [acw(20)], [acw(20), acw(10, "CHAT")]),
    "user_proficiencies": (
        None,
        [proficiency("en", 3)],
        [proficiency("en", 4), proficiency("fr", 1)],
        [proficiency("fr", 2)],
    ),
    "tags": (None, {"team": "a"}, {"team": "b", "site": "x"}, {}),
    "password": ("Corr3ct-horse", "Batt3ry-staple"),
    "on_password_change": ("refuse", "ignore", "replace"),
    "adopt_existing": (None, True),
    "sign_out": (None, "on_delete", "on_loss"),
}
#: Options of a resource that the engine keeps, and what they are without a word.
OPTIONS: Final = ("retain", "delete_before_replace", "replace_on_changes")
USERNAMES: Final = ("ada", "bob", "cyd", "dan", "eve", "fay", "gus", "hal")
ROSTERS: Final = ("team", "desk")


@dataclass(frozen=True)
class Declare:
    """The program declares a user."""

    stack: int
    name: str
    username: str


@dataclass(frozen=True)
class Set:
    """The program changes an input."""

    stack: int
    name: str
    field: str
    value: int


@dataclass(frozen=True)
class Option:
    """The program changes an option of the resource."""

    stack: int
    name: str
    option: str
    on: bool


@dataclass(frozen=True)
class Undeclare:
    """The program does not declare a user any more."""

    stack: int
    name: str


@dataclass(frozen=True)
class Rename:
    """The program gives a resource another name, with an alias or without; another roster's is a move."""

    stack: int
    name: str
    new: str
    alias: bool = False


@dataclass(frozen=True)
class Username:
    """The program gives a resource another username."""

    stack: int
    name: str
    username: str


@dataclass(frozen=True)
class Move:
    """The declaration goes to the other stack's program; with `state`, its state goes with it (pulumi state move)."""

    stack: int
    name: str
    state: bool = False


@dataclass(frozen=True)
class Limit:
    """The program sets `max_deletions` of a roster."""

    stack: int
    roster: str
    limit: str


@dataclass(frozen=True)
class Drop:
    """The program loses a roster and all its people."""

    stack: int
    roster: str


@dataclass(frozen=True)
class OwnershipTag:
    """The stack's configuration turns the ownership tag on or off."""

    stack: int
    on: bool


@dataclass(frozen=True)
class Skew:
    """The clock of the machine on which a stack is run is ahead by so many seconds."""

    stack: int
    seconds: float


@dataclass(frozen=True)
class RenameStack:
    """The command `pulumi stack rename`."""

    stack: int


@dataclass(frozen=True)
class Taint:
    """The command `pulumi state taint`."""

    stack: int
    name: str


@dataclass(frozen=True)
class Restore:
    """An older state of the stack is imported: the one before its last ``back`` runs."""

    stack: int
    back: int


Faults = tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Up:
    """The command `pulumi up`.

    Attributes:
        faults: number of a request -> what happens to it.
        checkpoints: the state is saved after each step; otherwise at the end, or never where the run dies.
        target: the one resource that is looked at.
        replace: the one resource whose replacement is forced.
    """

    stack: int
    faults: Faults = ()
    checkpoints: bool = True
    refresh: bool = False
    target: str | None = None
    replace: str | None = None


@dataclass(frozen=True)
class Refresh:
    """The command `pulumi refresh`."""

    stack: int
    faults: Faults = ()
    checkpoints: bool = True
    target: str | None = None


@dataclass(frozen=True)
class Destroy:
    """The command `pulumi destroy`; the program stays."""

    stack: int
    faults: Faults = ()
    checkpoints: bool = True
    target: str | None = None


@dataclass(frozen=True)
class Import:
    """The command `pulumi import`, of the living user of a name; the program then declares what was imported."""

    stack: int
    name: str
    username: str
    faults: Faults = ()
    checkpoints: bool = True


Command = Up | Refresh | Destroy | Import


@dataclass(frozen=True)
class Together:
    """Two runs of different stacks at the same time; ``schedule`` decides who goes on at each request."""

    one: Command
    other: Command
    schedule: int


@dataclass(frozen=True)
class Console:
    """The person does something with the living user of a name.

    ``action``: create, delete, re-create, remove the tag, overwrite the tag, fill the tags, or the name of an input
    that is set to ``value``.
    """

    action: str
    username: str
    value: int = 0


@dataclass(frozen=True)
class Behave:
    """From now on Connect has another habit (see `instance.Habits`)."""

    habit: str
    value: float


@dataclass(frozen=True)
class Wait:
    """Time passes."""

    seconds: float


Event = (
    Declare
    | Set
    | Option
    | Undeclare
    | Rename
    | Username
    | Move
    | Limit
    | Drop
    | OwnershipTag
    | Skew
    | RenameStack
    | Taint
    | Restore
    | Command
    | Together
    | Console
    | Behave
    | Wait
)
