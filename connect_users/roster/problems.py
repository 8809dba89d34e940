"""The problems of a roster, each with its place, each once, and in the order of the files.

The rules name inputs; messages name files, lines and columns.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core import limits
from connect_users.core.patterns import pattern
from connect_users.roster.columns import PER_CHANNEL, Column, of_path
from connect_users.roster.tables import Table, clipped, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_users.core.shapes import Problem
    from connect_users.core.spec import Props
    from connect_users.roster.assembly import Layer
    from connect_users.roster.tables import Row


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

        def order(it: RosterProblem) -> tuple[int, int, int]:
            at = self._places.get((it.source, it.column), len(self._places))
            return self._sources.get(it.source, 0), it.line, at

        return tuple(sorted(self._kept, key=order))


#: Inputs that the program may have outside the rows.
PASSWORDS: Final = frozenset(("password", "password_secret_arn"))


class ProblemPlaces:
    """The places of one file.

    Args:
        columns: header -> column; None if it is left out.
        roster: the source of problems of the whole roster.
        passwords: whether the program has passwords outside the rows.
    """

    def __init__(self, table: Table, columns: Mapping[str, Column | None], roster: str, *, passwords: bool) -> None:
        self._table = table
        self._columns = columns
        self._paths = {column.path for column in columns.values() if column}
        self._roster = roster
        self._passwords = passwords

    def of(self, problem: Problem, row: Row, inputs: Props, layers: Iterable[Layer]) -> tuple[str, int, str, str, Any]:
        """The file, line, column, text and username of a problem; line 0 if it does not belong to a row.

        Args:
            layers: the sources of inputs that the row does not have.
        """
        source, text = self._table.source, problem.text
        username = inputs.get("username")
        parts = _parts(problem.path, inputs)
        header = self.header(parts, row)
        if header and parts[0] != "instance_id":
            return source, row.line, header, text, username
        if parts[0] in ("instance_id", "identity_management_type"):
            return self._roster, 0, parts[0], text, ""
        for layer in layers:
            if setting := layer.header(parts):
                return *layer.place(setting), text, ""
        if parts[0] in PASSWORDS and self._passwords:
            return source, row.line, "passwords", text, username
        column = of_path(parts)
        name = column.name if column else problem.path
        if column and self._paths.isdisjoint(column.path[:length] for length in range(1, len(column.path) + 1)):
            # The column is missing: reported once, for the headers.
            return source, min(self._table.headers.values(), default=0), name, text, ""
        return source, row.line, name, text, username

    def header(self, parts: tuple[str, ...], row: Row) -> str:
        """The header of the row's cell that an input, or a part of one, came from; "" if there is none."""
        nearest = ""
        for header, _ in row.cells:
            column = self._columns[header]
            if column is None:
                continue
            if column.path == parts:
                return header
            if column.path == parts[: len(column.path)] or parts == column.path[: len(parts)]:
                nearest = nearest or header
        return nearest


_PATH: Final = pattern(r"(?P<input>[^.\[]+)(\[(?P<index>\d+)\])?(\.(?P<rest>.*))?", re.DOTALL)


def _parts(path: str, inputs: Props) -> tuple[str, ...]:
    """A path from the rules in the form of `Column.path`."""
    match = _PATH.fullmatch(path)
    if match is None:
        return (path,)
    name, index, rest = match["input"], match["index"], match["rest"]
    if name == "tags":
        return (name, rest) if rest else (name,)
    if index is None:
        return (name, *rest.split(".")) if rest else (name,)
    if name not in PER_CHANNEL:
        return (name,)
    entry = inputs[name][int(index)]
    channel = entry.get("channel") if isinstance(entry, dict) else None
    return (name, str(channel), *(rest.split(".") if rest and rest != "channel" else ()))
