"""Files with a row for each proficiency: rows of one person that differ only in the proficiency become one row.

There are two forms: a column of proficiencies (``lang:en=5``), or a column for each of AWS's three members
(``attribute_name``, ``attribute_value``, ``level``). An empty cell counts as equal to a filled one. Rows that differ in
anything else stay separate, and so do equal rows: the judge then reports that the username appears twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core import limits
from connect_users.roster.cells import text
from connect_users.roster.columns import PROFICIENCIES, USERNAME, normal
from connect_users.roster.tables import Row, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Normalised header of a column of one proficiency -> AWS's member.
MEMBERS: Final = {
    "attribute_name": "attribute_name",
    "proficiency_name": "attribute_name",
    "attribute_value": "attribute_value",
    "proficiency_value": "attribute_value",
    "level": "level",
    "proficiency_level": "level",
}
#: The most rows that become one: each is compared with all rows before it, and no user has as many proficiencies.
_MOST: Final = 10 * limits.PROFICIENCIES_MAX
#: The column that replaces the three.
_HEADER: Final = "proficiencies"


def one_row_each(table: Table) -> Table:
    """The table with one row for each person whose rows differ only in the proficiency."""
    table = _with_one_column(table)
    columns = {header: table.column(header) for header in table.headers}
    paths = {header: column.path for header, column in columns.items() if column is not None}
    skills = {header for header, path in paths.items() if path == PROFICIENCIES}
    names = {header for header, path in paths.items() if path == USERNAME}
    if not skills or not names:
        return table
    rows: list[_PersonRows | Row] = []
    people: dict[Any, _PersonRows] = {}
    for row in table.rows:
        person = _PersonRows(row, skills)
        username = next((value for header, value in person.rest.items() if header in names), None)
        if not isinstance(username, str) or row.surplus:
            rows.append(row)
        elif username not in people:
            people[username] = person
            rows.append(person)
        elif not people[username].take(person):
            rows.append(row)
    return table._replace(rows=tuple(one if isinstance(one, Row) else one.row() for one in rows))


class _PersonRows:
    """The first row of a person, and the proficiencies of all rows."""

    def __init__(self, row: Row, skills: set[str]) -> None:
        self._row = row
        self._skills = [(header, value) for header, value in row.cells if header in skills]
        self.rest = {header: text(value) for header, value in row.cells if header not in skills}
        self._more = False

    def take(self, other: _PersonRows) -> bool:
        """Add the proficiencies of another row; False if none is new, or if the rows differ in anything else."""
        if len(self._skills) >= _MOST:
            return False
        new = [skill for skill in other._skills if skill not in self._skills]
        same = all(header in self.rest and self.rest[header] == value for header, value in other.rest.items())
        if not self._skills or not new or not same:
            return False
        self._skills += new
        self._more = True
        return True

    def row(self) -> Row:
        """One row, with lists in the cells of proficiencies."""
        if not self._more:
            return self._row
        lists: dict[str, list[Any]] = {}
        for header, value in self._skills:
            lists.setdefault(header, []).extend(value if isinstance(value, list) else [value])
        rest = [cell for cell in self._row.cells if cell[0] not in lists]
        return self._row._replace(cells=[*rest, *lists.items()])


def _with_one_column(table: Table) -> Table:
    """The table with a column of proficiencies in place of AWS's three members."""
    headers = () if table.form else table.headers
    members = {header: MEMBERS[normal(header)] for header in headers if normal(header) in MEMBERS}
    if sorted(members.values()) != sorted(set(MEMBERS.values())) or _HEADER in table.headers:
        return table
    lines = {header: line for header, line in table.headers.items() if header not in members}
    lines[_HEADER] = min(table.headers[header] for header in members)
    rows = tuple(row._replace(cells=_joined(row.cells, members)) for row in table.rows)
    return table._replace(rows=rows, headers=lines)


def _joined(cells: Sequence[tuple[str, Any]], members: Mapping[str, str]) -> list[tuple[str, Any]]:
    skill = {members[header]: value for header, value in cells if header in members}
    rest = [(header, value) for header, value in cells if header not in members]
    return [*rest, (_HEADER, [skill])] if skill else rest
