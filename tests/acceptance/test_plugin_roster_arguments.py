"""Every argument of a roster of the plugin, from YAML, and Pulumi's options for a component."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import seed
from tests.acceptance.stack import PASSWORD, PROJECT
from tests.acceptance.test_plugin_roster import IDS
from tests.acceptance.test_plugin_yaml import yaml_stack  # noqa: F401 - a fixture
from tests.contract.emulator.support import connect

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

CSV = """username,first_name,last_name,routing_profile,hierarchy_group,tags.site,Shoe size
ada,Ada,Lovelace,Support,EMEA/UK/London,london,38
alan,Alan,Turing,,AMER/US/Austin,austin,44
grace,Grace,Hopper,Sales,,london,39
"""
PERSON = {"first_name": "Ada", "last_name": "L", "routing_profile": "Support", "security_profiles": ["Agent"]}


def declare(stack: Stack, resources: dict[str, Any], **more: Any) -> None:
    project = {"name": PROJECT, "runtime": "yaml", "resources": resources, **more}
    (stack.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")


def roster(options: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    return {"type": "connect-users:UserRoster", "properties": {**IDS, **properties}, "options": options or {}}


def test_a_file_with_every_argument(yaml_stack: Stack) -> None:  # noqa: F811
    """A part of a file, by the provider that the roster names, with passwords from Secrets Manager."""
    stack = yaml_stack
    (stack.folder / "people").mkdir()
    (stack.folder / "people" / "team.csv").write_text(CSV, encoding="utf-8")
    secrets = connect(stack.emulator, service="secretsmanager")
    for name in ("ada", "grace"):
        secrets.create_secret(Name=f"agents/{name}", SecretString=PASSWORD)
    stack.environment["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = stack.emulator.endpoint_url
    endpoint = stack.emulator.endpoint_url
    stack.configure(endpointUrl="http://127.0.0.1:9", timeout=1)
    place = {"region": "us-east-1", "endpointUrl": endpoint, "requestsPerSecond": 1000, "ownershipTag": False}
    team = roster(
        {"provider": "${office}"},
        roster="people/team.csv",
        where={"tags.site": "london"},
        ignoreColumns=["Shoe size"],
        hierarchyGroups=seed.HIERARCHY_GROUPS,
        defaults={"security_profiles": "Agent", "acw.chat": 60, "tags": {"team": "blue"}},
        passwordSecrets={"fn::secret": "agents/{username}"},
        identityManagementType="CONNECT_MANAGED",
        minHolders={"Agent": 2},
        requiredHolders={"Agent": ["ada"]},
        maxDeletions=1,
        retainLeavers=True,
    )
    office = {"type": "pulumi:providers:connect-users", "properties": place}
    declare(stack, {"office": office, "team": team}, outputs={"ids": "${team.userIds}", "names": "${team.usernames}"})
    stack.up()
    live = stack.live()
    assert set(live) == {"ada", "grace"}
    assert live["ada"]["HierarchyGroupId"] == seed.HIERARCHY_GROUPS["EMEA/UK/London"]
    assert live["ada"]["Tags"] == {"site": "london", "team": "blue"}
    assert {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 60}} in live["grace"][
        "AfterContactWorkConfigs"
    ]
    outputs = json.loads(stack.pulumi("stack", "output", "--json").text)
    assert outputs == {"names": ["ada", "grace"], "ids": {name: user["Id"] for name, user in live.items()}}
    assert stack.plan() == {}

    (stack.folder / "people" / "team.csv").write_text(CSV.replace("grace", "hedy"), encoding="utf-8")
    secrets.create_secret(Name="agents/hedy", SecretString=PASSWORD)
    stack.up()
    assert set(stack.live()) == {"ada", "grace", "hedy"}
    (stack.folder / "people" / "team.csv").write_text(CSV.replace("ada", "ida"), encoding="utf-8")
    text = stack.preview(code=1).text
    assert "people/team.csv" in text
    assert "'ada' must have the security profile 'Agent', but is not in the roster" in text


def test_options_of_the_engine_reach_the_people(yaml_stack: Stack) -> None:  # noqa: F811
    """Protected people cannot be deleted; with an alias of the roster nobody is made again; secrets stay secret."""
    stack = yaml_stack
    stack.pulumi("config", "set", "--secret", "mail", "ada@hidden.example")
    rows = [{"username": "ada", "identity_info.email": "${mail}", **PERSON}, {"username": "bo", **PERSON}]
    given = {"rows": rows, "passwords": {"ada": PASSWORD, "bo": PASSWORD}}
    config = {"config": {"mail": {"type": "string", "secret": True}}}
    declare(stack, {"team": roster({"protect": True}, **given)}, **config)
    assert "hidden" not in stack.up().text
    assert stack.live()["ada"]["IdentityInfo"]["Email"] == "ada@hidden.example"
    assert "hidden" not in json.dumps(stack.state())
    assert stack.state()["team-ada"]["protect"] is True
    fewer = {**given, "rows": rows[:1]}
    declare(stack, {"team": roster({"protect": True}, **fewer)}, **config)
    assert "protect" in stack.preview(code=1).text
    declare(stack, {"people": roster({"aliases": [{"name": "team"}]}, **given)}, **config)
    plan = stack.plan()
    assert {change for change, _ in plan.values()} == {"update"}
    stack.up()
    assert {"people-ada", "people-bo"} <= set(stack.state())
    declare(stack, {"people": roster({"aliases": [{"name": "team"}]}, **fewer)}, **config)
    stack.up()
    assert set(stack.live()) == {"ada"}


@pytest.mark.parametrize(
    ("properties", "lines"),
    [
        ({"rows": [{**PERSON, "username": "a b"}]}, ["row 1: username: 'a b' has a blank"]),
        (
            {"rows": [{**PERSON, "username": "ada", "routing_profile": "Suport"}, {**PERSON, "username": "ada"}]},
            [
                "row 1: routing_profile: 'Suport' is not a routing profile of this roster; did you mean 'Support'?",
                "row 2: username: 'ada' is on rows 1 and 2; a username may appear once",
            ],
        ),
        ({"rows": [], "where": {"tags.site": 3}}, ["where"]),
        ({"roster": "nowhere.csv"}, ["nowhere.csv: cannot be read: No such file or directory"]),
        ({"rows": [], "rooster": "x"}, ["rooster"]),
        (
            {"rows": [{**PERSON, "username": "ada"}], "instance": "emulatr", "instanceId": None},
            ["no Connect instance in us-east-1 has the alias 'emulatr'; did you mean 'emulator'?"],
        ),
        (
            {
                "rows": [{**PERSON, "username": "ada", "routing_profile": "Suport"}],
                "instance": seed.INSTANCE_ALIAS,
                "instanceId": None,
                "routingProfiles": None,
            },
            ["row 1: routing_profile: Connect instance 'emulator' has no routing profile 'Suport'; did you mean"],
        ),
    ],
)
def test_what_is_wrong_is_a_line_each(
    properties: dict[str, Any],
    lines: list[str],
    yaml_stack: Stack,  # noqa: F811
) -> None:
    """With the place, and what may have been meant; before anybody is made."""
    stack = yaml_stack
    team = roster(**properties)
    team["properties"] = {key: value for key, value in team["properties"].items() if value is not None}
    declare(stack, {"team": team})
    text = stack.preview(code=1).text
    for line in lines:
        assert line in text
    assert "Traceback" not in text
    assert stack.live() == {}
