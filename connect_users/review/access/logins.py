"""Reads the CSV of Amazon Connect's Login/Logout report.

"Login/Logout reports" (Amazon Connect Administrator Guide) describes it: a row for each session of a user, with the
login, the logout and the time between them, in the time zone of the report. The logout is empty while the user has not
signed out; neither closing the browser nor a timeout is a logout. The guide has neither the names of the columns nor
the format of times. So columns are recognised by their names and cells, and times are read in the formats of AWS's
pages and of spreadsheets. All times of one file must have the same format.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Final

from connect_users.review.access.dormancy import LastOnline, OnlineTimes
from connect_users.roster.csv_text import Grid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_Read = Callable[[str], datetime]

#: Names of columns in lower case, without punctuation.
_AGENT: Final = frozenset(
    {"agent", "agentlogin", "agentusername", "login", "loginname", "user", "userlogin", "username"}
)
_LOGIN: Final = re.compile(r"(agent)?(login|loggedin|signin)")
_LOGOUT: Final = re.compile(r"(agent)?(logout|loggedout|signout|logoff)")
_ISO_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
#: A time zone in words after a time. It is the report's, and the same in every row.
_ZONE: Final = re.compile(r"\s*\(?(?P<zone>[A-Z]{2,5}|[A-Za-z]+/[A-Za-z_/]+)\)?$")
_CLOCKS: Final = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
_MONTH_FIRST, _DAY_FIRST = "%m/%d/%Y", "%d/%m/%Y"
_DATES: Final = (_MONTH_FIRST, _DAY_FIRST, "%d.%m.%Y", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d-%b-%Y", "%Y/%m/%d")
_WRITE: Final = "write times as 2026-11-20 08:00:00"
_HOW: Final = "download the Login/Logout report with Download CSV"


def read(text: str, source: str) -> OnlineTimes:
    """The logins in a report.

    Raises:
        ValueError: it is not a Login/Logout report, or a time in it cannot be read.
    """
    try:
        grid = enumerate(([cell.strip() for cell in row] for row in Grid.of(text).rows), start=1)
        rows = {number: row for number, row in grid if any(row)}
    except csv.Error as problem:
        raise ValueError(f"it cannot be read as CSV ({problem}); {_HOW}") from None
    if not rows:
        raise ValueError(f"it is empty; {_HOW}")
    headers = rows.pop(next(iter(rows)))
    sessions = {number: row + [""] * (len(headers) - len(row)) for number, row in rows.items()}
    agent, login, logout = _columns(headers, list(sessions.values()))
    times = _times(cell for row in sessions.values() for cell in (row[login], row[logout]) if cell)
    end = max(times.values(), default=None)
    seen: dict[str, LastOnline] = {}
    for number, row in sessions.items():
        if not row[agent] or not (row[login] or row[logout]):
            raise ValueError(f"row {number} has no agent or no time; {_HOW}")
        # A user who has not signed out was still signed in when the report was made, at least at its last row.
        last = LastOnline(times[row[logout]]) if row[logout] else LastOnline(end, signed_in=True)
        seen[row[agent]] = seen.get(row[agent], LastOnline()) | last
    return OnlineTimes(source, seen, LastOnline(why=(f"not in {source}{_span(times.values())}",)))


def _span(times: Collection[datetime]) -> str:
    return f" ({min(times).date()} to {max(times).date()})" if times else " (which has no rows)"


def _columns(headers: Sequence[str], sessions: Sequence[Sequence[str]]) -> tuple[int, int, int]:
    """The positions of the agent, the login and the logout."""

    def filled(place: int) -> str:
        return next((row[place] for row in sessions if row[place]), "")

    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        name = re.sub(r"[^a-z]", "", header.lower())
        if _LOGOUT.match(name):
            places.setdefault("logout", place)
        elif _LOGIN.match(name) and (_timed(filled(place)) or (name not in _AGENT and not filled(place))):
            places.setdefault("login", place)
        elif name in _AGENT:
            places.setdefault("agent", place)
    missing = [column for column in ("agent", "login", "logout") if column not in places]
    if missing:
        raise ValueError(f"it is not a Login/Logout report: it has no column for the {missing[0]}; {_HOW}")
    return places["agent"], places["login"], places["logout"]


def _timed(cell: str) -> bool:
    return any(_all(form, [cell]) is not None for form in _FORMS)


def _times(cells: Iterable[str]) -> Mapping[str, datetime]:
    """Cell -> time, in the one format that reads all cells."""
    every = list(dict.fromkeys(cells))
    readings = [read for form in _FORMS if (read := _all(form, every)) is not None]
    if not readings:
        odd = next((cell for cell in every if not _timed(cell)), every[-1])
        raise ValueError(f"'{odd}' is not a time in the format of the other rows; {_WRITE}")
    first = readings[0]
    for cell in every:
        if any(read[cell] != first[cell] for read in readings):
            raise ValueError(f"'{cell}' may be month/day or day/month; {_WRITE}")
    return first


def _all(form: _Read, cells: Iterable[str]) -> dict[str, datetime] | None:
    """Cell -> time; None if the format does not read all of them."""
    times = {}
    try:
        for cell in cells:
            time = form(cell if cell[-2:].upper() in ("AM", "PM") else _ZONE.sub("", cell))
            times[cell] = time if time.tzinfo is None else time.astimezone(timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return times


def _iso(text: str) -> datetime:
    if not _ISO_DATE.match(text):
        raise ValueError
    return datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))


def _form(pattern: str) -> _Read:
    return lambda text: datetime.strptime(text, pattern)  # noqa: DTZ007 - the report's own time zone


_FORMS: Final[tuple[_Read, ...]] = (
    _iso,
    *(_form(f"{date}{between}{clock}") for date in _DATES for between in (" ", ", ") for clock in _CLOCKS),
)
