"""The console script over streams that are closed, full, or read by nobody: its exit status, and no traceback."""

from __future__ import annotations

import io
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from connect_users.cli import demo

pytestmark = pytest.mark.skipif(os.name != "posix", reason="shells of other systems have no such streams")

ARN = "arn:aws:connect:us-east-1:111122223333:instance/00000000-0000-4000-8000-000000000001"
GOOD = "username,routing_profile,security_profiles\nada,Support,Agent\n"
SCRIPT = (sys.executable, "-c", "from connect_users.cli import main; raise SystemExit(main())")
NEEDS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
BUFFERED = pytest.mark.parametrize("buffered", [True, False])


def _run(folder: Path, arguments: str, streams: str, *, buffered: bool = True) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of a command whose streams the shell has changed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    if not buffered:
        environment["PYTHONUNBUFFERED"] = "1"
    (folder / "agents.csv").write_text(GOOD, encoding="utf-8")
    line = f"{shlex.join(SCRIPT)} {arguments} {streams}"
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@BUFFERED
@pytest.mark.parametrize(
    "command",
    [(*SCRIPT, "check", "agents.csv"), (sys.executable, "-m", "connect_users.testing", "program.py", "preview")],
    ids=["connect-users", "a rehearsal"],
)
def test_a_reader_that_has_gone_is_not_reported_as_a_problem(
    tmp_path: Path, command: tuple[str, ...], buffered: bool
) -> None:
    """As any program of a pipe that nobody reads: 128 + SIGPIPE, and silence."""
    (tmp_path / "agents.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "program.py").write_text("", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment if buffered else {**environment, "PYTHONUNBUFFERED": "1"},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@NEEDS_FULL
@BUFFERED
@pytest.mark.parametrize("arguments", ["check agents.csv", "check --json agents.csv", f"policy --instance-arn {ARN}"])
def test_a_full_disk_is_one_line(tmp_path: Path, arguments: str, buffered: bool) -> None:
    status, _, stderr = _run(tmp_path, arguments, ">/dev/full", buffered=buffered)
    assert (status, stderr) == (1, "connect-users: No space left on device\n")


@NEEDS_FULL
def test_the_version_is_not_lost_without_a_word(tmp_path: Path) -> None:
    assert _run(tmp_path, "--version", ">/dev/full") == (1, "", "connect-users: No space left on device\n")


def test_a_closed_stdin_is_an_empty_one(tmp_path: Path) -> None:
    status, _, stderr = _run(tmp_path, "explain -", "<&-")
    assert status in (1, 2)
    assert stderr.startswith("connect-users explain: this is not a preview")
    assert stderr.count("\n") == 1


def test_the_status_is_the_same_where_nobody_listens(tmp_path: Path) -> None:
    assert _run(tmp_path, "check agents.csv", ">&-") == (0, "", "")
    assert _run(tmp_path, "check missing.csv", "2>&-") == (2, "missing.csv: 1 problem\n", "")


def test_an_input_that_ends_lets_the_demo_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-D where Enter is waited for: it plays to its end, and waits no more."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert demo.wait() is True
    assert demo.wait() is False
