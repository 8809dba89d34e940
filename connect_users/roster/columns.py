"""The columns that a roster may have, and their headers.

There are four families of headers. Case matters only in the last one:
- our own: AWS's words in snake_case, nested by dots (``identity_info.first_name``), with short forms;
- per channel: ``acw.chat``, ``auto_accept.voice``, ``phone_number.voice``, ...; per tag: ``tags.team``;
- those of the console's CSV templates since 2018, and of AWS's blog tool (connect administrator guide, "Add users in
  bulk"): ``user login``, ``security_profile_name_1|security_profile_name_2``, ``ACW timeout (seconds)``, ...
- those of AWS's API, which are our own in another spelling: ``RoutingProfileId``, ``IdentityInfo.FirstName``.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core import limits
from connect_users.core.fields import BY_NAME, FIELDS, Field, Kind
from connect_users.core.misspellings import nearest
from connect_users.core.patterns import pattern
from connect_users.core.references import HIERARCHY_GROUP
from connect_users.roster import cells, notations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.core.references import Reference


class Column(NamedTuple):
    """One column.

    Attributes:
        name: the header that the documentation uses.
        path: the place of its values: input, member; for a per-channel list: input, channel, members.
        read: from a cell to a value; may raise `cells.BadCell`.
        reference: the kind of the names in the cells, which become ids; None if the cells have no names.
        aliases: other headers, normalised.
    """

    name: str
    path: tuple[str, ...]
    read: Any
    reference: Reference | None = None
    aliases: tuple[str, ...] = ()

    @property
    def structured(self) -> bool:
        """Whether a dict in a cell is a value and not a group of columns."""
        return self.path[0] in ("tags", "user_proficiencies")

    @property
    def personal(self) -> bool:
        """Whether a cell is personal data or a password, which no message repeats."""
        field = BY_NAME.get(self.path[0])
        return field is not None and field.discreet

    @property
    def plural(self) -> bool:
        """Whether a list in a cell has several names."""
        return self.read is cells.names


#: (our header without the channel, input, members, whether only VOICE has it).
_PER_CHANNEL: Final[tuple[tuple[str, str, tuple[str, ...], bool], ...]] = (
    ("auto_accept", "auto_accept_configs", ("auto_accept",), False),
    ("auto_accept.first_callback", "auto_accept_configs", ("agent_first_callback_auto_accept",), True),
    ("acw", "after_contact_work_configs", ("after_contact_work_config", "after_contact_work_time_limit"), False),
    (
        "acw.first_callback",
        "after_contact_work_configs",
        ("agent_first_callback_after_contact_work_config", "after_contact_work_time_limit"),
        True,
    ),
    ("phone_type", "phone_number_configs", ("phone_type",), True),
    ("phone_number", "phone_number_configs", ("phone_number",), True),
    ("persistent_connection", "persistent_connection_configs", ("persistent_connection",), True),
    ("voice_enhancement", "voice_enhancement_configs", ("voice_enhancement_mode",), True),
)

#: Headers of the console's templates (A: 2018-2021, B: 2022-2025, C: 2026) and of AWS's blog tool, without the
#: explanation in brackets at their end, normalised.
_CONSOLE: Final[dict[str, tuple[str, ...]]] = {
    "username": ("user_login",),
    "identity_info.first_name": ("first_name",),
    "identity_info.last_name": ("last_name",),
    "identity_info.email": ("email", "email_address", "e_mail", "e_mail_address"),
    "identity_info.secondary_email": ("secondary_email", "secondary_email_address"),
    "identity_info.mobile": ("mobile",),
    "routing_profile": ("routing_profile_name",),
    "security_profiles": ("security_profile", "security_profile_name"),
    "hierarchy_group": ("agent_hierarchy", "user_hierarchy", "userhierarchy", "hierarchy"),
    "phone_config.phone_type": ("phone_type",),
    "phone_config.desk_phone_number": ("phone_number", "desk_phone_number"),
    "phone_config.auto_accept": ("soft_phone_auto_accept", "auto_accept"),
    "phone_config.after_contact_work_time_limit": ("acw_timeout", "acw", "after_contact_work_time_limit"),
    "phone_config.persistent_connection": ("persistent_connection",),
    "voice_enhancement.voice": ("audio_enhancement", "voice_enhancement"),
    "user_proficiencies": ("proficiencies", "proficiency"),
}

_PHONE_TYPE: Final = {"soft": "SOFT_PHONE", "softphone": "SOFT_PHONE", "desk": "DESK_PHONE", "deskphone": "DESK_PHONE"}
_ENHANCEMENT: Final = {"isolate_voice": "VOICE_ISOLATION", "suppress_noise": "NOISE_SUPPRESSION"}


_READERS: Final = {Kind.FLAG: cells.flag, Kind.WHOLE: cells.whole, Kind.IDS: cells.names, Kind.TAGS: notations.tags}
_PHONE_NUMBERS: Final = ("mobile", "desk_phone_number", "phone_number")


def _reader(field: Field) -> Any:
    if field.name == "password":
        return cells.verbatim
    if field.name in _PHONE_NUMBERS:
        return cells.phone_number
    if field.choices:
        return cells.Constant(field.choices, **_PHONE_TYPE, **_ENHANCEMENT)
    if field.kind in (Kind.BLOCK, Kind.BLOCKS):
        blocks = cells.Blocks({member.name: _reader(member) for member in field.members})
        return notations.Proficiencies(blocks) if field.name == "user_proficiencies" else blocks
    return _READERS.get(field.kind, cells.text)


#: The path of the column that repeats the instance of the roster.
INSTANCE: Final = ("instance_id",)
#: The columns of a person's first and last day (`connect_users.roster.days`), which are not inputs of a user.
FIRST_DAY: Final = ("first_day",)
LAST_DAY: Final = ("last_day",)


def _columns() -> Iterator[Column]:
    for field in FIELDS:
        if field.kind in (Kind.ID, Kind.IDS):
            if field.reference is None:
                # The instance is the roster's, not a person's. Files from AWS's tools have it too, and must not name
                # another one.
                yield Column(*INSTANCE, INSTANCE, cells.text)
                continue
            name = field.reference.column
            read = cells.path if field.reference == HIERARCHY_GROUP else _reader(field)
            yield Column(name, (field.name,), read, field.reference, _CONSOLE.get(name, ()))
            yield Column(field.name, (field.name,), _reader(field))
        elif field.kind is Kind.BLOCK:
            for member in field.members:
                name = f"{field.name}.{member.name}"
                yield Column(name, (field.name, member.name), _reader(member), None, _CONSOLE.get(name, ()))
        else:
            # For the per-channel lists this is the list itself, which YAML, JSON and programs may have.
            yield Column(field.name, (field.name,), _reader(field), None, _CONSOLE.get(field.name, ()))
    for short, name, members, voice_only in _PER_CHANNEL:
        leaf = BY_NAME[name].by_name[members[0]]
        for deeper in members[1:]:
            leaf = leaf.by_name[deeper]
        word, _, suffix = short.partition(".")
        for channel in ("VOICE",) if voice_only else limits.CHANNELS:
            header = ".".join(part for part in (word, channel.lower(), suffix) if part)
            yield Column(header, (name, channel, *members), _reader(leaf), None, _CONSOLE.get(header, ()))
    for path in (FIRST_DAY, LAST_DAY):
        yield Column(*path, path, cells.day)


#: Every column except ``tags.<key>``, in the order of the documentation.
COLUMNS: Final = tuple(_columns())
#: The path of the column that names the people.
USERNAME: Final = ("username",)
#: The path of the columns of proficiencies.
PROFICIENCIES: Final = ("user_proficiencies",)
#: Inputs that are lists with one entry for each channel.
PER_CHANNEL: Final = frozenset(name for _, name, _, _ in _PER_CHANNEL)
_BY_HEADER: Final = {header: column for column in COLUMNS for header in (column.name, *column.aliases)}
#: Headers that begin a group in nested records.
_GROUPS: Final = frozenset(header[:dot] for header in _BY_HEADER for dot in range(len(header)) if header[dot] == ".")
_EXPLANATION: Final = pattern(r"\s*\([^()]*\)\s*$")
_NUMBERED: Final = pattern(r"(security_profile_name|user_hierarchy)(_\d+)?(\|\1(_\d+)?)*")


def normal(header: str) -> str:
    """A header as it is compared: lower case, underscores for blanks, no explanation in brackets, no numbering."""
    # Longer headers are refused when they are read. The time of these expressions grows with the square of the length.
    words = _EXPLANATION.sub("", cells.snake(header[: limits.ROSTER_HEADER_MAX].strip()).lower())
    words = re.sub(r"\s*\|\s*", "|", words)
    words = re.sub(r"[\s_-]+", "_", words)
    numbered = _NUMBERED.fullmatch(words)
    return numbered[1] if numbered else words


def spellings(header: str) -> tuple[str, str]:
    """The forms in which a header may be known: `normal`, and that of camelCase, the spelling of the plugin."""
    return normal(header), normal(cells.humps(header[: limits.ROSTER_HEADER_MAX]))


@functools.lru_cache(maxsize=1024)
def find(header: str) -> Column | None:
    """The column of a header; None if it is unknown."""
    plain, split = spellings(header)
    column = _BY_HEADER.get(plain) or _BY_HEADER.get(split)
    if column is None and re.match(r"\s*tags\.\S", header, re.IGNORECASE):
        # Tag keys are case-sensitive.
        key = header.strip()[len("tags.") :]
        return Column(f"tags.{key}", ("tags", key), cells.text)
    return column


def is_group(header: str) -> bool:
    """Whether a dict under this name contains columns: ``identity_info``, ``acw``, ``acw.voice``."""
    return not _GROUPS.isdisjoint(spellings(header))


def unknown(header: str, otherwise: str = "") -> str:
    """The message about an unknown header; ``otherwise`` is the advice if no header is like it."""
    group = f"{normal(header)}."
    member = next((name for name in _BY_HEADER if name.startswith(group)), "")
    if member:
        return f"is a group of columns, such as {member}"
    near = nearest(normal(header), _BY_HEADER)
    return f"no such column; did you mean {near[0]}?" if near else f"no such column{otherwise}"


def of_path(path: tuple[str, ...]) -> Column | None:
    """The documented column for an input, or for a part of one."""
    for length in range(len(path), 0, -1):
        for column in COLUMNS:
            if column.path == path[:length]:
                return column
    return None
