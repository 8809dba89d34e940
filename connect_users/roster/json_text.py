"""JSON: a list of maps, one for each person."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from connect_users.roster.tables import Table, UnreadableRoster, from_records

_BLANK: Final = re.compile(r"[ \t\n\r]*")


def read(text: str, source: str) -> Table:
    """The table of a text. Elements are read one by one, so that each has its line.

    Raises:
        UnreadableRoster: no JSON, no list, a key that is written twice.
    """
    decoder = json.JSONDecoder(object_pairs_hook=_once)
    at = _skip(text, 0)
    line, counted = 1, 0
    records: list[tuple[int, Any]] = []
    try:
        if text[at : at + 1] != "[":
            raise UnreadableRoster(source, "is not a list; a roster is a list of maps, one for each person", 1)
        at = _skip(text, at + 1)
        if text[at : at + 1] == "]":
            at, ended = at + 1, True
        else:
            ended = False
        while not ended:
            line, counted = line + text.count("\n", counted, at), at
            record, at = decoder.raw_decode(text, at)
            records.append((line, record))
            at = _skip(text, at)
            if text[at : at + 1] not in (",", "]"):
                raise json.JSONDecodeError("Expecting ',' or ']'", text, at)
            ended = text[at] == "]"
            at = _skip(text, at + 1)
        if at < len(text):
            raise json.JSONDecodeError("Extra data", text, at)
    except json.JSONDecodeError as error:
        raise UnreadableRoster(source, f"is not JSON: {error.msg}", error.lineno) from None
    except _Twice as problem:
        raise UnreadableRoster(source, f"the key {str(problem)!r} is written twice for one person", line) from None
    except RecursionError:
        raise UnreadableRoster(source, "is nested too deeply", line) from None
    return from_records(source, records)


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


class _Twice(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found
