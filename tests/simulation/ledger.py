"""Whose each user rightly is, by what happened in the story: not by what the product believes.

A user may have several holders only while nothing proves whose it is: without an ownership tag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.simulation.instance import Document, User
    from tests.simulation.program import Stack

TAG: Final = "connect-users:owner"
_NAMED: Final = re.compile(r"\S+ urn:pulumi:([^:]+)::\S+")
_POWER: Final = "UpdateUserSecurityProfiles"


@dataclass
class Entry:
    """What the story knows of one user.

    Attributes:
        holders: keys of the stacks that may write to it; none where it is the person's.
        former: of those that once were.
        importers: of those that imported it.
        maker: the stack that made it; None for the person.
        taken: it was adopted, moved or imported, so that its password is not the state's.
        untagged: somebody took its tag away, or it was made without one.
        lost: a run died, or a state was restored, so that no state knows it.
        mentioned: the output of a run named it as not gone.
    """

    user: User
    holders: set[int] = field(default_factory=set)
    former: set[int] = field(default_factory=set)
    importers: set[int] = field(default_factory=set)
    maker: int | None = None
    taken: bool = False
    untagged: bool = True
    lost: bool = False
    mentioned: bool = False


def tag_stack(doc: Document) -> str | None:
    """The stack that a user's ownership tag names; None where it names no resource."""
    named = _NAMED.fullmatch(doc["Tags"].get(TAG, ""))
    return None if named is None else named[1]


def _urn(tags: dict[str, str]) -> str:
    return tags.get(TAG, "").partition(" ")[2]


class Ledger:
    """The entries of all users that ever were."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def of(self, user: User) -> Entry:
        """The entry of a user; a new one is the person's."""
        entry = self.entries.get(user.id)
        if entry is None:
            entry = self.entries[user.id] = Entry(user)
        return entry

    def imported(self, stack: Stack, user: User) -> None:
        """A stack imported a user."""
        entry = self.of(user)
        entry.taken = True
        entry.importers.add(stack.key)
        if not entry.holders or tag_stack(user.doc) is None:
            entry.holders.add(stack.key)

    def wrote(self, stack: Stack, operation: str, params: Document, user: User, before: Document | None) -> str | None:
        """Take a write of a run into account; what is wrong with it, or None.

        Args:
            before: the user as a reader saw it; None for one that was made.
        """
        entry = self.of(user)
        if before is None:
            entry.holders, entry.maker, entry.untagged = {stack.key}, stack.key, not stack.owns
            return None
        tags = operation == "TagResource" and TAG in params["tags"]
        if tags and (_urn(before["Tags"]) != _urn(params["tags"]) or self._adopts(stack, user)):
            entry.taken = True
        if stack.key in entry.holders:
            if tags:
                entry.former |= entry.holders - {stack.key}
                entry.holders = {stack.key}
            return None
        named = tag_stack(before)
        if named in (stack.name, *stack.former):
            # Another stack got the state, and has not written its tag yet: nothing in Connect says so.
            if tags:
                entry.former |= entry.holders
                entry.holders = {stack.key}
            return None
        if named is None and (stack.key in entry.importers or self._adopts(stack, user)):
            entry.former |= entry.holders
            entry.holders = {stack.key} if tags or not entry.holders else {*entry.holders, stack.key}
            return None
        if stack.key in entry.former and named is None and entry.untagged:
            # Somebody took the tag away: an older state that a refresh has accepted is as good as any other.
            return None
        if stack.key in entry.former and operation not in ("DeleteUser", _POWER) and not tags:
            # A change that gives no power is made without a look (README: what a stack notices late).
            return None
        return f"{operation} of {user.username} ({user.id}) by {stack.name}: it is {self._whose(entry)}, tag {named}"

    def _adopts(self, stack: Stack, user: User) -> bool:
        return any(
            each.username == user.username and each.inputs().get("adopt_existing")
            for each in stack.program.users.values()
        )

    def _whose(self, entry: Entry) -> str:
        return f"of stacks {sorted(entry.holders)}" if entry.holders else "the person's"
