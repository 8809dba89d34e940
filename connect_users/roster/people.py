"""From a table to people: the inputs of each user, and all problems of the roster at once.

Contract:
- `judge` does not raise for any content of a roster. It reports each problem once: a problem of a column or a default
  has the place of that, and is not repeated for each row.
- A value that is not plain (an output of the program) stays as it is, and is judged as unknown.
- The people are in the order of their usernames, not of the rows.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core import limits, rules
from connect_users.core.arns import bare_id
from connect_users.core.phrases import plural
from connect_users.core.spec import UNKNOWN, Props
from connect_users.roster.assembly import (
    DAYS,
    DEFAULTS,
    Layer,
    Preset,
    RowInputs,
    RowReader,
    ValueReader,
    with_unknowns,
)
from connect_users.roster.columns import INSTANCE, PROFICIENCIES, USERNAME, normal, unknown
from connect_users.roster.days import DatedPerson, Period
from connect_users.roster.problems import PASSWORDS, ProblemPlaces, Problems, RosterProblem
from connect_users.roster.proficiency_rows import one_row_each
from connect_users.roster.tables import Row, Table, place

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from connect_users.core.references import Reference
    from connect_users.roster.choosing import Choice, Chooser
    from connect_users.roster.names import Names
    from connect_users.roster.personas import Personas


class Person(NamedTuple):
    """One user of the roster.

    Attributes:
        inputs: the user's inputs, which may contain outputs of the program. People may share parts of them.
        profiles: the names of security profiles, from the row, the persona or a default.
        choice: the person's persona; None if the roster has no personas.
        own: with a persona, columns of settings that the row itself has, which win over the persona's.
    """

    username: str
    inputs: Props
    line: int
    profiles: tuple[str, ...] = ()
    source: str = ""
    choice: Choice | None = None
    own: tuple[str, ...] = ()


class RosterOptions(NamedTuple):
    """The settings of a roster besides its rows.

    Attributes:
        instance_id: of every person; `UNKNOWN` if it is not known yet.
        identity_management_type: of the instance; if it is None, AWS checks what depends on it.
        names: how the names of each kind become ids.
        defaults: columns, nested or flat, for people whose cell is empty. Tags are added key by key.
        personas: their settings win over the defaults.
        ignore_columns: headers that are left out.
        password_of: username -> (input, value), or None if there is no password.
        reserved_tags: as in `rules.review`.
        today: returns the day; the roster has only people whose days include it. None: all people.
    """

    instance_id: Any = UNKNOWN
    identity_management_type: str | None = None
    names: Mapping[Reference, Names] = MappingProxyType({})
    defaults: Mapping[str, Any] = MappingProxyType({})
    personas: Personas | None = None
    ignore_columns: tuple[str, ...] = ()
    password_of: Callable[[str], tuple[str, Any] | None] | None = None
    reserved_tags: int = limits.OWNERSHIP_TAGS
    today: Callable[[], dt.date] | None = None


class JudgedRoster(NamedTuple):
    """The people of a roster. Do not use them if there are problems.

    Attributes:
        warnings: of the rules; the resource itself gives them for each user, too.
        remarks: warnings about the roster itself.
        more: the number of problems, and of warnings of both kinds, beyond `limits.ROSTER_PROBLEMS_MAX`.
        dated: everybody whose row has a first or a last day, in the roster today or not.
        files: the judged files, with one row for each person.
    """

    source: str
    people: tuple[Person, ...]
    problems: tuple[RosterProblem, ...]
    warnings: tuple[RosterProblem, ...] = ()
    remarks: tuple[RosterProblem, ...] = ()
    more: tuple[int, int] = (0, 0)
    dated: tuple[DatedPerson, ...] = ()
    files: tuple[Table, ...] = ()


def judge(table: Table, options: RosterOptions) -> JudgedRoster:
    """Judges all rows of a table; returns the people with all problems and warnings."""
    return _Judge(table, options).run()


class _Judge:
    """One run of `judge`, for all files of a roster."""

    def __init__(self, table: Table, options: RosterOptions) -> None:
        personas = options.personas
        self.table = table
        self.options = options
        files = table.files
        sources = (table.source, *(file.source for file in files), "" if personas is None else personas.label)
        self.problems, self.warnings, self.remarks = (Problems(files, sources) for _ in range(3))
        self.values = ValueReader(options.names)
        self.defaults = Layer(Preset(DEFAULTS, options.defaults, table.source), self.values)
        settings = {} if personas is None else personas.settings
        self.personas = {name: Layer(preset, self.values) for name, preset in settings.items()}
        #: Whether people get personas: not if the personas themselves have problems.
        self.choosing = False
        self.ignored = {normal(header) for header in options.ignore_columns}
        #: Username -> file and line of the first row.
        self.places: dict[str, tuple[str, int]] = {}
        #: Username -> the days, the file and the line of each row.
        self.periods: dict[str, list[tuple[Period, str, int]]] = {}
        self.dated: list[DatedPerson] = []
        self.passwords = 0
        self.used: set[str] = set()
        self.files = [_FileJudge(file, self) for file in map(one_row_each, files)]
        paths = [path for file in self.files for path in file.paths]
        paths += [path for layer in (self.defaults, *self.personas.values()) for _, path, _ in layer.settings]
        self.has_days = not DAYS.isdisjoint(paths)
        self.today = options.today() if options.today is not None and self.has_days else None

    def run(self) -> JudgedRoster:
        self._judge_presets()
        people = [person for file in self.files for person in file.people()]
        if not self.table.rows:
            self.remarks.add(self.table.source, 0, "", "the roster has no people")
        elif not people and self.dated:
            self.remarks.add(self.table.source, 0, "", "the roster has no people today")
        self._judge_spelling()
        self._judge_use()
        if self.passwords:
            text = f"the roster holds {plural(self.passwords, 'password')} in plain text; {_PASSWORDS_ADVICE}"
            self.remarks.add(self.table.source, 0, "password", text)
        people.sort(key=lambda person: person.username)
        in_order = (self.problems.in_order(), self.warnings.in_order(), self.remarks.in_order())
        more = (self.problems.more, self.warnings.more + self.remarks.more)
        files = tuple(file.table for file in self.files)
        return JudgedRoster(self.table.source, tuple(people), *in_order, more, tuple(self.dated), files)

    def _judge_presets(self) -> None:
        """Add the problems of the defaults and the personas."""
        for layer in (self.defaults, *self.personas.values()):
            for header, text in layer.problems:
                self.problems.add(*layer.place(header), text)
        personas = self.options.personas
        if personas is None:
            return
        from connect_users.roster.choosing import missing_columns

        missing = list(missing_columns(personas, self.table.files))
        # YAML, JSON and rows of a program leave out columns in which nobody has a value.
        certain = all(file.header_line or file.form for file in self.table.files if file.rows)
        self.choosing = not personas.problems and not (missing and certain)
        for problem in personas.problems:
            self.problems.add(*problem)
        for problem in missing:
            (self.problems if certain else self.remarks).add(*problem)

    def _judge_spelling(self) -> None:
        """Warn about usernames that differ only in case: two users for Connect, but most likely one person."""
        seen: dict[str, str] = {}
        for username, (source, line) in self.places.items():
            other = seen.setdefault(username.lower(), username)
            if other != username:
                text = f"{username!r} differs from {other!r} {self.where(other, source)} only in case"
                self.remarks.add(source, line, "username", text, username)

    def _judge_use(self) -> None:
        """Warn about personas that nobody has."""
        if self.choosing and self.places:
            for name, layer in self.personas.items():
                if name not in self.used:
                    preset = layer.preset
                    self.remarks.add(preset.source, preset.line, preset.name, "nobody has this persona")

    def where(self, username: str, source: str) -> str:
        """A person's place, seen from a file: ``on line 3``; in another file ``in b.csv:3``."""
        other, line = self.places[username]
        noun = "line" if source else "row"
        return f"on {noun} {line}" if other == source else f"in {place(other, line)}"


