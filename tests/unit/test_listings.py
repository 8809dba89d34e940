"""Names, paths and ways to name an instance, without an instance."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users.connect import listings
from connect_users.connect.directory import InstanceAddress, address, by_alias
from connect_users.connect.listings import Listing
from connect_users.core.errors import ConfigurationError
from connect_users.core.misspellings import NoSuchName
from connect_users.core.references import HIERARCHY_GROUP, QUEUE, Reference
from connect_users.emulator import seed

WHERE = "Connect instance 'shop'"


def listing(*names: str, of: Reference = QUEUE) -> Listing:
    """Things with these names, and with their places in the list as ids."""
    return Listing(of, [{"Id": str(place), "Name": name} for place, name in enumerate(names)], WHERE)


def test_a_name_has_its_own_id() -> None:
    """Case counts, as it does for AWS."""
    queues = listing("Support", "support", "Sales")
    assert [queues.id_of(name) for name in ("Support", "support", "Sales")] == ["0", "1", "2"]


def test_things_without_a_name_are_left_out() -> None:
    """An agent's own queue has none."""
    queues = Listing(QUEUE, [{"Id": "1"}, {"Id": "2", "Name": ""}, {"Id": "3", "Name": "Sales"}], WHERE)
    with pytest.raises(NoSuchName, match="there is only 'Sales'"):
        queues.id_of("x")


@pytest.mark.parametrize(
    ("names", "name", "text"),
    [
        (["Support", "Sales"], "Suport", "has no queue 'Suport'; did you mean 'Support'?"),
        (["Support", "Sales"], "SUPPORT", "has no queue 'SUPPORT'; did you mean 'Support'?"),
        (["Support", "Sales"], "Billing", "has no queue 'Billing'; there are 'Sales', 'Support'"),
        ([], "Billing", "has no queue 'Billing'; there are none"),
        (
            [f"q{number:02}" for number in range(11)],
            "Billing",
            "'q00', 'q01', 'q02', 'q03', 'q04' and 6 more",
        ),
        (["A", "B", "A"], "A", "has 2 queues named 'A' (0, 2); give the id"),
    ],
)
def test_the_error_for_a_name_that_nothing_has_suggests_another(names: list[str], name: str, text: str) -> None:
    """One line, with the instance."""
    with pytest.raises(NoSuchName) as raised:
        listing(*names).id_of(name)
    assert str(raised.value).startswith(WHERE)
    assert text in str(raised.value)
    assert "\n" not in str(raised.value)


def test_candidates_of_a_path_are_the_groups_that_may_end_it() -> None:
    """A name may have a slash of its own; part of a name is not a name."""
    groups = listing("London", "UK/London", "don", "EMEA", "London", of=HIERARCHY_GROUP)
    assert groups.ending("EMEA/UK/London") == ["0", "4", "1"]
    assert groups.ending("EMEA") == ["3"]
    assert groups.ending("APAC") == []


@pytest.mark.parametrize(
    ("path", "candidates", "hint"),
    [
        ("EMEA/UK/Lndon", ["EMEA/UK/London"], "did you mean 'EMEA/UK/London'?"),
        ("London", ["EMEA/UK/London"], "did you mean 'EMEA/UK/London'?"),
        ("Nowhere", [], "a path names every level"),
    ],
)
def test_the_error_for_a_path_that_no_group_has_suggests_a_whole_path(
    path: str, candidates: list[str], hint: str
) -> None:
    """So that it can be copied."""
    problem = listing(of=HIERARCHY_GROUP).no_path(path, candidates)
    assert str(problem).startswith(f"{WHERE} has no hierarchy group '{path}'; ")
    assert hint in str(problem)


def test_groups_near_a_path_are_few() -> None:
    """Each costs a call."""
    groups = listing(*(f"London {number}" for number in range(9)), of=HIERARCHY_GROUP)
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
    ("text", "expected"),
    [
        (seed.INSTANCE_ID, InstanceAddress(seed.INSTANCE_ID)),
        (seed.INSTANCE_ID.upper(), InstanceAddress(seed.INSTANCE_ID.upper())),
        (seed.INSTANCE_ARN, InstanceAddress(seed.INSTANCE_ID, seed.INSTANCE_ARN)),
        (seed.INSTANCE_ALIAS, InstanceAddress()),
        ("00000000-0000-4000-8000", InstanceAddress()),
    ],
)
def test_an_id_an_arn_and_an_alias_are_recognised(text: str, expected: InstanceAddress) -> None:
    """An alias is what is neither of the others."""
    assert address(text) == expected


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
        address(text)


def test_an_instance_that_could_not_be_created_has_no_alias() -> None:
    """It is listed for a day, with the alias that a second try then takes."""
    failed = {"Id": "1", "InstanceAlias": "shop", "InstanceStatus": "CREATION_FAILED"}
    active = {"Id": "2", "InstanceAlias": "shop", "InstanceStatus": "ACTIVE"}
    assert by_alias("shop", "us-east-1", [active, failed]) == active
    with pytest.raises(NoSuchName, match=r"no Connect instance in us-east-1 has the alias 'shop'; there are none"):
        by_alias("shop", "us-east-1", [failed, {"Id": "3", "InstanceStatus": "ACTIVE"}])
