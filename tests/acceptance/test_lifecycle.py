"""From the first preview to destroy: what is shown, what is asked of Connect, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.emulator import seed
from tests.acceptance.stack import SALES, Stack, skilled, user

if TYPE_CHECKING:
    pass


def test_a_preview_needs_neither_credentials_nor_a_request(stack: Stack) -> None:
    stack.users = {"ada": user("ada"), "bob": skilled("bob")}
    stack.configure(region=None)
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    text = stack.pulumi("preview", without=keys).text
    assert "+ 3 to create" in text
    assert stack.calls() == []


def test_a_life(stack: Stack) -> None:
    """Create, nothing to do, nothing to show, refresh, destroy: each with exactly the requests that it needs."""
    stack.users = {"ada": user("ada"), "bob": skilled("bob")}
    stack.up()
    assert sorted(stack.calls()) == ["AssociateUserProficiencies", "CreateUser", "CreateUser"]
    live = stack.live()
    assert {name: resource["id"] for name, resource in stack.state().items() if name in ("ada", "bob")} == {
        name: told["Id"] for name, told in live.items()
    }

    assert "3 unchanged" in stack.up().text
    assert stack.plan() == {}
    assert stack.calls() == []

    stack.refresh()
    assert set(stack.calls()) <= {"DescribeUser", "ListUserProficiencies", "ListUsers", "SearchUsers"}
    assert stack.plan() == {}
    assert stack.live() == live

    stack.destroy()
    assert sorted(stack.calls()) == ["DeleteUser", "DeleteUser", "DescribeUser", "DescribeUser"]
    assert stack.live() == {}
