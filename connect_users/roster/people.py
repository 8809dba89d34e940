"""From a table to people: the inputs of each user, and everything that is wrong with the roster, all at once.

Contract:
- `judge` never raises for what is written in a roster, and reports each problem once: what is wrong with a column or a
  default is reported of that, and not of each row.
- A value that is not plain (an output of the program) is kept as it is, and judged as unknown.
- The people are in the order of their usernames, whatever the order of the rows.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core import limits, rules
from connect_users.core.arns import bare_id
from connect_users.core.patterns import pattern
from connect_users.core.phrases import plural
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
from connect_users.roster.days import Dated, Period
from connect_users.roster.proficiency_rows import one_each
from connect_users.roster.tables import Row, Table, clipped, from_records, place

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from connect_users.core.references import Reference
    from connect_users.roster.names import Names


class RosterProblem(NamedTuple):
    """One problem, and its place.

    Attributes:
        line: from 1; 0 where the problem is of the whole roster.
        column: as it is written in the file, or as the documentation names it; "" for the whole row.
    """

    source: str
    line: int
    column: str
    text: str
    username: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (place(self.source, self.line), self.column, self.text) if part)


class Person(NamedTuple):
    """One user of the roster.

    Attributes:
        inputs: of the user, which may hold outputs of the program. Parts may be shared between people.
        profiles: the names of security profiles, as they are in the row or in a default.
    """

    username: str
    inputs: Props
    line: int
    profiles: tuple[str, ...] = ()


class RosterOptions(NamedTuple):
    """What a roster is judged by, beside its rows.

    Attributes:
        instance_id: of every person; `UNKNOWN` where it is not known yet.
        identity_management_type: of the instance; None leaves what depends on it to AWS.
        names: how the names of each kind become ids.
        defaults: columns, nested or flat, for people whose cell is empty. Tags are added key by key.
        ignore_columns: headers that are left out.
        password_of: username -> (input, value), or None where there is no password.
        reserved_tags: as in `rules.review`.
        today: returns the day; only those whose days include it are people of the roster. None takes everybody.
    """

    instance_id: Any = UNKNOWN
    identity_management_type: str | None = None
    names: Mapping[Reference, Names] = MappingProxyType({})
    defaults: Mapping[str, Any] = MappingProxyType({})
    ignore_columns: tuple[str, ...] = ()
    password_of: Callable[[str], tuple[str, Any] | None] | None = None
    reserved_tags: int = limits.OWNERSHIP_TAGS
    today: Callable[[], dt.date] | None = None


class JudgedRoster(NamedTuple):
    """The people of a roster; only a roster without problems may be used.

    Attributes:
        warnings: of the rules; the resource gives them for each user, too.
        remarks: warnings about the roster itself.
        more: the number of problems, and of warnings of both kinds, beyond `limits.ROSTER_PROBLEMS_MAX`.
        dated: everybody whose row has a first or a last day, people of the roster today or not.
    """

    source: str
    people: tuple[Person, ...]
    problems: tuple[RosterProblem, ...]
    warnings: tuple[RosterProblem, ...] = ()
    remarks: tuple[RosterProblem, ...] = ()
    more: tuple[int, int] = (0, 0)
    dated: tuple[Dated, ...] = ()


class _Problems:
    """Problems of one roster, each once, up to the limit.

    Args:
        table: its headers are few, so their problems are all kept.
    """

    def __init__(self, table: Table) -> None:
        self._source = table.source
        self._headers_end = min(table.headers.values(), default=0)
        self._places = {header: place for place, header in enumerate(table.headers)}
        self._kept: dict[RosterProblem, None] = {}
        self.more = 0

    def add(self, line: int, column: str, text: str, username: Any = "") -> None:
        """Add a problem."""
        username = clipped(username) if isinstance(username, str) else ""
        problem = RosterProblem(self._source, line, clipped(column), clipped(text), username)
        if len(self._kept) < limits.ROSTER_PROBLEMS_MAX or line <= self._headers_end:
            self._kept[problem] = None
        elif problem not in self._kept:
            self.more += 1

    def in_order(self) -> tuple[RosterProblem, ...]:
        """From the first line to the last, in the order of the columns."""
        last = len(self._places)
        return tuple(sorted(self._kept, key=lambda each: (each.line, self._places.get(each.column, last))))


def judge(table: Table, options: RosterOptions) -> JudgedRoster:
    """Every person of a table, with all problems and warnings."""
    return _Judge(one_each(table), options).run()


class _Judge:
    """One run of `judge`."""

    def __init__(self, table: Table, options: RosterOptions) -> None:
        self._table = table
        self._options = options
        self._columns = _columns(table, options)
        self._paths = {column.path for column in self._columns.values() if column}
        self._assembly = Assembly(self._columns, options.names, options.defaults)
        self._problems, self._warnings, self._remarks = _Problems(table), _Problems(table), _Problems(table)
        self._lines: dict[str, int] = {}
        self._periods: dict[str, list[tuple[Period, int]]] = {}
        self._dated: list[Dated] = []
        self._noun = "line" if table.source else "row"
        self._passwords = 0
        self._has_days = self._assembly.has_days
        self._today = options.today() if options.today is not None and self._has_days else None
        self._plain_instance = known(options.instance_id) is options.instance_id

    def run(self) -> JudgedRoster:
        people = []
        if self._table.header_line and not any(self._columns.values()):
            # Most likely the first person, whose data is not repeated.
            self._problems.add(self._table.header_line, "", _NO_HEADER)
            return self._judged([])
        self._judge_headers()
        if not self._table.rows:
            self._remarks.add(0, "", "the roster has no people")
        elif self._names_people():
            for row in self._table.rows:
                person = self._person(row)
                if person is not None:
                    people.append(person)
            if not people and self._dated:
                self._remarks.add(0, "", "the roster has no people today")
        self._judge_spelling()
        if self._passwords:
            self._remarks.add(0, "password", _plain_passwords(self._passwords))
        return self._judged(people)

    def _judged(self, people: list[Person]) -> JudgedRoster:
        people.sort(key=lambda person: person.username)
        in_order = (self._problems.in_order(), self._warnings.in_order(), self._remarks.in_order())
        more = (self._problems.more, self._warnings.more + self._remarks.more)
        return JudgedRoster(self._table.source, tuple(people), *in_order, more, tuple(self._dated))

    def _judge_headers(self) -> None:
        ignored = {normal(header) for header in self._options.ignore_columns}
        for header, line in self._table.headers.items():
            if self._columns[header] is None and normal(header) not in ignored:
                text = unknown(header, "; to leave it out, name it in ignore_columns")
                self._problems.add(line, header, text)
        for header in self._table.twice:
            self._problems.add(self._table.headers[header], header, "two columns have this header")
        for header, text in self._assembly.default_problems:
            self._problems.add(0, f"defaults.{header}" if header else "defaults", text)

    def _names_people(self) -> bool:
        if USERNAME in self._paths:
            return True
        line = min(self._table.headers.values(), default=0)
        self._problems.add(line, "username", "the column is missing; it names the people")
        return False

    def _person(self, row: Row) -> Person | None:
        """The person of a row, if it is one of today's. Who is to come is judged all the same; who has left is not."""
        if row.surplus:
            # Its cells may be under the wrong headers: other problems would be misleading, and may repeat a password.
            cells = plural(row.surplus, "cell")
            text = f"the row has {cells} more than the header; quote cells that contain the separator"
            self._problems.add(row.line, "", text)
            return None
        period, today = Period(), self._today
        if self._has_days:
            period, wrong = self._assembly.period(row)
            for header, text in wrong:
                self._problems.add(row.line, header, text)
            if period.is_before(today) and not wrong:
                self._note(self._assembly.username(row), row, period)
                return None
        built = self._assembly.of(row)
        inputs = built.inputs
        username = inputs.get("username")
        for header, text in built.problems:
            self._problems.add(row.line, header, text, username)
        early = period.is_after(today)
        self._judge_instance(row, inputs)
        if self._options.identity_management_type is not None:
            inputs.setdefault("identity_management_type", self._options.identity_management_type)
        from_elsewhere = self._add_password(row, inputs, username, early=early)
        plain = built.plain and self._plain_instance and (not from_elsewhere or isinstance(inputs[from_elsewhere], str))
        review = rules.review(inputs if plain else known(inputs), reserved_tags=self._options.reserved_tags)
        for problems, into in ((review.problems, self._problems), (review.warnings, self._warnings)):
            for problem in problems:
                into.add(*self._placed(problem.path, problem.text, row, built))
        person = self._counted(row, built, username, period)
        return None if early else person

    def _judge_instance(self, row: Row, inputs: Props) -> None:
        """Every person belongs to the roster's instance: refuse a row that names another one."""
        theirs, ours = bare_id(inputs.get("instance_id")), bare_id(known(self._options.instance_id))
        if isinstance(theirs, str) and isinstance(ours, str) and theirs != ours:
            text = f"{theirs!r} is not the instance of this roster, which is {ours!r}; remove the cell or the person"
            self._problems.add(row.line, self._header(INSTANCE, row), text, inputs.get("username"))
        inputs["instance_id"] = self._options.instance_id

    def _add_password(self, row: Row, inputs: Props, username: Any, *, early: bool) -> str:
        """Add the password that the program gives beside the rows; returns the input that holds it, or "".

        Args:
            early: the person is to come, and may have none yet.
        """
        if isinstance(inputs.get("password"), str) and inputs["password"]:
            self._passwords += 1
        if self._options.password_of is None or not isinstance(username, str):
            return ""
        answer = ("password", UNKNOWN) if early else self._options.password_of(username)
        if answer is None or (early and not _PASSWORDS.isdisjoint(inputs)):
            return ""
        name, value = answer
        if name in inputs:
            text = "is set in the row and by passwords=; keep one of them"
            self._problems.add(row.line, name, text, username)
            return ""
        inputs[name] = value
        return name

    def _counted(self, row: Row, built: Assembled, username: Any, period: Period) -> Person | None:
        if not isinstance(username, str):
            if username is not UNKNOWN and known(username) is UNKNOWN:
                text = "is not known while the program runs, but it names the resource"
                self._problems.add(row.line, "username", text)
            return None
        if not self._note(username, row, period):
            return None
        self._lines.setdefault(username, row.line)
        return Person(username, built.inputs, row.line, built.profiles)

    def _note(self, username: Any, row: Row, period: Period) -> bool:
        """Note a row of a person; whether the username is on no other row at the same time."""
        if not isinstance(username, str):
            return False
        others = self._periods.setdefault(username, [])
        # Where no day decides who is there, everybody is there at the same time.
        twice = [line for other, line in others if self._today is None or period.overlaps(other)]
        if len(others) == _ROWS_MAX:
            twice.append(others[0][1])
        if not twice:
            others.append((period, row.line))
        if period != Period() and not period.is_before(period.first):
            self._dated.append(Dated(username, row.line, period))
        if twice:
            lines = f"{self._noun}s {twice[0]} and {row.line}"
            text = f"{username!r} is on {lines}; a username may appear once"
            if PROFICIENCIES in self._paths:
                text += ", or in several rows that differ only in the proficiency"
            if self._has_days:
                text += ", or in rows whose days do not overlap"
            self._problems.add(row.line, self._header(USERNAME, row), text, username)
        return not twice

    def _judge_spelling(self) -> None:
        """Warn of usernames that differ in case only: two users for Connect, most likely one person."""
        seen: dict[str, str] = {}
        for username, line in self._lines.items():
            other = seen.setdefault(username.lower(), username)
            if other != username:
                text = f"{username!r} differs from {other!r} on {self._noun} {self._lines[other]} only in case"
                self._remarks.add(line, "username", text, username)

    def _placed(self, path: str, text: str, row: Row, built: Assembled) -> tuple[int, str, str, Any]:
        """The line, column, text and username of a problem of the rules; line 0 where it is not a row's."""
        username = built.inputs.get("username")
        parts = _parts(path, built.inputs)
        header = self._header(parts, row)
        if header and parts[0] != "instance_id":
            return row.line, header, text, username
        if parts[0] in ("instance_id", "identity_management_type"):
            return 0, parts[0], text, ""
        default = self._assembly.default_header(parts)
        if default:
            return 0, f"defaults.{default}", text, ""
        if parts[0] in _PASSWORDS and self._options.password_of is not None:
            return row.line, "passwords", text, username
        column = of_path(parts)
        name = column.name if column else path
        if column and self._paths.isdisjoint(_same_place(column)):
            # The column is missing: reported once, of the headers.
            return min(self._table.headers.values(), default=0), name, text, ""
        return row.line, name, text, username

    def _header(self, parts: tuple[str, ...], row: Row) -> str:
        """The header of the row's cell that an input, or a part of one, came from; "" when there is none."""
        nearest = ""
        for header, _ in row.cells:
            column = self._columns[header]
            if column is None:
                continue
            if column.path == parts:
                return header
            if column.path == parts[: len(column.path)] or parts == column.path[: len(parts)]:
                nearest = nearest or header
        return nearest


