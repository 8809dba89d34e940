"""Descriptions of every input, for docstrings, README's table and the plugin's schema.

`connect_users.core.fields` is the table that is described, `connect_users.core.limits` has the numbers. The schema is
made from this module; tests keep docstrings and README equal to it.
"""

from __future__ import annotations

from typing import Final

from connect_users.core import limits
from connect_users.core.phrases import any_of

_ACW: Final = (
    f"seconds, 0 to {limits.AFTER_CONTACT_WORK_MAX:,}; 0 = unlimited: the agent ends it. After-contact work of a "
    f"chat always ends after {limits.AFTER_CONTACT_WORK_CHAT_END:,} s."
)
_CHANNEL: Final = f"{any_of(limits.CHANNELS)}; at most once in the list."
_VOICE: Final = "VOICE only."
_LEVELS: Final = tuple(map(str, limits.PROFICIENCY_LEVELS))
_TAGS: Final = f"{limits.TAGS_MAX - 1} ({limits.TAGS_MAX} without the ownership tag)"

#: Path of an input or of a member of a block -> what it is, with its limits.
ABOUT: Final[dict[str, str]] = {
    "instance_id": "id or ARN of the instance. Changed: the user is replaced.",
    "username": (
        f"1 to {limits.USERNAME_MAX} letters, digits and ``_ - . @``; ``@`` only in a whole e-mail address or a "
        f"Service Cloud Voice name. Without SAML, AWS documents at most {limits.USERNAME_MAX_WITHOUT_SAML}. "
        "Case-sensitive. Changed: the user is replaced."
    ),
    "routing_profile_id": "id or ARN of the routing profile.",
    "security_profile_ids": (
        f"ids or ARNs of {limits.SECURITY_PROFILES_MIN} to {limits.SECURITY_PROFILES_MAX} security profiles, in any "
        "order."
    ),
    "password": (
        f"{limits.PASSWORD_MIN} to {limits.PASSWORD_MAX} characters without blanks, with a lower-case letter, an "
        "upper-case letter and a digit. For CONNECT_MANAGED instances only. Kept as a secret; no API reads or changes "
        "it."
    ),
    "password_secret_arn": (
        "ARN or name of a secret in AWS Secrets Manager that holds the password (as a string, or as ``password`` of a "
        "JSON object). Read at creation only; nothing of it reaches the state."
    ),
    "on_password_change": (
        "what a changed ``password`` does: ``refuse`` fails the preview, ``ignore`` records it with a warning, "
        "``replace`` deletes the user and creates it again."
    ),
    "identity_info": "names and e-mail addresses. Members that are left out are not managed.",
    "identity_info.first_name": (
        f"at most {limits.FIRST_NAME_MAX} characters, in Unicode Normalization Form C. Required for CONNECT_MANAGED "
        "and SAML."
    ),
    "identity_info.last_name": (
        f"at most {limits.LAST_NAME_MAX} characters (CONNECT_MANAGED: {limits.LAST_NAME_MAX_CONNECT_MANAGED}), in "
        "Unicode Normalization Form C. Required for CONNECT_MANAGED and SAML."
    ),
    "identity_info.email": "gets password resets. An error for SAML; documented as required for CONNECT_MANAGED.",
    "identity_info.secondary_email": (
        f"gets notifications other than password resets; at most {limits.SECONDARY_EMAIL_MAX} characters. Cannot be "
        "cleared."
    ),
    "identity_info.mobile": "E.164, e.g. +12025550123. Not used by Connect today. Cannot be cleared.",
    "phone_config": (
        "soft or desk phone, auto-accept, after-contact work in seconds, the same for all channels. Members that are "
        "left out are not managed."
    ),
    "phone_config.phone_type": f"{any_of(limits.PHONE_TYPES)}. Cannot be combined with phone_number_configs.",
    "phone_config.auto_accept": "calls are accepted without a click. Cannot be combined with auto_accept_configs.",
    "phone_config.after_contact_work_time_limit": f"{_ACW} Cannot be combined with after_contact_work_configs.",
    "phone_config.desk_phone_number": "E.164; required for DESK_PHONE. Cannot be combined with phone_number_configs.",
    "phone_config.persistent_connection": (
        "the soft phone stays connected between calls. Cannot be combined with persistent_connection_configs."
    ),
    "directory_user_id": (
        "id in an external directory; an error with SAML. Changed: the user is deleted, then created again."
    ),
    "hierarchy_group_id": "id or ARN of the hierarchy group. Removed: the user leaves its group.",
    "auto_accept_configs": (
        "auto-accept per channel. Each of the five per-channel lists is complete: a channel that it leaves out gets "
        "the neutral value (no auto-accept, 0 s = unlimited, soft phone, no persistent connection, NONE). A list "
        "that is left out is not managed."
    ),
    "auto_accept_configs.channel": _CHANNEL,
    "auto_accept_configs.auto_accept": "contacts of the channel are accepted without a click.",
    "auto_accept_configs.agent_first_callback_auto_accept": "the same for agent-first call-backs; VOICE only.",
    "after_contact_work_configs": (
        f"after-contact work per channel, 0 to {limits.AFTER_CONTACT_WORK_MAX:,} seconds, 0 = unlimited."
    ),
    "after_contact_work_configs.channel": _CHANNEL,
    "after_contact_work_configs.after_contact_work_config": "the limit.",
    "after_contact_work_configs.after_contact_work_config.after_contact_work_time_limit": _ACW,
    "after_contact_work_configs.agent_first_callback_after_contact_work_config": (
        "the limit of agent-first call-backs; VOICE only."
    ),
    "after_contact_work_configs.agent_first_callback_after_contact_work_config.after_contact_work_time_limit": _ACW,
    "phone_number_configs": "phone for the channel VOICE.",
    "phone_number_configs.channel": _VOICE,
    "phone_number_configs.phone_type": f"{any_of(limits.PHONE_TYPES)}.",
    "phone_number_configs.phone_number": "E.164; required for DESK_PHONE.",
    "persistent_connection_configs": "persistent connection for the channel VOICE.",
    "persistent_connection_configs.channel": _VOICE,
    "persistent_connection_configs.persistent_connection": "the soft phone stays connected between calls.",
    "voice_enhancement_configs": "voice enhancement for the channel VOICE.",
    "voice_enhancement_configs.channel": _VOICE,
    "voice_enhancement_configs.voice_enhancement_mode": f"{any_of(limits.VOICE_ENHANCEMENT_MODES)}.",
    "user_proficiencies": (
        f"at most {limits.PROFICIENCIES_MAX} predefined attributes with levels {_LEVELS[0]} to {_LEVELS[-1]}; the "
        "list is complete."
    ),
    "user_proficiencies.attribute_name": (
        f"a predefined attribute of the instance, 1 to {limits.ATTRIBUTE_TEXT_MAX} characters."
    ),
    "user_proficiencies.attribute_value": f"one of its values, 1 to {limits.ATTRIBUTE_TEXT_MAX} characters.",
    "user_proficiencies.level": f"{_LEVELS[0]} to {_LEVELS[-1]}; {_LEVELS[-1]} is the best.",
    "tags": f"at most {_TAGS}. All of the user's tags, except those of AWS and of this package.",
    "identity_management_type": (
        f"{any_of(limits.IDENTITY_MANAGEMENT_TYPES)}, as the instance has it. Not sent; lets the preview check what "
        "depends on it."
    ),
    "adopt_existing": "take over an existing user of this name that has no ownership tag.",
    "delete_quick_connects": (
        "when the user is deleted, delete the quick connects that lead to it. Otherwise a warning names them."
    ),
    "sign_out": (
        "when the user's sessions are ended: ``never``, ``on_delete`` (just before the user is deleted), ``on_loss`` "
        "(also when a security profile is taken away). Needs boto3 1.44.4; a failure is a warning."
    ),
}

