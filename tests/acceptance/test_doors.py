"""Rosters go from the Python package to the plugin and back, and nobody is touched: with ownership tags and without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connect_users.core import tokens
from connect_users.emulator import seed
from tests.acceptance.stack import PASSWORD, PROJECT
from tests.acceptance.test_plugin_yaml import yaml_stack  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

PEOPLE = ("ada", "alan")
PASSWORDS = dict.fromkeys(PEOPLE, PASSWORD)
#: What README says for the way back; of no effect before.
ALIASES = """
def was_the_plugins(args):
    kind = args.type_.rpartition(":")[2].removeprefix("Connect")
    alias = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=f"connect-users:index:{kind}")])
    return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, alias))
"""
PROGRAM = f"""
import pulumi
from connect_users import ConnectUserRoster

{ALIASES}

ConnectUserRoster(
    "team",
    roster="team.csv",
    instance_id={seed.INSTANCE_ID!r},
    routing_profiles={seed.ROUTING_PROFILES!r},
    security_profiles={seed.SECURITY_PROFILES!r},
    passwords={PASSWORDS!r},
    opts=pulumi.ResourceOptions(transformations=[was_the_plugins]),
)
"""
ROSTER = {
    "type": "connect-users:UserRoster",
    "properties": {
        "roster": "team.csv",
        "instanceId": seed.INSTANCE_ID,
        "routingProfiles": seed.ROUTING_PROFILES,
        "securityProfiles": seed.SECURITY_PROFILES,
        "passwords": PASSWORDS,
    },
}


def test_the_readme_says_what_the_way_back_needs() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert ALIASES.strip() in readme


HEADER = "username,first_name,last_name,routing_profile,security_profiles\n"


def _write(stack: Stack, *people: str) -> None:
    rows = "".join(f"{name},Ada,Lovelace,Support,Agent\n" for name in people)
    (stack.folder / "team.csv").write_text(HEADER + rows, encoding="utf-8")


def _become(stack: Stack, runtime: str) -> None:
    """Write the program for one door, and take the other one's away."""
    program = stack.folder / "__main__.py"
    resources = {"resources": {"team": ROSTER}} if runtime == "yaml" else {}
    document = {"name": PROJECT, "runtime": runtime, **resources}
    (stack.folder / "Pulumi.yaml").write_text(json.dumps(document), encoding="utf-8")
    if runtime == "python":
        program.write_text(PROGRAM, encoding="utf-8")
    else:
        program.unlink(missing_ok=True)


@pytest.mark.parametrize("tags", [True, False], ids=["with ownership tags", "without"])
def test_a_roster_goes_to_the_plugin_and_back(tags: bool, yaml_stack: Stack) -> None:  # noqa: F811
    """Everybody keeps the id; only the tag, which names the resource's type, is written."""
    stack = yaml_stack
    _write(stack, *PEOPLE)
    stack.configure(ownershipTag=tags)
    _become(stack, "python")
    stack.up()
    before = {name: user["Id"] for name, user in stack.live().items()}
    for runtime in ("yaml", "python"):
        _become(stack, runtime)
        planned = {name: operation for name, (operation, _) in stack.plan().items()}
        assert planned == {"team-guard": "update", "team-ada": "update", "team-alan": "update"}, stack.preview().text
        stack.calls()
        stack.up()
        assert sorted(stack.calls()) == (["DescribeUser"] * 2 + ["TagResource"] * 2 if tags else [])
        assert {name: user["Id"] for name, user in stack.live().items()} == before
        assert stack.plan() == {}
        assert "unchanged" in stack.refresh().text
    stack.destroy()
    assert stack.live() == {}


@pytest.mark.parametrize("doors", [("yaml", "python"), ("python", "yaml")], ids=" to ".join)
def test_somebody_whom_the_other_door_made_is_kept_and_leaves_later(
    doors: tuple[str, str],
    yaml_stack: Stack,  # noqa: F811
) -> None:
    """With connect-users:removals false, at the change of doors and after it."""
    stack = yaml_stack
    _write(stack, *PEOPLE)
    _become(stack, doors[0])
    stack.up()
    before = {name: user["Id"] for name, user in stack.live().items()}
    stack.configure(removals=False)
    _write(stack, "alan")
    _become(stack, doors[1])
    stack.up()
    text = stack.up().text
    assert "1 person who would leave stays: ada" in text
    assert {name: user["Id"] for name, user in stack.live().items()} == before
    assert "unchanged" in stack.refresh().text
    stack.configure(removals=None)
    stack.up()
    assert set(stack.live()) == {"alan"}
    assert stack.plan() == {}


def test_a_change_of_doors_that_ended_at_its_first_step_still_knows_who_leaves(
    yaml_stack: Stack,  # noqa: F811
) -> None:
    """The roster has its new type then, also in the URNs of its people, who are still of the old type themselves."""
    stack = yaml_stack
    _write(stack, *PEOPLE)
    _become(stack, "python")
    stack.up()
    before = {name: user["Id"] for name, user in stack.live().items()}
    state = stack.pulumi("stack", "export").text.replace(tokens.ROSTER, tokens.PLUGIN_ROSTER)
    (stack.folder / "state.json").write_text(state, encoding="utf-8")
    stack.pulumi("stack", "import", "--file", "state.json")
    stack.configure(removals=False)
    _write(stack, "alan")
    _become(stack, "yaml")
    assert "1 person who would leave stays: ada" in stack.up().text
    assert {name: user["Id"] for name, user in stack.live().items()} == before
    assert "1 person who would leave stays: ada" in stack.up().text
    stack.configure(removals=None)
    stack.up()
    assert set(stack.live()) == {"alan"}
