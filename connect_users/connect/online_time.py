"""On which day each user was last online as an agent, from GetMetricDataV2 (SUM_ONLINE_TIME_AGENT).

Its page in the API reference sets the limits: data of three months, less than 35 days a request where it answers by
day, at most 100 agents a request. A day with online time is one row, and 100 rows are one page. So the newest days
are requested first, in windows that grow, and each window only for users who were not online since: most are found in
the first one, and a long window has few rows.

Cost for N users, if half were online today, a third was last online yesterday, and the others some time ago:
N/100 + N/200 + 6 * N/600 calls, about 25 for 1,000 users; 8 * N/100 at most where nobody was online.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core.arns import bare_id
from connect_users.core.errors import ResourceNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from connect_users.connect.gateway import Gateway

METRIC: Final = "SUM_ONLINE_TIME_AGENT"
#: Users of one request.
AGENTS: Final = 100
#: Days of the windows: today, then these. Together 89, the fewest that three months have.
_WINDOWS: Final = (1, 2, 4, 8, 16, 34, 24)
#: Today ends with the last whole quarter of an hour, as the shortest interval does.
_QUARTER: Final = 900


class OnlineDays(NamedTuple):
    """Who was online when.

    Attributes:
        last: user id -> the last day (UTC) with online time, for those who have any.
        user_ids: of the users in question, without those who are not in the instance any more.
        first: the first day that was searched.
    """

    last: dict[str, datetime]
    user_ids: tuple[str, ...]
    first: datetime


def last_online_days(
    gateway: Gateway, instance_arn: str, user_ids: Iterable[str], progress: Callable[[int, int], None] = lambda *_: None
) -> OnlineDays:
    """When each of some users was last online.

    Args:
        progress: is called with the numbers of users found, and of all.

    Raises:
        ConnectUsersError
    """
    last: dict[str, datetime] = {}
    gone: set[str] = set()
    left = every = list(dict.fromkeys(user_ids))
    windows = list(_windows(gateway.now))
    for start, end in windows:
        for first in range(0, len(left), AGENTS):
            for row in _rows(gateway, instance_arn, left[first : first + AGENTS], (start, end), gone):
                user = bare_id((row.get("Dimensions") or {}).get("AGENT"))
                if user and any(entry.get("Value") for entry in row.get("Collections") or ()):
                    day = _day(row, start)
                    last[user] = max(day, last.get(user, day))
            progress(len(last), len(every))
        left = [user for user in left if user not in last and user not in gone]
    present = tuple(user for user in every if user not in gone)
    return OnlineDays(last, present, windows[-1][0].replace(tzinfo=None))


def _windows(now: float) -> Iterator[tuple[datetime, datetime]]:
    """Start and end of each window, the newest first."""
    end = datetime.fromtimestamp(now - now % _QUARTER, timezone.utc)
    start = end.replace(hour=0, minute=0)
    if start < end:
        yield start, end
    for days in _WINDOWS:
        start, end = start - timedelta(days=days), start
        yield start, end


def _rows(
    gateway: Gateway, instance_arn: str, users: Sequence[str], window: tuple[datetime, datetime], gone: set[str]
) -> list[dict[str, Any]]:
    """The results of some users, at least one; adds those who are not in the instance to `gone`.

    A search still finds users who were just deleted, and AWS may refuse a request that names one of them.
    """
    start, end = window
    request = {
        "StartTime": start,
        "EndTime": end,
        "Interval": {"TimeZone": "UTC", "IntervalPeriod": "DAY"},
        "Filters": [{"FilterKey": "AGENT", "FilterValues": list(users)}],
        "Groupings": ["AGENT"],
        "Metrics": [{"Name": METRIC}],
    }
    try:
        return list(gateway.get_metric_data_v2(instance_arn, request))
    except ResourceNotFound:
        if len(users) == 1:
            gone.update(users)
            return []
    half = len(users) // 2
    return [row for part in (users[:half], users[half:]) for row in _rows(gateway, instance_arn, part, window, gone)]


def _day(row: dict[str, Any], start: datetime) -> datetime:
    # What a row without its interval is about is the window: its first day is the least that is sure.
    moment: datetime = (row.get("MetricInterval") or {}).get("StartTime") or start
    return moment.astimezone(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
