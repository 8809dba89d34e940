"""`connect-users import` in other languages, and with each person declared: what is in the folder, run after run."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core import spelling
from connect_users.core.rules import review
from connect_users.core.spec import canonical
from connect_users.emulator import Emulator, seed, seed_users
from connect_users.plugin import schema
from connect_users.plugin.version import VERSION
from tests.contract.emulator.support import connect
from tests.contract.importing.instances import HERE, Command, users_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLUGIN = ("yaml", "typescript", "go")
PEOPLE = 5


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """A small instance, and the command."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with Emulator(None) as emulator:
        seed_users(emulator.store, PEOPLE)
        yield Command(emulator, tmp_path, capsys)


def entries(run: Command) -> list[dict[str, Any]]:
    """What the file for `pulumi import` has."""
    found: list[dict[str, Any]] = json.loads((run.folder / "import.json").read_text(encoding="utf-8"))["resources"]
    return found


@pytest.mark.parametrize("language", PLUGIN)
def test_the_import_file_of_a_roster_is_what_the_plugin_registers(run: Command, language: str) -> None:
    """The roster holds nothing, its guard everybody; types, names, parents and versions are the component's."""
    assert run("--language", language)[0] == 0
    roster, guard, *users = entries(run)
    assert roster == {"type": "connect-users:index:UserRoster", "name": "agents", "component": True}
    assert (guard["type"], guard["name"], guard["id"]) == ("connect-users:index:RosterGuard", "agents-guard", "agents")
    assert guard["inputs"] == guard["outputs"]
    assert guard["inputs"]["usernames"].split() == sorted(run.rows())
    declared = schema.document()["resources"]["connect-users:index:RosterGuard"]["inputProperties"]
    assert guard["inputs"].keys() <= declared.keys()
    assert {(user["type"], user["parent"], user["version"]) for user in [guard, *users]} == {
        ("connect-users:index:RosterGuard", "agents", VERSION),
        ("connect-users:index:User", "agents", VERSION),
    }
    assert len(users) == PEOPLE


@pytest.mark.parametrize("language", PLUGIN)
def test_the_states_of_people_are_in_the_plugins_words(run: Command, language: str) -> None:
    """Under the bare id, as the plugin keeps them; with inputs that its check leaves as they are."""
    run("--language", language, "--each")
    properties = schema.document()["resources"]["connect-users:index:User"]["properties"]
    ids = users_of(connect(run.emulator))
    assert len(entries(run)) == PEOPLE
    for entry in entries(run):
        inputs = spelling.ours(entry["inputs"])
        assert entry["type"] == "connect-users:index:User"
        assert entry["id"] == ids[inputs["username"]]
        assert not {"parent", "version"} & entry.keys()
        assert entry["inputs"].keys() <= properties.keys()
        assert canonical(inputs) == inputs
        assert review(inputs).problems == ()
        assert entry["inputs"].items() <= entry["outputs"].items()
        assert entry["outputs"]["arn"] == f"{seed.INSTANCE_ARN}/agent/{entry['id']}"


@pytest.mark.parametrize("each", [(), ("--each",)], ids=["roster", "each"])
@pytest.mark.parametrize("language", ["python", *PLUGIN])
def test_a_second_run_keeps_the_language_and_the_form(run: Command, language: str, each: tuple[str, ...]) -> None:
    """It is not said again, and describes nobody."""
    run("--language", language, *each)
    before = run.files()
    run.calls()
    status, said, stderr = run("--json")
    result = json.loads(said)
    assert (status, stderr, result["changed"]) == (0, "", [])
    assert (result["language"], result["each"]) == (language, bool(each))
    assert run.files() == before
    assert "DescribeUser" not in run.calls()


def test_only_who_is_new_is_to_be_added_to_a_program_that_declares_each(run: Command) -> None:
    run("--each")
    client = connect(run.emulator)
    like = client.describe_user(UserId=users_of(client)["agent00001"], **HERE)["User"]
    client.create_user(
        Username="joiner",
        Password="Sup3rSecretPhrase",
        IdentityInfo={"FirstName": "Jo", "LastName": "Iner"},
        **{name: like[name] for name in ("PhoneConfig", "RoutingProfileId", "SecurityProfileIds")},
        **HERE,
    )
    before = (run.folder / "__main__.py").read_bytes()
    _, said, _ = run()
    assert re.findall(r"ConnectUser\(\n    \"(.*)\",", said) == ["agents-joiner"]
    assert (run.folder / "__main__.py").read_bytes() == before


