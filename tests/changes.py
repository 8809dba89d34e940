"""What changes of a user need: one change of each input, and one of everything that a call can change.

Written once for all rings: unit holds the plan to it, contract the provider, acceptance the provider under the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from connect_users.emulator import seed

SUPPORT, SALES = seed.ROUTING_PROFILES["Support"], seed.ROUTING_PROFILES["Sales"]
AGENT, ADMIN = seed.SECURITY_PROFILES["Agent"], seed.SECURITY_PROFILES["Admin"]
LONDON, AUSTIN = seed.HIERARCHY_GROUPS["EMEA/UK/London"], seed.HIERARCHY_GROUPS["AMER/US/Austin"]

#: The calls of a change of everything, in their order.
UPDATES: Final = (
    "UpdateUserRoutingProfile",
    "UpdateUserSecurityProfiles",
    "UpdateUserHierarchy",
    "UpdateUserIdentityInfo",
    "UpdateUserPhoneConfig",
    "DisassociateUserProficiencies",
    "AssociateUserProficiencies",
    "UpdateUserProficiencies",
    "UntagResource",
    "TagResource",
)


@dataclass(frozen=True)
class Change:
    """From the inputs of `before` to those of `after`, and the calls that it needs; None leaves an input out."""

    before: dict[str, Any]
    after: dict[str, Any]
    calls: tuple[str, ...] = ()


def proficiency(value: str, level: int, name: str = "lang") -> dict[str, Any]:
    """An entry of `user_proficiencies`."""
    return {"attribute_name": name, "attribute_value": value, "level": level}


def plain(value: Any) -> Any:
    """Inputs without the marks of secrets, which are ``{"secret": value}``."""
    if isinstance(value, dict):
        return value["secret"] if set(value) == {"secret"} else {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def acw(seconds: int, channel: str = "VOICE") -> dict[str, Any]:
    """An entry of `after_contact_work_configs`."""
    return {"channel": channel, "after_contact_work_config": {"after_contact_work_time_limit": seconds}}


def _phone(number: str) -> dict[str, Any]:
    return {"channel": "VOICE", "phone_type": "DESK_PHONE", "phone_number": number}


BARE: Final = {"phone_config": None}

#: Keyed by the input that changes; what follows a dash distinguishes several changes of one input.
CHANGES: Final[dict[str, Change]] = {
    "routing_profile_id": Change({}, {"routing_profile_id": SALES}, ("UpdateUserRoutingProfile",)),
    "security_profile_ids": Change({}, {"security_profile_ids": [AGENT, ADMIN]}, ("UpdateUserSecurityProfiles",)),
    "security_profile_ids-order": Change(
        {"security_profile_ids": [AGENT, ADMIN]}, {"security_profile_ids": [ADMIN, AGENT]}
    ),
    "instance_id-bare": Change({}, {"instance_id": seed.INSTANCE_ID}),
    "identity_info": Change(
        {"identity_info": {"first_name": "Ada", "last_name": "Lovelace"}},
        {"identity_info": {"first_name": "Eda", "last_name": "Lovelace"}},
        ("UpdateUserIdentityInfo",),
    ),
    "identity_info-secret": Change(
        {"identity_info": {"first_name": "Ada", "last_name": "L", "mobile": {"secret": "+4930555017"}}},
        {"identity_info": {"first_name": "Ada", "last_name": "L", "mobile": {"secret": "+4930555018"}}},
        ("UpdateUserIdentityInfo",),
    ),
    "phone_config": Change(
        {"phone_config": {"phone_type": "SOFT_PHONE", "after_contact_work_time_limit": 30}},
        {"phone_config": {"phone_type": "SOFT_PHONE", "after_contact_work_time_limit": 0}},
        ("UpdateUserPhoneConfig",),
    ),
    "hierarchy_group_id": Change({}, {"hierarchy_group_id": LONDON}, ("UpdateUserHierarchy",)),
    "hierarchy_group_id-removed": Change(
        {"hierarchy_group_id": AUSTIN}, {"hierarchy_group_id": None}, ("UpdateUserHierarchy",)
    ),
    "auto_accept_configs": Change(
        {**BARE, "auto_accept_configs": [{"channel": "VOICE", "auto_accept": False}]},
        {**BARE, "auto_accept_configs": [{"channel": "VOICE", "auto_accept": True}]},
        ("UpdateUserConfig",),
    ),
    "after_contact_work_configs": Change(
        {**BARE, "after_contact_work_configs": [acw(30, "CHAT")]},
        {**BARE, "after_contact_work_configs": [acw(60, "CHAT")]},
        ("UpdateUserConfig",),
    ),
    "phone_number_configs": Change(
        {**BARE, "phone_number_configs": [_phone("+442055566601")]},
        {**BARE, "phone_number_configs": [_phone("+442055566602")]},
        ("UpdateUserConfig",),
    ),
    "persistent_connection_configs": Change(
        {**BARE, "persistent_connection_configs": [{"channel": "VOICE", "persistent_connection": False}]},
        {**BARE, "persistent_connection_configs": [{"channel": "VOICE", "persistent_connection": True}]},
        ("UpdateUserConfig",),
    ),
    "voice_enhancement_configs": Change(
        {**BARE, "voice_enhancement_configs": [{"channel": "VOICE", "voice_enhancement_mode": "NONE"}]},
        {**BARE, "voice_enhancement_configs": [{"channel": "VOICE", "voice_enhancement_mode": "NOISE_SUPPRESSION"}]},
        ("UpdateUserConfig",),
    ),
    "user_proficiencies": Change(
        {"user_proficiencies": [proficiency("en", 3)]},
        {"user_proficiencies": [proficiency("en", 5)]},
        ("UpdateUserProficiencies",),
    ),
    "user_proficiencies-all": Change(
        {"user_proficiencies": [proficiency("de", 1), proficiency("en", 3)]},
        {"user_proficiencies": [proficiency("en", 4), proficiency("fr", 1)]},
        ("DisassociateUserProficiencies", "AssociateUserProficiencies", "UpdateUserProficiencies"),
    ),
    "tags": Change(
        {"tags": {"kept": "k", "changed": "a", "gone": "g"}},
        {"tags": {"kept": "k", "changed": "b", "fresh": "f"}},
        ("UntagResource", "TagResource"),
    ),
    "tags-secret": Change(
        {"tags": {"cost": {"secret": "hidden-one"}}}, {"tags": {"cost": {"secret": "hidden-two"}}}, ("TagResource",)
    ),
    "password": Change(
        {"on_password_change": "ignore"}, {"on_password_change": "ignore", "password": "An0therSecretPhrase"}
    ),
    "password_secret_arn": Change({}, {"password": None, "password_secret_arn": "agents"}),
    "on_password_change": Change({}, {"on_password_change": "ignore"}),
    "identity_management_type": Change({}, {"identity_management_type": "CONNECT_MANAGED"}),
    "adopt_existing": Change({}, {"adopt_existing": True}),
    "delete_quick_connects": Change({}, {"delete_quick_connects": True}),
    "sign_out": Change({}, {"sign_out": "on_loss"}),
}

_EMEA, _AMER = seed.HIERARCHY_GROUPS["EMEA"], seed.HIERARCHY_GROUPS["AMER"]
_VOICE_ON: Final = {"channel": "VOICE", "auto_accept": True}
_DESK: Final = {"phone_type": "DESK_PHONE", "desk_phone_number": "+442079460000"}
#: More of the same inputs, which appear, go, or change in part.
_MORE: Final[dict[str, Change]] = {
    "password-removed": Change({}, {"password": None}),
    "phone_config-appears": Change(BARE, {"phone_config": {"auto_accept": True}}, ("UpdateUserPhoneConfig",)),
    "phone_config-removed": Change({"phone_config": {"auto_accept": True}}, BARE),
    "phone_config-beside-lists": Change(
        {"phone_config": {"phone_type": "SOFT_PHONE"}, "after_contact_work_configs": [acw(10)]},
        {"phone_config": _DESK},
        ("UpdateUserConfig",),
    ),
    "hierarchy_group_id-other": Change(
        {"hierarchy_group_id": _EMEA}, {"hierarchy_group_id": _AMER}, ("UpdateUserHierarchy",)
    ),
    "auto_accept_configs-more": Change(
        {**BARE, "auto_accept_configs": [{**_VOICE_ON, "auto_accept": False}]},
        {"auto_accept_configs": [_VOICE_ON, {**_VOICE_ON, "channel": "TASK"}]},
        ("UpdateUserConfig",),
    ),
    "after_contact_work_configs-more": Change(
        {**BARE, "after_contact_work_configs": [acw(10)]},
        {"after_contact_work_configs": [acw(10), acw(20, "CHAT")]},
        ("UpdateUserConfig",),
    ),
    "after_contact_work_configs-fewer": Change(
        {**BARE, "after_contact_work_configs": [acw(10), acw(20, "CHAT")]},
        {"after_contact_work_configs": [acw(10)]},
        ("UpdateUserConfig",),
    ),
    "after_contact_work_configs-removed": Change(
        {**BARE, "after_contact_work_configs": [acw(10)]}, {"after_contact_work_configs": None}
    ),
    "phone_number_configs-desk": Change(
        {**BARE, "phone_number_configs": [{"channel": "VOICE", "phone_type": "SOFT_PHONE"}]},
        {"phone_number_configs": [_phone("+442079460000")]},
        ("UpdateUserConfig",),
    ),
    "user_proficiencies-appear": Change(
        {}, {"user_proficiencies": [proficiency("en", 3)]}, ("AssociateUserProficiencies",)
    ),
    "user_proficiencies-removed": Change(
        {"user_proficiencies": [proficiency("en", 3)]},
        {"user_proficiencies": None},
        ("DisassociateUserProficiencies",),
    ),
    "tags-added": Change({"tags": {"team": "a"}}, {"tags": {"team": "a", "site": "x"}}, ("TagResource",)),
    "tags-removed": Change({"tags": {"team": "a"}}, {"tags": None}, ("UntagResource",)),
}

#: What the user is before and after a change of everything, in both forms whole: nothing has to be looked up.
EVERYTHING: Final = Change(
    {
        "hierarchy_group_id": seed.HIERARCHY_GROUPS["EMEA"],
        "phone_config": {"phone_type": "SOFT_PHONE", "after_contact_work_time_limit": 10},
        "user_proficiencies": [proficiency("en", 3), proficiency("fr", 2)],
        "tags": {"team": "a", "site": "x"},
    },
    {
        "routing_profile_id": SALES,
        "security_profile_ids": [AGENT, ADMIN],
        "hierarchy_group_id": seed.HIERARCHY_GROUPS["AMER"],
        "identity_info": {
            "first_name": "Ada",
            "last_name": "Lovelace",
            "email": "ada@example.com",
            "secondary_email": "lovelace@example.com",
            "mobile": "+441632960962",
        },
        "phone_config": {
            "phone_type": "DESK_PHONE",
            "desk_phone_number": "+441632960961",
            "auto_accept": True,
            "after_contact_work_time_limit": 20,
            "persistent_connection": False,
        },
        "user_proficiencies": [proficiency("en", 5), proficiency("de", 1)],
        "tags": {"team": "b"},
    },
    UPDATES,
)

#: For rings in which a change is cheap.
ALL_CHANGES: Final = {**CHANGES, **_MORE, "everything": EVERYTHING}
