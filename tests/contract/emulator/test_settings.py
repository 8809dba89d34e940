"""PhoneConfig and the per-channel lists: conflicts, what each shows of the other, merge and replace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Emulator, seed
from tests.contract.emulator.support import connect, create, described, refused, user

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = {"InstanceId": seed.INSTANCE_ID}
NEUTRAL = {
    "PhoneType": "SOFT_PHONE",
    "AutoAccept": False,
    "AfterContactWorkTimeLimit": 0,
    "PersistentConnection": False,
}


def acw(**seconds: int) -> list[dict[str, Any]]:
    return [
        {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": limit}}
        for channel, limit in seconds.items()
    ]


def accept(**channels: bool) -> list[dict[str, Any]]:
    return [{"Channel": channel, "AutoAccept": answer} for channel, answer in channels.items()]


PHONE = [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+442079460000"}]
PERSISTENT = [{"Channel": "VOICE", "PersistentConnection": True}]
ENHANCED = [{"Channel": "VOICE", "VoiceEnhancementMode": "NOISE_SUPPRESSION"}]
ALL_LISTS: dict[str, Any] = {
    "AutoAcceptConfigs": accept(VOICE=True, CHAT=False, TASK=True, EMAIL=False),
    "AfterContactWorkConfigs": acw(VOICE=10, CHAT=20, TASK=30, EMAIL=40),
    "PhoneNumberConfigs": PHONE,
    "PersistentConnectionConfigs": PERSISTENT,
    "VoiceEnhancementConfigs": ENHANCED,
}


def settings(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in shown.items() if name.endswith(("Config", "Configs"))}


@pytest.mark.parametrize(
    "changes",
    [
        {"PhoneConfig": {"AutoAccept": True}, "AutoAcceptConfigs": accept(CHAT=True)},
        {"PhoneConfig": {"AfterContactWorkTimeLimit": 0}, "AfterContactWorkConfigs": acw(CHAT=1)},
        {"PhoneConfig": {"PhoneType": "SOFT_PHONE"}, "PhoneNumberConfigs": PHONE},
        {"PhoneConfig": {"DeskPhoneNumber": "+15551234"}, "PhoneNumberConfigs": PHONE},
        {"PhoneConfig": {"PersistentConnection": False}, "PersistentConnectionConfigs": PERSISTENT},
        {"PhoneNumberConfigs": [{"Channel": "CHAT", "PhoneType": "SOFT_PHONE"}]},
        {"PersistentConnectionConfigs": [{"Channel": "TASK", "PersistentConnection": True}]},
        {"VoiceEnhancementConfigs": [{"Channel": "EMAIL", "VoiceEnhancementMode": "NONE"}]},
        {"AutoAcceptConfigs": [{"Channel": "CHAT", "AutoAccept": True, "AgentFirstCallbackAutoAccept": True}]},
        {
            "AfterContactWorkConfigs": [
                {"Channel": "CHAT", "AfterContactWorkConfig": {}, "AgentFirstCallbackAfterContactWorkConfig": {}}
            ]
        },
        {"AutoAcceptConfigs": accept(VOICE=True) * 2},
    ],
)
def test_settings_that_contradict_each_other_or_their_channel_are_refused(client: Any, changes: dict[str, Any]) -> None:
    """Section 3, PhoneConfig vs lists, and channels [M]."""
    assert refused(client.create_user, **user(**changes)) == (400, "InvalidRequestException")


def test_the_same_rules_hold_for_an_update(client: Any) -> None:
    user_id = create(client)
    call = {**HERE, "UserId": user_id, "AutoAcceptConfigs": accept(VOICE=True) * 2}
    assert refused(client.update_user_config, **call) == (400, "InvalidRequestException")


def test_phone_config_and_other_lists_may_be_mixed(client: Any) -> None:
    shown = described(
        client, create(client, PhoneConfig={"PhoneType": "SOFT_PHONE"}, AutoAcceptConfigs=accept(VOICE=True, CHAT=True))
    )
    assert shown["PhoneConfig"] == {**NEUTRAL, "AutoAccept": True}
    assert shown["AutoAcceptConfigs"] == accept(VOICE=True, CHAT=True)


def test_lists_are_read_back_and_voice_shows_in_phone_config(client: Any) -> None:
    shown = settings(described(client, create(client, **ALL_LISTS)))
    phone = {
        "PhoneType": "DESK_PHONE",
        "AutoAccept": True,
        "AfterContactWorkTimeLimit": 10,
        "DeskPhoneNumber": "+442079460000",
        "PersistentConnection": True,
    }
    assert shown == {**ALL_LISTS, "PhoneConfig": phone}


def test_phone_config_sets_one_acw_limit_for_all_channels(client: Any) -> None:
    """Section 2, UpdateUserPhoneConfig [M]."""
    phone = {**NEUTRAL, "AutoAccept": True, "AfterContactWorkTimeLimit": 7}
    shown = settings(described(client, create(client, PhoneConfig=phone)))
    assert shown == {
        "PhoneConfig": phone,
        "AutoAcceptConfigs": accept(VOICE=True),
        "AfterContactWorkConfigs": acw(VOICE=7, CHAT=7, TASK=7, EMAIL=7),
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}],
        "PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": False}],
    }


def test_update_phone_config_flattens_acw_and_resets_what_it_leaves_out(client: Any) -> None:
    user_id = create(client, **ALL_LISTS)
    client.update_user_phone_config(**HERE, UserId=user_id, PhoneConfig={"AfterContactWorkTimeLimit": 3})
    shown = settings(described(client, user_id))
    assert shown["PhoneConfig"] == {**NEUTRAL, "AfterContactWorkTimeLimit": 3}
    assert shown["AfterContactWorkConfigs"] == acw(VOICE=3, CHAT=3, TASK=3, EMAIL=3)
    assert shown["AutoAcceptConfigs"] == accept(VOICE=False, CHAT=False, TASK=True, EMAIL=False)
    assert shown["VoiceEnhancementConfigs"] == ENHANCED


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("merge", acw(VOICE=10, CHAT=99, TASK=30, EMAIL=40)), ("replace", acw(CHAT=99))],
)
def test_update_user_config_merges_or_replaces(
    start_emulator: Callable[..., Emulator], mode: str, expected: list[dict[str, Any]]
) -> None:
    """Undocumented (section 0, finding 6): the emulator has both; lists that are left out stay in both."""
    client = connect(start_emulator(update_user_config=mode))
    user_id = create(client, **ALL_LISTS)
    client.update_user_config(**HERE, UserId=user_id, AfterContactWorkConfigs=acw(CHAT=99))
    shown = described(client, user_id)
    assert shown["AfterContactWorkConfigs"] == expected
    assert {name: shown[name] for name in ALL_LISTS if name != "AfterContactWorkConfigs"} == {
        name: item for name, item in ALL_LISTS.items() if name != "AfterContactWorkConfigs"
    }


@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_complete_lists_give_the_same_result_in_both_modes(start_emulator: Callable[..., Emulator], mode: str) -> None:
    client = connect(start_emulator(update_user_config=mode))
    user_id = create(client, PhoneConfig={**NEUTRAL, "AfterContactWorkTimeLimit": 7})
    client.update_user_config(**HERE, UserId=user_id, **ALL_LISTS)
    shown = described(client, user_id)
    assert {name: shown[name] for name in ALL_LISTS} == ALL_LISTS


def test_a_user_without_settings_shows_neutral_ones_in_phone_config(client: Any) -> None:
    assert settings(described(client, create(client))) == {"PhoneConfig": NEUTRAL}


def test_as_written_shows_each_setting_in_the_form_that_wrote_it(start_emulator: Callable[..., Emulator]) -> None:
    client = connect(start_emulator(phone_view="as-written"))
    user_id = create(client, PhoneConfig={"PhoneType": "SOFT_PHONE", "AutoAccept": True})
    assert settings(described(client, user_id)) == {"PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": True}}
    client.update_user_config(**HERE, UserId=user_id, AutoAcceptConfigs=accept(VOICE=False))
    assert settings(described(client, user_id)) == {
        "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
        "AutoAcceptConfigs": accept(VOICE=False),
    }
    assert settings(described(client, create(client, "bare"))) == {}


def test_callback_members_are_kept(client: Any) -> None:
    entry = {
        "Channel": "VOICE",
        "AfterContactWorkConfig": {},
        "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 9},
    }
    assert described(client, create(client, AfterContactWorkConfigs=[entry]))["AfterContactWorkConfigs"] == [entry]
