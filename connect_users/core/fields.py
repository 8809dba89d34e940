"""The inputs of a user: one table, by which rules, plan, provider, resource and documentation go.

`FIELDS` is the only list of inputs. Each has one kind of value, one verdict of what a change of it does, and the AWS
operations that carry the change out; AWS's words in snake_case are their names. `OUTPUTS` lists what a state has beside
them.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from connect_users.core import limits, references

if TYPE_CHECKING:
    from connect_users.core.references import Reference


class Kind(Enum):
    """What a field holds."""

    TEXT = "string"
    FLAG = "true or false"
    WHOLE = "whole number"
    ID = "id or ARN"
    IDS = "list of ids or ARNs"
    BLOCK = "block"
    BLOCKS = "list of blocks"
    TAGS = "dict of strings"


#: The same by names of their own, for code that runs for every value: an attribute of an Enum is slow to look up.
TEXT, FLAG, WHOLE, ID, IDS = Kind.TEXT, Kind.FLAG, Kind.WHOLE, Kind.ID, Kind.IDS
BLOCK, BLOCKS, TAGS = Kind.BLOCK, Kind.BLOCKS, Kind.TAGS


class Verdict(Enum):
    """What a change of a field does, in the words of README's table; exactly one a field."""

    REPLACE = "replaced (the new user exists before the old one goes)"
    REPLACE_DELETE_FIRST = "replaced (deleted first: the name is taken)"
    PASSWORD = "by `on_password_change`"
    RECORD = "recorded, no call"
    UPDATE = "by the field's operation"
    UPDATE_DIFFERENCE = "only what differs"


class Field:
    """One input, or one member of a nested block.

    Attributes:
        operations: of AWS, that bring a user who exists to a changed value, in the order of their calls.
        reference: what ids are of; None for the instance.
        choices: the only values allowed.
        members: of a block, or of each block of a list.
        keys: the members that name a block within its list.
        personal: personal data or a secret: never repeated in a message.
        api: False for inputs that CreateUser does not have.
        voice_only: for lists, only the channel VOICE is accepted.
        by_name: the members by their names.
        discreet: messages must not repeat the value, since it is personal, or a part of it may be.
    """

    def __init__(
        self,
        name: str,
        kind: Kind,
        verdict: Verdict | None = None,
        operations: tuple[str, ...] = (),
        *,
        required: bool = False,
        reference: Reference | None = None,
        choices: tuple[str, ...] = (),
        members: tuple[Field, ...] = (),
        keys: tuple[str, ...] = (),
        personal: bool = False,
        api: bool = True,
        voice_only: bool = False,
    ) -> None:
        self.name, self.kind, self.verdict, self.operations = name, kind, verdict, operations
        self.required, self.reference, self.choices = required, reference, choices
        self.members, self.keys = members, keys
        self.personal, self.api, self.voice_only = personal, api, voice_only
        self.by_name = {member.name: member for member in members}
        self.discreet: bool = personal or any(member.discreet for member in members)

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


def _reference(reference: Reference, kind: Kind, operation: str, *, required: bool = False) -> Field:
    return Field(reference.field, kind, Verdict.UPDATE, (operation,), required=required, reference=reference)


def _per_channel(name: str, *members: Field, voice_only: bool = False) -> Field:
    return Field(
        name,
        Kind.BLOCKS,
        Verdict.UPDATE,
        ("UpdateUserConfig",),
        members=(_CHANNEL, *members),
        keys=("channel",),
        voice_only=voice_only,
    )


