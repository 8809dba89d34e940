"""Options that cannot be used: one line that says what to write, no traceback, and the exit status that is promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connect_users.cli import main

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "username,routing_profile,security_profiles\nada,Support,Agent\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a roster, and the working directory of the commands."""
    (tmp_path / "agents.csv").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
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
def test_what_cannot_be_the_emulators_file_is_told(
    name: str, why: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "folder").mkdir()
    told = _told(capsys, "check", "agents.csv", "--instance", "emulator", "--emulator-state", name)
    assert told == (
        1,
        f"connect-users: --emulator-state: {folder / name} cannot be used as the emulator's file: {why}",
    )
