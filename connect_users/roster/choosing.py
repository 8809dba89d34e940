"""Which persona a person gets: the first rule whose conditions are all true of the row, else the default."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from connect_users.core.fields import BY_NAME
from connect_users.core.misspellings import nearest, quoted, suggestion
from connect_users.core.phrases import all_of
from connect_users.roster import scim
from connect_users.roster.columns import find, normal
from connect_users.roster.problems import RosterProblem
from connect_users.roster.selection import readers_of
from connect_users.roster.tables import from_records, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from connect_users.roster.columns import Column
    from connect_users.roster.personas import Condition, Personas, Rule
    from connect_users.roster.tables import Row, Table

Reader: TypeAlias = "Callable[[Any], tuple[str, ...]]"

#: People without a persona for whom a similar value is looked for, which takes some milliseconds each.
_SUGGESTIONS: Final = 100
#: Values of rules that are compared with it.
_COMPARED: Final = 1_000
#: Characters of a cell that a message shows.
_SHOWN: Final = 80


class Choice(NamedTuple):
    """The persona of a person, and why; equal people share one.

    Attributes:
        rule: None where it is the default.
        matched: for each condition of the rule, its column and the value of the row that it is true of; the rule's own
            value where the row's is personal.
    """

    persona: str
    rule: Rule | None = None
    matched: tuple[tuple[str, str], ...] = ()


class Chooser:
    """Chooses personas for the rows of one file. People with the same values are chosen for once."""

    def __init__(self, personas: Personas, table: Table) -> None:
        self._personas = personas
        self._columns = columns_of(personas)
        #: Header -> the column of the rules, how its cells are read, and what was read: cells repeat themselves.
        self._wanted: dict[str, list[tuple[int, Reader, dict[str, tuple[str, ...]]]]] = {}
        #: Columns with personal data, which no message repeats.
        self._personal: set[str] = set()
        for number, column in enumerate(self._columns):
            for header, reader in readers_of(table, column).items():
                self._wanted.setdefault(header, []).append((number, reader, {}))
                self._add_personal(column, table.column(header))
        self._choices: dict[tuple[tuple[str, ...], ...], Choice | str] = {}
        self._unmatched = 0

    def _add_personal(self, column: str, of_header: Column | None) -> None:
        field = None if of_header is None else BY_NAME.get(of_header.path[0])
        if field is not None and field.discreet:
            self._personal.add(column)

    def reads(self, header: str) -> bool:
        """Whether a rule goes by the column under this header."""
        return header in self._wanted

    def of(self, row: Row) -> Choice | str:
        """The choice for a row, or why there is none."""
        held: list[tuple[str, ...]] = [()] * len(self._columns)
        wanted = self._wanted
        for header, raw in row.cells:
            if header in wanted:
                for number, reader, read in wanted[header]:
                    if not isinstance(raw, str):
                        held[number] += reader(raw)
                        continue
                    if raw not in read:
                        read[raw] = reader(raw)
                    held[number] += read[raw]
        key = tuple(held)
        if key not in self._choices:
            self._choices[key] = self._chosen(dict(zip(self._columns, key, strict=True)))
        return self._choices[key]

    def _chosen(self, held: dict[str, tuple[str, ...]]) -> Choice | str:
        for rule in self._personas.rules:
            matched = self._matched(rule.conditions, held)
            if matched is not None:
                return Choice(rule.persona, rule, matched)
        if self._personas.default is not None:
            return Choice(self._personas.default)
        self._unmatched += 1
        return self._no_rule(held)

    def _matched(
        self, conditions: Iterable[Condition], held: dict[str, tuple[str, ...]]
    ) -> tuple[tuple[str, str], ...] | None:
        matched = []
        for condition in conditions:
            value = condition.match(held[condition.column])
            if value is None:
                return None
            # Of personal data only what the rule itself says is shown.
            shown = condition.value_for(value) if condition.column in self._personal else value
            matched.append((condition.column, shown or value))
        return tuple(matched)

    def _no_rule(self, held: dict[str, tuple[str, ...]]) -> str:
        shown = [
            f"{column} is {quoted(_cell(values))}" for column, values in held.items() if column not in self._personal
        ]
        text = f"no rule of {self._personas.label} gives this person a persona"
        if shown:
            text += f": {all_of(shown)}"
        hint = self._hint(held) if self._unmatched <= _SUGGESTIONS else ""
        return f"{text}; {hint or 'add a rule or a default'}"

    def _hint(self, held: dict[str, tuple[str, ...]]) -> str:
        """The value of a rule that one of the row's may be a misspelling of."""
        for column in (each for each in held if each not in self._personal):
            of_rules = {
                value: rule.number
                for rule in reversed(self._personas.rules)
                for condition in rule.conditions
                if condition.column == column
                for value in condition.exact
                if value
            }
            for value in held[column]:
                for near in nearest(value, islice(of_rules, _COMPARED)):
                    return f"did you mean {column}: {quoted(near)}, as in rule {of_rules[near]}?"
        return ""


