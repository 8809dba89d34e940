"""The problems of a roster, each with its place, each once, and in the order of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connect_users.core import limits
from connect_users.roster.tables import Table, clipped, place

if TYPE_CHECKING:
    from collections.abc import Iterable


class RosterProblem(NamedTuple):
    """One problem and its place.

    Attributes:
        line: from 1; 0 for a problem of the whole roster.
        column: as in the file or in the documentation; "" for the whole row.
    """

    source: str
    line: int
    column: str
    text: str
    username: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (place(self.source, self.line), self.column, self.text) if part)


class Problems:
    """The problems of one roster, each once, up to the limit.

    Args:
        tables: of the roster's files. They have few headers, so all problems of headers are kept.
        sources: all files that may have problems, in order.
    """

    def __init__(self, tables: Iterable[Table], sources: Iterable[str]) -> None:
        self._sources = {source: number for number, source in reversed(list(enumerate(sources)))}
        self._headers_end = {table.source: min(table.headers.values(), default=0) for table in tables}
        self._places = {
            (table.source, header): number for table in tables for number, header in enumerate(table.headers)
        }
        self._kept: dict[RosterProblem, None] = {}
        self.more = 0

    def add(self, source: str, line: int, column: str, text: str, username: Any = "") -> None:
        """Add a problem."""
        username = clipped(username) if isinstance(username, str) else ""
        problem = RosterProblem(source, line, clipped(column), clipped(text), username)
        if len(self._kept) < limits.ROSTER_PROBLEMS_MAX or line <= self._headers_end.get(source, 0):
            self._kept[problem] = None
        elif problem not in self._kept:
            self.more += 1

    def in_order(self) -> tuple[RosterProblem, ...]:
        """The problems in the order of the files, the lines and the columns."""
        last = len(self._places)
        return tuple(
            sorted(
                self._kept,
                key=lambda it: (
                    self._sources.get(it.source, 0),
                    it.line,
                    self._places.get((it.source, it.column), last),
                ),
            )
        )
