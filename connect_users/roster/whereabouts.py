"""Who of the people in a stack's state stays, moves or leaves, as far as one run of its program tells.

The engine deletes what is in the state and is not declared, whatever earlier runs did or failed to do. So nothing but
the state tells who can be deleted now: not the rows of the last run, of which some were never made, and others were
dropped by a run that failed before its deletions.

A person is known by instance and username. One who is in the state by one resource, and declared by another, moves:
that is neither a leaver nor a joiner. A roster that is no longer declared is followed by the one that most of its
people moved to (it was renamed); where nobody moved, it was taken out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


@dataclass(frozen=True)
class Kept:
    """A user whom the state has.

    Attributes:
        resource: its name in the stack.
        instance: the bare id.
        roster: the roster's name; "" for one who is declared alone.
        plugin: the resource is the plugin's.
    """

    resource: str
    username: str
    instance: str
    roster: str = ""
    plugin: bool = False


@dataclass(frozen=True)
class Declared:
    """A user whom the program declares, as `Kept`; the instance is None where it is not known (yet).

    Attributes:
        provider: stands for the region, where that matters.
    """

    resource: str
    username: str
    instance: str | None
    roster: str = ""
    provider: object = None


@dataclass(frozen=True)
class Whereabouts:
    """The people of one roster.

    Attributes:
        there: everybody of it (and of the rosters that it follows) who is in the state.
        gone_to: username -> the resource that declares somebody who was in this roster.
        came_from: username -> the resource by which the state has somebody whom this roster declares.
    """

    there: frozenset[str] = frozenset()
    gone_to: dict[str, str] = field(default_factory=dict)
    came_from: dict[str, str] = field(default_factory=dict)


def of_roster(roster: str, kept: Iterable[Kept], declared: Iterable[Declared], rosters: Collection[str]) -> Whereabouts:
    """Where the people of a declared roster are.

    Args:
        declared: by the whole program.
        rosters: the names of all that the program declares, those without people included.
    """
    here_now = _Now(declared)
    kept = list(kept)
    heirs = _heirs(kept, here_now, rosters)
    there, gone_to, came_from = set(), {}, {}
    for one in kept:
        now = here_now.of(one)
        if heirs.get(one.roster, one.roster) == roster:
            there.add(one.username)
            if now is not None and now.roster != roster:
                gone_to[one.username] = now.resource
        if now is not None and now.roster == roster and now.resource != one.resource:
            came_from[one.username] = one.resource
    return Whereabouts(frozenset(there), gone_to, came_from)


def taken_out(kept: Iterable[Kept], declared: Iterable[Declared], rosters: Collection[str]) -> dict[str, list[str]]:
    """Rosters that the program no longer declares, and that no other one follows -> those who would be deleted."""
    here_now = _Now(declared)
    kept = list(kept)
    heirs = _heirs(kept, here_now, rosters)
    found: dict[str, list[str]] = {}
    for one in kept:
        if one.roster and one.roster not in rosters and one.roster not in heirs and here_now.of(one) is None:
            found.setdefault(one.roster, []).append(one.username)
    return found


class _Now:
    """By which resource a user of the state is declared now."""

    def __init__(self, declared: Iterable[Declared]) -> None:
        self._by_username: dict[str, list[Declared]] = {}
        for one in declared:
            self._by_username.setdefault(one.username, []).append(one)

    def of(self, kept: Kept) -> Declared | None:
        """Its own resource, if that is declared; else another one of that user; None where there is none."""
        found = self._by_username.get(kept.username, ())
        own = next((one for one in found if one.resource == kept.resource), None)
        return own or next((one for one in found if one.instance in (None, kept.instance)), None)


def _heirs(kept: Iterable[Kept], here_now: _Now, rosters: Collection[str]) -> dict[str, str]:
    """Rosters that are no longer declared -> the roster that most of their people moved to."""
    moves: dict[str, Counter[str]] = {}
    for one in kept:
        if one.roster and one.roster not in rosters:
            now = here_now.of(one)
            if now is not None and now.roster:
                moves.setdefault(one.roster, Counter())[now.roster] += 1
    return {former: max(counts, key=lambda name: (counts[name], name)) for former, counts in moves.items()}
