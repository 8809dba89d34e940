"""Excel: the sheet of a workbook that names people. Its first row that is not empty names the columns.

Hidden sheets are left out. A workbook in which several sheets name people is refused.
Numbers keep the leading zeros that Excel shows: 7 in the format ``000`` is ``007``, as in a CSV file from Excel.
Cells that look filled but have no value are refused: formulas without a saved value (as other programs than Excel write
them), and merged cells, because only the first has the value. Usernames that are numbers and are shown in another form
(``1,234``) are refused, too.
"""

from __future__ import annotations

import io
import itertools
import re
import warnings
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.phrases import some
from connect_users.roster.cells import absent, plain
from connect_users.roster.columns import USERNAME, find
from connect_users.roster.formulas import unguarded
from connect_users.roster.tables import Table, UnreadableRoster, check_cells, from_grid
from connect_users.roster.workbook_counts import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: The first bytes of old and encrypted workbooks (Microsoft's compound file format).
_COMPOUND: Final = b"\xd0\xcf\x11\xe0"
_SHOWN: Final = 3
#: Formats of numbers: those of leading zeros only, and those that show nothing but the digits.
_ZEROS: Final = re.compile(r"00+")
_DIGITS: Final = re.compile(r"(?i)General|@|#|0+|0(_.)?(;.*)?")
_GROUPED: Final = "#,##0"
_GROUPED_FROM: Final = 1000

_Rows = list[tuple[int, list[Any]]]


def read(data: bytes, source: str) -> Table:
    """The table of a workbook; a formula counts as the value that Excel saved.

    Raises:
        UnreadableRoster: openpyxl is not installed; the file is not a workbook; it is empty, or a cell is refused.
    """
    try:
        import openpyxl
    except ImportError:
        raise UnreadableRoster(
            source, "reading Excel needs openpyxl; run pip install 'connect-users[xlsx]', or save the file as CSV"
        ) from None
    if data.startswith(_COMPOUND):
        raise UnreadableRoster(source, "is an old or encrypted Excel workbook; save it as .xlsx without a password")

    def load(**options: bool) -> Any:
        book = openpyxl.load_workbook(io.BytesIO(data), keep_links=False, **options)
        for sheet in book.worksheets:
            # The size in the file is often wrong.
            if hasattr(sheet, "reset_dimensions"):
                sheet.reset_dimensions()
        return book

    try:
        with warnings.catch_warnings():
            # The warnings are about styles and extensions, which do not matter here.
            warnings.simplefilter("ignore")
            counts = count(data, source)
            if counts.merged:
                # To find merged cells, openpyxl needs the whole sheet in memory, with every cell up to the last.
                check_cells(source, counts.area)
            book = load(read_only=not counts.merged, data_only=True)
            title, rows = _people(book, source)
            if counts.merged:
                _refuse_merged(book[title], rows, source)
            key = next((at for at, header in enumerate(rows[0][1]) if _is_username(header)), None)
            if counts.padded or (key is not None and any(_is_number(row[key]) for _, row in rows if key < len(row))):
                rows = list(_rows_as_shown(book[title], key, source))
            if counts.formulas:
                _refuse_unsaved(book[title], load(read_only=True)[title], source)
            book.close()
    except UnreadableRoster:
        raise
    except Exception as error:  # a damaged workbook makes openpyxl raise almost anything
        raise UnreadableRoster(source, f"is not a readable Excel workbook ({type(error).__name__})") from None
    (line, headers), *people = rows
    return from_grid(source, headers, line, people)


def _people(book: Any, source: str) -> tuple[str, _Rows]:
    """The title and the rows of the sheet that names people, else of the first sheet that is not empty."""
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    firsts = {sheet.title: first[1] for sheet in visible for first in itertools.islice(_rows(sheet), 1)}
    if not firsts:
        raise UnreadableRoster(source, "is empty; the first row must name the columns")
    named = [title for title, headers in firsts.items() if any(map(_is_username, headers))]
    if len(named) > 1:
        raise UnreadableRoster(
            source,
            f"the sheets {', '.join(map(repr, named))} all name people, but a roster is one sheet; hide the others",
        )
    title = next(iter(named or firsts))
    return title, list(_rows(book[title]))


def _is_username(header: Any) -> bool:
    column = find(header) if isinstance(header, str) else None
    return column is not None and column.path == USERNAME


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    yield from _filled(sheet.iter_rows(values_only=True))


def _filled(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, list[Any]]]:
    """The rows that are not empty."""
    for line, values in enumerate(rows, start=1):
        if not all(absent(value) for value in values):
            yield line, [unguarded(value) if type(value) is str else plain(value) for value in values]


def _rows_as_shown(sheet: Any, key: int | None, source: str) -> Iterator[tuple[int, list[Any]]]:
    """The rows, with the leading zeros that Excel shows; ``key`` is the column of the usernames."""
    different: list[Any] = []

    def shown() -> Iterator[list[Any]]:
        for row in sheet.iter_rows():
            if key is not None and key < len(row) and _is_number(row[key].value) and not _shows_its_digits(row[key]):
                different.append(row[key])
            yield [_as_shown(cell) for cell in row]

    yield from _filled(shown())
    if different:
        cells = some([cell.coordinate for cell in different], _SHOWN)
        text = f"usernames are numbers that are shown differently ({cells}); format the column as text"
        raise UnreadableRoster(source, f"{text} and write them as they are shown", different[0].row)


def _shows_its_digits(cell: Any) -> bool:
    if cell.number_format == _GROUPED:
        return bool(abs(cell.value) < _GROUPED_FROM)
    return _DIGITS.fullmatch(cell.number_format) is not None


def _as_shown(cell: Any) -> Any:
    value = cell.value
    if not _is_number(value) or not _ZEROS.fullmatch(cell.number_format) or value != value // 1:
        return value
    digits = str(int(value))
    return digits.zfill(len(cell.number_format) + digits.startswith("-"))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _refuse_merged(sheet: Any, rows: _Rows, source: str) -> None:
    first = rows[0][0]
    ranges = sorted((area.min_row, area.coord) for area in sheet.merged_cells.ranges if area.max_row >= first)
    if ranges:
        cells = some([coord for _, coord in ranges], _SHOWN)
        text = f"only the first of merged cells has a value ({cells}); unmerge them and fill in each"
        raise UnreadableRoster(source, text, ranges[0][0])


def _refuse_unsaved(saved: Any, written: Any, source: str) -> None:
    missing = []
    for values, formulas in zip(saved.iter_rows(), written.iter_rows(), strict=False):
        for value, formula in zip(values, formulas, strict=False):
            # A saved result that is an empty string has another type.
            if value.value is None and value.data_type == "n" and formula.data_type == "f":
                missing.append((formula.row, formula.coordinate))
    if missing:
        cells = some([coordinate for _, coordinate in missing], _SHOWN)
        text = f"formulas have no saved value ({cells}); open the workbook in Excel and save it"
        raise UnreadableRoster(source, text, missing[0][0])
