"""Shape-level validation, beyond what boto3 checks itself (which is switched off here)."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from connect_users.emulator import Emulator, seed
from connect_users.emulator.validate import PATTERNS, readable_pattern, tag_key_problem
from tests.contract.emulator.support import EMULATED, connect, refused, user

PARAMETER = (400, "InvalidParameterException")
REQUEST = (400, "InvalidRequestException")
TYPE = (400, "SerializationException")


def _identity(**info: Any) -> dict[str, Any]:
    return {"IdentityInfo": {"FirstName": "Ada", "LastName": "Lovelace", **info}}


REFUSED_USERS: list[tuple[str, dict[str, Any], tuple[int, str]]] = [
    ("no routing profile", {"RoutingProfileId": None}, REQUEST),
    ("no security profiles", {"SecurityProfileIds": None}, REQUEST),
    ("empty username", {"Username": ""}, PARAMETER),
    ("username of 101", {"Username": "a" * 101}, PARAMETER),
    ("username over the option's limit", {"Username": "a" * 65}, PARAMETER),
    ("username that is a number", {"Username": 5}, TYPE),
    ("username with a lone @", {"Username": "testuser@example"}, PARAMETER),
    ("no security profile in the list", {"SecurityProfileIds": []}, PARAMETER),
    ("eleven security profiles", {"SecurityProfileIds": [str(n) for n in range(11)]}, PARAMETER),
    ("password without upper case", {"Password": "corr3ct-horse"}, PARAMETER),
    ("password without lower case", {"Password": "CORR3CT-HORSE"}, PARAMETER),
    ("password without digit", {"Password": "Correct-horse"}, PARAMETER),
    ("password of 7", {"Password": "Abcdef7"}, PARAMETER),
    ("password of 65", {"Password": "Aa1" + "x" * 62}, PARAMETER),
    ("password with a blank", {"Password": "Corr3ct horse"}, PARAMETER),
    ("first name of 256", _identity(FirstName="x" * 256), PARAMETER),
    ("last name of 301", _identity(LastName="x" * 301), PARAMETER),
    ("last name of 257", _identity(LastName="x" * 257), PARAMETER),
    ("empty first name", _identity(FirstName=""), PARAMETER),
    ("first name not in NFC", _identity(FirstName="Zoe\u0308"), PARAMETER),
    ("mobile without +", _identity(Mobile="447700900123"), PARAMETER),
    ("mobile with letters", _identity(Mobile="+44abc"), PARAMETER),
    ("mobile with other digits", _identity(Mobile="+4\u0664\u0664"), PARAMETER),
    ("secondary e-mail without domain", _identity(SecondaryEmail="ada@example"), PARAMETER),
    ("phone type of another world", {"PhoneConfig": {"PhoneType": "CELL_PHONE"}}, PARAMETER),
    ("ACW of -1", {"PhoneConfig": {"AfterContactWorkTimeLimit": -1}}, PARAMETER),
    ("ACW of 2,000,001", {"PhoneConfig": {"AfterContactWorkTimeLimit": 2_000_001}}, PARAMETER),
    ("ACW as text", {"PhoneConfig": {"AfterContactWorkTimeLimit": "30"}}, TYPE),
    ("ACW as yes", {"PhoneConfig": {"AfterContactWorkTimeLimit": True}}, TYPE),
    ("auto-accept as text", {"PhoneConfig": {"AutoAccept": "true"}}, TYPE),
    ("desk phone with blanks", {"PhoneConfig": {"DeskPhoneNumber": "+44 20 7946 0000"}}, PARAMETER),
    ("desk phone with a line end", {"PhoneConfig": {"DeskPhoneNumber": "+442079460000\n"}}, PARAMETER),
    ("a config without channel", {"AutoAcceptConfigs": [{"AutoAccept": True}]}, REQUEST),
    ("a channel of another world", {"AutoAcceptConfigs": [{"Channel": "FAX", "AutoAccept": True}]}, PARAMETER),
    ("no tags in the map", {"Tags": {}}, PARAMETER),
    ("51 tags", {"Tags": {f"k{n}": "v" for n in range(51)}}, PARAMETER),
    ("a tag key of aws", {"Tags": {"aws:x": "v"}}, PARAMETER),
    ("a tag key of 129", {"Tags": {"k" * 129: "v"}}, PARAMETER),
    ("a tag key with !", {"Tags": {"k!": "v"}}, PARAMETER),
    ("a tag value of 257", {"Tags": {"k": "v" * 257}}, PARAMETER),
    ("text that is not Unicode", {"DirectoryUserId": "\ud800"}, TYPE),
]


@pytest.mark.parametrize(
    ("changes", "expected"), [row[1:] for row in REFUSED_USERS], ids=[row[0] for row in REFUSED_USERS]
)
def test_create_user_refuses(emulator: Emulator, changes: dict[str, Any], expected: tuple[int, str]) -> None:
    client = connect(emulator, check=False)
    assert refused(client.create_user, **user(**changes)) == expected
    assert client.list_users(InstanceId=seed.INSTANCE_ID)["UserSummaryList"] == []


ACCEPTED_USERS: list[tuple[str, dict[str, Any]]] = [
    ("a name of 64", {"Username": "a" * 64}),
    ("an e-mail as name", {"Username": "testuser@example.com"}),
    ("names in other scripts", _identity(FirstName="Zoë", LastName="李")),
    ("the longest names", _identity(FirstName="x" * 255, LastName="x" * 256)),
    ("all addresses", _identity(Email="a@b.example", SecondaryEmail="c@d.example", Mobile="+447700900123")),
    ("no e-mail", _identity()),
    ("no phone settings", {}),
    ("the longest password", {"Password": "Aa1" + "x" * 61}),
    ("a desk phone without number", {"PhoneConfig": {"PhoneType": "DESK_PHONE"}}),
    ("ACW of 0 and of 2,000,000", {"PhoneConfig": {"AfterContactWorkTimeLimit": 2_000_000}}),
    ("fifty tags, one with an empty value", {"Tags": {"é /=+-@_.:": "", **{f"k{n}": "v" for n in range(49)}}}),
]


@pytest.mark.parametrize("changes", [row[1] for row in ACCEPTED_USERS], ids=[row[0] for row in ACCEPTED_USERS])
def test_create_user_accepts(client: Any, changes: dict[str, Any]) -> None:
    made = client.create_user(**user(**changes))
    shown = client.describe_user(InstanceId=seed.INSTANCE_ID, UserId=made["UserId"])["User"]
    for name in {"Username", "IdentityInfo", "Tags"} & changes.keys():
        assert shown[name] == changes[name]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"PhoneConfig": {"AfterContactWorkTimeLimit": -1}},
            "PhoneConfig.AfterContactWorkTimeLimit is -1; it must be 0 to 2000000",
        ),
        ({"SecurityProfileIds": []}, "SecurityProfileIds has 0 entries; it must have 1 to 10"),
        ({"Username": "a" * 65}, "Username has 65 characters; it must have 1 to 64"),
    ],
)
def test_an_error_names_the_member_its_value_and_the_limit(
    emulator: Emulator, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as caught:
        connect(emulator, check=False).create_user(**user(**changes))
    assert caught.value.response["Error"]["Message"] == message


def test_a_bad_password_is_not_repeated_in_the_error(emulator: Emulator) -> None:
    with pytest.raises(Exception, match="Password") as caught:
        connect(emulator, check=False).create_user(**user(Password="hunter2 is short"))
    assert "hunter2" not in str(caught.value)


def test_every_required_member_of_every_operation_is_required(emulator: Emulator) -> None:
    """The model's own list of required body and query members, each left out of an otherwise empty request."""
    client = connect(emulator, check=False)
    shapes = botocore.session.get_session().get_service_model("connect")
    count = 0
    for name in EMULATED:
        shape = shapes.operation_model(name).input_shape
        assert shape is not None
        path = {key for key, member in shape.members.items() if member.serialization.get("location") == "uri"}
        if not set(shape.required_members) - path:
            continue
        call = getattr(client, botocore.xform_name(name))
        assert refused(call, **dict.fromkeys(path, seed.INSTANCE_ID)) == REQUEST, name
        count += 1
    assert count >= 20


