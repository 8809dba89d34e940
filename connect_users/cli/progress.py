"""One line on the terminal that says how far a command is, from two seconds on; nothing where nobody watches.

Own code, and no library: a counter that is written over itself is all that the commands need.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from typing_extensions import Self

#: Seconds before the first line, and between two.
_DELAY = 2.0
_EVERY = 0.2
_CLEAR = "\r\x1b[2K"


class Progress:
    """Tells of something that takes long: ``with Progress("reading users") as progress: progress.at(500, 20_000)``."""

    def __init__(self, what: str, *, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        self._watched = self._stream.isatty()
        self._next = clock() + _DELAY
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._write("")

    def at(self, done: int, total: int | None = None) -> None:
        """So many are done, of so many where that is known."""
        of = f" of {total:,}" if total else ""
        self.say(f"{done:,}{of}")

    def say(self, text: str) -> None:
        """Say where it is."""
        if self._watched and self._clock() >= self._next:
            self._next = self._clock() + _EVERY
            self._shown = True
            self._write(f"{self._what}: {text}")

    def note(self, text: str) -> None:
        """Say something that stays, whether somebody watches or not."""
        self._stream.write(f"{_CLEAR if self._shown else ''}{self._what}: {text}\n")
        self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write(f"{_CLEAR}{text}")
        self._stream.flush()
