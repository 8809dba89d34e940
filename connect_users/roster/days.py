"""The first and the last day of people: who is in the roster today, who starts, who leaves. Callers own the clock.

A person is declared from `first_day` to `last_day`, both included. So a leaver stays in the file, with the day after
which ``pulumi up`` deletes the user. Rows of one person whose days do not overlap are one person at different times: a
dated move to another team, or somebody who comes back.

The day is UTC's, unless the roster has a time zone: a run shortly after midnight is another day elsewhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from connect_users.core.errors import ConfigurationError
from connect_users.core.misspellings import suggestion
from connect_users.core.phrases import some

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

Now: TypeAlias = "Callable[[], dt.datetime]"

_SHOWN: Final = 3


def utc_now() -> dt.datetime:
    """The clock of this machine."""
    return dt.datetime.now(dt.timezone.utc)


def today(timezone: object = None, now: Now = utc_now) -> dt.date:
    """The day in a time zone.

    Args:
        timezone: IANA name, such as ``Europe/London``; None for UTC.
        now: gives an aware time.

    Raises:
        ConfigurationError: there is no such zone, or this machine has no zones at all.
    """
    if timezone is None:
        return now().astimezone(dt.timezone.utc).date()
    # It is slow to import, and most rosters do not need it.
    import zoneinfo

    if not isinstance(timezone, str):
        raise ConfigurationError(f"timezone: {timezone!r} is not the name of a time zone, such as 'Europe/London'")
    try:
        zone = zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        # Which of them it is depends on the name: a folder of the database, say, is an OSError.
        known = zoneinfo.available_timezones()
        if not known:
            text = "this machine has no time zones; run pip install tzdata, or leave timezone out for UTC"
            raise ConfigurationError(f"timezone: {timezone!r} was not found: {text}") from None
        raise ConfigurationError(
            f"timezone: {timezone!r} is not the name of a time zone; {suggestion(timezone, known)}"
        ) from None
    return now().astimezone(zone).date()


@dataclass(frozen=True)
class Period:
    """From the first day to the last one, both included."""

    first: dt.date = dt.date.min
    last: dt.date = dt.date.max

    def overlaps(self, other: Period) -> bool:
        """Whether some day is in both."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Dated:
    """Somebody whose row has a first or a last day."""

    username: str
    line: int
    period: Period


def ended(dated: Iterable[Dated], day: dt.date) -> dict[str, dt.date]:
    """Username -> the last day, of the people who have left by a day and have not come back."""
    known = sorted(dated, key=lambda each: each.period.last)
    last = {each.username: each.period.last for each in known if each.period.last < day}
    here = {each.username for each in known if each.period.first <= day <= each.period.last}
    return {username: when for username, when in last.items() if username not in here}


def leaving_today(dated: Collection[Dated], day: dt.date) -> str:
    """The message about people whose last day it is; "" where it is nobody's."""
    begun = _eves(dated)
    names = sorted(each.username for each in dated if each.period.last == day and (each.username, day) not in begun)
    if not names:
        return ""
    whose = "1 person" if len(names) == 1 else f"{len(names):,} people"
    return f"today, {day}, is the last day of {whose}: {some(names, _SHOWN)}; the next run on a later day deletes them"


def coming(dated: Collection[Dated], day: dt.date, ahead: int) -> Iterator[tuple[int, str, str, str]]:
    """Line, column, text and username of everybody who starts or leaves from a day to ``ahead`` days later.

    Somebody who has left already is named on the day after the last one, on which a run deletes the user.
    """
    begun, ended_ = _eves(dated), {(each.username, each.period.last) for each in dated}
    for each in sorted(dated, key=lambda one: (one.line, one.username)):
        name, first, last = repr(each.username), each.period.first, each.period.last
        if 0 <= (first - day).days <= ahead:
            verb = "changes to this row" if not ended_.isdisjoint(_eves([each])) else "starts"
            yield each.line, "first_day", f"{name} {verb} {_in(first, day)}", each.username
        if (each.username, last) in begun:
            continue
        if 0 <= (last - day).days <= ahead:
            yield each.line, "last_day", f"{name} has the last day {_in(last, day)}", each.username
        if (day - last).days == 1:
            yield each.line, "last_day", f"{name} leaves today: the last day was {last}", each.username


def _in(when: dt.date, day: dt.date) -> str:
    days = (when - day).days
    return ("today", "tomorrow")[days] if days < 2 else f"on {when}, in {days} days"


def _eves(dated: Iterable[Dated]) -> set[tuple[str, dt.date]]:
    """Username and the day before the first one: somebody whose last day that is goes on in another row."""
    one = dt.timedelta(days=1)
    return {(each.username, each.period.first - one) for each in dated if each.period.first > dt.date.min}