def _columns(table: Table, options: RosterOptions) -> dict[str, Column | None]:
    ignored = {normal(header) for header in options.ignore_columns}
    return {header: None if normal(header) in ignored else find(header) for header in table.headers}


def _same_place(column: Column) -> Iterator[tuple[str, ...]]:
    """The paths of columns that may hold the same input."""
    yield from (column.path[:length] for length in range(1, len(column.path) + 1))


_PASSWORDS: Final = frozenset(("password", "password_secret_arn"))
#: Rows of one person at different times: each is compared with all before it.
_ROWS_MAX: Final = 50
_NO_HEADER: Final = (
    "names no column; the first line must name the columns, as in username,routing_profile,security_profiles"
)
_PATH: Final = pattern(r"(?P<input>[^.\[]+)(\[(?P<index>\d+)\])?(\.(?P<rest>.*))?", re.DOTALL)


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
    passwords = plural(count, "password")
    advice = "use passwords= instead (secrets of the stack, or of AWS Secrets Manager)"
    return f"the roster holds {passwords} in plain text; {advice}"


def unknown_name_problems(
    table: Table, options: RosterOptions, unknown_names: Mapping[tuple[Reference, str], str]
) -> tuple[RosterProblem, ...]:
    """The problems of names that were looked up after the judging, at every place that has one of them.

    Args:
        unknown_names: kind and name -> what is wrong with it.
    """
    problems: dict[RosterProblem, None] = {}
    rows = [(row.line, "", row.cells) for row in table.rows]
    rows += [(0, "defaults.", row.cells) for row in from_records("", [(0, options.defaults)]).rows]
    for line, prefix, cells in rows:
        for header, raw in cells:
            column = find(header)
            if column is None or column.reference is None:
                continue
            value = column.read(raw)
            for name in value if isinstance(value, list) else [value]:
                if isinstance(name, str) and (column.reference, name) in unknown_names:
                    text = unknown_names[column.reference, name]
                    problems[RosterProblem(table.source, line, f"{prefix}{header}", text)] = None
    return tuple(sorted(problems, key=lambda problem: problem.line))
