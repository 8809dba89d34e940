"""Work that fails midway: the state keeps what is true, the message says how far it got, the next run finishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.emulator import Fault
from tests.acceptance.stack import skilled, user
from tests.changes import EVERYTHING, UPDATES

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack


def test_an_update_that_fails_at_each_of_its_steps(stack: Stack) -> None:
    """One user for each step at which it fails; the next run does the failed step and those after it, no other."""
    names = [f"fails-at-{number}" for number in range(len(UPDATES))]
    stack.users = {name: user(name, **EVERYTHING.before) for name in names}
    stack.up()
    stack.calls()
    ids = {name: live_user["Id"] for name, live_user in stack.live().items()}
    for name, operation in zip(names, UPDATES, strict=True):
        fault = Fault(
            operation, "error-before", match=ids[name], code="AccessDeniedException", message="not authorized"
        )
        stack.emulator.faults.add(fault)
    stack.users = {name: user(name, **EVERYTHING.after) for name in names}
    failed = stack.up("--continue-on-error", code=1)
    assert stack.calls_by_resource() == {name: list(UPDATES[: number + 1]) for number, name in enumerate(names)}
    for number, name in enumerate(names):
        (line,) = [line for line in failed.messages(name) if line.startswith("* ")]
        assert f"updating Connect user '{name}'" in line
        assert f"done: {', '.join(UPDATES[:number]) or 'nothing'}; failed: {UPDATES[number]}" in line
        assert f"not tried: {', '.join(UPDATES[number + 1 :])}" in line or number == len(UPDATES) - 1
    stack.up()
    assert stack.calls_by_resource() == {name: list(UPDATES[number:]) for number, name in enumerate(names)}
    assert stack.plan() == {}
    stack.refresh()
    assert stack.plan() == {}


def test_a_creation_whose_proficiencies_fail(stack: Stack) -> None:
    """The user is in the state, and the next run only adds the proficiencies."""
    stack.emulator.faults.add(
        Fault("AssociateUserProficiencies", "error-before", code="AccessDeniedException", message="not authorized")
    )
    stack.users = {"ada": skilled("ada")}
    failed = stack.up(code=1)
    (line,) = [line for line in failed.messages("ada") if line.startswith("* ")]
    assert "creating Connect user 'ada': done: CreateUser; failed: AssociateUserProficiencies" in line
    live = stack.live()["ada"]
    assert stack.state()["ada"]["id"] == live["Id"]
    stack.calls()
    stack.up()
    assert stack.calls() == ["AssociateUserProficiencies"]
    assert stack.live()["ada"]["Id"] == live["Id"]
    assert len(stack.live()["ada"]["UserProficiencies"]) == 1
    assert stack.plan() == {}


def test_answers_that_get_lost(stack: Stack) -> None:
    """The work was done, the answer was not heard: nothing is made twice, and the run succeeds."""
    stack.configure(timeout=20)
    for kind in ("drop-after", "error-after", "garbage"):
        stack.emulator.faults.add(
            Fault("CreateUser", kind, match=f'"{kind}"'),
            Fault("AssociateUserProficiencies", kind),
        )
    stack.users = {kind: skilled(kind) for kind in ("drop-after", "error-after", "garbage")}
    stack.up()
    live = stack.live()
    assert {name: item["id"] for name, item in stack.state().items() if name in live} == {
        name: live_user["Id"] for name, live_user in live.items()
    }
    assert [len(live_user["UserProficiencies"]) for live_user in live.values()] == [1, 1, 1]
    assert stack.plan() == {}
