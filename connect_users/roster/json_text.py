"""JSON: a list of maps, one for each person."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, Final

from connect_users.roster.tables import Table, UnreadableRoster, check_cells, check_rows, from_records

_BLANK: Final = re.compile(r"[ \t\n\r]*")


def read(text: str, source: str) -> Table:
    """The table of a text. Elements are read one by one, so that each has its line.

    Raises:
        UnreadableRoster: no JSON, no list, a key that is written twice.
    """
    # Before anything is made of them; those in strings count as well.
    check_cells(source, text.count(",") + text.count("[") + text.count("{"))
    at = _skip(text, 0)
    if at == len(text):
        raise UnreadableRoster(source, "is empty; a roster is a list of maps, one for each person")
    if text[at : at + 1] != "[":
        raise UnreadableRoster(source, "is not a list; a roster is a list of maps, one for each person", 1)
    records: list[tuple[int, Any]] = []
    line, counted = 1, 0
    at = _skip(text, at + 1)
    ended = text[at : at + 1] == "]"
    while not ended:
        line, counted = line + text.count("\n", counted, at), at
        try:
            record, at = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise UnreadableRoster(source, f"is not JSON: {error.msg}", error.lineno) from None
        except _Twice as problem:
            raise UnreadableRoster(source, f"the key {str(problem)!r} is written twice for one person", line) from None
        except ValueError:
            # Python refuses to read numbers of thousands of digits.
            raise UnreadableRoster(source, "has a number that is too long", line) from None
        except RecursionError:
            raise UnreadableRoster(source, "is nested too deeply", line) from None
        records.append((line, record))
        check_rows(source, len(records), line)
        at = _skip(text, at)
        ended = text[at : at + 1] == "]"
        if not ended and text[at : at + 1] != ",":
            where = text.count("\n", 0, at) + 1
            raise UnreadableRoster(source, "is not JSON: a comma or the end of the list is missing", where)
        at = at if ended else _skip(text, at + 1)
    if _skip(text, at + 1) < len(text):
        raise UnreadableRoster(source, "is not JSON: something follows the list", text.count("\n", 0, at) + 1)
    return from_records(source, records)


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


class _Twice(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _Twice(next(name for name, count in counts.items() if count > 1))
    return found


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once)
