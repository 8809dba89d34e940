"""Names that were looked up after the roster was judged: a problem at every place with a name that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.roster.assembly import DEFAULTS, Preset
from connect_users.roster.columns import Column, find
from connect_users.roster.problems import RosterProblem
from connect_users.roster.tables import Table, from_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.references import Reference
    from connect_users.roster.people import RosterOptions


def unknown_name_problems(
    table: Table, options: RosterOptions, unknown_names: Mapping[tuple[Reference, str], str]
) -> tuple[RosterProblem, ...]:
    """A problem at every place that has one of the unknown names.

    Args:
        unknown_names: kind and name -> the problem.
    """
    problems: dict[RosterProblem, None] = {}
    places: list[tuple[str, int, str, Any, Column | None]] = [
        (file.source, row.line, header, raw, file.column(header))
        for file in table.files
        for row in file.rows
        for header, raw in row.cells
    ]
    presets = () if options.personas is None else options.personas.settings.values()
    for preset in (Preset(DEFAULTS, options.defaults, table.source), *presets):
        for row in from_records("", [(0, preset.values)]).rows:
            for header, raw in row.cells:
                places.append((preset.source, preset.line_of(header), f"{preset.name}.{header}", raw, find(header)))
    for source, line, shown, raw, column in places:
        if column is None or column.reference is None:
            continue
        value = column.read(raw)
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and (column.reference, name) in unknown_names:
                problems[RosterProblem(source, line, shown, unknown_names[column.reference, name])] = None
    return tuple(sorted(problems, key=lambda problem: problem.line))
