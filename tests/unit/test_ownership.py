"""The ownership tag: it fits into a tag, names one resource only, and fences."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_users.core import ownership
from connect_users.core.limits import TAG_KEY_PUNCTUATION, TAG_VALUE_MAX
from connect_users.core.tag_rules import RESERVED_TAG_PREFIXES

_URN = "urn:pulumi:prod::desk::pulumi-python:dynamic/connect_users:ConnectUser::ada"
_TOKEN = "68f00000aabbccddeeff0011"
_ARN = "arn:aws:connect:us-east-1:123456789012:instance/i/agent/u"
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(_texts)
def test_the_tag_of_any_urn_is_a_tag_that_aws_takes(urn: str) -> None:
    ((key, value),) = ownership.tag(_TOKEN, urn).items()
    assert key == ownership.TAG_KEY
    assert len(value) <= TAG_VALUE_MAX
    assert all(letter in TAG_KEY_PUNCTUATION or unicodedata.category(letter)[0] in "LNZ" for letter in value)
    assert ownership.owner_of({key: value}) == ownership.Owner(_TOKEN, ownership.owner_name(urn))


@given(_texts, _texts)
def test_two_urns_never_share_a_name(one: str, other: str) -> None:
    assert (ownership.owner_name(one) == ownership.owner_name(other)) == (one == other)


@pytest.mark.parametrize(
    ("urn", "expected"),
    [
        (_URN, "urn:pulumi:prod::desk::pulumi-python:dynamic/connect_users:ConnectUser::ada"),
        ("a b", "a=20b"),
        ("a=20b", "a=3D20b"),
        ("a$€é", "a=24=E2=82=ACé"),
        ("x" * 231, "x" * 231),
        ("a" * 1_000, "sha256:41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
    ],
    ids=["an ordinary URN", "a blank", "the escape itself", "signs and letters", "as long as may be", "too long"],
)
def test_owner_name(urn: str, expected: str) -> None:
    """Part of every user's state in AWS: these never change. The hash is that of sha256sum."""
    assert ownership.owner_name(urn) == expected


@given(_texts)
def test_people_are_told_the_urn_itself(urn: str) -> None:
    """Not the form that a tag may hold; where only its hash is known, that."""
    name = ownership.owner_name(urn)
    assert ownership.Owner(_TOKEN, name).urn == (
        name if name.startswith("sha256:") else urn or "a resource without a name"
    )


def test_whose_stack_it_is() -> None:
    """As far as the name tells."""
    assert ownership.stack_of(_URN) == ("prod", "desk")
    for name in ("sha256:00", "urn:pulumi:prod", "", "me::and::you"):
        assert ownership.stack_of(name) is None


def test_tokens_tell_when_they_were_made_and_are_never_the_same() -> None:
    tokens = {ownership.new_token(1_760_000_000.9, _URN) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {24}
    assert {ownership.made_at(token) for token in tokens} == {1_760_000_000.0}


def test_a_token_knows_that_its_resource_was_renamed_and_stays_of_the_same_making() -> None:
    token = ownership.new_token(1_760_000_000.0, _URN)
    other = ownership.renamed(token, _URN + "2")
    assert not ownership.names_another(token, _URN)
    assert ownership.names_another(token, _URN + "2")
    assert not ownership.names_another(other, _URN + "2")
    assert ownership.same_making(token, other)
    assert ownership.renamed(other, _URN) == token
    assert not ownership.same_making(token, ownership.new_token(1_760_000_000.0, _URN))


@pytest.mark.parametrize("token", [_TOKEN, "", "me", None, 5.0, ["x"]], ids=str)
def test_what_is_no_token_of_ours_never_counts_as_renamed(token: object) -> None:
    """Nor does a token of a host that does not tell the URN."""
    assert not ownership.names_another(token, _URN)
    assert not ownership.names_another(ownership.new_token(0, _URN), "")
    assert ownership.same_making(token, token)
    assert not ownership.same_making(token, ownership.new_token(0, _URN))


def test_a_state_vouches_for_the_user_of_its_token_only() -> None:
    """By whatever name the tag has; and a state without a token for a user without a tag."""
    mine, other = ownership.new_token(0, _URN), ownership.new_token(0, _URN)
    assert ownership.vouches(mine, ownership.tag(mine, _URN), _URN, _ARN)
    assert ownership.vouches(mine, ownership.tag(mine, _URN), _URN + "2", _ARN)
    assert ownership.vouches(mine, ownership.tag(ownership.renamed(mine, _URN + "2"), _URN + "2"), _URN, _ARN)
    assert not ownership.vouches(mine, ownership.tag(other, _URN), _URN, _ARN)
    assert not ownership.vouches(mine, {}, _URN, _ARN)
    assert ownership.vouches(None, {}, _URN, _ARN)


def test_a_state_without_a_token_vouches_for_the_tag_that_it_wrote_itself() -> None:
    """And for no tag that a replacement, another resource or another user's state wrote."""
    first = ownership.tag(ownership.first_token(1_760_000_000.0, _URN, _ARN), _URN)
    assert ownership.vouches(None, first, _URN, _ARN)
    assert not ownership.vouches(None, first, _URN, _ARN + "2")
    assert not ownership.vouches(None, first, _URN + "2", _ARN)
    assert not ownership.vouches(None, ownership.tag(ownership.new_token(0, _URN), _URN), _URN, _ARN)


@pytest.mark.parametrize("text", ["", "not a token"])
def test_a_text_that_is_no_token_is_as_old_as_can_be(text: str) -> None:
    assert ownership.made_at(text) == 0.0


@pytest.mark.parametrize("tags", [{}, {ownership.TAG_KEY: 7}, {"connect-users:Owner": "t urn"}], ids=str)
def test_a_user_without_the_tag_is_nobodys(tags: dict[str, object]) -> None:
    assert ownership.owner_of(tags) is None
    assert not ownership.is_ours(tags, _URN)


def test_only_the_same_resource_owns_a_user() -> None:
    tags = ownership.tag(_TOKEN, _URN)
    assert ownership.is_ours(tags, _URN)
    assert not ownership.is_ours(tags, _URN + "2")


def test_a_resource_whose_name_is_not_known_owns_nothing() -> None:
    """A host that does not tell the URN must not lead to taking over every such user."""
    assert not ownership.is_ours(ownership.tag(_TOKEN, ""), "")


def test_a_tag_that_somebody_wrote_by_hand_is_still_somebodys() -> None:
    assert ownership.owner_of({ownership.TAG_KEY: "me"}) == ownership.Owner("me", "")


def test_declared_tags_are_those_a_program_can_set() -> None:
    tags = {"team": "Blue", ownership.TAG_KEY: "x", "aws:a": "x", "AWS:b": "x", "connect-users:note": "x"}
    assert ownership.declared_tags(tags) == {"team": "Blue", "connect-users:note": "x"}


def test_one_character_more_than_a_tag_holds_is_hashed() -> None:
    assert ownership.owner_name("x" * 232).startswith("sha256:")


def test_no_program_can_declare_the_ownership_tag() -> None:
    assert ownership.TAG_KEY.startswith(RESERVED_TAG_PREFIXES)
