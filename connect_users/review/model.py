"""A review as data: people, and what happens to each, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from connect_users.core.phrases import all_of, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

JOINS, LEAVES, MOVES, CHANGES, REPLACED, ADOPTED = "joins", "leaves", "moves", "changes", "replaced", "imported"
#: Action -> its heading, in the order for a reviewer: losses come first.
HEADINGS: Final = {
    LEAVES: "Leavers",
    REPLACED: "Replaced",
    JOINS: "Joiners",
    ADOPTED: "Imported",
    MOVES: "Movers",
    CHANGES: "Changed",
}
ACTIONS: Final = tuple(HEADINGS)


@dataclass(frozen=True)
class InputChange:
    """One change in words; `about` is the input."""

    about: str
    words: str


@dataclass(frozen=True)
class Contact:
    """A contact of an agent: the channel (AWS's constant), and its state in words."""

    channel: str
    state: str


@dataclass(frozen=True)
class UserChange:
    """What happens to one user.

    Attributes:
        gained: names (or ids) of powerful security profiles that the user gets.
        unnamed: ids of gained security profiles whose names are not known: they may be powerful.
        alarms: other reasons why the user counts as gaining power, such as a changed address.
        why: name of a gained profile that is not power by its name -> the permissions that make it power.
        lost: powerful security profiles that the user had.
        reasons: inputs that cause a replacement.
        notes: other facts for a reviewer.
        place: file and line of the user in the program or the roster; "" and 0 if it is not known.
        user_id, instance_id: of the existing user; "" if the preview does not have them.
        retained: whether the user stays in Connect after leaving the stack.
        contacts: the user's contacts now; None if they were not read.
    """

    username: str
    action: str
    urn: str
    changes: tuple[InputChange, ...] = ()
    gained: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    place: tuple[str, int] = ("", 0)
    why: Mapping[str, str] = field(default_factory=dict)
    user_id: str = ""
    instance_id: str = ""
    retained: bool = False
    contacts: tuple[Contact, ...] | None = None

    @property
    def on_contact(self) -> str:
        """The user's contacts now, in words; "" if there are none."""
        shown = ", ".join(f"{contact.channel} {contact.state}" for contact in self.contacts or ())
        return f"on a contact now ({shown})" if shown else ""

    @property
    def words(self) -> str:
        """Everything about the user in one line."""
        changes = "; ".join(change.words for change in self.changes)
        replaced = f"replaced (new {all_of(self.reasons)})" if self.reasons else "replaced"
        start = {REPLACED: replaced, LEAVES: "leaves", JOINS: "joins", ADOPTED: "imported"}.get(self.action, "")
        line = f"{start}: {changes}" if start and changes else start or changes
        alarms = (f"{alarm} ⚠" for alarm in self.alarms)
        return "; ".join(filter(None, (line, self.on_contact, *alarms, *self.notes))) or "no change that is shown"

    @property
    def gains_power(self) -> bool:
        """Whether the user gains power, or may."""
        return bool(self.gained or self.unnamed or self.alarms)


@dataclass(frozen=True)
class WidenedProfile:
    """A security profile of the stack that gains power, or whose power reaches more, and so do its holders.

    Attributes:
        permissions: the powerful permissions that it gains.
        holders: usernames of its holders in the preview; unchanged users are in it only with ``--show-sames``.
        gains: the permissions, and whom they reach, in words.
        wider: the powerful permissions that it already has and that reach more, and whom, in words.
    """

    name: str
    permissions: tuple[str, ...]
    holders: tuple[str, ...] = ()
    urn: str = ""
    gains: str = ""
    wider: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Its gains, its wider permissions, and the number of holders."""
        gains = f"gains {self.gains}" if self.gains else ""
        wider = f"reaches more with {'; '.join(self.wider)}" if self.wider else ""
        holders = f"{plural(len(self.holders), 'user')} here" if self.holders else "no user here has it"
        return f"security profile {self.name} {' and '.join(filter(None, (gains, wider)))} ({holders})"


@dataclass(frozen=True)
class Violation:
    """One policy that one user violates."""

    policy: str
    username: str
    text: str
    urn: str = ""


@dataclass(frozen=True)
class Review:
    """A whole review.

    Attributes:
        people: by action in the order of `ACTIONS`, then by name.
        others: operation -> number of resources that are not users.
        errors: why the preview failed.
    """

    people: tuple[UserChange, ...]
    others: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    widened: tuple[WidenedProfile, ...] = ()

    def of(self, action: str) -> tuple[UserChange, ...]:
        """The people with this action."""
        return tuple(person for person in self.people if person.action == action)

    @property
    def counts(self) -> dict[str, int]:
        """Action -> number of people, all actions."""
        return {action: len(self.of(action)) for action in ACTIONS}

    @property
    def powers(self) -> tuple[UserChange, ...]:
        """The people who gain, or may gain, power."""
        return tuple(person for person in self.people if person.gains_power)

    @property
    def on_contact(self) -> tuple[UserChange, ...]:
        """The people who are on a contact now."""
        return tuple(person for person in self.people if person.contacts)
