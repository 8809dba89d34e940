"""Users as sections 2, 3 and 5 of the facts describe them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Emulator, seed
from tests.contract.emulator.support import ADMIN, AGENT, BASIC, SALES, connect, create, described, refused, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.emulator.conftest import Clock

REQUEST = (400, "InvalidRequestException")
PARAMETER = (400, "InvalidParameterException")
MISSING = (404, "ResourceNotFoundException")
VOICE = "005Ah000000ABCEIA2@00DAu000000x110EAA"
NAMES = {"FirstName": "Ada", "LastName": "Lovelace"}
HERE = {"InstanceId": seed.INSTANCE_ID}


def test_describe_returns_what_create_received(client: Any) -> None:
    tags = {"team": "red"}
    user_id = create(client, HierarchyGroupId=seed.HIERARCHY_GROUPS["EMEA/UK"], DirectoryUserId="dir-1", Tags=tags)
    shown = described(client, user_id)
    assert shown["Id"] == user_id
    assert shown["Arn"] == f"{seed.INSTANCE_ARN}/agent/{user_id}"
    assert shown["Username"] == "ada"
    assert shown["IdentityInfo"] == {**NAMES, "Email": "ada@example.com"}
    assert shown["HierarchyGroupId"] == seed.HIERARCHY_GROUPS["EMEA/UK"]
    assert (shown["DirectoryUserId"], shown["Tags"]) == ("dir-1", tags)
    assert not {"Password", "Proficiencies"} & shown.keys()


def test_directory_user_id_is_populated_for_everybody(client: Any) -> None:
    """Observed in Terraform's acceptance test (section 2, DescribeUser [O])."""
    assert described(client, create(client))["DirectoryUserId"]


def test_usernames_are_unique_byte_for_byte(client: Any) -> None:
    create(client, "ada")
    assert refused(create, client, "ada") == (409, "DuplicateResourceException")
    create(client, "Ada")
    assert len(client.list_users(**HERE)["UserSummaryList"]) == 2


def test_a_deleted_username_can_be_used_again_and_gets_a_new_id(client: Any) -> None:
    first = create(client)
    client.delete_user(**HERE, UserId=first)
    assert refused(client.delete_user, **HERE, UserId=first) == MISSING
    assert create(client) != first


@pytest.mark.parametrize(
    "changes",
    [
        {"RoutingProfileId": "nobody"},
        {"SecurityProfileIds": [AGENT, "nobody"]},
        {"HierarchyGroupId": "nobody"},
        {"InstanceId": "nobody"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_create_needs_things_that_exist(client: Any, changes: dict[str, Any]) -> None:
    assert refused(client.create_user, **user(**changes)) == MISSING


def test_a_security_profile_is_named_once(client: Any) -> None:
    assert refused(client.create_user, **user(SecurityProfileIds=[AGENT, AGENT])) == REQUEST


@pytest.mark.parametrize(
    ("management", "changes", "expected"),
    [
        ("CONNECT_MANAGED", {"Password": None}, REQUEST),
        ("CONNECT_MANAGED", {"IdentityInfo": None}, REQUEST),
        ("CONNECT_MANAGED", {"IdentityInfo": {"FirstName": "Ada"}}, REQUEST),
        ("CONNECT_MANAGED", {"Username": "ada lovelace", "IdentityInfo": NAMES}, None),
        ("CONNECT_MANAGED", {"DirectoryUserId": "dir-1"}, None),
        ("SAML", {"IdentityInfo": NAMES}, REQUEST),
        ("SAML", {"Password": None}, REQUEST),
        ("SAML", {"Password": None, "IdentityInfo": {"LastName": "Lovelace"}}, REQUEST),
        ("SAML", {"Password": None, "IdentityInfo": NAMES, "DirectoryUserId": "dir-1"}, REQUEST),
        ("SAML", {"Password": None, "IdentityInfo": NAMES, "Username": "ada lovelace"}, PARAMETER),
        ("SAML", {"Password": None, "IdentityInfo": NAMES, "Username": "ada@example"}, PARAMETER),
        ("SAML", {"Password": None, "IdentityInfo": NAMES, "Username": "a-d_a.9@example.com"}, None),
        ("SAML", {"Password": None, "IdentityInfo": NAMES, "Username": f"bstone@{VOICE}"}, None),
        ("CONNECT_MANAGED", {"Username": VOICE}, None),
        ("CONNECT_MANAGED", {"Username": f"a@b@{VOICE}"}, PARAMETER),
        ("SAML", {"Password": None, "IdentityInfo": {**NAMES, "SecondaryEmail": "a@b.example"}}, None),
        ("EXISTING_DIRECTORY", {}, REQUEST),
        ("EXISTING_DIRECTORY", {"Password": None, "IdentityInfo": None}, None),
        ("EXISTING_DIRECTORY", {"Password": None, "IdentityInfo": None, "DirectoryUserId": "dir-1"}, None),
    ],
)
def test_identity_rules_at_create(
    start_emulator: Callable[..., Emulator], management: str, changes: dict[str, Any], expected: tuple[int, str] | None
) -> None:
    """Section 3: password, names, e-mail and directory id by identity management type."""
    client = connect(start_emulator(identity_management_type=management))
    assert client.describe_instance(**HERE)["Instance"]["IdentityManagementType"] == management
    if expected is None:
        client.create_user(**user(**changes))
    else:
        assert refused(client.create_user, **user(**changes)) == expected


def test_a_missing_password_is_reported_in_the_words_that_aws_was_seen_to_use(client: Any) -> None:
    with pytest.raises(client.exceptions.InvalidRequestException, match="Required parameter missing: Password"):
        client.create_user(**user(Password=None))


def test_the_identity_management_type_of_a_running_emulator_can_be_changed(emulator: Emulator, client: Any) -> None:
    emulator.options = replace(emulator.options, identity_management_type="SAML")
    assert client.describe_instance(**HERE)["Instance"]["IdentityManagementType"] == "SAML"


@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("update_user_routing_profile", {"RoutingProfileId": SALES}, {"RoutingProfileId": SALES}),
        ("update_user_security_profiles", {"SecurityProfileIds": [ADMIN]}, {"SecurityProfileIds": [ADMIN]}),
        (
            "update_user_security_profiles",
            {"SecurityProfileIds": [AGENT, ADMIN]},
            {"SecurityProfileIds": [AGENT, ADMIN]},
        ),
        (
            "update_user_hierarchy",
            {"HierarchyGroupId": seed.HIERARCHY_GROUPS["AMER"]},
            {"HierarchyGroupId": seed.HIERARCHY_GROUPS["AMER"]},
        ),
        ("update_user_hierarchy", {}, {"HierarchyGroupId": None}),
        (
            "update_user_identity_info",
            {"IdentityInfo": {"FirstName": "A", "LastName": "L", "Mobile": "+15551234"}},
            {"IdentityInfo": {"FirstName": "A", "LastName": "L", "Mobile": "+15551234"}},
        ),
    ],
)
def test_an_update_changes_its_part_and_nothing_else(
    start_emulator: Callable[..., Emulator],
    clock: Clock,
    call: str,
    arguments: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    client = connect(start_emulator(clock=clock))
    user_id = create(client, HierarchyGroupId=seed.HIERARCHY_GROUPS["EMEA"], Tags={"a": "b"})
    before = described(client, user_id)
    clock.advance(5)
    getattr(client, call)(**HERE, UserId=user_id, **arguments)
    after = described(client, user_id)
    assert (after["LastModifiedTime"] - before["LastModifiedTime"]).total_seconds() == 5
    wanted = {**before, **expected, "LastModifiedTime": after["LastModifiedTime"]}
    assert after == {name: item for name, item in wanted.items() if item is not None}


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("update_user_routing_profile", {"RoutingProfileId": "nobody"}),
        ("update_user_security_profiles", {"SecurityProfileIds": ["nobody"]}),
        ("update_user_hierarchy", {"HierarchyGroupId": "nobody"}),
    ],
)
def test_an_update_needs_things_that_exist_and_changes_nothing_without(
    client: Any, call: str, arguments: dict[str, Any]
) -> None:
    user_id = create(client)
    before = described(client, user_id)
    assert refused(getattr(client, call), **HERE, UserId=user_id, **arguments) == MISSING
    assert described(client, user_id) == before
    assert refused(getattr(client, call), **HERE, UserId="nobody", **arguments) == MISSING


