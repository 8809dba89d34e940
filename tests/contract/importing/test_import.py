"""`connect-users import`: what it reads, what it writes, and that a second run has nothing to do."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.cli import main
from connect_users.core import tokens
from connect_users.core.rules import review
from connect_users.core.spec import canonical
from connect_users.emulator import Emulator, Options, seed, seed_users
from tests.contract.emulator.support import connect
from tests.contract.importing.instances import HERE, Command, users_of
from tests.unit.test_cli_imports import imported_by

if TYPE_CHECKING:
    from pathlib import Path


def _entries(folder: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((folder / "import.json").read_text(encoding="utf-8"))["resources"]
    return entries


def test_a_roster_with_names_instead_of_ids(run: Command, tmp_path: Path) -> None:
    """One line says all that Connect tells of a user, in the words of the roster's columns."""
    assert run()[0] == 0
    assert run.rows()["agent00004"] == {
        "username": "agent00004",
        "routing_profile": "Support",
        "security_profiles": "Agent",
        "identity_info.first_name": "Eve",
        "identity_info.last_name": "Evans",
        "identity_info.email": "agent00004@example.com",
        "identity_info.secondary_email": "second@example.com",
        "identity_info.mobile": "'+442079460001",
        "hierarchy_group": "AMER/US",
        "user_proficiencies": "lang:en=3",
        "tags": r"team=team-4|a\=b\:c=d\=e|empty=|é=ü",
        "auto_accept.voice": "yes",
        "auto_accept.voice.first_callback": "yes",
        "acw.voice": "30",
        "acw.voice.first_callback": "30",
        "acw.chat": "120",
        "acw.task": "30",
        "acw.email": "30",
        "phone_type.voice": "DESK_PHONE",
        "phone_number.voice": "'+442079460000",
        "persistent_connection.voice": "yes",
        "voice_enhancement.voice": "NOISE_SUPPRESSION",
    }


def test_the_program_is_a_roster_and_nothing_else(run: Command, tmp_path: Path) -> None:
    """Small enough to be read at a glance."""
    run()
    text = (tmp_path / "__main__.py").read_text(encoding="utf-8")
    compile(text, "__main__.py", "exec")
    assert len(text.splitlines()) < 12
    assert 'roster="agents.csv"' in text
    assert seed.INSTANCE_ARN in text
    assert "emulator-users" in (tmp_path / "Pulumi.yaml").read_text(encoding="utf-8")


def test_the_file_for_pulumi_has_the_whole_state(run: Command, tmp_path: Path) -> None:
    """Type, name, parent, id; inputs that a check leaves as they are; outputs; the provider in both."""
    run()
    roster, guard, *users = _entries(tmp_path)
    assert roster == {"type": "connect_users:index:ConnectUserRoster", "name": "agents", "component": True}
    assert (guard["type"], guard["parent"]) == ("pulumi-python:dynamic/connect_users:RosterGuard", "agents")
    assert guard["inputs"]["usernames"].split() == sorted(run.rows())
    assert len(users) == 30
    for entry in users:
        inputs, outputs = entry["inputs"], entry["outputs"]
        assert (entry["type"], entry["parent"]) == (tokens.USER, "agents")
        assert entry["name"] == f"agents-{inputs['username']}"
        assert inputs.pop("__provider") == outputs["__provider"] == tokens.USER_PROVIDER
        assert canonical(inputs) == inputs
        assert review(inputs).problems == ()
        assert inputs.items() <= outputs.items()
        assert outputs["arn"] == f"{seed.INSTANCE_ARN}/agent/{entry['id']}"
        assert not {"password", "ownership_token"} & set(outputs)


