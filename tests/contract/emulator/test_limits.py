"""Quotas, throttling and consistency, all by a clock that the test moves."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Emulator, Options, Throttle, seed
from tests.contract.emulator.support import connect, create, described, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.emulator.conftest import Clock

HERE = {"InstanceId": seed.INSTANCE_ID}
MISSING = (404, "ResourceNotFoundException")
FULL = (429, "LimitExceededException")
THROTTLED = (429, "ThrottlingException")
DUPLICATE = (409, "DuplicateResourceException")


def search(client: Any, name: str = "ada") -> list[dict[str, Any]]:
    condition = {"FieldName": "Username", "Value": name, "ComparisonType": "EXACT"}
    rows: list[dict[str, Any]] = client.search_users(**HERE, SearchCriteria={"StringCondition": condition})["Users"]
    return rows


def test_users_quota(start_emulator: Callable[..., Emulator]) -> None:
    """LimitExceededException is an HTTP 429 in Connect (section 0, finding 2); a taken name is reported first."""
    emulator = start_emulator(users_quota=2)
    client = connect(emulator)
    user_id = create(client, "a")
    create(client, "b")
    assert refused(create, client, "c") == FULL
    assert refused(create, client, "a") == DUPLICATE
    client.delete_user(**HERE, UserId=user_id)
    create(client, "c")
    emulator.options = replace(emulator.options, users_quota=None)
    create(client, "d")


def test_boto3_itself_retries_a_full_quota(start_emulator: Callable[..., Emulator]) -> None:
    """A canary of section 0, finding 2: if botocore stops doing so, callers need no guard of their own."""
    emulator = start_emulator(users_quota=0)
    client = connect(emulator, attempts=2)
    assert refused(create, client) == FULL
    attempts = [re.search(r"attempt=\d", record.attempt) for record in emulator.requests]
    assert [match and match[0] for match in attempts] == ["attempt=1", "attempt=2"]
    assert len({record.invocation for record in emulator.requests}) == 1


@pytest.mark.parametrize(
    ("call", "name", "quota", "more"),
    [
        ("create_security_profile", "SecurityProfileName", 100 - len(seed.SECURITY_PROFILES), {}),
        ("create_predefined_attribute", "Name", 150 - len(seed.PREDEFINED_ATTRIBUTES), {}),
        ("create_user_hierarchy_group", "Name", 500 - len(seed.HIERARCHY_GROUPS), {}),
    ],
)
def test_other_quotas(client: Any, call: str, name: str, quota: int, more: dict[str, Any]) -> None:
    """Section 4, resource quotas [D]."""
    for number in range(quota):
        getattr(client, call)(**HERE, **{name: f"n{number}"}, **more)
    assert refused(getattr(client, call), **HERE, **{name: "one more"}, **more) == FULL


def test_throttle_is_a_bucket_per_operation(start_emulator: Callable[..., Emulator], clock: Clock) -> None:
    client = connect(start_emulator(clock=clock, throttle=Throttle(2, 5)))
    for number in range(5):
        create(client, f"u{number}")
    assert refused(create, client, "late") == THROTTLED
    client.list_users(**HERE)
    clock.advance(0.5)
    create(client, "late")
    assert refused(create, client, "later") == THROTTLED
    clock.advance(3600)
    for number in range(5):
        create(client, f"v{number}")
    assert refused(create, client, "latest") == THROTTLED


def test_throttle_is_per_region_and_account(start_emulator: Callable[..., Emulator], clock: Clock) -> None:
    emulator = start_emulator(clock=clock, throttle=Throttle(1, 1))
    here, there, other = connect(emulator), connect(emulator, region="eu-west-1"), connect(emulator, key="0" * 12)
    for client in (here, there, other):
        client.list_instances()
    for client in (here, there, other):
        assert refused(client.list_instances) == THROTTLED


def test_one_operation_may_have_a_rate_of_its_own(start_emulator: Callable[..., Emulator], clock: Clock) -> None:
    rates = {"ListUsers": Throttle(10, 2), "DescribeInstance": None}
    client = connect(start_emulator(clock=clock, throttle=Throttle(2, 1), throttles=rates))
    client.list_users(**HERE)
    client.list_users(**HERE)
    assert refused(client.list_users, **HERE) == THROTTLED
    for _ in range(3):
        client.describe_instance(**HERE)
    client.list_instances()
    assert refused(client.list_instances) == THROTTLED


def test_a_new_user_is_not_found_until_the_lag_is_over(start_emulator: Callable[..., Emulator], clock: Clock) -> None:
    """Section 5: AWS's own example of eventual consistency."""
    client = connect(start_emulator(clock=clock, consistency_lag=10))
    user_id = create(client)
    who = {**HERE, "UserId": user_id}
    arn = f"{seed.INSTANCE_ARN}/agent/{user_id}"
    clock.advance(9.9)
    for call, arguments in (
        (client.describe_user, who),
        (client.update_user_hierarchy, who),
        (client.delete_user, who),
        (client.list_user_proficiencies, who),
        (client.tag_resource, {"resourceArn": arn, "tags": {"a": "b"}}),
        (client.list_tags_for_resource, {"resourceArn": arn}),
    ):
        assert refused(call, **arguments) == MISSING
    assert search(client) == []
    assert client.list_users(**HERE)["UserSummaryList"] == []
    assert refused(create, client) == DUPLICATE
    clock.advance(0.2)
    assert described(client, user_id)["Username"] == "ada"
    assert len(search(client)) == len(client.list_users(**HERE)["UserSummaryList"]) == 1


