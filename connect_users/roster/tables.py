"""A roster of any format as a table: rows of cells under headers, each with its line. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from connect_users.core import limits
from connect_users.core.errors import ConnectUsersError
from connect_users.roster.cells import BadCell, absent, plain, refuse_long, text
from connect_users.roster.columns import USERNAME, Column, find, is_group

#: The deepest nesting of a roster. A deeper file may refer to itself.
_DEPTH = 4


class UnreadableRoster(ConnectUsersError):
    """A roster that is not written in its format.

    Attributes:
        line: 0 if it is not known.
        reason: the message without the file and the line.
    """

    def __init__(self, source: str, reason: str, line: int = 0) -> None:
        reason = clipped(reason)
        super().__init__(f"{place(source, line)}: {reason}")
        self.source = source
        self.line = line
        self.reason = reason


def clipped(text: str) -> str:
    """A string of any length as messages show it."""
    return text if len(text) <= limits.ROSTER_MESSAGE_MAX else f"{text[: limits.ROSTER_MESSAGE_MAX]}…"


def check_rows(source: str, count: int, line: int) -> None:
    """Raise `UnreadableRoster` if there are too many rows."""
    if count > limits.ROSTER_ROWS_MAX:
        raise UnreadableRoster(source, f"has more than {limits.ROSTER_ROWS_MAX:,} rows; split it", line)


def check_cells(source: str, count: int, line: int = 0) -> None:
    """Raise `UnreadableRoster` if there are too many cells."""
    if count > limits.ROSTER_CELLS_MAX:
        text = f"has more than {limits.ROSTER_CELLS_MAX:,} cells; remove rows and columns that are not needed"
        raise UnreadableRoster(source, text, line)


def _check_headers(source: str, headers: Collection[str], line: int) -> None:
    if len(headers) > limits.ROSTER_COLUMNS_MAX:
        text = f"has more than {limits.ROSTER_COLUMNS_MAX} columns; remove those that a roster does not need"
        raise UnreadableRoster(source, text, line)
    longest = max(map(len, headers), default=0)
    if longest > limits.ROSTER_HEADER_MAX:
        text = f"a header has {longest:,} characters; at most {limits.ROSTER_HEADER_MAX:,} are read"
        raise UnreadableRoster(source, text, line)


def place(source: str, line: int) -> str:
    """A line's name in messages: ``agents.csv:14``; for rows of a program ``row 14``."""
    if not line:
        return source or "roster"
    return f"{source}:{line}" if source else f"row {line}"


class Row(NamedTuple):
    """One person: the cells that are not empty, each with its header as it was written.

    Attributes:
        line: the first line of the row, from 1; for rows of a program, the row's number, from 1.
        surplus: cells beyond the last header.
    """

    line: int
    cells: Sequence[tuple[str, Any]]
    surplus: int = 0


class Table(NamedTuple):
    """A roster.

    Attributes:
        source: the file's name as the user wrote it; "" for rows of a program.
        headers: header -> the first line that has it.
        twice: headers that appear twice.
        header_line: the line of headers, if the file has one.
        form: the program that wrote the file, if it is an export (`connect_users.roster.exports`); else "".
        columns: in an export, header -> column; None if it is not read.
        inactive: in an export, usernames of accounts that are not active and so have no row.
        expected: in one page of an export, the number of users on all pages.
        is_first: whether this page is known to be the first one.
        parts: in a roster of several files, the table of each. Its rows are the rows of all.
    """

    source: str
    rows: tuple[Row, ...]
    headers: Mapping[str, int] = MappingProxyType({})
    twice: tuple[str, ...] = ()
    header_line: int = 0
    form: str = ""
    columns: Mapping[str, Column | None] = MappingProxyType({})
    inactive: tuple[str, ...] = ()
    expected: int = 0
    is_first: bool = False
    parts: tuple[Table, ...] = ()

    @property
    def files(self) -> tuple[Table, ...]:
        """The table of each file."""
        return self.parts or (self,)

    def column(self, header: str) -> Column | None:
        """The column of one of the headers; None if it is unknown or not read."""
        return self.columns.get(header) if self.form else find(header)

    def username(self, row: Row) -> str:
        """The username in a row; "" if it has none."""
        for header, raw in row.cells:
            column = self.column(header)
            if column is not None and column.path == USERNAME:
                return str(text(raw))
        return ""


