"""From a directory's export to Amazon Connect: personas and several files, for programs in YAML and Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.cli import main
from connect_users.emulator import seed
from tests.acceptance.stack import PASSWORD, PROJECT, SALES, SUPPORT
from tests.acceptance.test_plugin_yaml import yaml_stack  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.stack import Stack

HEADER = "userPrincipalName,surname,givenName,mail,department,jobTitle,accountEnabled,mobilePhone\n"
PERSONAS: dict[str, Any] = {
    "personas": {
        "agent": {"routing_profile": "Support", "security_profiles": "Agent", "acw": {"chat": 30}},
        "seller": {"routing_profile": "Sales", "security_profiles": "Agent"},
    },
    "rules": [{"persona": "seller", "when": {"department": ["Sales", "Sales *"]}}],
    "default": "agent",
}
PROGRAM = f"""
from connect_users import ConnectUserRoster

ConnectUserRoster(
    "team",
    instance_id="{seed.INSTANCE_ID}",
    roster="people",
    personas="personas.json",
    routing_profiles={seed.ROUTING_PROFILES},
    security_profiles={seed.SECURITY_PROFILES},
    passwords=lambda _: "{PASSWORD}",
)
"""


def _write(folder: Path, **people: str) -> None:
    """Each in the file of the first letter: username -> department, and "-" before it where the account is disabled."""
    (folder / "people").mkdir(exist_ok=True)
    for old in (folder / "people").iterdir():
        old.unlink()
    for place, department in people.items():
        file, _, name = place.partition("_")
        path = folder / "people" / f"{file}.csv"
        rows = path.read_text(encoding="utf-8") if path.exists() else HEADER
        active = not department.startswith("-")
        rows += (
            f"{name}@example.com,Doe,{name.title()},{name}@example.com,{department.lstrip('-')},Clerk,{active},020\n"
        )
        path.write_text(rows, encoding="utf-8")


def _yaml(stack: Stack, **properties: Any) -> None:
    properties = {
        **properties,
        "instance": seed.INSTANCE_ALIAS,
        "passwords": {f"{name}@example.com": PASSWORD for name in ("ada", "bo", "cy")},
    }
    team = {"type": "connect-users:UserRoster", "properties": properties}
    project = {"name": PROJECT, "runtime": "yaml", "resources": {"team": team}}
    (stack.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")


@pytest.mark.parametrize("inline", [False, True], ids=["file", "map"])
def test_a_program_in_yaml_follows_the_export(
    inline: bool,
    yaml_stack: Stack,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A joiner gets the persona's settings, a mover of the department another one; who is not active leaves."""
    stack = yaml_stack
    (stack.folder / "personas.json").write_text(json.dumps(PERSONAS), encoding="utf-8")
    if inline:
        _yaml(stack, rosters=["people/a.csv", "people/[b-z].csv"], personas=PERSONAS)
    else:
        _yaml(stack, roster="people", personas="personas.json")
    _write(stack.folder, a_ada="Sales", a_bo="Support", b_cy="Sales EMEA")
    stack.up()
    routing = {name.partition("@")[0]: user["RoutingProfileId"] for name, user in stack.live().items()}
    assert routing == {"ada": SALES, "bo": SUPPORT, "cy": SALES}

    _write(stack.folder, b_ada="Sales", a_bo="Support", a_cy="Sales EMEA")
    assert stack.plan() == {}

    _write(stack.folder, a_ada="Support", a_bo="Support", b_cy="-Sales EMEA")
    assert stack.plan() == {
        "team-guard": ("update", ["personas", "usernames"]),
        "team-ada@example.com": ("update", ["afterContactWorkConfigs", "routingProfileId"]),
        "team-cy@example.com": ("delete", []),
    }
    preview = stack.folder / "preview.json"
    preview.write_text(stack.pulumi("preview", "--json").text, encoding="utf-8")
    capsys.readouterr()
    assert main(["explain", str(preview), "--width", "200"]) == 0
    assert "persona seller → agent" in capsys.readouterr().out
    stack.up()
    assert set(stack.live()) == {"ada@example.com", "bo@example.com"}


def test_a_wrong_file_of_personas_stops_the_preview(yaml_stack: Stack) -> None:  # noqa: F811
    stack = yaml_stack
    wrong = json.dumps(PERSONAS, indent=1).replace("Support", "Suport").replace('"rules"', '"ruls"')
    (stack.folder / "personas.json").write_text(wrong, encoding="utf-8")
    _yaml(stack, roster="people", personas="personas.json")
    _write(stack.folder, a_ada="Sales")
    text = stack.preview(code=1).text
    assert "personas.json:15: ruls: is not a member of this file; did you mean 'rules'?" in text
    assert "Traceback" not in text


def test_a_program_in_python_follows_the_export(stack: Stack) -> None:
    stack.write_program(PROGRAM)
    (stack.folder / "personas.json").write_text(json.dumps(PERSONAS), encoding="utf-8")
    _write(stack.folder, a_ada="Sales", a_bo="Support")
    stack.up()
    _write(stack.folder, a_ada="Sales", b_bo="Support")
    assert stack.plan() == {}
    _write(stack.folder, a_ada="-Sales", a_bo="Sales")
    stack.up()
    assert {name: user["RoutingProfileId"] for name, user in stack.live().items()} == {"bo@example.com": SALES}
