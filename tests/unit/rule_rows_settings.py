"""Rules on what somebody may and has, on both sides of each limit: profiles, phones, channels, proficiencies, tags."""

from __future__ import annotations

from typing import Any

from connect_users.core.spec import UNKNOWN
from tests.builders import INSTANCE_ID, SECURITY_PROFILE_ID
from tests.unit.rule_rows_people import E164, FINE, Row

LIMIT = "after_contact_work_time_limit"


def voice(**members: Any) -> list[dict[str, Any]]:
    return [{"channel": "VOICE", **members}]


def acw(channel: Any, seconds: Any) -> list[dict[str, Any]]:
    return [{"channel": channel, "after_contact_work_config": {LIMIT: seconds}}]


def skills(count: int, **members: Any) -> list[dict[str, Any]]:
    return [{"attribute_name": "Language", "attribute_value": str(n), "level": 1, **members} for n in range(count)]


PROFILES: list[Row] = [
    ("1 security profile is enough", {"security_profile_ids": ["a"]}, FINE, FINE),
    ("none is too few", {"security_profile_ids": []}, ["security_profile_ids: 0 given; AWS allows 1 to 10"], FINE),
    ("10 are allowed", {"security_profile_ids": [f"p{n}" for n in range(10)]}, FINE, FINE),
    (
        "11 are too many",
        {"security_profile_ids": [f"p{n}" for n in range(11)]},
        ["security_profile_ids: 11 given; AWS allows 1 to 10"],
        FINE,
    ),
    (
        "11 are too many, known or not",
        {"security_profile_ids": [UNKNOWN] * 11},
        ["security_profile_ids: 11 given"],
        FINE,
    ),
    ("unknown ones may differ", {"security_profile_ids": [UNKNOWN, UNKNOWN]}, FINE, FINE),
    (
        "the same one twice is refused, also as an ARN",
        {
            "security_profile_ids": [
                SECURITY_PROFILE_ID,
                f"arn:aws:connect:r:1:instance/{INSTANCE_ID}/security-profile/{SECURITY_PROFILE_ID}",
            ]
        },
        [f"security_profile_ids: '{SECURITY_PROFILE_ID}' is given 2 times; once is enough"],
        FINE,
    ),
]

PHONE: list[Row] = [
    (
        "auto_accept and its list exclude each other",
        {"phone_config": {"auto_accept": False}, "auto_accept_configs": []},
        ["phone_config.auto_accept: given together with auto_accept_configs, which AWS refuses"],
        FINE,
    ),
    (
        "after-contact work and its list exclude each other",
        {"phone_config": {LIMIT: 0}, "after_contact_work_configs": []},
        [f"phone_config.{LIMIT}: given together with after_contact_work_configs"],
        FINE,
    ),
    (
        "the phone type and its list exclude each other",
        {"phone_config": {"phone_type": "SOFT_PHONE"}, "phone_number_configs": []},
        ["phone_config.phone_type: given together with phone_number_configs"],
        FINE,
    ),
    (
        "the desk phone and its list exclude each other",
        {"phone_config": {"desk_phone_number": "+4930123456"}, "phone_number_configs": []},
        ["phone_config.desk_phone_number: given together with phone_number_configs"],
        FINE,
    ),
    (
        "the persistent connection and its list exclude each other",
        {"phone_config": {"persistent_connection": True}, "persistent_connection_configs": []},
        ["phone_config.persistent_connection: given together with persistent_connection_configs"],
        FINE,
    ),
    (
        "a block and lists of other settings go together",
        {"phone_config": {"auto_accept": True}, "after_contact_work_configs": [], "voice_enhancement_configs": []},
        FINE,
        FINE,
    ),
    (
        "a member that is None is not given",
        {"phone_config": {"auto_accept": None}, "auto_accept_configs": []},
        FINE,
        FINE,
    ),
    (
        "a desk phone needs its number",
        {"phone_config": {"phone_type": "DESK_PHONE"}},
        ["phone_config.desk_phone_number: missing; DESK_PHONE needs it"],
        FINE,
    ),
    (
        "a desk phone of a number that is not known is fine",
        {"phone_config": {"phone_type": "DESK_PHONE", "desk_phone_number": UNKNOWN}},
        FINE,
        FINE,
    ),
    (
        "a desk phone has an E.164 number",
        {"phone_config": {"phone_type": "DESK_PHONE", "desk_phone_number": "030 1234"}},
        [f"phone_config.desk_phone_number: the 8 {E164}"],
        FINE,
    ),
    (
        "a soft phone may have a number",
        {"phone_config": {"phone_type": "SOFT_PHONE", "desk_phone_number": "+4930123456"}},
        FINE,
        FINE,
    ),
    ("0 s of after-contact work are unlimited", {"phone_config": {LIMIT: 0}}, FINE, FINE),
    ("2,000,000 s are allowed", {"phone_config": {LIMIT: 2_000_000.0}}, FINE, FINE),
    (
        "2,000,001 s are too many",
        {"phone_config": {LIMIT: 2_000_001.0}},
        [f"phone_config.{LIMIT}: 2000001 s; AWS allows 0 (unlimited) to 2000000 s"],
        FINE,
    ),
    (
        "less than 0 s are too few",
        {"phone_config": {LIMIT: -1}},
        [f"phone_config.{LIMIT}: -1 s; AWS allows 0"],
        FINE,
    ),
    ("a limit that is not known is fine", {"phone_config": {LIMIT: UNKNOWN}}, FINE, FINE),
]

