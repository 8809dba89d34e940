"""Ctrl-C: one ends the run soon with a complete state, two end it at once, and the next run mends what they left."""

from __future__ import annotations

import dataclasses
import signal
import threading
import time
from typing import TYPE_CHECKING

from connect_users.core.ownership import owner_of
from connect_users.emulator import Phase, RequestRecord, Throttle
from tests.acceptance.processes import family, kill_what_is_left
from tests.acceptance.stack import skilled, user

if TYPE_CHECKING:
    from tests.acceptance.conftest import NewStack
    from tests.acceptance.stack import Stack


def test_one_ctrl_c_while_throttled_ends_the_run(new_stack: NewStack) -> None:
    """Users that wait for their turn are given up at once; who was made is in the state."""
    throttled = threading.Event()

    def watch(phase: Phase, record: RequestRecord) -> None:
        if phase == "answered" and record.code == "ThrottlingException":
            throttled.set()

    stack = new_stack(on_event=watch)
    stack.configure(timeout=300)
    stack.emulator.options = dataclasses.replace(stack.emulator.options, throttle=Throttle(0.02, 2))
    stack.users = {f"u{number}": user(f"u{number}") for number in range(8)}
    with stack.start("up", "--yes", "--skip-preview") as process:
        assert throttled.wait(30)
        process.send_signal(signal.SIGINT)
        cancelled_at = time.monotonic()
        text, _ = process.communicate(timeout=60)
    # A retry that went on would take minutes.
    assert time.monotonic() - cancelled_at < 30
    assert process.returncode != 0
    assert "run pulumi up again to go on" in text
    assert _ids(stack) == {name: live_user["Id"] for name, live_user in stack.live().items()}
    stack.emulator.options = dataclasses.replace(stack.emulator.options, throttle=None)
    stack.up()
    _assert_exactly_once(stack)


def test_two_ctrl_c_leave_nothing_that_the_next_run_does_not_mend(new_stack: NewStack) -> None:
    """The second ends the CLI while users are being made."""
    creating = threading.Event()

    def watch(phase: Phase, record: RequestRecord) -> None:
        if phase == "received" and record.operation == "CreateUser":
            creating.set()

    stack = new_stack(on_event=watch)
    stack.emulator.options = dataclasses.replace(stack.emulator.options, latency=1.0)
    stack.users = {f"u{number}": skilled(f"u{number}") for number in range(6)}
    with stack.start("up", "--yes", "--skip-preview") as process:
        assert creating.wait(30)
        relatives = family(process.pid)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    assert process.returncode != 0
    stack.emulator.options = dataclasses.replace(stack.emulator.options, latency=0.0)
    stack.mend_checkpoint()
    stack.pulumi("cancel", "--yes")
    stack.up()
    kill_what_is_left(relatives)
    _assert_exactly_once(stack)


def _ids(stack: Stack) -> dict[str, str]:
    return {name: item["id"] for name, item in stack.state().items() if "ConnectUser" in item["type"]}


def _assert_exactly_once(stack: Stack) -> None:
    live = stack.live()
    assert sorted(live) == sorted(stack.users)
    assert _ids(stack) == {name: live_user["Id"] for name, live_user in live.items()}
    tokens = {name: item["outputs"].get("ownership_token") for name, item in stack.state().items() if name in live}
    owners = {name: owner_of(live_user["Tags"]) for name, live_user in live.items()}
    assert tokens == {name: owner and owner.token for name, owner in owners.items()}
    assert stack.plan() == {}
