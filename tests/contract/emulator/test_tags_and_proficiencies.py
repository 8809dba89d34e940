"""Tags of anything with an ARN, and proficiencies of users."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users.emulator import Emulator, seed
from tests.contract.emulator.support import connect, create, described, refused

HERE = {"InstanceId": seed.INSTANCE_ID}
REQUEST = (400, "InvalidRequestException")
PARAMETER = (400, "InvalidParameterException")
MISSING = (404, "ResourceNotFoundException")


def arn(user_id: str) -> str:
    return f"{seed.INSTANCE_ARN}/agent/{user_id}"


@pytest.mark.parametrize(
    "resource",
    [
        seed.INSTANCE_ARN,
        f"{seed.INSTANCE_ARN}/routing-profile/{seed.ROUTING_PROFILES['Sales']}",
        f"{seed.INSTANCE_ARN}/security-profile/{seed.SECURITY_PROFILES['Agent']}",
        f"{seed.INSTANCE_ARN}/agent-group/{seed.HIERARCHY_GROUPS['EMEA']}",
        f"{seed.INSTANCE_ARN}/queue/{seed.QUEUES['BasicQueue']}",
        f"{seed.INSTANCE_ARN}/operating-hours/{seed.HOURS_OF_OPERATION['Basic Hours']}",
        f"{seed.INSTANCE_ARN}/transfer-destination/{seed.QUICK_CONNECTS['Front desk']}",
        "a user",
    ],
)
def test_tags_are_added_changed_and_removed(client: Any, resource: str) -> None:
    resource = arn(create(client)) if resource == "a user" else resource
    client.tag_resource(resourceArn=resource, tags={"a": "1", "b": "2"})
    client.tag_resource(resourceArn=resource, tags={"b": "3", "c": ""})
    client.untag_resource(resourceArn=resource, tagKeys=["a", "never there"])
    assert client.list_tags_for_resource(resourceArn=resource)["tags"] == {"b": "3", "c": ""}


def test_tags_show_in_describe_and_leave_the_time_of_modification_alone(client: Any) -> None:
    user_id = create(client)
    before = described(client, user_id)
    client.tag_resource(resourceArn=arn(user_id), tags={"a": "1"})
    assert described(client, user_id) == {**before, "Tags": {"a": "1"}}


def test_a_resource_has_at_most_fifty_tags(client: Any) -> None:
    user_id = create(client, Tags={f"k{n}": "" for n in range(49)})
    assert refused(client.tag_resource, resourceArn=arn(user_id), tags={"x": "", "y": ""}) == REQUEST
    client.tag_resource(resourceArn=arn(user_id), tags={"x": "", "k0": "again"})
    assert len(described(client, user_id)["Tags"]) == 50


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (arn("nobody"), MISSING),
        (f"{seed.INSTANCE_ARN}/queue/nothing", MISSING),
        (f"{seed.INSTANCE_ARN}/predefined-attribute/lang", PARAMETER),
        (f"{seed.INSTANCE_ARN}/prompt/x", PARAMETER),
        ("not an arn", PARAMETER),
        (seed.INSTANCE_ARN.replace("us-east-1", "eu-west-1"), MISSING),
    ],
)
def test_tags_need_a_resource(client: Any, resource: str, expected: tuple[int, str]) -> None:
    assert refused(client.tag_resource, resourceArn=resource, tags={"a": "1"}) == expected
    assert refused(client.untag_resource, resourceArn=resource, tagKeys=["a"]) == expected
    assert refused(client.list_tags_for_resource, resourceArn=resource) == expected


@pytest.mark.parametrize("tags", [{"aws:a": "1"}, {"a!": "1"}, {"a": "x" * 257}, {f"k{n}": "" for n in range(51)}, {}])
def test_bad_tags_are_refused(emulator: Emulator, tags: dict[str, str]) -> None:
    assert refused(connect(emulator, check=False).tag_resource, resourceArn=seed.INSTANCE_ARN, tags=tags) == PARAMETER


def pair(attribute: str = "lang", value: str = "fr", level: float | None = 3) -> dict[str, Any]:
    entry: dict[str, Any] = {"AttributeName": attribute, "AttributeValue": value}
    return entry if level is None else {**entry, "Level": level}


def held(client: Any, user_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.list_user_proficiencies(**HERE, UserId=user_id)["UserProficiencyList"]
    return rows


def test_proficiencies_are_associated_updated_and_disassociated(client: Any) -> None:
    who = {**HERE, "UserId": create(client)}
    client.associate_user_proficiencies(**who, UserProficiencies=[pair(), pair("product", "cards", 5)])
    client.update_user_proficiencies(**who, UserProficiencies=[pair(level=1)])
    assert held(client, who["UserId"]) == [pair(level=1), pair("product", "cards", 5)]
    client.disassociate_user_proficiencies(**who, UserProficiencies=[pair(level=None)])
    assert held(client, who["UserId"]) == [pair("product", "cards", 5)]


@pytest.mark.parametrize(
    ("call", "entries", "expected"),
    [
        ("associate", [pair("colour", "red")], MISSING),
        ("associate", [pair(value="it")], PARAMETER),
        ("associate", [pair(level=2.5)], PARAMETER),
        ("associate", [pair(level=0)], PARAMETER),
        ("associate", [pair(level=6)], PARAMETER),
        ("associate", [pair(), pair(level=4)], REQUEST),
        ("associate", [pair(value="en")], REQUEST),
        ("update", [pair()], REQUEST),
        ("update", [pair(level=None)], REQUEST),
        ("disassociate", [pair(level=None)], REQUEST),
    ],
)
def test_proficiencies_that_cannot_be_are_refused_and_change_nothing(
    emulator: Emulator, call: str, entries: list[dict[str, Any]], expected: tuple[int, str]
) -> None:
    client = connect(emulator, check=False)
    who = {**HERE, "UserId": create(client)}
    client.associate_user_proficiencies(**who, UserProficiencies=[pair(value="en")])
    change = getattr(client, f"{call}_user_proficiencies")
    assert refused(change, **who, UserProficiencies=entries) == expected
    assert held(client, who["UserId"]) == [pair(value="en")]


def test_a_user_has_at_most_ten_proficiencies(client: Any) -> None:
    """Section 4 [D]; the error has to be a 400, as the operation knows no LimitExceeded [I]."""
    values = [f"v{n}" for n in range(11)]
    client.create_predefined_attribute(**HERE, Name="many", Values={"StringList": values})
    who = {**HERE, "UserId": create(client)}
    entries = [pair("many", value) for value in values]
    assert refused(client.associate_user_proficiencies, **who, UserProficiencies=entries) == REQUEST
    client.associate_user_proficiencies(**who, UserProficiencies=entries[:10])
    assert refused(client.associate_user_proficiencies, **who, UserProficiencies=entries[10:]) == REQUEST
    client.disassociate_user_proficiencies(**who, UserProficiencies=[pair("many", "v0", None)])
    client.associate_user_proficiencies(**who, UserProficiencies=entries[10:])
    assert len(held(client, who["UserId"])) == 10


def test_values_are_not_checked_where_the_attribute_says_so(client: Any) -> None:
    client.create_predefined_attribute(
        **HERE, Name="free", AttributeConfiguration={"EnableValueValidationOnAssociation": False}
    )
    who = {**HERE, "UserId": create(client)}
    client.associate_user_proficiencies(**who, UserProficiencies=[pair("free", "anything")])
    assert held(client, who["UserId"]) == [pair("free", "anything")]
