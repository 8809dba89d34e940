"""The nested blocks of a user's inputs, each as a class (``IdentityInfoArgs``) and as a typed dict.

Members are AWS's words in snake_case. Limits come from `connect_users.limits`, which names their sources; the members
are held equal to `connect_users.spec.FIELDS` by a test.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pulumi import Output
from typing_extensions import NotRequired, TypedDict

if TYPE_CHECKING:
    from pulumi import Input

Channel = Literal["VOICE", "CHAT", "TASK", "EMAIL"]
#: The only channel of the lists about phone, connection and voice enhancement.
VoiceChannel = Literal["VOICE"]
PhoneType = Literal["SOFT_PHONE", "DESK_PHONE"]
VoiceEnhancementMode = Literal["VOICE_ISOLATION", "NOISE_SUPPRESSION", "NONE"]
IdentityManagementType = Literal["SAML", "CONNECT_MANAGED", "EXISTING_DIRECTORY"]
OnPasswordChange = Literal["refuse", "ignore", "replace"]


class IdentityInfoArgsDict(TypedDict):
    """Names and addresses. Members that are left out are not managed. See `IdentityInfoArgs`."""

    first_name: NotRequired[Input[str]]
    last_name: NotRequired[Input[str]]
    email: NotRequired[Input[str]]
    secondary_email: NotRequired[Input[str]]
    mobile: NotRequired[Input[str]]


@dataclass(kw_only=True)
class IdentityInfoArgs:
    """Names and addresses. Members that are left out are not managed.

    Attributes:
        first_name: at most 255 characters, in Unicode Normalization Form C. Required for CONNECT_MANAGED and SAML.
        last_name: at most 300 characters (CONNECT_MANAGED: 256), in Unicode Normalization Form C. Required likewise.
        email: an error for SAML; documented as required for CONNECT_MANAGED.
        secondary_email: gets notifications other than password resets; at most 265 characters.
        mobile: E.164, e.g. +12025550123. Not used by Connect today.
    """

    first_name: Input[str] | None = None
    last_name: Input[str] | None = None
    email: Input[str] | None = None
    secondary_email: Input[str] | None = None
    mobile: Input[str] | None = None


class PhoneConfigArgsDict(TypedDict):
    """Phone settings, all channels alike: the older form of the per-channel lists. See `PhoneConfigArgs`."""

    phone_type: NotRequired[Input[PhoneType]]
    auto_accept: NotRequired[Input[bool]]
    after_contact_work_time_limit: NotRequired[Input[int]]
    desk_phone_number: NotRequired[Input[str]]
    persistent_connection: NotRequired[Input[bool]]


@dataclass(kw_only=True)
class PhoneConfigArgs:
    """Phone settings, all channels alike: the older form of the per-channel lists.

    Attributes:
        phone_type: SOFT_PHONE or DESK_PHONE.
        auto_accept: accept calls without a click. Not beside auto_accept_configs.
        after_contact_work_time_limit: seconds, 0 to 2,000,000; 0 = unlimited. Sets all channels.
            Not beside after_contact_work_configs.
        desk_phone_number: E.164; required for DESK_PHONE.
        persistent_connection: keep the softphone's connection between calls. Not beside persistent_connection_configs.
    """

    phone_type: Input[PhoneType] | None = None
    auto_accept: Input[bool] | None = None
    after_contact_work_time_limit: Input[int] | None = None
    desk_phone_number: Input[str] | None = None
    persistent_connection: Input[bool] | None = None


class AutoAcceptConfigArgsDict(TypedDict):
    """Auto-accept of one channel. See `AutoAcceptConfigArgs`."""

    channel: Input[Channel]
    auto_accept: Input[bool]
    agent_first_callback_auto_accept: NotRequired[Input[bool]]


@dataclass(kw_only=True)
class AutoAcceptConfigArgs:
    """Auto-accept of one channel.

    Attributes:
        channel: VOICE, CHAT, TASK or EMAIL; once in the list.
        auto_accept: accept contacts of the channel without a click.
        agent_first_callback_auto_accept: the same for agent-first call-backs; VOICE only.
    """

    channel: Input[Channel]
    auto_accept: Input[bool]
    agent_first_callback_auto_accept: Input[bool] | None = None


class AfterContactWorkConfigArgsDict(TypedDict):
    """After-contact work. See `AfterContactWorkConfigArgs`."""

    after_contact_work_time_limit: NotRequired[Input[int]]


@dataclass(kw_only=True)
class AfterContactWorkConfigArgs:
    """After-contact work.

    Attributes:
        after_contact_work_time_limit: seconds, 0 to 2,000,000; 0 = unlimited, the agent closes the contact.
    """

    after_contact_work_time_limit: Input[int] | None = None


class AfterContactWorkConfigPerChannelArgsDict(TypedDict):
    """After-contact work of one channel. See `AfterContactWorkConfigPerChannelArgs`."""

    channel: Input[Channel]
    after_contact_work_config: Input[AfterContactWorkConfigArgs | AfterContactWorkConfigArgsDict]
    agent_first_callback_after_contact_work_config: NotRequired[
        Input[AfterContactWorkConfigArgs | AfterContactWorkConfigArgsDict]
    ]


@dataclass(kw_only=True)
class AfterContactWorkConfigPerChannelArgs:
    """After-contact work of one channel.

    Attributes:
        channel: VOICE, CHAT, TASK or EMAIL; once in the list. That of a chat ends after 5,400 s whatever is set.
        after_contact_work_config: the limit.
        agent_first_callback_after_contact_work_config: the limit of agent-first call-backs; VOICE only.
    """

    channel: Input[Channel]
    after_contact_work_config: Input[AfterContactWorkConfigArgs | AfterContactWorkConfigArgsDict]
    agent_first_callback_after_contact_work_config: (
        Input[AfterContactWorkConfigArgs | AfterContactWorkConfigArgsDict] | None
    ) = None


class PhoneNumberConfigArgsDict(TypedDict):
    """The phone of one channel. See `PhoneNumberConfigArgs`."""

    channel: Input[VoiceChannel]
    phone_type: Input[PhoneType]
    phone_number: NotRequired[Input[str]]


@dataclass(kw_only=True)
class PhoneNumberConfigArgs:
    """The phone of one channel.

    Attributes:
        channel: VOICE only.
        phone_type: SOFT_PHONE or DESK_PHONE.
        phone_number: E.164; required for DESK_PHONE.
    """

    channel: Input[VoiceChannel]
    phone_type: Input[PhoneType]
    phone_number: Input[str] | None = None


class PersistentConnectionConfigArgsDict(TypedDict):
    """The persistent connection of one channel. See `PersistentConnectionConfigArgs`."""

    channel: Input[VoiceChannel]
    persistent_connection: Input[bool]


@dataclass(kw_only=True)
class PersistentConnectionConfigArgs:
    """The persistent connection of one channel.

    Attributes:
        channel: VOICE only.
        persistent_connection: keep the softphone's connection between calls.
    """

    channel: Input[VoiceChannel]
    persistent_connection: Input[bool]


class VoiceEnhancementConfigArgsDict(TypedDict):
    """The voice enhancement of one channel. See `VoiceEnhancementConfigArgs`."""

    channel: Input[VoiceChannel]
    voice_enhancement_mode: Input[VoiceEnhancementMode]


@dataclass(kw_only=True)
class VoiceEnhancementConfigArgs:
    """The voice enhancement of one channel.

    Attributes:
        channel: VOICE only.
        voice_enhancement_mode: VOICE_ISOLATION, NOISE_SUPPRESSION or NONE.
    """

    channel: Input[VoiceChannel]
    voice_enhancement_mode: Input[VoiceEnhancementMode]


class UserProficiencyArgsDict(TypedDict):
    """A proficiency; at most 10 a user. See `UserProficiencyArgs`."""

    attribute_name: Input[str]
    attribute_value: Input[str]
    level: Input[int]


@dataclass(kw_only=True)
class UserProficiencyArgs:
    """A proficiency; at most 10 a user.

    Attributes:
        attribute_name: a predefined attribute of the instance, 1 to 100 characters.
        attribute_value: one of its values, 1 to 100 characters.
        level: 1, 2, 3, 4 or 5.
    """

    attribute_name: Input[str]
    attribute_value: Input[str]
    level: Input[int]


def plain(value: Any) -> Any:
    """A copy of ``value`` in plain dicts and lists, so that what the caller holds is never written to.

    Outputs stay outputs, of plain values. Nones are kept: the rules tell of those that mean something.
    """
    if isinstance(value, Output):
        return value.apply(plain)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        members = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: plain(item) for name, item in members if item is not None}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value
