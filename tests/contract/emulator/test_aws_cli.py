"""The AWS CLI against the emulator: a client that shares no process, and no botocore, with the rest of the tests.

`CONNECT_USERS_AWSCLI` names an `aws` to use. Without it, `awscli` is installed from PyPI once, into `.venv-awscli` of
the repository (it pins botocore, so it cannot live in the development environment); the test is skipped where pip
cannot.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import seed
from tests.contract.emulator.support import AGENT, BASIC, PASSWORD, SALES

if TYPE_CHECKING:
    from connect_users.emulator import Emulator

#: 1.46 goes with botocore 1.44; the first with the per-channel parameters was 1.44.36.
REQUIREMENT = "awscli>=1.46,<2"
HOME = Path(__file__).parents[3] / ".venv-awscli"


def _install() -> Path:
    program = HOME / ("Scripts/aws.exe" if os.name == "nt" else "bin/aws")
    ready = HOME / "ready"
    if ready.exists() and ready.read_text() == REQUIREMENT:
        return program
    python = program.with_name("python.exe" if os.name == "nt" else "python")
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(HOME)],
        [str(python), "-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "15", REQUIREMENT],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
        if done.returncode:
            pytest.skip(f"awscli cannot be installed: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    ready.write_text(REQUIREMENT)
    return program


@pytest.fixture(scope="session")
def aws() -> Path:
    program = os.environ.get("CONNECT_USERS_AWSCLI")
    return Path(program) if program else _install()


class Cli:
    """`aws connect ...` without any configuration of this machine."""

    def __init__(self, program: Path, emulator: Emulator, home: Path) -> None:
        self._program = program
        self._endpoint = emulator.endpoint_url
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
        self._environment = {
            **kept,
            "HOME": str(home),
            "AWS_CONFIG_FILE": str(home / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"),
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
            "NO_PROXY": "127.0.0.1",
        }

    def run(self, operation: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it, whatever comes of it."""
        return subprocess.run(
            [
                str(self._program),
                "connect",
                operation,
                *arguments,
                "--endpoint-url",
                self._endpoint,
                "--output",
                "json",
            ],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def __call__(self, operation: str, *arguments: str) -> Any:
        """Run it; the answer, None for an empty one."""
        done = self.run(operation, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None


def test_create_describe_update_tag_search_list_delete(emulator: Emulator, aws: Path, tmp_path: Path) -> None:
    """A user's life, by the AWS CLI alone."""
    cli = Cli(aws, emulator, tmp_path)
    here = ("--instance-id", seed.INSTANCE_ID)
    creation = (
        *("--username", "ada", "--password", PASSWORD, "--identity-info", "FirstName=Ada,LastName=Lovelace"),
        *("--phone-config", "PhoneType=SOFT_PHONE,AutoAccept=true,AfterContactWorkTimeLimit=30"),
        *("--security-profile-ids", AGENT, "--routing-profile-id", BASIC, "--tags", "team=red"),
    )
    made = cli("create-user", *here, *creation)
    assert made["UserArn"] == f"{seed.INSTANCE_ARN}/agent/{made['UserId']}"

    again = cli.run("create-user", *here, *creation)
    assert again.returncode != 0
    assert "(DuplicateResourceException) when calling the CreateUser operation" in again.stderr

    who = (*here, "--user-id", made["UserArn"])
    assert cli("update-user-routing-profile", *who, "--routing-profile-id", SALES) is None
    accept = [{"Channel": "CHAT", "AutoAccept": True}]
    assert cli("update-user-config", *who, "--auto-accept-configs", json.dumps(accept)) is None
    assert cli("tag-resource", "--resource-arn", made["UserArn"], "--tags", "site=london") is None
    assert cli("untag-resource", "--resource-arn", made["UserArn"], "--tag-keys", "team", "other") is None

    shown = cli("describe-user", *who)["User"]
    assert (shown["Username"], shown["RoutingProfileId"], shown["Tags"]) == ("ada", SALES, {"site": "london"})
    assert shown["AutoAcceptConfigs"] == [{"Channel": "VOICE", "AutoAccept": True}, *accept]

    criteria = {"StringCondition": {"FieldName": "Username", "Value": "ada", "ComparisonType": "EXACT"}}
    users = cli("search-users", *here, "--search-criteria", json.dumps(criteria))["Users"]
    assert [row["Id"] for row in users] == [made["UserId"]]
    listed = cli("list-users", *here)["UserSummaryList"]
    assert [row["Username"] for row in listed] == ["ada"]

    assert cli("delete-user", *who) is None
    gone = cli.run("describe-user", *who)
    assert "(ResourceNotFoundException)" in gone.stderr
    assert {record.operation for record in emulator.requests} >= {"CreateUser", "DeleteUser", "UpdateUserConfig"}
    assert all(record.user_agent.startswith("aws-cli/") for record in emulator.requests)
