"""What a list that names some channels only means, and which lists and phone settings say the same."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users.core import channels
from connect_users.core.fields import BY_NAME, FIELDS
from connect_users.core.spec import UNKNOWN

_LIMIT = "after_contact_work_time_limit"
_WORK = "after_contact_work_config"
_CALLBACK = f"agent_first_callback_{_WORK}"


def test_every_list_has_a_neutral_entry_for_every_channel_that_it_may_name() -> None:
    """A new list fails this test until somebody has decided what a channel is that it does not name."""
    assert set(channels.LISTS) == {field.name for field in FIELDS if field.operations == ("UpdateUserConfig",)}
    for name in channels.LISTS:
        expected = ["VOICE"] if BY_NAME[name].voice_only else ["VOICE", "CHAT", "TASK", "EMAIL"]
        entries = channels.neutral(name)
        assert [entry["channel"] for entry in entries] == expected
        required = {member.name for member in BY_NAME[name].members if member.required}
        assert all(set(entry) == required for entry in entries)
        assert all(channels.is_neutral(name, entry) for entry in entries)


def test_every_member_of_the_phone_block_has_its_twin() -> None:
    """The four conflicts of CreateUser, and the moves between the two forms, go by this."""
    members = BY_NAME["phone_config"].by_name
    assert set(channels.TWINS) == set(members)
    assert set(channels.TWINS.values()) <= set(channels.LISTS)
    assert set(channels.NEUTRAL_PHONE_CONFIG) == set(members) - {"desk_phone_number"}
    neutral = channels.from_phone_config(channels.NEUTRAL_PHONE_CONFIG)
    assert neutral == {name: channels.neutral(name) for name in set(channels.TWINS.values())}


def test_a_list_with_an_unknown_part_is_left_as_it_is() -> None:
    entries = [{"channel": UNKNOWN, "auto_accept": True}]
    assert channels.complete("auto_accept_configs", entries) == entries


def _voice(**members: Any) -> list[dict[str, Any]]:
    return [{"channel": "VOICE", **members}]


_SAME: list[tuple[str, str, list[Any], list[Any], bool]] = [
    ("nothing is the neutral value", "auto_accept_configs", [], _voice(auto_accept=False), True),
    ("something is not", "auto_accept_configs", [], _voice(auto_accept=True), False),
    (
        "order does not matter",
        "auto_accept_configs",
        [*_voice(auto_accept=True), {"channel": "CHAT", "auto_accept": False}],
        [{"channel": "CHAT", "auto_accept": False}, *_voice(auto_accept=True)],
        True,
    ),
    (
        "a first callback that is not accepted is as good as none",
        "auto_accept_configs",
        _voice(auto_accept=True, agent_first_callback_auto_accept=False),
        _voice(auto_accept=True),
        True,
    ),
    (
        "one that is accepted is not",
        "auto_accept_configs",
        _voice(auto_accept=True, agent_first_callback_auto_accept=True),
        _voice(auto_accept=True),
        False,
    ),
    (
        "a first callback of the channel's own limit is as good as none",
        "after_contact_work_configs",
        _voice(**{_WORK: {_LIMIT: 30}, _CALLBACK: {_LIMIT: 30}}),
        _voice(**{_WORK: {_LIMIT: 30}}),
        True,
    ),
    (
        "a first callback without a limit is as good as none",
        "after_contact_work_configs",
        _voice(**{_WORK: {_LIMIT: 30}, _CALLBACK: {}}),
        _voice(**{_WORK: {_LIMIT: 30}}),
        True,
    ),
    (
        "a first callback of another limit is not",
        "after_contact_work_configs",
        _voice(**{_WORK: {_LIMIT: 30}, _CALLBACK: {_LIMIT: 60}}),
        _voice(**{_WORK: {_LIMIT: 30}}),
        False,
    ),
    (
        "no limit is not the same as unlimited",
        "after_contact_work_configs",
        _voice(**{_WORK: {}}),
        _voice(**{_WORK: {_LIMIT: 0}}),
        False,
    ),
    (
        "a number that is not in use is as good as none",
        "phone_number_configs",
        _voice(phone_type="SOFT_PHONE", phone_number="+4930123456"),
        _voice(phone_type="SOFT_PHONE"),
        True,
    ),
    (
        "a number that is in use is not",
        "phone_number_configs",
        _voice(phone_type="DESK_PHONE", phone_number="+4930123456"),
        _voice(phone_type="DESK_PHONE", phone_number="+4930123457"),
        False,
    ),
]


@pytest.mark.parametrize(
    ("name", "one", "other", "expected"), [row[1:] for row in _SAME], ids=[row[0] for row in _SAME]
)
def test_same(name: str, one: list[Any], other: list[Any], expected: bool) -> None:
    assert channels.same(name, one, other) is expected
    assert channels.same(name, other, one) is expected


def test_the_voice_entries_give_the_phone_block() -> None:
    """What VOICE does not say, the block does not say either."""
    config = {
        "phone_type": "DESK_PHONE",
        "auto_accept": False,
        _LIMIT: 0,
        "desk_phone_number": "+4930123456",
        "persistent_connection": True,
    }
    assert channels.to_phone_config(channels.from_phone_config(config)) == config
    assert channels.to_phone_config({"auto_accept_configs": [{"channel": "CHAT", "auto_accept": True}]}) == {}


def test_after_contact_work_of_the_block_holds_for_all_channels() -> None:
    """UpdateUserPhoneConfig: it "will always set the same ACW timeouts to all channels the user handles"."""
    (entries,) = channels.from_phone_config({_LIMIT: 30}).values()
    assert entries == [{"channel": c, _WORK: {_LIMIT: 30}} for c in ("VOICE", "CHAT", "TASK", "EMAIL")]


def test_effective_settings_are_those_of_lists_and_block_together() -> None:
    """Where an old state says both, the list holds."""
    props = {
        "phone_config": {"auto_accept": True, "persistent_connection": True},
        "auto_accept_configs": [],
    }
    assert channels.effective(props) == {
        "auto_accept_configs": channels.neutral("auto_accept_configs"),
        "persistent_connection_configs": _voice(persistent_connection=True),
    }
