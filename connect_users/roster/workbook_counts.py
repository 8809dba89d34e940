"""Counts the content of a workbook before openpyxl reads it.

A workbook is a zip file of XML: a few kilobytes may unpack to gigabytes, and a high row or column number makes openpyxl
create all cells before it. Here every part is unpacked in pieces and none is kept; counting ends at the first exceeded
limit. That takes a tenth of the time of reading the workbook, and also shows how it has to be read.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from connect_users.core import limits
from connect_users.roster.tables import UnreadableRoster, check_cells

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The first bytes of an entry in a zip file's directory.
_ENTRY: Final = b"PK\x01\x02"
#: The folder of the parts that openpyxl reads.
_READ: Final = ("xl/", "_rels/", "[Content_Types]")
#: The number of bytes to unpack at a time.
_PIECE: Final = 2**16
#: Elements of cells and of their strings, of which a sheet has many.
_CELL: Final = frozenset(("c", "v", "f", "is", "si", "t"))
#: A format that shows leading zeros.
_PADDED: Final = re.compile(r"[^.]*00")
_COLUMN: Final = re.compile(r"[A-Za-z]*")


@dataclass
class Counts:
    """The counts of a workbook.

    Attributes:
        formulas, merged, padded: whether it has formulas, merged cells, formats with leading zeros.
        unpacked: bytes of all parts.
        area: cells of the largest sheet, up to its last row and its last column.
    """

    formulas: bool = False
    merged: bool = False
    padded: bool = False
    unpacked: int = 0
    area: int = 0


def count(data: bytes, source: str) -> Counts:
    """Count the content of a workbook.

    Raises:
        UnreadableRoster: a limit is exceeded.
        zipfile.BadZipFile, expat.ExpatError, ...: the file is damaged.
    """
    counts = Counts()
    if data.count(_ENTRY) > limits.WORKBOOK_PARTS_MAX:
        raise UnreadableRoster(source, f"has more than {limits.WORKBOOK_PARTS_MAX:,} parts; save it in Excel again")
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = file.infolist()
        # No part unpacks to more than its size in the directory.
        if sum(part.file_size for part in parts) > limits.WORKBOOK_BYTES_MAX:
            text = f"has more than {limits.WORKBOOK_BYTES_MAX // 2**20} MB when unpacked; keep only the sheet of people"
            raise UnreadableRoster(source, text)
        for part in parts:
            with file.open(part) as stream:
                counter = _Counter(source, counts)
                try:
                    while piece := stream.read(_PIECE):
                        counts.unpacked += len(piece)
                        counter.feed(piece)
                    counter.feed(b"", last=True)
                except expat.ExpatError:
                    # A picture, a macro, a printer's settings: openpyxl does not read them either.
                    if part.filename.startswith(_READ) and part.filename.lower().endswith((".xml", ".rels")):
                        raise
            counts.area = max(counts.area, counter.last_row * counter.last_column)
    return counts


@dataclass
class _Counter:
    """Counts the elements of one part."""

    source: str
    counts: Counts
    last_row: int = 0
    last_column: int = 0
    _rows: int = 0
    _row: int = 0
    _column: int = 0
    _width: int = 0
    _cells: int = 0
    _others: int = 0
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._element
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """Take the next bytes."""
        self._parser.Parse(piece, last)

    def _doctype(self, *_: object) -> None:
        # No spreadsheet program writes a DOCTYPE, and its entities could have any size.
        raise UnreadableRoster(self.source, "is not a readable Excel workbook (it declares entities)")

    def _element(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = self._names.get(name) or self._names.setdefault(name, name.rpartition(":")[2])
        if kind == "c":
            self._cell(attributes.get("r", ""))
        elif kind == "row":
            self._start_row(attributes.get("r", ""))
        elif kind == "f":
            self.counts.formulas = True
        elif kind == "si":
            self._cells += 1
            check_cells(self.source, self._cells)
        elif kind not in _CELL:
            self._other(kind, attributes)

    def _other(self, kind: str, attributes: Mapping[str, str]) -> None:
        self._others += 1
        if self._others > limits.WORKBOOK_ELEMENTS_MAX:
            text = f"has more than {limits.WORKBOOK_ELEMENTS_MAX:,} formats, links or rules; save only the values"
            raise UnreadableRoster(self.source, text)
        if kind == "mergeCell":
            self.counts.merged = True
        elif kind == "numFmt" and _PADDED.match(attributes.get("formatCode", "")):
            self.counts.padded = True
        elif "r" in attributes:
            # openpyxl reads every element of a row as a cell.
            self._cell(attributes["r"])

    def _start_row(self, number: str) -> None:
        self._rows += 1
        self._row = int(float(number)) if number else self._row + 1
        self._column = self._width = 0
        if max(self._row, self._rows) > limits.WORKBOOK_ROWS_MAX:
            raise UnreadableRoster(
                self.source,
                f"has a row beyond {limits.WORKBOOK_ROWS_MAX:,}, which is Excel's last; save it in Excel again",
            )

    def _cell(self, place: str) -> None:
        letters = _COLUMN.match(place)
        self._column = _number(letters[0]) if letters and letters[0] else self._column + 1
        digits = place[len(letters[0]) :] if letters else ""
        row = int(digits) if digits.isdecimal() else self._row
        if self._column > limits.WORKBOOK_COLUMNS_MAX or row > limits.WORKBOOK_ROWS_MAX:
            raise UnreadableRoster(
                self.source, f"has a cell {place[:20]!r} beyond Excel's last; save it in Excel again"
            )
        # The last cell gives the width of a row.
        self._cells += max(0, self._column - self._width) or 1
        self._width = max(self._width, self._column)
        check_cells(self.source, self._cells, row)
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, self._column)


def _number(letters: str) -> int:
    """The number of a column: 1 for A, 27 for AA."""
    number = 0
    # More letters than in Excel's last column are beyond it.
    for letter in letters[:4].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
