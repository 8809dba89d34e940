"""The inputs of a user: one table, by which rules, plan, provider, resource and documentation go.

`FIELDS` is the only list of inputs. Each has one kind of value and one verdict of what a change of it does; AWS's words
in snake_case are their names.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from connect_users.core import limits, references

if TYPE_CHECKING:
    from connect_users.core.references import Reference


class Kind(Enum):
    """What a field holds."""

    TEXT = "text"
    FLAG = "true or false"
    WHOLE = "whole number"
    ID = "id or ARN"
    IDS = "list of ids or ARNs"
    BLOCK = "block"
    BLOCKS = "list of blocks"
    TAGS = "map of texts"


#: The same by names of their own, for code that runs for every value: an attribute of an Enum is slow to look up.
TEXT, FLAG, WHOLE, ID, IDS = Kind.TEXT, Kind.FLAG, Kind.WHOLE, Kind.ID, Kind.IDS
BLOCK, BLOCKS, TAGS = Kind.BLOCK, Kind.BLOCKS, Kind.TAGS


class Verdict(Enum):
    """What a change of a field makes the provider do; exactly one a field."""

    REPLACE = "replaced (the new user exists before the old one goes)"
    REPLACE_DELETE_FIRST = "replaced (deleted first: the name is taken)"
    PASSWORD = "by `on_password_change`"
    RECORD = "recorded, no call"
    ROUTING_PROFILE = "UpdateUserRoutingProfile"
    SECURITY_PROFILES = "UpdateUserSecurityProfiles"
    HIERARCHY = "UpdateUserHierarchy"
    IDENTITY_INFO = "UpdateUserIdentityInfo"
    PHONE_CONFIG = "UpdateUserPhoneConfig, or UpdateUserConfig beside per-channel lists"
    CHANNELS = "UpdateUserConfig"
    PROFICIENCIES = "Disassociate-, Associate-, UpdateUserProficiencies, only what differs"
    TAGS = "UntagResource, TagResource, only what differs"


@dataclass(frozen=True)
class Field:
    """One input, or one member of a nested block.

    Attributes:
        reference: what ids are of; None for the instance.
        choices: the only values allowed.
        members: of a block, or of each block of a list.
        keys: the members that name a block within its list.
        personal: personal data or a secret: never repeated in a message.
        api: False for inputs that CreateUser does not have.
        voice_only: for lists, only the channel VOICE is accepted.
    """

    name: str
    kind: Kind
    verdict: Verdict | None = None
    required: bool = False
    reference: Reference | None = None
    choices: tuple[str, ...] = ()
    members: tuple[Field, ...] = ()
    keys: tuple[str, ...] = ()
    personal: bool = False
    api: bool = True
    voice_only: bool = False

    @functools.cached_property
    def by_name(self) -> dict[str, Field]:
        """The members by their names."""
        return {member.name: member for member in self.members}

    @functools.cached_property
    def discreet(self) -> bool:
        """Whether messages must not repeat the value: it is personal, or a part of it may be."""
        return self.personal or any(member.discreet for member in self.members)

    @property
    def secret(self) -> bool:
        """Whether the value is kept as a secret, however it was given."""
        return self.verdict is Verdict.PASSWORD

    @property
    def replaces(self) -> bool:
        """Whether every change replaces the user."""
        return self.verdict in (Verdict.REPLACE, Verdict.REPLACE_DELETE_FIRST)


_CHANNEL = Field("channel", Kind.TEXT, required=True, choices=limits.CHANNELS)
_ACW_LIMIT = Field("after_contact_work_time_limit", Kind.WHOLE)
_PHONE_TYPE = Field("phone_type", Kind.TEXT, choices=limits.PHONE_TYPES)


def _reference(reference: Reference, kind: Kind, verdict: Verdict, *, required: bool = False) -> Field:
    return Field(reference.field, kind, verdict, required=required, reference=reference)


def _per_channel(name: str, *members: Field, voice_only: bool = False) -> Field:
    members = (_CHANNEL, *members)
    return Field(name, Kind.BLOCKS, Verdict.CHANNELS, members=members, keys=("channel",), voice_only=voice_only)


#: Every input of a user, in the order of the documentation.
FIELDS: Final[tuple[Field, ...]] = (
    Field("instance_id", Kind.ID, Verdict.REPLACE, required=True),
    Field("username", Kind.TEXT, Verdict.REPLACE, required=True),
    _reference(references.ROUTING_PROFILE, Kind.ID, Verdict.ROUTING_PROFILE, required=True),
    _reference(references.SECURITY_PROFILE, Kind.IDS, Verdict.SECURITY_PROFILES, required=True),
    Field("password", Kind.TEXT, Verdict.PASSWORD, personal=True),
    # Personal: somebody may write the secret itself here by mistake.
    Field("password_secret_arn", Kind.TEXT, Verdict.RECORD, personal=True, api=False),
    Field("on_password_change", Kind.TEXT, Verdict.RECORD, choices=limits.ON_PASSWORD_CHANGE, api=False),
    Field(
        "identity_info",
        Kind.BLOCK,
        Verdict.IDENTITY_INFO,
        members=tuple(
            Field(name, Kind.TEXT, personal=True)
            for name in ("first_name", "last_name", "email", "secondary_email", "mobile")
        ),
    ),
    Field(
        "phone_config",
        Kind.BLOCK,
        Verdict.PHONE_CONFIG,
        members=(
            _PHONE_TYPE,
            Field("auto_accept", Kind.FLAG),
            _ACW_LIMIT,
            Field("desk_phone_number", Kind.TEXT, personal=True),
            Field("persistent_connection", Kind.FLAG),
        ),
    ),
    Field("directory_user_id", Kind.TEXT, Verdict.REPLACE_DELETE_FIRST),
    _reference(references.HIERARCHY_GROUP, Kind.ID, Verdict.HIERARCHY),
    _per_channel(
        "auto_accept_configs",
        Field("auto_accept", Kind.FLAG, required=True),
        Field("agent_first_callback_auto_accept", Kind.FLAG),
    ),
    _per_channel(
        "after_contact_work_configs",
        Field("after_contact_work_config", Kind.BLOCK, required=True, members=(_ACW_LIMIT,)),
        Field("agent_first_callback_after_contact_work_config", Kind.BLOCK, members=(_ACW_LIMIT,)),
    ),
    _per_channel(
        "phone_number_configs",
        Field("phone_type", Kind.TEXT, required=True, choices=limits.PHONE_TYPES),
        Field("phone_number", Kind.TEXT, personal=True),
        voice_only=True,
    ),
    _per_channel(
        "persistent_connection_configs",
        Field("persistent_connection", Kind.FLAG, required=True),
        voice_only=True,
    ),
    _per_channel(
        "voice_enhancement_configs",
        Field("voice_enhancement_mode", Kind.TEXT, required=True, choices=limits.VOICE_ENHANCEMENT_MODES),
        voice_only=True,
    ),
    Field(
        "user_proficiencies",
        Kind.BLOCKS,
        Verdict.PROFICIENCIES,
        members=(
            Field("attribute_name", Kind.TEXT, required=True),
            Field("attribute_value", Kind.TEXT, required=True),
            Field("level", Kind.WHOLE, required=True),
        ),
        keys=("attribute_name", "attribute_value"),
        api=False,
    ),
    Field("tags", Kind.TAGS, Verdict.TAGS, personal=True),
    Field("identity_management_type", Kind.TEXT, Verdict.RECORD, choices=limits.IDENTITY_MANAGEMENT_TYPES, api=False),
    Field("adopt_existing", Kind.FLAG, Verdict.RECORD, api=False),
    Field("delete_quick_connects", Kind.FLAG, Verdict.RECORD, api=False),
)
BY_NAME: Final = {field.name: field for field in FIELDS}

#: Outputs beside the inputs: computed by AWS (`arn`; `directory_user_id` where it is no input) or by us.
TOKEN_KEY: Final = "ownership_token"
ARN_KEY: Final = "arn"
#: Up to when the state is known to be true of the user, in Connect's own time (see `core.snapshot_proof`).
VERIFIED_KEY: Final = "verified_at"
#: Of a user whose take-over was interrupted: whether this resource had made it, until the next update ends it.
PENDING_KEY: Final = "takeover_pending"
#: Tells two states of one user apart where their tokens do not: of a user who was taken over without a new tag, and of
#: one whose token a refresh corrected.
TAKEN_KEY: Final = "taken_over"
#: The resource that a refresh found to own the user: nothing is written before that is settled.
OTHER_OWNER_KEY: Final = "other_owner"
