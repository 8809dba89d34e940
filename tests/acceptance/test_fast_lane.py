"""The fast lane: with PULUMI_SKIP_CHECKPOINTS the state is saved once, at the end, so a killed run loses all of it.

That is what makes thousands of new users take minutes instead of hours on a file or bucket backend. For our users the
lost state costs nothing: the next run finds each by its ownership tag. Other resources have no such tag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from connect_users.core.ownership import owner_of
from tests.acceptance.processes import kill_what_is_left
from tests.acceptance.stack import SALES, skilled, user
from tests.acceptance.test_crashes import Assassin

if TYPE_CHECKING:
    from connect_users.emulator import Phase
    from tests.acceptance.conftest import NewStack
    from tests.acceptance.processes import Victim
    from tests.acceptance.stack import Stack

USERS: Final = 12
#: Who dies, at which request and moment: users are made four at a time.
CREATING: Final[list[tuple[Victim, str, int, Phase]]] = [
    ("run", "CreateUser", 1, "received"),
    ("run", "CreateUser", 1, "committed"),
    ("run", "CreateUser", 6, "committed"),
    ("run", "CreateUser", USERS, "answered"),
    ("run", "AssociateUserProficiencies", 1, "committed"),
    ("engine", "CreateUser", 6, "committed"),
    ("provider", "CreateUser", 6, "committed"),
]
CHANGING: Final[list[tuple[Victim, str, int, Phase]]] = [
    ("run", "UpdateUserRoutingProfile", 1, "answered"),
    ("run", "CreateUser", 1, "committed"),
    ("run", "DeleteUser", 1, "committed"),
    ("run", "DeleteUser", 2, "answered"),
    ("engine", "DeleteUser", 1, "committed"),
]

#: Beside the users, a resource whose create makes another thing each time, as most of AWS does.
WITH_A_THING: Final = """
import json
import uuid
from pathlib import Path

from connect_users import ConnectUser
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Things(ResourceProvider):
    def create(self, props):
        made = uuid.uuid4().hex
        (Path(props["folder"]) / made).touch()
        return CreateResult(made, props)


class Thing(Resource):
    pass


folder = Path("things")
folder.mkdir(exist_ok=True)
thing = Thing(Things(), "thing", {"folder": str(folder.absolute())})
for name, inputs in json.loads(Path("users.json").read_text()).items():
    ConnectUser(name, **{**inputs, "tags": {"thing": thing.id}})
"""


@pytest.mark.parametrize(("victim", "operation", "number", "phase"), CREATING)
def test_an_initial_load_is_killed(
    new_stack: NewStack, victim: Victim, operation: str, number: int, phase: Phase
) -> None:
    """The same command again: each user exists exactly once, the state has all of them, a third run does nothing."""
    assassin = Assassin(operation, number, phase, victim)
    stack = _fast(new_stack(on_event=assassin))
    stack.users = {f"u{n}": skilled(f"u{n}") if n == 0 else user(f"u{n}") for n in range(USERS)}
    _kill(stack, assassin, victim)
    _assert_as_declared(stack)


@pytest.mark.parametrize(("victim", "operation", "number", "phase"), CHANGING)
def test_a_run_of_changes_is_killed(
    new_stack: NewStack, victim: Victim, operation: str, number: int, phase: Phase
) -> None:
    """One user more, one changed, one renamed, one less: the state of before the run is good enough to begin again."""
    assassin = Assassin(operation, number, phase, victim)
    stack = _fast(new_stack(on_event=assassin))
    stack.users = {name: user(name) for name in ("bob", "cem", "dan")}
    stack.up()
    stack.users = {"ada": user("ada"), "bob": user("bob", routing_profile_id=SALES), "cem": user("cem2")}
    _kill(stack, assassin, victim)
    _assert_as_declared(stack)
    assert stack.live()["bob"]["RoutingProfileId"] == SALES


def test_other_resources_are_made_twice(new_stack: NewStack) -> None:
    """What the fast lane endangers: a resource without exactly-once create is orphaned, and made again."""
    assassin = Assassin("CreateUser", 2, "committed", "run")
    stack = _fast(new_stack(on_event=assassin))
    stack.write_program(WITH_A_THING)
    stack.users = {name: user(name) for name in ("ada", "bob")}
    _kill(stack, assassin, "run")
    assert len(list((stack.folder / "things").iterdir())) == 2
    _assert_as_declared(stack)


def _fast(stack: Stack) -> Stack:
    stack.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
    stack.configure(timeout=2)
    return stack


def _kill(stack: Stack, assassin: Assassin, victim: Victim) -> None:
    """A run that is killed, and one that is not."""
    try:
        with stack.start("up", "--yes", "--skip-preview", "--parallel=16") as process:
            assassin.process = process
            if victim == "provider":
                process.communicate(timeout=60)
            else:
                process.wait(timeout=60)
        assert assassin.struck, "the point was never reached"
        if victim != "provider":
            stack.mend_checkpoint()
            stack.pulumi("cancel", "--yes")
        stack.up("--parallel=16")
    finally:
        kill_what_is_left(assassin.relatives)


def _assert_as_declared(stack: Stack) -> None:
    live = stack.live()
    assert sorted(live) == sorted(inputs["username"] for inputs in stack.users.values())
    state = {name: item for name, item in stack.state().items() if "ConnectUser" in item["type"]}
    assert sorted(state) == sorted(stack.users)
    for item in state.values():
        live_user = live[item["inputs"]["username"]]
        owner = owner_of(live_user["Tags"])
        assert owner is not None
        assert (item["id"], item["outputs"]["ownership_token"]) == (live_user["Id"], owner.token)
        assert len(live_user["UserProficiencies"]) == len(item["inputs"].get("user_proficiencies", []))
    stack.calls()
    assert stack.plan() == {}
    assert stack.calls() == []
