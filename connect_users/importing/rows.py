"""Live users as rows of a roster, and as the inputs that a program with that roster declares. Pure.

Contract:
- A row holds everything that Connect returns for a user and that a new user would not have. Neutral settings (no
  auto-accept, no after-contact work, a soft phone, ...) are left out and so stay unmanaged.
- Phone settings are written per channel, which loses nothing. The directory's id is written if a directory signs users
  in.
- `row` and `connect_users.roster.people.judge` are inverse to each other. A user for whom they are not is left out,
  with the reason. The judge applies the resource's rules, so no user is imported whom a preview would refuse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core.errors import ConfigurationError
from connect_users.core.fields import BY_NAME, Verdict
from connect_users.core.live import declarable
from connect_users.core.references import BY_FIELD, HIERARCHY_GROUP, OF_USERS, Reference
from connect_users.core.spec import Props, canonical
from connect_users.importing import sharing
from connect_users.roster import cells, csv_text, notations, yaml_text
from connect_users.roster.columns import COLUMNS, INSTANCE, PER_CHANNEL, USERNAME, Column
from connect_users.roster.guarding import assigned_personas
from connect_users.roster.names import Names
from connect_users.roster.people import RosterOptions, judge
from connect_users.roster.personas import personas_of
from connect_users.roster.tables import from_grid

if TYPE_CHECKING:
    from connect_users.roster.assembly import Preset
    from connect_users.roster.guarding import AssignedPersona
    from connect_users.roster.personas import Personas
    from connect_users.roster.tables import Table

#: Of the columns, in order; the persona follows the username.
_HEADERS: Final = tuple(
    header for column in COLUMNS for header in (column.name, *([sharing.COLUMN] if column.path == USERNAME else []))
)
#: The block that is written member by member.
_INFO: Final = "identity_info"


@dataclass(frozen=True)
class Nameable:
    """Names in an instance that a roster can hold: for each kind of resource, id -> name (or path).

    Attributes:
        instance_id: the bare id.
    """

    instance_id: str
    names: Mapping[Reference, Mapping[str, str]] = field(default_factory=dict)
    identity_management_type: str = ""

    def ids(self, kind: Reference) -> dict[str, str]:
        """Name -> id."""
        return {name: id_ for id_, name in self.names.get(kind, {}).items()}


def writable(kind: Reference, names: Mapping[str, str]) -> dict[str, str]:
    """The entries of id -> name that are unambiguous in a roster: the name is unique, and a cell keeps it unchanged.

    Paths of groups have ``/`` between the levels, so a level with ``/`` in its name is not writable. What has no
    writable name is written as an id.
    """
    counts = Counter(names.values())
    read = cells.path if kind == HIERARCHY_GROUP else _in_a_list
    return {id_: name for id_, name in names.items() if name and counts[name] == 1 and read(name) == name}


def _in_a_list(name: str) -> Any:
    names = cells.names(name)
    return names[0] if len(names) == 1 else None


def declared(live: Props, names: Nameable) -> Props:
    """The inputs of a live user, canonical.

    Args:
        live: from `live.live_props`, with proficiencies.
    """
    return declarable(live, names.instance_id, directory=names.identity_management_type == "EXISTING_DIRECTORY")


def row(inputs: Props, names: Nameable) -> dict[str, str]:
    """A user as a row of a roster: header -> cell, without empty cells."""
    cells_: dict[str, str] = {}
    for column in COLUMNS:
        if column.path == ("instance_id",):
            # An argument of the roster.
            continue
        if column.path[0] in BY_FIELD:
            text = _named(column, inputs, names)
        elif column.path == INSTANCE or (column.path[0] in PER_CHANNEL and len(column.path) == 1):
            continue
        else:
            text = _rendered(_at(inputs, column.path))
        if text:
            cells_[column.name] = text
    return cells_


def _named(column: Column, inputs: Props, names: Nameable) -> str:
    """The cell of a column of names, or of the corresponding column of ids, whichever can hold the value."""
    value = inputs.get(column.path[0])
    if value is None:
        return ""
    kind = BY_FIELD[column.path[0]]
    known = names.names.get(kind, {})
    ids = [value] if isinstance(value, str) else list(value)
    by_name = all(id_ in known for id_ in ids)
    if (column.reference is not None) != by_name:
        return ""
    if not by_name:
        return cells.render_names(ids)
    return known[ids[0]] if isinstance(value, str) else cells.render_names(sorted(known[id_] for id_ in ids))


def _at(value: Any, path: Sequence[str]) -> Any:
    """The part of an input at a column's path; list entries are found by channel."""
    for name in path:
        if isinstance(value, list):
            value = next((entry for entry in value if entry.get("channel") == name), None)
        elif isinstance(value, Mapping):
            value = value.get(name)
        else:
            return None
    return value