@pytest.mark.parametrize(
    ("mode", "kept"),
    [
        ("clear", {"FirstName": "Ada", "LastName": "L"}),
        ("keep", {"FirstName": "Ada", "LastName": "L", "Email": "e@x.example"}),
    ],
)
def test_identity_members_left_out_are_cleared_or_kept_but_never_a_required_name(
    start_emulator: Callable[..., Emulator], mode: str, kept: dict[str, str]
) -> None:
    """Undocumented (section 9.2): the emulator has both."""
    client = connect(start_emulator(update_identity_info=mode))
    user_id = create(client, IdentityInfo={**NAMES, "Email": "e@x.example"})
    client.update_user_identity_info(**HERE, UserId=user_id, IdentityInfo={"LastName": "L"})
    assert described(client, user_id)["IdentityInfo"] == kept


@pytest.mark.parametrize(
    ("management", "info"),
    [
        ("SAML", {"Email": "a@b.example"}),
        ("EXISTING_DIRECTORY", {"FirstName": "A"}),
        ("EXISTING_DIRECTORY", {"Email": "a@b.example"}),
    ],
)
def test_identity_that_belongs_to_others_cannot_be_updated(
    start_emulator: Callable[..., Emulator], management: str, info: dict[str, str]
) -> None:
    client = connect(start_emulator(identity_management_type=management))
    names = NAMES if management == "SAML" else None
    user_id = create(client, Password=None, IdentityInfo=names)
    assert refused(client.update_user_identity_info, **HERE, UserId=user_id, IdentityInfo=info) == REQUEST


def test_delete_leaves_quick_connects_dangling(client: Any) -> None:
    """Section 2, DeleteUser: nothing cleans them up."""
    user_id = create(client)
    config = {"QuickConnectType": "USER", "UserConfig": {"UserId": user_id, "ContactFlowId": "flow"}}
    made = client.create_quick_connect(**HERE, Name="Ada", QuickConnectConfig=config)
    client.delete_user(**HERE, UserId=user_id)
    shown = client.describe_quick_connect(**HERE, QuickConnectId=made["QuickConnectId"])["QuickConnect"]
    assert shown["QuickConnectConfig"] == config


def test_list_users_shows_a_summary_in_order_of_creation(client: Any) -> None:
    ids = [create(client, name) for name in ("zoe", "ada", "mia")]
    listed = client.list_users(**HERE)["UserSummaryList"]
    assert [(row["Id"], row["Username"]) for row in listed] == list(zip(ids, ("zoe", "ada", "mia"), strict=True))
    assert all(row.keys() == {"Id", "Arn", "Username", "LastModifiedTime", "LastModifiedRegion"} for row in listed)


def test_a_user_with_the_default_profile_counts_in_it(client: Any) -> None:
    create(client)
    shown = client.describe_routing_profile(**HERE, RoutingProfileId=BASIC)["RoutingProfile"]
    assert (shown["NumberOfAssociatedUsers"], shown["IsDefault"]) == (1, True)