@pytest.mark.parametrize("name", ["Pulumi.yml", "Pulumi.json"])
def test_a_project_in_another_file_is_not_replaced(run: Command, name: str) -> None:
    """Pulumi reads these, too, and only one of them."""
    (run.folder / name).write_text('{"name": "x", "runtime": "yaml"}', encoding="utf-8")
    status, _, stderr = run()
    assert status == 1
    assert f"the project in this folder is {name}; convert it to Pulumi.yaml, or choose another folder" in stderr
    assert set(run.files()) == {name}


def test_a_folder_with_a_roster_is_not_made_one_without(run: Command) -> None:
    run()
    status, _, stderr = run("--each")
    assert status == 1
    assert "has a program with a roster; give another folder with --each" in stderr
    assert len(stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("language", "commands"),
    [
        ("python", []),
        ("yaml", ["connect-users plugin install"]),
        ("typescript", ["connect-users plugin install", f"pulumi package add connect-users@{VERSION}"]),
    ],
)
def test_what_a_language_needs_is_said_first(run: Command, language: str, commands: list[str]) -> None:
    _, said, _ = run("--language", language)
    lines = said[said.index("next, in that folder") :].splitlines()[1:]
    assert lines == [
        *(f"  {command}" for command in commands),
        "  pulumi import --file import.json --generate-code=false --protect=false --yes",
        "  pulumi preview",
    ]


@pytest.mark.parametrize("each", [(), ("--each",)], ids=["roster", "each"])
@pytest.mark.parametrize(
    ("program", "plugin"),
    [
        ("import pulumi_amazon_connect_users as connect_users\n", True),
        ("from connect_users import ConnectUser, ConnectInstance, ConnectUserRoster\n", False),
    ],
)
def test_a_python_program_gets_the_states_of_the_resources_that_it_has(
    run: Command, program: str, plugin: bool, each: tuple[str, ...]
) -> None:
    """With the other ones, `pulumi up` would delete everybody. Both may be used in a project with the package."""
    project = "name: x\nruntime: python\npackages:\n  connect-users: connect-users@0.1.0\n"
    (run.folder / "Pulumi.yaml").write_text(project, encoding="utf-8")
    (run.folder / "__main__.py").write_text(program, encoding="utf-8")
    _, said, _ = run(*each)
    assert all(entry["type"].startswith("connect-users:index:") == plugin for entry in entries(run))
    assert ("  connect-users plugin install\n" in said) == plugin
    snippet = said.partition("add these lines to __main__.py:\n")[2].partition("next,")[0]
    kind = "User" if each else "UserRoster"
    assert snippet.count(f"pulumi_amazon_connect_users.{kind}(" if plugin else f"Connect{kind}(") == (
        PEOPLE if each else 1
    )
    assert ("ConnectInstance(" in snippet) == (not plugin and not each)


def test_into_a_program_of_the_plugin_that_exists(run: Command) -> None:
    """Roster and people of `pulumi preview --import-file` are filled; the guard is made, which costs nothing."""
    file = run.folder / "skeleton.json"
    roster = {"type": "connect-users:index:UserRoster", "name": "agents", "component": True}
    more = {"id": "<PLACEHOLDER>", "parent": "agents", "version": VERSION}
    guard = {"type": "connect-users:index:RosterGuard", "name": "agents-guard", **more}
    user = {"type": "connect-users:index:User", "name": "agents-agent00002", **more}
    file.write_text(json.dumps({"resources": [roster, guard, user]}), encoding="utf-8")
    status, said, stderr = run("--into", str(file), "--select", "username=agent00002")
    assert (status, stderr) == (0, "")
    assert "1 person matched" in said
    first, second = json.loads(file.read_text(encoding="utf-8"))["resources"]
    assert first == roster
    assert second["id"] == users_of(connect(run.emulator))["agent00002"]
    assert set(second["inputs"]) == {"instanceId", "username", "routingProfileId", "securityProfileIds"}
    assert second["outputs"]["arn"].endswith(second["id"])
    assert {name: second[name] for name in ("type", "name", "parent", "version")} == {
        name: user[name] for name in ("type", "name", "parent", "version")
    }


def test_an_import_that_was_interrupted_goes_on_in_any_language(run: Command) -> None:
    """What was read is kept in one form, whatever the program's."""
    from connect_users.emulator import Fault

    # Users are described at the same time: those before the last one are kept.
    last = max(users_of(connect(run.emulator)).items())[1]
    run.emulator.faults.add(Fault("DescribeUser", "error-before", match=last, code="AccessDeniedException"))
    status, _, stderr = run("--language", "go")
    assert status == 1
    kept = int(re.findall(r"(\d) users were read and saved", stderr)[0])
    run.calls()
    assert run("--language", "go")[0] == 0
    assert run.calls()["DescribeUser"] == PEOPLE - kept
