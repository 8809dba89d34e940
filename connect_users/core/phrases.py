"""Parts of sentences that messages, reviews and reports share. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def plural(number: int, one: str, many: str = "") -> str:
    """``1 leaver``, ``2 leavers``, ``1,200 people``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def some(items: Sequence[str], most: int, total: int | None = None) -> str:
    """The first ``most`` items, and how many more there are: ``a, b and 3 more``.

    Args:
        total: how many there are, where ``items`` are only the first of them.
    """
    shown = ", ".join(items[:most])
    left = (len(items) if total is None else total) - min(most, len(items))
    return f"{shown} and {left:,} more" if left > 0 else shown


def all_of(names: Sequence[str], nobody: str = "nobody") -> str:
    """``a``, ``a and b``, ``a, b and c``; ``nobody`` for none."""
    return _joined(names, "and") if names else nobody


def any_of(names: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    return _joined(names, "or")


def _joined(names: Sequence[str], word: str) -> str:
    if not names:
        return ""
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last


def printable(text: str) -> str:
    """``text`` without characters that steer a terminal, or GitHub's runner, which reads commands from a log."""
    return "".join(letter if letter.isprintable() else "�" for letter in text).replace("##[", "## [")
