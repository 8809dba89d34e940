"""JSON: a list of dicts, one for each person, or another of `connect_users.roster.record_shapes`."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, Final

from connect_users.core import limits
from connect_users.roster.record_shapes import FORM, LEVELS, Member, dict_of, table
from connect_users.roster.tables import Table, UnreadableRoster, check_cells

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_ENDS: Final = {"[": "]", "{": "}"}


def read(text: str, source: str) -> Table:
    """The table of a JSON text. Members and elements are read one by one, so that each person has a line.

    Raises:
        UnreadableRoster: the text is not JSON, contains no people, or has a key twice.
    """
    start = text.lstrip()[:1]
    if not start:
        raise UnreadableRoster(source, f"is empty; {FORM}")
    if start not in _ENDS:
        raise UnreadableRoster(source, f"is not a list; {FORM}", 1)
    return table(_JsonParser(text, source).root(LEVELS), source)


def tree(text: str, source: str) -> Member:
    """A document that is not a roster, as a member with all its members.

    Raises:
        UnreadableRoster
    """
    return _JsonParser(text, source).root(limits.ROSTER_DEPTH_MAX)


class _JsonParser:
    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source
        # The position up to which lines were counted.
        self._line, self._counted = 1, 0

    def root(self, levels: int) -> Member:
        # Values are counted before they are read. Separators in strings count as well.
        check_cells(self._source, sum(map(self._text.count, ",[{")))
        root, end = self._member("", self._skip(0), levels)
        if self._skip(end) < len(self._text):
            what = "list" if isinstance(root.value, list) else "dict" if isinstance(root.value, dict) else "value"
            raise self._wrong(f"is not JSON: there are characters after the {what}", end)
        return root

    def _member(self, name: str, at: int, levels: int) -> tuple[Member, int]:
        """The value at a position, with its members down to ``levels`` of dicts, and the position of its end."""
        line = self._line_at(at)
        opening = self._text[at : at + 1]
        if levels <= 0 or opening not in _ENDS:
            value, end = self._value(at)
            return Member(line, name, value), end
        parts: list[Member] = []
        closing, in_dict = _ENDS[opening], opening == "{"
        at = self._skip(at + 1)
        ended = self._text[at : at + 1] == closing
        while not ended:
            key = ""
            if in_dict:
                key, at = self._key(at)
            # In a roster, the elements of a list are people.
            part, at = self._member(key, at, levels - (1 if in_dict else LEVELS))
            parts.append(part)
            at = self._skip(at)
            ended = self._text[at : at + 1] == closing
            if not ended and self._text[at : at + 1] != ",":
                what = "dict" if in_dict else "list"
                raise self._wrong(f"is not JSON: a comma or the end of the {what} is missing", at)
            at = at if ended else self._skip(at + 1)
        whole = dict_of(parts, self._source) if in_dict else [part.value for part in parts]
        return Member(line, name, whole, tuple(parts)), at + 1

    def _key(self, at: int) -> tuple[str, int]:
        if self._text[at : at + 1] != '"':
            raise self._wrong("is not JSON: a name in double quotes is missing", at)
        name, at = self._value(at)
        at = self._skip(at)
        if self._text[at : at + 1] != ":":
            raise self._wrong("is not JSON: a colon is missing", at)
        return str(name), self._skip(at + 1)

    def _value(self, at: int) -> tuple[Any, int]:
        line = self._line_at(at)
        try:
            return _DECODER.raw_decode(self._text, at)
        except json.JSONDecodeError as error:
            raise UnreadableRoster(self._source, f"is not JSON: {error.msg}", error.lineno) from None
        except _DuplicateKey as problem:
            text = f"the key {str(problem)!r} is written twice for one person"
            raise UnreadableRoster(self._source, text, line) from None
        except ValueError:
            # Python refuses to read numbers of thousands of digits.
            raise UnreadableRoster(self._source, "has a number that is too long", line) from None
        except RecursionError:
            raise UnreadableRoster(self._source, "is nested too deeply", line) from None

    def _wrong(self, text: str, at: int) -> UnreadableRoster:
        return UnreadableRoster(self._source, text, self._text.count("\n", 0, at) + 1)

    def _line_at(self, at: int) -> int:
        self._line += self._text.count("\n", self._counted, at)
        self._counted = max(self._counted, at)
        return self._line

    def _skip(self, at: int) -> int:
        blank = _BLANK.match(self._text, at)
        return blank.end() if blank else at


class _DuplicateKey(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole = dict(pairs)
    if len(whole) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _DuplicateKey(next(name for name, count in counts.items() if count > 1))
    return whole


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique)
