"""What is written for a spreadsheet never runs in one, and is read back as it was."""

from __future__ import annotations

import csv
import io
import re
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_users.roster import csv_text, formulas, workbook
from connect_users.roster.cells import absent
from connect_users.roster.columns import COLUMNS

FIRST = "=+-@\uff1d\uff0b\uff0d\uff20"
SEPARATORS = (",", ";", "\t")
#: One cell for each way to hide a formula that anybody has reported, and what they must not be confused with.
HOSTILE = [
    '=HYPERLINK("http://example.com","a")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1-1",
    "-2+3",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    '"=1"',
    "\uff1d1",
    ";=1",
    "a;=1",
    "a,=1",
    "a\t@b",
    "a\n\n-b",
    "'=1",
    "''=1",
    "a;'=1",
    "'",
    "+441632960961",
]
nasty = st.text(st.sampled_from([*FIRST, *",;\t\r\n'\"a |\u00a0"]), max_size=8)


def _opened(text: str, separator: str) -> list[str]:
    """The cells that a spreadsheet with this separator shows, without what hides nothing at their start."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [cell.lstrip(' \u00a0\t\r\n"') for row in rows for cell in row]


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_spreadsheet_runs_a_cell(cell: str) -> None:
    """Whatever separates its cells."""
    text = csv_text.write(["username", "first_name"], [{"username": "ada", "first_name": cell}])
    for separator in SEPARATORS:
        assert [shown for shown in _opened(text, separator) if shown[:1] in tuple(FIRST)] == []


@given(st.lists(st.tuples(nasty, nasty, nasty), min_size=1, max_size=3), st.sampled_from(SEPARATORS))
def test_no_file_has_a_formula_and_each_is_read_back(rows: list[tuple[str, str, str]], separator: str) -> None:
    """Of any cells, side by side, in a file of any separator, opened with any."""
    headers = ["username", "first_name", "tags.x"]
    text = csv_text.write(headers, [dict(zip(headers, row, strict=True)) for row in rows], separator)
    for other in SEPARATORS:
        assert [shown for shown in _opened(text, other) if shown[:1] in tuple(FIRST)] == []
    written = [dict(zip(headers, row, strict=True)) for row in rows]
    wanted = [{header: cell for header, cell in row.items() if not absent(cell)} for row in written]
    assert [dict(row.cells) for row in csv_text.read(text, "a.csv").rows] == [row for row in wanted if row]


@given(nasty)
def test_the_apostrophe_is_the_only_change_and_is_taken_away_exactly(cell: str) -> None:
    assert formulas.unguarded(formulas.guarded(cell)) == cell
    assert formulas.guarded(cell).replace("'", "") == cell.replace("'", "")


@pytest.mark.parametrize("cell", ["O'Brien", "'t Hooft", "rock'n'roll", "a-b", "a=b|c=d", "ada@example.com", "12", ""])
def test_what_is_not_a_formula_stays_as_it_is(cell: str) -> None:
    """In both directions."""
    assert (formulas.guarded(cell), formulas.unguarded(cell)) == (cell, cell)


def test_no_header_of_ours_needs_one() -> None:
    """Other programs know the columns by them."""
    assert [column.name for column in COLUMNS if formulas.guarded(column.name) != column.name] == []


def test_a_guarded_file_that_was_saved_as_a_workbook_is_read_as_it_was() -> None:
    """Excel keeps the apostrophe of a CSV as a character."""
    openpyxl = pytest.importorskip("openpyxl")
    book: Any = openpyxl.Workbook()
    book.active.append(["username", "mobile"])
    book.active.append(["ada", "'+441632960961"])
    data = io.BytesIO()
    book.save(data)
    (row,) = workbook.read(data.getvalue(), "a.xlsx").rows
    assert dict(row.cells) == {"username": "ada", "mobile": "+441632960961"}


def test_the_page_guards_its_export_by_the_same_expression() -> None:
    """Which is all that differs between the two languages: how the start of a text is written."""
    script = files("connect_users.review.access").joinpath("page.js").read_text(encoding="utf-8")
    (literal,) = re.findall(r"const formula = /(.*)/g;", script)
    written = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), literal)
    assert written == formulas._UNMARKED.pattern.replace("\\A", "^")
