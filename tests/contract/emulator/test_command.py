"""`connect-users emulator` as a process."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import seed
from tests.contract.emulator.support import connect, create, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DRIVER = "import sys; from connect_users.cli import main; sys.exit(main())"
HERE = {"InstanceId": seed.INSTANCE_ID}


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", DRIVER, "emulator", *arguments]


class _Running:
    def __init__(self, process: subprocess.Popen[str], line: str) -> None:
        self.process = process
        self.line = line
        self.endpoint_url = line.removeprefix("listening on ").strip()


@contextmanager
def _running(*arguments: str) -> Iterator[Any]:
    with subprocess.Popen(_command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield _Running(process, process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped_and_keeps_its_state(tmp_path: Path, stop: signal.Signals) -> None:
    state = str(tmp_path / "state.sqlite")
    with _running("--port", "0", "--state", state, "--seed-users", "3") as running:
        assert running.line == f"listening on {running.endpoint_url}\n"
        assert running.endpoint_url.startswith("http://127.0.0.1:")
        create(connect(running))
        running.process.send_signal(stop)
        assert running.process.wait(60) == 0
        assert running.process.stdout.read() == ""
        assert running.process.stderr.read() == ""
    with _running("--state", state) as again:
        assert len(connect(again).list_users(**HERE)["UserSummaryList"]) == 4


def test_options_reach_the_emulator() -> None:
    with _running(
        "--identity-management-type=SAML",
        "--users-quota=1",
        "--throttle=0.001/1",
        "--throttle-operation=CreateUser=none",
        "--update-user-config=replace",
        "--lag=600",
        "--search-lag=9",
        "--name-release-delay=9",
        "--every-region",
    ) as running:
        client = connect(running)
        saml: dict[str, Any] = {"Password": None, "IdentityInfo": {"FirstName": "A", "LastName": "L"}}
        user_id = create(client, **saml)
        assert refused(create, client, "bob", **saml) == (429, "LimitExceededException")
        missing = (404, "ResourceNotFoundException")
        assert refused(client.describe_user, **HERE, UserId=user_id) == missing
        assert refused(client.describe_user, **HERE, UserId=user_id) == (429, "ThrottlingException")
        assert client.describe_instance(**HERE)["Instance"]["IdentityManagementType"] == "SAML"
        london = connect(running, region="eu-west-2")
        assert london.describe_instance(**HERE)["Instance"]["Arn"].startswith("arn:aws:connect:eu-west-2:")


def test_answers_have_empty_strings_on_request() -> None:
    """As the AWS CLI's own example of describe-user."""
    with _running("--unset-strings=empty", "--seed-users=1") as running:
        client = connect(running)
        (summary,) = client.list_users(**HERE)["UserSummaryList"]
        shown = client.describe_user(**HERE, UserId=summary["Id"])["User"]
        assert (shown["PhoneConfig"]["PhoneType"], shown["PhoneConfig"]["DeskPhoneNumber"]) == ("SOFT_PHONE", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--throttle", "5"], "RATE/BURST"),
        (["--throttle", "CreateUser=2/5"], "throttle 'CreateUser=2/5': write RATE/BURST"),
        (["--throttle-operation", "CreateUser"], "OPERATION=RATE/BURST"),
        (["--throttle-operation", "CreateUsers=1/1"], "CreateUsers is not emulated; did you mean 'CreateUser'?"),
        (["--lag", "-1"], "argument --lag: '-1' is not a number of seconds"),
        (["--latency", "soon"], "argument --latency: 'soon' is not a number of seconds"),
        (["--port", "99999"], "argument --port: 99999 is not a port"),
        (["--phone-view", "upside-down"], "invalid choice"),
        (["--users-quota", "many"], "argument --users-quota: 'many' is not a count"),
        (["--seed-users", "-1"], "argument --seed-users: '-1' is not a count"),
        (["--state", "."], ". cannot be used as the emulator's file: it is a folder"),
        (["--state", "missing\n/../junk/x"], "missing /../junk/x cannot be used as the emulator's file: File exists"),
        (["--state", "junk"], "junk cannot be used as the emulator's file: file is not a database"),
    ],
)
def test_what_it_cannot_use_is_reported_in_one_line(arguments: list[str], words: str, tmp_path: Path) -> None:
    (tmp_path / "junk").write_text("no database at all" * 100)
    done = subprocess.run(_command(*arguments), capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(_command("--port", str(port)), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"connect-users emulator: port {port} on 127.0.0.1 cannot be used: ")
    assert done.stderr.count("\n") == 1
