"""Thousands of stories, each drawn by its seed: none breaks an invariant. `make simulate SEED=n` tells one of them."""

from __future__ import annotations

import pytest

from tests.simulation.events import Declare, Event, Together, Up, Username
from tests.simulation.generate import story
from tests.simulation.judge import Broken
from tests.simulation.mutants import MUTANTS, find
from tests.simulation.story import play, shrink

#: Seeds of `make test`, and how many of them one test plays.
SEEDS, CHUNK = 5_000, 125
#: So many mutants at least are found by so few seeds: they prove here that the simulation can fail.
_SOON = 3
_FEW = 40


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_no_story_breaks_an_invariant(first: int) -> None:
    broken = [(seed, each) for seed in range(first, first + CHUNK) if (each := play(story(seed))) is not None]
    assert not broken, "\n".join(f"make simulate SEED={seed}: {each}" for seed, each in broken)


def test_a_story_is_the_same_every_time() -> None:
    """Also where two runs take turns at every request."""
    both: list[Event] = [Declare(0, "ada", "ada"), Declare(1, "ada", "ada")]
    together = [*both, Together(Up(0), Up(1), 7), Username(1, "ada", "bob")]
    for events in (story(11), together):
        lines: list[list[str]] = [[], []]
        for log in lines:
            play(events, log.append)
        assert lines[0] == lines[1]
        assert len(lines[0]) > len(events)


def test_two_runs_take_turns_in_another_order_for_another_schedule() -> None:
    orders = set()
    for schedule in range(8):
        lines: list[str] = []
        play([Declare(0, "ada", "ada"), Declare(1, "ada", "ada"), Together(Up(0), Up(1), schedule)], lines.append)
        orders.add("\n".join(line for line in lines if "Together" not in line))
    assert len(orders) > 1


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.text)
def test_a_mutant_lives_only_while_it_is_looked_for(mutant: object) -> None:
    """Each one names something that the product has."""
    assert mutant in MUTANTS
    for each in MUTANTS:
        kept = getattr(each.place, each.name)
        with each.alive():
            assert getattr(each.place, each.name) is not kept
        assert getattr(each.place, each.name) is kept


def test_few_seeds_find_what_is_badly_wrong() -> None:
    found = [mutant.text for mutant in MUTANTS if find(mutant, _FEW) is not None]
    assert len(found) >= _SOON, found


def test_a_story_that_breaks_is_cut_to_the_fewest_events() -> None:
    mutant = next(each for each in MUTANTS if each.text == "a user is gone after one look")
    with mutant.alive():
        seed, broken = next((seed, broken) for seed in range(_FEW) if isinstance(broken := play(story(seed)), Broken))
        events = shrink(story(seed), broken.invariant)
        assert len(events) < len(story(seed)) / 2
        again = play(events)
        assert again is not None
        assert again.invariant == broken.invariant
        for index in range(len(events)):
            shorter = play([*events[:index], *events[index + 1 :]])
            assert shorter is None or shorter.invariant != broken.invariant