#: Every input of a user, in the order of the documentation.
FIELDS: Final[tuple[Field, ...]] = (
    Field("instance_id", Kind.ID, Verdict.REPLACE, required=True),
    Field("username", Kind.TEXT, Verdict.REPLACE, required=True),
    _reference(references.ROUTING_PROFILE, Kind.ID, "UpdateUserRoutingProfile", required=True),
    _reference(references.SECURITY_PROFILE, Kind.IDS, "UpdateUserSecurityProfiles", required=True),
    Field("password", Kind.TEXT, Verdict.PASSWORD, personal=True),
    # Personal: somebody may write the secret itself here by mistake.
    Field("password_secret_arn", Kind.TEXT, Verdict.RECORD, personal=True, api=False),
    Field("on_password_change", Kind.TEXT, Verdict.RECORD, choices=limits.ON_PASSWORD_CHANGE, api=False),
    Field(
        "identity_info",
        Kind.BLOCK,
        Verdict.UPDATE,
        ("UpdateUserIdentityInfo",),
        members=tuple(
            Field(name, Kind.TEXT, personal=True)
            for name in ("first_name", "last_name", "email", "secondary_email", "mobile")
        ),
    ),
    Field(
        "phone_config",
        Kind.BLOCK,
        Verdict.UPDATE,
        # The latter where the former cannot say what the user has beside it, or lists are declared, too.
        ("UpdateUserPhoneConfig", "UpdateUserConfig"),
        members=(
            _PHONE_TYPE,
            Field("auto_accept", Kind.FLAG),
            _ACW_LIMIT,
            Field("desk_phone_number", Kind.TEXT, personal=True),
            Field("persistent_connection", Kind.FLAG),
        ),
    ),
    Field("directory_user_id", Kind.TEXT, Verdict.REPLACE_DELETE_FIRST),
    _reference(references.HIERARCHY_GROUP, Kind.ID, "UpdateUserHierarchy"),
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
        Verdict.UPDATE_DIFFERENCE,
        ("DisassociateUserProficiencies", "AssociateUserProficiencies", "UpdateUserProficiencies"),
        members=(
            Field("attribute_name", Kind.TEXT, required=True),
            Field("attribute_value", Kind.TEXT, required=True),
            Field("level", Kind.WHOLE, required=True),
        ),
        keys=("attribute_name", "attribute_value"),
        api=False,
    ),
    Field("tags", Kind.TAGS, Verdict.UPDATE_DIFFERENCE, ("UntagResource", "TagResource"), personal=True),
    Field("identity_management_type", Kind.TEXT, Verdict.RECORD, choices=limits.IDENTITY_MANAGEMENT_TYPES, api=False),
    Field("adopt_existing", Kind.FLAG, Verdict.RECORD, api=False),
    Field("delete_quick_connects", Kind.FLAG, Verdict.RECORD, api=False),
    Field("sign_out", Kind.TEXT, Verdict.RECORD, choices=limits.SIGN_OUT, api=False),
)
BY_NAME: Final = {field.name: field for field in FIELDS}
#: Inputs that are secrets in every state, whether or not the program marks them.
SECRETS: Final = tuple(field.name for field in FIELDS if field.secret)


ARN_KEY: Final = "arn"
DIRECTORY_KEY: Final = "directory_user_id"
TOKEN_KEY: Final = "ownership_token"
#: Up to when the state is known to be true of the user, in Connect's own time (see `core.snapshot_proof`).
VERIFIED_KEY: Final = "verified_at"
#: Distinguishes two states of one user where their tokens do not: of a user who was taken over without a new tag, and
#: of one whose token a refresh corrected.
TAKEN_KEY: Final = "taken_over"
#: Of a user whose take-over was interrupted: whether this resource had made it, until the next update ends it.
PENDING_KEY: Final = "takeover_pending"
#: The resource that a refresh found to own the user: nothing is written before that is settled.
OTHER_OWNER_KEY: Final = "other_owner"
#: Security profiles whose loss a refresh found: the next update may have to end the user's sessions.
LOST_KEY: Final = "lost_security_profile_ids"


class Output(NamedTuple):
    """What a state has that its program need not declare.

    Attributes:
        update_keeps: an update leaves it alone.
        refresh_keeps: so does a refresh that finds the user unchanged; otherwise it is read or judged each time.
    """

    name: str
    update_keeps: bool = True
    refresh_keeps: bool = True


#: Every output beside the inputs. `directory_user_id` is an input, too, and an output whether it is declared or not.
OUTPUTS: Final = (
    Output(ARN_KEY),
    Output(DIRECTORY_KEY, refresh_keeps=False),
    Output(TOKEN_KEY),
    Output(VERIFIED_KEY),
    Output(TAKEN_KEY),
    Output(PENDING_KEY, update_keeps=False),
    Output(OTHER_OWNER_KEY, update_keeps=False, refresh_keeps=False),
    Output(LOST_KEY, update_keeps=False),
)
KEPT_BY_UPDATE: Final = tuple(output.name for output in OUTPUTS if output.update_keeps)
KEPT_BY_REFRESH: Final = tuple(output.name for output in OUTPUTS if output.refresh_keeps)
