"""From the cells of a row to the inputs of a user: cells, names to ids, defaults, lists with an entry per channel."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from connect_users.core.misspellings import NoSuchName
from connect_users.core.spec import UNKNOWN, Props
from connect_users.roster.cells import BadCell, known_later, refuse_error, refuse_foreign
from connect_users.roster.columns import FIRST_DAY, LAST_DAY, PER_CHANNEL, USERNAME, Column, find, unknown
from connect_users.roster.days import Period
from connect_users.roster.tables import Row, UnreadableRoster, from_records

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from connect_users.core.references import Reference
    from connect_users.roster.names import Names

#: The paths of the first and the last day, which are not inputs.
DAYS: Final = frozenset((FIRST_DAY, LAST_DAY))


def with_unknowns(value: Any) -> Any:
    """``value`` with `UNKNOWN` in place of everything that is not known yet."""
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dict):
        return {key: with_unknowns(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_unknowns(item) for item in value]
    return UNKNOWN if known_later(value) else value


class CellValue(NamedTuple):
    """The value of a cell; `plain` as in `RowInputs`."""

    value: Any
    names: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    plain: bool = True


def _cell_value(value: Any, names: tuple[str, ...] = (), problems: tuple[str, ...] = ()) -> CellValue:
    return CellValue(value, names, problems, plain=with_unknowns(value) == value)


class RowInputs:
    """The inputs of one row, `UNKNOWN` if a cell cannot be used, and the problems by header.

    Attributes:
        plain: whether the inputs contain no outputs of the program.
        profiles: the security profiles' names.
    """

    def __init__(self) -> None:
        self.inputs: Props = {}
        self.problems: list[tuple[str, str]] = []
        self.plain = True
        self.profiles: tuple[str, ...] = ()

    def take(self, cell: CellValue) -> None:
        """Note the profiles of a value, and whether it is plain."""
        self.profiles += cell.names
        self.plain = self.plain and cell.plain


class Preset(NamedTuple):
    """Values of columns, nested or flat, for people whose cell is empty: the roster's defaults, or a persona.

    Attributes:
        name: as messages show it: ``defaults``, ``personas.lead``.
        source: the file that has it; "" if the program has it.
        lines: nested path of a setting -> its line.
    """

    name: str
    values: Mapping[str, Any]
    source: str = ""
    line: int = 0
    lines: Mapping[str, int] = MappingProxyType({})

    @property
    def cells(self) -> Sequence[tuple[str, Any]]:
        """The values under their headers, without those that are empty.

        Raises:
            UnreadableRoster: they are not written as in a roster.
        """
        rows = from_records(self.name, [(0, self.values)]).rows
        return rows[0].cells if rows else ()

    def line_of(self, header: str) -> int:
        """The line of a setting, or of the dict or list that contains it."""
        while header and header not in self.lines:
            header = header.rpartition(".")[0]
        return self.lines.get(header, self.line)


class Layer:
    """A preset whose values have been read.

    Attributes:
        settings: (header, path, value).
        problems: (header, text); the header is "" if the whole preset is wrong.
    """

    def __init__(self, preset: Preset, values: ValueReader) -> None:
        self.preset = preset
        self.settings: list[tuple[str, tuple[str, ...], CellValue]] = []
        self.problems: list[tuple[str, str]] = []
        try:
            cells = preset.cells
        except UnreadableRoster as problem:
            self.problems.append(("", problem.reason))
            return
        columns: dict[str, Column | None] = {}
        for header, raw in cells:
            column = find(header)
            if column is None:
                self.problems.append((header, unknown(header)))
            elif column.path == USERNAME:
                kind = "a default" if preset.name == DEFAULTS else "a persona's"
                self.problems.append((header, f"a username names one person, so it cannot be {kind}"))
            else:
                columns[header] = column
                cell = values.of(column, raw)
                self.problems += [(header, text) for text in cell.problems if column.path in DAYS]
                settings = _settings(column.path, cell.value)
                self.settings += [(header, path, cell._replace(value=value)) for path, value in settings]
        # As in a row, no setting may contradict another one.
        row = Row(preset.line, [(header, raw) for header, raw in cells if header in columns])
        self.problems += RowReader(columns, values).of(row, ()).problems

    def header(self, parts: tuple[str, ...]) -> str:
        """The header of the setting that an input, or a part of one, came from; "" if there is none."""
        for header, path, _ in self.settings:
            if path == parts[: len(path)] or parts == path[: len(parts)]:
                return header
        return ""

    def place(self, header: str) -> tuple[str, int, str]:
        """The file, the line and the name of a setting; for "", those of the whole preset."""
        preset = self.preset
        return preset.source, preset.line_of(header), f"{preset.name}.{header}" if header else preset.name


#: The name of the preset with the roster's defaults.
DEFAULTS: Final = "defaults"


class ValueReader:
    """From cells and settings to the values of inputs, with ids in place of names."""

    def __init__(self, names: Mapping[Reference, Names]) -> None:
        self._names = names

    def of(self, column: Column, raw: Any) -> CellValue:
        """The value of a cell, or of a setting, of a column."""
        try:
            value = _value_of(column, raw)
        except BadCell as problem:
            return _cell_value(UNKNOWN, problems=(str(problem),))
        if column.reference is None:
            return _cell_value(value)
        if isinstance(value, list) and column.plural:
            cells = [self._id(column.reference, item) for item in value]
            names = tuple(item for item in value if isinstance(item, str))
            return _cell_value(
                [cell.value for cell in cells], names, tuple(text for cell in cells for text in cell.problems)
            )
        return self._id(column.reference, value)

    def _id(self, reference: Reference, name: Any) -> CellValue:
        names = self._names.get(reference)
        if names is None or not isinstance(name, str):
            # An output, or a value that the rules will refuse.
            return _cell_value(UNKNOWN if isinstance(name, str) else name)
        try:
            return _cell_value(names.id_of(name))
        except NoSuchName as problem:
            return _cell_value(UNKNOWN, problems=(str(problem),))


class RowReader:
    """From the rows of one table to inputs. Equal cells are read once: rosters repeat themselves.

    Args:
        columns: header -> column; None if the column is left out.
    """

    def __init__(self, columns: Mapping[str, Column | None], values: ValueReader) -> None:
        self._columns = dict(columns)
        self._values = values
        self._cells: dict[str, dict[str, CellValue]] = {header: {} for header in columns}

    def of(self, row: Row, layers: Iterable[Layer]) -> RowInputs:
        """The inputs of one row. Inputs that it does not have come from the layers; the first layer wins."""
        result = RowInputs()
        tree = result.inputs
        for header, raw in row.cells:
            column = self._columns[header]
            if column is None or column.path in DAYS:
                continue
            cell = self._cell(header, column, raw)
            result.problems += [(header, text) for text in cell.problems]
            result.take(cell)
            for path, value in _settings(column.path, cell.value):
                self._put(result, row, header, path, value)
        for layer in layers:
            for _, path, cell in layer.settings:
                if path not in DAYS and _add(tree, path, cell.value):
                    result.take(cell)
        for name in PER_CHANNEL.intersection(tree):
            if isinstance(tree[name], dict):
                tree[name] = [{"channel": channel, **members} for channel, members in tree[name].items()]
        return result

    def username(self, row: Row) -> Any:
        """The username of one row."""
        for header, raw in row.cells:
            column = self._columns[header]
            if column is not None and column.path == USERNAME:
                return self._cell(header, column, raw).value
        return None

    def period(self, row: Row, layers: Iterable[Layer]) -> tuple[Period, list[tuple[str, str]]]:
        """The days of one row, and the problems by header."""
        days: dict[tuple[str, ...], dt.date] = {}
        problems: list[tuple[str, str]] = []
        last = "last_day"
        for header, path, cell in self._days(row, layers):
            problems += [(header, text) for text in cell.problems]
            if cell.value is not UNKNOWN and path not in days:
                days[path] = cell.value
                last = header if header and path == LAST_DAY else last
        period = Period(days.get(FIRST_DAY), days.get(LAST_DAY))
        if period.is_before(period.first):
            problems.append((last, f"{period.last} is before the first day, {period.first}"))
        return period, problems

    def _days(self, row: Row, layers: Iterable[Layer]) -> Iterator[tuple[str, tuple[str, ...], CellValue]]:
        for header, raw in row.cells:
            column = self._columns[header]
            if column is not None and column.path in DAYS:
                yield header, column.path, self._cell(header, column, raw)
        # A problem of a default, or of a persona, is not a problem of the row.
        settings = (setting for layer in layers for setting in layer.settings)
        yield from (("", path, cell._replace(problems=())) for _, path, cell in settings if path in DAYS)

    def _cell(self, header: str, column: Column, raw: Any) -> CellValue:
        if not isinstance(raw, str):
            return self._values.of(column, raw)
        cells = self._cells[header]
        if raw not in cells:
            cells[raw] = self._values.of(column, raw)
        return cells[raw]

    def _put(self, result: RowInputs, row: Row, header: str, path: tuple[str, ...], value: Any) -> None:
        node = _parent(result.inputs, path)
        if node is None:
            result.problems.append((header, f"is set beside {path[0]}; keep one of them"))
        elif path[-1] not in node:
            node[path[-1]] = value
        elif other := self._contradicts(row, header, path, node[path[-1]], value):
            result.problems.append((header, f"contradicts {other!r}; keep one of them"))

    def _contradicts(self, row: Row, header: str, path: tuple[str, ...], before: Any, value: Any) -> str:
        """The header of an earlier cell that has another value for the same input; "" if they agree."""
        cells = dict(row.cells)
        columns = {name: column for name in cells if name != header and (column := self._columns[name]) is not None}
        same = [name for name, column in columns.items() if column.path == path[: len(column.path)]]
        if _judged(before) and _judged(value):
            # A header that appears twice contradicts itself.
            return (same or [header])[0] if before is not value and before != value else ""
        # Names whose ids are not known yet may have the same id, unless two cells of one column differ.
        column, cell = self._columns[header], cells[header]
        return next((name for name in same if columns[name] is column and cells[name] != cell), "")


def _settings(path: tuple[str, ...], value: Any) -> Sequence[tuple[tuple[str, ...], Any]]:
    """The settings in a cell with their paths: each tag is one, so that tags are added key by key."""
    if path == ("tags",) and isinstance(value, dict):
        return [(("tags", str(key)), item) for key, item in value.items()]
    return ((path, value),)


def _value_of(column: Column, raw: Any) -> Any:
    refuse_error(raw)
    refuse_foreign(raw)
    value = column.read(raw)
    if isinstance(value, dict) and column.path[0] in PER_CHANNEL:
        raise BadCell("is a dict; write a list with an entry for each channel")
    return value


def _judged(value: Any) -> bool:
    return value is not UNKNOWN and not (isinstance(value, list) and UNKNOWN in value)


def _parent(tree: Props, path: tuple[str, ...]) -> Props | None:
    """The dict that contains a path; None if something else is in its place."""
    node: Any = tree
    for part in path[:-1]:
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            return None
    return cast("Props", node)


def _add(tree: Props, path: tuple[str, ...], value: Any) -> bool:
    """Add a default if the input has no value yet; returns whether it was added."""
    node = _parent(tree, path)
    if node is None or path[-1] in node:
        return False
    node[path[-1]] = value
    return True
