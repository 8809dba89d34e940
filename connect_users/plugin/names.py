"""Messages and paths in the plugin's words, which are camelCase (see `connect_users.core.spelling`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from connect_users.core import references
from connect_users.core.spelling import OURS, camel
from connect_users.plugin import roster_schema
from connect_users.roster.cells import humps

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Arguments of a roster, which its messages name, and which are not names of inputs.
_OF_A_ROSTER: Final = {humps(name).lower() for name in roster_schema.INPUTS} - OURS
#: The place of a roster's problem: ``agents.csv:14: first_name: ``. The text after it has names of columns, which stay.
_PLACE: Final = re.compile(r"\s*(?:row \d+|.+?:\d+): [^\s:]+: ")


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """A quoted string, or one of the names. Quoted strings, like tag keys, are the user's own."""
    compound = "|".join(sorted((name for name in names if "_" in name), key=len, reverse=True))
    return re.compile(
        r"""(?<!\w)(?:'[^']*'|"[^"]*")(?!\w)"""
        rf"""|(?<![\w-])(?<!tags\.)(?P<name>{compound})(?![\w-])"""
        r"(?:=(?P<flag>True|False)\b)?"
    )


#: Words of messages besides these: the attribute with the id of a security profile, and options of Pulumi.
_OTHERS: Final = (references.SECURITY_PROFILE.field.removesuffix("s"), "delete_before_replace", "replace_on_changes")
_NAME: Final = _any_of((*OURS, *_OF_A_ROSTER, *_OTHERS))
_ARGUMENT: Final = _any_of(_OF_A_ROSTER - {references.SECURITY_PROFILE.column})


def worded(text: str) -> str:
    """A message of the package in the plugin's words: ``set adopt_existing=True`` -> ``set adoptExisting=true``."""
    return "\n".join(map(_worded, text.split("\n")))


def _worded(line: str) -> str:
    place = _PLACE.match(line)
    if place is None:
        return _NAME.sub(_turned, line)
    return place[0] + _ARGUMENT.sub(_turned, line[place.end() :])


def _turned(match: re.Match[str]) -> str:
    if match["name"] is None:
        return match[0]
    flag = f"={match['flag'].lower()}" if match["flag"] else ""
    return camel(match["name"]) + flag


#: A key that a path of the engine may hold as it is.
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def step(path: str, key: str) -> str:
    """A path of the engine, one key further: ``tags.team``, ``tags["cost center"]``."""
    if not _PLAIN_KEY.fullmatch(key):
        quoted = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{path}["{quoted}"]'
    return f"{path}.{key}" if path else key
