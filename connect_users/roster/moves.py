"""Which people of a stack's state stay, move or leave in one run of its program.

The engine deletes what is in the state and is not declared, whatever happened in earlier runs. So only the state shows
who can be deleted now. The rows of the last run do not: some people were never created, and some left in a run that
failed before its deletions.

A person is identified by instance and username. A person who is in the state as one resource, and declared as another,
moves: that is neither a leaver nor a joiner. The successor of a roster that is no longer declared is the roster that
most of its people moved to (it was renamed). If nobody moved, the roster was removed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from connect_users.core import tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

#: Any roster may have people of either door: a Python program's keeps people whom the plugin made
#: (`connect_users.program.leaving`). And in the middle of a run that changes the door, or after a crash there, people
#: are under the new roster's type and still of the old type themselves.
_IN_A_ROSTER: Final = tuple(
    f"{roster}${user}" for roster in (tokens.ROSTER, tokens.PLUGIN_ROSTER) for user in (tokens.USER, tokens.PLUGIN_USER)
)


@dataclass(frozen=True)
class StateUser:
    """A user in the state.

    Attributes:
        resource: its name in the stack.
        instance: the bare id.
        roster: the roster's name; "" for a user who is declared alone.
        plugin: whether the resource is the plugin's.
        urn: its URN.
        profiles: ids of its security profiles, as far as they are known.
        email: "" if it has none, or if it is a secret.
    """

    resource: str
    username: str
    instance: str
    roster: str = ""
    plugin: bool = False
    urn: str = ""
    profiles: tuple[str, ...] = ()
    email: str = ""


def roster_in(urn: str, username: str) -> str:
    """The roster in the URN of one of its people; "" for a user who is declared alone, beneath a roster, too."""
    parts = urn.split("::", 3)
    if len(parts) < 4 or not parts[2].endswith(_IN_A_ROSTER) or not parts[3].endswith(f"-{username}"):
        return ""
    return parts[3].removesuffix(f"-{username}")


@dataclass(frozen=True)
class DeclaredUser:
    """A user whom the program declares.

    Attributes:
        resource: its name in the stack.
        instance: the bare id, as in `StateUser`, or None if it is not known (yet). While the program runs, it is what
            the program wrote.
        roster: the roster's name; "" for a user who is declared alone.
        provider: the target of its provider, as in `settings.reached`.
        loop: identifies the event loop that the outputs belong to.
    """

    resource: str
    username: str
    instance: object
    roster: str = ""
    provider: object = None
    loop: object = None


@dataclass(frozen=True)
class Moves:
    """The people of one roster.

    Attributes:
        in_state: its people (and those of the rosters that it succeeds) in the state.
        moved_to: username of a person who was in this roster -> the resource that declares the person now.
        moved_from: username of a person whom this roster declares -> the person's resource in the state.
        leavers: people of `in_state` whom the program does not declare at all.
        kept: leavers who stay because the stack allows no removals.
        tagged: whether users have the ownership tag, without which nobody moves by itself.
    """

    in_state: frozenset[str] = frozenset()
    moved_to: dict[str, str] = field(default_factory=dict)
    moved_from: dict[str, str] = field(default_factory=dict)
    leavers: tuple[StateUser, ...] = ()
    kept: tuple[StateUser, ...] = ()
    tagged: bool = True


def moves_of(
    roster: str,
    state: Collection[StateUser],
    declared: Iterable[DeclaredUser],
    rosters: Collection[str],
    *,
    types: str = "",
    complete: bool = True,
) -> Moves:
    """The moves of the people of a declared roster.

    Args:
        types: in the roster's own URN, its type and those of its parents; "" if they are not known.
        declared: by the whole program.
        rosters: the names of all rosters that the program declares, also of those without people.
        complete: whether nothing else is declared. Otherwise a missing roster may still be declared, so another roster
            is its successor only if more than half of its people moved there.
    """
    program = _ProgramUsers(declared)
    successors = _successors(state, program, rosters, complete=complete)
    in_state, moved_to, moved_from, leavers = set(), {}, {}, []
    for user in state:
        current = program.of(user)
        if successors.get(user.roster, user.roster) == roster:
            in_state.add(user.username)
            if current is None:
                leavers.append(user)
            elif current.roster != roster:
                moved_to[user.username] = current.resource
        # With another parent, the same name is another resource.
        elsewhere = bool(types and user.urn) and f"::{types}$" not in user.urn
        if current is not None and current.roster == roster and (elsewhere or not _same(current, user)):
            moved_from[user.username] = user.resource
    return Moves(frozenset(in_state), moved_to, moved_from, tuple(leavers))


def removed_rosters(
    state: Collection[StateUser], declared: Iterable[DeclaredUser], rosters: Collection[str]
) -> dict[str, list[str]]:
    """Rosters that are no longer declared and have no successor -> the usernames that would be deleted."""
    program = _ProgramUsers(declared)
    successors = _successors(state, program, rosters)
    removed: dict[str, list[str]] = {}
    for user in state:
        if user.roster and user.roster not in rosters and user.roster not in successors and program.of(user) is None:
            removed.setdefault(user.roster, []).append(user.username)
    return removed


class _ProgramUsers:
    """The users whom the program declares, by username."""

    def __init__(self, declared: Iterable[DeclaredUser]) -> None:
        self._by_username: dict[str, list[DeclaredUser]] = {}
        for user in declared:
            self._by_username.setdefault(user.username, []).append(user)

    def of(self, user: StateUser) -> DeclaredUser | None:
        """The resource that declares the user: the same one if there is one, else another one, else None."""
        declared = self._by_username.get(user.username, ())
        same = next((each for each in declared if _same(each, user)), None)
        return same or next((each for each in declared if each.instance in (None, user.instance)), None)


def _same(declared: DeclaredUser, user: StateUser) -> bool:
    """Whether both are one resource. A user alone may have the name that a roster gives."""
    return (declared.resource, declared.roster) == (user.resource, user.roster)


def _successors(
    state: Iterable[StateUser], program: _ProgramUsers, rosters: Collection[str], *, complete: bool = True
) -> dict[str, str]:
    """Roster that is no longer declared -> the roster that most of its people moved to."""
    moves: dict[str, Counter[str]] = {}
    people: Counter[str] = Counter()
    for user in state:
        if user.roster and user.roster not in rosters:
            people[user.roster] += 1
            current = program.of(user)
            if current is not None and current.roster:
                moves.setdefault(user.roster, Counter())[current.roster] += 1
    likeliest = {former: max(counts, key=lambda name: (counts[name], name)) for former, counts in moves.items()}
    return {
        former: roster for former, roster in likeliest.items() if complete or 2 * moves[former][roster] > people[former]
    }