def test_nothing_is_written_to_connect(run: Command, emulator: Emulator) -> None:
    """Reads in bulk; one description for each user, since nothing else tells e-mail addresses."""
    run()
    assert run.calls() == {
        "ListInstances": 1,
        "DescribeInstance": 1,
        "ListRoutingProfiles": 1,
        "ListSecurityProfiles": 1,
        "ListUserHierarchyGroups": 1,
        "SearchUserHierarchyGroups": 1,
        "SearchUsers": 1,
        "ListUsers": 1,
        "DescribeUser": 30,
        "ListUserProficiencies": 30,
    }


def test_a_second_run_changes_nothing_and_describes_nobody(run: Command, emulator: Emulator, tmp_path: Path) -> None:
    """Nor does it touch a program that somebody has changed."""
    run()
    (tmp_path / "__main__.py").write_text("# mine\n", encoding="utf-8")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    run.calls()
    status, said, _ = run()
    assert status == 0
    assert "nothing has changed" in said
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    calls = run.calls()
    assert "DescribeUser" not in calls
    # Of the one who has some.
    assert calls["ListUserProficiencies"] == 1


def test_check_says_what_differs_without_values(run: Command, emulator: Emulator, tmp_path: Path) -> None:
    """And writes nothing; only those who may have changed are described."""
    run()
    assert run("--check")[0] == 0
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    client = connect(emulator)
    users = {user["Username"]: user["Id"] for user in client.list_users(**HERE)["UserSummaryList"]}
    client.update_user_identity_info(
        UserId=users["agent00001"],
        IdentityInfo={"FirstName": "Eve", "LastName": "X", "Email": "eve@example.com"},
        **HERE,
    )
    client.associate_user_proficiencies(
        UserId=users["agent00002"],
        UserProficiencies=[{"AttributeName": "lang", "AttributeValue": "fr", "Level": 1.0}],
        **HERE,
    )
    client.untag_resource(resourceArn=f"{seed.INSTANCE_ARN}/agent/{users['agent00003']}", tagKeys=["team"])
    client.update_user_hierarchy(UserId=users["agent00005"], **HERE)
    seed_users(emulator.store, 31)
    client.delete_user(UserId=users["agent00006"], **HERE)
    run.calls()
    status, _, said = run("--check")
    assert status == 1
    assert said.splitlines() == [
        "agent00001: differs in identity_info",
        "agent00002: differs in user_proficiencies",
        "agent00003: differs in tags",
        "agent00005: differs in hierarchy_group_id",
        "agent00006: in the roster, not in the instance",
        "agent00031: in the instance, not in the roster",
    ]
    assert run.calls()["DescribeUser"] == 5
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert run()[0] == 0
    assert run("--check")[0] == 0


