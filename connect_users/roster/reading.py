"""From files, or from rows of a program, to a `Table`. No other module of the roster opens files.

A roster is one file or several: a folder (without its subfolders), a glob or a list of these. It does not matter which
file a person is in.

The file's suffix decides the format. Text is UTF-8, with or without a byte order mark, or UTF-16 with one (Excel's
"Unicode text"). The readers of cells convert it to Unicode Normalization Form C.
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

#: Rows of a program: dicts, or a pandas or polars frame.
Rows = Any
#: Suffix -> the module of this package that reads such files. Only that one is imported.
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
#: The suffixes of persona files.
_PERSONAS: Final = (".yaml", ".yml", ".json")
#: Formats that cannot be read. In a folder they are refused, not ignored.
_SPREADSHEETS: Final = (".xls", ".ods", ".numbers")
#: The most paths in a message.
_SHOWN: Final = 3


def read(roster: str | os.PathLike[str] | Rows, personas: Personas | None = None) -> Table:
    """The table of files (paths are relative to the working directory, which is the Pulumi program's) or of rows.

    Args:
        personas: they name columns of exports, and their own file is not a roster.

    Raises:
        UnreadableRoster: a file does not exist, has an unknown format, or is not written in its format.
    """
    columns = None if personas is None else personas.headers
    named = _paths(roster)
    if named is None:
        from connect_users.roster.record_shapes import member_of, table

        return _one_table("", [exports.as_roster(table(member_of(_records(roster)), ""), columns)])
    # Without the ".." in a path, which `Path.absolute` keeps.
    files = {os.path.abspath(path): (path, source) for each in named for path, source in _files(each)}  # noqa: PTH100
    if personas is not None and personas.source and len(files) > 1:
        files.pop(os.path.abspath(personas.source), None)  # noqa: PTH100
    tables = []
    for path, source in files.values():
        tables.append(exports.as_roster(read_file(path, source), columns))
        check_rows(source, sum(len(each.rows) for each in tables), 0)
    return _one_table(some(named, _SHOWN), tables)


def read_personas(personas: str | os.PathLike[str] | Mapping[str, Any]) -> Personas:
    """The personas of a YAML or JSON file, or of a program's dict.

    Raises:
        UnreadableRoster: the file cannot be read. Other mistakes are in the result's `problems`.
    """
    from connect_users.roster import json_text, yaml_text
    from connect_users.roster.personas import personas_of
    from connect_users.roster.record_shapes import member_of

    if isinstance(personas, Mapping):
        return personas_of(member_of(personas, limits.ROSTER_DEPTH_MAX), "")
    path, source = Path(personas), str(personas)
    _refuse_text(source)
    suffix = path.suffix.lower()
    if suffix not in _PERSONAS:
        raise UnreadableRoster(source, f"is not a persona file; write YAML or JSON ({' '.join(_PERSONAS)})")
    tree = json_text.tree if suffix == ".json" else yaml_text.tree
    return personas_of(tree(decoded(_bytes(path, source), source), source), source)


def _paths(roster: Any) -> list[str] | None:
    """The path or paths that a program names; None if it has rows."""
    several = roster if isinstance(roster, (list, tuple)) and roster else [roster]
    if not all(isinstance(each, (str, os.PathLike)) for each in several):
        return None
    return [os.fspath(each) for each in several]


def _refuse_text(path: str) -> None:
    """Refuse the text of a file in place of its path. It may hold personal data, which no message repeats."""
    if "\n" in path or "\r" in path or any(len(part) > limits.FILE_NAME_MAX for part in Path(path).parts):
        raise UnreadableRoster("", "is not a path; pass the path of a file, not its text")


def _files(named: str) -> Iterator[tuple[Path, str]]:
    """The files of a path, and their names in messages. A folder or a glob may also have files that are not rosters."""
    if not named:
        # To the file system it is the working directory, and to a program a setting that is not set.
        raise UnreadableRoster("", "the path is empty; give a file, a folder or a glob")
    _refuse_text(named)
    path = Path(named)
    try:
        if path.is_dir():
            files = [file for file in sorted(path.iterdir()) if file.is_file()]
        elif any(mark in named for mark in "*?[") and not path.exists():
            import glob

            matches = sorted(glob.glob(named, recursive=True))  # noqa: PTH207 - the pattern may be absolute
            files = [file for file in map(Path, matches) if file.is_file()]
        else:
            yield path, named
            return
    except OSError as error:
        raise UnreadableRoster(named, f"cannot be read: {error.strerror}") from None
    # Excel and editors write hidden files and lock files beside an open file.
    files = [file for file in files if not file.name.startswith((".", "~$"))]
    rosters = [file for file in files if file.suffix.lower() in (*SUFFIXES, *_SPREADSHEETS)]
    if not rosters:
        raise UnreadableRoster(named, f"has no rosters; a roster's name ends with one of {' '.join(SUFFIXES)}")
    yield from ((file, str(file)) for file in rosters)


def _one_table(source: str, tables: list[Table]) -> Table:
    """The tables of all files as one. Exports in pages have to be complete; each begins with a first page."""
    # The pages of one export say the same, but for accounts that came or went between them.
    expected = max((each.expected for each in tables), default=0)
    expected = max(expected, sum({each.expected for each in tables if each.is_first}))
    inactive = {(each.expected, name) for each in tables for name in each.inactive if each.expected}
    rows = sum(len(each.rows) for each in tables if each.expected) + len(inactive)
    if rows < expected:
        text = f"has {rows} of {expected} users; list the files of all pages, or the other users would leave"
        raise UnreadableRoster(source, text)
    return tables[0] if len(tables) == 1 else joined(source, tables)


def read_file(path: Path, source: str) -> Table:
    """The table of one file as it is written. Its name in messages is ``source``.

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
            # The size from the file system is not used: a device has size 0 and no end.
            data = file.read(limits.ROSTER_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        # A name with a NUL in it raises ValueError.
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UnreadableRoster(source, f"cannot be read: {why}") from None
    if len(data) > limits.ROSTER_BYTES_MAX:
        raise UnreadableRoster(source, f"has more than {limits.ROSTER_BYTES_MAX // 2**20} MB; split it")
    return data


def decoded(data: bytes, source: str) -> str:
    """The text of a roster file, without a byte order mark.

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
        # Editors do not write NUL; UTF-16 without a byte order mark is full of it.
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableRoster(source, "has a NUL character; save it as UTF-8 text", line)
    return text


def _records(rows: Rows) -> Mapping[Any, Any] | list[Any]:
    if isinstance(rows, Mapping):
        return rows
    # Frames, without importing either library: polars has to_dicts, pandas to_dict (also on a single column).
    if hasattr(rows, "to_dicts"):
        rows = rows.to_dicts()
    elif hasattr(rows, "to_dict") and getattr(rows, "ndim", 2) == 2:
        rows = rows.to_dict("records")
    if isinstance(rows, bytes) or not isinstance(rows, Iterable):
        raise UnreadableRoster("", f"is of type {type(rows).__name__}; pass a path or rows")
    return list(rows)
