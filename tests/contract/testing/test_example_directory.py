"""From a directory to Amazon Connect: what examples/directory shows is what happens, in a rehearsal."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from connect_users.cli import main
from connect_users.emulator import seed
from connect_users.testing import Rehearsal
from tests.contract.plugin.example_programs import in_yaml, problems, references

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "directory"
PAGE = (EXAMPLE / "README.md").read_text(encoding="utf-8")
CHECK = ("check", "people.csv", "--personas", "personas.yaml", "--passwords-elsewhere")


def after(command: str) -> str:
    """What the page shows after a command."""
    shown = re.search(rf"(?m)^(?:\$ )?{re.escape(command)}.*\n((?:(?!\$ |```).*\n)+)", PAGE)
    assert shown is not None, command
    return shown[1]


def change_of_page(people: str) -> str:
    """The export with the rows of the page's diff."""
    (diff,) = re.findall(r"```diff\n(.*?)```", PAGE, re.DOTALL)
    lines = diff.splitlines()
    for old, new in zip(lines[::2], lines[1::2], strict=True):
        assert (old[0], new[0], people.count(f"{old[1:]}\n")) == ("-", "+", 1)
        people = people.replace(old[1:], new[1:])
    return people


def program_in_yaml() -> str:
    """The program in YAML that the page has."""
    (program,) = (block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "runtime: yaml" in block)
    return str(program)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example, as the working directory."""
    copy = tmp_path / "directory"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns(".connect-users", "__pycache__"))
    monkeypatch.chdir(copy)
    return copy


@pytest.fixture
def rehearsal(project: Path) -> Iterator[Rehearsal]:
    config = {"connect-users:emulatorState": str(project / "emulator.sqlite")}
    with Rehearsal(project, config=config) as made:
        yield made


def test_the_check_says_what_the_page_shows(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(list(CHECK)) == 0
    output = capsys.readouterr()
    assert (output.out, output.err) == (after(f"connect-users {' '.join(CHECK)}"), "")
    assert main([*CHECK, "--explain-personas"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if re.search("chiara|farah", line)]
    assert lines == after(f"connect-users {' '.join(CHECK)} --explain-personas").splitlines()
    assert main([*(each for each in CHECK if each != "--passwords-elsewhere"), "--identity-management", "SAML"]) == 0
    capsys.readouterr()
    people = project / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace(",Sales,", ",Sails,"), encoding="utf-8")
    assert main(list(CHECK)) == 1
    (problem,) = [line for line in PAGE.splitlines() if "'Sails'" in line]
    assert problem in capsys.readouterr().err.splitlines()


def test_the_export_has_twelve_people_and_the_personas_are_those_of_the_page() -> None:
    rows = (EXAMPLE / "people.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 12
    document = yaml.safe_load((EXAMPLE / "personas.yaml").read_text(encoding="utf-8"))
    shown = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    assert shown[0] == {"personas": {"agent": document["personas"]["agent"]}}
    assert shown[1] == {"rules": document["rules"]}
    assert str(document["columns"]).replace("'", "").strip("{}") in PAGE


def test_a_mover_and_a_leaver_are_reviewed_as_the_page_shows(
    rehearsal: Rehearsal, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rehearsal.up().raise_for_errors().changes == {"create": 14}
    assert set(rehearsal.preview().raise_for_errors().changes) == {"same"}
    farah = rehearsal.resource("agents-farah@acme.example").outputs
    assert farah["routing_profile_id"] == seed.ROUTING_PROFILES["Sales"]
    people = project / "people.csv"
    people.write_text(change_of_page(people.read_text(encoding="utf-8")), encoding="utf-8")
    preview = rehearsal.preview().raise_for_errors()
    (project / "preview.json").write_text(json.dumps(preview.as_preview()), encoding="utf-8")
    capsys.readouterr()
    where = ["--instance", "emulator", "--emulator-state", str(project / "emulator.sqlite")]
    assert main(["explain", "preview.json", *where, "--width", "100"]) == 0
    assert capsys.readouterr().out == after("pulumi preview --json | connect-users explain")
    assert rehearsal.up().raise_for_errors().changes == {"same": 11, "update": 2, "delete": 1}


@pytest.mark.parametrize(("day", "there"), [("2999-12-31", True), ("2020-12-31", False)])
def test_a_last_day_of_the_export_is_one_of_the_roster(
    day: str, there: bool, rehearsal: Rehearsal, project: Path
) -> None:
    people = project / "people.csv"
    text = people.read_text(encoding="utf-8")
    assert "\ngustav@" in text
    people.write_text(re.sub(r"(?m)^(gustav@.*),$", rf"\1,{day}", text), encoding="utf-8")
    created = rehearsal.preview().raise_for_errors().changes["create"]
    assert created == (14 if there else 13)


def test_the_program_in_yaml_is_true_to_the_schema() -> None:
    """And declares what the program in Python does."""
    program = program_in_yaml()
    assert references(program) == []
    (roster,) = in_yaml(program)
    assert (roster.token, problems(roster)) == ("UserRoster", [])
    python = (EXAMPLE / "__main__.py").read_text(encoding="utf-8")
    for name in ("roster", "personas"):
        assert f'{name}="{roster.given[name]}"' in python
    assert f"min_holders={json.dumps(roster.given['minHolders'])}" in python
