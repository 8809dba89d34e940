"""Who gets which persona and why, and which of a person's settings come from where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connect_users.core.phrases import all_of
from connect_users.roster.assembly import DEFAULTS, Layer, Preset, Values
from connect_users.roster.columns import USERNAME, of_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.core.spec import Props
    from connect_users.roster.choosing import Choice
    from connect_users.roster.people import JudgedRoster, Person, RosterOptions

#: Where a setting may come from, in the order in which they win.
ROW, PERSONA, DEFAULT = ORIGINS = ("row", "persona", "defaults")


class Explained(NamedTuple):
    """One person.

    Attributes:
        settings: column -> where its value comes from, one of `ORIGINS`. Values are not repeated: they may be personal.
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


def explained(judged: JudgedRoster, options: RosterOptions) -> Iterator[Explained]:
    """Everybody who has a persona, in the order of their usernames."""
    values = Values(options.names)
    personas = {} if options.personas is None else options.personas.settings
    defaults = Layer(Preset(DEFAULTS, options.defaults), values)
    layers = {name: Layer(preset, values) for name, preset in personas.items()}
    own = {
        (file.source, row.line): [column.path for header, _ in row.cells if (column := file.column(header)) is not None]
        for file in judged.files
        for row in file.rows
    }
    for person in judged.people:
        if person.choice is None:
            continue
        paths = own[person.source, person.line]
        origins: dict[tuple[str, ...], str] = {}
        ranked = [(ROW, paths), (PERSONA, _paths(layers[person.choice.persona])), (DEFAULT, _paths(defaults))]
        for origin, held in ranked:
            before = list(origins)
            for path in held:
                # A whole list, or one of its members, is taken from the first that has any of it.
                if not any(_covers(each, path) for each in before) and _has(person.inputs, path):
                    origins.setdefault(path, origin)
        named = {_name(path): origin for path, origin in origins.items() if path != USERNAME}
        yield Explained(person, person.choice, named)


def _paths(layer: Layer) -> list[tuple[str, ...]]:
    return [path for _, path, _ in layer.settings]


def _covers(before: tuple[str, ...], path: tuple[str, ...]) -> bool:
    shorter = min(len(before), len(path))
    # Tags are added key by key, and so is each member of a block.
    return before[:shorter] == path[:shorter]


def _has(inputs: Props, path: tuple[str, ...]) -> bool:
    return path[0] in inputs


def _name(path: tuple[str, ...]) -> str:
    if path[0] == "tags" and len(path) > 1:
        return ".".join(path)
    column = of_path(path)
    return column.name if column is not None else ".".join(path)
