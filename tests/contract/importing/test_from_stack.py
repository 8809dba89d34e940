"""`connect-users import --from-stack`: users whom another resource has, without deleting or making anybody."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.cli import main
from connect_users.emulator import Emulator, seed
from tests.contract.emulator.support import connect
from tests.contract.importing.instances import HERE, Command

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parents[2] / "data" / "origins"
#: Whoever is in the data -> the id there.
IDS = {name: f"{n}0000000-0000-4000-8000-00000000000{n}" for n, name in enumerate(["ada", "bob", "eve", "nat"], 1)}
AWS = "urn:pulumi:prod::contact-center::aws:connect/user:User::"
BOB = "urn:pulumi:prod::contact-center::acme:index:Team$aws:connect/user:User::bob"
NAT = "urn:pulumi:prod::contact-center::aws-native:connect:User::nat"


class Move(Command):
    """The command, with the states of `DATA` about users who exist."""

    def state(self, name: str) -> Path:
        """A state, with the ids of the live users."""
        text = (DATA / name).read_text(encoding="utf-8")
        live = {user["Username"]: user["Id"] for user in connect(self.emulator).list_users(**HERE)["UserSummaryList"]}
        for username, id_ in IDS.items():
            text = text.replace(id_, live.get(username, id_))
        file = self.folder.parent / name
        file.write_text(text, encoding="utf-8")
        return file

    def move(self, file: Path, *args: str) -> tuple[int, str, str]:
        """Run it with a state, without naming the instance."""
        where = ["--endpoint-url", self.emulator.endpoint_url, "--requests-per-second", "10000"]
        status = main(["import", "--from-stack", str(file), *where, "--out", str(self.folder), *args])
        captured = self._captured.readouterr()
        return status, captured.out, captured.err


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """An instance with the users of the states, and one more."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with Emulator(None) as emulator:
        for name in (*IDS, "other"):
            connect(emulator).create_user(
                Username=name,
                Password="Sup3rSecretPhrase",
                RoutingProfileId=seed.ROUTING_PROFILES["Support"],
                SecurityProfileIds=[seed.SECURITY_PROFILES["Agent"]],
                PhoneConfig={"PhoneType": "SOFT_PHONE", "AutoAccept": True, "AfterContactWorkTimeLimit": 20},
                IdentityInfo={"FirstName": name.title(), "LastName": "Example"},
                Tags={"team": "blue"},
                **HERE,
            )
        emulator.requests.clear()
        yield Move(emulator, tmp_path / "people", capsys)


def test_exactly_the_users_of_a_stack_come_with_everything_that_aws_has(run: Move) -> None:
    """Region and instance are those of their ARNs; the commands are in the order in which they are to be run."""
    status, said, stderr = run.move(run.state("stack-export.json"))
    assert status == 0
    assert set(run.rows()) == set(IDS)
    # Nothing of it is in the state of `aws.connect.User`.
    assert run.rows()["ada"]["tags"] == "team=blue"
    assert run.rows()["ada"]["acw.chat"] == "20"
    assert (run.folder / "forget.sh").read_text(encoding="utf-8").splitlines()[3:] == [
        "set -e",
        f"pulumi state unprotect --stack prod --yes '{BOB}'",
        f"pulumi state delete --stack prod --yes {NAT} '{BOB}'",
        "# Something depends on these. Keep them in the program until it gets their ids from elsewhere; then run:",
        f"# pulumi state delete --stack prod --yes {AWS}eve {AWS}ada",
    ]
    assert stderr == (
        f"{AWS}eve: urn:pulumi:prod::contact-center::aws:connect/quickConnect:QuickConnect::eve depends on it; "
        "first give that the id in another way\n"
        f"{AWS}ada: {AWS}eve depends on it; first give that the id in another way\n"
    )
    assert "pulumi import --file import.json" in said
    assert "then, for stack 'prod' of project 'contact-center', which manages 4 of these people now:" in said
    assert (
        said.index("pulumi import --file")
        < said.index(f"  sh {run.folder / 'forget.sh'}\n")
        < said.index("retainOnDelete")
    )


def test_nothing_is_written_to_connect_and_nobody_else_is_read(run: Move) -> None:
    run.move(run.state("stack-export.json"))
    assert {name: count for name, count in run.calls().items() if name in ("DescribeUser", "CreateUser")} == {
        "DescribeUser": 4
    }


@pytest.mark.parametrize("language", ["python", "yaml"])
def test_a_second_run_changes_nothing(run: Move, language: str) -> None:
    file = run.state("stack-export.json")
    run.move(file, "--language", language)
    before = run.files()
    status, said, _ = run.move(file)
    assert status == 0
    assert "nothing has changed" in said
    assert run.files() == before


def test_a_second_roster_in_the_folder_has_commands_of_its_own(run: Move) -> None:
    """Those of the first may not have run yet."""
    run.move(run.state("stack-export.json"))
    before = run.files()
    _, said, _ = run.move(run.state("terraform-show.json"), "--name", "terraform")
    assert f"  sh {run.folder / 'terraform-forget.sh'}\n" in said
    after = run.files()
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {"terraform.csv", "terraform-import.json", "terraform-forget.sh"}


def test_the_users_of_a_state_of_terraform(run: Move) -> None:
    status, said, stderr = run.move(run.state("terraform-show.json"), "--language", "yaml", "--each")
    assert (status, stderr) == (0, "")
    assert set(run.rows()) == {"ada", "bob", "eve"}
    script = (run.folder / "forget.sh").read_text("utf-8")
    assert "terraform state rm " in script
    assert " 'aws_connect_user.agents[\"ada\"]'\n" in script
    assert "then, for Terraform's state, which manages 3 of these people now:" in said
    assert "retainOnDelete" not in said
    program = (run.folder / "Pulumi.yaml").read_text(encoding="utf-8")
    assert "  agents-eve:\n    type:" in program


