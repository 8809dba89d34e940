"""Unmanaged users: those that no stack owns, or that their stack no longer declares. Pure.

The ownership tag names a user's resource. A state that was exported says which resources its stack has: a user that is
in it by its id is managed even without a tag (imported, not changed since). Of other stacks only the tag is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connect_users.core import ownership

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connect_users.core.spec import Props


@dataclass(frozen=True)
class UnmanagedUser:
    """One user, and why it is unmanaged.

    Attributes:
        owner: the resource that its tag names; "" without a tag.
    """

    username: str
    id: str
    reason: str
    owner: str = ""


@dataclass(frozen=True)
class ExportedStacks:
    """What the stacks of some exported states have.

    Attributes:
        ids: of users.
        owners: `ownership.owner_name` of the users' URNs.
        stacks: stack and project of all URNs.
    """

    ids: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    stacks: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, users: Iterable[tuple[str, Mapping[str, Any]]], urns: Iterable[str]) -> ExportedStacks:
        """From URN and outputs of each user in the states, and the URNs of everything."""
        states = list(users)
        return cls(
            frozenset(str(outputs.get("arn", "")).rpartition("/")[2] for _, outputs in states),
            frozenset(ownership.owner_name(urn) for urn, _ in states),
            frozenset(filter(None, map(ownership.stack_of, urns))),
        )

    def lacks(self, owner: ownership.Owner) -> bool:
        """Whether a tag names a resource of one of the stacks that is not in its state."""
        return owner.name not in self.owners and owner.stack in self.stacks


def unmanaged(users: Iterable[tuple[str, str, Props]], declared: ExportedStacks | None) -> Iterator[UnmanagedUser]:
    """The unmanaged ones of some users, given as id, username and tags.

    Args:
        declared: of the exported states; None without any.
    """
    for id_, username, tags in users:
        if declared is not None and id_ in declared.ids:
            continue
        # Without a URN, a tag that names a resource is always another one's.
        match ownership.claim(ownership.owner_of(tags), ""):
            case ownership.Unowned():
                why = "an ownership tag that names no resource" if ownership.TAG_KEY in tags else "no ownership tag"
                yield UnmanagedUser(username, id_, f"no stack owns this user ({why})")
            case ownership.OtherStack(owner) if declared is not None and declared.lacks(owner):
                yield UnmanagedUser(username, id_, "its stack no longer declares this user", owner.urn)
            case _:
                pass
