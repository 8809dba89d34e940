"""CSV with commas, semicolons (as Excel writes it if the comma is the decimal sign) or tabs."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core import limits
from connect_users.roster.columns import find
from connect_users.roster.formulas import guarded, unguarded
from connect_users.roster.tables import Table, UnreadableRoster, check_cells, check_rows, from_grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SEPARATORS: Final = (",", ";", "\t")
_SEP_LINE: Final = "sep="


def read(text: str, source: str) -> Table:
    """The table of a CSV text. The separator follows from the header, or from Excel's line ``sep=;``.

    Raises:
        UnreadableRoster: a quote is not closed, the text is empty, there is no header.
    """
    start, separator, text = _opened(text)
    # Cells are counted before they are read. Separators in quotes count as well.
    check_cells(source, text.count(separator) + text.count("\n") + text.count("\r"))
    skipped = 1 if start else 0
    rows = []
    end = skipped
    marked = "'" in text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for values in reader:
            # A row starts at the end of the one before it: its cells may have line breaks in quotes.
            if any(values):
                rows.append((end + 1, [unguarded(value) for value in values] if marked else values))
                check_rows(source, len(rows) - 1, end + 1)
            end = skipped + reader.line_num
    except csv.Error as error:
        raise UnreadableRoster(source, _reason(error, quoted='"' in text), end + 1) from None
    if not rows:
        raise UnreadableRoster(source, "is empty; the first line must name the columns")
    (line, headers), *people = rows
    return from_grid(source, headers, line, people)


def _opened(text: str) -> tuple[str, str, str]:
    """Excel's line ``sep=;`` or "", the separator, and the text after the line."""
    first, end, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith(_SEP_LINE):
        separator = first.strip().strip('"')[len(_SEP_LINE) :]
        return first + end, separator[:1] or _separator(rest), rest
    return "", _separator(text), text


def _reason(error: csv.Error, *, quoted: bool) -> str:
    if "field larger" in str(error) and not quoted:
        return f"a cell has more than {csv.field_size_limit():,} characters"
    if "end of data" in str(error) or "field larger" in str(error):
        return "a quote is opened on this line and never closed"
    if "expected after" in str(error):
        return "there are characters after a closing quote; write a quote inside quotes twice"
    return f"cannot be read as CSV: {error}"


def _separator(text: str) -> str:
    """The separator with which most headers are known; the comma if none is."""
    start = text.lstrip("\r\n")[: limits.ROSTER_COLUMNS_MAX * limits.ROSTER_HEADER_MAX]
    start = re.split(r"[\r\n]", start, maxsplit=1)[0]

    def score(separator: str) -> tuple[int, int]:
        try:
            headers = next(csv.reader([start], delimiter=separator), [])[: limits.ROSTER_COLUMNS_MAX]
        except csv.Error:
            return (0, 0)
        return (sum(find(header) is not None for header in headers), len(headers))

    return max(_SEPARATORS, key=score)


class _Lines(list[str]):
    """The rows of a `csv.writer`, which quotes a line break in a cell only if its own rows end with one like it."""

    def write(self, line: str) -> None:
        """Take a row, which ends with ``\\r\\n``."""
        self.append(f"{line[:-2]}\n")


class Grid(NamedTuple):
    """Every cell of every line of a CSV text, as it is written, guarded (`formulas`) or not.

    Attributes:
        start: Excel's line ``sep=;``, or "".
    """

    start: str
    separator: str
    rows: list[list[Any]]

    @classmethod
    def of(cls, text: str) -> Grid:
        """The cells of a text that `read` accepts."""
        start, separator, rest = _opened(text)
        return cls(start, separator, list(csv.reader(io.StringIO(rest, newline=""), delimiter=separator, strict=True)))

    def text(self) -> str:
        """The inverse."""
        lines = _Lines()
        csv.writer(lines, delimiter=self.separator, lineterminator="\r\n").writerows(self.rows)
        return self.start + "".join(lines)


def write(headers: Sequence[str], rows: Sequence[Mapping[str, Any]], separator: str = ",") -> str:
    """The inverse of `read`: a line of headers and a row for each dict; no spreadsheet runs a cell as a formula."""
    cells = [list(headers), *([row.get(header, "") for header in headers] for row in rows)]
    return Grid("", separator, [[guarded(str(cell)) for cell in line] for line in cells]).text()
