"""Workbooks as people make them: several sheets, formulas, merged cells, dates."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.roster import cells
from connect_users.roster.tables import UnreadableRoster
from connect_users.roster.workbook import read

openpyxl = pytest.importorskip("openpyxl")

if TYPE_CHECKING:
    from collections.abc import Callable

HEADERS = ["username", "routing_profile", "acw.voice", "tags.start"]
ADA = ["ada", "Support", 30, dt.datetime.fromisoformat("2026-01-02")]


def _saved(change: Callable[[Any], None] | None = None, rows: tuple[list[Any], ...] = (HEADERS, ADA)) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    if change:
        change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _said(data: bytes) -> list[dict[str, Any]]:
    return [dict(row.cells) for row in read(data, "a.xlsx").rows]


MEANT = {"username": "ada", "routing_profile": "Support", "acw.voice": 30, "tags.start": "2026-01-02"}


def _read_me_first(book: Any) -> None:
    book.create_sheet("Read me", 0).append(["How to fill in this workbook"])


def _an_empty_sheet_first(book: Any) -> None:
    book.create_sheet("Empty", 0)


def _a_hidden_sheet_of_people(book: Any) -> None:
    sheet = book.create_sheet("Old", 0)
    sheet.append(HEADERS)
    sheet.sheet_state = "hidden"


def _formats_without_values(book: Any) -> None:
    book.worksheets[0].cell(row=5000, column=40).number_format = "0"


def _a_merged_title_elsewhere(book: Any) -> None:
    sheet = book.create_sheet("Notes")
    sheet.append(["Notes of the team", None])
    sheet.append(["=1+1"])
    sheet.merge_cells("A1:B1")


@pytest.mark.parametrize(
    "change",
    [
        None,
        _read_me_first,
        _an_empty_sheet_first,
        _a_hidden_sheet_of_people,
        _formats_without_values,
        _a_merged_title_elsewhere,
    ],
)
def test_the_sheet_that_names_people_is_the_roster(change: Callable[[Any], None] | None) -> None:
    """Wherever it stands, and whatever is on the others; dates are texts."""
    assert _said(_saved(change)) == [MEANT]


def test_two_sheets_of_people_are_refused() -> None:
    """Taking the first would leave out the people of a site without a word."""

    def second(book: Any) -> None:
        book.worksheets[0].title = "London"
        book.create_sheet("Austin").append(HEADERS)

    with pytest.raises(UnreadableRoster, match=r"a.xlsx: the sheets 'London', 'Austin' all name people, but .* hide"):
        read(_saved(second), "a.xlsx")


def test_merged_cells_are_refused_with_their_place() -> None:
    def merge(book: Any) -> None:
        book.worksheets[0].merge_cells("B2:B3")

    with pytest.raises(
        UnreadableRoster, match=r"a.xlsx:2: only the first of merged cells has a value \(B2:B3\); unmerge"
    ):
        read(_saved(merge, (HEADERS, ADA, ["bo", None, 30])), "a.xlsx")


def test_a_formula_without_a_saved_value_is_not_an_empty_cell() -> None:
    """No hierarchy group may go because a tool wrote a formula and no value."""
    rows = (HEADERS, ADA, ["bo", '="Sup"&"port"', "=15*2"])
    with pytest.raises(UnreadableRoster, match=r":3: formulas have no saved value \(B3, C3\); open the workbook"):
        read(_saved(rows=rows), "a.xlsx")


def test_a_formula_with_a_saved_value_is_that_value() -> None:
    """Also where the value is an empty text."""
    import zipfile

    written = zipfile.ZipFile(io.BytesIO(_saved(rows=(HEADERS, ["ada", '="Sup"&"port"', 30, '=""']))))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as saved:
        for name in written.namelist():
            text = written.read(name)
            text = text.replace(b'<c r="B2"><f>"Sup"&amp;"port"</f><v />', b'<c r="B2" t="str"><f>A1</f><v>Support</v>')
            saved.writestr(name, text.replace(b'<c r="D2"><f>""</f><v />', b'<c r="D2" t="str"><f>A1</f><v></v>'))
    assert _said(target.getvalue()) == [{"username": "ada", "routing_profile": "Support", "acw.voice": 30}]


def test_a_number_for_a_name_is_its_text() -> None:
    """Excel makes a number of a username of digits."""
    from connect_users.roster.people import RosterOptions, judge

    judged = judge(read(_saved(rows=(HEADERS, [1001, "Support", 30.0])), "a.xlsx"), RosterOptions())
    assert [person.username for person in judged.people] == ["1001"]


def _formats(**formats: str) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        for cell, text in formats.items():
            book.worksheets[0][cell].number_format = text

    return change


@pytest.mark.parametrize("merged", [False, True])
def test_leading_zeros_that_excel_shows_are_part_of_the_value(merged: bool) -> None:
    """The cell holds 7, the person at the screen sees agent 007, and so does a CSV file that Excel writes."""

    def change(book: Any) -> None:
        _formats(A2="000", D2="00000", C2="000")(book)
        if merged:
            _a_merged_title_elsewhere(book)

    data = _saved(change, (HEADERS, [7, "Support", 30, 42.0], [8, "Support", 30.5, -7]))
    assert _said(data) == [
        {"username": "007", "routing_profile": "Support", "acw.voice": "030", "tags.start": "00042"},
        {"username": 8, "routing_profile": "Support", "acw.voice": 30.5, "tags.start": -7},
    ]


def test_a_username_that_is_shown_otherwise_is_refused() -> None:
    """Nobody can tell which of the two is meant."""
    rows = (HEADERS, ADA, [1234, "Support"], [10007, "Support"])
    with pytest.raises(UnreadableRoster, match=r"a.xlsx:3: usernames are numbers .* \(A3, A4\); format the column"):
        read(_saved(_formats(A3="#,##0", A4='"A"0'), rows), "a.xlsx")


@pytest.mark.parametrize("shown", ["0_ ", "0;-0", "#,##0", "0", "General", "@"])
def test_a_username_of_digits_in_a_format_that_shows_just_them_is_fine(shown: str) -> None:
    """No thousands to group, no decimals."""
    data = _saved(_formats(A2=shown), (HEADERS, [101, "Support"]))
    assert [row["username"] for row in _said(data)] == [101]


def test_a_name_of_digits_is_a_name_also_in_a_list() -> None:
    """The profiles of a year, and a level of a path."""
    read_list, read_path = cells.names, cells.path
    assert read_list(2023) == ["2023"]
    assert read_list([2023, "Agent"]) == ["2023", "Agent"]
    assert read_list(True) is True
    assert read_path(["EMEA", 2023]) == "EMEA/2023"
