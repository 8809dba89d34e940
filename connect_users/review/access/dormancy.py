"""When people were last online, as far as anything says, and who was not for some time.

Two sources, and none of them is whole:

- **Login/Logout reports** (`connect_users.review.access.logins`): sign-ins to the admin website and the Contact Control
  Panel. A report covers seven days at most and may be filtered, so that nothing follows from who is not in it.
- **Online time of agents** (GetMetricDataV2): days, for the three months that AWS keeps. Whoever has none was not
  online as an agent in that time. A sign-in to the admin website alone does not count, so that an administrator who
  never takes a contact has none.

What neither says is unknown, and never "never".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connect_users.review.access.sources import Entry

_DAYS: Final = re.compile(r"(?P<days>[1-9]\d{0,3})d?")
UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class LastOnline:
    """When somebody was last online.

    Times are naive: UTC, or those of the report's own time zone, which it does not name.

    Attributes:
        at: the last moment that a source knows; at midnight where it knows the day alone.
        signed_in: at that moment the user had not signed out; not even now, perhaps.
        absent_since: from then on a source would know more, and does not.
        why: why nothing is known; counts where there is nothing else.
    """

    at: datetime | None = None
    signed_in: bool = False
    absent_since: datetime | None = None
    why: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.at is not None:
            return f"{self.at.date()}" + (" (signed in, no sign-out since)" if self.signed_in else "")
        if self.absent_since is not None:
            return f"no online time as an agent since {self.absent_since.date()}; AWS keeps nothing from before"
        return f"{UNKNOWN}: {', '.join(self.why)}" if self.why else UNKNOWN

    def __or__(self, other: LastOnline) -> LastOnline:
        """What two sources say together: the later moment, the longer absence, both reasons."""
        later = other.at is not None and (self.at is None or (other.at, other.signed_in) > (self.at, self.signed_in))
        latest = other if later else self
        absences = [each.absent_since for each in (self, other) if each.absent_since is not None]
        why = self.why + other.why if self.why and other.why else self.why or other.why
        return LastOnline(latest.at, latest.signed_in, min(absences, default=None), why)

    def dormant(self, now: datetime, days: int) -> bool | None:
        """Whether the user was not online in the last ``days`` days; None where nothing says it."""
        start = now - timedelta(days=days)
        if self.at is not None:
            return self.at.date() < start.date()
        if self.absent_since is not None and self.absent_since.date() <= start.date():
            return True
        return None


@dataclass(frozen=True)
class Sightings:
    """What one source says.

    Attributes:
        source: its name for readers.
        seen: username or id of a user -> what it says.
        others: what it says of everybody else.
    """

    source: str
    seen: Mapping[str, LastOnline] = field(default_factory=dict)
    others: LastOnline = field(default_factory=LastOnline)

    def of(self, entry: Entry) -> LastOnline:
        """What it says of one of the people."""
        return self.seen.get(entry.username) or self.seen.get(entry.id) or self.others


@dataclass(frozen=True)
class Dormancy:
    """Who was not online for some time.

    Attributes:
        now: the moment of the review.
        days: nobody who was online in so many days is dormant.
    """

    sources: Sequence[Sightings]
    now: datetime
    days: int

    def last_online(self, entry: Entry) -> LastOnline:
        """What all sources together say of one of the people."""
        first, *others = (source.of(entry) for source in self.sources) if self.sources else (LastOnline(),)
        return reduce(or_, others, first)

    def of(self, entry: Entry) -> bool | None:
        """Whether one of the people is dormant; None where it is unknown. Whoever was made since then is not."""
        start = (self.now - timedelta(days=self.days)).replace(tzinfo=timezone.utc).timestamp()
        if start < entry.made <= self.now.replace(tzinfo=timezone.utc).timestamp():
            return False
        return self.last_online(entry).dormant(self.now, self.days)


def from_online_days(
    days: Mapping[str, datetime], asked: Iterable[str], start: datetime, source: str = "online time of agents"
) -> Sightings:
    """What GetMetricDataV2 says.

    Args:
        days: id of a user -> the last day with online time.
        asked: ids of all users who were asked about.
        start: the first day that was asked about.
    """
    absent = LastOnline(absent_since=start)
    seen = {user: LastOnline(days[user]) if user in days else absent for user in asked}
    return Sightings(source, seen, LastOnline(why=(f"not in the {source}",)))


def days_of(text: str) -> int:
    """``60d`` (or ``60``) -> 60.

    Raises:
        ValueError: it is not that.
    """
    match = _DAYS.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a number of days, such as 60d")
    return int(match["days"])
