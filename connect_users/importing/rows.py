"""Live users as rows of a roster, and as the inputs that a program with that roster declares. Pure.

Contract:
- A row holds everything that Connect returns for a user and that a new user would not have. Neutral settings (no
  auto-accept, no after-contact work, a soft phone ...) are left out, and so stay unmanaged.
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
_NOT_WRITTEN: Final = (("instance_id",), INSTANCE)
#: The block that is written member by member.
_INFO: Final = "identity_info"


@dataclass(frozen=True)
class RosterNames:
    """Names in an instance that a roster can hold: for each kind of resource, id -> name (or path).

    Attributes:
        instance_id: the bare id.
    """

    instance_id: str
    names: Mapping[Reference, Mapping[str, str]] = field(default_factory=dict)
    identity_management_type: str = ""


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


def declared(live: Props, names: RosterNames) -> Props:
    """The inputs of a live user, canonical.

    Args:
        live: from `live.live_props`, with proficiencies.
    """
    return declarable(live, names.instance_id, directory=names.identity_management_type == "EXISTING_DIRECTORY")


def row(inputs: Props, names: RosterNames) -> dict[str, str]:
    """A user as a row of a roster: header -> cell, without empty cells."""
    line: dict[str, str] = {}
    for column in COLUMNS:
        # The instance is an argument of the roster. Settings have a column for each channel.
        if column.path in _NOT_WRITTEN or (column.path[0] in PER_CHANNEL and len(column.path) == 1):
            continue
        by_name = column.path[0] in BY_FIELD
        cell = _named(column, inputs, names) if by_name else _rendered(_at(inputs, column.path))
        if cell:
            line[column.name] = cell
    return line


def _named(column: Column, inputs: Props, names: RosterNames) -> str:
    """The cell of a column of names, or of the corresponding column of ids, whichever can hold the value."""
    value = inputs.get(column.path[0])
    if value is None:
        return ""
    name_of = names.names.get(BY_FIELD[column.path[0]], {})
    ids = [value] if isinstance(value, str) else list(value)
    by_name = all(id_ in name_of for id_ in ids)
    if (column.reference is not None) != by_name:
        return ""
    if not by_name:
        return cells.render_names(ids)
    return name_of[value] if isinstance(value, str) else cells.render_names(sorted(name_of[id_] for id_ in ids))


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


class RosterFiles(NamedTuple):
    """The content of a roster's file, and of its personas' file; None for a roster without personas."""

    rows: str
    personas: str | None = None


def roster_files(lines: Mapping[str, sharing.Row], roster: str, *, personas: bool) -> RosterFiles:
    """The files for rows by username.

    Args:
        roster: the name of the roster's file.
        personas: settings that many people share become personas.
    """
    if not personas:
        return RosterFiles(table_text(lines.values()))
    settings, lines = sharing.shared(lines)
    return RosterFiles(table_text(lines.values()), sharing.text(settings, roster))


def table_text(rows: Iterable[Mapping[str, str]]) -> str:
    """A CSV file: the columns with any value, in the documented order, and the people by username."""
    people = sorted(rows, key=lambda each: each["username"])
    used = {header for each in people for header in each}
    headers = [header for header in _HEADERS if header in used] or ["username"]
    return csv_text.write(headers, people)


@dataclass(frozen=True)
class GeneratedRoster:
    """The roster of live users.

    Attributes:
        inputs: username -> the inputs that a program with the roster declares.
        left_out: username -> why it is not in the roster.
        identity_management_type: for the program; None if its rules would refuse a user who exists.
        marks: the people's personas.
    """

    files: RosterFiles
    inputs: Mapping[str, Props]
    left_out: Mapping[str, str]
    identity_management_type: str | None = None
    marks: Mapping[str, AssignedPersona] = field(default_factory=dict)


def write(
    people: Mapping[str, Props], names: RosterNames, roster: str = "", *, personas: bool = False
) -> GeneratedRoster:
    """The roster of people, from their `declared` inputs.

    Args:
        roster, personas: as of `roster_files`.

    Each line is judged alone, then the whole file. If SAML's rules would refuse a user who exists, the program does not
    name the identity management type.

    Raises:
        ConfigurationError: the file does not read back as its lines do.
    """
    left_out = refusals(people, names)
    kept = {username: inputs for username, inputs in people.items() if username not in left_out}
    lines = {username: row(inputs, names) for username, inputs in kept.items()}
    files = roster_files(lines, roster, personas=personas)
    table = csv_text.read(files.rows, "roster")
    shared = None if files.personas is None else personas_of(yaml_text.tree(files.personas, sharing.FILE), sharing.FILE)
    # For any other type the rules require a password, which Connect never returns.
    for identity in ("SAML", None) if names.identity_management_type == "SAML" else (None,):
        extra = {"identity_management_type": identity} if identity else {}
        inputs = {username: canonical({**props, **extra}) for username, props in kept.items()}
        read = read_back(table, names, shared, identity)
        if read.inputs == inputs and not read.problems:
            return GeneratedRoster(files, inputs, left_out, identity, read.marks)
    raise ConfigurationError("the roster cannot be written: read back, it would differ from the instance")


def refusals(people: Mapping[str, Props], names: RosterNames) -> dict[str, str]:
    """Username -> why a roster cannot hold the user."""
    options = _options(names)
    return {username: why for username, inputs in people.items() if (why := _refusal(inputs, names, options))}


def _refusal(inputs: Props, names: RosterNames, options: RosterOptions) -> str:
    line = row(inputs, names)
    judged = judge(from_grid("roster", list(line), 1, [(2, list(line.values()))]), options)
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


def _options(names: RosterNames, identity: str | None = None, personas: Personas | None = None) -> RosterOptions:
    """The options with which a roster of this instance is judged."""
    ids = {kind: {name: id_ for id_, name in names.names.get(kind, {}).items()} for kind in OF_USERS}
    return RosterOptions(
        instance_id=names.instance_id,
        identity_management_type=identity,
        names={kind: Names(kind, of_kind, strict=False) for kind, of_kind in ids.items()},
        personas=personas,
    )


def without_recorded(inputs: Props) -> Props:
    """Inputs without those that are only recorded in the state, which Connect does not know."""
    return {name: value for name, value in inputs.items() if BY_NAME[name].verdict is not Verdict.RECORD}


def settings_in(preset: Preset, names: RosterNames) -> sharing.RowSettings:
    """What a persona sets, as a row would have it."""
    options = _options(names)._replace(defaults=preset.values)
    (person,) = judge(from_grid("persona", ["username"], 1, [(2, ["somebody"])]), options).people
    return sharing.settings_of(row(canonical(person.inputs), names))


class ReadBack(NamedTuple):
    """A roster as `judge` reads it: username -> inputs, its problems, and username -> persona if it has personas."""

    inputs: dict[str, Props]
    problems: list[str]
    marks: dict[str, AssignedPersona]


def read_back(
    table: Table, names: RosterNames, personas: Personas | None = None, identity: str | None = None
) -> ReadBack:
    """The people of a roster and their inputs."""
    judged = judge(table, _options(names, identity, personas))
    inputs = {person.username: canonical(person.inputs) for person in judged.people}
    return ReadBack(inputs, [str(problem) for problem in judged.problems], assigned_personas(judged.people))
