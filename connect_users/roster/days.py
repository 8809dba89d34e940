"""The first and the last day of people: who is in the roster today, who starts, who leaves. Callers pass the clock.

A person is declared from `first_day` to `last_day`, both included. So a leaver stays in the file with a last day, and
``pulumi up`` deletes the user after it. One person may have several rows if their days do not overlap: somebody moves
to another team on a date, or comes back.

The day is the day in UTC, unless the roster has a time zone: shortly after midnight, other zones have another date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from connect_users.core.errors import ConfigurationError
from connect_users.core.misspellings import suggestion
from connect_users.core.phrases import plural, some

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator

Now: TypeAlias = "Callable[[], dt.datetime]"

_SHOWN: Final = 3


def utc_now() -> dt.datetime:
    """The time of this machine."""
    import datetime as dt

    return dt.datetime.now(dt.timezone.utc)


def today(timezone: object = None, now: Now = utc_now) -> dt.date:
    """The day in a time zone.

    Args:
        timezone: IANA name, such as ``Europe/London``; None for UTC.
        now: returns an aware time.

    Raises:
        ConfigurationError: the zone does not exist, or this machine has no time zone database.
    """
    import datetime as dt

    if timezone is None:
        return now().astimezone(dt.timezone.utc).date()
    import zoneinfo

    if not isinstance(timezone, str):
        raise ConfigurationError(f"timezone: {timezone!r} is not the name of a time zone, such as 'Europe/London'")
    try:
        zone = zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        # Which of them it is depends on the name: a folder of the database, say, is an OSError.
        zones = zoneinfo.available_timezones()
        if not zones:
            text = "this machine has no time zone database; run pip install tzdata, or leave timezone out for UTC"
            raise ConfigurationError(f"timezone: {timezone!r} was not found: {text}") from None
        raise ConfigurationError(
            f"timezone: {timezone!r} is not the name of a time zone; {suggestion(timezone, zones)}"
        ) from None
    return now().astimezone(zone).date()


class Period(NamedTuple):
    """The first and the last day, both included; None if there is no limit."""

    first: dt.date | None = None
    last: dt.date | None = None

    def is_before(self, day: dt.date | None) -> bool:
        """Whether it ends before a day."""
        return self.last is not None and day is not None and self.last < day

    def is_after(self, day: dt.date | None) -> bool:
        """Whether it begins after a day."""
        return self.first is not None and day is not None and self.first > day

    def overlaps(self, other: Period) -> bool:
        """Whether some day is in both."""
        return not self.is_before(other.first) and not self.is_after(other.last)


class DatedPerson(NamedTuple):
    """A person whose row has a first or a last day."""

    username: str
    line: int
    period: Period
    source: str = ""


def ended(dated: Iterable[DatedPerson], day: dt.date) -> dict[str, dt.date]:
    """Username -> last day, of the people who have left by a day and have not come back."""
    last: dict[str, dt.date] = {}
    present = set()
    for username, period in ((each.username, each.period) for each in dated):
        if period.last is not None and period.last < day:
            last[username] = max(period.last, last.get(username, period.last))
        elif not period.is_after(day):
            present.add(username)
    return {username: when for username, when in last.items() if username not in present}


def leaving_today(dated: Collection[DatedPerson], day: dt.date) -> str:
    """The message about the people whose last day it is; "" if there are none."""
    begun = _eves(dated)
    names = sorted(each.username for each in dated if each.period.last == day and (each.username, day) not in begun)
    if not names:
        return ""
    people = f"{plural(len(names), 'person', 'people')}: {some(names, _SHOWN)}"
    return f"today, {day}, is the last day of {people}; the next run on a later day deletes them"


def coming(dated: Collection[DatedPerson], day: dt.date, ahead: int) -> Iterator[tuple[str, int, str, str, str]]:
    """File, line, column, text and username of everybody who starts or leaves from a day to ``ahead`` days later.

    A leaver is named also on the day after the last day, on which a run deletes the user.
    """
    begun, over = _eves(dated), {(each.username, each.period.last) for each in dated}
    for each in sorted(dated, key=lambda one: (one.source, one.line, one.username)):
        name, (first, last), place = repr(each.username), each.period, (each.source, each.line)
        if first is not None and 0 <= (first - day).days <= ahead:
            verb = "starts" if over.isdisjoint(_eves([each])) else "changes to this row"
            yield *place, "first_day", f"{name} {verb} {_in(first, day)}", each.username
        if last is None or (each.username, last) in begun:
            continue
        if 0 <= (last - day).days <= ahead:
            yield *place, "last_day", f"the last day of {name} is {_in(last, day)}", each.username
        if (day - last).days == 1:
            yield *place, "last_day", f"{name} leaves today: the last day was {last}", each.username


def _in(when: dt.date, day: dt.date) -> str:
    days = (when - day).days
    return ("today", "tomorrow")[days] if days < 2 else f"on {when}, in {days} days"


def _eves(dated: Iterable[DatedPerson]) -> set[tuple[str, dt.date]]:
    """Username and the day before the first day: a person whose last day that is continues in another row."""
    import datetime as dt

    one, firsts = dt.timedelta(days=1), ((each.username, each.period.first) for each in dated)
    return {(username, first - one) for username, first in firsts if first is not None and first > dt.date.min}
