"""The inputs of a user: one table of fields, their canonical form, and their way to and from the API.

Contract:
- `FIELDS` is the only list of inputs; rules, plan, provider, resource and documentation go by it.
- Inputs are plain dicts with AWS's words in snake_case; `UNKNOWN` stands for a value that a preview does not know.
- `canonical` is total: it never raises, and leaves alone what it does not understand (the rules tell of it).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import limits

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "[unknown]"


#: Stands in for a value that is not known in a preview, at any depth.
UNKNOWN: Final = _Unknown()

Props = dict[str, Any]


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
        resource: for ids, the word in an ARN before the id (``.../routing-profile/<id>``); "" for the instance.
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
    resource: str = ""
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


_CHANNEL = Field("channel", Kind.TEXT, required=True, choices=limits.CHANNELS)
_ACW_LIMIT = Field("after_contact_work_time_limit", Kind.WHOLE)
_PHONE_TYPE = Field("phone_type", Kind.TEXT, choices=limits.PHONE_TYPES)


def _per_channel(name: str, *members: Field, voice_only: bool = False) -> Field:
    members = (_CHANNEL, *members)
    return Field(name, Kind.BLOCKS, Verdict.CHANNELS, members=members, keys=("channel",), voice_only=voice_only)


#: Every input of a user, in the order of the documentation.
FIELDS: Final[tuple[Field, ...]] = (
    Field("instance_id", Kind.ID, Verdict.REPLACE, required=True),
    Field("username", Kind.TEXT, Verdict.REPLACE, required=True),
    Field("routing_profile_id", Kind.ID, Verdict.ROUTING_PROFILE, required=True, resource="routing-profile"),
    Field("security_profile_ids", Kind.IDS, Verdict.SECURITY_PROFILES, required=True, resource="security-profile"),
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
    Field("hierarchy_group_id", Kind.ID, Verdict.HIERARCHY, resource="agent-group"),
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

_ARN = re.compile(r"arn:([^:\s]*):connect:([^:\s]*):([^:\s]*):instance/([^:/\s]+)(?:/([^:/\s]+)/([^:/\s]+))?")


@dataclass(frozen=True)
class Arn:
    """An ARN of Amazon Connect: of an instance (`resource` "") or of something in it."""

    partition: str
    region: str
    account: str
    instance_id: str
    resource: str = ""
    resource_id: str = ""


def parse_arn(text: str) -> Arn | None:
    """The parts of an Amazon Connect ARN; None when ``text`` is none."""
    match = _ARN.fullmatch(text)
    return None if match is None else Arn(*match.groups(default=""))


def bare_id(value: Any) -> Any:
    """The id at the end of an ARN; anything else as it is."""
    if isinstance(value, str) and value.startswith("arn:"):
        arn = parse_arn(value)
        return value if arn is None else arn.resource_id or arn.instance_id
    return value


def contains_unknown(value: Any) -> bool:
    """Whether any part of ``value`` is not known yet."""
    if isinstance(value, dict):
        return any(map(contains_unknown, value.values()))
    if isinstance(value, list):
        return any(map(contains_unknown, value))
    return value is UNKNOWN


def canonical(props: Mapping[str, Any]) -> Props:
    """The one form that is stored and compared.

    ARNs become ids, whole floats ints, sets are sorted (not where an element is unknown), Nones are dropped. Keys
    that are no inputs are kept as they are.
    """
    return {
        name: _canonical(BY_NAME[name], value) if name in BY_NAME else value
        for name, value in props.items()
        if value is not None
    }


def _canonical(field: Field, value: Any) -> Any:
    kind = field.kind
    if isinstance(value, str):
        return bare_id(value) if kind is ID else value
    if isinstance(value, float):
        return int(value) if kind is WHOLE and value.is_integer() else value
    if isinstance(value, dict):
        if kind is BLOCK:
            return _canonical_block(field, value)
        if kind is TAGS:
            return {key: item for key, item in value.items() if item is not None}
    if isinstance(value, list):
        if kind is IDS:
            ids = [bare_id(item) for item in value]
            return sorted(ids) if all(isinstance(item, str) for item in ids) else ids
        if kind is BLOCKS:
            return _sorted_blocks(field, [_canonical_block(field, item) for item in value])
    return value


def _canonical_block(field: Field, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    members = field.by_name
    return {
        name: _canonical(members[name], item) if name in members else item
        for name, item in value.items()
        if item is not None
    }


def _sorted_blocks(field: Field, blocks: list[Any]) -> list[Any]:
    """``blocks`` in the order of their keys, as long as every key is known and a text."""
    if len(blocks) < 2:
        return blocks
    try:
        keys = [tuple(block[key] for key in field.keys) for block in blocks]
    except (KeyError, TypeError):
        return blocks
    if not all(isinstance(part, str) for key in keys for part in key):
        return blocks
    return [block for _, block in sorted(zip(keys, blocks, strict=True), key=lambda pair: pair[0])]


@functools.cache
def wire_name(name: str) -> str:
    """AWS's spelling of a snake_case name: ``routing_profile_id`` -> ``RoutingProfileId``."""
    return "".join(part.capitalize() for part in name.split("_"))


def to_wire(value: Any) -> Any:
    """A nested value with AWS's spelling of all its keys (for blocks, not for tags)."""
    if isinstance(value, dict):
        return {wire_name(name): to_wire(item) for name, item in value.items()}
    if isinstance(value, list):
        return [to_wire(item) for item in value]
    return value


def from_wire(field: Field, value: Any) -> Any:
    """The inverse of `to_wire` for one field: known members only, so that AWS may add new ones."""
    if field.kind is BLOCK:
        return _block_from_wire(field, value)
    if field.kind is BLOCKS:
        return [_block_from_wire(field, item) for item in value]
    return value


def _block_from_wire(field: Field, block: Mapping[str, Any]) -> Props:
    told = ((member, block.get(wire_name(member.name))) for member in field.members)
    return {member.name: from_wire(member, value) for member, value in told if value is not None}
