"""GetMetricDataV2 for one metric, the online time of agents by day, and the side port's `online`.

Nobody signs in to an emulator, so `set_online` says who was online when. It is kept in the user's document as
``Online``: day -> seconds.
"""

from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator import paging, user_rows
from connect_users.emulator.arns import ResourceKind, bare_id
from connect_users.emulator.calls import ApiCall, Document, reads
from connect_users.emulator.errors import ApiError, invalid_parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connect_users.emulator.store import Store
    from connect_users.emulator.user_rows import StoredUser

_KEY: Final = "Online"
_METRIC: Final = "SUM_ONLINE_TIME_AGENT"
_DAY: Final = 86_400.0
#: "Historical metrics are available for 3 months"; "The difference between StartTime and EndTime must be less than 35
#: days"; "up to 100 filter values across all filter keys" [D].
_KEPT: Final = 92 * _DAY
_SPAN: Final = 35 * _DAY
_VALUES: Final = 100


@reads("GetMetricDataV2")
def get_metric_data_v2(call: ApiCall) -> Document:
    """[D]. Rows of agents who have no time that day, and how they are named: `Options.idle_days`, `agent_rows` [?]."""
    params = call.params
    call.params["InstanceId"] = params["ResourceArn"]
    if not params["ResourceArn"].startswith("arn:"):
        raise invalid_parameter("ResourceArn is not the ARN of an instance")
    _emulated("metric", [metric.get("Name", "") for metric in params["Metrics"]], {_METRIC})
    _emulated("filter of a metric", [key for metric in params["Metrics"] for key in metric if key != "Name"], set())
    _emulated("grouping", params.get("Groupings") or ["none"], {"AGENT"})
    filters = params["Filters"]
    _emulated("filter", [entry.get("FilterKey", "") for entry in filters], {"AGENT", "ROUTING_PROFILE"})
    _emulated("condition of a filter", [key for entry in filters for key in entry if key == "StringCondition"], set())
    if sum(len(entry.get("FilterValues", ())) for entry in filters) > _VALUES:
        raise invalid_parameter(f"Filters: at most {_VALUES} values")
    interval = params.get("Interval", {})
    _emulated("time zone", [interval.get("TimeZone", "UTC")], {"UTC"})
    _emulated("interval", [interval.get("IntervalPeriod", "TOTAL")], {"DAY", "TOTAL"})
    period = interval.get("IntervalPeriod", "TOTAL")
    spans = _spans(call, params["StartTime"], params["EndTime"], period)
    page = paging.numbered_page(call, list(_results(call, period, spans)))
    return {"MetricResults": page.rows, "NextToken": page.next_token}


def _emulated(what: str, used: Iterable[str], known: set[str]) -> None:
    for each in used:
        if each not in known:
            raise ApiError("UnsupportedOperationException", f"GetMetricDataV2: the {what} {each} is not emulated")


def _spans(call: ApiCall, start: float, end: float, period: str) -> list[tuple[float, float]]:
    """Start and end of each interval of a request."""
    if not start < end <= call.now:
        raise invalid_parameter("StartTime must be before EndTime, and EndTime not in the future")
    if end - start >= _SPAN:
        raise invalid_parameter("the difference between StartTime and EndTime must be less than 35 days")
    if start < call.now - _KEPT:
        raise invalid_parameter("historical metrics are available for 3 months")
    if period == "TOTAL":
        return [(start, end)]
    first = start - start % _DAY
    return [(first + number * _DAY, first + (number + 1) * _DAY) for number in range(math.ceil((end - first) / _DAY))]


def _results(call: ApiCall, period: str, spans: list[tuple[float, float]]) -> Iterator[Document]:
    for user in _agents(call):
        days = {_midnight(day): seconds for day, seconds in user.doc.get(_KEY, {}).items()}
        agent = user.id if call.options.agent_rows == "id" else f"{user.instance.arn}/agent/{user.id}"
        for start, end in spans:
            seconds = sum(days[day] for day in days if start < day + _DAY and day < end)
            if seconds or call.options.idle_days == "zero":
                yield {
                    "Dimensions": {"AGENT": agent},
                    "MetricInterval": {"Interval": period, "StartTime": start, "EndTime": end},
                    "Collections": [{"Metric": {"Name": _METRIC}, "Value": float(seconds)}],
                }


def _agents(call: ApiCall) -> Iterator[StoredUser]:
    """Users who pass all filters; what becomes of one that does not exist is `Options.unknown_agents` [?]."""
    arn = call.instance.arn
    wanted: dict[str, set[str]] = {"AGENT": set(), "ROUTING_PROFILE": set()}
    for entry in call.params["Filters"]:
        kind: ResourceKind = "agent" if entry["FilterKey"] == "AGENT" else "routing-profile"
        wanted[entry["FilterKey"]].update(bare_id(value, kind, arn) for value in entry.get("FilterValues", ()))
    if call.options.unknown_agents == "not-found":
        for value in wanted["AGENT"]:
            user_rows.find(call, value)
    for user in user_rows.rows(call):
        has = {"AGENT": user.id, "ROUTING_PROFILE": user.doc["RoutingProfileId"]}
        if all(not values or has[key] in values for key, values in wanted.items()):
            yield user


def set_online(store: Store, people: Mapping[str, Any]) -> None:
    """Set the days on which users of the seeded instance were online, in place of those set before.

    Args:
        people: username -> day (``2026-11-20``, UTC) -> seconds.

    Raises:
        ValueError: a user does not exist, or a value is not of that form.
    """
    with store.write() as tx:
        for username, days in people.items():
            if not isinstance(days, dict) or not all(map(_is_duration, days.values())):
                raise ValueError(f'{username}: write an object of days and seconds, such as {{"2026-11-20": 3600}}')
            for day in days:
                _midnight(day)
            user_rows.set_seeded(tx, username, _KEY, days)


def online(store: Store) -> dict[str, dict[str, float]]:
    """Username -> day -> seconds, as `set_online` set them."""
    return user_rows.seeded(store, _KEY)


def _is_duration(seconds: Any) -> bool:
    """Also false for NaN and Infinity, which Python reads in JSON."""
    return type(seconds) in (int, float) and 0 <= seconds < math.inf


def _midnight(day: str) -> float:
    """When a day begins. Raises ValueError."""
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=timezone.utc).timestamp()
