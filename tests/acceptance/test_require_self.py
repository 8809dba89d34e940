"""`require_self` by the real engine, at both doors: who runs the stack does not lose the own last power by a roster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import seed
from tests.acceptance.test_plugin_roster import IDS, passwords
from tests.acceptance.test_plugin_roster import Team as PluginTeam
from tests.acceptance.test_plugin_yaml import yaml_stack  # noqa: F401 - a fixture
from tests.acceptance.test_roster import Team

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

HEADER = "username,first_name,last_name,email,routing_profile,security_profiles\n"


class Office:
    """A roster that is judged by `require_self`, at one of the doors."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        if request.param == "python":
            self.team: Team | PluginTeam = Team(request.getfixturevalue("stack"))
            self.team.option(require_self=True)
        else:
            self.team = PluginTeam(request.getfixturevalue("yaml_stack"))
            self.team.declare(**IDS, passwords=passwords("ada", "bo", "cy"), requireSelf=True)
        self.argument = "require_self" if request.param == "python" else "requireSelf"
        self.stack = self.team.stack
        self.stack.environment["AWS_ENDPOINT_URL_STS"] = self.stack.emulator.endpoint_url

    def write(self, **profiles: str) -> None:
        """Let the roster be these people: username -> security profiles."""
        rows = "".join(f"{name},Ada,L,{name}@example.com,Support,{held}\n" for name, held in profiles.items())
        (self.stack.folder / "team.csv").write_text(HEADER + rows, encoding="utf-8")

    def runs_as(self, name: str) -> None:
        self.stack.environment["AWS_ACCESS_KEY_ID"] = name


@pytest.fixture(params=["python", "plugin"])
def office(request: pytest.FixtureRequest) -> Office:
    return Office(request)


def test_the_own_last_power_stays(office: Office) -> None:
    """By username or e-mail address; another profile with power will do, and others may take it away."""
    stack = office.stack
    office.runs_as("ADA@example.com")
    office.write(ada="Agent|Admin", bo="Agent", cy="Admin")
    stack.up()
    refused = (
        f"roster 'team': {office.argument}: 'ada' runs this stack and would lose the security profile 'Admin', the"
    )
    changes: list[dict[str, Any]] = [{"ada": "Agent", "cy": "Admin"}, {"bo": "Agent", "cy": "Admin"}]
    for change in changes:
        office.write(**change)
        stack.calls()
        text = stack.preview(code=1).text
        assert refused in text
        assert text.partition("Diagnostics:")[2].count(refused) == 1
        assert "Traceback" not in text
        assert refused in stack.up(code=1).text
        assert {call for call in stack.calls() if not call.startswith(("List", "Describe"))} == {"GetCallerIdentity"}
    office.write(ada="CallCenterManager", cy="Agent")
    assert stack.plan()["team-ada"][0] == "update"
    office.runs_as("cy")
    assert "'cy' runs this stack" in stack.preview(code=1).text
    office.runs_as("deploy-pipeline")
    office.write(ada="Agent")
    stack.up()
    profiles = {name: user["SecurityProfileIds"] for name, user in stack.live().items()}
    assert profiles == {"ada": [seed.SECURITY_PROFILES["Agent"]]}


def test_where_it_is_not_known_nothing_is_claimed(office: Office) -> None:
    """Somebody without power has none to lose; and where STS does not answer, nobody knows who it is."""
    stack = office.stack
    office.runs_as("bo")
    office.write(ada="Admin", bo="Agent")
    stack.up()
    office.write(ada="Admin")
    assert stack.plan()["team-bo"][0] == "delete"
    office.runs_as("ada")
    stack.environment["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:9"
    office.write(ada="Agent", bo="Agent")
    assert stack.plan()["team-ada"][0] == "update"


PROGRAM = f"""
from connect_users import ConnectUserRoster

for name in ("team", "others"):
    ConnectUserRoster(
        name,
        instance_id="{seed.INSTANCE_ID}",
        roster=f"{{name}}.csv",
        routing_profiles={seed.ROUTING_PROFILES},
        security_profiles={seed.SECURITY_PROFILES},
        passwords=lambda _: "A-First-Passw0rd",
        max_deletions=1,
        require_self=True,
    )
"""


def test_the_own_last_power_stays_in_a_move_to_another_roster(stack: Stack) -> None:
    def write(**profiles: dict[str, str]) -> None:
        for name, held in profiles.items():
            rows = [f"{who},Ada,L,,Support,{profile}\n" for who, profile in held.items()]
            (stack.folder / f"{name}.csv").write_text(HEADER + "".join(rows), encoding="utf-8")

    stack.write_program(PROGRAM)
    stack.environment |= {"AWS_ENDPOINT_URL_STS": stack.emulator.endpoint_url, "AWS_ACCESS_KEY_ID": "ada"}
    write(team={"ada": "Admin"}, others={"cy": "Agent"})
    stack.up()
    write(team={}, others={"ada": "Agent", "cy": "Admin"})
    text = stack.preview(code=1).text
    assert "roster 'others': require_self: 'ada' runs this stack and would lose the security profile 'Admin'" in text
    write(team={}, others={"ada": "CallCenterManager", "cy": "Agent"})
    stack.up()