def test_changes_are_seen_late_and_none_is_lost(start_emulator: Callable[..., Emulator], clock: Clock) -> None:
    client = connect(start_emulator(clock=clock, consistency_lag=10))
    user_id = create(client, Tags={"first": ""})
    arn = f"{seed.INSTANCE_ARN}/agent/{user_id}"
    clock.advance(20)
    for key in ("second", "third"):
        client.tag_resource(resourceArn=arn, tags={key: ""})
        assert described(client, user_id)["Tags"] == {"first": ""}
        clock.advance(5)
    assert described(client, user_id)["Tags"] == {"first": "", "second": ""}
    assert search(client)[0]["Tags"] == {"first": "", "second": ""}
    clock.advance(5)
    assert described(client, user_id)["Tags"] == {"first": "", "second": "", "third": ""}


def test_search_may_lag_more_than_the_rest(start_emulator: Callable[..., Emulator], clock: Clock) -> None:
    client = connect(start_emulator(clock=clock, search_lag=60))
    user_id = create(client, IdentityInfo={"FirstName": "Ada", "LastName": "Old"})
    assert described(client, user_id)
    assert search(client) == []
    clock.advance(61)
    client.update_user_identity_info(**HERE, UserId=user_id, IdentityInfo={"LastName": "New"})
    assert search(client)[0]["IdentityInfo"]["LastName"] == "Old"
    clock.advance(61)
    assert search(client)[0]["IdentityInfo"]["LastName"] == "New"
    client.delete_user(**HERE, UserId=user_id)
    assert refused(described, client, user_id) == MISSING
    assert [row["Id"] for row in search(client)] == [user_id]
    clock.advance(61)
    assert search(client) == []


def test_a_deleted_name_may_be_released_late(start_emulator: Callable[..., Emulator], clock: Clock) -> None:
    """Undocumented (section 5 [?]), hence off by default."""
    client = connect(start_emulator(clock=clock, name_release_delay=30))
    user_id = create(client)
    client.delete_user(**HERE, UserId=user_id)
    assert refused(described, client, user_id) == MISSING
    assert refused(create, client) == DUPLICATE
    clock.advance(31)
    assert create(client) != user_id


def test_the_username_limit_is_an_option(start_emulator: Callable[..., Emulator]) -> None:
    client = connect(start_emulator(username_limit=20))
    create(client, "a" * 20)
    assert refused(create, client, "a" * 21) == (400, "InvalidParameterException")


@pytest.mark.parametrize(
    "options",
    [
        {"identity_management_type": "LDAP"},
        {"update_user_config": "both"},
        {"consistency_lag": -1},
        {"latency": float("nan")},
        {"users_quota": -1},
        {"users_quota": True},
        {"username_limit": None},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Options(**options)


@pytest.mark.parametrize("text", ["2", "0/5", "2/0", "x/y", "nan/5", "2/inf"])
def test_throttles_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"throttle|could not convert"):
        Throttle.parse(text)
