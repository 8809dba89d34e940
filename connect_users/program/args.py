"""The nested blocks of a user's inputs: each as an ``...Args`` class and as a ``TypedDict``, for editors and mypy.

- Names are AWS's own in snake_case, in programs as on the wire; nothing is translated.
- Either form may be used. A block, its members and the list that it is in may be outputs.
- The types give names and choices; `connect_users.core.rules` judges the values. `connect_users.core.limits` names the
  sources of the limits.

Every block is written twice, and its members are also in `connect_users.core.fields`: editors and mypy read only the
source, and cannot see classes that are generated from a table. Tests hold names, types, choices and limits equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import pulumi
from typing_extensions import NotRequired, TypedDict, dataclass_transform

T = TypeVar("T")

#: The ``...Args`` classes.
CLASSES: Final = set[type]()

#: A kind of contact.
Channel = Literal["VOICE", "CHAT", "TASK", "EMAIL"]
#: The only channel of the lists for phone numbers, persistent connection and voice enhancement.
VoiceChannel = Literal["VOICE"]
#: A phone in the browser, or one with its own number.
PhoneType = Literal["SOFT_PHONE", "DESK_PHONE"]
#: What is removed from an agent's audio: other voices and noise, noise only, or nothing.
VoiceEnhancementMode = Literal["VOICE_ISOLATION", "NOISE_SUPPRESSION", "NONE"]
#: Who signs users in: your identity provider, Connect itself, a Microsoft Active Directory. Fixed for an instance.
IdentityManagementType = Literal["SAML", "CONNECT_MANAGED", "EXISTING_DIRECTORY"]
#: The effect of a changed password: the preview fails, it is recorded with a warning, or the user is replaced.
OnPasswordChange = Literal["refuse", "ignore", "replace"]
#: When a user's sessions are ended: never, before a deletion, also when a security profile is taken away.
SignOut = Literal["never", "on_delete", "on_loss"]


@dataclass_transform(kw_only_default=True)
def _args(cls: type[T]) -> type[T]:
    """An input type of the SDK with a typed constructor, so that an output may hold one.

    It has no repr, which would print names, addresses and numbers.
    """
    made = pulumi.input_type(dataclass(kw_only=True, eq=False, repr=False)(cls))
    CLASSES.add(made)
    return made


class IdentityInfoArgsDict(TypedDict):
    """Names and addresses. Members that are left out are not managed. See `IdentityInfoArgs`."""

    first_name: NotRequired[pulumi.Input[str]]
    last_name: NotRequired[pulumi.Input[str]]
    email: NotRequired[pulumi.Input[str]]
    secondary_email: NotRequired[pulumi.Input[str]]
    mobile: NotRequired[pulumi.Input[str]]


@_args
class IdentityInfoArgs:
    """Names and addresses. Members that are left out are not managed.

    Attributes:
        first_name: at most 255 characters, in Unicode Normalization Form C. Required for CONNECT_MANAGED and SAML.
        last_name: at most 300 characters (CONNECT_MANAGED: 256), in Unicode Normalization Form C. Required for
            CONNECT_MANAGED and SAML.
        email: gets password resets. An error for SAML; documented as required for CONNECT_MANAGED.
        secondary_email: gets notifications other than password resets; at most 265 characters. Cannot be cleared.
        mobile: E.164, e.g. +12025550123. Not used by Connect today. Cannot be cleared.
    """

    first_name: pulumi.Input[str] | None = None
    last_name: pulumi.Input[str] | None = None
    email: pulumi.Input[str] | None = None
    secondary_email: pulumi.Input[str] | None = None
    mobile: pulumi.Input[str] | None = None


class PhoneConfigArgsDict(TypedDict):
    """Settings for all channels, the older form of the per-channel lists. See `PhoneConfigArgs`."""

    phone_type: NotRequired[pulumi.Input[PhoneType]]
    auto_accept: NotRequired[pulumi.Input[bool]]
    after_contact_work_time_limit: NotRequired[pulumi.Input[int]]
    desk_phone_number: NotRequired[pulumi.Input[str]]
    persistent_connection: NotRequired[pulumi.Input[bool]]


@_args
class PhoneConfigArgs:
    """Settings for all channels, the older form of the per-channel lists.

    Attributes:
        phone_type: SOFT_PHONE or DESK_PHONE. Cannot be combined with phone_number_configs.
        auto_accept: calls are accepted without a click. Cannot be combined with auto_accept_configs.
        after_contact_work_time_limit: seconds, 0 to 2,000,000; 0 = unlimited: the agent ends it. After-contact work of
            a chat always ends after 5,400 s. Cannot be combined with after_contact_work_configs.
        desk_phone_number: E.164; required for DESK_PHONE. Cannot be combined with phone_number_configs.
        persistent_connection: the soft phone stays connected between calls. Cannot be combined with
            persistent_connection_configs.
    """

    phone_type: pulumi.Input[PhoneType] | None = None
    auto_accept: pulumi.Input[bool] | None = None
    after_contact_work_time_limit: pulumi.Input[int] | None = None
    desk_phone_number: pulumi.Input[str] | None = None
    persistent_connection: pulumi.Input[bool] | None = None


class AutoAcceptConfigArgsDict(TypedDict):
    """Auto-accept of one channel. See `AutoAcceptConfigArgs`."""

    channel: pulumi.Input[Channel]
    auto_accept: pulumi.Input[bool]
    agent_first_callback_auto_accept: NotRequired[pulumi.Input[bool]]


@_args
class AutoAcceptConfigArgs:
    """Auto-accept of one channel.

    Attributes:
        channel: VOICE, CHAT, TASK or EMAIL; at most once in the list.
        auto_accept: contacts of the channel are accepted without a click.
        agent_first_callback_auto_accept: the same for agent-first call-backs; VOICE only.
    """

    channel: pulumi.Input[Channel]
    auto_accept: pulumi.Input[bool]
    agent_first_callback_auto_accept: pulumi.Input[bool] | None = None


class AfterContactWorkConfigArgsDict(TypedDict):
    """A limit of after-contact work. See `AfterContactWorkConfigArgs`."""

    after_contact_work_time_limit: NotRequired[pulumi.Input[int]]


@_args
class AfterContactWorkConfigArgs:
    """A limit of after-contact work.

    Attributes:
        after_contact_work_time_limit: seconds, 0 to 2,000,000; 0 = unlimited: the agent ends it. After-contact work of
            a chat always ends after 5,400 s.
    """

    after_contact_work_time_limit: pulumi.Input[int] | None = None


class AfterContactWorkConfigPerChannelArgsDict(TypedDict):
    """After-contact work of one channel. See `AfterContactWorkConfigPerChannelArgs`."""

    channel: pulumi.Input[Channel]
    after_contact_work_config: pulumi.Input[AfterContactWorkConfigArgs | AfterContactWorkConfigArgsDict]
    agent_first_callback_after_contact_work_config: NotRequired[
        pulumi.Input[AfterContactWorkConfigArgs | AfterContactWorkConfigArgsDict]
    ]


@_args
class AfterContactWorkConfigPerChannelArgs:
    """After-contact work of one channel.

    Attributes:
        channel: VOICE, CHAT, TASK or EMAIL; at most once in the list.
        after_contact_work_config: the limit.
        agent_first_callback_after_contact_work_config: the limit of agent-first call-backs; VOICE only.
    """

    channel: pulumi.Input[Channel]
    after_contact_work_config: pulumi.Input[AfterContactWorkConfigArgs | AfterContactWorkConfigArgsDict]
    agent_first_callback_after_contact_work_config: (
        pulumi.Input[AfterContactWorkConfigArgs | AfterContactWorkConfigArgsDict] | None
    ) = None


class PhoneNumberConfigArgsDict(TypedDict):
    """The phone of one channel. See `PhoneNumberConfigArgs`."""

    channel: pulumi.Input[VoiceChannel]
    phone_type: pulumi.Input[PhoneType]
    phone_number: NotRequired[pulumi.Input[str]]


@_args
class PhoneNumberConfigArgs:
    """The phone of one channel.

    Attributes:
        channel: VOICE only.
        phone_type: SOFT_PHONE or DESK_PHONE.
        phone_number: E.164; required for DESK_PHONE.
    """

    channel: pulumi.Input[VoiceChannel]
    phone_type: pulumi.Input[PhoneType]
    phone_number: pulumi.Input[str] | None = None


class PersistentConnectionConfigArgsDict(TypedDict):
    """The persistent connection of one channel. See `PersistentConnectionConfigArgs`."""

    channel: pulumi.Input[VoiceChannel]
    persistent_connection: pulumi.Input[bool]


@_args
class PersistentConnectionConfigArgs:
    """The persistent connection of one channel.

    Attributes:
        channel: VOICE only.
        persistent_connection: the soft phone stays connected between calls.
    """

    channel: pulumi.Input[VoiceChannel]
    persistent_connection: pulumi.Input[bool]


class VoiceEnhancementConfigArgsDict(TypedDict):
    """The voice enhancement of one channel. See `VoiceEnhancementConfigArgs`."""

    channel: pulumi.Input[VoiceChannel]
    voice_enhancement_mode: pulumi.Input[VoiceEnhancementMode]


@_args
class VoiceEnhancementConfigArgs:
    """The voice enhancement of one channel.

    Attributes:
        channel: VOICE only.
        voice_enhancement_mode: VOICE_ISOLATION, NOISE_SUPPRESSION or NONE.
    """

    channel: pulumi.Input[VoiceChannel]
    voice_enhancement_mode: pulumi.Input[VoiceEnhancementMode]


class UserProficiencyArgsDict(TypedDict):
    """A proficiency; at most 10 a user. See `UserProficiencyArgs`."""

    attribute_name: pulumi.Input[str]
    attribute_value: pulumi.Input[str]
    level: pulumi.Input[int]


@_args
class UserProficiencyArgs:
    """A proficiency; at most 10 a user.

    Attributes:
        attribute_name: a predefined attribute of the instance, 1 to 100 characters.
        attribute_value: one of its values, 1 to 100 characters.
        level: 1 to 5; 5 is the best.
    """

    attribute_name: pulumi.Input[str]
    attribute_value: pulumi.Input[str]
    level: pulumi.Input[int]


def plain(value: Any) -> Any:
    """A deep copy of ``value`` in plain dicts and lists, so that the caller's objects are never changed.

    Outputs and awaitables stay as they are: the SDK resolves them, also if they contain ``...Args`` objects. Members of
    an ``...Args`` object that are None are left out. Nones in a dict stay, since the rules report those that matter.
    """
    if type(value) in CLASSES:
        return {name: plain(item) for name, item in vars(value).items() if item is not None}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, (str, bytes, bytearray)):
        return [plain(item) for item in value]
    return value
