"""`connect-users check` with personas, exports of directories and several files, as it is run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from connect_users.cli import main

if TYPE_CHECKING:
    from pathlib import Path

PERSONAS = """\
personas:
  agent: {routing_profile: Support, security_profiles: Agent}
  lead: {routing_profile: Sales, security_profiles: Agent|Lead}
  spare: {}
rules:
  - {persona: lead, when: {jobTitle: "*lead"}}
  - {persona: agent, when: {department: Sales}}
"""
EXPORT = """\
userPrincipalName,surname,givenName,mail,jobTitle,department,accountEnabled,mobilePhone
ada@example.com,Lovelace,Ada,ada@example.com,Team lead,Sales,True,020 1
bo@example.com,Bo,Bo,bo@example.com,Clerk,Sales,True,020 2
cy@example.com,Cy,Cy,cy@example.com,Clerk,Sales,False,020 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "personas.yaml").write_text(PERSONAS, encoding="utf-8")
    (tmp_path / "entra.csv").write_text(EXPORT, encoding="utf-8")
    return tmp_path


def test_it_says_which_form_was_read_and_who_is_no_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "entra.csv", "--personas", "personas.yaml"]) == 0
    output = capsys.readouterr()
    assert output.out == "entra.csv: 2 people, no problems (read as Entra ID, 1 account not active)\n"
    assert output.err == "personas.yaml:4: warning: personas.spare: nobody has this persona\n"
    (folder / "own.csv").write_text("UPN,Here\nada,yes\nbo,no\n", encoding="utf-8")
    settings = "{routing_profile_id: r, security_profile_ids: s, email: a@b.org}"
    text = f"personas: {{a: {settings}}}\ndefault: a\ncolumns: {{username: UPN, active: Here}}\n"
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    assert main(["check", "own.csv", "--personas", "own.yaml"]) == 0
    text = "own.csv: 1 person, no problems (read as the personas say, 1 account not active)\n"
    assert capsys.readouterr().out == text


def test_it_explains_who_gets_which_persona_and_why(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where each setting comes from, but no value of the row that is personal."""
    options = ["--personas", "personas.yaml", "--explain-personas", "--default", "acw.voice=30"]
    assert main(["check", "entra.csv", *options]) == 0
    row = "row: identity_info.last_name, identity_info.first_name, identity_info.email"
    also = f"{row}; persona: routing_profile, security_profiles; defaults: acw.voice"
    assert capsys.readouterr().out.splitlines()[:-1] == [
        f"entra.csv:2: ada@example.com: persona lead (rule 1: jobTitle is 'Team lead'); {also}",
        f"entra.csv:3: bo@example.com: persona agent (rule 2: department is 'Sales'); {also}",
    ]
    assert main(["check", "entra.csv", *options, "--json"]) == 0
    (roster,) = json.loads(capsys.readouterr().out)["rosters"]
    assert roster["files"] == [{"file": "entra.csv", "form": "Entra ID", "inactive": ["cy@example.com"]}]
    ada, bo = roster["personas"]
    assert {name: ada[name] for name in ("username", "line", "persona", "rule", "matched")} == {
        "username": "ada@example.com",
        "line": 2,
        "persona": "lead",
        "rule": 1,
        "matched": {"jobTitle": "Team lead"},
    }
    assert bo["settings"] == {
        "identity_info.last_name": "row",
        "identity_info.first_name": "row",
        "identity_info.email": "row",
        "routing_profile": "persona",
        "security_profiles": "persona",
        "acw.voice": "defaults",
    }


def test_a_problem_of_the_personas_is_reported_at_their_line_in_every_format(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "personas.yaml").write_text(PERSONAS.replace("Support", "Suport"), encoding="utf-8")
    options = ["--personas", "personas.yaml", "--routing-profiles", "Support,Sales"]
    text = "'Suport' is not a routing profile of this roster; did you mean 'Support'?"
    assert main(["check", "entra.csv", *options]) == 1
    assert f"personas.yaml:2: personas.agent.routing_profile: {text}\n" in capsys.readouterr().err
    assert main(["check", "entra.csv", *options, "--format", "github"]) == 1
    assert "::error file=personas.yaml,line=2," in capsys.readouterr().out
    assert main(["check", "entra.csv", *options, "--json"]) == 1
    finding = json.loads(capsys.readouterr().out)["rosters"][0]["findings"][0]
    assert (finding["file"], finding["line"], finding["message"]) == ("personas.yaml", 2, text)


def test_a_folder_is_one_roster_and_somebody_in_two_of_its_files_a_problem(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "more.csv").write_text(EXPORT.replace("bo@", "di@").replace("cy@", "ed@"), encoding="utf-8")
    assert main(["check", ".", "--personas", "personas.yaml"]) == 1
    output = capsys.readouterr()
    assert "more.csv:2: userPrincipalName: 'ada@example.com' is in entra.csv:2 and in more.csv:2;" in output.err
    assert output.out == ".: 1 problem (2 files, read as Entra ID, 2 accounts not active)\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--explain-personas"], "--explain-personas needs --personas FILE"),
        (["--personas", "personas.yaml", "--explain-personas", "--format", "sarif"], "use --format text or json"),
        (["--personas", "gone.yaml"], "gone.yaml: cannot be read: No such file or directory"),
        (["--personas", "entra.csv"], "entra.csv: is not a persona file; write YAML or JSON"),
    ],
)
def test_wrong_usage_is_2(folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str) -> None:
    assert main(["check", "entra.csv", *options]) == 2
    assert message in capsys.readouterr().err


def test_the_schema_is_printed_for_editors(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["check", "--personas-schema"])
    assert left.value.code == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema).validate({"personas": {"a": {"routing_profile": "Sales"}}, "default": "a"})
