"""Messages and paths in the plugin's words, which are camelCase (see `connect_users.core.spelling`)."""

from __future__ import annotations

import re
from typing import Final

from connect_users.core.spelling import OURS, camel

#: Arguments of a roster, which its messages name.
_OF_A_ROSTER: Final = (
    "hierarchy_groups",
    "ignore_columns",
    "max_deletions",
    "min_holders",
    "require_self",
    "required_holders",
    "retain_leavers",
    "routing_profiles",
    "security_profiles",
)
_COMPOUND: Final = "|".join(sorted((name for name in (*OURS, *_OF_A_ROSTER) if "_" in name), key=len, reverse=True))
#: A quoted string, or one of our names. What is quoted is the user's own, as are the keys of tags.
_NAME: Final = re.compile(
    r"""(?<!\w)(?:'[^']*'|"[^"]*")(?!\w)"""
    rf"""|(?<![\w-])(?<!tags\.)(?P<name>{_COMPOUND})(?![\w-])"""
    r"(?:=(?P<flag>True|False)\b)?"
)


def worded(text: str) -> str:
    """A message of the package in the plugin's words: ``set adopt_existing=True`` -> ``set adoptExisting=true``."""
    return _NAME.sub(_turned, text)


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