#: Name of a field that holds a block, or blocks -> what typed languages call the block, and what it is.
BLOCKS: Final[dict[str, tuple[str, str]]] = {
    "identity_info": ("IdentityInfo", "Names and addresses. Members that are left out are not managed."),
    "phone_config": ("PhoneConfig", "Settings for all channels, the older form of the per-channel lists."),
    "auto_accept_configs": ("AutoAcceptConfig", "Auto-accept of one channel."),
    "after_contact_work_configs": ("AfterContactWorkConfigPerChannel", "After-contact work of one channel."),
    "after_contact_work_config": ("AfterContactWorkConfig", "A limit of after-contact work."),
    "agent_first_callback_after_contact_work_config": ("AfterContactWorkConfig", "A limit of after-contact work."),
    "phone_number_configs": ("PhoneNumberConfig", "The phone of one channel."),
    "persistent_connection_configs": ("PersistentConnectionConfig", "The persistent connection of one channel."),
    "voice_enhancement_configs": ("VoiceEnhancementConfig", "The voice enhancement of one channel."),
    "user_proficiencies": ("UserProficiency", f"A proficiency; at most {limits.PROFICIENCIES_MAX} a user."),
}

#: Name of an input with choices -> what typed languages call them, and what they are.
CHOICES: Final[dict[str, tuple[str, str]]] = {
    "channel": ("Channel", "A kind of contact."),
    "phone_type": ("PhoneType", "A phone in the browser, or one with its own number."),
    "voice_enhancement_mode": (
        "VoiceEnhancementMode",
        "What is removed from an agent's audio: other voices and noise, noise only, or nothing.",
    ),
    "identity_management_type": (
        "IdentityManagementType",
        "Who signs users in: an identity provider, Connect itself, or a Microsoft Active Directory. It never changes.",
    ),
    "on_password_change": (
        "OnPasswordChange",
        "What a changed password does: it fails the preview, is recorded with a warning, or replaces the user.",
    ),
    "sign_out": (
        "SignOut",
        "When to end a user's sessions: never, before a deletion, or also when a security profile is taken away.",
    ),
}
#: The same for lists that take one channel only.
VOICE_CHANNEL: Final = (
    "VoiceChannel",
    "The only channel of the lists for phone numbers, persistent connection and voice enhancement.",
)

#: Output that is not an input -> what it is.
OUTPUTS: Final[dict[str, str]] = {
    "arn": "the user's ARN.",
    "directory_user_id": "id in an external directory; if not declared, known from the first refresh on.",
    "ownership_token": "a random string, also in the user's ownership tag; it differs if the user is created again.",
}
