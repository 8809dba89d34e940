"""From a file, or from rows of a program, to a `Table`. The one module of the roster that opens files.

Formats go by the file's suffix. Text is UTF-8, with or without a byte order mark, or UTF-16 with one (Excel's "Unicode
text"); the readers of cells bring all of it to Unicode's Normalization Form C.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from connect_users.core import limits
from connect_users.roster.tables import Table, UnreadableRoster, from_records

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


def read(roster: str | os.PathLike[str] | Rows) -> Table:
    """The table of a file (relative paths: to the working directory, which is the Pulumi program's) or of rows.

    Raises:
        UnreadableRoster: the file does not exist, has an unknown format, or is not written in its format.
    """
    if isinstance(roster, (str, os.PathLike)):
        return read_file(Path(roster), str(roster))
    return from_records("", _people(roster))


def read_file(path: Path, source: str) -> Table:
    """The table of a file that messages call ``source``.

    Raises:
        UnreadableRoster
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        spreadsheet = suffix in (".xls", ".ods", ".numbers")
        advice = "save it as .xlsx or .csv" if spreadsheet else f"use one of {' '.join(SUFFIXES)}"
        files = f"files with the suffix {suffix!r}" if suffix else "files without a suffix"
        raise UnreadableRoster(source, f"{files} cannot be read; {advice}")
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
    name = _READERS[suffix]
    reader = import_module(f"connect_users.roster.{name}")
    table: Table = reader.read(data if name == "workbook" else decoded(data, source), source)
    return table


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


def _people(rows: Rows) -> list[tuple[int, Any]]:
    from connect_users.roster.record_shapes import member_of, people

    whole = rows if isinstance(rows, Mapping) else list(_records(rows))
    records = people(member_of("", whole, 0), "")
    return [(row, person) for row, (_, person) in enumerate(records, start=1)]


def _records(rows: Rows) -> Iterable[Any]:
    # Frames, without importing either library: polars has to_dicts, pandas to_dict (and so have single columns of one).
    if hasattr(rows, "to_dicts"):
        return list(rows.to_dicts())
    if hasattr(rows, "to_dict") and getattr(rows, "ndim", 2) == 2:
        return list(rows.to_dict("records"))
    if isinstance(rows, bytes) or not isinstance(rows, Iterable):
        raise UnreadableRoster("", f"is of type {type(rows).__name__}; give a path or rows")
    return rows
