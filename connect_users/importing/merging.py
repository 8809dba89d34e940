"""What changed in an instance since the last import, put into a roster that somebody has edited since. Pure.

The last import is what both sides come from. Where the roster still says what it said then, it follows the instance;
where the instance is still what it was, the roster's own words stay, for the next ``pulumi up``. Where both have
changed, to different things, nobody can tell which is meant: that is a conflict, and the roster is left alone.

Only lines of users that follow the instance are touched, and in them only cells that Connect tells of: the order of
lines and columns, headers, and columns of other inputs are a person's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import channels
from connect_users.core.fields import BY_NAME, Verdict
from connect_users.core.live import both_views, declared_view
from connect_users.importing import rows
from connect_users.roster import cells, csv_text, formulas, notations
from connect_users.roster.columns import Column, find
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from connect_users.core.spec import Props
    from connect_users.importing.rows import Nameable

_NEVER_TOLD: Final = (Verdict.RECORD, Verdict.PASSWORD)


@dataclass(frozen=True)
class Merged:
    """A roster, merged.

    Attributes:
        text: None where it stays as it is.
        pending: usernames whose lines say something that the instance does not, as somebody wrote them.
        conflicts: usernames, or what is wrong with the roster itself.
    """

    text: str | None = None
    pending: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def apart(coded: Props, live: Props, inputs: Props) -> list[str]:
    """The names of the inputs of which a roster and a live user say different things.

    Args:
        live: everything that Connect tells of the user.
        inputs: the part of it that a new user would not have (`rows.declared`).
    """
    view = declared_view(live, coded)
    # A roster with the columns of the console's templates says by `phone_config` what the lists say.
    covered = channels.effective(coded)
    names = [name for name in coded if view.get(name) != coded[name]]
    for name in inputs:
        if name not in coded and not (name in covered and channels.same(name, live.get(name, []), covered[name])):
            names.append(name)
    return names


class _Fate(Enum):
    """What becomes of a user's line."""

    STAY = 1
    FOLLOW = 2
    DROP = 3
    PENDING = 4
    CONFLICT = 5


def _fate(coded: Props | None, before: Props | None, now: Props | None, live: Props) -> _Fate:
    """By what the roster says, and what the instance said at the last import and says now; None where nothing."""
    untouched = coded is not None and before is not None and not apart(coded, both_views(before), before)
    if now is None:
        if before is None:
            # A joiner who is not made yet.
            return _Fate.PENDING
        return _Fate.DROP if untouched else _Fate.CONFLICT
    if coded is not None and not apart(coded, live, now):
        return _Fate.STAY
    if now == before:
        return _Fate.PENDING
    made_elsewhere = coded is None and before is None
    return _Fate.FOLLOW if untouched or made_elsewhere else _Fate.CONFLICT


def merge(
    text: str, last: Mapping[str, Props], people: Mapping[str, Props], lives: Mapping[str, Props], names: Nameable
) -> Merged:
    """Merge.

    Args:
        text: of the roster.
        last: username -> inputs, as the last import found them.
        people: the same, as they are now.
        lives: username -> everything that Connect tells.
    """
    coded, problems = _read_back(text, names)
    if problems:
        return Merged(conflicts=tuple(problems))
    fates: dict[_Fate, list[str]] = {fate: [] for fate in _Fate}
    for name in sorted({*coded, *people}):
        fates[_fate(coded.get(name), last.get(name), people.get(name), lives.get(name, {}))].append(name)
    follow, drop, pending = fates[_Fate.FOLLOW], fates[_Fate.DROP], tuple(fates[_Fate.PENDING])
    if fates[_Fate.CONFLICT] or not (follow or drop):
        return Merged(None, pending, tuple(fates[_Fate.CONFLICT]))
    changes = {
        name: _Change(people[name], names, _touched(coded[name], lives[name], people[name]) if name in coded else None)
        for name in follow
    }
    merged = _rewritten(text, changes, drop)
    told, problems = _read_back(merged, names)
    wrong = [name for name in follow if name not in told or apart(told[name], lives[name], people[name])]
    wrong += [name for name in coded if name not in (*follow, *drop) and told.get(name) != coded[name]]
    if problems or wrong:
        # A roster whose columns cannot say it, say it twice, or mean something else with one more.
        return Merged(None, pending, tuple(wrong or problems))
    return Merged(merged, pending)


