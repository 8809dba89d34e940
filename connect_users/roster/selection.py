"""A part of a roster, selected by the value of a column: the people of one site, team or stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core.misspellings import suggestion
from connect_users.core.patterns import pattern
from connect_users.roster.cells import BadCell, absent, known_later, tag, text
from connect_users.roster.columns import find, normal
from connect_users.roster.notations import tags
from connect_users.roster.tables import Table, UnreadableRoster, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: Normalised columns with a person's groups. Directories write them with various separators.
_GROUPS: Final = pattern(r"(groups?|member_?of|group_(names?|memberships?))$")
_SEPARATORS: Final = pattern(r"[|;,\n]")
#: Those that are hardly part of a name, unlike the commas of ``CN=Sales,OU=Groups``.
_NOT_IN_NAMES: Final = pattern(r"[|;\n]")


class SeveralGroups(str):
    """A cell with several groups, or with one group whose name has a separator in it."""

    __slots__ = ()


def separators_in(value: str) -> set[str]:
    """The characters of the value that may stand between groups."""
    return set(_SEPARATORS.findall(value))


def select(table: Table, where: Mapping[str, str | Sequence[str]]) -> Table:
    """The rows in which each named column has the value, or one of the values. They keep their lines.

    Raises:
        UnreadableRoster: there is no such column, or nobody has the value. In both cases everybody would leave.
    """
    for header, wanted in where.items():
        values = [wanted] if isinstance(wanted, str) else list(wanted)
        if not values:
            raise UnreadableRoster(table.source, f"where: no value is named for the column {header!r}")
        all_values: set[str] = set()
        parts = [_select_rows(part, header, values, all_values) for part in table.files]
        if table.rows and not any(part.rows for part in parts):
            shown = " or ".join(map(repr, values))
            hint = "the column is empty or missing"
            if all_values:
                column = find(header)
                # Tags name sites and teams.
                is_personal = column is not None and column.personal and column.path[0] != "tags"
                hint = "check the spelling" if is_personal else suggestion(" ".join(values), all_values)
            raise UnreadableRoster(table.source, f"where: nobody has {shown} in the column {header!r}; {hint}")
        table = joined(table.source, parts) if table.parts else parts[0]
    return table


def _select_rows(table: Table, header: str, values: Sequence[str], all_values: set[str]) -> Table:
    """The rows of one file that have one of the values. All values of the file are added to ``all_values``."""
    readers = readers_of(table, header)
    for name in readers.keys() & table.twice:
        text = f"where: two columns have the header {name!r}; keep one of them"
        raise UnreadableRoster(table.source, text, table.headers[name])
    try:
        values_by_row = [
            {value for name, raw in row.cells if name in readers for value in readers[name](raw)} for row in table.rows
        ]
    except BadCell as problem:
        raise UnreadableRoster(table.source, f"where: the column {header!r} {problem}") from None
    all_values.update(*values_by_row)
    rows = tuple(row for row, of_row in zip(table.rows, values_by_row, strict=True) if not of_row.isdisjoint(values))
    return table._replace(rows=rows)


def foreign_columns(where: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns that are not a roster's own. A selection by them makes `ignore_columns` unnecessary."""
    return tuple(header for header in where if find(header) is None)


def readers_of(table: Table, wanted: str) -> dict[str, Callable[[Any], tuple[str, ...]]]:
    """Header -> reader of the values in its cells, for the headers of one column.

    A tag may have its own column, or be in the column of all tags. A reader raises `BadCell` if a value is not known
    yet: the person would silently count as somebody without it.
    """
    column = find(wanted)
    path = () if column is None else column.path
    readers: dict[str, Callable[[Any], tuple[str, ...]]] = {}
    for header in table.headers:
        other = table.column(header)
        if normal(header) == normal(wanted) or (other is not None and other.path == path):
            readers[header] = _groups if _GROUPS.match(normal(header)) else _words
        elif other is not None and other.path == path[:1] == ("tags",):
            readers[header] = lambda raw: _tag(raw, path[1])
    return readers


def _words(raw: Any) -> tuple[str, ...]:
    items = raw if isinstance(raw, (list, tuple)) else (raw,)
    if any(map(known_later, items)):
        raise BadCell("is not known while the program runs")
    return tuple(value for item in items if not absent(item) and (value := comparable(item)) is not None)


def comparable(value: Any) -> str | None:
    """A value as a string to compare: flags and numbers as in JSON; None if it is not a single value."""
    value = text(tag(value))
    return str(value) if isinstance(value, (str, float)) else None


def _groups(raw: Any) -> tuple[str, ...]:
    """The whole cell, and each group in it: a comma may be part of a name or stand between names.

    In a list, each element is one group.
    """
    if not isinstance(raw, str):
        return _words(raw)
    groups = dict.fromkeys(_words(raw))
    for separators in (_NOT_IN_NAMES, _SEPARATORS):
        groups |= dict.fromkeys(part.strip() for each in list(groups) for part in separators.split(each))
    # An empty part is not an empty cell: exports write a separator after the last group, too.
    return tuple(SeveralGroups(each) if separators_in(each) else each for each in groups if each)


def _tag(raw: Any, key: str) -> tuple[str, ...]:
    try:
        values = tags(raw)
    except BadCell:
        return ()
    if isinstance(values, dict):
        values = values.get(key)
    elif not known_later(values):
        return ()
    return _words(values)
