"""From a table to people: the inputs of each user, and everything that is wrong with the roster, all at once.

Contract:
- `judge` never raises for what is written in a roster, and says each thing once: what a column or a default does wrong
  to every row is told of the column, not of each row.
- A value that is not plain (an output of the program) is taken over as it is, and judged as unknown.
- The people come in the order of their usernames, whatever the order of the rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import limits, rules
from connect_users.core.arns import bare_id
from connect_users.core.settings import Settings
from connect_users.core.spec import UNKNOWN, Props
from connect_users.roster.assembly import Assembled, Assembly, known
from connect_users.roster.columns import (
    INSTANCE,
    PER_CHANNEL,
    PROFICIENCIES,
    USERNAME,
    Column,
    find,
    normal,
    of_path,
    unknown,
)
from connect_users.roster.proficiency_rows import one_each
from connect_users.roster.tables import Row, Table, clipped, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connect_users.core.references import Reference
    from connect_users.roster.names import Names


@dataclass(frozen=True)
class RosterProblem:
    """One thing that is wrong, and where.

    Attributes:
        line: from 1; 0 when it is about the whole roster.
        column: as it is written in the file, or as the documentation names it; "" for the whole row.
    """

    source: str
    line: int
    column: str
    text: str
    username: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (place(self.source, self.line), self.column, self.text) if part)


@dataclass(frozen=True)
class Person:
    """One user of the roster.

    Attributes:
        inputs: of the user, with whatever the program gave (outputs) in them. Parts may be shared between people.
        profiles: the names of security profiles as the row (or a default) says them.
    """

    username: str
    inputs: Props
    line: int
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Terms:
    """What a roster is judged by, beside its rows.

    Attributes:
        instance_id: of every person; `UNKNOWN` where there is none yet.
        identity_management_type: of the instance; None leaves what depends on it to AWS.
        names: how the names of each kind become ids.
        defaults: columns, nested or flat, for people whose cell is empty. Tags are added key by key.
        ignore_columns: headers that are left out.
        password_of: username -> (input, value), or None where it has none.
        reserved_tags: as in `rules.review`.
    """

    instance_id: Any = UNKNOWN
    identity_management_type: str | None = None
    names: Mapping[Reference, Names] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    ignore_columns: tuple[str, ...] = ()
    password_of: Callable[[str], tuple[str, Any] | None] | None = None
    reserved_tags: int = Settings().reserved_tags


@dataclass(frozen=True)
class Judged:
    """The people of a roster; only a roster without problems may be used.

    Attributes:
        warnings: of the rules, which the resource gives for each user, too.
        remarks: warnings about the roster itself.
        more: problems, and warnings of both kinds, beyond those that are kept (`limits.ROSTER_PROBLEMS_MAX`).
    """

    source: str
    people: tuple[Person, ...]
    problems: tuple[RosterProblem, ...]
    warnings: tuple[RosterProblem, ...] = ()
    remarks: tuple[RosterProblem, ...] = ()
    more: tuple[int, int] = (0, 0)


class _Found(dict[RosterProblem, None]):
    """Problems, each once, as many as are kept of one roster.

    Args:
        headers_end: the line up to which a problem is one of the headers, of which there are few.
    """

    def __init__(self, headers_end: int) -> None:
        super().__init__()
        self._headers_end = headers_end
        self.more = 0

    def __setitem__(self, problem: RosterProblem, nothing: None) -> None:
        if len(self) < limits.ROSTER_PROBLEMS_MAX or problem.line <= self._headers_end:
            super().__setitem__(problem, nothing)
        elif problem not in self:
            self.more += 1


def judge(table: Table, terms: Terms) -> Judged:
    """Every person of a table, with all problems and warnings."""
    return _Judge(one_each(table), terms).run()


class _Judge:
    """One run of `judge`."""

    def __init__(self, table: Table, terms: Terms) -> None:
        self._table = table
        self._terms = terms
        self._columns = _columns(table, terms)
        self._paths = {column.path for column in self._columns.values() if column}
        self._assembly = Assembly(self._columns, terms.names, terms.defaults)
        headers_end = min(table.headers.values(), default=0)
        self._problems = _Found(headers_end)
        self._warnings = _Found(headers_end)
        self._remarks = _Found(headers_end)
        self._lines: dict[str, int] = {}
        self._noun = "line" if table.source else "row"
        self._passwords = 0
        self._plain_instance = known(terms.instance_id) is terms.instance_id

    def run(self) -> Judged:
        people = []
        if self._table.header_line and not any(self._columns.values()):
            # Most likely the first person, of whom nothing is repeated.
            self._problems[self._at(self._table.header_line, "", _NO_HEADER)] = None
            return self._judged([])
        self._judge_headers()
        if not self._table.rows:
            self._remarks[self._at(0, "", "nobody is in it")] = None
        elif self._names_people():
            for row in self._table.rows:
                person = self._person(row)
                if person is not None:
                    people.append(person)
        self._judge_spelling()
        if self._passwords:
            self._remarks[self._at(0, "password", _plain_passwords(self._passwords))] = None
        return self._judged(people)

    def _judged(self, people: list[Person]) -> Judged:
        people.sort(key=lambda person: person.username)
        found = (self._sorted(self._problems), self._sorted(self._warnings), self._sorted(self._remarks))
        more = (self._problems.more, self._warnings.more + self._remarks.more)
        return Judged(self._table.source, tuple(people), *found, more)

    def _sorted(self, problems: Mapping[RosterProblem, None]) -> tuple[RosterProblem, ...]:
        """From the first line to the last, in the order of the columns."""
        places = {header: place for place, header in enumerate(self._table.headers)}
        return tuple(sorted(problems, key=lambda found: (found.line, places.get(found.column, len(places)))))

    def _at(self, line: int, column: str, text: str, username: Any = "") -> RosterProblem:
        username = clipped(username) if isinstance(username, str) else ""
        return RosterProblem(self._table.source, line, clipped(column), clipped(text), username)

    def _judge_headers(self) -> None:
        ignored = {normal(header) for header in self._terms.ignore_columns}
        for header, line in self._table.headers.items():
            if self._columns[header] is None and normal(header) not in ignored:
                self._problems[self._at(line, header, unknown(header, "; ignore_columns leaves it out"))] = None
        for header in self._table.twice:
            self._problems[self._at(self._table.headers[header], header, "two columns have this header")] = None
        for header, text in self._assembly.default_problems:
            self._problems[self._at(0, f"defaults.{header}" if header else "defaults", text)] = None

    def _names_people(self) -> bool:
        if USERNAME in self._paths:
            return True
        line = min(self._table.headers.values(), default=0)
        self._problems[self._at(line, "username", "there is no such column; it names the people")] = None
        return False

    def _person(self, row: Row) -> Person | None:
        if row.surplus:
            # Its cells may stand under other headers than theirs: what else they say is wrong, and may be a password.
            more = "1 more cell" if row.surplus == 1 else f"{row.surplus} more cells"
            text = f"{more} than the header has; quote cells that have the separator in them"
            self._problems[self._at(row.line, "", text)] = None
            return None
        built = self._assembly.of(row)
        inputs = built.inputs
        username = inputs.get("username")
        for header, text in built.problems:
            self._problems[self._at(row.line, header, text, username)] = None
        self._judge_instance(row, inputs)
        if self._terms.identity_management_type is not None:
            inputs.setdefault("identity_management_type", self._terms.identity_management_type)
        from_elsewhere = self._add_password(row, inputs, username)
        plain = built.plain and self._plain_instance and (not from_elsewhere or isinstance(inputs[from_elsewhere], str))
        review = rules.review(inputs if plain else known(inputs), reserved_tags=self._terms.reserved_tags)
        for found, into in ((review.problems, self._problems), (review.warnings, self._warnings)):
            for problem in found:
                into[self._placed(problem.path, problem.text, row, built)] = None
        return self._counted(row, built, username)

    def _judge_instance(self, row: Row, inputs: Props) -> None:
        """Every person belongs to the roster's instance; a row that names another one was not meant for it."""
        said, ours = bare_id(inputs.get("instance_id")), bare_id(known(self._terms.instance_id))
        if isinstance(said, str) and isinstance(ours, str) and said != ours:
            text = f"{said!r} is not the instance of this roster, {ours!r}; leave it out, or to another roster"
            self._problems[self._at(row.line, self._header(INSTANCE, row), text, inputs.get("username"))] = None
        inputs["instance_id"] = self._terms.instance_id

    def _add_password(self, row: Row, inputs: Props, username: Any) -> str:
        """Add the password that the roster got beside its rows; the input that it became, or ""."""
        if isinstance(inputs.get("password"), str) and inputs["password"]:
            self._passwords += 1
        if self._terms.password_of is None or not isinstance(username, str):
            return ""
        answer = self._terms.password_of(username)
        if answer is None:
            return ""
        name, value = answer
        if name in inputs:
            text = "given in the row and by passwords=; keep one of them"
            self._problems[self._at(row.line, name, text, username)] = None
            return ""
        inputs[name] = value
        return name

    def _counted(self, row: Row, built: Assembled, username: Any) -> Person | None:
        if not isinstance(username, str):
            if username is not UNKNOWN and known(username) is UNKNOWN:
                text = "is not known while the program runs; it names the resource"
                self._problems[self._at(row.line, "username", text)] = None
            return None
        if username in self._lines:
            lines = f"{self._noun}s {self._lines[username]} and {row.line}"
            text = f"{username!r} is on {lines}; a username may appear once"
            if PROFICIENCIES in self._paths:
                text += ", or with another proficiency and nothing else that differs"
            self._problems[self._at(row.line, self._header(USERNAME, row), text, username)] = None
            return None
        self._lines[username] = row.line
        return Person(username, built.inputs, row.line, built.profiles)

    def _judge_spelling(self) -> None:
        """Warn of usernames that differ in case only: two users for Connect, most likely one person."""
        seen: dict[str, str] = {}
        for username, line in self._lines.items():
            other = seen.setdefault(username.lower(), username)
            if other != username:
                text = f"{username!r} differs from {other!r} on {self._noun} {self._lines[other]} in case only"
                self._remarks[self._at(line, "username", text, username)] = None

    def _placed(self, path: str, text: str, row: Row, built: Assembled) -> RosterProblem:
        """A problem of the rules, at its column and line; at the whole roster where no row is to blame."""
        username = built.inputs.get("username")
        parts = _parts(path, built.inputs)
        header = self._header(parts, row)
        if header and parts[0] != "instance_id":
            return self._at(row.line, header, text, username)
        if parts[0] in ("instance_id", "identity_management_type"):
            return self._at(0, parts[0], text)
        default = self._assembly.default_header(parts)
        if default:
            return self._at(0, f"defaults.{default}", text)
        if parts[0] in _PASSWORDS and self._terms.password_of is not None:
            return self._at(row.line, "passwords", text, username)
        column = of_path(parts)
        name = column.name if column else path
        if column and self._paths.isdisjoint(_same_place(column)):
            # The column is not there at all: said once, of the headers.
            return self._at(min(self._table.headers.values(), default=0), name, text)
        return self._at(row.line, name, text, username)

    def _header(self, parts: tuple[str, ...], row: Row) -> str:
        """The header of the row's cell that an input, or a part of one, came from; "" when there is none."""
        found = ""
        for header, _ in row.cells:
            column = self._columns[header]
            if column is None:
                continue
            if column.path == parts:
                return header
            if column.path == parts[: len(column.path)] or parts == column.path[: len(parts)]:
                found = found or header
        return found


