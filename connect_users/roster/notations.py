"""Cells with a notation of their own: tags and proficiencies, and back.

In a notation with separators, ``\\`` escapes the next character: ``path=a\\|b``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.patterns import pattern
from connect_users.roster.cells import LIST, BadCell, absent, tag, text, whole

if TYPE_CHECKING:
    from connect_users.roster.cells import Blocks


#: What looks like another ``key=`` after a comma or a semicolon, unless a backslash escapes the ``=``.
_ANOTHER: Final = pattern(r"[;,]\s*[^;,=\\]+=")


def tags(value: Any) -> Any:
    """``team=blue|site=ldn`` as a dict; a value may be empty.

    Raises:
        BadCell
    """
    if isinstance(value, Mapping):
        return {str(key): tag(item) for key, item in value.items() if item == "" or not absent(item)}
    if not isinstance(value, str):
        return value
    result: dict[str, str] = {}
    for number, item in enumerate(_split(value, LIST), start=1):
        parts = list(_split(item, "=", 1))
        if len(parts) != 2:
            raise BadCell(f"tag {number} has no '='; write key=value, with | between tags")
        if _ANOTHER.search(parts[1]):
            raise BadCell(
                f"tag {number} looks like several; write | between tags, or \\= where an = is part of a value"
            )
        key, text_ = (_unescape(part) for part in parts)
        if key in result:
            raise BadCell(f"the key {key!r} appears twice; a key may appear once")
        result[key] = text_
    return result


class Proficiencies:
    """Reads ``lang:en=5|lang:fr=3``, a dict of such pairs, or AWS's list of attribute, value and level."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks

    def __call__(self, value: Any) -> Any:
        """AWS's list.

        Raises:
            BadCell
        """
        if isinstance(value, str):
            return [_proficiency(item) for item in _split(value, LIST)]
        if isinstance(value, Mapping):
            return [_proficiency(f"{pair}={level}") for pair, level in value.items()]
        if isinstance(value, (list, tuple)):
            return [each for item in value for each in (self(item) if isinstance(item, str) else [self._blocks(item)])]
        return value


def _proficiency(item: str) -> dict[str, Any]:
    pair, *level = _split(item, "=", 1)
    parts = list(_split(pair, ":", 1))
    if len(parts) != 2 or not level:
        raise BadCell(f"{item.strip()[:80]!r} is not a proficiency; write attribute:value=level, with | between them")
    if _ANOTHER.search(level[0]):
        raise BadCell(f"{item.strip()[:80]!r} looks like several proficiencies; write | between them")
    return {
        "attribute_name": _unescape(parts[0]),
        "attribute_value": _unescape(parts[1]),
        "level": whole(_unescape(level[0])),
    }


def _split(cell: str, separator: str, most: int = -1) -> Iterator[str]:
    """The parts of ``cell`` between unescaped separators, with their escapes, without blank parts."""
    parts = _escaped_parts(cell, separator, most) if "\\" in cell else cell.split(separator, most)
    return (part for part in parts if most >= 0 or part.strip())


def _escaped_parts(cell: str, separator: str, most: int) -> list[str]:
    parts: list[str] = []
    start, skip = 0, False
    for at, letter in enumerate(cell):
        if not skip and letter == separator and (most < 0 or len(parts) < most):
            parts.append(cell[start:at])
            start = at + 1
            continue
        skip = not skip and letter == "\\"
    return [*parts, cell[start:]]


def _unescape(part: str) -> str:
    """One part without its backslashes, and without blanks around it unless a backslash escapes them."""
    if "\\" not in part:
        return str(text(part))
    part = part.lstrip()
    kept = part.rstrip()
    if (len(kept) - len(kept.rstrip("\\"))) % 2:
        # The last backslash escapes the first of the blanks.
        kept = part[: len(kept) + 1]
    return unicodedata.normalize("NFC", re.sub(r"\\(.)", r"\1", kept, flags=re.DOTALL))


def render_tags(value: Mapping[str, str]) -> str:
    """The inverse of `tags`."""
    return LIST.join(f"{_escape(key)}={_escape(item)}" for key, item in value.items())


def render_proficiencies(value: Iterable[Mapping[str, Any]]) -> str:
    """The inverse of `Proficiencies`."""
    return LIST.join(
        f"{_escape(item['attribute_name'])}:{_escape(item['attribute_value'])}={item['level']}" for item in value
    )


def _escape(part: str) -> str:
    written = re.sub(r"([\\|=:])", r"\\\1", part)
    if part and part[0].isspace():
        written = f"\\{written}"
    if len(part) > 1 and part[-1].isspace():
        written = f"{written[:-1]}\\{part[-1]}"
    return written