LISTS: list[Row] = [
    (
        "four channels are fine",
        {"auto_accept_configs": [{"channel": c, "auto_accept": True} for c in ("VOICE", "CHAT", "TASK", "EMAIL")]},
        FINE,
        FINE,
    ),
    (
        "a channel twice is refused",
        {"auto_accept_configs": [*voice(auto_accept=True), *voice(auto_accept=False)]},
        ["auto_accept_configs[1].channel: 'VOICE' is in [0] already; a channel may appear once"],
        FINE,
    ),
    (
        "unknown channels may differ",
        {"auto_accept_configs": [{"channel": UNKNOWN, "auto_accept": True}] * 2},
        FINE,
        FINE,
    ),
    ("an entry that is not known is fine", {"auto_accept_configs": [UNKNOWN]}, FINE, FINE),
    (
        "phone numbers are for VOICE",
        {"phone_number_configs": [{"channel": "CHAT", "phone_type": "SOFT_PHONE"}]},
        ["phone_number_configs[0].channel: 'CHAT'; phone_number_configs accepts only VOICE"],
        FINE,
    ),
    (
        "persistent connections are for VOICE",
        {"persistent_connection_configs": [{"channel": "TASK", "persistent_connection": True}]},
        ["persistent_connection_configs[0].channel: 'TASK'; persistent_connection_configs accepts only VOICE"],
        FINE,
    ),
    (
        "voice enhancement is for VOICE",
        {"voice_enhancement_configs": [{"channel": "EMAIL", "voice_enhancement_mode": "NONE"}]},
        ["voice_enhancement_configs[0].channel: 'EMAIL'; voice_enhancement_configs accepts only VOICE"],
        FINE,
    ),
    (
        "the three lists are fine for VOICE",
        {
            "phone_number_configs": voice(phone_type="DESK_PHONE", phone_number="+4930123456"),
            "persistent_connection_configs": voice(persistent_connection=True),
            "voice_enhancement_configs": voice(voice_enhancement_mode="VOICE_ISOLATION"),
        },
        FINE,
        FINE,
    ),
    (
        "first callbacks are for VOICE",
        {"auto_accept_configs": [{"channel": "CHAT", "auto_accept": True, "agent_first_callback_auto_accept": False}]},
        ["auto_accept_configs[0].agent_first_callback_auto_accept: given for CHAT; AWS accepts it only for VOICE"],
        FINE,
    ),
    (
        "a first callback that is None is not given",
        {"auto_accept_configs": [{"channel": "CHAT", "auto_accept": True, "agent_first_callback_auto_accept": None}]},
        FINE,
        FINE,
    ),
    (
        "first callbacks are fine for VOICE",
        {"auto_accept_configs": voice(auto_accept=True, agent_first_callback_auto_accept=True)},
        FINE,
        FINE,
    ),
    (
        "2,000,001 s are too many for a channel",
        {"after_contact_work_configs": acw("TASK", 2_000_001)},
        [f"after_contact_work_configs[0].after_contact_work_config.{LIMIT}: 2000001 s; AWS allows 0"],
        FINE,
    ),
    (
        "2,000,001 s are too many, whatever the channel",
        {"after_contact_work_configs": acw(UNKNOWN, 2_000_001)},
        [f"after_contact_work_configs[0].after_contact_work_config.{LIMIT}: 2000001 s"],
        FINE,
    ),
    (
        "2,000,001 s are too many for a first callback",
        {
            "after_contact_work_configs": voice(
                after_contact_work_config={}, agent_first_callback_after_contact_work_config={LIMIT: 2_000_001}
            )
        },
        [f"after_contact_work_configs[0].agent_first_callback_after_contact_work_config.{LIMIT}: 2000001 s"],
        FINE,
    ),
    ("5,400 s of a chat are fine", {"after_contact_work_configs": acw("CHAT", 5_400)}, FINE, FINE),
    (
        "5,401 s of a chat are a warning",
        {"after_contact_work_configs": acw("CHAT", 5_401.0)},
        FINE,
        [f"after_contact_work_configs[0].after_contact_work_config.{LIMIT}: 5401 s; after-contact work of a chat"],
    ),
    ("5,401 s of a task are fine", {"after_contact_work_configs": acw("TASK", 5_401)}, FINE, FINE),
    (
        "too many seconds of a chat are said once",
        {"after_contact_work_configs": acw("CHAT", 2_000_001)},
        [f"after_contact_work_configs[0].after_contact_work_config.{LIMIT}: 2000001 s"],
        FINE,
    ),
    (
        "a config that is not known is fine",
        {"after_contact_work_configs": voice(after_contact_work_config=UNKNOWN)},
        FINE,
        FINE,
    ),
    (
        "a desk phone of a list needs its number",
        {"phone_number_configs": voice(phone_type="DESK_PHONE")},
        ["phone_number_configs[0].phone_number: missing; DESK_PHONE needs it"],
        FINE,
    ),
    (
        "a desk phone of a list has an E.164 number",
        {"phone_number_configs": voice(phone_type="DESK_PHONE", phone_number="+0")},
        [f"phone_number_configs[0].phone_number: the 2 {E164}"],
        FINE,
    ),
]

