"""The first and the last day of people: who is there on a day, in every format, and the messages about the others."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from connect_users.core.errors import ConfigurationError
from connect_users.roster import cells, days
from connect_users.roster.holders import holder_problems
from connect_users.roster.people import JudgedRoster, RosterOptions, judge
from connect_users.roster.reading import read
from tests.unit.test_roster_people import INSTANCE, _names

if TYPE_CHECKING:
    from pathlib import Path

TODAY = dt.date(2026, 11, 27)
HEADER = ("username", "routing_profile", "security_profiles", "first_day", "last_day")


def rows(*people: tuple[str, str | None, str | None], **changes: str) -> list[dict[str, str]]:
    """Rows of a username, a first and a last day."""
    return [
        {key: value for key, value in zip(HEADER, (name, "Support", "Agent", first, last), strict=True) if value}
        | changes
        for name, first, last in people
    ]


def judged(roster: Any, today: dt.date | None = TODAY, **terms: Any) -> JudgedRoster:
    day = None if today is None else lambda: today
    return judge(read(roster), RosterOptions(instance_id=INSTANCE, names=_names(), today=day, **terms))


def names(roster: JudgedRoster) -> list[str]:
    assert [str(problem) for problem in roster.problems] == []
    return [person.username for person in roster.people]


@pytest.mark.parametrize(
    ("first", "last", "there"),
    [
        (None, None, True),
        ("2026-11-27", None, True),
        ("2026-11-28", None, False),
        (None, "2026-11-27", True),
        (None, "2026-11-26", False),
        ("2026-11-27", "2026-11-27", True),
        ("2020-01-01", "2030-12-31", True),
    ],
)
def test_somebody_is_there_from_the_first_day_to_the_last(first: str | None, last: str | None, there: bool) -> None:
    assert names(judged(rows(("ada", first, last), ("bo", None, None)))) == (["ada", "bo"] if there else ["bo"])
    assert names(judged(rows(("ada", first, last)), today=None)) == ["ada"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "yaml", "json"])
def test_every_format_has_days(suffix: str, tmp_path: Path) -> None:
    """Strings, dates of YAML, and cells of a spreadsheet that are dates; none of them is an input of a user."""
    people = rows(("ada", "2026-01-01", "2026-12-31"), ("cy", None, "2026-11-26"), ("di", "2026-12-01", None))
    file = tmp_path / f"agents.{suffix}"
    if suffix == "json":
        file.write_text(json.dumps(people), encoding="utf-8")
    elif suffix == "yaml":
        lines = [f"{'- ' if not at else '  '}{key}: {each[key]}\n" for each in people for at, key in enumerate(each)]
        file.write_text("".join(lines), encoding="utf-8")
    elif suffix == "csv":
        lines = [",".join(each.get(key, "") for key in HEADER) for each in people]
        file.write_text("\n".join((",".join(HEADER), *lines)), encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        assert book.active is not None
        book.active.append(HEADER)
        for each in people:
            cells_ = [each.get(key) for key in HEADER]
            book.active.append([*cells_[:3], *(cell and dt.date.fromisoformat(cell) for cell in cells_[3:])])
        book.save(file)
    roster = judged(file)
    assert names(roster) == ["ada"]
    assert roster.people[0].inputs.keys() == {"instance_id", "username", "routing_profile_id", "security_profile_ids"}
    assert [each.username for each in roster.dated] == ["ada", "cy", "di"]


def test_rows_of_a_program_may_hold_dates() -> None:
    """Midnight counts as the day, which is how data frames hold one."""
    row = rows(("ada", None, None))[0]
    assert names(judged([{**row, "last_day": TODAY}])) == ["ada"]
    assert names(judged([{**row, "last_day": dt.datetime.combine(dt.date(2026, 11, 26), dt.time.min)}])) == []


@pytest.mark.parametrize("text", ["2026-11-27", " 2026-11-27 ", "2026-11-27T00:00:00Z", "2026-11-27 00:00:00"])
def test_a_day_may_have_midnight_behind_it(text: str) -> None:
    """Directories export days like that."""
    assert cells.day(text) == TODAY


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("27/11/2026", "is not a day; write it as 2026-12-31"),
        ("2026-11-27T17:30:00Z", "is not a day; write it as 2026-12-31, without a time"),
        ("2026-02-30", "there is no such day"),
        (46353, "is not a day; write it as 2026-12-31, without a time, or as a date of the spreadsheet"),
        ("soon", "is not a day"),
    ],
)
def test_what_is_not_a_day_is_a_problem_of_its_cell(cell: object, text: str) -> None:
    """What 1/12 means depends on the country, so nothing is guessed. Whoever the row is about stays."""
    roster = judged([{**rows(("ada", None, None))[0], "last_day": cell}])
    (problem,) = roster.problems
    assert str(problem).startswith(f"row 1: last_day: {text}")
    assert [person.username for person in roster.people] == ["ada"]


def test_a_last_day_before_the_first_is_a_problem() -> None:
    (problem,) = judged(rows(("ada", "2026-12-01", "2026-11-30"))).problems
    assert str(problem) == "row 1: last_day: 2026-11-30 is before the first day, 2026-12-01"


def test_who_has_left_is_not_judged_but_who_is_to_come_is() -> None:
    """The profile of somebody who left may be gone; a mistake of a joiner is found while somebody edits the file."""
    people = rows(("ada", None, "2026-11-26"), ("bo", "2026-12-01", None), routing_profile="Gone")
    (problem,) = judged(people).problems
    assert str(problem).startswith("row 2: routing_profile: 'Gone' is not a routing profile")


def test_who_is_to_come_needs_no_password_yet() -> None:
    """And no password is requested for them."""
    usernames = []

    def password_of(username: str) -> tuple[str, str] | None:
        usernames.append(username)
        return ("password", "A-First-Passw0rd")

    people = rows(("ada", None, None), ("bo", "2026-12-01", None), first_name="Ada", last_name="Lovelace")
    roster = judged(people, password_of=password_of, identity_management_type="CONNECT_MANAGED")
    assert (names(roster), usernames) == (["ada"], ["ada"])
    own = judged([{**people[1], "password": "A-First-Passw0rd"}], password_of=password_of)
    assert own.problems == ()


def test_rows_of_one_person_may_follow_each_other() -> None:
    """A dated move, or somebody who comes back; on each day one of them counts."""
    move = rows(("ada", None, "2026-11-30")) + rows(("ada", "2026-12-01", None), routing_profile="Sales")
    for today, profile in ((TODAY, "Support"), (dt.date(2026, 12, 1), "Sales")):
        roster = judged(move, today=today)
        assert names(roster) == ["ada"]
        assert roster.people[0].inputs["routing_profile_id"].endswith({"Support": "2", "Sales": "3"}[profile])
    assert days.ended(judged(move, today=dt.date(2026, 12, 1)).dated, dt.date(2026, 12, 1)) == {}


@pytest.mark.parametrize("today", [TODAY, None])
def test_rows_of_one_person_at_the_same_time_are_a_problem(today: dt.date | None) -> None:
    """Also of the past, in which nobody else is judged; without a day, everybody is there at the same time."""
    same = rows(("ada", None, "2026-11-01"), ("ada", "2026-11-01", "2026-11-20"))
    (problem,) = judged(same, today=today).problems
    assert str(problem) == (
        "row 2: username: 'ada' is on rows 1 and 2; a username may appear once, or in rows whose days do not overlap"
    )
    after = rows(("ada", None, "2026-11-01"), ("ada", "2026-11-02", None))
    assert len(judged(after, today=today).problems) == (today is None)


def test_a_default_may_be_a_day() -> None:
    """Of a team that works for a season; a cell comes first, and a problem of the default is reported there."""
    people = rows(("ada", None, None), ("bo", None, "2026-12-31"))
    assert names(judged(people, defaults={"last_day": "2026-11-26"})) == ["bo"]
    (problem,) = judged(people, defaults={"last_day": "soon"}).problems
    assert str(problem).startswith("roster: defaults.last_day: is not a day")
    (problem,) = judged(rows(("ada", "2027-01-01", None)), defaults={"last_day": "2026-11-26"}).problems
    assert str(problem) == "row 1: last_day: 2026-11-26 is before the first day, 2027-01-01"


def test_a_roster_whose_people_are_all_elsewhere_in_time_is_remarked() -> None:
    roster = judged(rows(("ada", "2026-12-01", None)))
    assert [remark.text for remark in roster.remarks] == ["the roster has no people today"]


def test_somebody_who_is_required_may_not_leave_by_date() -> None:
    roster = judged(rows(("ada", None, "2026-11-26"), ("bo", None, None)))
    (problem,) = holder_problems(roster, _names(), required_holders={"Agent": ["ada"]})
    assert problem.text == "'ada' must have the security profile 'Agent', but is not in the roster today"


def test_who_has_left_by_a_day_is_known() -> None:
    dated = judged(rows(("ada", None, "2026-11-26"), ("ada", "2027-01-01", None), ("bo", None, "2026-11-27"))).dated
    assert days.ended(dated, TODAY) == {"ada": dt.date(2026, 11, 26)}


def test_the_last_day_is_said_on_that_day() -> None:
    """Not of somebody who goes on in another row."""
    people = rows(("ada", None, "2026-11-27"), ("bo", None, "2026-11-27"), ("bo", "2026-11-28", None))
    assert days.leaving_today(judged(people).dated, TODAY) == (
        "today, 2026-11-27, is the last day of 1 person: ada; the next run on a later day deletes them"
    )
    assert days.leaving_today(judged(people).dated, TODAY + dt.timedelta(days=1)) == ""


def test_who_starts_and_leaves_in_the_next_days() -> None:
    people = rows(
        ("ada", "2026-11-27", None),
        ("bo", "2026-11-28", "2026-12-04"),
        ("cy", "2026-12-05", None),
        ("di", None, "2026-11-27"),
        ("ed", None, "2026-11-26"),
        ("fi", None, "2026-11-25"),
        ("gi", None, "2026-11-30"),
        ("gi", "2026-12-01", None),
    )
    assert [(line, column, text) for _, line, column, text, _ in days.coming(judged(people).dated, TODAY, 7)] == [
        (1, "first_day", "'ada' starts today"),
        (2, "first_day", "'bo' starts tomorrow"),
        (2, "last_day", "the last day of 'bo' is on 2026-12-04, in 7 days"),
        (4, "last_day", "the last day of 'di' is today"),
        (5, "last_day", "'ed' leaves today: the last day was 2026-11-26"),
        (8, "first_day", "'gi' changes to this row on 2026-12-01, in 4 days"),
    ]


@pytest.mark.parametrize(
    ("zone", "day"),
    [(None, 27), ("UTC", 27), ("Europe/Berlin", 28), ("America/New_York", 27), ("Pacific/Auckland", 28)],
)
def test_the_day_is_the_time_zones(zone: str | None, day: int) -> None:
    """Whatever zone the clock gives the time in."""
    for clock in (dt.timezone.utc, dt.timezone(dt.timedelta(hours=-11))):
        late = dt.datetime(2026, 11, 27, 23, 30, tzinfo=dt.timezone.utc).astimezone(clock)
        assert days.today(zone, lambda late=late: late) == dt.date(2026, 11, day)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Lodnon", "timezone: 'Europe/Lodnon' is not the name of a time zone; did you mean 'Europe/London'?"),
        ("../etc/passwd", "timezone: '../etc/passwd' is not the name of a time zone"),
        ("Europe", "timezone: 'Europe' is not the name of a time zone"),
        ("", "timezone: '' is not the name of a time zone"),
        (2, "timezone: 2 is not the name of a time zone, such as 'Europe/London'"),
    ],
)
def test_a_zone_that_is_not_there_is_one_line(zone: object, text: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        days.today(zone)
    assert str(refused.value).startswith(text)
    assert "\n" not in str(refused.value)


def test_a_machine_without_time_zones_says_what_to_install() -> None:
    """As on Windows, and in the smallest containers."""
    program = (
        "import sys\n"
        "sys.modules['tzdata'] = None\n"
        "import zoneinfo\n"
        "zoneinfo.reset_tzpath(())\n"
        "from connect_users.roster import days\n"
        "try:\n    days.today('Europe/London')\nexcept Exception as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "timezone: 'Europe/London' was not found: this machine has no time zone database; run pip install tzdata, "
        "or leave timezone out for UTC\n"
    )


def test_a_person_has_at_most_fifty_rows() -> None:
    """Each is compared with all before it, and nobody moves as often."""
    people = [(f"2026-01-{day:02}", f"2026-01-{day:02}") for day in range(1, 32)]
    people += [(f"2026-03-{day:02}", f"2026-03-{day:02}") for day in range(1, 22)]
    roster = judged(rows(*(("ada", first, last) for first, last in people)))
    assert [problem.line for problem in roster.problems] == [51, 52]
    assert "'ada' is on rows 1 and 51; a username may appear once" in roster.problems[0].text
