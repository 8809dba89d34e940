"""Cells that a spreadsheet would run as a formula: an apostrophe prevents it, and our readers remove it again.

A file that an import writes, or that the access page exports, is opened in a spreadsheet by somebody who trusts it,
while the names in it may be anything. Formulas begin with one of ``= + - @``, also in full width (OWASP, "CSV
injection"); blanks, quotes and line ends before them hide nothing. Where another character separates cells than the
file's own (a semicolon in much of Europe), a cell also begins within ours, whatever quotes stand around it.

`guarded` puts an apostrophe before each such place, and before one that already has an apostrophe, so that `unguarded`
is its exact inverse. A phone number is ``'+441632960961`` in such a file, and keeps its plus sign in Excel.
The page's script has the same expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_users.core.patterns import pattern

if TYPE_CHECKING:
    import re

#: What may stand before the first character of a formula without hiding it.
_BEFORE: Final = " \u00a0\"'"
#: First characters of a formula.
_FIRST: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20"


def _beginning(mark: str) -> re.Pattern[str]:
    """``mark`` where a formula begins: at the start of a cell, or after what separates cells somewhere."""
    start = f"\\A{mark}(?=[{_BEFORE}]*[{_FIRST}\\t\\r\\n])"
    inner = f"(?<=[,;\\t\\r\\n]){mark}(?=[{_BEFORE}]*[{_FIRST}])"
    return pattern(f"{start}|{inner}")


_UNMARKED: Final = _beginning("")
_MARKED: Final = _beginning("'")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return _UNMARKED.sub("'", cell)


def unguarded(cell: str) -> str:
    """The inverse of `guarded`; a cell without such an apostrophe stays as it is."""
    return _MARKED.sub("", cell) if "'" in cell else cell
