"""GetMetricDataV2: the online time of agents, by day, within the documented limits."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import seed
from tests.contract.emulator.support import SALES, connect, create, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_users.emulator import Emulator

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=timezone.utc)
TODAY = NOW.replace(hour=0, minute=0)


def days_ago(number: int) -> datetime:
    return TODAY - timedelta(days=number)


MONTH = days_ago(30)


def request(*users: str, start: datetime = MONTH, end: datetime = NOW, **changes: Any) -> dict[str, Any]:
    """A request that is about some users, by day."""
    return {
        "ResourceArn": seed.INSTANCE_ARN,
        "StartTime": start,
        "EndTime": end,
        "Interval": {"IntervalPeriod": "DAY", "TimeZone": "UTC"},
        "Filters": [{"FilterKey": "AGENT", "FilterValues": list(users)}],
        "Groupings": ["AGENT"],
        "Metrics": [{"Name": "SUM_ONLINE_TIME_AGENT"}],
        **changes,
    }


def rows(client: Any, **wanted: Any) -> list[tuple[str, str, float]]:
    """Agent, day and seconds of all pages."""
    found: list[tuple[str, str, float]] = []
    token: dict[str, str] = {}
    while True:
        page = client.get_metric_data_v2(**wanted, **token)
        for row in page["MetricResults"]:
            (collection,) = row["Collections"]
            start = row["MetricInterval"]["StartTime"].astimezone(timezone.utc)
            found.append((row["Dimensions"]["AGENT"], f"{start:%m-%d}", collection["Value"]))
        if "NextToken" not in page:
            return found
        token = {"NextToken": page["NextToken"]}


@pytest.fixture
def start(start_emulator: Callable[..., Emulator]) -> Callable[..., Emulator]:
    return lambda **options: start_emulator(clock=NOW.timestamp, **options)


@pytest.fixture
def emulator(start: Callable[..., Emulator]) -> Emulator:
    return start()


def post(emulator: Emulator, people: Any) -> Any:
    """Set it by the side port, as a script does."""
    address = f"{emulator.endpoint_url}/_emulator/online"
    body = None if people is None else json.dumps(people).encode()
    with urllib.request.urlopen(urllib.request.Request(address, body)) as answer:
        return json.load(answer)


def test_online_time_is_returned_by_day_and_in_total(emulator: Emulator, client: Any) -> None:
    """Of the agents that the filter names, and of the days within the request."""
    ada, bo = create(client, "ada"), create(client, "bo", RoutingProfileId=SALES)
    people = {"ada": {"2026-11-20": 3600, "2026-11-26": 60, "2026-09-01": 5}, "bo": {"2026-11-20": 7}}
    assert post(emulator, people) == people
    assert post(emulator, None) == people
    assert rows(client, **request(ada)) == [(ada, "11-20", 3600.0), (ada, "11-26", 60.0)]
    assert rows(client, **request(ada, bo, MaxResults=1)) == [
        (ada, "11-20", 3600.0),
        (ada, "11-26", 60.0),
        (bo, "11-20", 7.0),
    ]
    assert rows(client, **request(ada, start=days_ago(7), end=days_ago(6))) == [(ada, "11-20", 3600.0)]
    assert rows(client, **request(ada, end=days_ago(7))) == []
    assert rows(client, **request(ada, Interval={"IntervalPeriod": "TOTAL"})) == [(ada, "10-28", 3660.0)]
    sales = [{"FilterKey": "ROUTING_PROFILE", "FilterValues": [SALES]}]
    assert rows(client, **request(Filters=sales)) == [(bo, "11-20", 7.0)]
    post(emulator, {"ada": {}})
    assert rows(client, **request(ada)) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start": days_ago(35)}, "InvalidParameterException"),
        ({"start": days_ago(34), "end": days_ago(-1)}, "InvalidParameterException"),
        ({"start": days_ago(93), "end": days_ago(90)}, "InvalidParameterException"),
        ({"start": days_ago(1), "end": days_ago(1)}, "InvalidParameterException"),
        ({"ResourceArn": seed.INSTANCE_ID}, "InvalidParameterException"),
        ({"ResourceArn": f"{seed.INSTANCE_ARN[:-1]}9"}, "ResourceNotFoundException"),
        ({"Filters": []}, "InvalidParameterException"),
        ({"Filters": [{"FilterKey": "AGENT", "FilterValues": ["x"] * 99}] * 2}, "InvalidParameterException"),
        ({"Metrics": [{"Name": "CONTACTS_HANDLED"}]}, "UnsupportedOperationException"),
        ({"Groupings": ["QUEUE"]}, "UnsupportedOperationException"),
        ({"Groupings": []}, "UnsupportedOperationException"),
        ({"Filters": [{"FilterKey": "QUEUE", "FilterValues": ["x"]}]}, "UnsupportedOperationException"),
        ({"Interval": {"IntervalPeriod": "HOUR"}}, "UnsupportedOperationException"),
        ({"Interval": {"TimeZone": "Europe/London"}}, "UnsupportedOperationException"),
    ],
)
def test_what_aws_refuses_or_the_emulator_does_not_play_is_refused(
    changes: dict[str, Any], code: str, emulator: Emulator
) -> None:
    """Nothing is answered that would be wrong."""
    client = connect(emulator, check=False)
    assert refused(client.get_metric_data_v2, **request("x", **changes))[1] == code


def test_undocumented_ways_of_answering_are_options(start: Callable[..., Emulator]) -> None:
    """Agents by ARN, and a row for each day of each agent."""
    emulator = start(agent_rows="arn", idle_days="zero")
    client = connect(emulator)
    ada = create(client, "ada")
    emulator.set_online({"ada": {"2026-11-26": 60}})
    arn = f"{seed.INSTANCE_ARN}/agent/{ada}"
    assert rows(client, **request(ada, start=days_ago(2))) == [
        (arn, "11-25", 0.0),
        (arn, "11-26", 60.0),
        (arn, "11-27", 0.0),
    ]


@pytest.mark.parametrize(("unknown", "taken"), [("left-out", True), ("not-found", False)])
def test_an_agent_that_does_not_exist_is_left_out_or_refused(
    unknown: str, taken: bool, start: Callable[..., Emulator]
) -> None:
    """AWS does not document which."""
    emulator = start(unknown_agents=unknown)
    client = connect(emulator)
    ada = create(client, "ada")
    emulator.set_online({"ada": {"2026-11-26": 60}})
    both = request(ada, "gone")
    if taken:
        assert rows(client, **both) == [(ada, "11-26", 60.0)]
    else:
        assert refused(client.get_metric_data_v2, **both) == (404, "ResourceNotFoundException")
        assert rows(client, **request(ada)) == [(ada, "11-26", 60.0)]


@pytest.mark.parametrize(
    "people",
    [
        {"zoe": {}},
        {"ada": None},
        {"ada": {"yesterday": 1}},
        *({"ada": {"2026-11-26": seconds}} for seconds in ("1", None, True, -1, float("nan"), float("inf"))),
        [],
    ],
)
def test_a_wrong_online_time_changes_nothing(people: Any, emulator: Emulator, client: Any) -> None:
    """The side port says what is wrong."""
    create(client, "ada")
    emulator.set_online({"ada": {"2026-11-26": 60}})
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(emulator, people)
    with caught.value as problem:
        assert problem.code == 400
        assert json.load(problem)["Message"]
    assert post(emulator, None) == {"ada": {"2026-11-26": 60}}