def _read_back(text: str, names: Nameable) -> tuple[dict[str, Props], list[str]]:
    try:
        return rows.read_back(csv_text.read(text, "roster"), names, None)
    except UnreadableRoster as problem:
        return {}, [str(problem)]


def _touched(coded: Props, live: Props, inputs: Props) -> set[str]:
    """The inputs whose cells have to be written."""
    found = set(apart(coded, live, inputs))
    settings = {"phone_config", *channels.LISTS}
    # AWS takes one form of the phone settings, not both: they change together.
    return found | settings if "phone_config" in coded and found & settings else found


class _Change:
    """What has to be said of a user.

    Args:
        inputs: as the user is now.
        touched: the inputs that have changed; None for everything.
    """

    def __init__(self, inputs: Props, names: Nameable, touched: Container[str] | None) -> None:
        self._tags = dict(inputs.get("tags", {}))
        self._touched = touched
        #: Header -> cell, of what no column has taken yet.
        self.left = {header: cell for header, cell in rows.row(inputs, names).items() if self._is_touched(find(header))}

    def _is_touched(self, column: Column | None) -> bool:
        if column is None or column.path[0] == "instance_id" or BY_NAME[column.path[0]].verdict in _NEVER_TOLD:
            return False
        return self._touched is None or column.path[0] in self._touched

    def line(self, columns: Sequence[Column | None], values: Sequence[Any]) -> list[Any]:
        """A line with these columns: cells of what has not changed stay as they are."""
        if "tags" in self.left:
            # Those that have columns of their own are not in the column of all.
            own = _own(columns)
            self.left["tags"] = notations.render_tags({key: said for key, said in self._tags.items() if key not in own})
        found = [
            self._cell(column) if self._is_touched(column) else values[number] if number < len(values) else ""
            for number, column in enumerate(columns)
        ]
        self.left = {header: cell for header, cell in self.left.items() if cell}
        return found

    def _cell(self, column: Column | None) -> str:
        if column is None:
            return ""
        if column.path[0] == "tags" and len(column.path) > 1:
            return formulas.guarded(str(self._tags.get(column.path[1], "")))
        return formulas.guarded(self.left.pop(column.name, ""))


def _own(columns: Sequence[Column | None]) -> set[str]:
    """The keys of the tags that have columns of their own."""
    return {column.path[1] for column in columns if column and column.path[0] == "tags" and len(column.path) > 1}


def _rewritten(text: str, changes: Mapping[str, _Change], drop: Container[str]) -> str:
    """The text with other lines for some people, and without those of others."""
    grid = csv_text.Grid.of(text)
    at = next(number for number, values in enumerate(grid.rows) if any(values))
    columns = [find(formulas.unguarded(header)) for header in grid.rows[at]]
    key = next(number for number, column in enumerate(columns) if column and column.path == ("username",))
    body: list[tuple[str, list[Any]]] = []
    for values in grid.rows[at + 1 :]:
        username = str(cells.text(formulas.unguarded(values[key]))) if len(values) > key else ""
        if username not in drop:
            change = changes.get(username)
            body.append((username, change.line(columns, values) if change else values))
    new = sorted(changes.keys() - {username for username, _ in body})
    body += [(username, changes[username].line(columns, [])) for username in new]
    # What no column was there for.
    more = sorted({header for change in changes.values() for header in change.left})
    if more:
        for username, values in body:
            told = changes[username].left if username in changes else {}
            values += [""] * (len(columns) - len(values)) + [formulas.guarded(told.get(header, "")) for header in more]
    headers = [*grid.rows[at], *more]
    return csv_text.Grid(grid.start, grid.separator, [*grid.rows[:at], headers, *(values for _, values in body)]).text()
