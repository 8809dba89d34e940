"""What a preview says of changes that no API can make."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given

from connect_users.core.changes import review_change
from connect_users.core.spec import UNKNOWN, canonical
from tests.strategies import broken_users, users
from tests.unit.plan_rows import ACW, CHAT_60, LIMIT, VOICE_ON

PERSISTENT = [{"channel": "VOICE", "persistent_connection": True}]

USER: dict[str, Any] = {
    "instance_id": "i",
    "username": "ada",
    "password": "Corr3ct-horse",
    "identity_info": {"first_name": "Ada", "mobile": "+31201234567"},
}


@pytest.mark.parametrize(
    ("policy", "problems", "warnings"),
    [
        (None, 1, 0),
        ("refuse", 1, 0),
        ("ignore", 0, 1),
        ("replace", 0, 0),
        (UNKNOWN, 0, 0),
    ],
)
def test_a_changed_password_is_judged_by_its_policy(policy: Any, problems: int, warnings: int) -> None:
    """And never repeated, neither the old nor the new one."""
    new = {**USER, "password": "An0ther-horse"}
    if policy is not None:
        new["on_password_change"] = policy
    review = review_change(USER, new)
    assert (len(review.problems), len(review.warnings)) == (problems, warnings)
    assert "horse" not in str(review)


def test_an_unchanged_user_has_nothing_to_be_said_of() -> None:
    assert review_change(USER, USER) == review_change(USER, {**USER, "tags": {"team": "a"}})
    assert not review_change(USER, USER).warnings


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ({}, {"identity_info": {"first_name": "Ada"}}, "identity_info.mobile"),
        ({}, {"identity_info": None}, "identity_info.first_name, identity_info.mobile"),
        ({"phone_config": {"auto_accept": True, LIMIT: 30}}, {"phone_config": {LIMIT: 30}}, "phone_config.auto_accept"),
        ({"phone_config": {LIMIT: 30}}, {"phone_config": None}, f"phone_config.{LIMIT}"),
        ({"after_contact_work_configs": CHAT_60}, {"after_contact_work_configs": None}, "after_contact_work_configs"),
        (
            {"phone_config": {"persistent_connection": True}, "auto_accept_configs": VOICE_ON},
            {"phone_config": None, "auto_accept_configs": None},
            "phone_config.persistent_connection, auto_accept_configs",
        ),
    ],
)
def test_what_is_declared_no_longer_is_named_in_one_line(
    before: dict[str, Any], after: dict[str, Any], path: str
) -> None:
    """By its path, without its value: Connect keeps it."""
    old = canonical({**USER, **before})
    (warning,) = review_change(old, canonical({**old, **after})).warnings
    assert str(warning) == f"{path}: no longer declared, so Connect keeps the current value; to change it, declare it"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"phone_config": {"persistent_connection": True}}, {"persistent_connection_configs": PERSISTENT}),
        ({"persistent_connection_configs": PERSISTENT}, {"phone_config": {"persistent_connection": False}}),
    ],
)
def test_a_setting_that_moved_between_the_block_and_its_list_is_declared(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert not review_change({**USER, **before}, {**USER, **after}).warnings


ALL_30 = [{"channel": channel, ACW: {LIMIT: 30}} for channel in ("VOICE", "CHAT", "TASK", "EMAIL")]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        pytest.param(
            {"after_contact_work_configs": [*ALL_30[:1], *CHAT_60]},
            {"after_contact_work_configs": CHAT_60},
            "after-contact work of VOICE becomes unlimited (0)",
            id="a dropped channel",
        ),
        pytest.param(
            {"after_contact_work_configs": ALL_30},
            {"after_contact_work_configs": []},
            "after-contact work of VOICE, CHAT, TASK and EMAIL becomes unlimited (0)",
            id="a list that is emptied",
        ),
        pytest.param(
            {"phone_config": {LIMIT: 30}},
            {"after_contact_work_configs": ALL_30[:1]},
            "after-contact work of CHAT, TASK and EMAIL becomes unlimited (0)",
            id="a block that becomes a list of one channel",
        ),
        pytest.param(
            {},
            {"auto_accept_configs": VOICE_ON},
            "auto-accept of CHAT, TASK and EMAIL is turned off",
            id="a list that appears, of a user who may have more in Connect",
        ),
        pytest.param(
            {"persistent_connection_configs": PERSISTENT},
            {"persistent_connection_configs": []},
            "the persistent connection of VOICE is turned off",
            id="a persistent connection",
        ),
        pytest.param(
            {
                "phone_number_configs": [
                    {"channel": "VOICE", "phone_type": "DESK_PHONE", "phone_number": "+31201234567"}
                ]
            },
            {"phone_number_configs": []},
            "the phone of VOICE becomes a soft phone",
            id="a desk phone",
        ),
        pytest.param(
            {"voice_enhancement_configs": [{"channel": "VOICE", "voice_enhancement_mode": "VOICE_ISOLATION"}]},
            {"voice_enhancement_configs": []},
            "voice enhancement of VOICE is turned off",
            id="voice enhancement",
        ),
    ],
)
def test_what_a_declared_list_does_not_name_is_said_in_words(
    before: dict[str, Any], after: dict[str, Any], message: str
) -> None:
    """A declared list is complete, which no diff shows."""
    (warning,) = review_change({**USER, **before}, {**USER, **after}).warnings
    (name,) = after
    assert str(warning) == f"{name}: a declared list is complete, so what it does not name is reset: {message}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(CHAT_60, [{"channel": "CHAT", ACW: {LIMIT: 0}}], id="an explicit 0 needs no words"),
        pytest.param(CHAT_60, [{"channel": "CHAT", ACW: {LIMIT: 30}}], id="what was not named before is as it was"),
        pytest.param([*CHAT_60, {"channel": "VOICE", ACW: {LIMIT: 0}}], CHAT_60, id="what was neutral stays so"),
    ],
)
def test_of_a_channel_that_stays_as_it_is_nothing_is_said(before: list[Any], after: list[Any]) -> None:
    lists = [{**USER, "after_contact_work_configs": entries} for entries in (before, after)]
    assert not review_change(*lists).warnings


def test_call_backs_of_the_agent_that_are_declared_no_longer_are_named() -> None:
    callback = [{"channel": "VOICE", ACW: {LIMIT: 30}, f"agent_first_callback_{ACW}": {LIMIT: 60}}, *ALL_30[1:]]
    old, new = ({**USER, "after_contact_work_configs": entries} for entries in (callback, ALL_30))
    (warning,) = review_change(old, new).warnings
    assert "becomes that of VOICE" in str(warning)


@pytest.mark.parametrize("info", ["Ada", UNKNOWN])
def test_an_identity_that_cannot_be_read_is_left_to_the_rules(info: Any) -> None:
    assert not review_change(USER, {**USER, "identity_info": info}).warnings


@given(users() | broken_users(), broken_users())
@example({**USER, "identity_info": {"\x1f": "?", "first_name": "Ada"}}, {**USER, "identity_info": {}})
@example({**USER, "phone_config": {"a\nb": "?"}}, USER)
def test_a_change_to_garbage_is_judged_without_a_crash(old: dict[str, Any], new: dict[str, Any]) -> None:
    old, new = canonical(old), canonical({**new, "instance_id": old.get("instance_id")})
    new["username"], new["password"] = old.get("username"), old.get("password")
    for warning in review_change(old, new).warnings:
        assert str(warning).isprintable()


def test_of_a_state_that_was_written_by_hand_only_members_that_exist_are_named() -> None:
    """Connect keeps nothing of the others."""
    old = {**USER, "identity_info": {"first_name": "Ada", "nickname": "A", "\x1f": "?"}}
    (warning,) = review_change(old, {**USER, "identity_info": {}}).warnings
    assert warning.path == "identity_info.first_name"


def test_of_a_replacement_nothing_is_said() -> None:
    """The new user gets the new password."""
    review = review_change(USER, {**USER, "username": "ada.lovelace", "password": "An0ther-horse"})
    assert (review.problems, review.warnings) == ((), ())
