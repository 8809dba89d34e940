"""Pages: sizes, order, tokens."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore import xform_name

from connect_users.emulator import Emulator, seed, seed_users
from connect_users.emulator.wire import service
from tests.contract.emulator.support import EMULATED, connect, create, refused
from tests.models import AI_AGENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import Shape


HERE = {"InstanceId": seed.INSTANCE_ID}
REQUEST = (400, "InvalidRequestException")


def _members(operation: str) -> dict[str, Shape]:
    shape = service("connect").operation_model(operation).input_shape
    assert shape is not None
    return dict(shape.members)


PAGED = [name for name in EMULATED if {"NextToken", "MaxResults"} <= _members(name).keys()]


def _arguments(emulator: Emulator, client: Any, operation: str) -> dict[str, Any]:
    arguments: dict[str, Any] = {} if operation == "ListInstances" else dict(HERE)
    if operation == "ListUserProficiencies":
        arguments["UserId"] = create(client)
        client.associate_user_proficiencies(
            **arguments,
            UserProficiencies=[
                {"AttributeName": "lang", "AttributeValue": value, "Level": 1} for value in ("en", "fr", "de")
            ],
        )
    elif operation == "GetCurrentUserData":
        arguments["Filters"] = {"Agents": [create(client, name) for name in ("a", "b", "c")]}
        emulator.set_agents({name: {} for name in ("a", "b", "c")})
    elif operation == "GetMetricDataV2":
        now = time.time()
        users = [create(client, name) for name in ("a", "b", "c")]
        emulator.set_online({name: {f"{datetime.now(timezone.utc):%Y-%m-%d}": 60} for name in ("a", "b", "c")})
        return {
            "ResourceArn": seed.INSTANCE_ARN,
            "StartTime": now - 86_400,
            "EndTime": now,
            "Filters": [{"FilterKey": "AGENT", "FilterValues": users}],
            "Groupings": ["AGENT"],
            "Metrics": [{"Name": "SUM_ONLINE_TIME_AGENT"}],
        }
    elif operation == AI_AGENTS:
        agents = [{"Arn": name, "Type": "THIRD_PARTY"} for name in ("a", "b", "c")]
        made = client.create_security_profile(**HERE, SecurityProfileName="Bots", AllowedAIAgents=agents)
        arguments["SecurityProfileId"] = made["SecurityProfileId"]
    elif operation == "ListSecurityProfilePermissions":
        arguments["SecurityProfileId"] = seed.SECURITY_PROFILES["Admin"]
    elif operation in ("SearchUsers", "ListUsers"):
        for name in ("a", "b", "c"):
            create(client, name, Tags={name: "1"})
    return arguments


@pytest.mark.parametrize("operation", PAGED)
def test_pages_of_one_are_the_whole_list(emulator: Emulator, client: Any, operation: str) -> None:
    """Every paged operation: all rows once, in the same order, and the last page has no token."""
    call, arguments = getattr(client, xform_name(operation)), _arguments(emulator, client, operation)
    whole = call(**arguments)
    (member,) = [name for name, item in whole.items() if isinstance(item, list)]
    rows, token = [], None
    while True:
        answer = call(**arguments, MaxResults=1, **({} if token is None else {"NextToken": token}))
        rows += answer[member]
        token = answer.get("NextToken")
        if token is None:
            break
        assert len(answer[member]) == 1
    assert rows == whole[member]
    assert rows


@pytest.mark.parametrize("operation", PAGED)
def test_no_page_is_larger_than_the_model_allows(emulator: Emulator, client: Any, operation: str) -> None:
    shape = _members(operation)["MaxResults"]
    call, arguments = getattr(client, xform_name(operation)), _arguments(emulator, client, operation)
    # The operations of instances have only one error for it.
    refusal = (400, "InvalidRequestException" if operation == "ListInstances" else "InvalidParameterException")
    call(**arguments, MaxResults=shape.metadata["max"])
    assert refused(call, **arguments, MaxResults=shape.metadata["max"] + 1) == refusal
    unchecked = getattr(connect(emulator, check=False), xform_name(operation))
    assert refused(unchecked, **arguments, MaxResults=0) == refusal


def test_a_page_has_100_users_unless_the_request_says_otherwise(start_emulator: Callable[..., Emulator]) -> None:
    emulator = start_emulator()
    seed_users(emulator.store, 1001)
    client = connect(emulator)
    assert len(client.list_users(**HERE)["UserSummaryList"]) == 100
    assert len(client.search_users(**HERE)["Users"]) == 100
    assert len(client.list_users(**HERE, MaxResults=1000)["UserSummaryList"]) == 1000


def test_a_token_is_valid_for_one_request_only(client: Any) -> None:
    for name in ("a", "b", "c"):
        create(client, name)
    token = client.search_users(**HERE, MaxResults=1)["NextToken"]
    client.search_users(**HERE, MaxResults=2, NextToken=token)
    other = {"SearchCriteria": {"StringCondition": {"FieldName": "Username", "Value": "a", "ComparisonType": "EXACT"}}}
    assert refused(client.search_users, **HERE, NextToken=token, **other) == REQUEST
    assert refused(client.list_users, **HERE, NextToken=token) == REQUEST
    for bad in ("x", "é", token[:-4], token[4:], "A" + token[1:]):
        assert refused(client.search_users, **HERE, NextToken=bad) == REQUEST


def test_users_made_and_deleted_between_pages_neither_repeat_nor_skip_others(client: Any) -> None:
    ids = [create(client, name) for name in ("a", "b", "c", "d")]
    first = client.list_users(**HERE, MaxResults=2)
    client.delete_user(**HERE, UserId=ids[0])
    ids.append(create(client, "e"))
    second = client.list_users(**HERE, NextToken=first["NextToken"])
    assert [row["Id"] for row in first["UserSummaryList"] + second["UserSummaryList"]] == ids
