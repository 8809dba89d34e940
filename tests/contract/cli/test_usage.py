"""Options that cannot be used: one line that says what to write, no traceback, and the exit status that is promised."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from connect_users.cli import main
from connect_users.cli.connecting import in_options
from connect_users.core.errors import Throttled

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "username,routing_profile,security_profiles\nada,Support,Agent\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a roster, and the working directory of the commands."""
    (tmp_path / "agents.csv").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _usage(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit status and the last line of stderr, which is the only one that is not argparse's usage."""
    try:
        status = main(arguments)
    except SystemExit as end:
        status = int(str(end.code))
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith(("usage:", " "))]
    assert len(lines) == 1
    return status, lines[0]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("folder", "it is a folder"),
        ("agents.csv", "file is not a database"),
        ("agents.csv/deeper", "File exists"),
    ],
)
def test_what_cannot_be_the_emulators_file_is_refused(
    name: str, why: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "folder").mkdir()
    result = _usage(capsys, "check", "agents.csv", "--instance", "emulator", "--emulator-state", name)
    assert result == (
        1,
        f"connect-users: --emulator-state: {folder / name} cannot be used as the emulator's file: {why}",
    )


ARN = "arn:aws:connect:eu-west-1:111122223333:instance/00000000-0000-4000-8000-000000000001"
HERE = ("check", "agents.csv", "--instance", "emulator")
INTO = ("import", "--instance", "emulator", "--out", "there")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*HERE, "--endpoint-url", "http://127.0.0.1:99999"), '--endpoint-url: "http://127.0.0.1:99999" is not a URL'),
        ((*HERE, "--endpoint-url", "127.0.0.1:80"), '--endpoint-url: "127.0.0.1:80" is not a URL'),
        ((*HERE, "--region", "us east"), '--region: "us east" is not a region'),
        (("check", "agents.csv", "--min-holders", f"Agent={'9' * 5000}"), "write a number of people"),
        (("check", "agents.csv", "--default", "routing_profile"), "write --default NAME=VALUE"),
        (
            ("check", "agents.csv", "--instance", ARN, "--region", "us-east-1"),
            "contradicts the ARN",
        ),
        (
            (*INTO, "--instance", ARN, "--region", "us-east-1"),
            "contradicts the ARN",
        ),
        ((*INTO, "--endpoint-url", "http://[::1"), '--endpoint-url: "http://[::1" is not a URL'),
        ((*HERE, "--requests-per-second", "-1"), '--requests-per-second: "-1" is not a number above 0'),
        ((*INTO, "--requests-per-second", "0"), '--requests-per-second: "0" is not a number above 0'),
        ((*INTO, "--requests-per-second", "inf"), '--requests-per-second: "inf" is not a number above 0'),
        ((*INTO, "--requests-per-second", "abc"), '--requests-per-second: "abc" is not a number'),
        (
            (*INTO, "--select", "foo=bar", "--emulator-state", "emulator.sqlite"),
            "--select 'foo=bar': write tag=KEY=VAL",
        ),
    ],
)
@pytest.mark.usefixtures("folder")
def test_wrong_usage_is_status_2(arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Not 1, which says that problems were found."""
    status, line = _usage(capsys, *arguments)
    assert line.startswith(f"connect-users {arguments[0]}: ")
    assert message in line
    assert status == 2


@pytest.mark.usefixtures("folder")
def test_an_endpoint_of_the_shell_with_a_port_that_is_none_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which boto3 takes, to fail with every call."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_CONNECT", "http://127.0.0.1:99999")
    status, line = _usage(capsys, *HERE, "--region", "us-east-1")
    assert line.startswith("connect-users: no client for Amazon Connect: http://127.0.0.1:99999: Port out of range")
    assert status == 1


def test_a_throttled_command_is_given_an_option_that_it_has() -> None:
    """Errors advise in the words of a stack's configuration."""
    assert in_options(Throttled.advice) == "lower --requests-per-second, or run again later"


@pytest.mark.usefixtures("folder")
def test_names_may_stand_on_lines_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    """As ``"$(cat names.txt)"`` gives them."""
    profiles = 'Sales\nSupport\r\n"A, B"\n'
    assert main(["check", "agents.csv", "--routing-profiles", profiles, "--security-profiles", "Agent"]) == 0
    assert main(["check", "agents.csv", "--routing-profiles", "A\nB"]) == 1
    assert "'Support' is not a routing profile of this roster; there are 'A', 'B'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        (*HERE, "--emulator-state", "e.sqlite"),
        ("report", "--unmanaged", "--instance", "emulator", "--emulator-state", "e.sqlite"),
    ],
    ids=["check", "report"],
)
def test_commands_that_ask_an_instance_do_without_pulumi(arguments: tuple[str, ...], folder: Path) -> None:
    """And without gRPC, which takes longer to import than the instance to answer."""
    program = "import sys; from connect_users.cli import main; main(sys.argv[1:]); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    modules = set(done.stdout.splitlines()[-1].split())
    assert "boto3" in modules
    assert modules.isdisjoint({"google", "grpc", "pulumi", "yaml"})


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("audit", "--instance", "emulator", "--personas", "p.yaml"), "--personas needs --roster FILE"),
        (("audit", "--instance", "emulator", "--timezone", "Europe/London"), "--timezone needs --roster FILE"),
        (("explain", "agents.csv", "--personas", "p.yaml"), "--personas needs --roster FILE"),
        (
            ("report", "--html", "a.html", "--state", "s", "--personas", "p"),
            "--personas needs --roster or --since FILE",
        ),
        (
            ("report", "--html", "a.html", "--state", "s", "--timezone", "UTC"),
            "--timezone needs --roster or --since FILE",
        ),
        (("report", "--unmanaged", "--instance", "i", "--personas", "p"), "--personas needs --roster or --since FILE"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_says_something_of_a_roster_needs_one(
    arguments: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _usage(capsys, *arguments) == (2, f"connect-users {arguments[0]}: {why}")


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "--html", "agents.csv/x", "--roster", "agents.csv"),
        ("report", "--dormant", "9", "--logins", "logins.csv", "--roster", "agents.csv", "--csv", "agents.csv/x"),
        ("audit", "--instance", "emulator", "--emulator-state", "e.sqlite", "--html", "agents.csv/x"),
        ("audit", "--instance", "emulator", "--emulator-state", "e.sqlite", "--json", "agents.csv/x"),
        ("explain", "preview.json", "--output", "agents.csv/x"),
        ("explain", "preview.json", "--write", "json=agents.csv/x"),
    ],
)
def test_a_result_that_cannot_be_written_is_wrong_usage(
    arguments: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not 1, which is a finding: a nightly job has to see the difference."""
    (folder / "preview.json").write_text('{"steps": []}', encoding="utf-8")
    (folder / "logins.csv").write_text("Agent,Login,Logout\nada,2026-11-20 08:00,\n", encoding="utf-8")
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"connect-users {arguments[0]}: agents.csv/x cannot be written: Not a directory"


def test_a_number_that_python_does_not_read_is_not_explained_in_words_of_python(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "names.json").write_text(f'{{"security_profiles": {"9" * 5_000}}}', encoding="utf-8")
    result = _usage(capsys, "report", "--html", "a.html", "--roster", "agents.csv", "--names", "names.json")
    assert result == (2, "connect-users report: names.json is not a file of names: it has a number that is too long")
