"""The plugin's spelling of our words: camelCase in programs, states and messages; the package itself speaks snake_case.

Only words of the table of fields are turned. The keys of tags, and whatever else a user wrote, keep their spelling.
Both spellings are read: a state of the dynamic resource, which an alias hands to the plugin, has the other one.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connect_users.core.fields import ARN_KEY, FIELDS, PENDING_KEY, TAKEN_KEY, TOKEN_KEY, VERIFIED_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_users.core.fields import Field


def camel(name: str) -> str:
    """``routing_profile_id`` -> ``routingProfileId``."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


@dataclass(frozen=True)
class Words:
    """The words at one place: of a user, or of one block.

    Attributes:
        to_ours: either spelling -> our name.
        to_theirs: our name -> camelCase.
        within: our name -> the words of the block (or blocks) of that name.
    """

    to_ours: Mapping[str, str]
    to_theirs: Mapping[str, str]
    within: Mapping[str, Words]


#: Where a user's own words are: nothing is turned.
NONE: Final = Words({}, {}, {})


@functools.cache
def words_of(members: tuple[Field, ...], others: tuple[str, ...] = ()) -> Words:
    """The words of fields, and of names beside them."""
    names = [*(member.name for member in members), *others]
    theirs = {name: camel(name) for name in names}
    ours = {spelling: name for name in names for spelling in (name, theirs[name])}
    return Words(ours, theirs, {member.name: words_of(member.members) for member in members if member.members})


#: The words of a user: its inputs and outputs.
USER: Final = words_of(FIELDS, (ARN_KEY, TOKEN_KEY, VERIFIED_KEY, PENDING_KEY, TAKEN_KEY))


def _all(fields: Iterable[Field]) -> set[str]:
    return {name for field in fields for name in (field.name, *_all(field.members))}


#: Every name of an input or of a part of one.
OURS: Final = frozenset(_all(FIELDS))

_COMPOUND: Final = "|".join(sorted((name for name in OURS if "_" in name), key=len, reverse=True))
#: A quoted text, or one of our names. What is quoted was given by somebody; so were the keys of tags.
_NAME: Final = re.compile(
    r"""(?<!\w)(?:'[^']*'|"[^"]*")(?!\w)"""
    rf"""|(?<![\w-])(?<!tags\.)(?P<name>{_COMPOUND})(?![\w-])"""
    r"(?:=(?P<flag>True|False)\b)?"
)


def told(text: str) -> str:
    """A text of the package in the plugin's words: ``set adopt_existing=True`` -> ``set adoptExisting=true``."""
    return _NAME.sub(_turned, text)


def _turned(found: re.Match[str]) -> str:
    if found["name"] is None:
        return found[0]
    flag = f"={found['flag'].lower()}" if found["flag"] else ""
    return camel(found["name"]) + flag


#: A key that a path of the engine may hold as it is.
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def step(path: str, key: str) -> str:
    """A path of the engine, one key further: ``tags.team``, ``tags["cost center"]``."""
    if not _PLAIN_KEY.fullmatch(key):
        quoted = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{path}["{quoted}"]'
    return f"{path}.{key}" if path else key
