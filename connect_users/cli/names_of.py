"""Reads the names of ids from files and from an instance: the effects behind `review.naming`."""

from __future__ import annotations

import codecs
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_users.core.errors import WrongUsage
from connect_users.core.references import OF_USERS
from connect_users.review import naming
from connect_users.review.reading import UnreadablePreview, read_state

if TYPE_CHECKING:
    import argparse

    from connect_users.cli.instance import LiveInstance
    from connect_users.review.steps import Resource
    from connect_users.roster.tables import Table


def text_of(file: str) -> str:
    """The content of a file, or of stdin for ``-``: UTF-8, or UTF-16 with its mark, which PowerShell's ``>`` writes.

    Raises:
        WrongUsage
    """
    try:
        if file == "-":
            return sys.stdin.read()
        raw = Path(file).read_bytes()
        return raw.decode("utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except OSError as problem:
        raise WrongUsage(f"{_said(file)} cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise WrongUsage(f"{_said(file)} is not UTF-8") from None


def _said(file: str) -> str:
    return "stdin" if file == "-" else file


def json_of(file: str) -> Any:
    """The JSON of a file.

    Raises:
        ValueError: it is not JSON, or is nested too deeply.
        WrongUsage: it cannot be read.
    """
    try:
        return json.loads(text_of(file))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError:
        raise
    except ValueError:
        raise ValueError("it has a number that is too long") from None


def roster_file(file: str, personas: str | None = None) -> Table:
    """The roster in a file, a folder or a glob; with a persona file, its rows have the settings of their personas.

    Raises:
        WrongUsage
    """
    from connect_users.roster.choosing import applied
    from connect_users.roster.reading import read, read_personas
    from connect_users.roster.tables import UnreadableRoster

    try:
        if personas is None:
            return read(file)
        known = read_personas(personas)
        if known.problems:
            raise WrongUsage(str(known.problems[0]))
        return applied(read(file, known), known)
    except UnreadableRoster as problem:
        raise WrongUsage(str(problem)) from None


def refuse_roster_options(args: argparse.Namespace, *rosters: str) -> None:
    """Options that say something of a roster need one.

    Args:
        rosters: the options that may name one, as attributes.

    Raises:
        WrongUsage
    """
    if all(getattr(args, name) is None for name in rosters):
        for option in ("personas", "timezone"):
            if getattr(args, option, None) is not None:
                raise WrongUsage(f"--{option} needs --{' or --'.join(rosters)} FILE")


def names_file(names: naming.Labels, file: str) -> None:
    """Add the names in a JSON file.

    Raises:
        WrongUsage
    """
    try:
        naming.from_mapping(names, json_of(file))
    except ValueError as problem:
        raise WrongUsage(f"{file} is not a file of names: {problem}") from None


def state_file(file: str, *, leaving: bool = False) -> tuple[Resource, ...]:
    """The resources of an exported state; with ``leaving`` also those that are still to be deleted.

    Raises:
        WrongUsage
    """
    try:
        return read_state(text_of(file), leaving=leaving)
    except UnreadablePreview as problem:
        raise WrongUsage(f"{_said(file)}: {problem}") from None


def from_instance(names: naming.Labels, instance: LiveInstance) -> None:
    """Add the names of an instance's profiles and groups.

    Raises:
        ConnectUsersError
    """
    for reference in OF_USERS:
        for id_, label in instance.labels(reference).items():
            names.add(reference, id_, label)


def roster_names(table: Table) -> tuple[dict[str, dict[str, tuple[str, ...]]], dict[str, tuple[str, int]]]:
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
            people[username] = {name: _several(value) for name, value in values.items()}
            places[username] = (part.source, row.line)
    return people, places


def _several(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(item for item in items if isinstance(item, str))
