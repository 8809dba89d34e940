"""Who stays, moves and leaves, by the state and the program; and that a roster never loses more than it may."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_users.core import tokens
from connect_users.roster.leavers import DeletionLimit, limit, too_many
from connect_users.roster.moves import DeclaredUser, Moves, StateUser, moves_of, removed_rosters, roster_in

ONE = "10000000-0000-4000-8000-000000000001"
OTHER = "10000000-0000-4000-8000-000000000002"


def _state(roster: str, *usernames: str, instance: str = ONE) -> list[StateUser]:
    return [StateUser(f"{roster}-{username}", username, instance, roster) for username in usernames]


def _declared(roster: str, *usernames: str, instance: str | None = ONE) -> list[DeclaredUser]:
    return [DeclaredUser(f"{roster}-{username}", username, instance, roster) for username in usernames]


def test_people_who_are_declared_and_not_in_the_state_join() -> None:
    """They cannot be deleted, so they never count."""
    moves = moves_of("team", _state("team", "ada", "bo"), _declared("team", "bo", "new"), {"team"})
    assert moves == Moves(frozenset({"ada", "bo"}), leavers=tuple(_state("team", "ada")))


def test_people_of_another_roster_do_not_count() -> None:
    state = [*_state("team", "ada"), *_state("others", "bo")]
    declared = [*_declared("team", "ada"), *_declared("others", "bo")]
    assert moves_of("team", state, declared, {"team", "others"}) == Moves(frozenset({"ada"}))
    assert removed_rosters(state, declared, {"team", "others"}) == {}


def test_a_person_whom_another_roster_declares_moves() -> None:
    """Both rosters know of it."""
    state = [*_state("team", "ada", "bo"), *_state("others", "eve")]
    declared = [*_declared("team", "ada"), *_declared("others", "bo", "eve")]
    rosters = {"team", "others"}
    assert moves_of("team", state, declared, rosters).moved_to == {"bo": "others-bo"}
    assert moves_of("others", state, declared, rosters) == Moves(frozenset({"eve"}), {}, {"bo": "team-bo"})


def test_a_person_moves_out_of_a_roster_and_back() -> None:
    alone = DeclaredUser("boss", "bo", ONE)
    assert moves_of("team", _state("team", "bo"), [alone], {"team"}).moved_to == {"bo": "boss"}
    back = moves_of("team", [StateUser("boss", "bo", ONE)], _declared("team", "bo"), {"team"})
    assert back == Moves(frozenset(), {}, {"bo": "boss"})


def test_a_roster_with_another_parent_has_other_resources_of_the_same_names() -> None:
    """Without an alias; with one, the guard is the same resource, and knows it."""
    path = f"my:mod:Site${tokens.ROSTER}"
    user = StateUser("team-bo", "bo", ONE, "team", urn=f"urn:pulumi:s::p::{path}${tokens.USER}::team-bo")
    for types, moved in ((path, {}), (tokens.ROSTER, {"bo": "team-bo"}), (f"a:b:C${path}", {"bo": "team-bo"})):
        moves = moves_of("team", [user], _declared("team", "bo"), {"team"}, types=types)
        assert moves == Moves(frozenset({"bo"}), {}, moved)


def test_somebody_who_is_declared_alone_under_the_roster_s_name_has_moved() -> None:
    """It is another resource for the engine, which would delete the one of the roster."""
    alone = DeclaredUser("team-bo", "bo", ONE)
    moves = moves_of("team", _state("team", "ada", "bo"), [*_declared("team", "ada"), alone], {"team"})
    assert moves == Moves(frozenset({"ada", "bo"}), {"bo": "team-bo"})
    back = moves_of("team", [StateUser("team-bo", "bo", ONE)], _declared("team", "bo"), {"team"})
    assert back == Moves(frozenset(), {}, {"bo": "team-bo"})


@pytest.mark.parametrize(
    ("types", "name", "roster"),
    [
        (f"{tokens.ROSTER}${tokens.USER}", "team-ada", "team"),
        (f"my:index:Office${tokens.PLUGIN_ROSTER}${tokens.PLUGIN_USER}", "team-ada", "team"),
        (f"{tokens.PLUGIN_ROSTER}${tokens.USER}", "my-team-ada", "my-team"),
        (tokens.USER, "team-ada", ""),
        (f"my:index:Team${tokens.USER}", "team-ada", ""),
        (f"{tokens.ROSTER}${tokens.USER}", "boss", ""),
    ],
)
def test_the_people_of_a_roster_are_known_by_their_urns(types: str, name: str, roster: str) -> None:
    """A user who is declared alone may have the name of one of them, or the roster as its parent."""
    assert roster_in(f"urn:pulumi:dev::shop::{types}::{name}", "ada") == roster


def test_the_same_name_in_another_instance_is_another_person() -> None:
    """A stack may hold two instances with the same people: losing one of them is not a move."""
    state = [*_state("test", "ada", "bo"), *_state("live", "ada", "bo", instance=OTHER)]
    declared = _declared("live", "ada", "bo", instance=OTHER)
    assert moves_of("test", state, declared, {"test", "live"}) == Moves(
        frozenset({"ada", "bo"}), leavers=tuple(state[:2])
    )
    assert removed_rosters(state, declared, {"live"}) == {"test": ["ada", "bo"]}


def test_an_instance_that_is_not_known_yet_may_be_the_same() -> None:
    """In a preview without credentials; the run that deletes knows it."""
    moves = moves_of("team", _state("team", "bo"), _declared("others", "bo", instance=None), {"team", "others"})
    assert moves.moved_to == {"bo": "others-bo"}


def test_a_renamed_roster_succeeds_the_old_one() -> None:
    """Without an alias, too: people of the old one who are not in the new one leave it."""
    state, declared = _state("team", "ada", "bo", "eve"), _declared("people", "ada", "bo", "joiner")
    moves = moves_of("people", state, declared, {"people"})
    moved = {"ada": "team-ada", "bo": "team-bo"}
    assert moves == Moves(frozenset({"ada", "bo", "eve"}), {}, moved, tuple(_state("team", "eve")))
    assert removed_rosters(state, declared, {"people"}) == {}


def test_a_roster_that_may_still_come_is_not_succeeded_by_a_few_of_its_people() -> None:
    """Where the program is not complete yet: with more than half of them, it was renamed."""
    state = _state("team", "ada", "bo", "eve", "kurt")
    for people, succeeded in ((["ada", "bo"], False), (["ada", "bo", "eve"], True)):
        found = moves_of("people", state, _declared("people", *people), {"people"}, complete=False)
        assert found.in_state == (frozenset({"ada", "bo", "eve", "kurt"}) if succeeded else frozenset())
        assert set(found.moved_from) == set(people)


def test_a_roster_that_was_divided_is_succeeded_by_the_larger_part() -> None:
    state = _state("team", "a", "b", "c", "d")
    declared = [*_declared("one", "a"), *_declared("two", "b", "c")]
    assert moves_of("two", state, declared, {"one", "two"}).in_state == {"a", "b", "c", "d"}
    assert moves_of("two", state, declared, {"one", "two"}).moved_to == {"a": "one-a"}
    assert moves_of("one", state, declared, {"one", "two"}) == Moves(frozenset(), {}, {"a": "team-a"})


def test_a_roster_that_nobody_follows_was_removed_rosters() -> None:
    """Those of it who are declared alone now stay."""
    state = [*_state("team", "ada"), *_state("gone", "bo", "boss")]
    declared = [*_declared("team", "ada"), DeclaredUser("boss", "boss", ONE)]
    assert removed_rosters(state, declared, {"team"}) == {"gone": ["bo"]}
    assert removed_rosters(state, declared, {"team", "gone"}) == {}


@pytest.mark.parametrize(
    ("in_state", "declared", "allowed", "stopped"),
    [
        ({"a"}, set(), "20%", True),
        ({"a"}, {"b"}, "100%", True),
        ({"a", "b", "c", "d", "e"}, set(), "100%", True),
        ({"a", "b", "c", "d", "e"}, {"e"}, "20%", False),
        ({"a", "b"}, set(), 2, False),
        ({"a", "b"}, set(), 1, True),
        (set(), set(), "0%", False),
        (set(), {"a"}, 0, False),
    ],
)
def test_only_a_number_allows_a_roster_to_lose_everybody(
    in_state: set[str], declared: set[str], allowed: int | str, stopped: bool
) -> None:
    """However small the roster, and whatever the percentage."""
    text = too_many("team", in_state, declared, limit(allowed))
    assert (text is not None) == stopped
    if text is not None and allowed != 1:
        assert f"max_deletions='{allowed}' does not allow a roster to lose everybody; if the file is right" in text
        assert text.endswith(f"run once with max_deletions={len(in_state)}")


def test_people_who_move_do_not_leave() -> None:
    people = {f"agent{number}" for number in range(10)}
    assert too_many("team", people, {"agent0"}, DeletionLimit(0), people - {"agent0"}) is None
    assert too_many("team", people, {"agent0"}, DeletionLimit(0), people - {"agent0", "agent1"}) is not None


@dataclass(frozen=True)
class Run:
    """One `pulumi up`: the rows, those of the joiners who cannot be made, and whether deletions are reached."""

    rows: frozenset[str]
    unmade: frozenset[str] = frozenset()
    deletes: bool = True


@dataclass
class Engine:
    """The state as Pulumi's engine keeps it: who was made, until they are deleted."""

    state: set[str] = field(default_factory=set)

    def up(self, run: Run, allowed: DeletionLimit) -> set[str]:
        """Who is deleted."""
        moves = moves_of("team", _state("team", *self.state), _declared("team", *run.rows), {"team"})
        if too_many("team", moves.in_state, run.rows, allowed, moves.moved_to) is not None:
            return set()
        self.state |= run.rows - run.unmade
        gone = self.state - run.rows
        # The engine deletes last, and only where nothing failed.
        if run.unmade - self.state or not run.deletes:
            return set()
        self.state -= gone
        return gone


