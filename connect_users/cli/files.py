"""The files of a command, read and written. All functions raise WrongUsage for a file that cannot be used."""

from __future__ import annotations

import codecs
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_users.core.errors import ConfigurationError, WrongUsage
from connect_users.importing import texts
from connect_users.review import naming
from connect_users.review.reading import UnreadablePreview, read_state

if TYPE_CHECKING:
    from connect_users.review.steps import Resource


def shown(file: str) -> str:
    """The name of a file in messages."""
    return "stdin" if file == "-" else file


def text_of(file: str) -> str:
    """The content of a file, or of stdin for ``-``: UTF-8, or UTF-16 with its mark, which PowerShell's ``>`` writes."""
    try:
        if file == "-":
            return sys.stdin.read()
        raw = Path(file).read_bytes()
        return raw.decode("utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except OSError as problem:
        raise WrongUsage(f"{shown(file)} cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise WrongUsage(f"{shown(file)} is not UTF-8") from None


def json_of(file: str) -> Any:
    """The JSON of a file.

    Raises:
        ValueError: it is not JSON, or is nested too deeply.
    """
    try:
        return json.loads(text_of(file))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError:
        raise
    except ValueError:
        raise ValueError("it has a number that is too long") from None


def add_names(names: naming.Labels, file: str) -> None:
    """Add the names in a JSON file."""
    try:
        naming.from_mapping(names, json_of(file))
    except ValueError as problem:
        raise WrongUsage(f"{file} is not a file of names: {problem}") from None


def state_of(file: str, *, leaving: bool = False) -> tuple[Resource, ...]:
    """The resources of an exported state; with ``leaving`` also those that are still to be deleted."""
    try:
        return read_state(text_of(file), leaving=leaving)
    except UnreadablePreview as problem:
        raise WrongUsage(f"{shown(file)}: {problem}") from None


def write(file: str, text: str) -> None:
    """Write or replace a file that an option names."""
    try:
        texts.put(Path(file), text)
    except ConfigurationError as problem:
        raise WrongUsage(str(problem)) from None
