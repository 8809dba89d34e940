"""From a cell to a value, and back.

Contract:
- A reader turns a cell that it understands into the value of an input, and returns any other cell as it is: the
  resource's own rules then report it. Only two kinds of cells are refused here: those that a spreadsheet has spoiled,
  and those with a mistake in one of our notations (`connect_users.roster.notations`).
- Cells are strings from CSV and Excel, or typed values from YAML, JSON and programs; both mean the same.
- `render` functions are the inverse: reading their result gives the same value.
- `refuse` functions raise `BadCell` or do nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import limits
from connect_users.core.patterns import pattern
from connect_users.core.spec import UNKNOWN

if TYPE_CHECKING:
    import datetime as dt

#: The separator of lists in one cell, as in the console's CSV templates.
LIST: Final = "|"

_YES: Final = frozenset(("yes", "y", "true", "t", "1", "on", "x", "ja", "oui", "sí", "wahr", "vrai", "verdadero"))
_NO: Final = frozenset(("no", "n", "false", "f", "0", "off", "nein", "non", "falsch", "faux", "falso"))
_DEPTH: Final = 8
#: A day in ISO 8601. Directories and workbooks write midnight after it.
_DAY: Final = pattern(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([T ]00:00(:00(\.0+)?)?(Z|[+-]00:?00)?)?")
_WHOLE: Final = pattern(r"[+-]?[0-9]{1,18}(\.0*)?")
_ROUNDED: Final = pattern(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")
_UNSIGNED: Final = pattern(r"[1-9][0-9]{6,14}(\.0*)?")
_CAMEL: Final = pattern(r"(?:[A-Z][a-z0-9]+){2,}|[A-Z][a-z]+")
_HUMP: Final = pattern(r"(?<=[a-z0-9])(?=[A-Z])")
#: What spreadsheets write if a formula failed.
_ERRORS: Final = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!", "#ERROR!", "Err:502")
)


class BadCell(ValueError):
    """A cell that is not written in its notation. The text says what to write, and contains no personal data."""


def absent(value: Any) -> bool:
    """Whether a cell is empty: no characters, only blanks, null, or a data frame's "not a number"."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    if isinstance(value, (Mapping, list, tuple)):
        return not value
    # Here and below: modules for cells that are not strings are imported only if there is such a cell.
    from decimal import Decimal

    # NaN is not equal to itself; pandas' NA and NaT refuse to be compared.
    if isinstance(value, Decimal):
        return value.is_nan()
    return (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType")


def plain(value: Any, depth: int = _DEPTH) -> Any:
    """A value of a workbook or a data frame as strings, numbers, lists and dicts; dates are written as in ISO 8601.

    Raises:
        BadCell: lists and dicts are nested too deeply, or contain themselves.
    """
    if not depth:
        raise BadCell("is nested too deeply")
    if isinstance(value, str) and not isinstance(value, Enum):
        refuse_long((value,))
        return value
    if absent(value):
        return None
    import datetime as dt
    from decimal import Decimal

    # On types, not on values: an output of Pulumi has every attribute.
    if hasattr(type(value), "tolist"):
        return plain(value.tolist(), depth - 1)
    if isinstance(value, dt.datetime) and value.time() == dt.time.min:
        return value.date().isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    if isinstance(value, Enum):
        return plain(value.value, depth - 1)
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item, depth - 1) for item in value), key=str)
    if isinstance(value, Mapping):
        return {key: plain(item, depth - 1) for key, item in value.items()}
    return [plain(item, depth - 1) for item in value] if isinstance(value, (list, tuple)) else value


def refuse_long(values: Iterable[Any]) -> None:
    """Refuse strings of tens of thousands of characters: no input takes them, and Excel cannot hold them."""
    for value in values:
        if type(value) is str and len(value) > limits.ROSTER_CELL_MAX:
            raise BadCell(f"a cell has {len(value):,} characters; at most {limits.ROSTER_CELL_MAX:,} are read")


def refuse_error(value: Any) -> None:
    """Refuse what a spreadsheet writes if a formula failed."""
    if isinstance(value, str) and value.strip() in _ERRORS:
        raise BadCell(f"{value.strip()} is an error of the spreadsheet; fix its formula, or write the value itself")


def known_later(value: Any) -> bool:
    """Whether ``value``, or a part of it, will be known later: outputs, awaitables, Pulumi's input types."""
    # On types, not on values, as in `plain`. Pulumi's types are recognised without importing Pulumi.
    return any(hasattr(type(value), mark) for mark in ("is_secret", "__await__", "_pulumi_input_type"))


def refuse_foreign(value: Any) -> None:
    """Refuse values that no input takes and that `plain` does not convert, such as a duration or bytes."""
    if value is None or isinstance(value, (str, int, float)) or value is UNKNOWN or known_later(value):
        return
    if isinstance(value, (Mapping, list, tuple)):
        for item in value.values() if isinstance(value, Mapping) else value:
            refuse_foreign(item)
    else:
        import datetime as dt

        if isinstance(value, dt.timedelta):
            seconds = f"{value.total_seconds():.0f}"
            raise BadCell(f"is a duration, not a number; write the seconds, such as {seconds}, without a time format")
        raise BadCell(f"is of type {type(value).__name__}; write a string, a number, yes or no, a list or a dict")


