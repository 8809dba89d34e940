"""Personas, which are named settings, and the rules that choose one for a person: read from a file or a dict.

    personas:
      agent: { routing_profile: Sales, security_profiles: Agent, acw.chat: 30 }
      lead: { routing_profile: Sales, security_profiles: Agent|Lead }
    rules:                    # the first rule whose conditions are all true
      - { persona: lead, when: { department: Sales, title: "Team lead*" } }
      - { persona: agent, when: { groups: [Connect Sales, "Connect EMEA *"] } }
    default: agent            # optional; without it, a person whom no rule matches is a problem
    columns: { username: UPN, active: Enabled }     # of a file whose headers are not ours (`exports`)

Contract: all problems are reported at once, each with its line. The settings of a persona are judged like the roster's
defaults (`assembly.Layer`), not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core import limits
from connect_users.core.misspellings import did_you_mean, quoted, suggestion
from connect_users.roster import cells
from connect_users.roster.assembly import Preset
from connect_users.roster.columns import find, normal, unknown
from connect_users.roster.exports import ACTIVE
from connect_users.roster.problems import RosterProblem
from connect_users.roster.selection import SeveralGroups, comparable, separators_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connect_users.roster.record_shapes import Member

#: The members of the file. Members with one of the prefixes are not read: YAML's anchors, an editor's schema.
MEMBERS: Final = ("personas", "rules", "default", "columns")
RULE_MEMBERS: Final = ("persona", "when")
_OTHERS: Final = ("x-", "$schema")


class RuleCondition:
    """A column and its ``values``, one of which has to match: ``*`` matches any characters, "" an empty cell.

    Attributes:
        exact, patterns: the values without ``*``, and those with it.
    """

    def __init__(self, column: str, values: Iterable[str], line: int = 0) -> None:
        values = tuple(values)
        self.column = column
        self.line = line
        self.patterns = tuple(value for value in values if "*" in value)
        self.exact = dict.fromkeys(value for value in values if "*" not in value)
        self._separators = {pattern: separators_in(pattern) for pattern in self.patterns}

    def match(self, values: tuple[str, ...]) -> str | None:
        """The first of a cell's values that matches; None if there is none."""
        if not values:
            return "" if "" in self.exact else None
        return next((value for value in values if self.value_for(value) is not None), None)

    def value_for(self, cell: str) -> str | None:
        """The rule's own value that matches a cell's value; None if there is none."""
        if cell in self.exact:
            return cell
        patterns = self.patterns
        if isinstance(cell, SeveralGroups):
            # A * must not match the end of one group and the beginning of another.
            separators = separators_in(cell)
            patterns = tuple(each for each in patterns if separators <= self._separators[each])
        return next((each for each in patterns if _fits(each, cell)), None)


def _fits(pattern: str, value: str) -> bool:
    """Whether a value matches the pattern. Unlike a regex, its time does not grow with the number of ``*``."""
    first, *more = pattern.split("*")
    if not more:
        return value == pattern
    *middle, last = more
    at, end = len(first), len(value) - len(last)
    if at > end or not value.startswith(first) or not value.endswith(last):
        return False
    for part in middle:
        at = value.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


class Rule(NamedTuple):
    """A rule; ``number`` is its position in the list, from 1."""

    number: int
    persona: str
    conditions: tuple[RuleCondition, ...]
    line: int = 0


