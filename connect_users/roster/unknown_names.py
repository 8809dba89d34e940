"""Where a roster has names that turned out not to exist, when an instance was asked for them after the judging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.roster.columns import find
from connect_users.roster.people import RosterProblem, Terms
from connect_users.roster.tables import from_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.references import Reference
    from connect_users.roster.tables import Table


def problems_of_names(
    table: Table, terms: Terms, missing: Mapping[tuple[Reference, str], str]
) -> tuple[RosterProblem, ...]:
    """What is wrong with names that were looked up after the judging, at every place that has one of them."""
    found: dict[RosterProblem, None] = {}
    sources = [(row.line, "", row.cells) for row in table.rows]
    sources += [(0, "defaults.", row.cells) for row in from_records("", [(0, terms.defaults)]).rows]
    columns = {header: column for _, _, cells in sources for header, _ in cells if (column := find(header))}
    for line, prefix, cells in sources:
        for header, raw in cells:
            column = columns.get(header)
            if column is None or column.reference is None:
                continue
            value = column.read(raw)
            for name in value if isinstance(value, list) else [value]:
                if isinstance(name, str) and (column.reference, name) in missing:
                    text = missing[column.reference, name]
                    found[RosterProblem(table.source, line, f"{prefix}{header}", text)] = None
    return tuple(sorted(found, key=lambda problem: problem.line))
