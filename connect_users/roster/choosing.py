"""Chooses a person's persona: by the first rule whose conditions all match the row, else the default."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from connect_users.core.misspellings import nearest, quoted, suggestion
from connect_users.core.phrases import all_of
from connect_users.roster import scim
from connect_users.roster.cells import BadCell
from connect_users.roster.columns import find, normal
from connect_users.roster.problems import RosterProblem
from connect_users.roster.selection import readers_of
from connect_users.roster.tables import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from connect_users.roster.personas import Personas, Rule, RuleCondition
    from connect_users.roster.tables import Row, Table

Reader: TypeAlias = "Callable[[Any], tuple[str, ...]]"

#: The number of people without a persona for whom a similar value is searched: each search takes some milliseconds.
_SUGGESTIONS: Final = 100
#: The number of the rules' values in such a search.
_COMPARED: Final = 1_000
#: The number of characters of a cell in a message.
_SHOWN: Final = 80


class Choice(NamedTuple):
    """The persona of a person, and why; equal people share one.

    Attributes:
        rule: None for the default.
        matched: for each condition of the rule, its column and the row's value that matches; the rule's own value if
            the row's is personal data.
    """

    persona: str
    rule: Rule | None = None
    matched: tuple[tuple[str, str], ...] = ()


class Chooser:
    """Chooses personas for the rows of one file, once for all people with the same values."""

    def __init__(self, personas: Personas, table: Table) -> None:
        self._personas = personas
        self._columns = list(_first_uses(personas))
        #: Header -> number of the rules' column, reader of its cells, and the values so far: cells repeat themselves.
        self._readers: dict[str, list[tuple[int, Reader, dict[str, tuple[str, ...]]]]] = {}
        #: Columns with personal data, which no message repeats.
        self._personal: set[str] = set()
        for number, column in enumerate(self._columns):
            for header, reader in readers_of(table, column).items():
                self._readers.setdefault(header, []).append((number, reader, {}))
                of_header = table.column(header)
                if of_header is not None and of_header.personal:
                    self._personal.add(column)
        self._choices: dict[tuple[tuple[str, ...], ...], Choice | str] = {}
        self._unmatched = 0

    def reads(self, header: str) -> bool:
        """Whether a rule uses the column under this header."""
        return header in self._readers

    def of(self, row: Row) -> Choice | str:
        """The choice for a row, or the reason why there is none."""
        values: list[tuple[str, ...]] = [()] * len(self._columns)
        for header, raw in row.cells:
            for number, reader, read in self._readers.get(header, ()):
                try:
                    of_cell = read.get(raw) if isinstance(raw, str) else reader(raw)
                except BadCell as problem:
                    return f"{header} {problem}, but a rule of {self._personas.label} uses it"
                if of_cell is None:
                    of_cell = read[raw] = reader(raw)
                values[number] += of_cell
        key = tuple(values)
        if key not in self._choices:
            self._choices[key] = self._choose(dict(zip(self._columns, key, strict=True)))
        return self._choices[key]

    def _choose(self, values: dict[str, tuple[str, ...]]) -> Choice | str:
        for rule in self._personas.rules:
            matched = self._matched(rule.conditions, values)
            if matched is not None:
                return Choice(rule.persona, rule, matched)
        if self._personas.default is not None:
            return Choice(self._personas.default)
        self._unmatched += 1
        return self._no_rule_text(values)

    def _matched(
        self, conditions: Iterable[RuleCondition], values: dict[str, tuple[str, ...]]
    ) -> tuple[tuple[str, str], ...] | None:
        matched = []
        for condition in conditions:
            value = condition.match(values[condition.column])
            if value is None:
                return None
            # Personal data is not shown, but the rule's own value may be.
            shown = condition.value_for(value) if condition.column in self._personal else value
            matched.append((condition.column, shown or value))
        return tuple(matched)

    def _no_rule_text(self, values: dict[str, tuple[str, ...]]) -> str:
        shown = [
            f"{column} is {quoted(cell[0][:_SHOWN] if cell else '')}"
            for column, cell in values.items()
            if column not in self._personal
        ]
        text = f"no rule of {self._personas.label} matches this person{': ' if shown else ''}{all_of(shown, '')}"
        hint = self._hint(values) if self._unmatched <= _SUGGESTIONS else ""
        return f"{text}; {hint or 'add a rule or a default'}"

    def _hint(self, values: dict[str, tuple[str, ...]]) -> str:
        """A suggestion, if one of the row's values looks like a misspelling of a rule's value; else ""."""
        for column in (each for each in values if each not in self._personal):
            of_rules = {
                value: rule.number
                for rule in reversed(self._personas.rules)
                for condition in rule.conditions
                if condition.column == column
                for value in condition.exact
                if value
            }
            for value in values[column]:
                for near in nearest(value, islice(of_rules, _COMPARED)):
                    return f"did you mean {column}: {quoted(near)}, as in rule {of_rules[near]}?"
        return ""


def with_personas(table: Table, personas: Personas) -> Table:
    """The table whose rows also have the settings of their personas, for reviews. Nothing is judged."""
    cells = {name: preset.cells for name, preset in personas.settings.items()}
    parts = [_with_settings(file, Chooser(personas, file), cells) for file in table.files]
    return joined(table.source, parts) if table.parts else parts[0]


def _with_settings(table: Table, chooser: Chooser, cells: Mapping[str, Sequence[tuple[str, Any]]]) -> Table:
    headers, columns = dict(table.headers), dict(table.columns)
    rows = []
    for row in table.rows:
        choice = chooser.of(row)
        own = {column.path for header, _ in row.cells if (column := table.column(header)) is not None}
        more = [
            (header, raw)
            for header, raw in (cells[choice.persona] if isinstance(choice, Choice) else ())
            if (column := find(header)) is not None and column.path not in own
        ]
        for header, _ in more:
            headers.setdefault(header, 0)
            columns[header] = find(header)
        rows.append(row._replace(cells=[*row.cells, *more]))
    return table._replace(rows=tuple(rows), headers=headers, columns=columns)


def _first_uses(personas: Personas) -> dict[str, tuple[Rule, RuleCondition]]:
    """The columns that the rules use, each with the first rule and condition that use it."""
    uses: dict[str, tuple[Rule, RuleCondition]] = {}
    for rule in personas.rules:
        for condition in rule.conditions:
            uses.setdefault(condition.column, (rule, condition))
    return uses


def missing_columns(personas: Personas, tables: Iterable[Table]) -> Iterator[RosterProblem]:
    """The problems of rules and ``columns`` that use a column which no file has."""
    tables = [table for table in tables if table.rows]
    if not tables:
        return
    headers = sorted({header for table in tables for header in table.headers})
    normalised = set(map(normal, headers))
    for name, (header, line) in personas.columns.items():
        if normal(header) not in normalised:
            text = f"the roster has no column {quoted(header)}; {suggestion(header, headers)}"
            yield RosterProblem(personas.label, line, f"columns.{name}", text)
    for column, (rule, condition) in _first_uses(personas).items():
        if not any(_may_have(table, column) for table in tables):
            text = f"the roster has no such column; {suggestion(column, headers)}"
            yield RosterProblem(personas.label, condition.line, f"rules[{rule.number}].when.{column}", text)


def _may_have(table: Table, column: str) -> bool:
    """Whether a file may have a column; SCIM leaves out attributes without a value."""
    return bool(readers_of(table, column)) or (table.form == scim.FORM and column.lower() in scim.ATTRIBUTES)
