"""Names, paths and ways to name an instance, without an instance."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users.connect import directory as listings
from connect_users.connect.directory import Address, Directory, NoSuchName
from connect_users.core.errors import ConfigurationError
from connect_users.emulator import seed

WHERE = "Connect instance 'shop'"


def directory(*names: str, kind: listings.Kind = listings.QUEUES) -> Directory:
    """Things called like that, with their places in the list as ids."""
    return Directory(kind, [{"Id": str(place), kind.name: name} for place, name in enumerate(names)])


def test_a_name_has_its_own_id() -> None:
    """Case counts, as it does for AWS."""
    found = directory("Support", "support", "Sales")
    assert [found.id_of(name, WHERE) for name in ("Support", "support", "Sales")] == ["0", "1", "2"]


def test_things_without_a_name_are_left_out() -> None:
    """An agent's own queue has none."""
    found = Directory(listings.QUEUES, [{"Id": "1"}, {"Id": "2", "Name": ""}, {"Id": "3", "Name": "Sales"}])
    with pytest.raises(NoSuchName, match="there is only 'Sales'"):
        found.id_of("x", WHERE)


@pytest.mark.parametrize(
    ("names", "asked", "told"),
    [
        (["Support", "Sales"], "Suport", "has no queue 'Suport'; did you mean 'Support'?"),
        (["Support", "Sales"], "SUPPORT", "has no queue 'SUPPORT'; did you mean 'Support'?"),
        (["Support", "Sales"], "Billing", "has no queue 'Billing'; there are 'Sales', 'Support'"),
        ([], "Billing", "has no queue 'Billing'; there is none"),
        ([f"q{number:02}" for number in range(11)], "Billing", "there are 11 others, the first are 'q00', 'q01'"),
        (["A", "B", "A"], "A", "has 2 queues named 'A' (0, 2); give the id"),
    ],
)
def test_a_name_that_nothing_has_is_told_with_a_suggestion(names: list[str], asked: str, told: str) -> None:
    """One line, with the instance."""
    with pytest.raises(NoSuchName) as raised:
        directory(*names).id_of(asked, WHERE)
    assert str(raised.value).startswith(WHERE)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_candidates_of_a_path_are_the_groups_that_may_end_it() -> None:
    """A name may have a slash of its own; part of a name is no name."""
    groups = directory("London", "UK/London", "don", "EMEA", "London", kind=listings.HIERARCHY_GROUPS)
    assert groups.ending("EMEA/UK/London") == ["0", "4", "1"]
    assert groups.ending("EMEA") == ["3"]
    assert groups.ending("APAC") == []


@pytest.mark.parametrize(
    ("asked", "candidates", "hint"),
    [
        ("EMEA/UK/Lndon", ["EMEA/UK/London"], "did you mean 'EMEA/UK/London'?"),
        ("London", ["EMEA/UK/London"], "did you mean 'EMEA/UK/London'?"),
        ("Nowhere", [], "a path names every level"),
    ],
)
def test_a_path_that_is_no_groups_is_told_with_a_whole_path(asked: str, candidates: list[str], hint: str) -> None:
    """So that it can be copied."""
    problem = directory(kind=listings.HIERARCHY_GROUPS).no_path(asked, candidates, WHERE)
    assert str(problem).startswith(f"{WHERE} has no hierarchy group '{asked}'; ")
    assert hint in str(problem)


def test_groups_near_a_path_are_few() -> None:
    """Each costs a call."""
    groups = directory(*(f"London {number}" for number in range(9)), kind=listings.HIERARCHY_GROUPS)
    assert len(groups.near("EMEA/UK/London")) == 3


@pytest.mark.parametrize(
    ("group", "path"),
    [
        ({"HierarchyPath": {"LevelOne": {"Name": "EMEA"}, "LevelTwo": {"Name": "UK"}}}, "EMEA/UK"),
        ({"HierarchyPath": {"LevelOne": {"Name": "EMEA"}, "LevelTwo": None}}, "EMEA"),
        ({}, ""),
    ],
)
def test_a_described_group_has_a_path(group: dict[str, Any], path: str) -> None:
    """From level one down."""
    assert listings.group_path(group) == path


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (seed.INSTANCE_ID, Address(seed.INSTANCE_ID)),
        (seed.INSTANCE_ID.upper(), Address(seed.INSTANCE_ID.upper())),
        (seed.INSTANCE_ARN, Address(seed.INSTANCE_ID, seed.INSTANCE_ARN)),
        (seed.INSTANCE_ALIAS, Address()),
        ("00000000-0000-4000-8000", Address()),
    ],
)
def test_an_id_an_arn_and_an_alias_are_told_apart(text: str, address: Address) -> None:
    """An alias is what is neither of the others."""
    assert listings.address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "my alias",
        "https://x.my.connect.aws",
        f"{seed.INSTANCE_ID}:{seed.INSTANCE_ID}",
        f"{seed.INSTANCE_ARN}/agent/1",
        "arn:aws:s3:::bucket",
        "arn: x",
        None,
        7,
    ],
)
def test_anything_else_names_no_instance(text: object) -> None:
    """Found out before a call is made."""
    with pytest.raises(ConfigurationError, match="Connect instance"):
        listings.address(text)


def test_an_instance_that_could_not_be_created_is_no_ones() -> None:
    """It is listed for a day, with the alias that a second try then takes."""
    failed = {"Id": "1", "InstanceAlias": "shop", "InstanceStatus": "CREATION_FAILED"}
    active = {"Id": "2", "InstanceAlias": "shop", "InstanceStatus": "ACTIVE"}
    assert listings.by_alias("shop", "us-east-1", [active, failed]) == active
    with pytest.raises(NoSuchName, match=r"no Connect instance in us-east-1 has the alias 'shop'; there is none"):
        listings.by_alias("shop", "us-east-1", [failed, {"Id": "3", "InstanceStatus": "ACTIVE"}])