def _columns(table: Table, terms: Terms) -> dict[str, Column | None]:
    ignored = {normal(header) for header in terms.ignore_columns}
    return {header: None if normal(header) in ignored else find(header) for header in table.headers}


def _same_place(column: Column) -> Iterator[tuple[str, ...]]:
    """The paths of columns that may hold the same input."""
    yield from (column.path[:length] for length in range(1, len(column.path) + 1))


_PASSWORDS: Final = ("password", "password_secret_arn")
_NO_HEADER: Final = "names no column of a roster; the first line must, as in username,routing_profile,security_profiles"
_PATH: Final = re.compile(r"(?P<input>[^.\[]+)(\[(?P<index>\d+)\])?(\.(?P<rest>.*))?", re.DOTALL)


def _parts(path: str, inputs: Props) -> tuple[str, ...]:
    """A path of the rules in the form of `Column.path`."""
    match = _PATH.fullmatch(path)
    if match is None:
        return (path,)
    name, index, rest = match["input"], match["index"], match["rest"]
    if name == "tags":
        return (name, rest) if rest else (name,)
    if index is None:
        return (name, *rest.split(".")) if rest else (name,)
    if name not in PER_CHANNEL:
        return (name,)
    entry = inputs[name][int(index)]
    channel = entry.get("channel") if isinstance(entry, dict) else None
    return (name, str(channel), *(rest.split(".") if rest and rest != "channel" else ()))


def _plain_passwords(count: int) -> str:
    passwords = "1 password in plain text" if count == 1 else f"{count} passwords in plain text"
    return f"holds {passwords}; keep them in passwords= (secrets of the stack, or names in Secrets Manager)"
