"""Every documented rule of CreateUser, on both sides of its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.rules import Review, password_problems, review
from connect_users.spec import UNKNOWN
from tests.builders import PERSONAL, SECURITY_PROFILE_ID, user

if TYPE_CHECKING:
    from connect_users.shapes import Problem

#: What is the matter: nothing, or problems and warnings as "path: beginning of the text".
_FINE: list[str] = []
_NAMES = {"first_name": "Ada", "last_name": "Lovelace"}
_ADA = {**_NAMES, "email": "ada@example.com"}
_LIMIT = "after_contact_work_time_limit"
_E164 = "characters are not an E.164 number; write + and 2 to 15 digits, no 0 first"


def _voice(**members: Any) -> list[dict[str, Any]]:
    return [{"channel": "VOICE", **members}]


def _acw(channel: Any, seconds: Any) -> list[dict[str, Any]]:
    return [{"channel": channel, "after_contact_work_config": {_LIMIT: seconds}}]


def _skills(count: int, **members: Any) -> list[dict[str, Any]]:
    return [{"attribute_name": "Language", "attribute_value": str(n), "level": 1, **members} for n in range(count)]


def _managed(**changes: Any) -> dict[str, Any]:
    return {"identity_management_type": "CONNECT_MANAGED", **changes}


def _saml(**changes: Any) -> dict[str, Any]:
    return {"identity_management_type": "SAML", "password": None, "identity_info": _NAMES, **changes}


def _directory(**changes: Any) -> dict[str, Any]:
    return {"identity_management_type": "EXISTING_DIRECTORY", "password": None, "identity_info": None, **changes}


_LONG = "agent-with-a-long-name"  # 22 characters
_20 = "x" * 20

_USERNAME: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    ("20 characters are fine", {"username": _20}, _FINE, _FINE),
    ("21 characters are a warning", {"username": _20 + "x"}, _FINE, [f"username: '{_20}x' has 21 characters"]),
    ("64 characters are a warning", {"username": "x" * 64}, _FINE, [f"username: '{'x' * 64}' has 64 characters"]),
    ("64 characters are fine with SAML", _saml(username="x" * 64), _FINE, _FINE),
    ("22 characters warn with CONNECT_MANAGED", _managed(username=_LONG), _FINE, [f"username: '{_LONG}' has 22"]),
    ("22 characters warn with a directory", _directory(username=_LONG), _FINE, [f"username: '{_LONG}' has 22"]),
    (
        "22 characters are fine while the type is not known",
        {"username": _LONG, "identity_management_type": UNKNOWN},
        _FINE,
        _FINE,
    ),
    (
        "65 characters are too many",
        _saml(username="x" * 65),
        ["username: has 65 characters; AWS allows 1 to 64"],
        _FINE,
    ),
    ("no characters are too few", {"username": ""}, ["username: has 0 characters; AWS allows 1 to 64"], _FINE),
    ("all allowed characters are fine", {"username": "aZ0_.-"}, _FINE, _FINE),
    (
        "other characters are named",
        {"username": "é b/c"},
        ["username: 'é b/c' has a blank, '/', 'é'; AWS allows letters, digits and _ - . @"],
        _FINE,
    ),
    ("an @ in a whole address is fine", {"username": "ada@example.com"}, _FINE, _FINE),
    (
        "an @ without a domain is refused",
        {"username": "testuser@example"},
        ["username: 'testuser@example' has an @ but is no e-mail address"],
        _FINE,
    ),
    ("two @ are refused", {"username": "a@b@c.de"}, ["username: 'a@b@c.de' has an @ but is no e-mail address"], _FINE),
]

_PASSWORD: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    ("8 characters are enough", {"password": "Abcdefg1"}, _FINE, _FINE),
    ("7 characters are too few", {"password": "Abcdef1"}, ["password: has 7 characters; AWS allows 8 to 64"], _FINE),
    ("64 characters are allowed", {"password": "Ab1" + "x" * 61}, _FINE, _FINE),
    (
        "65 characters are too many",
        {"password": "Ab1" + "x" * 62},
        ["password: has 65 characters; AWS allows 8 to 64"],
        _FINE,
    ),
    ("symbols are allowed", {"password": "Ab1-?!§€"}, _FINE, _FINE),
    ("a lower-case letter is needed", {"password": "ABCDEFG1"}, ["password: has not a lower-case letter;"], _FINE),
    ("an upper-case letter is needed", {"password": "abcdefg1"}, ["password: has not an upper-case letter;"], _FINE),
    ("a digit is needed", {"password": "Abcdefgh"}, ["password: has not a digit; AWS requires one of each"], _FINE),
    ("a digit of another script is none", {"password": "Abcdefg٣"}, ["password: has not a digit;"], _FINE),
    (
        "letters of another script are none",
        {"password": "äöüÄÖÜ12"},
        ["password: has not a lower-case letter nor an"],
        _FINE,
    ),
    ("a blank is refused", {"password": "Abcdefg 1"}, ["password: has a blank; AWS allows none"], _FINE),
    ("no password is fine while no type is declared", {"password": None}, _FINE, _FINE),
    (
        "CONNECT_MANAGED needs a password",
        _managed(password=None),
        ["password: missing; CONNECT_MANAGED users need password or password_secret_arn"],
        _FINE,
    ),
    ("CONNECT_MANAGED is fine with a secret", _managed(password=None, password_secret_arn="arn:x"), _FINE, _FINE),
    ("CONNECT_MANAGED is fine with an unknown password", _managed(password=UNKNOWN), _FINE, _FINE),
    ("an adopted user needs no password", _managed(password=None, adopt_existing=True), _FINE, _FINE),
    ("a user that may be adopted needs none", _managed(password=None, adopt_existing=UNKNOWN), _FINE, _FINE),
    (
        "a user that is not adopted needs one",
        _managed(password=None, adopt_existing=False),
        ["password: missing; CONNECT_MANAGED"],
        _FINE,
    ),
    ("SAML allows no password", _saml(password="Abcdefg1"), ["password: given, but the instance uses SAML"], _FINE),
    (
        "SAML allows no secret",
        _saml(password_secret_arn="arn:x"),
        ["password_secret_arn: given, but the instance uses SAML; remove it"],
        _FINE,
    ),
    ("SAML allows no password, known or not", _saml(password=UNKNOWN), ["password: given, but the instance"], _FINE),
    (
        "a directory allows no password",
        _directory(password="Abcdefg1"),
        ["password: given, but the instance uses EXISTING_DIRECTORY; remove it"],
        _FINE,
    ),
    (
        "one source of the password is enough",
        {"password_secret_arn": "arn:x"},
        ["password: given beside password_secret_arn; keep one of them"],
        _FINE,
    ),
    ("2,048 characters name a secret", {"password": None, "password_secret_arn": "x" * 2_048}, _FINE, _FINE),
    (
        "2,049 characters name none",
        {"password": None, "password_secret_arn": "x" * 2_049},
        ["password_secret_arn: is not the ARN or name of a Secrets Manager secret"],
        _FINE,
    ),
    ("an empty text names none", {"password": None, "password_secret_arn": ""}, ["password_secret_arn: is not"], _FINE),
    (
        "a text with a blank names none",
        {"password": None, "password_secret_arn": "a b"},
        ["password_secret_arn: is not"],
        _FINE,
    ),
]

_IDENTITY: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    ("a whole CONNECT_MANAGED user is fine", _managed(), _FINE, _FINE),
    ("a whole SAML user is fine", _saml(identity_info={**_NAMES, "secondary_email": "a@example.com"}), _FINE, _FINE),
    ("a whole directory user is fine", _directory(directory_user_id="d"), _FINE, _FINE),
    ("no identity is fine while no type is declared", {"identity_info": None}, _FINE, _FINE),
    (
        "CONNECT_MANAGED needs both names, and should have an e-mail",
        _managed(identity_info=None),
        ["identity_info.first_name: missing; CONNECT_MANAGED", "identity_info.last_name: missing; CONNECT_MANAGED"],
        ["identity_info.email: missing; AWS documents it as required"],
    ),
    (
        "SAML needs both names, empty ones are none",
        _saml(identity_info={"first_name": "", "last_name": ""}),
        ["identity_info.first_name: missing; SAML users", "identity_info.last_name: missing; SAML users"],
        _FINE,
    ),
    ("an identity that is not known is not missing", _managed(identity_info=UNKNOWN), _FINE, _FINE),
    (
        "members that are not known are not missing",
        _managed(identity_info={"first_name": UNKNOWN, "last_name": UNKNOWN, "email": UNKNOWN}),
        _FINE,
        _FINE,
    ),
    (
        "SAML allows no e-mail",
        _saml(identity_info=_ADA),
        ["identity_info.email: given, but the instance uses SAML; remove it (secondary_email is allowed)"],
        _FINE,
    ),
    (
        "a directory owns names and e-mail",
        _directory(identity_info=_ADA),
        _FINE,
        [
            "identity_info.first_name: belongs to the directory; Connect cannot change it",
            "identity_info.last_name: belongs to the directory; Connect cannot change it",
            "identity_info.email: belongs to the directory; Connect cannot change it",
        ],
    ),
    ("a directory does not own the mobile", _directory(identity_info={"mobile": "+4930123456"}), _FINE, _FINE),
    (
        "SAML allows no directory id",
        _saml(directory_user_id="d"),
        ["directory_user_id: given, but the instance uses SAML; remove it"],
        _FINE,
    ),
    ("CONNECT_MANAGED allows a directory id", _managed(directory_user_id="d"), _FINE, _FINE),
    (
        "an empty directory id is refused",
        _directory(directory_user_id=""),
        ["directory_user_id: is empty; remove it"],
        _FINE,
    ),
    ("255 characters are a first name", {"identity_info": {"first_name": "x" * 255}}, _FINE, _FINE),
    (
        "256 characters are none",
        {"identity_info": {"first_name": "x" * 256}},
        ["identity_info.first_name: has 256 characters; AWS allows at most 255"],
        _FINE,
    ),
    ("300 characters are a last name", {"identity_info": {"last_name": "x" * 300}}, _FINE, _FINE),
    (
        "301 characters are none",
        {"identity_info": {"last_name": "x" * 301}},
        ["identity_info.last_name: has 301 characters; AWS allows at most 300"],
        _FINE,
    ),
    (
        "256 characters are a last name with CONNECT_MANAGED",
        _managed(identity_info={**_ADA, "last_name": "x" * 256}),
        _FINE,
        _FINE,
    ),
    (
        "257 characters are none",
        _managed(identity_info={**_ADA, "last_name": "x" * 257}),
        ["identity_info.last_name: has 257 characters; AWS allows at most 256"],
        _FINE,
    ),
    ("a name in NFC is fine", {"identity_info": {"first_name": "Zo\u00eb"}}, _FINE, _FINE),
    (
        "a name that is not in NFC is refused",
        {"identity_info": {"first_name": "Zoe\u0308"}},
        ["identity_info.first_name: is not in Unicode Normalization Form C; pass unicodedata.normalize('NFC', ...)"],
        _FINE,
    ),
    (
        "an e-mail without an @ is a warning",
        {"identity_info": {"email": "ada.example.com"}},
        _FINE,
        ["identity_info.email: does not look like an e-mail address"],
    ),
    (
        "an e-mail with a blank is a warning",
        {"identity_info": {"email": "a da@example.com"}},
        _FINE,
        ["identity_info.email: does"],
    ),
    ("an empty e-mail is none", {"identity_info": {"email": ""}}, _FINE, _FINE),
    (
        "a secondary e-mail of 265 characters is fine",
        {"identity_info": {"secondary_email": "x" * 253 + "@example.com"}},
        _FINE,
        _FINE,
    ),
    (
        "one of 266 characters is refused",
        {"identity_info": {"secondary_email": "x" * 254 + "@example.com"}},
        ["identity_info.secondary_email: is not an e-mail address of at most 265 characters"],
        _FINE,
    ),
    (
        "a secondary e-mail needs a domain",
        {"identity_info": {"secondary_email": "ada@example"}},
        ["identity_info.secondary_email: is not"],
        _FINE,
    ),
    ("15 digits are a mobile", {"identity_info": {"mobile": "+" + "1" * 15}}, _FINE, _FINE),
    (
        "16 digits are none",
        {"identity_info": {"mobile": "+" + "1" * 16}},
        [f"identity_info.mobile: the 17 {_E164}"],
        _FINE,
    ),
    ("2 digits are a mobile", {"identity_info": {"mobile": "+12"}}, _FINE, _FINE),
    ("1 digit is none", {"identity_info": {"mobile": "+1"}}, [f"identity_info.mobile: the 2 {_E164}"], _FINE),
    ("a 0 is no country", {"identity_info": {"mobile": "+0301234"}}, [f"identity_info.mobile: the 8 {_E164}"], _FINE),
    (
        "a number needs its +",
        {"identity_info": {"mobile": "4930123456"}},
        [f"identity_info.mobile: the 10 {_E164}"],
        _FINE,
    ),
]

_PROFILES: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    ("1 security profile is enough", {"security_profile_ids": ["a"]}, _FINE, _FINE),
    ("none is too few", {"security_profile_ids": []}, ["security_profile_ids: 0 given, AWS allows 1 to 10"], _FINE),
    ("10 are allowed", {"security_profile_ids": [f"p{n}" for n in range(10)]}, _FINE, _FINE),
    (
        "11 are too many",
        {"security_profile_ids": [f"p{n}" for n in range(11)]},
        ["security_profile_ids: 11 given, AWS allows 1 to 10"],
        _FINE,
    ),
    (
        "11 are too many, known or not",
        {"security_profile_ids": [UNKNOWN] * 11},
        ["security_profile_ids: 11 given"],
        _FINE,
    ),
    ("unknown ones may differ", {"security_profile_ids": [UNKNOWN, UNKNOWN]}, _FINE, _FINE),
    (
        "the same one twice is refused, also as an ARN",
        {
            "security_profile_ids": [
                SECURITY_PROFILE_ID,
                f"arn:aws:connect:r:1:instance/{user()['instance_id']}/security-profile/{SECURITY_PROFILE_ID}",
            ]
        },
        [f"security_profile_ids: '{SECURITY_PROFILE_ID}' is given 2 times; once is enough"],
        _FINE,
    ),
]

_PHONE: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    (
        "auto_accept and its list exclude each other",
        {"phone_config": {"auto_accept": False}, "auto_accept_configs": []},
        ["phone_config.auto_accept: given beside auto_accept_configs; AWS refuses the two together"],
        _FINE,
    ),
    (
        "after-contact work and its list exclude each other",
        {"phone_config": {_LIMIT: 0}, "after_contact_work_configs": []},
        [f"phone_config.{_LIMIT}: given beside after_contact_work_configs"],
        _FINE,
    ),
    (
        "the phone type and its list exclude each other",
        {"phone_config": {"phone_type": "SOFT_PHONE"}, "phone_number_configs": []},
        ["phone_config.phone_type: given beside phone_number_configs"],
        _FINE,
    ),
    (
        "the desk phone and its list exclude each other",
        {"phone_config": {"desk_phone_number": "+4930123456"}, "phone_number_configs": []},
        ["phone_config.desk_phone_number: given beside phone_number_configs"],
        _FINE,
    ),
    (
        "the persistent connection and its list exclude each other",
        {"phone_config": {"persistent_connection": True}, "persistent_connection_configs": []},
        ["phone_config.persistent_connection: given beside persistent_connection_configs"],
        _FINE,
    ),
    (
        "a block and lists of other settings go together",
        {"phone_config": {"auto_accept": True}, "after_contact_work_configs": [], "voice_enhancement_configs": []},
        _FINE,
        _FINE,
    ),
    (
        "a member that is None is not given",
        {"phone_config": {"auto_accept": None}, "auto_accept_configs": []},
        _FINE,
        _FINE,
    ),
    (
        "a desk phone needs its number",
        {"phone_config": {"phone_type": "DESK_PHONE"}},
        ["phone_config.desk_phone_number: missing; DESK_PHONE needs it"],
        _FINE,
    ),
    (
        "a desk phone of a number that is not known is fine",
        {"phone_config": {"phone_type": "DESK_PHONE", "desk_phone_number": UNKNOWN}},
        _FINE,
        _FINE,
    ),
    (
        "a desk phone has an E.164 number",
        {"phone_config": {"phone_type": "DESK_PHONE", "desk_phone_number": "030 1234"}},
        [f"phone_config.desk_phone_number: the 8 {_E164}"],
        _FINE,
    ),
    (
        "a soft phone may have a number",
        {"phone_config": {"phone_type": "SOFT_PHONE", "desk_phone_number": "+4930123456"}},
        _FINE,
        _FINE,
    ),
    ("0 s of after-contact work are unlimited", {"phone_config": {_LIMIT: 0}}, _FINE, _FINE),
    ("2,000,000 s are allowed", {"phone_config": {_LIMIT: 2_000_000.0}}, _FINE, _FINE),
    (
        "2,000,001 s are too many",
        {"phone_config": {_LIMIT: 2_000_001.0}},
        [f"phone_config.{_LIMIT}: 2000001 s; AWS allows 0 (unlimited) to 2000000 s"],
        _FINE,
    ),
    (
        "less than 0 s are too few",
        {"phone_config": {_LIMIT: -1}},
        [f"phone_config.{_LIMIT}: -1 s; AWS allows 0"],
        _FINE,
    ),
    ("a limit that is not known is fine", {"phone_config": {_LIMIT: UNKNOWN}}, _FINE, _FINE),
]

_LISTS: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    (
        "four channels are fine",
        {"auto_accept_configs": [{"channel": c, "auto_accept": True} for c in ("VOICE", "CHAT", "TASK", "EMAIL")]},
        _FINE,
        _FINE,
    ),
    (
        "a channel twice is refused",
        {"auto_accept_configs": [*_voice(auto_accept=True), *_voice(auto_accept=False)]},
        ["auto_accept_configs[1].channel: 'VOICE' is in [0] already; a channel may appear once"],
        _FINE,
    ),
    (
        "unknown channels may differ",
        {"auto_accept_configs": [{"channel": UNKNOWN, "auto_accept": True}] * 2},
        _FINE,
        _FINE,
    ),
    ("an entry that is not known is fine", {"auto_accept_configs": [UNKNOWN]}, _FINE, _FINE),
    (
        "phone numbers are for VOICE",
        {"phone_number_configs": [{"channel": "CHAT", "phone_type": "SOFT_PHONE"}]},
        ["phone_number_configs[0].channel: 'CHAT'; phone_number_configs accepts only VOICE"],
        _FINE,
    ),
    (
        "persistent connections are for VOICE",
        {"persistent_connection_configs": [{"channel": "TASK", "persistent_connection": True}]},
        ["persistent_connection_configs[0].channel: 'TASK'; persistent_connection_configs accepts only VOICE"],
        _FINE,
    ),
    (
        "voice enhancement is for VOICE",
        {"voice_enhancement_configs": [{"channel": "EMAIL", "voice_enhancement_mode": "NONE"}]},
        ["voice_enhancement_configs[0].channel: 'EMAIL'; voice_enhancement_configs accepts only VOICE"],
        _FINE,
    ),
    (
        "the three lists are fine for VOICE",
        {
            "phone_number_configs": _voice(phone_type="DESK_PHONE", phone_number="+4930123456"),
            "persistent_connection_configs": _voice(persistent_connection=True),
            "voice_enhancement_configs": _voice(voice_enhancement_mode="VOICE_ISOLATION"),
        },
        _FINE,
        _FINE,
    ),
    (
        "first callbacks are for VOICE",
        {"auto_accept_configs": [{"channel": "CHAT", "auto_accept": True, "agent_first_callback_auto_accept": False}]},
        ["auto_accept_configs[0].agent_first_callback_auto_accept: given for CHAT; AWS accepts it only for VOICE"],
        _FINE,
    ),
    (
        "a first callback that is None is not given",
        {"auto_accept_configs": [{"channel": "CHAT", "auto_accept": True, "agent_first_callback_auto_accept": None}]},
        _FINE,
        _FINE,
    ),
    (
        "first callbacks are fine for VOICE",
        {"auto_accept_configs": _voice(auto_accept=True, agent_first_callback_auto_accept=True)},
        _FINE,
        _FINE,
    ),
    (
        "2,000,001 s are too many for a channel",
        {"after_contact_work_configs": _acw("TASK", 2_000_001)},
        [f"after_contact_work_configs[0].after_contact_work_config.{_LIMIT}: 2000001 s; AWS allows 0"],
        _FINE,
    ),
    (
        "2,000,001 s are too many, whatever the channel",
        {"after_contact_work_configs": _acw(UNKNOWN, 2_000_001)},
        [f"after_contact_work_configs[0].after_contact_work_config.{_LIMIT}: 2000001 s"],
        _FINE,
    ),
    (
        "2,000,001 s are too many for a first callback",
        {
            "after_contact_work_configs": _voice(
                after_contact_work_config={}, agent_first_callback_after_contact_work_config={_LIMIT: 2_000_001}
            )
        },
        [f"after_contact_work_configs[0].agent_first_callback_after_contact_work_config.{_LIMIT}: 2000001 s"],
        _FINE,
    ),
    ("5,400 s of a chat are fine", {"after_contact_work_configs": _acw("CHAT", 5_400)}, _FINE, _FINE),
    (
        "5,401 s of a chat are a warning",
        {"after_contact_work_configs": _acw("CHAT", 5_401.0)},
        _FINE,
        [f"after_contact_work_configs[0].after_contact_work_config.{_LIMIT}: 5401 s; after-contact work of a chat"],
    ),
    ("5,401 s of a task are fine", {"after_contact_work_configs": _acw("TASK", 5_401)}, _FINE, _FINE),
    (
        "too many seconds of a chat are said once",
        {"after_contact_work_configs": _acw("CHAT", 2_000_001)},
        [f"after_contact_work_configs[0].after_contact_work_config.{_LIMIT}: 2000001 s"],
        _FINE,
    ),
    (
        "a config that is not known is fine",
        {"after_contact_work_configs": _voice(after_contact_work_config=UNKNOWN)},
        _FINE,
        _FINE,
    ),
    (
        "a desk phone of a list needs its number",
        {"phone_number_configs": _voice(phone_type="DESK_PHONE")},
        ["phone_number_configs[0].phone_number: missing; DESK_PHONE needs it"],
        _FINE,
    ),
    (
        "a desk phone of a list has an E.164 number",
        {"phone_number_configs": _voice(phone_type="DESK_PHONE", phone_number="+0")},
        [f"phone_number_configs[0].phone_number: the 2 {_E164}"],
        _FINE,
    ),
]

_PROFICIENCIES: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    ("10 proficiencies are allowed", {"user_proficiencies": _skills(10)}, _FINE, _FINE),
    (
        "11 are too many",
        {"user_proficiencies": _skills(11)},
        ["user_proficiencies: 11 given, AWS allows at most 10"],
        _FINE,
    ),
    ("level 5 is the highest", {"user_proficiencies": _skills(1, level=5.0)}, _FINE, _FINE),
    (
        "level 6 is none",
        {"user_proficiencies": _skills(1, level=6.0)},
        ["user_proficiencies[0].level: 6; AWS allows 1, 2, 3, 4 and 5"],
        _FINE,
    ),
    (
        "level 0 is none",
        {"user_proficiencies": _skills(1, level=0)},
        ["user_proficiencies[0].level: 0; AWS allows"],
        _FINE,
    ),
    ("100 characters are a value", {"user_proficiencies": _skills(1, attribute_value="x" * 100)}, _FINE, _FINE),
    (
        "101 characters are none",
        {"user_proficiencies": _skills(1, attribute_value="x" * 101)},
        ["user_proficiencies[0].attribute_value: has 101 characters; AWS allows 1 to 100"],
        _FINE,
    ),
    (
        "an empty name is none",
        {"user_proficiencies": _skills(1, attribute_name="")},
        ["user_proficiencies[0].attribute_name: has 0 characters; AWS allows 1 to 100"],
        _FINE,
    ),
    (
        "a pair twice is refused, whatever its levels",
        {"user_proficiencies": [*_skills(1), *_skills(1, level=2)]},
        ["user_proficiencies[1]: Language=0 is in [0] already; it may appear once"],
        _FINE,
    ),
    (
        "pairs that are not known may differ",
        {"user_proficiencies": [*_skills(2, attribute_value=UNKNOWN, level=UNKNOWN), UNKNOWN]},
        _FINE,
        _FINE,
    ),
]

_TAGS: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    ("49 tags leave room for the ownership tag", {"tags": {f"k{n}": "" for n in range(49)}}, _FINE, _FINE),
    (
        "50 leave none",
        {"tags": {f"k{n}": "" for n in range(50)}},
        ["tags: 50 given, AWS allows at most 49 beside the ownership tag"],
        _FINE,
    ),
    ("128 characters are a key", {"tags": {"k" * 128: ""}}, _FINE, _FINE),
    (
        "129 characters are none",
        {"tags": {"k" * 129: ""}},
        ["tags: a key has 129 characters; AWS allows 1 to 128"],
        _FINE,
    ),
    ("an empty key is none", {"tags": {"": "x"}}, ["tags: a key has 0 characters; AWS allows 1 to 128"], _FINE),
    ("letters, digits, blanks and the signs are fine", {"tags": {"Größe 7 _.:/=+-@": "x"}}, _FINE, _FINE),
    (
        "other signs are refused",
        {"tags": {"a*b": "x"}},
        ["tags.a*b: AWS allows letters, digits, blanks and _ . : /"],
        _FINE,
    ),
    (
        "aws: is reserved",
        {"tags": {"AWS:x": "x"}},
        ["tags.AWS:x: keys that begin with aws: or connect-users: are"],
        _FINE,
    ),
    (
        "connect-users: is reserved",
        {"tags": {"connect-users:owner": "x"}},
        ["tags.connect-users:owner: keys that"],
        _FINE,
    ),
    ("256 characters are a value", {"tags": {"k": "x" * 256}}, _FINE, _FINE),
    (
        "257 characters are none",
        {"tags": {"k": "x" * 257}},
        ["tags.k: the value has 257 characters; AWS allows at most 256"],
        _FINE,
    ),
    ("no value is none", {"tags": {"k": None}}, ["tags.k: has no value; an empty text is allowed"], _FINE),
    ("a number is no value", {"tags": {"k": 7}}, ["tags.k: the value is not a text"], _FINE),
    ("a value that is not known is fine", {"tags": {"k": UNKNOWN}}, _FINE, _FINE),
    ("tags that are not known are fine", {"tags": UNKNOWN}, _FINE, _FINE),
]

_ALL = [*_USERNAME, *_PASSWORD, *_IDENTITY, *_PROFILES, *_PHONE, *_LISTS, *_PROFICIENCIES, *_TAGS]


_SECRETS = ("password", "password_secret_arn")


def _match(found: tuple[Problem, ...], expected: list[str]) -> None:
    assert len(found) == len(expected), [str(problem) for problem in found]
    for problem, beginning in zip(found, expected, strict=True):
        assert str(problem).startswith(beginning)


@pytest.mark.parametrize(("changes", "problems", "warnings"), [row[1:] for row in _ALL], ids=[row[0] for row in _ALL])
def test_rule(changes: dict[str, Any], problems: list[str], warnings: list[str]) -> None:
    """One change of the default user, and all that is said of it."""
    found = review(user(**changes), reserved_tags=1)
    _match(found.problems, problems)
    _match(found.warnings, warnings)


@pytest.mark.parametrize("changes", [row[1] for row in _ALL], ids=[row[0] for row in _ALL])
def test_no_message_repeats_a_personal_value_or_the_password(changes: dict[str, Any]) -> None:
    """The provider cannot tell which values were given as secrets: none is ever repeated."""
    props = user(**changes)
    blocks = [props.get("identity_info"), props.get("phone_config"), {name: props.get(name) for name in _SECRETS}]
    values = [value for block in blocks if isinstance(block, dict) for value in block.values()]
    personal = {*PERSONAL, *(value for value in values if isinstance(value, str) and len(value) > 3)}
    found = review(props, reserved_tags=1)
    text = " ".join(map(str, (*found.problems, *found.warnings))).replace("DESK_PHONE needs it", "")
    assert [value for value in personal if value in text] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"identity_info": ["hunter2-Ada"]},
        {"identity_info": "hunter2-Ada"},
        {"identity_info": {"first_name": ["hunter2-Ada"]}},
        {"phone_config": "hunter2-Ada"},
        {"phone_number_configs": "hunter2-Ada"},
        {"phone_number_configs": ["hunter2-Ada"]},
        {"password": ["hunter2-Ada"]},
        {"password": {"value": "hunter2-Ada"}},
        {"password_secret_arn": {"SecretString": "hunter2-Ada"}},
        {"password_secret_arn": "hunter2-Ada is it"},
        {"Password": "hunter2-Ada"},
        {"tags": ["hunter2-Ada"]},
        {"tags": {"k": ["hunter2-Ada"]}},
    ],
    ids=str,
)
def test_personal_values_in_the_wrong_place_are_not_repeated_either(changes: dict[str, Any]) -> None:
    problems = review(user(**changes)).problems
    assert problems
    assert "hunter2" not in " ".join(map(str, problems))


def test_all_problems_of_a_user_are_told_at_once() -> None:
    """A part of the wrong type hides no problem of its neighbours."""
    found = review(
        user(
            username="a b",
            security_profile_ids=["a", "a", "b:c"],
            password="short",
            identity_info={"first_name": 7, "mobile": "x", "secondary_email": "x"},
            phone_config={"phone_type": 7, _LIMIT: -1, "desk_phone_number": "x"},
            auto_accept_configs=[{"channel": "VOICE"}, {"channel": "VOICE", "auto_accept": True}],
            user_proficiencies=[{"attribute_name": "", "level": 9}, {"attribute_name": "x", "attribute_value": 7}],
            tags={"a*b": "x", 7: "y"},
            colour="blue",
        )
    )
    assert [problem.path for problem in found.problems] == [
        "security_profile_ids[2]",
        "identity_info.first_name",
        "phone_config.phone_type",
        "auto_accept_configs[0].auto_accept",
        "user_proficiencies[0].attribute_value",
        "user_proficiencies[1].attribute_value",
        "user_proficiencies[1].level",
        "tags",
        "colour",
        "username",
        "password",
        "password",
        "identity_info.secondary_email",
        "identity_info.mobile",
        "security_profile_ids",
        "phone_config.desk_phone_number",
        f"phone_config.{_LIMIT}",
        "auto_accept_configs[1].channel",
        "user_proficiencies[0].attribute_name",
        "user_proficiencies[0].level",
        "tags.a*b",
    ]


def test_nothing_known_is_nothing_wrong() -> None:
    """A first preview may know nothing at all."""
    assert review(dict.fromkeys(user(), UNKNOWN)) == Review()


def test_without_the_ownership_tag_50_tags_are_allowed() -> None:
    assert review(user(tags={f"k{n}": "" for n in range(50)})) == Review()
    (problem,) = review(user(tags={f"k{n}": "" for n in range(51)})).problems
    assert str(problem) == "tags: 51 given, AWS allows at most 50"


def test_a_password_that_was_read_elsewhere_is_judged_by_the_same_rules() -> None:
    assert password_problems("Correct-Horse-1") == []
    assert [problem.text for problem in password_problems("")] == [
        "has 0 characters; AWS allows 8 to 64",
        "has not a lower-case letter nor an upper-case letter nor a digit; AWS requires one of each",
    ]
