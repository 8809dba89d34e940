"""Who stays, moves and leaves, by the state and the program; and that a roster never loses more than it may."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_users.roster.leavers import Limit, limit, too_many
from connect_users.roster.whereabouts import Declared, Kept, Whereabouts, of_roster, taken_out

ONE = "10000000-0000-4000-8000-000000000001"
OTHER = "10000000-0000-4000-8000-000000000002"


def _kept(roster: str, *usernames: str, instance: str = ONE) -> list[Kept]:
    return [Kept(f"{roster}-{username}", username, instance, roster) for username in usernames]


def _declared(roster: str, *usernames: str, instance: str | None = ONE) -> list[Declared]:
    return [Declared(f"{roster}-{username}", username, instance, roster) for username in usernames]


def test_everybody_who_is_in_the_state_is_there() -> None:
    """Whoever is declared without being in the state joins, and was never there."""
    found = of_roster("team", _kept("team", "ada", "bo"), _declared("team", "bo", "new"), {"team"})
    assert found == Whereabouts(frozenset({"ada", "bo"}))


def test_another_roster_is_nothing_to_do_with_this_one() -> None:
    kept = [*_kept("team", "ada"), *_kept("others", "bo")]
    declared = [*_declared("team", "ada"), *_declared("others", "bo")]
    assert of_roster("team", kept, declared, {"team", "others"}) == Whereabouts(frozenset({"ada"}))
    assert taken_out(kept, declared, {"team", "others"}) == {}


def test_one_whom_another_roster_declares_moves() -> None:
    """Both rosters are told."""
    kept = [*_kept("team", "ada", "bo"), *_kept("others", "eve")]
    declared = [*_declared("team", "ada"), *_declared("others", "bo", "eve")]
    rosters = {"team", "others"}
    assert of_roster("team", kept, declared, rosters).gone_to == {"bo": "others-bo"}
    assert of_roster("others", kept, declared, rosters) == Whereabouts(frozenset({"eve"}), {}, {"bo": "team-bo"})


def test_one_who_is_declared_alone_now_moves_too_and_back() -> None:
    alone = Declared("boss", "bo", ONE)
    assert of_roster("team", _kept("team", "bo"), [alone], {"team"}).gone_to == {"bo": "boss"}
    back = of_roster("team", [Kept("boss", "bo", ONE)], _declared("team", "bo"), {"team"})
    assert back == Whereabouts(frozenset(), {}, {"bo": "boss"})


def test_the_same_name_in_another_instance_is_another_person() -> None:
    """A stack may hold two instances with the same people: losing one of them is no move."""
    kept = [*_kept("test", "ada", "bo"), *_kept("live", "ada", "bo", instance=OTHER)]
    declared = _declared("live", "ada", "bo", instance=OTHER)
    assert of_roster("test", kept, declared, {"test", "live"}) == Whereabouts(frozenset({"ada", "bo"}))
    assert taken_out(kept, declared, {"live"}) == {"test": ["ada", "bo"]}


def test_an_instance_that_is_not_known_yet_may_be_the_same() -> None:
    """In a preview without credentials; the run that deletes knows it."""
    found = of_roster("team", _kept("team", "bo"), _declared("others", "bo", instance=None), {"team", "others"})
    assert found.gone_to == {"bo": "others-bo"}


def test_a_renamed_roster_follows_the_one_that_it_was() -> None:
    """Without an alias, too: who is not in the new one leaves the new one."""
    kept, declared = _kept("team", "ada", "bo", "eve"), _declared("people", "ada", "bo", "joiner")
    found = of_roster("people", kept, declared, {"people"})
    assert found == Whereabouts(frozenset({"ada", "bo", "eve"}), {}, {"ada": "team-ada", "bo": "team-bo"})
    assert taken_out(kept, declared, {"people"}) == {}


def test_a_roster_that_was_divided_is_followed_by_the_larger_part() -> None:
    kept = _kept("team", "a", "b", "c", "d")
    declared = [*_declared("one", "a"), *_declared("two", "b", "c")]
    assert of_roster("two", kept, declared, {"one", "two"}).there == {"a", "b", "c", "d"}
    assert of_roster("two", kept, declared, {"one", "two"}).gone_to == {"a": "one-a"}
    assert of_roster("one", kept, declared, {"one", "two"}) == Whereabouts(frozenset(), {}, {"a": "team-a"})


def test_a_roster_that_nobody_follows_was_taken_out() -> None:
    """Those of it who are declared alone now stay."""
    kept = [*_kept("team", "ada"), *_kept("gone", "bo", "boss")]
    declared = [*_declared("team", "ada"), Declared("boss", "boss", ONE)]
    assert taken_out(kept, declared, {"team"}) == {"gone": ["bo"]}
    assert taken_out(kept, declared, {"team", "gone"}) == {}


@pytest.mark.parametrize(
    ("there", "declared", "allowed", "stopped"),
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
def test_losing_everybody_takes_a_number(
    there: set[str], declared: set[str], allowed: int | str, stopped: bool
) -> None:
    """However small the roster, and whatever the percentage."""
    text = too_many("team", there, declared, limit(allowed))
    assert (text is not None) == stopped
    if text is not None and allowed != 1:
        assert f"max_deletions='{allowed}' does not allow a roster to lose everybody; if the file is right" in text
        assert text.endswith(f"run once with max_deletions={len(there)}")


def test_movers_are_no_leavers() -> None:
    there = {f"agent{number}" for number in range(10)}
    assert too_many("team", there, {"agent0"}, Limit(0), there - {"agent0"}) is None
    assert too_many("team", there, {"agent0"}, Limit(0), there - {"agent0", "agent1"}) is not None


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

    def up(self, run: Run, allowed: Limit) -> set[str]:
        """Who is deleted."""
        where = of_roster("team", _kept("team", *self.state), _declared("team", *run.rows), {"team"})
        if too_many("team", where.there, run.rows, allowed, where.gone_to) is not None:
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
    """Whatever was made or not, and whatever was left over, of those who are there at that moment."""
    engine, allowed = Engine(set(state)), limit(written)
    for run in runs:
        before = set(engine.state)
        gone = engine.up(run, allowed)
        assert len(gone) <= allowed.of(len(before))
        assert not gone or not allowed.percent or before - gone


def test_leavers_of_a_failed_run_count_again() -> None:
    """Five of twenty leave beside a joiner who cannot be made; four more are nine; then those who left do not count."""
    engine, allowed = Engine(set(NAMES)), limit("20%")
    assert engine.up(Run(frozenset({*NAMES[5:], "taken"}), frozenset({"taken"})), allowed) == set()
    assert engine.up(Run(frozenset(NAMES[9:])), allowed) == set()
    assert engine.up(Run(frozenset(NAMES[5:])), allowed) == set(NAMES[:5])
    assert engine.up(Run(frozenset(NAMES[9:])), allowed) == set(NAMES[5:9])
