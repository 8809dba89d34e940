"""A part of a roster: the people of one site, team or stack, by the value of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.core.misspellings import suggestion
from connect_users.roster.cells import BadCell, text
from connect_users.roster.columns import find, normal
from connect_users.roster.notations import tags
from connect_users.roster.tables import Table, UnreadableRoster

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def select(table: Table, where: Mapping[str, str | Sequence[str]]) -> Table:
    """The rows in which each named column has the value, or one of the values; they keep their lines.

    Raises:
        UnreadableRoster: there is no such column, or nobody has the value. Either way everybody would leave.
    """
    for header, wanted in where.items():
        values = [wanted] if isinstance(wanted, str) else list(wanted)
        readers = _readers(table, header)
        held = [{readers[name](raw) for name, raw in row.cells if name in readers} for row in table.rows]
        rows = tuple(row for row, of_row in zip(table.rows, held, strict=True) if not of_row.isdisjoint(values))
        if table.rows and not rows:
            shown = " or ".join(map(repr, values))
            known = {value for of_row in held for value in of_row if isinstance(value, str)}
            hint = suggestion(" ".join(values), known) if known else "the column is empty or missing"
            raise UnreadableRoster(table.source, f"where: nobody has {shown} in the column {header!r}; {hint}")
        table = table._replace(rows=rows)
    return table


def columns_of_others(where: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns that are not a roster's own: who selects by them need not ignore them, too."""
    return tuple(header for header in where if find(header) is None)


def _readers(table: Table, wanted: str) -> dict[str, Callable[[Any], Any]]:
    """How the headers of a column are read. A tag may have its own column, or be in the column of all tags."""
    column = find(wanted)
    path = () if column is None else column.path
    readers: dict[str, Callable[[Any], Any]] = {}
    for header in table.headers:
        other = find(header)
        if normal(header) == normal(wanted) or (other is not None and other.path == path):
            readers[header] = _word
        elif other is not None and other.path == path[:1] == ("tags",):
            readers[header] = lambda raw: _tag(raw, path[1])
    return readers


def _word(raw: Any) -> str | None:
    value = text(raw)
    return value if isinstance(value, str) else None


def _tag(raw: Any, key: str) -> str | None:
    try:
        values = tags(raw)
    except BadCell:
        return None
    return _word(values.get(key)) if isinstance(values, dict) else None