def test_check_reads_the_roster_as_people_edit_it(run: Command, tmp_path: Path) -> None:
    """Order and spelling of columns, of rows and of lists mean nothing."""
    run()
    rows = list(run.rows().values())
    headers = sorted({header for row in rows for header in row}, reverse=True)
    with (tmp_path / "agents.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, headers, delimiter=";")
        writer.writeheader()
        writer.writerows(reversed(rows))
    assert run("--check")[0] == 0


@pytest.mark.parametrize(
    ("select", "numbers"),
    [
        (["username=agent0000[1-3]"], {1, 2, 3}),
        (["tag=team=team-4"], {4, 24}),
        (["tag=é"], {4}),
        (["routing-profile=Support", "username=agent0000*"], {1, 4, 7}),
        (["hierarchy=AMER/US", "username=agent0000*"], {4, 5}),
        (["hierarchy=AMER/US/Austin", "hierarchy=EMEA", "username=agent0000*"], {1, 2, 5, 6, 7, 8}),
        (["username=nobody"], set()),
    ],
)
def test_a_selection(run: Command, tmp_path: Path, select: list[str], numbers: set[int]) -> None:
    """Any of the values of each kind, and all kinds; a group stands for all that are below it."""
    run(*(part for text in select for part in ("--select", text)))
    assert set(run.rows()) == {f"agent{number:05d}" for number in numbers}


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["--select", "routing-profile=Suport"], "did you mean 'Support'?"),
        (["--select", "hierarchy=EMEA/Uk"], "did you mean 'EMEA/UK'?"),
        (["--check"], "run without --check first"),
        (["--instance", "emulatr"], "did you mean 'emulator'? (--region and --profile say where to look)"),
        (["--instance", seed.INSTANCE_ID[:-1] + "9"], "was not found in us-east-1 with these credentials"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run: Command, args: list[str], text: str) -> None:
    """With what to write instead."""
    status, _, said = run(*args)
    assert status == 1
    assert text in said
    assert len(said.splitlines()) == 1


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Options that do not go together are wrong usage."""
    for args in (
        [],
        ["--out", "x", "--into", "y"],
        ["--into", "y", "--check"],
        ["--out", "x", "--preview", "y"],
        ["--out", "x", "--check", "--overwrite"],
        ["--out", "x", "--name", "a/b"],
        ["--out", "x", "--name", "."],
        ["--out", "x", "--name", ".."],
        ["--out", "x", "--name", ".hidden"],
        ["--out", "x", "--name", ""],
    ):
        assert main(["import", "--instance", "x", *args]) == 2
        assert "connect-users import: " in capsys.readouterr().err


def test_its_files_are_for_their_owner_alone(run: Command, tmp_path: Path) -> None:
    """They name people."""
    run()
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == dict.fromkeys(
        ("agents.csv", "__main__.py", "Pulumi.yaml", "import.json"), 0o600
    )


@pytest.mark.parametrize("alias", ['x"""\nimport os\n"""', "x\nruntime: go", "x: {y", "'"])
def test_an_alias_that_aws_would_not_allow_is_in_no_file(
    run: Command, emulator: Emulator, tmp_path: Path, alias: str
) -> None:
    """It would be a line of the program, or of its project."""
    run()
    plain = [(tmp_path / name).read_text(encoding="utf-8") for name in ("__main__.py", "Pulumi.yaml")]
    assert all(seed.INSTANCE_ALIAS in text for text in plain)
    with emulator.store.write() as tx:
        ((doc,),) = tx.execute("SELECT doc FROM instances WHERE id = ?", (seed.INSTANCE_ID,)).fetchall()
        doc = json.dumps({**json.loads(doc), "InstanceAlias": alias})
        tx.execute("UPDATE instances SET doc = ? WHERE id = ?", (doc, seed.INSTANCE_ID))
    for file in tmp_path.iterdir():
        file.unlink()
    assert run("--instance", seed.INSTANCE_ID)[0] == 0
    odd = [(tmp_path / name).read_text(encoding="utf-8") for name in ("__main__.py", "Pulumi.yaml")]
    program = plain[0].replace(f"Connect {seed.INSTANCE_ALIAS}:", f"Connect {seed.INSTANCE_ARN}:")
    assert odd == [program, plain[1].replace(seed.INSTANCE_ALIAS, seed.INSTANCE_ID)]


def test_who_cannot_be_in_a_roster_is_left_out_and_named(run: Command, emulator: Emulator, tmp_path: Path) -> None:
    """Users of another stack, and those whom the resource's own rules refuse; all others are imported."""
    client = connect(emulator)
    users = {user["Username"]: user["Arn"] for user in client.list_users(**HERE)["UserSummaryList"]}
    owner = {"connect-users:owner": f"{'0' * 24} urn:pulumi:prod::shop::x::bob"}
    client.tag_resource(resourceArn=users["agent00001"], tags=owner)
    client.tag_resource(resourceArn=users["agent00002"], tags={f"tag{number}": "x" for number in range(49)})
    status, _, said = run()
    assert status == 1
    first, second = said.splitlines()
    assert first == "agent00001: not imported, owned by stack 'prod' of project 'shop' (tag connect-users:owner)"
    assert second.startswith("agent00002: left out: tags: ")
    assert set(run.rows()) == {f"agent{number:05d}" for number in range(3, 31)}
    assert len(_entries(tmp_path)) == 30


