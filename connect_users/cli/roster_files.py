"""The options for a roster, and its content, the same for every command that reads one.

All functions raise WrongUsage for options and files that cannot be used.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from connect_users.core.errors import ConfigurationError, WrongUsage

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from datetime import date

    from connect_users.roster.days import Now
    from connect_users.roster.personas import Personas
    from connect_users.roster.tables import Table


def add_timezone(parser: argparse._ActionsContainer) -> None:
    """Add the option ``--timezone``."""
    parser.add_argument(
        "--timezone",
        metavar="ZONE",
        help="time zone for first_day and last_day, like timezone= of the program (default: UTC)",
    )


def today(args: argparse.Namespace, now: Now | None = None) -> date:
    """The day in the time zone of the options.

    Args:
        now: the clock.
    """
    from connect_users.roster import days

    try:
        return days.today(args.timezone, now or days.utc_now)
    except ConfigurationError as error:
        raise WrongUsage(f"--{error}") from None


def refuse_options_without(args: argparse.Namespace, *rosters: str) -> None:
    """Refuse options that are about a roster if there is none.

    Args:
        rosters: the options that may name one, as attributes.
    """
    if all(getattr(args, name) is None for name in rosters):
        for option in ("personas", "timezone"):
            if getattr(args, option, None) is not None:
                raise WrongUsage(f"--{option} needs --{' or --'.join(rosters)} FILE")


@contextmanager
def readable() -> Iterator[None]:
    """A roster, or another file of its readers, that cannot be read is wrong usage."""
    from connect_users.roster.tables import UnreadableRoster

    try:
        yield
    except UnreadableRoster as problem:
        raise WrongUsage(str(problem)) from None


def personas_of(file: str) -> Personas:
    """The personas in a file."""
    from connect_users.roster.reading import read_personas

    with readable():
        personas = read_personas(file)
    if personas.problems:
        raise WrongUsage(str(personas.problems[0]))
    return personas


def read(file: str, personas_file: str | None = None) -> Table:
    """The roster in a file, a folder or a glob; with a persona file, its rows have the settings of their personas."""
    from connect_users.roster import choosing, reading

    personas = None if personas_file is None else personas_of(personas_file)
    with readable():
        table = reading.read(file, personas)
        return table if personas is None else choosing.with_personas(table, personas)


def names_in(table: Table) -> tuple[dict[str, dict[str, tuple[str, ...]]], dict[str, tuple[str, int]]]:
    """The names in a roster: username -> input -> names; and the places: username -> file and line."""
    from connect_users.roster.cells import BadCell
    from connect_users.roster.columns import USERNAME

    people: dict[str, dict[str, tuple[str, ...]]] = {}
    places: dict[str, tuple[str, int]] = {}
    for part, row in ((each, row) for each in table.files for row in each.rows):
        values: dict[str, Any] = {}
        for header, raw in row.cells:
            column = part.column(header)
            if column is None or not (column.reference or column.path == USERNAME):
                continue
            try:
                values[column.path[0]] = column.read(raw)
            except BadCell:
                # `check` reports it; a review does not need the name.
                continue
        username = values.pop("username", None)
        if isinstance(username, str):
            people[username] = {name: _strings(value) for name, value in values.items()}
            places[username] = (part.source, row.line)
    return people, places


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))