PROFICIENCIES: list[Row] = [
    ("10 proficiencies are allowed", {"user_proficiencies": skills(10)}, FINE, FINE),
    (
        "11 are too many",
        {"user_proficiencies": skills(11)},
        ["user_proficiencies: 11 given; AWS allows at most 10"],
        FINE,
    ),
    ("level 5 is the highest", {"user_proficiencies": skills(1, level=5.0)}, FINE, FINE),
    (
        "level 6 is none",
        {"user_proficiencies": skills(1, level=6.0)},
        ["user_proficiencies[0].level: 6; AWS allows 1, 2, 3, 4 and 5"],
        FINE,
    ),
    (
        "level 0 is none",
        {"user_proficiencies": skills(1, level=0)},
        ["user_proficiencies[0].level: 0; AWS allows"],
        FINE,
    ),
    ("100 characters are a value", {"user_proficiencies": skills(1, attribute_value="x" * 100)}, FINE, FINE),
    (
        "101 characters are none",
        {"user_proficiencies": skills(1, attribute_value="x" * 101)},
        ["user_proficiencies[0].attribute_value: has 101 characters; AWS allows 1 to 100"],
        FINE,
    ),
    (
        "an empty name is none",
        {"user_proficiencies": skills(1, attribute_name="")},
        ["user_proficiencies[0].attribute_name: has 0 characters; AWS allows 1 to 100"],
        FINE,
    ),
    (
        "a pair twice is refused, whatever its levels",
        {"user_proficiencies": [*skills(1), *skills(1, level=2)]},
        ["user_proficiencies[1]: Language=0 is already in [0]; it may appear once"],
        FINE,
    ),
    (
        "a pair twice is one line, whatever its name",
        {"user_proficiencies": [*skills(1, attribute_name="a\nb"), *skills(1, attribute_name="a\nb")]},
        ["user_proficiencies[1]: 'a\\nb'=0 is already in [0]; it may appear once"],
        FINE,
    ),
    (
        "pairs that are not known may differ",
        {"user_proficiencies": [*skills(2, attribute_value=UNKNOWN, level=UNKNOWN), UNKNOWN]},
        FINE,
        FINE,
    ),
]

TAGS: list[Row] = [
    ("49 tags leave room for the ownership tag", {"tags": {f"k{n}": "" for n in range(49)}}, FINE, FINE),
    (
        "50 leave none",
        {"tags": {f"k{n}": "" for n in range(50)}},
        ["tags: 50 given; AWS allows at most 49 beside the ownership tag"],
        FINE,
    ),
    ("128 characters are a key", {"tags": {"k" * 128: ""}}, FINE, FINE),
    (
        "129 characters are none",
        {"tags": {"k" * 129: ""}},
        ["tags: a key has 129 characters; AWS allows 1 to 128"],
        FINE,
    ),
    ("an empty key is none", {"tags": {"": "x"}}, ["tags: a key has 0 characters; AWS allows 1 to 128"], FINE),
    ("letters, digits, blanks and the signs are fine", {"tags": {"Größe 7 _.:/=+-@": "x"}}, FINE, FINE),
    (
        "other signs are refused",
        {"tags": {"a*b": "x"}},
        ["tags.a*b: AWS allows letters, digits, blanks and _ . : /"],
        FINE,
    ),
    (
        "aws: is reserved",
        {"tags": {"AWS:x": "x"}},
        ["tags.AWS:x: keys that start with aws: or connect-users: are"],
        FINE,
    ),
    (
        "connect-users: is reserved",
        {"tags": {"connect-users:owner": "x"}},
        ["tags.connect-users:owner: keys that"],
        FINE,
    ),
    ("256 characters are a value", {"tags": {"k": "x" * 256}}, FINE, FINE),
    (
        "257 characters are none",
        {"tags": {"k": "x" * 257}},
        ["tags.k: the value has 257 characters; AWS allows at most 256"],
        FINE,
    ),
    ("no value is none", {"tags": {"k": None}}, ["tags.k: has no value; an empty string is allowed"], FINE),
    ("a number is no value", {"tags": {"k": 7}}, ["tags.k: the value is not a string"], FINE),
    ("a value that is not known is fine", {"tags": {"k": UNKNOWN}}, FINE, FINE),
    ("tags that are not known are fine", {"tags": UNKNOWN}, FINE, FINE),
]

ROWS = [*PROFILES, *PHONE, *LISTS, *PROFICIENCIES, *TAGS]