def test_a_value_outside_its_shape_is_answered_with_an_error_of_the_operations_model(emulator: Emulator) -> None:
    """InvalidParameter, but for operations whose model has InvalidRequest alone (ListInstances, CreateInstance)."""
    client = connect(emulator, check=False)
    shapes = botocore.session.get_session().get_service_model("connect")
    answers: dict[str, tuple[int, str]] = {}
    for name in EMULATED:
        operation = shapes.operation_model(name)
        shape = operation.input_shape
        if shape is None or "MaxResults" not in shape.members:
            continue
        empty = {"structure": {}, "list": [], "timestamp": 0}
        arguments: dict[str, Any] = {
            member: empty.get(shape.members[member].type_name, seed.INSTANCE_ID) for member in shape.required_members
        }
        answers[name] = refused(getattr(client, botocore.xform_name(name)), **arguments, MaxResults=0)
        assert answers[name][1] in {error.name for error in operation.error_shapes}, name
    assert answers["ListInstances"] == REQUEST
    assert set(answers.values()) == {PARAMETER, REQUEST}


def _patterns(shape: Any, seen: dict[str, str]) -> dict[str, str]:
    """The patterns of a shape and of everything in it, by shape name."""
    if shape is not None and shape.name not in seen:
        seen[shape.name] = shape.metadata.get("pattern", "")
        parts = [getattr(shape, name, None) for name in ("member", "key", "value")]
        for part in [*getattr(shape, "members", {}).values(), *parts]:
            _patterns(part, seen)
    return {name: pattern for name, pattern in seen.items() if pattern}


def test_every_pattern_of_an_emulated_operation_can_be_read_or_is_patched() -> None:
    """A canary: a new botocore may bring a pattern in another dialect; then PATTERNS needs a row."""
    shapes = botocore.session.get_session().get_service_model("connect")
    seen: dict[str, str] = {}
    for name in EMULATED:
        patterns = _patterns(shapes.operation_model(name).input_shape, seen)
    del patterns["TagKey"]  # `tag_key_problem`, below
    assert len(patterns) >= 8
    assert [name for name, pattern in patterns.items() if readable_pattern(name, pattern) is None] == []
    assert PATTERNS.keys() == {"Password", "PhoneNumber", "SensitivePhoneNumber"}


@pytest.mark.parametrize(
    ("key", "good"),
    [("team", True), ("équipe", True), ("部門 1", True), ("a/b=c+d-e@f_g.h:i", True), ("", True)]
    + [(key, False) for key in ("aws:team", "a;b", "a*", "a\tb", "a\nb", "🙂", "a,b")],
)
def test_tag_keys(key: str, good: bool) -> None:
    assert (tag_key_problem(key) is None) is good
