"""From files, or from rows of a program, to a `Table`. The one module of the roster that opens files.

A roster is a file, or several: a folder (its own files, not those of folders in it), a glob or a list of these. Which
of them somebody stands in means nothing.

Formats go by the file's suffix. Text is UTF-8, with or without a byte order mark, or UTF-16 with one (Excel's "Unicode
text"); the readers of cells bring all of it to Unicode's Normalization Form C.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import limits
from connect_users.core.phrases import some
from connect_users.roster import exports
from connect_users.roster.tables import Table, UnreadableRoster, check_rows, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.roster.personas import Personas

#: Rows as a program may give them: dicts, or a pandas or polars frame.
Rows = Any
#: Suffix -> the module of this package that reads such files; only that one is imported.
_READERS: Final = {
    ".csv": "csv_text",
    ".tsv": "csv_text",
    ".tab": "csv_text",
    ".txt": "csv_text",
    ".json": "json_text",
    ".yaml": "yaml_text",
    ".yml": "yaml_text",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
}
SUFFIXES: Final = tuple(_READERS)
_ZIP: Final = b"PK\x03\x04"
#: Of these formats a file of personas may be.
_PERSONAS: Final = (".yaml", ".yml", ".json")
#: Formats of people that are not read; in a folder they must not go unnoticed.
_SPREADSHEETS: Final = (".xls", ".ods", ".numbers")
#: Paths that a message names at most.
_SHOWN: Final = 3


def read(roster: str | os.PathLike[str] | Rows, personas: Personas | None = None) -> Table:
    """The table of files (relative paths: to the working directory, which is the Pulumi program's) or of rows.

    Args:
        personas: name columns of exports, and a file that is not a roster.

    Raises:
        UnreadableRoster: a file does not exist, has an unknown format, or is not written in its format.
    """
    columns = None if personas is None else personas.headers
    named = _paths(roster)
    if named is None:
        from connect_users.roster.record_shapes import member_of, table

        return _whole("", [exports.understood(table(member_of("", _rows(roster), 0), ""), columns)])
    files = {path.absolute(): (path, source) for each in named for path, source in _files(each)}
    if personas is not None and personas.source and len(files) > 1:
        files.pop(Path(personas.source).absolute(), None)
    tables = []
    for path, source in files.values():
        tables.append(exports.understood(read_file(path, source), columns))
        check_rows(source, sum(len(each.rows) for each in tables), 0)
    return _whole(some(named, _SHOWN), tables)


def read_personas(personas: str | os.PathLike[str] | Mapping[str, Any]) -> Personas:
    """The personas in a YAML or JSON file, or in a program's dict.

    Raises:
        UnreadableRoster: the file cannot be read. What else is wrong with it is in its problems.
    """
    from connect_users.roster import yaml_text
    from connect_users.roster.personas import personas_of, tree

    if isinstance(personas, Mapping):
        return personas_of(tree("", personas), "")
    path, source = Path(personas), str(personas)
    if path.suffix.lower() not in _PERSONAS:
        raise UnreadableRoster(source, f"is not a file of personas; write YAML or JSON ({' '.join(_PERSONAS)})")
    return personas_of(yaml_text.tree(decoded(_bytes(path, source), source), source), source)


def _paths(roster: Any) -> list[str] | None:
    """The paths that a program names, or several; None where it gives rows."""
    several = roster if isinstance(roster, (list, tuple)) and roster else [roster]
    if not all(isinstance(each, (str, os.PathLike)) for each in several):
        return None
    return [os.fspath(each) for each in several]


def _files(named: str) -> Iterator[tuple[Path, str]]:
    """The files that a path names, and how messages call them; a folder or a glob may have files beside rosters."""
    if not named:
        # To the file system it is the working directory, and to a program a setting that is not set.
        raise UnreadableRoster("", "the path is empty; give a file, a folder or a glob")
    path = Path(named)
    if path.is_dir():
        files = [file for file in sorted(path.iterdir()) if file.is_file()]
    elif any(mark in named for mark in "*?[") and not path.exists():
        import glob

        found = sorted(glob.glob(named, recursive=True))  # noqa: PTH207 - the pattern may be absolute
        files = [file for file in map(Path, found) if file.is_file()]
    else:
        yield path, named
        return
    # Excel and editors write hidden files and locks beside the file that is open.
    files = [file for file in files if not file.name.startswith((".", "~$"))]
    rosters = [file for file in files if file.suffix.lower() in (*SUFFIXES, *_SPREADSHEETS)]
    if not rosters:
        raise UnreadableRoster(named, f"has no rosters; a roster's name ends with one of {' '.join(SUFFIXES)}")
    yield from ((file, str(file)) for file in rosters)


def _whole(source: str, tables: list[Table]) -> Table:
    """The tables of all files as one; an export in pages has to be complete."""
    expected = max((each.expected for each in tables), default=0)
    held = sum(len(each.rows) + len(each.inactive) for each in tables if each.expected)
    if held < expected:
        text = f"has {held} of {expected} users; give all pages, as a list of files, or everybody else would leave"
        raise UnreadableRoster(source, text)
    return tables[0] if len(tables) == 1 else joined(source, tables)


def read_file(path: Path, source: str) -> Table:
    """The table of one file, as it is written; messages call it ``source``.

    Raises:
        UnreadableRoster
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        advice = "save it as .xlsx or .csv" if suffix in _SPREADSHEETS else f"use one of {' '.join(SUFFIXES)}"
        files = f"files with the suffix {suffix!r}" if suffix else "files without a suffix"
        raise UnreadableRoster(source, f"{files} cannot be read; {advice}")
    data = _bytes(path, source)
    name = _READERS[suffix]
    reader = import_module(f"connect_users.roster.{name}")
    table: Table = reader.read(data if name == "workbook" else decoded(data, source), source)
    return table


def _bytes(path: Path, source: str) -> bytes:
    try:
        with path.open("rb") as file:
            # Not by the size that the file system reports: a device has none, and no end.
            data = file.read(limits.ROSTER_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        # A name with a NUL in it raises ValueError.
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UnreadableRoster(source, f"cannot be read: {why}") from None
    if len(data) > limits.ROSTER_BYTES_MAX:
        raise UnreadableRoster(source, f"has more than {limits.ROSTER_BYTES_MAX // 2**20} MB; split it")
    return data


def decoded(data: bytes, source: str) -> str:
    """The text of a roster's file, without a byte order mark.

    Raises:
        UnreadableRoster
    """
    if data.startswith(_ZIP):
        raise UnreadableRoster(source, "is a zip file, not text; if it is an Excel workbook, name it .xlsx")
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableRoster(
            source, "is not UTF-8; save it as 'CSV UTF-8' (in Excel's list of formats)", line
        ) from None
    if "\0" in text:
        # No editor writes one; UTF-16 without a byte order mark is full of them.
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableRoster(source, "has a NUL character; save it as UTF-8 text", line)
    return text


def _rows(rows: Rows) -> Any:
    return rows if isinstance(rows, Mapping) else list(_records(rows))


def _records(rows: Rows) -> Iterable[Any]:
    # Frames, without importing either library: polars has to_dicts, pandas to_dict (and so have single columns of one).
    if hasattr(rows, "to_dicts"):
        return list(rows.to_dicts())
    if hasattr(rows, "to_dict") and getattr(rows, "ndim", 2) == 2:
        return list(rows.to_dict("records"))
    if isinstance(rows, bytes) or not isinstance(rows, Iterable):
        raise UnreadableRoster("", f"is of type {type(rows).__name__}; give a path or rows")
    return rows
