"""`connect-users import --personas`: what is in the folder, run after run, in every language."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from connect_users.cli import main
from connect_users.emulator import seed
from tests.contract.emulator.support import connect
from tests.contract.importing.instances import HERE, users_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.importing.instances import Command

MENTIONS = {
    "python": ("__main__.py", '    roster="agents.csv",\n    personas="personas.yaml",\n'),
    "yaml": ("Pulumi.yaml", '      roster: "agents.csv"\n      personas: "personas.yaml"\n'),
    "typescript": ("index.ts", '    roster: "agents.csv",\n    personas: "personas.yaml",\n'),
    "go": ("main.go", '\t\t\tPersonas: "personas.yaml",\n'),
}


def _users(run: Command) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The guard's inputs, and the entries of the users."""
    _, guard, *users = json.loads((run.folder / "import.json").read_text(encoding="utf-8"))["resources"]
    return guard["inputs"], users


def _personas(run: Command) -> Path:
    return run.folder / "personas.yaml"


@pytest.mark.parametrize("language", MENTIONS)
def test_the_states_are_those_without_personas_and_the_guard_knows_who_has_which(language: str, run: Command) -> None:
    """The program mentions the file; a second run changes nothing and describes nobody; the nightly check agrees."""
    run("--language", language)
    plain, users = _users(run)
    for file in run.folder.iterdir():
        file.unlink()
    status, said, stderr = run("--language", language, "--personas")
    assert (status, stderr) == (0, "")
    assert "  personas.yaml written\n" in said
    guard, with_personas = _users(run)
    assert with_personas == users
    marks = dict(line.split("\t")[:2] for line in guard.pop("personas").splitlines())
    assert guard == plain
    assert marks == {name: row["persona"] for name, row in run.rows().items()}
    assert set(marks.values()) == set(yaml.safe_load(_personas(run).read_text(encoding="utf-8"))["personas"])
    name, text = MENTIONS[language]
    assert text in (run.folder / name).read_text(encoding="utf-8")
    before = run.files()
    run.calls()
    for options in ((), ("--personas",), ("--overwrite",)):
        assert "nothing has changed" in run(*options)[1]
        assert run.files() == before
    assert "DescribeUser" not in run.calls()
    assert run("--check")[0] == 0


