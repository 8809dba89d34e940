"""From a cell to a value, and back.

Contract:
- A reader turns what it understands into the value of an input, and leaves everything else as it is: the resource's own
  rules then say what is wrong with it. Only what has a notation of its own here (tags, proficiencies) is refused here.
- Cells are texts from CSV and Excel, or typed values from YAML, JSON and programs; both mean the same.
- In a notation with separators, ``\\`` takes the next character's meaning away: ``path=a\\|b``.
- `render` functions are the inverse: reading what they wrote gives the same value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from numbers import Real
from typing import Any, Final

#: The separator of lists in one cell, as in the console's CSV templates.
LIST: Final = "|"

_YES: Final = frozenset(("yes", "y", "true", "t", "1", "on", "x", "ja", "oui", "sí", "wahr", "vrai", "verdadero"))
_NO: Final = frozenset(("no", "n", "false", "f", "0", "off", "nein", "non", "falsch", "faux", "falso"))
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}(\.0*)?")


class BadCell(ValueError):
    """A cell that is not written in its notation; the text says what to write, and repeats nothing personal."""


def absent(value: Any) -> bool:
    """Whether a cell holds nothing: empty, blank, null, or a data frame's "not a number"."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    if isinstance(value, (Mapping, list, tuple)):
        return not value
    # NaN is not equal to itself; pandas' NA and NaT refuse to be compared.
    return (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType")


def text(value: Any) -> Any:
    """A text without blanks around it, in Unicode's Normalization Form C, which Connect insists on for names."""
    if isinstance(value, str):
        value = value.strip()
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    return str(int(float(value))) if float(value).is_integer() else value


def verbatim(value: Any) -> Any:
    """As `text`, but blanks are kept: in a password they are a mistake to be told of."""
    return value if isinstance(value, str) else text(value)


def flag(value: Any) -> Any:
    """Yes or no, in the usual spellings (and in those that Excel uses in other languages)."""
    if isinstance(value, bool):
        return value
    word = str(text(value)).lower() if isinstance(value, (str, Real)) else None
    if word in _YES:
        return True
    return False if word in _NO else text(value)


def whole(value: Any) -> Any:
    """A whole number; Excel writes ``30.0`` for some."""
    if isinstance(value, str):
        value = value.strip()
        return int(value.partition(".")[0]) if _WHOLE.fullmatch(value) else value
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


class Choice:
    """Reads one of AWS's constants, in any case, with blanks for underscores, or by another name."""

    def __init__(self, choices: Iterable[str], **others: str) -> None:
        self._known = {choice: choice for choice in choices} | {word.upper(): to for word, to in others.items()}

    def __call__(self, value: Any) -> Any:
        """The constant, or the cell as it is."""
        value = text(value)
        if not isinstance(value, str):
            return value
        return self._known.get(re.sub(r"[\s-]+", "_", value).upper(), value)


def names(value: Any) -> Any:
    """A list of names or ids, ``|`` between them."""
    if isinstance(value, str):
        return [text(item) for item in value.split(LIST) if item.strip()]
    if isinstance(value, (list, tuple)):
        return [text(item) for item in value]
    return value


def path(value: Any) -> Any:
    """A hierarchy path with ``/`` between the levels; the console's templates have ``|``."""
    if isinstance(value, str):
        value = value.replace(LIST, "/")
    elif isinstance(value, (list, tuple)) and all(isinstance(level, str) for level in value):
        value = "/".join(value)
    else:
        return text(value)
    return text("/".join(level.strip() for level in value.strip("/ ").split("/")))


def tags(value: Any) -> Any:
    """``team=blue|site=ldn`` as a map; a value may be empty.

    Raises:
        BadCell
    """
    if not isinstance(value, str):
        return {key: verbatim(item) for key, item in value.items()} if isinstance(value, Mapping) else value
    found: dict[str, str] = {}
    for number, item in enumerate(_split(value, LIST), start=1):
        parts = list(_split(item, "=", 1))
        if len(parts) != 2:
            raise BadCell(f"tag {number} has no '='; write key=value, with | between tags")
        key, said = (_unescape(part) for part in parts)
        if key in found:
            raise BadCell(f"the key {key!r} is given twice; a key may appear once")
        found[key] = said
    return found


def proficiencies(value: Any) -> Any:
    """``lang:en=5|lang:fr=3`` as AWS's list of attribute, value and level.

    Raises:
        BadCell
    """
    if isinstance(value, str):
        return [_proficiency(item) for item in _split(value, LIST)]
    if isinstance(value, Mapping):
        return [_proficiency(f"{pair}={level}") for pair, level in value.items()]
    if isinstance(value, (list, tuple)):
        return [_proficiency(item) if isinstance(item, str) else item for item in value]
    return value


def _proficiency(item: str) -> dict[str, Any]:
    pair, *level = _split(item, "=", 1)
    parts = list(_split(pair, ":", 1))
    if len(parts) != 2 or not level:
        raise BadCell(f"{item.strip()[:80]!r} is not a proficiency; write attribute:value=level, with | between them")
    return {
        "attribute_name": _unescape(parts[0]),
        "attribute_value": _unescape(parts[1]),
        "level": whole(_unescape(level[0])),
    }


def _split(cell: str, separator: str, most: int = -1) -> Iterator[str]:
    """The parts of ``cell`` between separators that no backslash stands before; escapes are kept, blank items not."""
    parts = _escaped_parts(cell, separator, most) if "\\" in cell else cell.split(separator, most)
    return (part for part in parts if most >= 0 or part.strip())


def _escaped_parts(cell: str, separator: str, most: int) -> list[str]:
    parts = [""]
    skip = False
    for letter in cell:
        if not skip and letter == separator and (most < 0 or len(parts) <= most):
            parts.append("")
            continue
        skip = not skip and letter == "\\"
        parts[-1] += letter
    return parts


def _unescape(part: str) -> str:
    """The text of one part: blanks around it go, unless a backslash stands before them."""
    if "\\" not in part:
        return str(text(part))
    kept = re.sub(r"(?<!\\)((?:\\\\)*)\s+$", r"\1", part.lstrip())
    return unicodedata.normalize("NFC", re.sub(r"\\(.)", r"\1", kept, flags=re.DOTALL))


def render_flag(value: bool) -> str:
    """``yes`` or ``no``."""
    return "yes" if value else "no"


def render_names(value: Iterable[str]) -> str:
    """The inverse of `names`."""
    return LIST.join(value)


def render_tags(value: Mapping[str, str]) -> str:
    """The inverse of `tags`."""
    return LIST.join(f"{_escape(key)}={_escape(said)}" for key, said in value.items())


def render_proficiencies(value: Iterable[Mapping[str, Any]]) -> str:
    """The inverse of `proficiencies`."""
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