def test_who_is_gone_is_named_and_who_is_not_imported_stays_where_it_is(run: Move) -> None:
    """Nobody is forgotten whom the import file does not have."""
    file = run.state("stack-export.json")
    client = connect(run.emulator)
    users = {user["Username"]: user for user in client.list_users(**HERE)["UserSummaryList"]}
    client.delete_user(UserId=users["ada"]["Id"], **HERE)
    client.tag_resource(
        resourceArn=users["nat"]["Arn"],
        tags={"connect-users:owner": f"{'0' * 24} urn:pulumi:dev::shop::x::nat"},
    )
    client.tag_resource(resourceArn=users["bob"]["Arn"], tags={f"tag{number}": "x" for number in range(49)})
    status, out, _ = run.move(file, "--json")
    result: dict[str, Any] = json.loads(out)
    assert status == 1
    assert result["gone"] == [f"{AWS}ada"]
    assert result["others"] == {"nat": "urn:pulumi:dev::shop::x::nat"}
    assert set(result["left_out"]) == {"bob"}
    assert (result["people"], result["moved"], result["commands"]) == (1, 1, [])
    assert result["later"] == [f"pulumi state delete --stack prod --yes {AWS}eve"]
    _, _, stderr = run.move(file)
    assert f"{AWS}ada: the user no longer exists in the instance; pulumi refresh drops it" in stderr


@pytest.mark.parametrize(
    ("state", "within", "key", "name"),
    [
        ("stack-export.json", ("deployment",), "urn", BOB),
        ("terraform-show.json", ("values", "root_module"), "address", 'aws_connect_user.agents["ada"]'),
    ],
)
def test_every_entry_of_a_user_whom_a_state_has_twice_is_forgotten(
    state: str, within: tuple[str, ...], key: str, name: str, run: Move
) -> None:
    """The one that would stay behind would delete the user, once it is removed from its program."""
    file = run.state(state)
    document = json.loads(file.read_text(encoding="utf-8"))
    resources = functools.reduce(dict.__getitem__, within, document)["resources"]
    (one,) = (each for each in resources if each[key] == name)
    resources.append({**one, key: f"{name}-again"})
    file.write_text(json.dumps(document), encoding="utf-8")
    status, said, stderr = run.move(file)
    assert (status, "other instances" in stderr) == (0, False)
    assert f"which manages {len(run.rows())} of these people now" in said
    commands = (run.folder / "forget.sh").read_text(encoding="utf-8")
    assert all(f"'{name}{suffix}'" in commands for suffix in ("", "-again"))


def test_a_state_with_users_of_two_instances_needs_the_choice(run: Move) -> None:
    file = run.state("stack-export.json")
    document = json.loads(file.read_text(encoding="utf-8"))
    other = "00000000-0000-4000-8000-00000000000f"
    *_, eve = (each for each in document["deployment"]["resources"] if each["urn"] == f"{AWS}eve")
    eve.update(id=f"{other}:eve", outputs={})
    file.write_text(json.dumps(document), encoding="utf-8")
    status, _, stderr = run.move(file)
    assert status == 2
    assert f"the users belong to 2 instances ({seed.INSTANCE_ID}: 3, {other}: 1); choose one with --instance" in stderr
    status, _, stderr = run.move(file, "--instance", seed.INSTANCE_ALIAS, "--region", seed.REGION)
    assert status == 0
    assert stderr.splitlines() == [
        # Of the other instance, and so not moved yet.
        f"{AWS}ada: {AWS}eve depends on it; first give that the id in another way",
        "users of other instances, which are not moved: 1",
    ]
    assert set(run.rows()) == {"ada", "bob", "nat"}


def test_wrong_files_and_wrong_usage_are_one_line(run: Move, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("username\nada\n", encoding="utf-8")
    missing = tmp_path / "missing.json"
    for args, status, text in (
        ([str(file)], 1, "is not what pulumi stack export, or terraform show -json, writes"),
        ([str(missing)], 2, "missing.json cannot be read: No such file or directory"),
        ([str(run.state("stack-export.json")), "--select", "username=a*"], 2, "and not with --check or --select"),
        ([str(run.state("stack-export.json")), "--check"], 2, "and not with --check or --select"),
        ([str(run.state("stack-export.json")), "--region", "eu-west-2"], 2, "contradicts the ARN of the instance"),
    ):
        found, _, stderr = run.move(Path(args[0]), *args[1:])
        assert found == status
        assert text in stderr
        assert len(stderr.splitlines()) == 1
    assert not run.folder.exists()


def test_a_folder_with_a_project_in_another_language_is_refused_before_anything_is_read(run: Move) -> None:
    run.folder.mkdir()
    (run.folder / "Pulumi.yaml").write_text("name: x\nruntime: python\n", encoding="utf-8")
    status, _, stderr = run.move(run.state("stack-export.json"), "--language", "go")
    assert status == 1
    assert "the project in this folder has the runtime python, not go; choose another folder with --out" in stderr
    assert run.calls() == {"ListUsers": 1}


def test_no_secret_of_a_state_is_in_what_is_said_or_written(run: Move) -> None:
    for name in ("stack-export.json", "terraform-show.json"):
        _, out, stderr = run.move(run.state(name), "--json")
        everything = out + stderr + "".join(data.decode() for data in run.files().values())
        for secret in ("Sup3rSecretPhrase", "ciphertext", "v1:"):
            assert secret not in everything
