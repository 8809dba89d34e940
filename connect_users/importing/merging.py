"""A three-way merge: changes in an instance since the last import, into a roster that was edited since. Pure.

The last import is the common base. A line that did not change since then follows the instance. A user who did not
change since then keeps the edited line, for the next ``pulumi up``. If both changed, to different values, nobody knows
which is right: that is a conflict, and the roster is left alone.

Only lines of users that follow the instance are rewritten, and only their cells that Connect has a value for. The order
of lines and columns, the headers, and the columns of other inputs stay as they are.

Personas stay as they are, and everybody keeps the persona: a cell has only what differs from it. A new line gets the
persona that leaves the fewest cells, of those that the column `sharing.COLUMN` chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from connect_users.core import channels
from connect_users.core.fields import BY_NAME, Verdict
from connect_users.core.live import both_views, declared_view
from connect_users.importing import rows, sharing
from connect_users.roster import cells, csv_text, formulas, notations
from connect_users.roster.columns import FIRST_DAY, INSTANCE, LAST_DAY, Column, find
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from connect_users.core.spec import Props
    from connect_users.importing.rows import RosterNames
    from connect_users.roster.personas import Personas

#: Verdicts of inputs that Connect never returns.
_NEVER_RETURNED: Final = (Verdict.RECORD, Verdict.PASSWORD)
#: Columns of a roster, not of its people.
_NOT_A_USERS: Final = (INSTANCE, FIRST_DAY, LAST_DAY)


@dataclass(frozen=True)
class MergeResult:
    """A merged roster.

    Attributes:
        text: its file's content; None if the roster stays as it is.
        pending: usernames whose lines were edited and differ from the instance until the next ``pulumi up``.
        conflicts: usernames, or what is wrong with the merged roster.
        problems: of the roster itself, such as the name of something that is called otherwise now.
    """

    text: str | None = None
    pending: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def differing_inputs(declared: Props, live: Props, inputs: Props) -> list[str]:
    """The names of the inputs in which a roster and a live user differ.

    Args:
        live: everything that Connect returns for the user.
        inputs: the part of it that a new user would not have (`rows.declared`).
    """
    view = declared_view(live, declared)
    # A roster with the columns of the console's templates has in `phone_config` what the lists have per channel.
    covered = channels.effective(declared)
    undeclared = (name for name in inputs if name not in declared)
    return [
        *(name for name in declared if view.get(name) != declared[name]),
        *(n for n in undeclared if not (n in covered and channels.same(n, live.get(n, []), covered[n]))),
    ]


#: What happens to a user's line: it stays, is rewritten, dropped, or waits for the next ``pulumi up``, or nobody knows.
_Action = Literal["stay", "follow", "drop", "pending", "conflict"]


def _action(declared: Props | None, before: Props | None, now: Props | None, live: Props) -> _Action:
    """By the roster, the instance at the last import, and the instance now; None if one does not have the user."""
    unedited = (
        declared is not None and before is not None and not differing_inputs(declared, both_views(before), before)
    )
    if now is None:
        if before is None:
            # A joiner who is not created yet.
            return "pending"
        return "drop" if unedited else "conflict"
    if declared is not None and not differing_inputs(declared, live, now):
        return "stay"
    if now == before:
        return "pending"
    made_elsewhere = declared is None and before is None
    return "follow" if unedited or made_elsewhere else "conflict"


def merge(
    text: str,
    last: Mapping[str, Props],
    people: Mapping[str, Props],
    live_users: Mapping[str, Props],
    names: RosterNames,
    personas: Personas | None = None,
) -> MergeResult:
    """Merge changes of the instance into a roster.

    Args:
        text: the roster.
        last: username -> inputs at the last import.
        people: username -> inputs now.
        live_users: username -> everything that Connect returns.
        personas: of the roster; None for a roster without personas.
    """
    declared, problems, marks = _read_back(text, names, personas)
    if problems:
        return MergeResult(problems=tuple(problems))
    usernames: dict[_Action, list[str]] = {action: [] for action in get_args(_Action)}
    for name in sorted({*declared, *people}):
        usernames[_action(declared.get(name), last.get(name), people.get(name), live_users.get(name, {}))].append(name)
    follow, drop, pending = usernames["follow"], usernames["drop"], tuple(usernames["pending"])
    if usernames["conflict"] or not (follow or drop):
        return MergeResult(None, pending, tuple(usernames["conflict"]))
    shared = _RosterPersonas(personas, names)
    cells_of = {}
    for name in follow:
        line = rows.row(people[name], names)
        if name in declared:
            persona = marks[name].persona if name in marks else None
            changed = _changed(declared[name], live_users[name], people[name])
        else:
            persona, changed = shared.closest(line), None
            line |= shared.choosing(persona)
        cells_of[name] = _NewCells(line, shared.settings.get(persona or "", {}), changed)
    merged = _rewritten(text, cells_of, drop)
    read, problems, chosen = _read_back(merged, names, personas)
    wrong = [
        name for name in follow if name not in read or differing_inputs(read[name], live_users[name], people[name])
    ]
    wrong += [name for name in follow if personas is not None and name not in chosen and name not in wrong]
    wrong += [name for name in declared if name not in (*follow, *drop) and read.get(name) != declared[name]]
    if problems or wrong:
        # The columns cannot hold the value, hold it twice, or mean something else with one more column.
        return MergeResult(None, pending, tuple(wrong or problems))
    return MergeResult(merged, pending)


def _read_back(text: str, names: RosterNames, personas: Personas | None) -> rows.ReadBack:
    try:
        return rows.read_back(csv_text.read(text, "roster"), names, personas)
    except UnreadableRoster as problem:
        return rows.ReadBack({}, [str(problem)], {})


def _changed(declared: Props, live: Props, inputs: Props) -> set[str]:
    """The inputs whose cells have to be written."""
    differing = set(differing_inputs(declared, live, inputs))
    settings = {"phone_config", *channels.LISTS}
    # AWS takes one form of the phone settings, not both: they change together.
    return differing | settings if "phone_config" in declared and differing & settings else differing


class _RosterPersonas:
    """What the personas of a roster set, and those that a new line may have.

    Attributes:
        settings: by name.
    """

    def __init__(self, personas: Personas | None, names: RosterNames) -> None:
        presets = {} if personas is None else personas.settings
        self.settings = {name: rows.settings_in(preset, names) for name, preset in presets.items()}
        self._cells: dict[str, str] = {}
        for rule in () if personas is None else personas.rules:
            (condition, *more) = rule.conditions
            cell = next(iter(condition.exact), "")
            if condition.column == sharing.COLUMN and cell and not more:
                self._cells.setdefault(rule.persona, cell)

    def closest(self, line: sharing.Row) -> str | None:
        """The persona of a new line; None if none of them fits."""
        return sharing.closest(sharing.settings_of(line), {name: self.settings[name] for name in self._cells})

    def choosing(self, persona: str | None) -> sharing.Row:
        """The cell that chooses a persona."""
        return {} if persona is None else {sharing.COLUMN: self._cells[persona]}


#: Stands for the column of personas, which is not of an input.
_PERSONA: Final = Column(sharing.COLUMN, (sharing.COLUMN,), cells.text)


class _NewCells:
    """The new cells of a user.

    Args:
        line: all cells, as the user is now.
        persona: what the persona sets.
        changed: the inputs that have changed; None for all.
    """

    def __init__(self, line: sharing.Row, persona: sharing.RowSettings, changed: Container[str] | None) -> None:
        self._tags = sharing.own_tags(line, persona)
        self._changed = changed
        left = sharing.differing(line, persona)
        #: Header -> cell, for values that no column has taken yet.
        self.left = {header: cell for header, cell in left.items() if self._is_changed(_column(header))}

    def _is_changed(self, column: Column | None) -> bool:
        if column is _PERSONA:
            return self._changed is None
        if column is None or column.path in _NOT_A_USERS or BY_NAME[column.path[0]].verdict in _NEVER_RETURNED:
            return False
        return self._changed is None or column.path[0] in self._changed

    def line(self, columns: Sequence[Column | None], values: Sequence[Any]) -> list[Any]:
        """A line with these columns; cells of unchanged inputs stay as they are."""
        if "tags" in self.left:
            # Tags with their own column are not repeated in the column of all tags.
            elsewhere = {column.path[1] for column in columns if column and _is_of_one_tag(column)}
            self.left["tags"] = notations.render_tags(
                {key: value for key, value in self._tags.items() if key not in elsewhere}
            )
        line = [
            self._cell(column) if self._is_changed(column) else values[number] if number < len(values) else ""
            for number, column in enumerate(columns)
        ]
        self.left = {header: cell for header, cell in self.left.items() if cell}
        return line

    def _cell(self, column: Column | None) -> str:
        if column is None:
            return ""
        if _is_of_one_tag(column):
            return formulas.guarded(str(self._tags.get(column.path[1], "")))
        return formulas.guarded(self.left.pop(column.name, ""))


def _column(header: str) -> Column | None:
    return _PERSONA if header == sharing.COLUMN else find(header)


def _is_of_one_tag(column: Column) -> bool:
    return column.path[0] == "tags" and len(column.path) > 1


def _rewritten(text: str, cells_of: Mapping[str, _NewCells], drop: Container[str]) -> str:
    """The roster with some lines rewritten, some dropped and new ones added."""
    grid = csv_text.Grid.of(text)
    at = next(number for number, values in enumerate(grid.rows) if any(values))
    columns = [_column(formulas.unguarded(header)) for header in grid.rows[at]]
    key = next(number for number, column in enumerate(columns) if column and column.path == ("username",))
    body: list[tuple[str, list[Any]]] = []
    for values in grid.rows[at + 1 :]:
        username = str(cells.text(formulas.unguarded(values[key]))) if len(values) > key else ""
        if username not in drop:
            new_cells = cells_of.get(username)
            body.append((username, new_cells.line(columns, values) if new_cells else values))
    new = sorted(cells_of.keys() - {username for username, _ in body})
    body += [(username, cells_of[username].line(columns, [])) for username in new]
    # Values without a column.
    more = sorted({header for new_cells in cells_of.values() for header in new_cells.left})
    if more:
        for username, values in body:
            left = cells_of[username].left if username in cells_of else {}
            values += [""] * (len(columns) - len(values)) + [formulas.guarded(left.get(header, "")) for header in more]
    headers = [*grid.rows[at], *more]
    return csv_text.Grid(grid.start, grid.separator, [*grid.rows[:at], headers, *(values for _, values in body)]).text()