def joined(source: str, parts: Sequence[Table]) -> Table:
    """The tables of several files as one roster.

    Raises:
        UnreadableRoster: together they have too many rows.
    """
    rows = tuple(row for part in parts for row in part.rows)
    check_rows(source, len(rows), 0)
    headers = {header: line for part in reversed(parts) for header, line in part.headers.items()}
    return Table(source, rows, headers, parts=tuple(parts))


def from_grid(
    source: str, headers: Sequence[Any], header_line: int, rows: Sequence[tuple[int, Sequence[Any]]]
) -> Table:
    """A table of a file that has one line of headers.

    Args:
        rows: each with its line; empty rows are left out.
    """
    names = ["" if absent(header) else str(header).strip() for header in headers]
    lines = {name: header_line for name in names if name}
    _check_headers(source, lines, header_line)
    check_rows(source, len(rows), header_line)
    if not lines:
        raise UnreadableRoster(source, "there is no header; the first line must name the columns", header_line)
    table_rows = []
    all_named = all(names)
    for line, values in rows:
        try:
            refuse_long(values)
        except BadCell as problem:
            raise UnreadableRoster(source, str(problem), line) from None
        # A cell under an empty header is surplus, like a cell beyond the last header.
        cells = [
            (name, value)
            for name, value in zip(names, values, strict=False)
            if (value or value == 0) and name and not absent(value)
        ]
        surplus = 0 if all_named and len(values) <= len(names) else _surplus(names, values)
        if cells or surplus:
            table_rows.append(Row(line, cells, surplus))
    twice = tuple(name for name in lines if names.count(name) > 1)
    return Table(source, tuple(table_rows), lines, twice, header_line)


def _surplus(names: Sequence[str], values: Sequence[Any]) -> int:
    filled = [not absent(value) for value in values]
    return sum(filled[len(names) :]) + sum(not name and full for name, full in zip(names, filled, strict=False))


def from_records(source: str, records: Sequence[tuple[int, Any]]) -> Table:
    """A table of a list of dicts, nested or flat, each with its line.

    Raises:
        UnreadableRoster: an element is not a dict.
    """
    check_rows(source, len(records), 0)
    headers: dict[str, int] = {}
    rows = []
    for line, record in records:
        if not isinstance(record, Mapping):
            raise UnreadableRoster(source, "is not a person; a roster is a list of dicts, one for each person", line)
        # csv.DictReader puts the cells beyond the last header under None.
        surplus = record.get(None)
        more = sum(not absent(value) for value in surplus) if isinstance(surplus, list) else 0
        named = {str(name): value for name, value in record.items() if name is not None}
        cells = _flat(source, line, "", named, _DEPTH)
        new = {header: line for header, _ in cells if header not in headers}
        if new:
            headers |= new
            _check_headers(source, headers, line)
        if cells or more:
            rows.append(Row(line, cells, more))
    return Table(source, tuple(rows), headers)


def _flat(source: str, line: int, prefix: str, record: Mapping[Any, Any], depth: int) -> list[tuple[str, Any]]:
    if not depth:
        raise UnreadableRoster(source, f"{prefix.rstrip('.')}: is nested too deeply", line)
    cells = []
    for name, raw in record.items():
        header = f"{prefix}{name}"
        column = find(header)
        try:
            value = plain(raw)
        except BadCell as problem:
            raise UnreadableRoster(source, f"{header}: {problem}", line) from None
        if isinstance(value, Mapping) and not (column and column.structured) and is_group(header):
            cells += _flat(source, line, f"{header}.", value, depth - 1)
        elif not absent(value):
            cells.append((header, value))
    return cells
