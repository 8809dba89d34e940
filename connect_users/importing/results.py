"""What an import found and wrote. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from connect_users.core import ownership
from connect_users.core.phrases import some

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: How many people a message names.
_SHOWN: Final = 5


@dataclass(frozen=True)
class ImportResult:
    """What an import wrote.

    Attributes:
        changed: names of the files that changed.
        left_out: username -> why the roster cannot hold what Connect has.
        others: username -> owner, of users who belong to another stack.
        snippet: code to add to a program that does not mention the roster (or some of the people); "" if it does.
        argument: the argument to add to the roster of a program that does not mention its personas; "" if it does.
        unselected: usernames that are in the roster only because they already were: without the line, ``pulumi up``
            would delete the user.
        pending: usernames whose edited lines differ from the instance.
        ids: the people's user ids.
        stale: usernames of `left_out` who keep the line of the last import.
    """

    people: int
    changed: tuple[str, ...]
    left_out: Mapping[str, str]
    others: Mapping[str, ownership.Owner] = field(default_factory=dict)
    snippet: str = ""
    argument: str = ""
    unselected: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    ids: frozenset[str] = frozenset()
    stale: frozenset[str] = frozenset()


@dataclass(frozen=True)
class UserDifference:
    """How the roster and the instance differ in one user. Values are not repeated.

    Attributes:
        inputs: names of inputs; empty if only one of the two has the user.
    """

    username: str
    text: str
    inputs: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.username}: {self.text}" if self.username else self.text


class Comparison(NamedTuple):
    """A roster and the instance.

    Attributes:
        people: how many people the two have together, without users of other stacks.
        differences: problems of the roster itself come first.
        others: as in `ImportResult`; those who are not in the roster.
    """

    people: int
    differences: list[UserDifference]
    others: dict[str, ownership.Owner]


def owners(others: Mapping[str, ownership.Owner]) -> Iterator[str]:
    """A line for each other stack, with its users."""
    usernames: dict[str, list[str]] = {}
    for username, owner in sorted(others.items()):
        whose = "stack '{}' of project '{}'".format(*owner.stack) if owner.stack else owner.urn
        usernames.setdefault(whose, []).append(username)
    for whose, names in sorted(usernames.items()):
        yield f"{some(names, _SHOWN)}: not imported, owned by {whose} (tag {ownership.TAG_KEY})"