class _FileJudge:
    """Judges one file of a roster."""

    def __init__(self, table: Table, judge: _Judge) -> None:
        self.table = table
        self._judge = judge
        self._options = options = judge.options
        self._problems = judge.problems
        self._columns = {
            header: None if normal(header) in judge.ignored else table.column(header) for header in table.headers
        }
        self.paths = {column.path for column in self._columns.values() if column}
        self._settings = {name: it.name for name, it in self._columns.items() if it and it.path[0] not in NOT_SETTINGS}
        self._rows = RowReader(self._columns, judge.values)
        has_passwords = options.password_of is not None
        self._places = ProblemPlaces(table, self._columns, judge.table.source, passwords=has_passwords)
        self._chooser: Chooser | None = None
        if options.personas is not None:
            from connect_users.roster.choosing import Chooser

            self._chooser = Chooser(options.personas, table)
        self._plain_instance = with_unknowns(options.instance_id) is options.instance_id

    def people(self) -> Iterator[Person]:
        """Everybody in the file; adds its problems."""
        if self.table.header_line and not any(self._columns.values()):
            # The first line is most likely a person, whose data is not repeated.
            hint = "" if self._chooser is None else ", or name them by columns: {username: HEADER} in the personas"
            self._add(self.table.header_line, "", f"{_NO_HEADER}{hint}")
            return
        self._judge_headers()
        if self.table.rows and self._names_people():
            for row in self.table.rows:
                person = self._person(row)
                if person is not None:
                    yield person

    def _add(self, line: int, column: str, text: str, username: Any = "") -> None:
        self._problems.add(self.table.source, line, column, text, username)

    def _judge_headers(self) -> None:
        for header, line in self.table.headers.items():
            # An export may have any columns, and so may the rules of the personas.
            is_allowed = self.table.form or (self._chooser is not None and self._chooser.reads(header))
            if self._columns[header] is None and normal(header) not in self._judge.ignored and not is_allowed:
                self._add(line, header, unknown(header, "; to leave it out, name it in ignore_columns"))
        for header in self.table.twice:
            if not self.table.form or self._columns[header] is not None:
                self._add(self.table.headers[header], header, "two columns have this header")

    def _names_people(self) -> bool:
        if USERNAME not in self.paths:
            line = min(self.table.headers.values(), default=0)
            self._add(line, "username", "the column is missing; it names the people")
        return USERNAME in self.paths

    def _person(self, row: Row) -> Person | None:
        """The person of a row, if it includes today. People who start later are judged too; people who left are not."""
        if row.surplus:
            # The cells may be under the wrong headers: other problems would mislead, and could repeat a password.
            cells = plural(row.surplus, "cell")
            text = f"the row has {cells} more than the header; quote cells that contain the separator"
            self._add(row.line, "", text)
            return None
        choice: Choice | str | None = None
        if self._chooser is not None:
            choice = self._chooser.of(row) if self._judge.choosing else ""
        layers = [self._judge.defaults]
        if not isinstance(choice, str | None):
            layers.insert(0, self._judge.personas[choice.persona])
        period = self._period(row, layers)
        if period is None:
            return None
        result = self._rows.of(row, layers)
        inputs = result.inputs
        username = inputs.get("username")
        for header, text in result.problems:
            self._add(row.line, header, text, username)
        early = period.is_after(self._judge.today)
        self._judge_instance(row, inputs)
        self._add_identity(inputs)
        from_elsewhere = self._add_password(row, inputs, username, early=early)
        if isinstance(choice, str):
            # The persona's settings are missing: that is not another problem.
            if choice:
                self._add(row.line, "", choice, username)
            choice = None
        else:
            plain = result.plain and self._plain_instance
            plain = plain and (not from_elsewhere or isinstance(inputs[from_elsewhere], str))
            review = rules.review(inputs if plain else with_unknowns(inputs), reserved_tags=self._options.reserved_tags)
            for problems, into in ((review.problems, self._problems), (review.warnings, self._judge.warnings)):
                for problem in problems:
                    into.add(*self._places.of(problem, row, inputs, layers))
        if choice is not None:
            self._judge.used.add(choice.persona)
        person = self._to_person(row, result, choice, period)
        return None if early else person

    def _period(self, row: Row, layers: Sequence[Layer]) -> Period | None:
        """The days of a row; None if the person has left."""
        if not self._judge.has_days:
            return Period()
        period, wrong = self._rows.period(row, layers)
        for header, text in wrong:
            self._add(row.line, header, text)
        if wrong or not period.is_before(self._judge.today):
            return period
        self._note_row(self._rows.username(row), row, period)
        return None

    def _judge_instance(self, row: Row, inputs: Props) -> None:
        """Refuse a row that names another instance than the roster's."""
        theirs, ours = bare_id(inputs.get("instance_id")), bare_id(with_unknowns(self._options.instance_id))
        if isinstance(theirs, str) and isinstance(ours, str) and theirs != ours:
            text = f"{theirs!r} is not the instance of this roster, which is {ours!r}; remove the cell or the person"
            self._add(row.line, self._places.header(INSTANCE, row), text, inputs.get("username"))
        inputs["instance_id"] = self._options.instance_id

    def _add_identity(self, inputs: Props) -> None:
        """Add the identity management type; with SAML, take away the address of an export, which AWS refuses then."""
        if self._options.identity_management_type is not None:
            inputs.setdefault("identity_management_type", self._options.identity_management_type)
        info = inputs.get("identity_info")
        if self.table.form and inputs.get("identity_management_type") == "SAML" and isinstance(info, dict):
            inputs["identity_info"] = {name: value for name, value in info.items() if name != "email"}

    def _add_password(self, row: Row, inputs: Props, username: Any, *, early: bool) -> str:
        """Add the password that the program has for the username; returns its input, or "".

        Args:
            early: the person starts later, and may have no password yet.
        """
        if isinstance(inputs.get("password"), str) and inputs["password"]:
            self._judge.passwords += 1
        if self._options.password_of is None or not isinstance(username, str):
            return ""
        answer = ("password", UNKNOWN) if early else self._options.password_of(username)
        if answer is None or (early and not PASSWORDS.isdisjoint(inputs)):
            return ""
        name, value = answer
        if name in inputs:
            text = "is set in the row and by passwords=; keep one of them"
            self._add(row.line, name, text, username)
            return ""
        inputs[name] = value
        return name

    def _to_person(self, row: Row, result: RowInputs, choice: Choice | None, period: Period) -> Person | None:
        username = result.inputs.get("username")
        if not isinstance(username, str):
            if username is not UNKNOWN and with_unknowns(username) is UNKNOWN:
                text = "is not known while the program runs, but it names the resource"
                self._add(row.line, "username", text)
            return None
        if not self._note_row(username, row, period):
            return None
        source = self.table.source
        self._judge.places.setdefault(username, (source, row.line))
        own = tuple(self._settings[header] for header, _ in row.cells if header in self._settings) if choice else ()
        return Person(username, result.inputs, row.line, result.profiles, source, choice, own)

    def _note_row(self, username: Any, row: Row, period: Period) -> bool:
        """Note a row of a person; returns whether no other row has the username at the same time."""
        if not isinstance(username, str):
            return False
        rows = self._judge.periods.setdefault(username, [])
        # Without a day, everybody is in the roster at the same time.
        everybody = self._judge.today is None
        twice = [(source, line) for days, source, line in rows if everybody or period.overlaps(days)]
        if len(rows) == _ROWS_MAX:
            twice.append(rows[0][1:])
        if not twice:
            rows.append((period, self.table.source, row.line))
        if period != Period() and not period.is_before(period.first):
            self._judge.dated.append(DatedPerson(username, row.line, period, self.table.source))
        if twice:
            text = f"{username!r} is {self._twice(*twice[0], row)}; a username may appear once"
            if PROFICIENCIES in self.paths:
                text += ", or in several rows that differ only in the proficiency"
            if self._judge.has_days:
                text += ", or in rows whose days do not overlap"
            self._add(row.line, self._places.header(USERNAME, row), text, username)
        return not twice

    def _twice(self, source: str, line: int, row: Row) -> str:
        if source == self.table.source:
            return f"on {'line' if source else 'row'}s {line} and {row.line}"
        return f"in {place(source, line)} and in {place(self.table.source, row.line)}"


#: The columns for who a person is, and when; the other columns are settings.
NOT_SETTINGS: Final = frozenset(
    (
        *("username", "identity_info", "directory_user_id", "instance_id", "identity_management_type"),
        *("first_day", "last_day"),
    )
)
#: The most rows of one person at different times: each is compared with all rows before it.
_ROWS_MAX: Final = 50
_NO_HEADER: Final = (
    "names no column; the first line must name the columns, as in username,routing_profile,security_profiles"
)
_PASSWORDS_ADVICE: Final = "use passwords= instead (secrets of the stack, or of AWS Secrets Manager)"