@pytest.mark.parametrize("options", [(), ("--personas",), ("--each",)])
def test_who_cannot_be_in_a_roster_any_more_keeps_the_line(options: tuple[str, ...], run: Command) -> None:
    """Without it, the next `pulumi up` would delete a user for a blank at the end of a name."""
    run(*options)
    before, entries = run.rows(), (run.folder / "import.json").read_bytes()
    client = connect(run.emulator)
    info = {"FirstName": "Bo ", "LastName": "Baker"}
    client.update_user_identity_info(UserId=users_of(client)["agent00001"], IdentityInfo=info, **HERE)
    for again in ((), ("--overwrite",)):
        status, said, stderr = run(*options, *again)
        assert (status, said.splitlines()[1]) == (1, "  nothing has changed")
        assert "agent00001: the line of the last import stays: identity_info.first_name: a cell does not" in stderr
    assert run.rows() == before
    assert (run.folder / "import.json").read_bytes() == entries
    _, _, stderr = run("--check")
    assert stderr == "agent00001: differs in identity_info\n"


def test_names_that_mean_two_things_are_written_as_ids(run: Command, emulator: Emulator, tmp_path: Path) -> None:
    """A level with a slash in its name, a profile with the list's separator in it."""
    client = connect(emulator)
    group = client.create_user_hierarchy_group(Name="a/b", **HERE)["HierarchyGroupId"]
    profile = client.create_security_profile(SecurityProfileName="Odd", **HERE)["SecurityProfileId"]
    with emulator.store.write() as tx:
        tx.execute("UPDATE resources SET doc = replace(doc, '\"Odd\"', '\"Odd|one\"') WHERE id = ?", (profile,))
    users = {user["Username"]: user["Id"] for user in client.list_users(**HERE)["UserSummaryList"]}
    client.update_user_hierarchy(UserId=users["agent00001"], HierarchyGroupId=group, **HERE)
    agent = seed.SECURITY_PROFILES["Agent"]
    client.update_user_security_profiles(UserId=users["agent00001"], SecurityProfileIds=[profile, agent], **HERE)
    assert run()[0] == 0
    row = run.rows()["agent00001"]
    assert row["hierarchy_group_id"] == group
    assert row["security_profile_ids"] == "|".join(sorted([profile, agent]))
    assert run("--check")[0] == 0


def test_a_saml_instance_is_said_to_be_one(run: Command, emulator: Emulator, tmp_path: Path) -> None:
    """Then a preview can judge more; not where the rules would refuse somebody who exists."""
    emulator.options = Options(identity_management_type="SAML")
    run()
    # Users of the seed have e-mail addresses, which SAML does not allow.
    assert "identity_management_type" not in (tmp_path / "__main__.py").read_text(encoding="utf-8")
    with emulator.store.write() as tx:
        tx.execute("UPDATE users SET doc = replace(doc, '\"Email\":', '\"Ignored\":')")
    for file in tmp_path.iterdir():
        file.unlink()
    assert run()[0] == 0
    assert 'identity_management_type="SAML"' in (tmp_path / "__main__.py").read_text(encoding="utf-8")
    assert all(entry["inputs"]["identity_management_type"] == "SAML" for entry in _entries(tmp_path)[2:])
    assert run("--check")[0] == 0


def test_an_import_imports_neither_pulumi_nor_grpc(emulator: Emulator, tmp_path: Path) -> None:
    """They take a second, and it asks Connect only."""
    where = ["--endpoint-url", emulator.endpoint_url, "--region", seed.REGION, "--instance", seed.INSTANCE_ALIAS]
    status, modules = imported_by("import", *where, "--requests-per-second", "10000", "--out", str(tmp_path))
    assert (status, (tmp_path / "import.json").exists()) == ("0", True)
    assert "boto3" in modules
    assert modules.isdisjoint({"pulumi", "grpc"})
