"""Structs of the engine: whatever they hold can be read, comes back as it was, and its secrets stay secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from connect_users.core import spelling
from connect_users.core.spec import UNKNOWN as OURS
from connect_users.core.tokens import OUTPUT_SIGNATURE, RESOURCE_SIGNATURE, SIGNATURE
from connect_users.plugin import secrecy, wire
from connect_users.testing.values import UNKNOWN, Secret, decode, encode
from tests.structs import BAGS


@given(BAGS)
def test_whatever_a_struct_holds_is_read_and_written_again(props: dict[str, Any]) -> None:
    """Nothing raises, and what was written reads as what was read."""
    bag = wire.decode(encode(props, secrets=True, unknowns=True))
    again = wire.decode(wire.encode(bag.props, bag.secrets))
    secrecy.masked("any text", bag.secret_values())
    assert repr(again.props) == repr({name: bag.props[name] for name in bag.props if bag.props[name] is not None})


def _plain(value: Any) -> Any:
    """A value as the core has it."""
    if isinstance(value, Secret):
        return _plain(value.value)
    if value is UNKNOWN:
        return OURS
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


TEXT = st.text(min_size=1, max_size=6)
SECRETLY = st.one_of(TEXT, st.builds(Secret, TEXT))
USERS = st.fixed_dictionaries(
    {"username": SECRETLY},
    optional={
        "identityInfo": st.one_of(
            st.dictionaries(st.sampled_from(["firstName", "lastName"]), SECRETLY, min_size=1),
            st.builds(Secret, st.dictionaries(st.just("email"), TEXT, min_size=1)),
        ),
        "securityProfileIds": st.one_of(st.lists(SECRETLY, min_size=1, max_size=3), st.builds(Secret, st.lists(TEXT))),
        "tags": st.dictionaries(TEXT, SECRETLY, min_size=1, max_size=3),
        "hierarchyGroupId": st.one_of(st.just(UNKNOWN), st.builds(Secret, st.just(UNKNOWN))),
    },
)


@given(USERS)
def test_secrets_come_back_as_secrets_and_nothing_else_does(props: dict[str, Any]) -> None:
    """But for a list, which is a secret as a whole as soon as one of its items is."""
    bag = wire.decode(encode(props, secrets=True, unknowns=True))
    expected = dict(props)
    ids = props.get("securityProfileIds")
    if isinstance(ids, list) and any(isinstance(item, Secret) for item in ids):
        expected["securityProfileIds"] = Secret([item.value if isinstance(item, Secret) else item for item in ids])
    assert decode(wire.encode(bag.props, bag.secrets)) == expected


def test_a_password_leaves_as_a_secret_however_it_came() -> None:
    bag = wire.decode(encode({"password": "Corr3ct-horse"}, secrets=True, unknowns=True))
    assert decode(wire.encode(bag.props, bag.secrets)) == {"password": Secret("Corr3ct-horse")}
    assert "Corr3ct-horse" in bag.secret_values()


def test_people_whose_passwords_are_secret_are_named_and_their_passwords_are_not() -> None:
    """A roster's passwords are a map by username. Of any other map that is a secret, the keys are secret, too."""
    for name, shown in (
        ("passwords", "'ada' has the password [secret]"),
        ("tags", "'[secret]' has the password [secret]"),
    ):
        given = encode({name: Secret({"ada": "Corr3ct-horse"}), "mail": Secret("a@b.c")}, secrets=True, unknowns=True)
        values = wire.decode(given, spelling.NONE).secret_values()
        assert secrecy.masked("'ada' has the password Corr3ct-horse", values) == shown
        assert secrecy.masked("a@b.c", values) == "[secret]"


def test_of_a_list_with_a_secret_in_it_only_that_is_hidden_in_messages() -> None:
    """The list is encrypted as a whole. But a problem of a roster's rows has to say which column, and who."""
    rows = [{"username": "ada", "first_name": Secret("Augusta")}]
    bag = wire.decode(encode({"rows": rows}, secrets=True, unknowns=True), spelling.NONE)
    text = secrecy.masked("row 1: first_name: 'Augusta' of ada", bag.secret_values())
    assert text == "row 1: first_name: '[secret]' of ada"


