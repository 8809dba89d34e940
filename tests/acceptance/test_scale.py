"""Many users in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.acceptance.stack import user

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

USERS = 200


def test_two_hundred_users_in_parallel(stack: Stack) -> None:
    """One CreateUser each, whatever ``--parallel``; a second run asks nothing."""
    # The backend writes the whole state at every step, which is what would take the time here.
    stack.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
    stack.users = {f"u{number}": user(f"u{number}") for number in range(USERS)}
    stack.up("--parallel=32")
    assert stack.calls() == ["CreateUser"] * USERS
    live = stack.live()
    assert sorted(live) == sorted(stack.users)
    assert all(stack.state()[name]["id"] == live_user["Id"] for name, live_user in live.items())
    assert f"{USERS + 1} unchanged" in stack.up("--parallel=32").text
    assert stack.calls() == []
