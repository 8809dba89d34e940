"""Who gets which persona and why, and where each of a person's settings comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core.phrases import all_of
from connect_users.roster.assembly import DEFAULTS, Layer, Preset, ValueReader
from connect_users.roster.cells import BadCell
from connect_users.roster.columns import USERNAME, find
from connect_users.roster.notations import tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.roster.choosing import Choice
    from connect_users.roster.columns import Column
    from connect_users.roster.people import JudgedRoster, Person, RosterOptions
    from connect_users.roster.tables import Row, Table

Path = tuple[str, ...]

#: The path of the column with all tags.
TAGS: Final = ("tags",)
#: The sources of settings; an earlier one wins.
ROW, PERSONA, DEFAULT = ORIGINS = ("row", "persona", "defaults")


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
    values = ValueReader(options.names)
    personas = {} if options.personas is None else options.personas.settings
    defaults = Layer(Preset(DEFAULTS, options.defaults), values)
    layers = {name: Layer(preset, values) for name, preset in personas.items()}
    rows = {(file.source, row.line): (file, row) for file in judged.files for row in file.rows}
    for person in judged.people:
        if person.choice is None:
            continue
        ranked = (
            (ROW, _of_row(*rows[person.source, person.line])),
            (PERSONA, _of_layer(layers[person.choice.persona])),
            (DEFAULT, _of_layer(defaults)),
        )
        origins: dict[str, str] = {}
        taken: list[Path] = []
        for origin, settings in ranked:
            free = {name: path for name, path in settings if not any(_meet(path, before) for before in taken)}
            taken += free.values()
            origins.update(dict.fromkeys(free, origin))
        yield Explanation(person, person.choice, origins)


def _of_row(file: Table, row: Row) -> Iterator[tuple[str, Path]]:
    for header, raw in row.cells:
        column = file.column(header)
        if column is not None and column.path != USERNAME:
            yield from _named(column, _tags(raw) if column.path == TAGS else None)


def _tags(raw: Any) -> Any:
    try:
        return tags(raw)
    except BadCell:
        return {}


def _of_layer(layer: Layer) -> Iterator[tuple[str, Path]]:
    for header, path, _ in layer.settings:
        column = find(header)
        if column is not None:
            # Tags are already one setting each.
            yield from _named(column, {path[1]: ""} if column.path == TAGS else None)


def _named(column: Column, keys: Any) -> Iterator[tuple[str, Path]]:
    """Each setting in a column, and its place in the inputs; for the column of all tags, each tag."""
    if isinstance(keys, dict):
        yield from ((f"tags.{key}", ("tags", key)) for key in keys)
    else:
        yield column.name, column.path


def _meet(path: Path, other: Path) -> bool:
    """Whether one place is the other, or a part of it: then the first source has the whole setting."""
    shorter = min(len(path), len(other))
    return path[:shorter] == other[:shorter]