@pytest.mark.parametrize(
    ("value", "read", "secrets"),
    [
        ({SIGNATURE: OUTPUT_SIGNATURE, "value": "x"}, "x", set()),
        ({SIGNATURE: OUTPUT_SIGNATURE}, OURS, set()),
        ({SIGNATURE: OUTPUT_SIGNATURE, "secret": True, "value": "x"}, "x", {("username",)}),
        ({SIGNATURE: OUTPUT_SIGNATURE, "secret": True}, OURS, {("username",)}),
        ({SIGNATURE: RESOURCE_SIGNATURE, "urn": "urn:x", "id": "1"}, "1", set()),
        ({SIGNATURE: RESOURCE_SIGNATURE, "urn": "urn:x"}, "urn:x", set()),
        ({SIGNATURE: RESOURCE_SIGNATURE, "urn": "urn:x", "id": UNKNOWN}, OURS, set()),
        ({SIGNATURE: RESOURCE_SIGNATURE, "urn": "urn:x", "id": ""}, OURS, set()),
        ({SIGNATURE: RESOURCE_SIGNATURE}, None, set()),
    ],
)
def test_outputs_and_references_are_read_as_what_they_stand_for(value: Any, read: Any, secrets: set[Any]) -> None:
    bag = wire.decode(encode({"username": value}, secrets=True, unknowns=True))
    assert bag.props == {"username": read}
    assert bag.secrets == secrets


def test_of_an_input_in_both_spellings_the_programs_counts() -> None:
    for props in ({"instanceId": "a", "instance_id": "b"}, {"instance_id": "b", "instanceId": "a"}):
        assert wire.decode(encode(props, secrets=True, unknowns=True)).props == {"instance_id": "a"}


def test_an_empty_struct_is_an_empty_bag() -> None:
    assert wire.decode(Struct()) == wire.PropertyBag()


LONG = "a secret of more than one hundred and sixty characters, which a message would cut off somewhere: " + "x" * 100


@pytest.mark.parametrize(
    ("secrets", "text", "masked"),
    [
        (
            ["ada"],
            "creating Connect user 'ada': Canada is not known",
            "creating Connect user '[secret]': Canada is not known",
        ),
        ([{"team": ["Tr0ub4dor&3"]}], "tags.team: Tr0ub4dor&3", "tags.[secret]: [secret]"),
        (
            [{"first_name": "Ada Lovelace"}],
            "identity_info.first_name: 'Ada Lovelace'",
            "identity_info.first_name: '[secret]'",
        ),
        ([30.0], "waits 30 s, or 30.0 s, not 130 s", "waits [secret] s, or [secret] s, not 130 s"),
        (["line\nbreak, and more"], "a 'line\\nbreak, and more'", "a '[secret]'"),
        (["line\nbreak, and more"], "a line break, and more", "a [secret]"),
        ([LONG], f"{LONG[:157]}... is too long", "[secret]... is too long"),
        (['it\'s "quoted"'], 'a "it\'s \\"quoted\\"" b', 'a "[secret]" b'),
        ([True, None, "", OURS, {}], "True, None and nothing", "True, None and nothing"),
    ],
)
def test_secrets_are_masked_in_texts(secrets: list[Any], text: str, masked: str) -> None:
    assert secrecy.masked(text, secrets) == masked


@given(st.text(alphabet="aB1\"'\\ü%\n", min_size=8, max_size=20).filter(str.strip), st.integers(0, 3))
def test_no_secret_is_left_in_any_form_of_quoting(secret: str, form: int) -> None:
    quoted = (secret, repr(secret), json.dumps(secret), json.dumps(secret, ensure_ascii=False))[form]
    assert quoted.strip("\"'") not in secrecy.masked(f"the value ({quoted}) is not good", [secret])