def applied(table: Table, personas: Personas) -> Table:
    """The table whose rows also have what their personas say, for reviews; nobody is judged."""
    settings = {
        name: [cell for row in from_records(preset.name, [(0, preset.values)]).rows for cell in row.cells]
        for name, preset in personas.settings.items()
    }
    parts = [_applied(file, Chooser(personas, file), settings) for file in table.files]
    return joined(table.source, parts) if table.parts else parts[0]


def _applied(table: Table, chooser: Chooser, settings: Mapping[str, list[tuple[str, Any]]]) -> Table:
    headers, columns = dict(table.headers), dict(table.columns)
    rows = []
    for row in table.rows:
        choice = chooser.of(row)
        own = {column.path for header, _ in row.cells if (column := table.column(header)) is not None}
        cells = settings[choice.persona] if isinstance(choice, Choice) else []
        more = [(header, raw) for header, raw in cells if (it := find(header)) is not None and it.path not in own]
        for header, _ in more:
            headers.setdefault(header, 0)
            columns[header] = find(header)
        rows.append(row._replace(cells=[*row.cells, *more]))
    return table._replace(rows=tuple(rows), headers=headers, columns=columns)


def columns_of(personas: Personas) -> list[str]:
    """The columns that the rules go by."""
    return list(dict.fromkeys(each.column for rule in personas.rules for each in rule.conditions))


def missing_columns(personas: Personas, tables: Iterable[Table]) -> Iterator[tuple[RosterProblem, bool]]:
    """The rules and ``columns`` that go by a column which no file has, and whether that is wrong for certain.

    YAML, JSON and rows of a program leave columns out in which nobody has a value.
    """
    tables = [table for table in tables if table.rows]
    headers = sorted({header for table in tables for header in table.headers})
    certain = all(table.header_line or table.form for table in tables)
    for name, (header, line) in personas.columns.items() if tables else ():
        if all(normal(header) != normal(each) for each in headers):
            text = f"the roster has no column {quoted(header)}; {suggestion(header, headers)}"
            yield RosterProblem(personas.label, line, f"columns.{name}", text), certain
    seen = set()
    for rule in personas.rules if tables else ():
        for condition in rule.conditions:
            column = condition.column
            if column not in seen and not any(_may_have(table, column) for table in tables):
                text = f"the roster has no such column; {suggestion(column, headers)}"
                yield (
                    RosterProblem(personas.label, condition.line, f"rules[{rule.number}].when.{column}", text),
                    certain,
                )
            seen.add(column)


def _may_have(table: Table, column: str) -> bool:
    """Whether a file has a column; SCIM leaves an attribute out where a user has none."""
    return bool(readers_of(table, column)) or (table.form == scim.FORM and column.lower() in scim.ATTRIBUTES)


def _cell(values: tuple[str, ...]) -> str:
    return values[0][:_SHOWN] if values else ""
