"""The table of inputs against AWS's model, the canonical form, and the way to the API and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from connect_users.core import spec
from connect_users.core.arns import Arn, parse_arn
from connect_users.core.fields import BY_NAME, FIELDS, Field, Kind
from connect_users.core.spec import UNKNOWN, canonical
from tests.builders import INSTANCE_ARN, INSTANCE_ID, ROUTING_PROFILE_ID, connect_model, user
from tests.strategies import users

_SHAPES = connect_model()["shapes"]


def test_every_parameter_of_create_user_is_an_input_and_the_other_way_round() -> None:
    """A parameter that AWS adds fails this test with the botocore that brings it."""
    theirs = set(_SHAPES["CreateUserRequest"]["members"])
    assert {spec.wire_name(field.name) for field in FIELDS if field.api} == theirs
    required = {spec.wire_name(field.name) for field in FIELDS if field.api and field.required}
    assert required == set(_SHAPES["CreateUserRequest"]["required"])


def test_inputs_beside_create_user_are_those_of_the_design() -> None:
    """Everything else is ours, but for the proficiencies, which have calls of their own."""
    assert {field.name for field in FIELDS if not field.api} == {
        "adopt_existing",
        "delete_quick_connects",
        "identity_management_type",
        "on_password_change",
        "password_secret_arn",
        "sign_out",
        "user_proficiencies",
    }


def _shape_of(field: Field) -> str:
    if field.name == "user_proficiencies":
        return "UserProficiencyList"
    return str(_SHAPES["CreateUserRequest"]["members"][spec.wire_name(field.name)]["shape"])


def _assert_members(field: Field, shape: dict[str, Any]) -> None:
    assert {spec.wire_name(member.name) for member in field.members} == set(shape["members"]), field.name
    for member in field.members:
        theirs = _SHAPES[shape["members"][spec.wire_name(member.name)]["shape"]]
        if member.members:
            _assert_members(member, theirs)
        if member.choices:
            assert list(member.choices) == theirs["enum"], member.name
        kinds = {"boolean": Kind.FLAG, "integer": Kind.WHOLE, "float": Kind.WHOLE, "structure": Kind.BLOCK}
        assert member.kind is kinds.get(theirs["type"], Kind.TEXT), member.name


@pytest.mark.parametrize("field", [field for field in FIELDS if field.members], ids=lambda field: field.name)
def test_members_types_choices_and_required_members_are_those_of_the_model(field: Field) -> None:
    shape = _SHAPES[_shape_of(field)]
    block = _SHAPES[shape["member"]["shape"]] if field.kind is Kind.BLOCKS else shape
    assert (shape["type"] == "list") == (field.kind is Kind.BLOCKS)
    _assert_members(field, block)
    required = {spec.wire_name(member.name) for member in field.members if member.required}
    assert required == set(block.get("required", ()))


def test_the_model_returns_every_input_of_a_live_user() -> None:
    """What DescribeUser's shape lacks can only be carried over from the state."""
    silent = {field.name for field in FIELDS if spec.wire_name(field.name) not in _SHAPES["User"]["members"]}
    assert silent == {
        "adopt_existing",
        "delete_quick_connects",
        "identity_management_type",
        "instance_id",
        "on_password_change",
        "password",
        "password_secret_arn",
        "sign_out",
        "user_proficiencies",
    }


@given(users())
def test_canonical_leaves_a_canonical_user_alone(props: dict[str, Any]) -> None:
    assert canonical(props) == props


_PROFILE_ARN = f"{INSTANCE_ARN}/routing-profile/{ROUTING_PROFILE_ID}"
_B, _A = {"channel": "B"}, {"channel": "A"}
_CANONICAL: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("Nones are dropped", {"username": "a", "password": None}, {"username": "a"}),
    (
        "Nones are dropped from blocks",
        {"identity_info": {"email": None, "mobile": "m"}},
        {"identity_info": {"mobile": "m"}},
    ),
    ("Nones are dropped from tags", {"tags": {"a": None, "b": ""}}, {"tags": {"b": ""}}),
    ("the ARN of an instance becomes its id", {"instance_id": INSTANCE_ARN}, {"instance_id": INSTANCE_ID}),
    (
        "the ARN of a profile becomes its id",
        {"routing_profile_id": _PROFILE_ARN},
        {"routing_profile_id": ROUTING_PROFILE_ID},
    ),
    ("the ARN of nothing stays", {"instance_id": "arn:x"}, {"instance_id": "arn:x"}),
    ("texts that are no ids keep their ARNs", {"password_secret_arn": "arn:x"}, {"password_secret_arn": "arn:x"}),
    ("ids of a set are sorted", {"security_profile_ids": ["b", "a"]}, {"security_profile_ids": ["a", "b"]}),
    (
        "ids keep their order beside an unknown one",
        {"security_profile_ids": ["b", UNKNOWN, "a"]},
        {"security_profile_ids": ["b", UNKNOWN, "a"]},
    ),
    (
        "whole floats become ints",
        {"phone_config": {"after_contact_work_time_limit": 30.0}},
        {"phone_config": {"after_contact_work_time_limit": 30}},
    ),
    (
        "broken floats stay",
        {"user_proficiencies": [{"level": 2.5}]},
        {"user_proficiencies": [{"level": 2.5}]},
    ),
    ("entries are sorted by channel", {"auto_accept_configs": [_B, _A]}, {"auto_accept_configs": [_A, _B]}),
    (
        "one entry needs no key",
        {"auto_accept_configs": [{"auto_accept": True}]},
        {"auto_accept_configs": [{"auto_accept": True}]},
    ),
    (
        "entries without a channel keep their order",
        {"auto_accept_configs": [_B, {}, _A]},
        {"auto_accept_configs": [_B, {}, _A]},
    ),
    (
        "entries of an unknown channel keep their order",
        {"auto_accept_configs": [_B, {"channel": UNKNOWN}, _A]},
        {"auto_accept_configs": [_B, {"channel": UNKNOWN}, _A]},
    ),
    ("entries that are not known stay", {"auto_accept_configs": [_B, UNKNOWN]}, {"auto_accept_configs": [_B, UNKNOWN]}),
    ("strange keys stay", {"x": None, "y": 1.0}, {"y": 1.0}),
    ("strange members stay", {"phone_config": {"x": 1.0}}, {"phone_config": {"x": 1.0}}),
    ("a map in the place of a text stays", {"username": {"a": None}}, {"username": {"a": None}}),
    ("a text in the place of a block stays", {"phone_config": "x"}, {"phone_config": "x"}),
    ("a list in the place of a text stays", {"username": ["x"]}, {"username": ["x"]}),
]


