"""When each user was last online: few calls, whichever way AWS answers."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.connect.gateway import Gateway
from connect_users.connect.online_time import last_online_days
from connect_users.connect.session import Clients
from connect_users.core import errors
from connect_users.core.settings import Settings
from connect_users.emulator import Emulator, Fault, Options, seed, seed_users
from tests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 27, 9, 37, tzinfo=timezone.utc)
#: The first day that is asked about: 89 days before today.
FIRST = "2026-08-30"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(options=Options(clock=NOW.timestamp)) as emulator:
        yield emulator


def gateway_to(emulator: Emulator) -> Gateway:
    settings = Settings(endpoint_url=emulator.endpoint_url)
    return Gateway(Clients(settings, embedded=True), settings, VirtualTime(), NOW.timestamp)


def ago(days: int) -> str:
    return f"{NOW - timedelta(days=days):%Y-%m-%d}"


def last(emulator: Emulator, ids: list[str]) -> dict[str, str]:
    """User -> last day."""
    online = last_online_days(gateway_to(emulator), seed.INSTANCE_ARN, ids)
    assert f"{online.first:%Y-%m-%d}" == FIRST
    return {user: f"{day:%Y-%m-%d}" for user, day in online.last.items()}


@pytest.mark.parametrize("options", [{}, {"agent_rows": "arn"}, {"idle_days": "zero"}])
def test_the_last_day_online_is_found_in_all_three_months(options: dict[str, Any], emulator: Emulator) -> None:
    """Whether AWS names agents by id or ARN, and whether days without online time are answered or not."""
    emulator.options = Options(clock=NOW.timestamp, **options)
    days = [0, 1, 2, 3, 6, 7, 30, 31, 32, 64, 65, 66, 89, 90]
    ids = seed_users(emulator.store, len(days))
    people = {
        f"agent{number:05d}": {ago(day): 60.5, **({ago(day + 5): 9} if day < 80 else {})}
        for number, day in enumerate(days, start=1)
    }
    emulator.set_online(people)
    assert last(emulator, ids) == {user: ago(day) for user, day in zip(ids, days, strict=True) if day < 90}
    assert max(len(record.params["Filters"][0]["FilterValues"]) for record in emulator.requests) <= 100


def test_calls_are_few(emulator: Emulator) -> None:
    """Half of 1,000 users online today, a third yesterday, the others months ago: 25 calls."""
    ids = seed_users(emulator.store, 1_000)
    day = {0: 0, 1: 0, 2: 0, 3: 1, 4: 1, 5: 50}
    emulator.set_online({f"agent{number:05d}": {ago(day[number % 6]): 60} for number in range(1, 1_001)})
    found = last(emulator, ids)
    assert len(found) == 1_000
    # The first of seven windows is about all, the second about half, the others about a sixth.
    calls = 10 + 5 + 5 * 2
    assert len(emulator.requests) == calls
    assert last(emulator, [*ids, *ids]) == found, "nobody is asked about twice"
    assert len(emulator.requests) == 2 * calls


def test_nobody_is_asked_about_after_midnight_alone(emulator: Emulator) -> None:
    """In the first quarter of an hour today is empty, and a request for it would be refused."""
    midnight = datetime(2026, 11, 27, 0, 5, tzinfo=timezone.utc).timestamp()
    emulator.options = Options(clock=lambda: midnight)
    ids = seed_users(emulator.store, 1)
    emulator.set_online({"agent00001": {ago(1): 60}})
    settings = Settings(endpoint_url=emulator.endpoint_url)
    gateway = Gateway(Clients(settings, embedded=True), settings, VirtualTime(), lambda: midnight)
    assert list(last_online_days(gateway, seed.INSTANCE_ARN, ids).last) == ids
    assert [record.status for record in emulator.requests] == [200]


def test_users_who_were_just_deleted_do_not_hide_the_others(emulator: Emulator) -> None:
    """AWS may refuse a request that names one of them: they are found by halves, and asked about once."""
    emulator.options = Options(clock=NOW.timestamp, unknown_agents="not-found")
    ids = seed_users(emulator.store, 120)
    emulator.set_online({"agent00007": {ago(0): 60}, "agent00120": {ago(80): 60}})
    named = [*ids[:50], "gone-1", *ids[50:], "gone-2"]
    online = last_online_days(gateway_to(emulator), seed.INSTANCE_ARN, named)
    assert online.last.keys() == {ids[6], ids[119]}
    assert online.user_ids == tuple(ids)
    assert sum(record.code == "ResourceNotFoundException" for record in emulator.requests) <= 14


def test_no_users_cost_no_call(emulator: Emulator) -> None:
    """AWS refuses a filter without values."""
    assert last(emulator, []) == {}
    assert len(emulator.requests) == 0


def test_a_failure_names_the_permission(emulator: Emulator) -> None:
    """It is a new one, which older policies lack."""
    emulator.faults.add(Fault("GetMetricDataV2", "error-before", code="AccessDeniedException", message="IAM"))
    with pytest.raises(errors.AccessDenied, match="connect:GetMetricDataV2"):
        last(emulator, ["x"])