def text(value: Any) -> Any:
    """A string without blanks around it, in Unicode Normalization Form C, which Connect requires for names."""
    if isinstance(value, str):
        value = value.strip()
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    number = whole(value)
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else value


def verbatim(value: Any) -> Any:
    """As `text`, but with its blanks: in a password they are a mistake, which the rules report."""
    return value if isinstance(value, str) else text(value)


def phone_number(value: Any) -> Any:
    """A phone number.

    Raises:
        BadCell: a spreadsheet has turned it into a quantity.
    """
    value = text(value)
    if isinstance(value, str) and _ROUNDED.fullmatch(value):
        raise BadCell("a spreadsheet has rounded the number; format the column as text and write + and all digits")
    if isinstance(value, str) and _UNSIGNED.fullmatch(value):
        raise BadCell("has no + (spreadsheets drop it); format the column as text and write + and the country code")
    return value


def flag(value: Any) -> Any:
    """Yes or no, in the usual spellings and in those that Excel uses in other languages."""
    if isinstance(value, bool):
        return value
    word = str(text(value)).lower() if isinstance(value, str) or _real(value) else None
    if word in _YES:
        return True
    return False if word in _NO else text(value)


def whole(value: Any) -> Any:
    """A whole number; Excel writes some as ``30.0``."""
    if isinstance(value, str):
        value = value.strip()
        return int(value.partition(".")[0]) if _WHOLE.fullmatch(value) else value
    if isinstance(value, (bool, int)) or not _real(value):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def _real(value: Any) -> bool:
    from numbers import Real

    return isinstance(value, Real)


class Constant:
    """Reads one of AWS's constants, in any case, with blanks for underscores, or by one of its aliases."""

    def __init__(self, choices: Iterable[str], **aliases: str) -> None:
        names = {choice: choice for choice in choices} | aliases
        self._constants = {name.upper(): choice for name, choice in names.items()}

    def __call__(self, value: Any) -> Any:
        """The constant, or the cell as it is."""
        value = text(value)
        if not isinstance(value, str):
            return value
        return self._constants.get(re.sub(r"[\s-]+", "_", value).upper(), value)


def day(value: Any) -> dt.date:
    """A day in ISO 8601: ``2026-12-31``.

    Raises:
        BadCell: it is anything else. A day like ``05/12/2026`` could be in May or in December.
    """
    import datetime as dt

    match = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        if match is not None:
            return dt.date.fromisoformat(match[1])
    except ValueError:
        raise BadCell("there is no such day") from None
    raise BadCell("is not a day; write it as 2026-12-31, without a time, or as a date of the spreadsheet")


def names(value: Any) -> Any:
    """A list of names or ids with ``|`` between them; a spreadsheet turns a name like ``2023`` into a number."""
    value = value if isinstance(value, (list, tuple)) else text(value)
    if isinstance(value, str):
        return [text(item) for item in value.split(LIST) if item.strip()]
    if isinstance(value, (list, tuple)):
        return [text(item) for item in value]
    return value


def path(value: Any) -> Any:
    """A hierarchy path with ``/`` between the levels; the console's templates use ``|``."""
    if isinstance(value, str):
        value = value.replace(LIST, "/")
    elif isinstance(value, (list, tuple)) and all(isinstance(level, str) for level in map(text, value)):
        value = "/".join(map(text, value))
    else:
        return text(value)
    return text("/".join(level.strip() for level in value.strip("/ ").split("/")))


def tag(value: Any) -> Any:
    """The value of one tag, which is a string; JSON and programs may have true and false."""
    return str(value).lower() if isinstance(value, bool) else verbatim(value)


def snake(word: str) -> str:
    """A word of AWS's API, such as ``RoutingProfileId``, in snake_case; any other word as it is."""
    return ".".join(humps(part) if _CAMEL.fullmatch(part) else part for part in word.split("."))


def humps(word: str) -> str:
    """``routingProfile`` as ``routing_Profile``."""
    return _HUMP.sub("_", word)


class Blocks:
    """Reads a block, or a list of blocks, from YAML, JSON or a program.

    The members have the resource's names, the plugin's or AWS's. A member that is an empty string is left out.

    Args:
        members: name -> the reader of the member.
    """

    def __init__(self, members: Mapping[str, Callable[[Any], Any]]) -> None:
        self._members = members

    def __call__(self, value: Any) -> Any:
        """The blocks with the members that have a reader, read; everything else as it is."""
        if isinstance(value, Mapping):
            names = {name if name in self._members else humps(str(name)).lower(): name for name in value}
            items = {word if word in self._members else name: value[name] for word, name in names.items()}
            return {name: self._member(name, item) for name, item in items.items() if item != ""}
        return [self(item) for item in value] if isinstance(value, (list, tuple)) else value

    def _member(self, name: Any, value: Any) -> Any:
        return value if value is None or name not in self._members else self._members[name](value)


def render_flag(value: bool) -> str:
    """``yes`` or ``no``."""
    return "yes" if value else "no"


def render_names(value: Iterable[str]) -> str:
    """The inverse of `names`."""
    return LIST.join(value)
