"""SearchUsers and the other searches: criteria, filters, reduced summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Emulator, seed, seed_users
from tests.contract.emulator.support import ADMIN, AGENT, SALES, connect, create, refused

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = {"InstanceId": seed.INSTANCE_ID}
REQUEST = (400, "InvalidRequestException")
PARAMETER = (400, "InvalidParameterException")


def text(field: str, value: str, comparison: str = "EXACT") -> dict[str, Any]:
    return {"StringCondition": {"FieldName": field, "Value": value, "ComparisonType": comparison}}


def group(path: str, match: str = "EXACT") -> dict[str, Any]:
    condition = {"Value": seed.HIERARCHY_GROUPS[path], "HierarchyGroupMatchType": match}
    return {"HierarchyGroupCondition": condition}


def skill(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"ListCondition": {"TargetListType": "PROFICIENCIES", "Conditions": list(conditions)}}


def level(comparison: str, **bounds: int) -> dict[str, Any]:
    return {"NumberCondition": {"FieldName": "level", "ComparisonType": comparison, **bounds}}


def tag(key: str, value: str | None = None) -> dict[str, str]:
    return {"TagKey": key} if value is None else {"TagKey": key, "TagValue": value}


@pytest.fixture
def team(client: Any) -> Any:
    """Ada in London speaks French at 4, Bob in UK at 2, Cyd in AMER nothing."""
    people: list[tuple[str, dict[str, Any], int | None]] = [
        ("ada", {"HierarchyGroupId": seed.HIERARCHY_GROUPS["EMEA/UK/London"], "Tags": {"t": "1", "x": "y"}}, 4),
        (
            "bob",
            {"HierarchyGroupId": seed.HIERARCHY_GROUPS["EMEA/UK"], "Tags": {"t": "1"}, "RoutingProfileId": SALES},
            2,
        ),
        ("cyd", {"HierarchyGroupId": seed.HIERARCHY_GROUPS["AMER"], "SecurityProfileIds": [AGENT, ADMIN]}, None),
    ]
    for name, changes, french in people:
        info = {"FirstName": name.title(), "LastName": "Miller" if name == "bob" else "Smith"}
        user_id = create(client, name, IdentityInfo=info, **changes)
        if french is not None:
            proficiency = {"AttributeName": "lang", "AttributeValue": "fr", "Level": french}
            client.associate_user_proficiencies(**HERE, UserId=user_id, UserProficiencies=[proficiency])
    return client


def names(client: Any, **arguments: Any) -> list[str]:
    return [row["Username"] for row in client.search_users(**HERE, **arguments)["Users"]]


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (None, ["ada", "bob", "cyd"]),
        (text("Username", "ada"), ["ada"]),
        (text("Username", "ADA"), ["ada"]),
        (text("Username", "ad"), []),
        (text("Username", "a", "STARTS_WITH"), ["ada"]),
        (text("Username", "da", "CONTAINS"), ["ada"]),
        (text("Username", "d", "CONTAINS"), []),
        (text("LastName", "smith", "STARTS_WITH"), ["ada", "cyd"]),
        (text("FirstName", "Bob"), ["bob"]),
        (text("RoutingProfileId", SALES), ["bob"]),
        (text("SecurityProfileId", ADMIN), ["cyd"]),
        ({"AndConditions": [text("Username", "bob"), text("LastName", "Smith")]}, []),
        ({"AndConditions": [text("LastName", "Smith"), text("Username", "cyd")]}, ["cyd"]),
        ({"OrConditions": [text("Username", "bob"), text("LastName", "Smith")]}, ["ada", "bob", "cyd"]),
        ({"OrConditions": [{"AndConditions": [text("Username", "bob")]}, text("Username", "cyd")]}, ["bob", "cyd"]),
        (group("EMEA/UK"), ["bob"]),
        (group("EMEA", "WITH_CHILD_GROUPS"), ["ada", "bob"]),
        (group("EMEA"), []),
        (skill(text("name", "lang")), ["ada", "bob"]),
        (skill(text("name", "lang"), text("value", "fr"), level("GREATER_OR_EQUAL", MinValue=3)), ["ada"]),
        (skill(level("RANGE", MinValue=1, MaxValue=2)), ["bob"]),
        (skill(level("LESSER", MaxValue=3)), ["bob"]),
        (skill(level("NOT_EQUAL", MinValue=2)), ["ada"]),
        (skill(text("value", "de")), []),
    ],
)
def test_criteria(team: Any, criteria: dict[str, Any] | None, expected: list[str]) -> None:
    arguments = {} if criteria is None else {"SearchCriteria": criteria}
    assert names(team, **arguments) == expected
    assert team.search_users(**HERE, **arguments)["ApproximateTotalCount"] == len(expected)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"TagFilter": {"TagCondition": tag("t", "1")}}, ["ada", "bob"]),
        ({"TagFilter": {"TagCondition": tag("t")}}, ["ada", "bob"]),
        ({"TagFilter": {"TagCondition": tag("T")}}, []),
        ({"TagFilter": {"AndConditions": [tag("t", "1"), tag("x", "y")]}}, ["ada"]),
        ({"TagFilter": {"OrConditions": [[tag("x", "y")], [tag("t", "2")]]}}, ["ada"]),
        ({"UserAttributeFilter": {"TagCondition": tag("x")}}, ["ada"]),
        ({"UserAttributeFilter": group("EMEA", "WITH_CHILD_GROUPS")}, ["ada", "bob"]),
        ({"UserAttributeFilter": {"AndCondition": {"TagConditions": [tag("t")], **group("EMEA/UK")}}}, ["bob"]),
        ({"UserAttributeFilter": {"OrConditions": [group("AMER"), {"TagConditions": [tag("x")]}]}}, ["ada", "cyd"]),
    ],
)
def test_filters(team: Any, filters: dict[str, Any], expected: list[str]) -> None:
    assert names(team, SearchFilter=filters) == expected


def test_criteria_and_filter_must_both_hold(team: Any) -> None:
    matching = names(
        team, SearchCriteria=text("LastName", "Miller"), SearchFilter={"TagFilter": {"TagCondition": tag("t")}}
    )
    assert matching == ["bob"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            {"SearchFilter": {"TagFilter": {"TagCondition": tag("t")}, "UserAttributeFilter": group("EMEA")}},
            (403, "AccessDeniedException"),
        ),
        ({"SearchCriteria": {}}, REQUEST),
        ({"SearchCriteria": {**text("Username", "a"), **group("EMEA")}}, REQUEST),
        ({"SearchCriteria": {"AndConditions": [{}]}}, REQUEST),
        ({"SearchCriteria": text("resourceID", "x")}, PARAMETER),
        ({"SearchCriteria": text("Email", "x")}, PARAMETER),
        ({"SearchCriteria": text("Username", "x", "LIKE")}, PARAMETER),
        ({"SearchCriteria": {"StringCondition": {"FieldName": "Username"}}}, REQUEST),
        ({"SearchCriteria": skill(level("RANGE", MinValue=1))}, REQUEST),
        ({"SearchCriteria": skill(text("colour", "x"))}, PARAMETER),
        ({"SearchFilter": {"TagFilter": {}}}, REQUEST),
        ({"SearchFilter": {"UserAttributeFilter": {"AndCondition": {"TagConditions": [tag("t")] * 26}}}}, REQUEST),
        ({"SearchFilter": {"UserAttributeFilter": {"OrConditions": [group("EMEA")] * 21}}}, REQUEST),
        ({"MaxResults": 501}, PARAMETER),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(
    client: Any, arguments: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert refused(client.search_users, **HERE, **arguments) == expected


def test_a_summary_has_tags_and_settings_but_no_addresses_and_counts_acw_in_milliseconds(client: Any) -> None:
    """Section 2, SearchUsers [M]."""
    create(
        client,
        Tags={"a": "b"},
        PhoneConfig={"PhoneType": "SOFT_PHONE"},
        AfterContactWorkConfigs=[{"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 5}}],
    )
    (matching,) = client.search_users(**HERE)["Users"]
    assert matching["IdentityInfo"] == {"FirstName": "Ada", "LastName": "Lovelace"}
    assert matching["Tags"] == {"a": "b"}
    assert matching["AfterContactWorkConfigs"][0]["AfterContactWorkConfig"] == {"AfterContactWorkTimeLimit": 5000}
    assert "LastModifiedTime" not in matching


def test_phone_config_counts_milliseconds_there_and_seconds_elsewhere(client: Any) -> None:
    user_id = create(client, PhoneConfig={"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 5})
    (matching,) = client.search_users(**HERE)["Users"]
    shown = client.describe_user(**HERE, UserId=user_id)["User"]
    assert matching["PhoneConfig"]["AfterContactWorkTimeLimit"] == 5000
    assert shown["PhoneConfig"]["AfterContactWorkTimeLimit"] == 5


@pytest.mark.parametrize(
    ("call", "field", "value", "member", "expected"),
    [
        ("search_routing_profiles", "name", "sup", "RoutingProfiles", ["Support"]),
        ("search_security_profiles", "name", "q", "SecurityProfiles", ["QualityAnalyst"]),
        ("search_queues", "name", "basic", "Queues", ["BasicQueue"]),
        ("search_quick_connects", "name", "front", "QuickConnects", ["Front desk"]),
        ("search_user_hierarchy_groups", "name", "lon", "UserHierarchyGroups", ["London"]),
        (
            "search_user_hierarchy_groups",
            "parentId",
            seed.HIERARCHY_GROUPS["AMER"],
            "UserHierarchyGroups",
            ["US"],
        ),
        (
            "search_routing_profiles",
            "associatedQueueIds",
            seed.QUEUES["BasicQueue"],
            "RoutingProfiles",
            list(seed.ROUTING_PROFILES),
        ),
    ],
)
def test_other_searches(client: Any, call: str, field: str, value: str, member: str, expected: list[str]) -> None:
    answer = getattr(client, call)(**HERE, SearchCriteria=text(field, value, "STARTS_WITH"))
    matching = [row.get("Name") or row.get("SecurityProfileName") for row in answer[member]]
    assert matching == expected
    assert answer["ApproximateTotalCount"] == len(expected)


def test_a_search_of_groups_without_criteria_shows_the_root(client: Any) -> None:
    """The group with LevelId 0 is in no list and no user interface (section 2 [M])."""
    matching = client.search_user_hierarchy_groups(**HERE)["UserHierarchyGroups"]
    assert [row["LevelId"] for row in matching].count("0") == 1
    assert len(matching) == len(seed.HIERARCHY_GROUPS) + 1


def test_pages_of_a_search_of_many_users_are_complete(start_emulator: Callable[..., Emulator]) -> None:
    emulator = start_emulator()
    seed_users(emulator.store, 1200)
    pages = connect(emulator).get_paginator("search_users").paginate(**HERE, PaginationConfig={"PageSize": 500})
    answers = list(pages)
    assert [len(answer["Users"]) for answer in answers] == [500, 500, 200]
    assert {answer["ApproximateTotalCount"] for answer in answers} == {1200}
    assert len({row["Id"] for answer in answers for row in answer["Users"]}) == 1200
