"""From live users to a roster, the inputs that a program with that roster has, and their state. Pure.

Contract:
- What is written about a user is everything that Connect tells of it and a new user would not have: settings that are
  neutral (no auto-accept, no after-contact work, a soft phone, ...) are left out, and so stay unmanaged.
- Phone settings are told per channel, which loses nothing. The directory's id is told where a directory signs users in.
- `rows` and `connect_users.roster.people.judge` are inverse to each other: a user for whom they are not is left out,
  with the reason. The judge's rules are the resource's: nobody gets into the state whom a preview would refuse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.errors import ConfigurationError
from connect_users.core.fields import BY_NAME, Verdict
from connect_users.core.live import declarable
from connect_users.core.references import BY_FIELD, HIERARCHY_GROUP, OF_USERS, Reference
from connect_users.core.spec import Props, canonical
from connect_users.roster import cells, csv_text, notations
from connect_users.roster.columns import COLUMNS, INSTANCE, PER_CHANNEL, Column
from connect_users.roster.names import Names
from connect_users.roster.people import RosterOptions, judge
from connect_users.roster.tables import from_grid

if TYPE_CHECKING:
    from connect_users.roster.tables import Table

#: The block that is written member by member.
_INFO: Final = "identity_info"


@dataclass(frozen=True)
class Nameable:
    """The names of an instance: for each kind, id -> name (or path), those that a roster can hold.

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
    """Of id -> name, those that mean one thing in a roster: unique, and unchanged by the reading of a cell.

    Paths of groups come with ``/`` between the levels; a level's name that has one itself is not writable. An id that
    is left out is written as an id.
    """
    counts = Counter(names.values())
    read = cells.path if kind == HIERARCHY_GROUP else _in_a_list
    return {id_: name for id_, name in names.items() if name and counts[name] == 1 and read(name) == name}


def _in_a_list(name: str) -> Any:
    found = cells.names(name)
    return found[0] if len(found) == 1 else None


def declared(live: Props, names: Nameable) -> Props:
    """The inputs of a live user, canonical.

    Args:
        live: from `live.live_props`, with proficiencies.
    """
    return declarable(live, names.instance_id, directory=names.identity_management_type == "EXISTING_DIRECTORY")


def row(inputs: Props, names: Nameable) -> dict[str, str]:
    """A user as a row of a roster: header -> cell, without the empty ones."""
    cells_: dict[str, str] = {}
    for column in COLUMNS:
        if column.path == ("instance_id",):
            # The roster says it once, for everybody.
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
    """The cell of a column of names, or of its twin of ids, whichever can hold what the user has."""
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
    """The part of an input that a column holds; lists go by their channels."""
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


def table_text(rows: Iterable[Mapping[str, str]]) -> str:
    """A CSV with the columns that somebody fills, in the order of the documentation, people in that of their names."""
    found = sorted(rows, key=lambda each: each["username"])
    used = {header for each in found for header in each}
    headers = [column.name for column in COLUMNS if column.name in used] or ["username"]
    return csv_text.write(headers, found)


@dataclass(frozen=True)
class Written:
    """A roster that was written.

    Attributes:
        inputs: username -> the inputs that a program with the roster gives the user.
        left_out: username -> why it is not in the roster.
        identity_management_type: what the program may say of it: nothing where its rules refuse somebody who exists.
    """

    text: str
    inputs: Mapping[str, Props]
    left_out: Mapping[str, str]
    identity_management_type: str | None = None


def write(people: Mapping[str, Props], names: Nameable) -> Written:
    """The roster of people, given by their `declared` inputs.

    Each line is judged alone; then the whole text is, once more for SAML, of which the program says nothing where the
    rules would refuse somebody who exists.

    Raises:
        ConfigurationError: the text does not say what its lines say.
    """
    lines = {username: row(inputs, names) for username, inputs in people.items()}
    left_out = _refused(people, lines, names)
    kept = {username: inputs for username, inputs in people.items() if username not in left_out}
    text = table_text(lines[username] for username in kept)
    table = csv_text.read(text, "roster")
    # Of others than SAML, the rules want a password of everybody, which Connect never shows.
    for identity in ("SAML", None) if names.identity_management_type == "SAML" else (None,):
        extra = {"identity_management_type": identity} if identity else {}
        inputs = {username: canonical({**props, **extra}) for username, props in kept.items()}
        if read_back(table, names, identity) == (inputs, []):
            return Written(text, inputs, left_out, identity)
    raise ConfigurationError("the roster cannot be written: it would not say what the instance says")


def refusals(people: Mapping[str, Props], names: Nameable) -> dict[str, str]:
    """Username -> why no line of a roster can say what the user is."""
    return _refused(people, {username: row(inputs, names) for username, inputs in people.items()}, names)


def _refused(people: Mapping[str, Props], lines: Mapping[str, Mapping[str, str]], names: Nameable) -> dict[str, str]:
    known = terms(names, None)
    return {username: why for username, inputs in people.items() if (why := _refusal(inputs, lines[username], known))}


def _refusal(inputs: Props, line: Mapping[str, str], known: RosterOptions) -> str:
    judged = judge(from_grid("roster", list(line), 1, [(2, list(line.values()))]), known)
    for problem in judged.problems:
        return ": ".join(part for part in (problem.column, problem.text) if part)
    said = next((canonical(person.inputs) for person in judged.people), {})
    return "" if said == inputs else f"{_lost(inputs, said)}; declare this user by itself"


def _lost(inputs: Props, found: Props) -> str:
    """What of the inputs a roster does not give back, and why where that is known."""
    names = [name for name in inputs if found.get(name) != inputs[name]]
    if names == [_INFO]:
        padded = [f"{_INFO}.{name}" for name, text in inputs[_INFO].items() if str(text) != str(text).strip()]
        if padded:
            return f"{', '.join(padded)}: a cell of a roster does not keep blanks around a text"
    return f"{', '.join(names) or 'it'} cannot be written in a roster"


def terms(names: Nameable, identity: str | None) -> RosterOptions:
    """How a roster of this instance is judged."""
    known = {kind: Names(kind, names.ids(kind), strict=False) for kind in OF_USERS}
    return RosterOptions(instance_id=names.instance_id, identity_management_type=identity, names=known)


def told(inputs: Props) -> Props:
    """Of inputs, those that Connect tells."""
    return {name: value for name, value in inputs.items() if BY_NAME[name].verdict is not Verdict.RECORD}


def read_back(table: Table, names: Nameable, identity: str | None) -> tuple[dict[str, Props], list[str]]:
    """What a roster says: username -> inputs; and its problems."""
    judged = judge(table, terms(names, identity))
    return {person.username: canonical(person.inputs) for person in judged.people}, [str(p) for p in judged.problems]
