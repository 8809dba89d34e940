"""Stories that once broke an invariant, each cut to the fewest events: what the simulation found in the product."""

from __future__ import annotations

import pytest

from tests.simulation.events import (
    Behave,
    Console,
    Declare,
    Event,
    Import,
    Move,
    Option,
    OwnershipTag,
    Refresh,
    Rename,
    RenameStack,
    Restore,
    Set,
    Taint,
    Together,
    Undeclare,
    Up,
    Username,
)
from tests.simulation.mutants import MUTANTS
from tests.simulation.story import play
from tests.simulation.wire import CANCELLED, LOST_ANSWER
from tests.simulation.world import World

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
    "the user of a lost answer that was found late kept its password in a forced replacement": [
        Behave("lag", 20.0),
        Declare(0, "ada", "ada"),
        Up(0, faults=((0, LOST_ANSWER),)),
        Taint(0, "ada"),
        Set(0, "ada", "password", 1),
    ],
    "a deletion before a replacement was refused for ever, and the message named no way out": [
        Declare(0, "cyd", "cyd"),
        Up(0),
        Declare(0, "cyd2", "cyd"),
        Username(0, "cyd", "ada"),
        Up(0),
        Restore(0, 1),
        Option(0, "cyd", "delete_before_replace", on=True),
    ],
    "two stacks that adopt one user at the same moment (the story judged a tag that no look could show)": [
        Declare(0, "eve", "eve"),
        Set(0, "eve", "adopt_existing", 1),
        Declare(1, "eve", "eve"),
        Set(1, "eve", "adopt_existing", 1),
        Console("create", "eve"),
        Together(Up(0), Up(1), schedule=964),
    ],
    "a restored state deleted the user that had gone to another stack and come back": [
        Declare(0, "ada", "ada"),
        Up(0),
        Move(0, "ada", state=True),
        Up(1),
        Move(1, "ada", state=True),
        Refresh(1),
        Up(0),
        Restore(1, 2),
    ],
    "a tainted resource that left (the end of the story solved nothing, again and again)": [
        Declare(0, "gus", "gus"),
        Up(0),
        Up(0),
        Undeclare(0, "gus"),
        Restore(0, 2),
        Import(0, "gus2", "gus"),
        Undeclare(0, "gus2"),
        Taint(0, "gus2"),
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
    "a restored state deleted the user that had gone to another stack and come back": "a state proves a user",
    "a resource that left deleted the user that another one has, once the tag was overwritten": "two resources of one",
    "the old half of a replacement deleted the user of the new one, once the tag was removed": "the old half of a",
}


@pytest.mark.parametrize("fault", AGAIN)
def test_a_fault_that_comes_back_is_found_by_its_story(fault: str) -> None:
    """The stories do not rot: each still leads to where its fault was."""
    mutant = next(each for each in MUTANTS if each.text.startswith(AGAIN[fault]))
    with mutant.alive():
        assert play(FOUND[fault]) is not None


# What nothing in Connect can show: the page and README say so.


def _after(events: list[Event]) -> World:
    world = World()
    for event in events:
        world.happen(event)
    return world


def test_without_the_tag_two_stacks_write_over_each_others_settings() -> None:
    """Each run succeeds, and sets what its own program declares."""
    events: list[Event] = [
        OwnershipTag(0, on=False),
        OwnershipTag(1, on=False),
        Declare(0, "dan", "dan"),
        Up(0),
        Declare(1, "dan", "dan"),
        Set(1, "dan", "adopt_existing", 1),
        Set(1, "dan", "routing_profile_id", 1),
        Up(1),
    ]
    world = _after(events)
    for _ in range(2):
        for stack in world.stacks:
            assert not world.run(Up(stack.key, refresh=True)).errors
            (user,) = world.instance.users.values()
            (resource,) = stack.state.resources
            assert resource.id == user.id
            assert user.doc["RoutingProfileId"] == stack.program.users["dan"].inputs()["routing_profile_id"]
    assert play(events) is None


def test_an_older_state_deletes_a_user_whose_new_stack_has_not_been_updated() -> None:
    """`pulumi state move` writes no tag: until the other stack's next up, both states have the token that is live."""
    events: list[Event] = [
        Declare(0, "ada", "ada"),
        Up(0),
        Up(0),
        Move(0, "ada", state=True),
        RenameStack(0),
        Restore(0, 1),
    ]
    world = _after(events)
    assert not world.run(Up(0)).errors
    assert not world.instance.users
    assert play(events) is None
    world = _after([*events[:4], Up(1), *events[4:]])
    (done,) = [each for each in world.run(Up(0)).done if each.verb == "delete"]
    assert "DeleteUser" not in done.calls
    assert world.instance.users
