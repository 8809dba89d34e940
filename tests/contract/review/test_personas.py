"""Reviews of people whose settings come from personas: names and power are read through them, changes name them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.cli import main
from connect_users.core import tokens
from connect_users.roster.guarding import AssignedPersona, inputs_of
from connect_users.roster.leavers import limit
from tests.contract.review.test_html_report_sources import data_of

if TYPE_CHECKING:
    from pathlib import Path

PERSONAS = """\
personas:
  agent: {routing_profile: Support, security_profiles: Agent}
  admin: {routing_profile: Support, security_profiles: Agent|Admin}
rules: [{persona: admin, when: {jobTitle: Administrator}}]
default: agent
"""
EXPORT = "userPrincipalName,givenName,jobTitle,accountEnabled\n"
URN = "urn:pulumi:dev::agents::connect_users:ConnectUserRoster$"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "personas.yaml").write_text(PERSONAS, encoding="utf-8")
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "a.csv").write_text(f"{EXPORT}ada,Ada,Administrator,True\n", encoding="utf-8")
    (tmp_path / "people" / "b.csv").write_text(f"{EXPORT}bo,Bo,Clerk,True\ncy,Cy,Clerk,False\n", encoding="utf-8")
    return tmp_path


def _step(type_: str, name: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    urn = f"{URN}{type_}::{name}"
    states = ({"urn": urn, "type": type_, "inputs": inputs, "outputs": inputs} for inputs in (old, new))
    return {"op": "update", "urn": urn, **dict(zip(("oldState", "newState"), states, strict=True))}


def _guard(**marks: AssignedPersona) -> dict[str, Any]:
    return inputs_of("agents", marks, limit("20%"), retain_leavers=False, personas=marks)


def _preview(guard: str, user: str) -> str:
    def ada(*profiles: str) -> dict[str, Any]:
        return {"username": "ada", "routing_profile_id": "r1", "security_profile_ids": list(profiles)}

    bo = {"username": "bo"}
    before = _guard(ada=AssignedPersona("agent"), bo=AssignedPersona("agent"))
    after = _guard(ada=AssignedPersona("admin", ("routing_profile", "tags.site")), bo=AssignedPersona("agent"))
    steps = [
        _step(guard, "agents-guard", before, after),
        _step(user, "agents-ada", ada("s1"), ada("s1", "s2")),
        _step(user, "agents-bo", {**ada("s1"), **bo}, {**ada("s1"), **bo, "routing_profile_id": "r2"}),
        _step(user, "else-cy", {**ada("s1"), "username": "cy"}, {**ada("s3"), "username": "cy"}),
    ]
    return json.dumps({"steps": steps})


@pytest.mark.parametrize(
    ("guard", "user"),
    [(tokens.GUARD, tokens.USER), (tokens.PLUGIN_GUARD, tokens.PLUGIN_USER)],
    ids=["python", "plugin"],
)
def test_a_review_says_who_changes_persona_and_what_the_row_sets_itself(
    guard: str, user: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "preview.json").write_text(_preview(guard, user), encoding="utf-8")
    assert main(["explain", "preview.json", "--width", "300"]) == 0
    bo, ada, cy = (line for line in capsys.readouterr().out.splitlines() if line.startswith("  "))
    assert ada.endswith("; persona agent → admin, but the row sets routing_profile, tags.site")
    assert bo.endswith("; persona agent")
    assert "persona" not in cy


def test_the_names_of_a_review_come_from_the_personas_of_the_roster(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And its lines from the file in which somebody stands."""
    (folder / "preview.json").write_text(_preview(tokens.GUARD, tokens.USER), encoding="utf-8")
    options = ["--roster", "people", "--personas", "personas.yaml"]
    assert main(["explain", "preview.json", *options, "--width", "300"]) == 0
    assert "+ security profile Admin (a name of the roster only)" in capsys.readouterr().out
    assert main(["explain", "preview.json", *options, "--format", "sarif"]) == 0
    places = [
        each["locations"][0]["physicalLocation"] for each in json.loads(capsys.readouterr().out)["runs"][0]["results"]
    ]
    assert any(
        (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("people/a.csv", 2) for place in places
    )


def test_an_access_review_of_a_roster_shows_the_power_that_personas_give(folder: Path) -> None:
    options = ["--roster", "people", "--personas", "personas.yaml"]
    assert main(["report", "--html", "out.html", *options]) == 0
    people = {person[0]: person for person in data_of(folder / "out.html")["people"]}
    assert set(people) == {"ada", "bo"}
    assert "Admin" in json.dumps(data_of(folder / "out.html")["profiles"])


@pytest.mark.parametrize("command", [["explain", "preview.json"], ["report", "--html", "out.html"]])
def test_personas_that_are_wrong_stop_a_review(
    command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "preview.json").write_text(_preview(tokens.GUARD, tokens.USER), encoding="utf-8")
    (folder / "personas.yaml").write_text(PERSONAS.replace("default: agent", "default: agnt"), encoding="utf-8")
    assert main([*command, "--roster", "people", "--personas", "personas.yaml"]) == 2
    assert "personas.yaml:5: default: 'agnt' is not a persona of this file" in capsys.readouterr().err
