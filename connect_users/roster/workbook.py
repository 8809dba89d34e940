"""Excel: the first sheet of a workbook, whose first row with anything in it names the columns."""

from __future__ import annotations

import io
import warnings
from typing import Any

from connect_users.roster.cells import absent
from connect_users.roster.tables import Table, UnreadableRoster, from_grid


def read(data: bytes, source: str) -> Table:
    """The table of a workbook; of formulas, the values that Excel saved.

    Raises:
        UnreadableRoster: openpyxl is not installed; no workbook; nothing in it.
    """
    try:
        import openpyxl
    except ImportError:
        raise UnreadableRoster(
            source, "reading Excel needs openpyxl; pip install 'pulumi-connect-users[xlsx]', or save it as CSV"
        ) from None
    try:
        with warnings.catch_warnings():
            # About styles and extensions that have no say here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            rows = _rows(book)
            book.close()
    except Exception as error:  # a damaged workbook makes openpyxl raise almost anything
        raise UnreadableRoster(source, f"is not a readable Excel workbook ({type(error).__name__})") from None
    if not rows:
        raise UnreadableRoster(source, "is empty; the first row must name the columns")
    (line, headers), *people = rows
    return from_grid(source, headers, line, people)


def _rows(book: Any) -> list[tuple[int, Any]]:
    sheet = book.worksheets[0]
    # The size that a file claims is often wrong.
    sheet.reset_dimensions()
    found = []
    for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if not all(absent(value) for value in values):
            found.append((line, values))
    return found