class Personas(NamedTuple):
    """The content of a file of personas.

    Attributes:
        source: the file's name as the user wrote it; "" for a program's own dict.
        settings: persona -> its settings.
        columns: our column, or `exports.ACTIVE` -> a header, and its line.
        problems: of the file. With problems, no personas are chosen.
    """

    source: str
    settings: Mapping[str, Preset]
    rules: tuple[Rule, ...] = ()
    default: str | None = None
    columns: Mapping[str, tuple[str, int]] = MappingProxyType({})
    problems: tuple[RosterProblem, ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """`columns` without the lines."""
        return {name: header for name, (header, _) in self.columns.items()}

    @property
    def label(self) -> str:
        """The file's name in messages."""
        return self.source or "personas"


def personas_of(root: Member, source: str) -> Personas:
    """The personas of a document."""
    return _PersonasReader(source).read(root)


class _PersonasReader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._problems: list[RosterProblem] = []

    def _wrong(self, member: Member, path: str, text: str) -> None:
        source = self._source or "personas"
        self._problems.append(RosterProblem(source, member.line if self._source else 0, path, text))

    def read(self, root: Member) -> Personas:
        parts = {part.name: part for part in root.parts}
        if not isinstance(root.value, Mapping) or "personas" not in parts or parts["personas"].value is None:
            self._wrong(root, "", "has no personas; write personas: {NAME: {routing_profile: ...}}, and rules")
            return Personas(self._source, {}, problems=tuple(self._problems))
        for name, part in parts.items():
            if name not in MEMBERS and not name.startswith(_OTHERS):
                self._wrong(part, name, f"is not a member of this file; {suggestion(name, MEMBERS)}")
        settings = {
            part.name: self._preset(part) for part in self._members(parts["personas"], "a dict of personas by name")
        }
        rules = tuple(self._rules(parts["rules"], settings)) if "rules" in parts else ()
        if sum(len(each.patterns) for rule in rules for each in rule.conditions) > limits.PERSONAS_PATTERNS_MAX:
            text = f"have more than {limits.PERSONAS_PATTERNS_MAX:,} values with *; write them without"
            self._wrong(parts["rules"], "rules", text)
        default = self._persona(parts["default"], "default", settings) if "default" in parts else None
        columns = self._columns(parts["columns"]) if "columns" in parts else {}
        return Personas(self._source, settings, rules, default, columns, tuple(self._problems))

    def _members(self, member: Member, form: str, path: str = "") -> tuple[Member, ...]:
        if not isinstance(member.value, Mapping):
            if member.value is not None:
                self._wrong(member, path or member.name, f"is not {form}")
            return ()
        return member.parts

    def _preset(self, part: Member) -> Preset:
        path = f"personas.{part.name}"
        members = self._members(part, "a dict of columns and values", path)
        values = {member.name: member.value for member in members}
        return Preset(path, values, self._source or "personas", part.line, dict(_lines("", members)))

    def _rules(self, rules: Member, settings: Mapping[str, Preset]) -> Iterator[Rule]:
        if not isinstance(rules.value, (list, tuple)):
            if rules.value is not None:
                self._wrong(rules, "rules", "is not a list; write - {persona: NAME, when: {COLUMN: VALUE}}")
            return
        if len(rules.parts) > limits.PERSONAS_RULES_MAX:
            text = f"has more than {limits.PERSONAS_RULES_MAX:,} rules; name several values in one"
            self._wrong(rules, "rules", text)
            return
        for number, rule in enumerate(rules.parts, start=1):
            path = f"rules[{number}]"
            if not isinstance(rule.value, Mapping):
                self._wrong(rule, path, "is not a dict with persona and when")
                continue
            parts = {part.name: part for part in rule.parts}
            for name, part in parts.items():
                if name not in RULE_MEMBERS:
                    hint = did_you_mean(name, RULE_MEMBERS) or f"write it under when: {{{name}: ...}}"
                    self._wrong(part, f"{path}.{name}", f"is not a member of a rule; {hint}")
            persona, when = parts.get("persona"), parts.get("when")
            if persona is None:
                self._wrong(rule, path, f"names no persona; {suggestion('', settings)}")
            chosen = self._persona(persona, f"{path}.persona", settings) if persona else None
            conditions = tuple(self._conditions(when, f"{path}.when")) if when else ()
            if when is None or not when.value:
                text = "has no conditions; write when: {COLUMN: VALUE}, or name the persona as default"
                self._wrong(rule, path, text)
            # Without a persona, the rule's columns still count as used.
            yield Rule(number, chosen or "", conditions, rule.line)

    def _persona(self, part: Member, path: str, settings: Mapping[str, Preset]) -> str | None:
        name = cells.text(part.value)
        if part.value is None and path == "default":
            return None
        if not isinstance(name, str):
            self._wrong(part, path, "is not the name of a persona")
            return None
        if name not in settings:
            self._wrong(part, path, f"{quoted(name)} is not a persona of this file; {suggestion(name, settings)}")
            return None
        return name

    def _conditions(self, when: Member, path: str) -> Iterator[RuleCondition]:
        for part in self._members(when, "a dict of columns and values", path):
            items = part.value if isinstance(part.value, (list, tuple)) else [part.value]
            values = [_value(item) for item in items]
            if not values or None in values:
                self._wrong(part, f"{path}.{part.name}", "is neither a string nor a list of strings")
            else:
                yield RuleCondition(part.name, tuple(value for value in values if value is not None), part.line)

    def _columns(self, columns: Member) -> dict[str, tuple[str, int]]:
        named: dict[str, tuple[str, int]] = {}
        for part in self._members(columns, "a dict of a roster's columns and the headers of the file"):
            column = find(part.name)
            name = normal(part.name) if column is None else column.name
            header = cells.text(part.value)
            if name != ACTIVE and column is None:
                self._wrong(part, f"columns.{part.name}", unknown(part.name))
            elif not isinstance(header, str) or not header:
                self._wrong(part, f"columns.{part.name}", "is not the header of a column")
            elif name in named:
                self._wrong(part, f"columns.{part.name}", f"names the column {name!r} again; keep one of them")
            else:
                named[name] = (header, part.line)
        return named


def _value(item: Any) -> str | None:
    """A value of a condition as it is compared with cells; None if it is not a single value."""
    try:
        value = cells.plain(item)
    except cells.BadCell:
        return None
    return "" if value is None else comparable(value)


def _lines(prefix: str, members: tuple[Member, ...]) -> Iterator[tuple[str, int]]:
    """Path -> line of each setting."""
    for member in members:
        yield f"{prefix}{member.name}", member.line
        if isinstance(member.value, Mapping):
            yield from _lines(f"{prefix}{member.name}.", member.parts)