@pytest.mark.parametrize(
    ("given_props", "expected"), [row[1:] for row in _CANONICAL], ids=[row[0] for row in _CANONICAL]
)
def test_canonical(given_props: dict[str, Any], expected: dict[str, Any]) -> None:
    found = canonical(given_props)
    assert found == expected
    assert repr(found) == repr(expected)


def test_canonical_does_not_write_to_what_it_is_given() -> None:
    """The caller's own dicts may be used for other users too."""
    props = {"identity_info": {"email": None}, "security_profile_ids": ["b", "a"], "tags": {"a": None}}
    canonical(props)
    assert props == {"identity_info": {"email": None}, "security_profile_ids": ["b", "a"], "tags": {"a": None}}


_ARNS: list[tuple[str, Arn | None]] = [
    (INSTANCE_ARN, Arn("aws", "eu-central-1", "123456789012", INSTANCE_ID)),
    (_PROFILE_ARN, Arn("aws", "eu-central-1", "123456789012", INSTANCE_ID, "routing-profile", ROUTING_PROFILE_ID)),
    ("arn:aws-us-gov:connect:r:1:instance/i/agent/u", Arn("aws-us-gov", "r", "1", "i", "agent", "u")),
    ("arn:aws:connect:r:1:instance/", None),
    ("arn:aws:connect:r:1:instance/i/", None),
    ("arn:aws:connect:r:1:instance/i/agent", None),
    ("arn:aws:connect:r:1:instance/i/agent/", None),
    ("arn:aws:connect:r:1:instance//agent/u", None),
    ("arn:aws:connect:r:1:instance/i/agent/u/v", None),
    ("arn:aws:connect:r:1:instance/i/agent/arn:aws:connect:r:1:instance/j", None),
    ("arn:aws:connect:r:1:instance/i\n", None),
    ("arn:aws:iam::1:instance/i", None),
    ("i", None),
]


@pytest.mark.parametrize(("text", "expected"), _ARNS)
def test_parse_arn(text: str, expected: Arn | None) -> None:
    assert parse_arn(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (UNKNOWN, True),
        ({"a": [{"b": UNKNOWN}]}, True),
        ([1, [UNKNOWN]], True),
        ({"a": [{"b": 1}], "c": None}, False),
        ("[unknown]", False),
        ([], False),
    ],
)
def test_contains_unknown_looks_at_every_depth(value: Any, expected: bool) -> None:
    assert spec.contains_unknown(value) is expected


def test_unknown_says_what_it_is() -> None:
    """It may end up in a message."""
    assert repr(UNKNOWN) == "[unknown]"


def test_the_wire_form_spells_all_keys_aws_s_way() -> None:
    block = {"channel": "VOICE", "after_contact_work_config": {"after_contact_work_time_limit": 1}}
    wire = [{"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 1}}]
    assert spec.to_wire([block]) == wire
    assert spec.from_wire(BY_NAME["after_contact_work_configs"], wire) == [block]


def test_members_that_aws_adds_or_returns_empty_are_passed_over() -> None:
    """CloudFormation has AfterContactWorkMode already; the API will follow."""
    wire = [{"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkMode": "ON"}, "New": 1, "Old": None}]
    assert spec.from_wire(BY_NAME["after_contact_work_configs"], wire) == [
        {"channel": "VOICE", "after_contact_work_config": {}}
    ]


def test_blocks_with_personal_members_are_discreet_as_a_whole() -> None:
    """A list of names in the place of the block would else be repeated in a message."""
    discreet = {field.name for field in FIELDS if field.discreet}
    assert discreet == {
        "identity_info",
        "password",
        "password_secret_arn",
        "phone_config",
        "phone_number_configs",
        "tags",
    }


def test_the_default_user_is_canonical() -> None:
    """Tests of plan and live rely on it."""
    assert canonical(user()) == user()
