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
def test_the_tag_of_any_urn_is_a_tag_that_aws_takes(text: str) -> None:
    urn = f"urn:pulumi:prod::desk::t::{text}"
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
    assert ownership.Owner(_TOKEN, expected).urn == (expected if expected.startswith("sha256:") else urn)


@given(_texts)
def test_people_see_the_urn_itself(urn: str) -> None:
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


def test_tokens_say_when_they_were_made_and_are_never_the_same() -> None:
    tokens = {ownership.new_token(1_760_000_000.9, _URN) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {24}
    assert {ownership.made_at(token) for token in tokens} == {1_760_000_000.0}


def test_a_token_knows_that_its_resource_was_renamed_and_stays_of_the_same_creation() -> None:
    token = ownership.new_token(1_760_000_000.0, _URN)
    other = ownership.renamed(token, _URN + "2")
    assert not ownership.names_another(token, _URN)
    assert ownership.names_another(token, _URN + "2")
    assert not ownership.names_another(other, _URN + "2")
    assert ownership.same_creation(token, other)
    assert ownership.renamed(other, _URN) == token
    assert not ownership.same_creation(token, ownership.new_token(1_760_000_000.0, _URN))


def test_a_state_from_before_its_user_went_to_another_stack_and_came_back_proves_nothing() -> None:
    """The state of the other stack is from before its first update, so that it has the first token."""
    elsewhere = _URN.replace("urn:pulumi:", "urn:pulumi:x")
    token = ownership.new_token(1_760_000_000, _URN)
    there = ownership.handed_over(token, elsewhere)
    back = ownership.handed_over(there, _URN)
    assert len({token, there, back}) == 3
    assert ownership.made_at(back) == 1_760_000_000.0
    assert isinstance(_claim(ownership.tag(there, elsewhere), token, elsewhere), ownership.Proven), "not saved"
    assert isinstance(_claim(ownership.tag(back, _URN), there, _URN), ownership.Proven), "not saved"
    assert isinstance(_claim(ownership.tag(back, _URN), token, elsewhere), ownership.OtherStack)
    assert isinstance(_claim(ownership.tag(back, _URN), there, elsewhere), ownership.OtherStack)
    assert isinstance(_claim(ownership.tag(back, _URN), token, _URN), ownership.OtherToken)
    assert ownership.handed_over(_TOKEN, elsewhere) == _TOKEN, "the first release's is compared as a whole"


@pytest.mark.parametrize("token", [_TOKEN, "", "me", None, 5.0, ["x"]], ids=str)
def test_what_is_no_token_of_ours_never_counts_as_renamed(token: object) -> None:
    """Nor does a token of a host that does not tell the URN."""
    assert not ownership.names_another(token, _URN)
    assert not ownership.names_another(ownership.new_token(0, _URN), "")
    assert ownership.same_creation(token, token)
    assert not ownership.same_creation(token, ownership.new_token(0, _URN))


def _claim(tags: dict[str, str], token: object = None, urn: str = _URN, arn: str = "") -> ownership.Claim:
    return ownership.claim(ownership.owner_of(tags), urn, token, arn)


def test_a_state_is_proven_by_its_token_only() -> None:
    """By whatever name of its stack the tag has, and by the one that it had when the state was saved."""
    mine, other = ownership.new_token(0, _URN), ownership.new_token(0, _URN)
    elsewhere = _URN.replace("urn:pulumi:", "urn:pulumi:x")
    moved = ownership.tag(ownership.renamed(mine, elsewhere), elsewhere)
    for tag, urn in (
        (ownership.tag(mine, _URN), _URN),
        (ownership.tag(mine, _URN), _URN + "2"),
        (ownership.tag(mine, _URN), elsewhere),
        (ownership.tag(ownership.renamed(mine, _URN + "2"), _URN + "2"), _URN),
        (moved, elsewhere),
    ):
        assert isinstance(_claim(tag, mine, urn), ownership.Proven)
    assert isinstance(_claim(moved, mine), ownership.OtherStack), "the state is from before the user went there"
    assert isinstance(_claim(ownership.tag(other, _URN), mine), ownership.OtherToken)
    assert isinstance(_claim({}, mine), ownership.Unowned)
    assert isinstance(_claim({}), ownership.Unowned)


def test_a_view_of_the_same_creation_in_another_stack_is_distinguished_from_every_other() -> None:
    """The tag that names the stack as before, or the stack that has the user now."""
    mine, elsewhere, first_release = ownership.new_token(0, _URN), _URN.replace("urn:pulumi:", "urn:pulumi:x"), "a" * 24
    for token, name, urn, expected in (
        (mine, _URN, _URN, False),
        (mine, _URN, elsewhere, False),
        (mine, elsewhere, _URN, True),
        (mine, _URN + "2", _URN, False),
        (ownership.handed_over(ownership.handed_over(mine, elsewhere), _URN), elsewhere, _URN, True),
        (ownership.new_token(9, _URN), elsewhere, _URN, False),
        (None, elsewhere, _URN, False),
    ):
        owner = ownership.owner_of(ownership.tag(ownership.renamed(mine, name), name))
        assert owner is not None
        assert ownership.of_another_stack(owner, urn, token) == expected
    old = ownership.owner_of(ownership.tag(first_release, _URN))
    assert old is not None
    assert not ownership.of_another_stack(old, elsewhere, first_release)


def test_a_state_without_a_token_is_proven_by_the_tag_that_it_wrote_itself() -> None:
    """And by no tag that a replacement, another resource or another user's state wrote. The mark of a token is newer
    than the rest: a tag that an earlier release wrote has another one."""
    token = ownership.first_token(1_760_000_000.0, _URN, _ARN)
    for written in (token, token.replace("t", "u")):
        first = ownership.tag(written, _URN)
        assert isinstance(_claim(first, arn=_ARN), ownership.Proven)
        assert isinstance(_claim(first, arn=_ARN + "2"), ownership.OtherToken)
        assert isinstance(_claim(first, arn=_ARN, urn=_URN + "2"), ownership.OtherResource)
        assert isinstance(_claim(first), ownership.OtherToken)
    assert isinstance(_claim(ownership.tag(ownership.new_token(0, _URN), _URN), arn=_ARN), ownership.OtherToken)


@pytest.mark.parametrize(
    ("urn", "expected"),
    [
        (_URN, ownership.OtherToken),
        (_URN + "2", ownership.OtherResource),
        (_URN.replace("prod", "dev"), ownership.OtherStack),
        (_URN.replace("desk", "shop"), ownership.OtherStack),
        # Of a name that is too long only the hash is known: not even the stack.
        (_URN + "x" * 300, ownership.OtherStack),
    ],
)
def test_whose_a_user_is_for_a_resource_that_has_no_state_of_it(urn: str, expected: type) -> None:
    tags = ownership.tag(ownership.new_token(0, urn), urn)
    assert isinstance(_claim(tags), expected)


def test_a_resource_whose_own_name_is_too_long_knows_its_stack() -> None:
    long = _URN + "x" * 300
    for urn, expected in (
        (long, ownership.OtherToken),
        (_URN, ownership.OtherResource),
        (_URN.replace("prod", "dev"), ownership.OtherStack),
    ):
        assert isinstance(_claim(ownership.tag(ownership.new_token(0, urn), urn), urn=long), expected)


@pytest.mark.parametrize(
    "value",
    [
        "team-blue",
        "",
        " ",
        "owned by ops",
        "urn:pulumi:prod::desk::x::y",
        f"{_TOKEN} ops",
        f"{_TOKEN} sha256:12",
        f"{_TOKEN} {_URN} and more",
        f"{_TOKEN} {_URN}\n",
    ],
)
def test_a_tag_that_names_no_resource_is_as_good_as_none(value: str) -> None:
    """Whoever may tag users can write it; it must not hide them from their own stack, or from a report."""
    tags = {ownership.TAG_KEY: value}
    assert ownership.owner_of(tags) is None
    assert isinstance(_claim(tags, _TOKEN), ownership.Unowned)
    assert "names no resource" in ownership.missing(tags)
    assert "was removed" in ownership.missing({})


@pytest.mark.parametrize(
    "token",
    [
        # The first release; the release that knew of renamed resources; this one.
        "68f00000aabbccddeeff0011",
        ownership.new_token(1_760_000_000, _URN),
        ownership.first_token(1_760_000_000, _URN, _ARN),
        ownership.taking_token(1_760_000_000, _URN, ours=True),
        ownership.taking_token(1_760_000_000, _URN, ours=False),
    ],
    ids=["first release", "made", "first change", "moved", "adopted"],
)
@pytest.mark.parametrize("urn", [_URN, _URN + " ü=€", _URN + "x" * 300, ""], ids=["plain", "signs", "long", "none"])
def test_every_tag_that_any_release_wrote_proves_its_state(token: str, urn: str) -> None:
    """Also where the host did not tell the URN, and where AWS cut off the blank at the end of such a tag."""
    (value,) = ownership.tag(token, urn).values()
    for written in {value, value.rstrip()}:
        owner = ownership.owner_of({ownership.TAG_KEY: written})
        assert owner == ownership.Owner(token, ownership.owner_name(urn))
        assert isinstance(ownership.claim(owner, urn, token), ownership.Proven)
        assert ownership.made_at(token) == pytest.approx(1_760_000_000, abs=10**6)


def test_a_token_knows_whether_the_user_existed_before() -> None:
    """And whether this stack had made it."""
    made, moved, adopted = (
        ownership.Owner(token, _URN)
        for token in (
            ownership.new_token(0, _URN),
            ownership.taking_token(0, _URN, ours=True),
            ownership.taking_token(0, _URN, ours=False),
        )
    )
    assert [owner.took_over for owner in (made, moved, adopted)] == [False, True, True]
    assert [owner.adopted for owner in (made, moved, adopted)] == [False, False, True]
    assert not ownership.Owner(_TOKEN, _URN).took_over


def test_a_leftover_is_a_day_old_at_most() -> None:
    """A clock that was ahead makes none that is older."""
    owner = ownership.Owner(ownership.new_token(1_760_000_000, _URN), _URN)
    assert owner.is_leftover(1_760_000_000)
    assert owner.is_leftover(1_760_000_000 + ownership.LEFTOVER - 1)
    assert not owner.is_leftover(1_760_000_000 + ownership.LEFTOVER)
    assert owner.is_leftover(1_759_000_000)


@pytest.mark.parametrize("text", ["", "not a token"])
def test_a_text_that_is_no_token_is_as_old_as_can_be(text: str) -> None:
    assert ownership.made_at(text) == 0.0


@pytest.mark.parametrize("tags", [{}, {ownership.TAG_KEY: 7}, {"connect-users:Owner": f"t {_URN}"}], ids=str)
def test_a_user_without_the_tag_has_no_owner(tags: dict[str, str]) -> None:
    assert ownership.owner_of(tags) is None
    assert isinstance(_claim(tags), ownership.Unowned)


def test_a_resource_whose_name_is_not_known_owns_nothing() -> None:
    """A host that does not tell the URN must not lead to taking over every such user."""
    assert isinstance(_claim(ownership.tag(_TOKEN, ""), urn=""), ownership.Unowned)
    assert isinstance(_claim(ownership.tag(_TOKEN, _URN), urn=""), ownership.OtherStack)


def test_declared_tags_are_those_a_program_can_set() -> None:
    tags = {"team": "Blue", ownership.TAG_KEY: "x", "aws:a": "x", "AWS:b": "x", "connect-users:note": "x"}
    assert ownership.declared_tags(tags) == {"team": "Blue", "connect-users:note": "x"}


def test_one_character_more_than_a_tag_holds_is_hashed() -> None:
    assert ownership.owner_name("x" * 232).startswith("sha256:")


def test_no_program_can_declare_the_ownership_tag() -> None:
    assert ownership.TAG_KEY.startswith(RESERVED_TAG_PREFIXES)