NAMES = [f"agent{number:02}" for number in range(20)]
ROWS = st.frozensets(st.sampled_from(NAMES))
RUNS = st.lists(st.builds(Run, ROWS, ROWS, st.booleans()), max_size=8)


@given(st.sets(st.sampled_from(NAMES)), RUNS, st.sampled_from(["20%", "50%", 0, 3, 20]))
def test_no_history_of_failed_runs_deletes_more_than_is_allowed(
    state: set[str], runs: list[Run], written: int | str
) -> None:
    """Whatever was made or left over: the limit is of the people in the state at that moment."""
    engine, allowed = Engine(set(state)), limit(written)
    for run in runs:
        before = set(engine.state)
        gone = engine.up(run, allowed)
        assert len(gone) <= allowed.of(len(before))
        assert not gone or not allowed.percent or before - gone


def test_leavers_of_a_failed_run_count_again() -> None:
    """Five of twenty leave while a joiner cannot be made; four more make nine; who is deleted no longer counts."""
    engine, allowed = Engine(set(NAMES)), limit("20%")
    assert engine.up(Run(frozenset({*NAMES[5:], "taken"}), frozenset({"taken"})), allowed) == set()
    assert engine.up(Run(frozenset(NAMES[9:])), allowed) == set()
    assert engine.up(Run(frozenset(NAMES[5:])), allowed) == set(NAMES[:5])
    assert engine.up(Run(frozenset(NAMES[9:])), allowed) == set(NAMES[5:9])
