"""Stories that once broke an invariant, each cut to the fewest events: what the simulation found in the product."""

from __future__ import annotations

import pytest

from tests.simulation.events import (
    Console,
    Declare,
    Event,
    Import,
    Move,
    OwnershipTag,
    Refresh,
    Rename,
    Restore,
    Set,
    Undeclare,
    Up,
)
from tests.simulation.mutants import MUTANTS
from tests.simulation.story import play
from tests.simulation.wire import CANCELLED

#: What was wrong -> the story in which it showed.
FOUND: dict[str, list[Event]] = {
    "a restored state deleted the user that had gone to another stack": [
        Declare(1, "bob", "bob"),
        Up(1),
        Refresh(1),
        Move(1, "bob", state=True),
        Restore(1, 1),
    ],
    "a user who came back to its former resource was another's for ever": [
        Declare(0, "ada", "ada"),
        Up(0),
        Rename(0, "ada", "countess"),
        Up(0),
        Rename(0, "countess", "ada"),
        Restore(0, 1),
    ],
    "a resource that left deleted the user that another one has, once the tag was overwritten": [
        Declare(0, "ada2", "ada"),
        Up(0),
        Declare(0, "ada", "ada"),
        Up(0, target="ada"),
        Console("overwrite the tag", "ada"),
        Undeclare(0, "ada"),
    ],
    "the old half of a replacement deleted the user of the new one, once the tag was removed": [
        Declare(0, "ada", "ada"),
        Set(0, "ada", "adopt_existing", 1),
        Up(0),
        Console("remove the tag", "ada"),
        Console("create", "bob"),
        Declare(0, "bob", "bob"),
        Up(0, replace="ada"),
        Console("remove the tag", "ada"),
        Refresh(0),
        Undeclare(0, "bob"),
    ],
    "a user whom two resources declare was deleted as the leftover of one of them": [
        Declare(0, "eve2", "eve"),
        Up(0),
        Restore(0, 1),
        Undeclare(0, "eve2"),
        Import(0, "eve", "eve"),
        Declare(0, "eve2", "eve"),
    ],
    "without the tag, a user whom two resources declare got into both states": [
        OwnershipTag(0, on=False),
        Declare(0, "ada", "ada"),
        Set(0, "ada", "password", 1),
        Declare(0, "ada2", "ada"),
        Set(0, "ada2", "adopt_existing", 1),
        Up(0),
    ],
    "a take-over that died, and whose tag was removed then, never went on": [
        Declare(0, "ada", "ada"),
        Up(0),
        Rename(0, "ada", "desk-ada"),
        Up(0, faults=((4, CANCELLED),)),
        Console("overwrite the tag", "ada"),
    ],
    "a deletion that was cancelled did not say whom it was about": [
        Declare(0, "ada", "ada"),
        Up(0),
        Undeclare(0, "ada"),
        Up(0, faults=((1, CANCELLED),)),
    ],
}


@pytest.mark.parametrize("events", FOUND.values(), ids=FOUND)
def test_what_was_found_stays_mended(events: list[Event]) -> None:
    """The invariants hold in every one of the stories."""
    broken = play(events)
    assert broken is None, broken


#: What was wrong -> the mutant that has the fault again.
AGAIN = {
    "a restored state deleted the user that had gone to another stack": "a state proves a user",
    "a resource that left deleted the user that another one has, once the tag was overwritten": "two resources of one",
    "the old half of a replacement deleted the user of the new one, once the tag was removed": "the old half of a",
}


@pytest.mark.parametrize("fault", AGAIN)
def test_a_fault_that_comes_back_is_found_by_its_story(fault: str) -> None:
    """The stories do not rot: each still leads to where its fault was."""
    mutant = next(each for each in MUTANTS if each.text.startswith(AGAIN[fault]))
    with mutant.alive():
        assert play(FOUND[fault]) is not None