def _rendered(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return cells.render_flag(value)
    if isinstance(value, Mapping):
        return notations.render_tags(value)
    if isinstance(value, list):
        return notations.render_proficiencies(value)
    return str(value)


class Texts(NamedTuple):
    """The files of a roster: the rows, and the personas; None for a roster without personas."""

    rows: str
    personas: str | None = None


def texts_of(lines: Mapping[str, sharing.Line], roster: str, *, personas: bool) -> Texts:
    """The files for rows by username.

    Args:
        roster: the name of the roster's file.
        personas: what many share becomes personas.
    """
    if not personas:
        return Texts(table_text(lines.values()))
    settings, lines = sharing.shared(lines)
    return Texts(table_text(lines.values()), sharing.text(settings, roster))


def table_text(rows: Iterable[Mapping[str, str]]) -> str:
    """A CSV file: the columns with any value, in the documented order, and the people by username."""
    people = sorted(rows, key=lambda each: each["username"])
    used = {header for each in people for header in each}
    headers = [header for header in _HEADERS if header in used] or ["username"]
    return csv_text.write(headers, people)


@dataclass(frozen=True)
class Written:
    """A roster that was written.

    Attributes:
        inputs: username -> the inputs that a program with the roster declares.
        left_out: username -> why it is not in the roster.
        identity_management_type: for the program; None if its rules would refuse a user who exists.
        marks: the people's personas.
    """

    texts: Texts
    inputs: Mapping[str, Props]
    left_out: Mapping[str, str]
    identity_management_type: str | None = None
    marks: Mapping[str, AssignedPersona] = field(default_factory=dict)


def write(people: Mapping[str, Props], names: Nameable, roster: str = "", *, personas: bool = False) -> Written:
    """The roster of people, from their `declared` inputs.

    Args:
        roster, personas: as of `texts_of`.

    Each line is judged alone, then the whole file. If SAML's rules would refuse a user who exists, the program does not
    name the identity management type.

    Raises:
        ConfigurationError: the file does not read back as its lines do.
    """
    lines = {username: row(inputs, names) for username, inputs in people.items()}
    left_out = _refused(people, lines, names)
    kept = {username: inputs for username, inputs in people.items() if username not in left_out}
    texts = texts_of({username: lines[username] for username in kept}, roster, personas=personas)
    table = csv_text.read(texts.rows, "roster")
    shared = None if texts.personas is None else personas_in(texts.personas, sharing.FILE)
    # For any other type the rules require a password, which Connect never returns.
    for identity in ("SAML", None) if names.identity_management_type == "SAML" else (None,):
        extra = {"identity_management_type": identity} if identity else {}
        inputs = {username: canonical({**props, **extra}) for username, props in kept.items()}
        read = read_back(table, names, identity, shared)
        if read.inputs == inputs and not read.problems:
            return Written(texts, inputs, left_out, identity, read.marks)
    raise ConfigurationError("the roster cannot be written: read back, it would differ from the instance")


def refusals(people: Mapping[str, Props], names: Nameable) -> dict[str, str]:
    """Username -> why a roster cannot hold the user."""
    return _refused(people, {username: row(inputs, names) for username, inputs in people.items()}, names)


def _refused(people: Mapping[str, Props], lines: Mapping[str, Mapping[str, str]], names: Nameable) -> dict[str, str]:
    known = terms(names, None)
    return {username: why for username, inputs in people.items() if (why := _refusal(inputs, lines[username], known))}


def _refusal(inputs: Props, line: Mapping[str, str], known: RosterOptions) -> str:
    judged = judge(from_grid("roster", list(line), 1, [(2, list(line.values()))]), known)
    for problem in judged.problems:
        return ": ".join(part for part in (problem.column, problem.text) if part)
    read = next((canonical(person.inputs) for person in judged.people), {})
    return "" if read == inputs else f"{_lost(inputs, read)}; declare this user outside the roster"


def _lost(inputs: Props, read: Props) -> str:
    """Which inputs do not survive writing and reading a row, and why if that is known."""
    names = [name for name in inputs if read.get(name) != inputs[name]]
    if names == [_INFO]:
        padded = [f"{_INFO}.{name}" for name, text in inputs[_INFO].items() if str(text) != str(text).strip()]
        if padded:
            return f"{', '.join(padded)}: a cell does not keep spaces around a string"
    return f"{', '.join(names) or 'it'} cannot be written in a roster"


def terms(names: Nameable, identity: str | None, personas: Personas | None = None) -> RosterOptions:
    """The options with which a roster of this instance is judged."""
    known = {kind: Names(kind, names.ids(kind), strict=False) for kind in OF_USERS}
    return RosterOptions(
        instance_id=names.instance_id, identity_management_type=identity, names=known, personas=personas
    )


def personas_in(text: str, source: str) -> Personas:
    """The personas in the text of a file.

    Raises:
        UnreadableRoster
    """
    return personas_of(yaml_text.tree(text, source), source)


def without_recorded(inputs: Props) -> Props:
    """Inputs without those that are only recorded in the state, which Connect does not know."""
    return {name: value for name, value in inputs.items() if BY_NAME[name].verdict is not Verdict.RECORD}


def settings_in(preset: Preset, names: Nameable) -> sharing.Settings:
    """What a persona sets, as a row would have it."""
    options = terms(names, None)._replace(defaults=preset.values)
    (person,) = judge(from_grid("persona", ["username"], 1, [(2, ["somebody"])]), options).people
    return sharing.settings_of(row(canonical(person.inputs), names))


class ReadBack(NamedTuple):
    """The people of a roster: username -> inputs, and where it has personas, username -> persona; its problems."""

    inputs: dict[str, Props]
    problems: list[str]
    marks: dict[str, AssignedPersona]


def read_back(table: Table, names: Nameable, identity: str | None, personas: Personas | None = None) -> ReadBack:
    """What a roster says."""
    judged = judge(table, terms(names, identity, personas))
    inputs = {person.username: canonical(person.inputs) for person in judged.people}
    return ReadBack(inputs, [str(problem) for problem in judged.problems], assigned_personas(judged.people))
