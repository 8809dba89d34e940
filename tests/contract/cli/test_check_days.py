"""`connect-users check` and the first and last days of people: who starts and who leaves, on a clock of the test."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import TYPE_CHECKING

import pytest

from connect_users.cli import check, main, parser

if TYPE_CHECKING:
    from pathlib import Path

ROSTER = """username,routing_profile,security_profiles,first_day,last_day
ada,Support,Agent,,2026-11-27
bo,Support,Agent,2026-11-30,
cy,Support,Agent,,2026-11-26
di,Support,Agent,2026-12-20,
"""
COMING = [
    "agents.csv:2: last_day: the last day of 'ada' is today",
    "agents.csv:3: first_day: 'bo' starts on 2026-11-30, in 3 days",
    "agents.csv:4: last_day: 'cy' leaves today: the last day was 2026-11-26",
]


@pytest.fixture(autouse=True)
def _roster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agents.csv").write_text(ROSTER, encoding="utf-8")


def run(*options: str) -> int:
    """Check late in the evening of 27 November, UTC."""
    argv = ["check", "agents.csv", *options]
    now = dt.datetime(2026, 11, 27, 23, 30, tzinfo=dt.timezone.utc)
    return check.run(parser(argv).parse_args(argv), lambda: now)


def test_who_starts_and_leaves_in_the_next_days_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert capsys.readouterr().out.splitlines() == ["agents.csv: 1 person, no problems", *COMING]
    assert run("--days", "30") == 0
    assert "agents.csv:5: first_day: 'di' starts on 2026-12-20, in 23 days" in capsys.readouterr().out
    assert run("--days", "0") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [COMING[0], COMING[2]]


def test_a_time_zone_moves_the_day(capsys: pytest.CaptureFixture[str]) -> None:
    """In Berlin it is tomorrow."""
    assert run("--timezone", "Europe/Berlin") == 0
    shown = capsys.readouterr().out
    assert "'ada' leaves today: the last day was 2026-11-27" in shown
    assert "'bo' starts on 2026-11-30, in 2 days" in shown
    assert "'cy'" not in shown


def test_other_formats_have_them_as_notices(capsys: pytest.CaptureFixture[str]) -> None:
    """GitHub shows them in the pull request; code scanning is about problems alone."""
    assert run("--json") == 0
    (roster,) = json.loads(capsys.readouterr().out)["rosters"]
    assert [(found["severity"], found["line"], found["username"]) for found in roster["findings"]] == [
        ("notice", 2, "ada"),
        ("notice", 3, "bo"),
        ("notice", 4, "cy"),
    ]
    assert run("--format", "github") == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "::notice file=agents.csv,line=2,title=connect-users check::last_day: the last day of 'ada' is today"
    )
    assert run("--format", "sarif") == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--timezone=Europe/Lodnon", "connect-users check: --timezone: 'Europe/Lodnon' is not the name of a time zone"),
        ("--days=-1", "argument --days: '-1' is not a number of days"),
    ],
)
def test_an_option_that_cannot_be_used_is_wrong_usage(
    option: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        sys.exit(main(["check", "agents.csv", option]))
    assert ended.value.code == 2
    assert text in capsys.readouterr().err
