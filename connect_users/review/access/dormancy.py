"""When people were last online, as far as a source knows, and who was not online for some time.

There are two sources. Neither is complete:

- **Login/Logout reports** (`connect_users.review.access.logins`): sign-ins to the admin website and the Contact Control
  Panel. A report covers seven days at most and may be filtered, so a missing user means nothing.
- **Online time of agents** (GetMetricDataV2): days, for the three months that AWS keeps. Users without any were not
  online as agents in that time. A sign-in to the admin website alone does not count, so an administrator who never
  takes a contact has none.

If neither source knows, the answer is "unknown", not "never".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connect_users.review.access.sources import UserAccess

UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class LastOnline:
    """When a user was last online.

    Times are naive: in UTC, or in the report's own time zone, which it does not name.

    Attributes:
        at: the last known moment; midnight if a source knows only the day.
        signed_in: whether the user had not signed out at that moment, and may still be signed in.
        absent_since: a source covers the time since then, and does not have the user.
        why: the reasons why nothing is known; used if there is nothing else.
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
        """The answers of two sources together: the later moment, the longer absence, both reasons."""
        later = other.at is not None and (self.at is None or (other.at, other.signed_in) > (self.at, self.signed_in))
        latest = other if later else self
        absences = [each.absent_since for each in (self, other) if each.absent_since is not None]
        return LastOnline(latest.at, latest.signed_in, min(absences, default=None), self.why + other.why)

    def dormant(self, now: datetime, days: int) -> bool | None:
        """Whether the user was not online in the last ``days`` days; None if it is not known."""
        start = now - timedelta(days=days)
        if self.at is not None:
            return self.at.date() < start.date()
        if self.absent_since is not None and self.absent_since.date() <= start.date():
            return True
        return None


@dataclass(frozen=True)
class OnlineTimes:
    """The answers of one source.

    Attributes:
        source: its name for readers.
        seen: username or id of a user -> its answer.
        absent: its answer for all other users.
    """

    source: str
    seen: Mapping[str, LastOnline] = field(default_factory=dict)
    absent: LastOnline = field(default_factory=LastOnline)

    def of(self, entry: UserAccess) -> LastOnline:
        """Its answer for one of the people."""
        return self.seen.get(entry.username) or self.seen.get(entry.id) or self.absent


@dataclass(frozen=True)
class Dormancy:
    """Who was not online for some time.

    Attributes:
        now: the moment of the review.
        days: people who were online in this number of days are not dormant.
    """

    sources: Sequence[OnlineTimes]
    now: datetime
    days: int

    def last_online(self, entry: UserAccess) -> LastOnline:
        """The answer of all sources together for one of the people."""
        first, *more = (source.of(entry) for source in self.sources) if self.sources else (LastOnline(),)
        return reduce(or_, more, first)

    def of(self, entry: UserAccess) -> bool | None:
        """Whether one of the people is dormant; None if it is unknown. Users created since then are not."""
        start = (self.now - timedelta(days=self.days)).replace(tzinfo=timezone.utc).timestamp()
        if start < entry.made <= self.now.replace(tzinfo=timezone.utc).timestamp():
            return False
        return self.last_online(entry).dormant(self.now, self.days)


def from_online_days(days: Mapping[str, datetime], requested: Iterable[str], start: datetime) -> OnlineTimes:
    """The answers of GetMetricDataV2.

    Args:
        days: id of a user -> the last day with online time.
        requested: ids of all users in the requests.
        start: the first day of the requests.
    """
    source, absent = "online time of agents", LastOnline(absent_since=start)
    seen = {user: LastOnline(days[user]) if user in days else absent for user in requested}
    return OnlineTimes(source, seen, LastOnline(why=(f"not in the {source}",)))
