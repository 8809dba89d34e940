"""What a change of an input leads to: the verdict table line by line, phone settings in two forms, passwords."""

from __future__ import annotations

from typing import Any

from connect_users.core.plan import Replacement
from connect_users.core.spec import UNKNOWN

ACW = "after_contact_work_config"
LIMIT = "after_contact_work_time_limit"
VOICE_ON = [{"channel": "VOICE", "auto_accept": True}]
OTHERS_OFF = [{"Channel": channel, "AutoAccept": False} for channel in ("CHAT", "TASK", "EMAIL")]
CHAT_60 = [{"channel": "CHAT", ACW: {LIMIT: 60}}]


def acw(voice: int = 0, chat: int = 0, task: int = 0, email: int = 0) -> list[dict[str, Any]]:
    limits = {"VOICE": voice, "CHAT": chat, "TASK": task, "EMAIL": email}
    return [
        {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": limit}}
        for channel, limit in limits.items()
    ]


def skill(value: str, level: int, name: str = "Language") -> dict[str, Any]:
    return {"attribute_name": name, "attribute_value": value, "level": level}


def wire_skill(value: str, level: int | None = None, name: str = "Language") -> dict[str, Any]:
    entry: dict[str, Any] = {"AttributeName": name, "AttributeValue": value}
    return entry if level is None else {**entry, "Level": level}


#: Sentence, field, before, after (None: not declared), the calls or the replacement.
Calls = list[tuple[str, dict[str, Any]]]
ROWS: list[tuple[str, str, Any, Any, Calls | Replacement]] = [
    # Replaced.
    ("another instance replaces, create first", "instance_id", "a", "b", Replacement(("instance_id",), False)),
    ("another name replaces, create first", "username", "a", "b", Replacement(("username",), False)),
    (
        "another directory id replaces, delete first",
        "directory_user_id",
        "a",
        "b",
        Replacement(("directory_user_id",), True),
    ),
    (
        "a directory id that appears replaces, delete first",
        "directory_user_id",
        None,
        "b",
        Replacement(("directory_user_id",), True),
    ),
    ("a directory id that is declared no longer changes nothing", "directory_user_id", "a", None, []),
    # No call.
    ("a changed password calls nothing", "password", "Correct-Horse-1", "Battery-Staple-2", []),
    ("a password that appears is recorded", "password", None, "Battery-Staple-2", []),
    ("a password that goes is recorded", "password", "Correct-Horse-1", None, []),
    ("another password secret is recorded", "password_secret_arn", "a", "b", []),
    ("another answer to password changes is recorded", "on_password_change", "refuse", "ignore", []),
    ("another identity management type is recorded", "identity_management_type", "SAML", "CONNECT_MANAGED", []),
    ("adopt_existing is recorded", "adopt_existing", None, True, []),
    ("delete_quick_connects is recorded", "delete_quick_connects", None, True, []),
    ("sign_out is recorded", "sign_out", None, "on_loss", []),
    # One call each.
    (
        "another routing profile is one call",
        "routing_profile_id",
        "a",
        "b",
        [("UpdateUserRoutingProfile", {"RoutingProfileId": "b"})],
    ),
    (
        "an added security profile sends the whole set",
        "security_profile_ids",
        ["a"],
        ["a", "b"],
        [("UpdateUserSecurityProfiles", {"SecurityProfileIds": ["a", "b"]})],
    ),
    (
        "a removed security profile sends the whole set",
        "security_profile_ids",
        ["a", "b"],
        ["b"],
        [("UpdateUserSecurityProfiles", {"SecurityProfileIds": ["b"]})],
    ),
    (
        "an exchanged security profile sends the whole set",
        "security_profile_ids",
        ["a", "b"],
        ["a", "c"],
        [("UpdateUserSecurityProfiles", {"SecurityProfileIds": ["a", "c"]})],
    ),
    ("reordered security profiles call nothing", "security_profile_ids", ["a", "b"], ["b", "a"], []),
    (
        "a hierarchy group that appears is one call",
        "hierarchy_group_id",
        None,
        "a",
        [("UpdateUserHierarchy", {"HierarchyGroupId": "a"})],
    ),
    (
        "another hierarchy group is one call",
        "hierarchy_group_id",
        "a",
        "b",
        [("UpdateUserHierarchy", {"HierarchyGroupId": "b"})],
    ),
    (
        "a cleared hierarchy group is the call without an id",
        "hierarchy_group_id",
        "a",
        None,
        [("UpdateUserHierarchy", {})],
    ),
    (
        "one changed member sends the whole identity block",
        "identity_info",
        {"first_name": "Ada", "last_name": "L"},
        {"first_name": "Ada", "last_name": "M"},
        [("UpdateUserIdentityInfo", {"IdentityInfo": {"FirstName": "Ada", "LastName": "M"}})],
    ),
    (
        "an identity block that appears is sent",
        "identity_info",
        None,
        {"secondary_email": "a@example.com"},
        [("UpdateUserIdentityInfo", {"IdentityInfo": {"SecondaryEmail": "a@example.com"}})],
    ),
    (
        "an identity member that goes calls nothing",
        "identity_info",
        {"first_name": "Ada", "mobile": "+4930123456"},
        {"first_name": "Ada"},
        [],
    ),
    (
        "an identity member that goes beside one that changes is not sent",
        "identity_info",
        {"first_name": "Ada", "mobile": "+4930123456"},
        {"first_name": "Grace"},
        [("UpdateUserIdentityInfo", {"IdentityInfo": {"FirstName": "Grace"}})],
    ),
    ("an identity block that goes calls nothing", "identity_info", {"first_name": "Ada"}, None, []),
    ("an identity block that is emptied calls nothing", "identity_info", {"first_name": "Ada"}, {}, []),
    # Phone settings alone.
    (
        "a phone block that appears is sent",
        "phone_config",
        None,
        {"auto_accept": True},
        [("UpdateUserPhoneConfig", {"PhoneConfig": {"AutoAccept": True}})],
    ),
    (
        "0 seconds of after-contact work are sent, unlike none",
        "phone_config",
        {},
        {LIMIT: 0},
        [("UpdateUserPhoneConfig", {"PhoneConfig": {"AfterContactWorkTimeLimit": 0}})],
    ),
    (
        "a phone member that goes calls nothing",
        "phone_config",
        {"auto_accept": True, LIMIT: 30},
        {"auto_accept": True},
        [],
    ),
    (
        "a phone member that goes beside one that changes is not sent",
        "phone_config",
        {"auto_accept": True, LIMIT: 30},
        {"auto_accept": False},
        [("UpdateUserPhoneConfig", {"PhoneConfig": {"AutoAccept": False}})],
    ),
    (
        "a phone block that goes calls nothing",
        "phone_config",
        {"phone_type": "DESK_PHONE", "desk_phone_number": "+4930123456", "persistent_connection": True},
        None,
        [],
    ),
    ("an empty phone block calls nothing", "phone_config", None, {}, []),
    (
        "a number that is not in use and goes calls nothing",
        "phone_config",
        {"desk_phone_number": "+4930123456"},
        {},
        [],
    ),
    # Per-channel lists.
    (
        "a list that appears is sent with all four channels",
        "auto_accept_configs",
        None,
        VOICE_ON,
        [("UpdateUserConfig", {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}, *OTHERS_OFF]})],
    ),
    ("a list that goes calls nothing", "auto_accept_configs", VOICE_ON, None, []),
    (
        "a list that is emptied is sent at its neutral values",
        "auto_accept_configs",
        VOICE_ON,
        [],
        [("UpdateUserConfig", {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": False}, *OTHERS_OFF]})],
    ),
    (
        "a channel that is dropped is sent at its neutral value",
        "after_contact_work_configs",
        [*CHAT_60, {"channel": "VOICE", ACW: {LIMIT: 30}}],
        CHAT_60,
        [("UpdateUserConfig", {"AfterContactWorkConfigs": acw(chat=60)})],
    ),
    (
        "reordered channels call nothing",
        "auto_accept_configs",
        [*VOICE_ON, {"channel": "CHAT", "auto_accept": True}],
        [{"channel": "CHAT", "auto_accept": True}, *VOICE_ON],
        [],
    ),
    (
        "an empty list says as much as the neutral values",
        "persistent_connection_configs",
        [],
        [{"channel": "VOICE", "persistent_connection": False}],
        [],
    ),
    (
        "a first-callback member that goes takes the channel's own limit",
        "after_contact_work_configs",
        [{"channel": "VOICE", ACW: {LIMIT: 30}, f"agent_first_callback_{ACW}": {LIMIT: 30}}],
        [{"channel": "VOICE", ACW: {LIMIT: 60}}],
        [
            (
                "UpdateUserConfig",
                {
                    "AfterContactWorkConfigs": [
                        {
                            **acw(voice=60)[0],
                            "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 60},
                        },
                        *acw()[1:],
                    ]
                },
            )
        ],
    ),
    (
        "a first-callback limit of 0 that appears is sent",
        "after_contact_work_configs",
        [{"channel": "VOICE", ACW: {LIMIT: 30}}],
        [{"channel": "VOICE", ACW: {LIMIT: 30}, f"agent_first_callback_{ACW}": {LIMIT: 0}}],
        [
            (
                "UpdateUserConfig",
                {
                    "AfterContactWorkConfigs": [
                        {
                            **acw(voice=30)[0],
                            "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 0},
                        },
                        *acw()[1:],
                    ]
                },
            )
        ],
    ),
    (
        "a first-callback auto-accept that goes is switched off",
        "auto_accept_configs",
        [{"channel": "VOICE", "auto_accept": True, "agent_first_callback_auto_accept": True}],
        VOICE_ON,
        [
            (
                "UpdateUserConfig",
                {
                    "AutoAcceptConfigs": [
                        {"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": False},
                        *OTHERS_OFF,
                    ]
                },
            )
        ],
    ),
    (
        "a desk phone of a list is one call",
        "phone_number_configs",
        [{"channel": "VOICE", "phone_type": "SOFT_PHONE"}],
        [{"channel": "VOICE", "phone_type": "DESK_PHONE", "phone_number": "+4930123456"}],
        [
            (
                "UpdateUserConfig",
                {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+4930123456"}]},
            )
        ],
    ),
    (
        "a persistent connection that an empty list does not name is switched off",
        "persistent_connection_configs",
        [{"channel": "VOICE", "persistent_connection": True}],
        [],
        [("UpdateUserConfig", {"PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": False}]})],
    ),
    (
        "a voice enhancement that an empty list does not name is set to none",
        "voice_enhancement_configs",
        [{"channel": "VOICE", "voice_enhancement_mode": "VOICE_ISOLATION"}],
        [],
        [("UpdateUserConfig", {"VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "NONE"}]})],
    ),
    # Proficiencies: only what differs, room first.
    (
        "an added proficiency is associated alone",
        "user_proficiencies",
        [skill("en", 3)],
        [skill("en", 3), skill("fr", 2)],
        [("AssociateUserProficiencies", {"UserProficiencies": [wire_skill("fr", 2)]})],
    ),
    (
        "a removed proficiency is disassociated without its level",
        "user_proficiencies",
        [skill("en", 3), skill("fr", 2)],
        [skill("en", 3)],
        [("DisassociateUserProficiencies", {"UserProficiencies": [wire_skill("fr")]})],
    ),
    (
        "another level is updated alone",
        "user_proficiencies",
        [skill("en", 3), skill("fr", 2)],
        [skill("en", 4), skill("fr", 2)],
        [("UpdateUserProficiencies", {"UserProficiencies": [wire_skill("en", 4)]})],
    ),
    (
        "an exchanged proficiency makes room first",
        "user_proficiencies",
        [skill("en", 3), skill("fr", 2), skill("one", 1, name="Product")],
        [skill("en", 4), skill("fr", 2), skill("two", 1, name="Product")],
        [
            ("DisassociateUserProficiencies", {"UserProficiencies": [wire_skill("one", name="Product")]}),
            ("AssociateUserProficiencies", {"UserProficiencies": [wire_skill("two", 1, name="Product")]}),
            ("UpdateUserProficiencies", {"UserProficiencies": [wire_skill("en", 4)]}),
        ],
    ),
    (
        "reordered proficiencies call nothing",
        "user_proficiencies",
        [skill("en", 3), skill("fr", 2)],
        [skill("fr", 2), skill("en", 3)],
        [],
    ),
    (
        "proficiencies that are declared no longer are disassociated",
        "user_proficiencies",
        [skill("en", 3)],
        None,
        [("DisassociateUserProficiencies", {"UserProficiencies": [wire_skill("en")]})],
    ),
    # Tags: only what differs, room first.
    ("an added tag is tagged alone", "tags", {"a": "1"}, {"a": "1", "b": ""}, [("TagResource", {"tags": {"b": ""}})]),
    (
        "a removed tag is untagged alone",
        "tags",
        {"a": "1", "b": ""},
        {"a": "1"},
        [("UntagResource", {"tagKeys": ["b"]})],
    ),
    (
        "another value is tagged",
        "tags",
        {"a": "1", "b": ""},
        {"a": "2", "b": ""},
        [("TagResource", {"tags": {"a": "2"}})],
    ),
    (
        "an exchanged tag makes room first",
        "tags",
        {"a": "1"},
        {"b": "1"},
        [("UntagResource", {"tagKeys": ["a"]}), ("TagResource", {"tags": {"b": "1"}})],
    ),
    ("reordered tags call nothing", "tags", {"a": "1", "b": "2"}, {"b": "2", "a": "1"}, []),
    (
        "tags that are declared no longer are untagged",
        "tags",
        {"a": "1"},
        None,
        [("UntagResource", {"tagKeys": ["a"]})],
    ),
    ("no tags and an empty map are the same user", "tags", None, {}, []),
]


PHONE_ROWS: list[tuple[str, dict[str, Any], dict[str, Any], Calls]] = [
    (
        "a phone block beside a list is changed by UpdateUserConfig, which says no more of other channels",
        {"phone_config": {"auto_accept": False}, "after_contact_work_configs": CHAT_60},
        {"phone_config": {"auto_accept": True}, "after_contact_work_configs": CHAT_60},
        [("UpdateUserConfig", {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]})],
    ),
    (
        "a list beside a phone block is changed alone",
        {"phone_config": {"auto_accept": True}, "after_contact_work_configs": CHAT_60},
        {"phone_config": {"auto_accept": True}, "after_contact_work_configs": []},
        [("UpdateUserConfig", {"AfterContactWorkConfigs": acw()})],
    ),
    (
        "auto-accept that moves into the list switches the other channels off, of which the block said nothing",
        {"phone_config": {"auto_accept": True}},
        {"auto_accept_configs": VOICE_ON},
        [("UpdateUserConfig", {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}, *OTHERS_OFF]})],
    ),
    (
        "a persistent connection that moves into the list calls nothing",
        {"phone_config": {"persistent_connection": True}},
        {"persistent_connection_configs": [{"channel": "VOICE", "persistent_connection": True}]},
        [],
    ),
    (
        "auto-accept that moves out of the list calls nothing",
        {"auto_accept_configs": VOICE_ON},
        {"phone_config": {"auto_accept": True}},
        [],
    ),
    (
        "after-contact work that moves into a list of one channel changes the other channels",
        {"phone_config": {LIMIT: 30}},
        {"after_contact_work_configs": [{"channel": "VOICE", ACW: {LIMIT: 30}}]},
        [("UpdateUserConfig", {"AfterContactWorkConfigs": acw(voice=30)})],
    ),
    (
        "after-contact work that moves out of a list of one channel changes the other channels",
        {"after_contact_work_configs": [{"channel": "VOICE", ACW: {LIMIT: 30}}]},
        {"phone_config": {LIMIT: 30}},
        [("UpdateUserPhoneConfig", {"PhoneConfig": {"AfterContactWorkTimeLimit": 30}})],
    ),
    (
        "a number alone says nothing of the phone's type",
        {"phone_number_configs": [{"channel": "VOICE", "phone_type": "SOFT_PHONE"}]},
        {"phone_config": {"desk_phone_number": "+4930123456"}},
        [("UpdateUserPhoneConfig", {"PhoneConfig": {"DeskPhoneNumber": "+4930123456"}})],
    ),
    (
        "a number alone beside a list says nothing of the phone's type either",
        {"after_contact_work_configs": CHAT_60},
        {"after_contact_work_configs": CHAT_60, "phone_config": {"desk_phone_number": "+4930123456"}},
        [("UpdateUserConfig", {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneNumber": "+4930123456"}]})],
    ),
    (
        "a list that goes while a phone block says the rest calls nothing",
        {"phone_config": {"persistent_connection": True}, "auto_accept_configs": VOICE_ON},
        {"phone_config": {"persistent_connection": True}},
        [],
    ),
    (
        "a list that goes while a phone block changes is not sent",
        {"phone_config": {"persistent_connection": True}, "auto_accept_configs": VOICE_ON},
        {"phone_config": {"persistent_connection": False}},
        [("UpdateUserPhoneConfig", {"PhoneConfig": {"PersistentConnection": False}})],
    ),
    (
        "a list that goes while another changes is not sent",
        {"persistent_connection_configs": [], "auto_accept_configs": VOICE_ON},
        {"persistent_connection_configs": [{"channel": "VOICE", "persistent_connection": True}]},
        [("UpdateUserConfig", {"PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": True}]})],
    ),
    (
        "a phone block that goes beside a list calls nothing",
        {
            "phone_config": {"phone_type": "DESK_PHONE", "desk_phone_number": "+4930123456"},
            "after_contact_work_configs": CHAT_60,
        },
        {"after_contact_work_configs": CHAT_60},
        [],
    ),
]

PASSWORDS: list[tuple[str, str | None, Any, str | None, bool]] = [
    ("refuse never replaces", "Old-1234", "New-1234", "refuse", False),
    ("ignore never replaces", "Old-1234", "New-1234", "ignore", False),
    ("no answer never replaces", "Old-1234", "New-1234", None, False),
    ("replace replaces", "Old-1234", "New-1234", "replace", True),
    ("replace leaves the same password alone", "Old-1234", "Old-1234", "replace", False),
    ("replace leaves an imported user alone", None, "New-1234", "replace", False),
    ("replace leaves a removed password alone", "Old-1234", None, "replace", False),
    ("replace shows a replacement while the password is not known", "Old-1234", UNKNOWN, "replace", True),
    ("a password that is not known replaces no imported user", None, UNKNOWN, "replace", False),
    ("refuse never replaces, known or not", "Old-1234", UNKNOWN, "refuse", False),
]
