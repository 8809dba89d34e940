"""Who gets which persona and why, and where each of a person's settings comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core.phrases import all_of
from connect_users.roster.assembly import DEFAULTS, Preset
from connect_users.roster.cells import BadCell
from connect_users.roster.columns import USERNAME, find
from connect_users.roster.notations import tags
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from connect_users.roster.choosing import Choice
    from connect_users.roster.columns import Column
    from connect_users.roster.people import JudgedRoster, Person, RosterOptions

Path = tuple[str, ...]

#: The sources of settings; an earlier one wins.
ORIGINS: Final = ("row", "persona", "defaults")


class Explanation(NamedTuple):
    """One person.

    Attributes:
        settings: column -> the source of its value, one of `ORIGINS`. It has no values, which may be personal data.
    """

    person: Person
    choice: Choice
    settings: dict[str, str]

    @property
    def why(self) -> str:
        """``rule 2: department is 'Sales'``, ``the default``."""
        rule = self.choice.rule
        if rule is None:
            return "the default"
        return f"rule {rule.number}: {all_of([f'{column} is {value!r}' for column, value in self.choice.matched])}"


def explanations(judged: JudgedRoster, options: RosterOptions) -> Iterator[Explanation]:
    """Everybody who has a persona, in the order of their usernames."""
    personas = {} if options.personas is None else options.personas.settings
    defaults = _of_preset(Preset(DEFAULTS, options.defaults))
    settings = {name: _of_preset(preset) for name, preset in personas.items()}
    # A JSON file may have everybody on one line.
    rows = {(file.source, row.line, file.username(row)): (file, row) for file in judged.files for row in file.rows}
    for person in judged.people:
        if person.choice is None:
            continue
        file, row = rows[person.source, person.line, person.username]
        ranked = (_settings(row.cells, file.column), settings[person.choice.persona], defaults)
        origins: dict[str, str] = {}
        paths: list[Path] = []
        for origin, pairs in zip(ORIGINS, ranked, strict=True):
            # If one path is another, or a part of it, the first origin has the whole setting.
            free = {name: path for name, path in pairs if not any(_overlap(path, other) for other in paths)}
            paths += free.values()
            origins.update(dict.fromkeys(free, origin))
        yield Explanation(person, person.choice, origins)


def _of_preset(preset: Preset) -> list[tuple[str, Path]]:
    try:
        return list(_settings(preset.cells, find))
    except UnreadableRoster:
        # One of the roster's problems.
        return []


def _settings(
    cells: Iterable[tuple[str, Any]], column_of: Callable[[str], Column | None]
) -> Iterator[tuple[str, Path]]:
    """Each setting in the cells, and its place in the inputs. Each tag is a setting."""
    for header, raw in cells:
        column = column_of(header)
        if column is None or column.path == USERNAME:
            continue
        keys = _tags(raw) if column.path == ("tags",) else None
        if isinstance(keys, dict):
            yield from ((f"tags.{key}", ("tags", key)) for key in keys)
        else:
            yield column.name, column.path


def _tags(raw: Any) -> Any:
    try:
        return tags(raw)
    except BadCell:
        return {}


def _overlap(path: Path, other: Path) -> bool:
    shorter = min(len(path), len(other))
    return path[:shorter] == other[:shorter]
