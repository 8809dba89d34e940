"""``connect-users:removals: "false"`` by the real engine, at both doors: who would leave stays, and leaves later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core import tokens
from connect_users.emulator import seed
from tests.acceptance.test_plugin_roster import Team as PluginTeam
from tests.acceptance.test_plugin_roster import passwords
from tests.acceptance.test_plugin_yaml import yaml_stack  # noqa: F401 - a fixture
from tests.acceptance.test_roster import PROGRAM, Team

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

PEOPLE = ("ada", "alan", "grace")
IDS = {
    "instanceId": seed.INSTANCE_ID,
    "routingProfiles": seed.ROUTING_PROFILES,
    "securityProfiles": seed.SECURITY_PROFILES,
}


def users(stack: Stack) -> dict[str, Any]:
    """Id, inputs and outputs of the users in the state; of a secret, that it is one."""

    def plain(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: plain(item) for key, item in value.items() if key != "ciphertext"}

    return {
        name: plain({key: each[key] for key in ("id", "inputs", "outputs")})
        for name, each in stack.state().items()
        if each["type"] in tokens.USERS
    }


@pytest.fixture(params=["python", "plugin"])
def team(request: pytest.FixtureRequest) -> Team | PluginTeam:
    """A roster of three people whose stack is up."""
    if request.param == "python":
        made: Team | PluginTeam = Team(request.getfixturevalue("stack"))
    else:
        made = PluginTeam(request.getfixturevalue("yaml_stack"))
        made.declare(**IDS, passwords=passwords(*PEOPLE))
    made.write(*PEOPLE)
    made.stack.up()
    return made


def test_leavers_are_kept_as_they_are_and_the_next_run_removes_them(team: Team | PluginTeam) -> None:
    """Also where more would leave than are allowed; the state and the users stay as they were."""
    stack = team.stack
    before, live = users(stack), stack.live()
    stack.configure(removals=False)
    team.write()
    stack.calls()
    text = stack.preview().text
    assert "connect-users:removals is false: 3 people who would leave stay: ada, alan, grace; the next run" in text
    assert stack.plan() == {}
    stack.up()
    assert stack.calls() == []
    assert users(stack) == before
    assert stack.live() == live
    assert "unchanged" in stack.refresh().text

    stack.configure(removals=None)
    team.write("ada")
    assert stack.plan() == {
        "team-guard": ("update", ["usernames"]),
        "team-alan": ("delete", []),
        "team-grace": ("delete", []),
    }
    stack.up()
    assert set(stack.live()) == {"ada"}
    assert stack.plan() == {}


def test_somebody_is_kept_in_a_renamed_roster(stack: Stack) -> None:
    """By an alias the roster is the same one, and so is whoever it keeps; only the ownership tag is written again."""
    team = Team(stack)
    team.write(*PEOPLE)
    stack.up()
    ids = {name: user["Id"] for name, user in stack.live().items()}
    stack.configure(removals=False)
    team.write("ada")
    options = 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="team")])'
    stack.write_program(f"import pulumi\n{PROGRAM}".replace('"team",', f'"people", {options},'))
    planned = {name: change for name, (change, _) in stack.plan().items()}
    assert planned == dict.fromkeys(("people-guard", *(f"people-{name}" for name in PEOPLE)), "update")
    stack.up()
    assert {name: user["Id"] for name, user in stack.live().items()} == ids
    stack.configure(removals=None)
    stack.up()
    assert set(stack.live()) == {"ada"}