def test_the_commands_read_what_was_written(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    run("--personas")
    roster = str(run.folder / "agents.csv")
    assert main(["check", roster, "--personas", str(_personas(run)), "--passwords-elsewhere"]) == 0
    assert capsys.readouterr().out == f"{roster}: 30 people, no problems\n"


def test_files_that_nobody_edited_follow_the_instance(run: Command) -> None:
    """Everybody of one profile gets another limit: one line of the personas changes, and no row."""
    run("--personas")
    client, rows = connect(run.emulator), run.rows()
    users = users_of(client)
    limits = [{"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 45}}]
    for username in rows:
        client.update_user_config(UserId=users[username], AfterContactWorkConfigs=limits, **HERE)
    assert run("--check")[0] == 1
    status, said, _ = run()
    assert status == 0
    assert "personas.yaml written" in said
    personas = yaml.safe_load(_personas(run).read_text(encoding="utf-8"))["personas"]
    assert {persona["acw.chat"] for persona in personas.values()} == {45}
    assert {name: row["persona"] for name, row in run.rows().items()} == {
        name: row["persona"] for name, row in rows.items()
    }
    assert run("--check")[0] == 0


def test_edited_personas_are_kept_and_rows_say_what_the_instance_has(run: Command) -> None:
    """Also for a joiner, who gets the closest one; `--overwrite` starts again."""
    run("--personas")
    first = run.files()
    personas = _personas(run)
    edited = f"# mine\n{personas.read_text(encoding='utf-8')}"
    personas.write_text(edited, encoding="utf-8")
    client = connect(run.emulator)
    users = users_of(client)
    client.update_user_routing_profile(
        UserId=users["agent00001"], RoutingProfileId=seed.ROUTING_PROFILES["Basic Routing Profile"], **HERE
    )
    like = client.describe_user(UserId=users["agent00004"], **HERE)["User"]
    client.create_user(
        Username="joiner",
        Password="Sup3rSecretPhrase",
        IdentityInfo={"FirstName": "Jo", "LastName": "Iner"},
        **{name: like[name] for name in ("PhoneConfig", "RoutingProfileId", "SecurityProfileIds")},
        **HERE,
    )
    before = run.rows()
    assert run()[0] == 0
    assert personas.read_text(encoding="utf-8") == edited
    rows = run.rows()
    assert rows["agent00001"] == {**before["agent00001"], "routing_profile": "Basic Routing Profile"}
    assert rows["joiner"]["persona"] == before["agent00004"]["persona"]
    assert "routing_profile" not in rows["joiner"]
    assert {name: rows[name] for name in before if name != "agent00001"} == {
        name: row for name, row in before.items() if name != "agent00001"
    }
    assert run("--check")[0] == 0
    files = run.files()
    assert "nothing has changed" in run("--personas")[1]
    assert run.files() == files
    run("--overwrite")
    assert "# mine" not in personas.read_text(encoding="utf-8")
    client.delete_user(UserId=users_of(client)["joiner"], **HERE)
    client.update_user_routing_profile(
        UserId=users["agent00001"], RoutingProfileId=seed.ROUTING_PROFILES["Support"], **HERE
    )
    run()
    assert run.files().keys() == first.keys()


def test_a_persona_that_both_sides_changed_is_a_conflict(run: Command) -> None:
    """Nothing is written, and the check says who differs in what."""
    run("--personas")
    personas = _personas(run)
    text = personas.read_text(encoding="utf-8")
    personas.write_text(text.replace("Support", "Sales"), encoding="utf-8")
    (differing, *_) = run("--check")[2].splitlines()
    assert differing == "agent00001: differs in routing_profile_id"
    assert "agent00001: the edited line stays, for the next pulumi up" in run()[2]
    client = connect(run.emulator)
    client.update_user_routing_profile(
        UserId=users_of(client)["agent00001"],
        RoutingProfileId=seed.ROUTING_PROFILES["Basic Routing Profile"],
        **HERE,
    )
    before = run.files()
    status, _, stderr = run()
    assert status == 1
    assert "the instance changed too (agent00001); nothing was written" in stderr
    assert run.files() == before


def test_wrong_personas_are_reported_at_their_line(run: Command) -> None:
    run("--personas")
    with _personas(run).open("a", encoding="utf-8") as file:
        file.write("ruls: []\n")
    line = len(_personas(run).read_text(encoding="utf-8").splitlines())
    status, _, stderr = run("--check")
    assert status == 1
    assert f"personas.yaml:{line}: ruls: is not a member of this file; did you mean 'rules'?" in stderr


def test_a_roster_that_is_there_gets_personas_and_a_line_says_what_the_program_needs(run: Command) -> None:
    """It is the user's own, and so is not written. An edited roster is left alone."""
    run()
    program = (run.folder / "__main__.py").read_bytes()
    status, said, _ = run("--personas")
    assert status == 0
    assert 'add this argument to the roster in __main__.py: personas="personas.yaml"\n' in said
    assert (run.folder / "__main__.py").read_bytes() == program
    assert all("persona" in row for row in run.rows().values())
    _personas(run).unlink()
    roster = run.folder / "agents.csv"
    roster.write_text(re.sub("Grace", "Gracie", roster.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    before = run.files()
    status, _, stderr = run("--personas")
    assert status == 1
    problem = f"{roster} was edited, and there is no personas.yaml; nothing was written; --overwrite writes both"
    assert stderr == f"connect-users: {problem}\n"
    assert run.files() == before


def test_personas_that_were_there_before_the_first_import_are_left_alone(run: Command) -> None:
    _personas(run).write_text("personas: {agent: {routing_profile: Support}}\n", encoding="utf-8")
    status, _, stderr = run("--personas")
    assert status == 1
    assert f"{_personas(run)} was edited, and there is no agents.csv; nothing was written" in stderr
    assert set(run.files()) == {"personas.yaml"}


@pytest.mark.parametrize("personas", [("--personas",), ()], ids=["personas", "plain"])
def test_a_second_roster_in_the_folder_has_files_of_its_own(personas: tuple[str, ...], run: Command) -> None:
    """Each follows the instance as if it were alone; nothing of the one changes what the other's people have."""
    emea, amer = (("--name", name, "--select", f"hierarchy={name}", *personas) for name in ("EMEA", "AMER"))
    run(*emea)
    first = run.files()
    status, said, stderr = run(*amer)
    assert (status, stderr) == (0, "")
    own = {"AMER.csv", "AMER-import.json", *(["AMER-personas.yaml"] if personas else [])}
    assert {name: text for name, text in run.files().items() if name not in own} == first
    assert run.files().keys() - first.keys() == own
    assert ('personas="AMER-personas.yaml"' in said) == bool(personas)
    assert "pulumi import --file AMER-import.json" in said
    for roster in (emea, amer):
        assert "nothing has changed" in run(*roster)[1]
    client = connect(run.emulator)
    for group in ("EMEA", "AMER"):
        username = (run.folder / f"{group}.csv").read_text(encoding="utf-8").splitlines()[1].partition(",")[0]
        info = {"FirstName": f"Changed in {group}", "LastName": "Iner"}
        client.update_user_identity_info(UserId=users_of(client)[username], IdentityInfo=info, **HERE)
    for roster in (emea, amer):
        name = roster[1]
        assert run(*roster)[::2] == (0, "")
        assert f"Changed in {name}" in (run.folder / f"{name}.csv").read_text(encoding="utf-8")
        before = run.files()
        run(*roster, "--overwrite")
        assert run.files() == before
        assert run("--check", *(part for part in roster if part != "--personas"))[0] == 0


@pytest.mark.parametrize("other", ["--each", "--check"])
def test_personas_are_of_a_roster_that_is_written(other: str, run: Command) -> None:
    assert run("--personas", other)[::2] == (
        2,
        "connect-users import: --personas goes with --out, and not with --check or --each\n",
    )
