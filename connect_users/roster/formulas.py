"""Cells that a spreadsheet would run as a formula: an apostrophe prevents it, and our readers remove it again.

People open a file from an import, or from the access page, in a spreadsheet and trust it, but the names in it may be
anything. A formula begins with one of ``= + - @``, also in full width (OWASP, "CSV injection"), even after blanks,
quotes and line ends. If the spreadsheet uses another separator than the file (a semicolon in much of Europe), a new
cell may begin inside one of ours, even in quotes.

`guarded` puts an apostrophe before each such place, and one more if it already has an apostrophe, so that `unguarded`
is the exact inverse. A phone number is ``'+441632960961`` in such a file, and keeps its plus sign in Excel.
The page's script has the same expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_users.core.patterns import pattern

if TYPE_CHECKING:
    import re

#: Characters before a formula that do not disable it.
_BEFORE: Final = " \u00a0\"'"
#: First characters of a formula.
_FIRST: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20"


def _beginning(mark: str) -> re.Pattern[str]:
    """``mark`` at the beginning of a formula: at the start of a cell, or after any program's separator of cells."""
    start = f"\\A{mark}(?=[{_BEFORE}]*[{_FIRST}\\t\\r\\n])"
    inner = f"(?<=[,;\\t\\r\\n]){mark}(?=[{_BEFORE}]*[{_FIRST}])"
    return pattern(f"{start}|{inner}")


_UNMARKED: Final = _beginning("")
_MARKED: Final = _beginning("'")


def guarded(cell: str) -> str:
    """The cell, so that no spreadsheet runs it as a formula."""
    return _UNMARKED.sub("'", cell)


def unguarded(cell: str) -> str:
    """The inverse of `guarded`; a cell without such an apostrophe stays as it is."""
    return _MARKED.sub("", cell) if "'" in cell else cell
