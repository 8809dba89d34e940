"""On which day each user was last online as an agent, from GetMetricDataV2 (SUM_ONLINE_TIME_AGENT).

Its page in the API reference sets the limits: data of three months, less than 35 days a request where it answers by
day, at most 100 agents a request. A day with online time is one row, and 100 rows are one page. So the newest days
are asked about first, in windows that grow, and of each window only those who were not online since: most people are
found in the first one, and whoever is asked about a long window has few rows in it.

Cost for N users, of whom half were online today, a third was last online yesterday, and the others some time ago:
N/100 + N/200 + 6 * N/600 calls, about 25 for 1,000 users; 8 * N/100 at most where nobody was online.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.arns import bare_id

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


def last_online_days(
    gateway: Gateway, instance_arn: str, user_ids: Iterable[str], tell: Callable[[int, int], None] = lambda *_: None
) -> tuple[dict[str, datetime], datetime]:
    """User id -> the last day (UTC) with online time, for those who have any; and the first day that was asked about.

    Args:
        tell: is called with how many of how many users are found.

    Raises:
        ConnectUsersError
    """
    found: dict[str, datetime] = {}
    left = every = list(dict.fromkeys(user_ids))
    windows = list(_windows(gateway.now))
    for start, end in windows:
        for first in range(0, len(left), AGENTS):
            batch = left[first : first + AGENTS]
            for user, day in _days(gateway, instance_arn, batch, start, end):
                found[user] = max(day, found.get(user, day))
            tell(len(found), len(every))
        left = [user for user in left if user not in found]
    return found, windows[-1][0].replace(tzinfo=None)


def _windows(now: float) -> Iterator[tuple[datetime, datetime]]:
    """Start and end of each window, the newest first."""
    end = datetime.fromtimestamp(now - now % _QUARTER, timezone.utc)
    start = end.replace(hour=0, minute=0)
    if start < end:
        yield start, end
    for days in _WINDOWS:
        start, end = start - timedelta(days=days), start
        yield start, end


def _days(
    gateway: Gateway, instance_arn: str, users: Sequence[str], start: datetime, end: datetime
) -> Iterator[tuple[str, datetime]]:
    """Id of a user and a day on which it was online, for each such day."""
    request = {
        "StartTime": start,
        "EndTime": end,
        "Interval": {"TimeZone": "UTC", "IntervalPeriod": "DAY"},
        "Filters": [{"FilterKey": "AGENT", "FilterValues": list(users)}],
        "Groupings": ["AGENT"],
        "Metrics": [{"Name": METRIC}],
    }
    for row in gateway.get_metric_data_v2(instance_arn, request):
        user = bare_id((row.get("Dimensions") or {}).get("AGENT"))
        if user and any(entry.get("Value") for entry in row.get("Collections") or ()):
            yield user, _day(row, start)


def _day(row: dict[str, Any], start: datetime) -> datetime:
    # What a row without its interval is about is the window: its first day is the least that is sure.
    moment: datetime = (row.get("MetricInterval") or {}).get("StartTime") or start
    return moment.astimezone(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
