"""One line on the terminal that says how far a command is, from two seconds on; nothing where nobody watches.

Own code, and no library: a line that is written over itself is all that the commands need. A thread writes it, so that
one call that takes long is told as well as many short ones, with the seconds that it has taken.
"""

from __future__ import annotations

import shutil
import sys
import threading
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
    """Tells of something that takes long: ``with Progress("reading users") as progress: progress.at(500, 20_000)``.

    Args:
        stream: where to tell (default: stderr).
        sleep: waits for so many seconds, or until the work is done, and returns whether it is.
    """

    def __init__(
        self,
        what: str,
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], bool] | None = None,
    ) -> None:
        self._what = what
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        self._begun = clock()
        self._done = threading.Event()
        self._sleep = sleep or self._done.wait
        self._text = ""
        self._thread = threading.Thread(target=self._watch, daemon=True) if self._stream.isatty() else None

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    def at(self, done: int, total: int | None = None) -> None:
        """So many are done, of so many where that is known."""
        of = f" of {total:,}" if total else ""
        self.say(f"{done:,}{of}")

    def say(self, text: str) -> None:
        """Say where it is; costs nothing."""
        self._text = f": {text}"

    def _watch(self) -> None:
        if self._sleep(_DELAY):
            return
        shown = ""
        try:
            while True:
                line = f"{self._what}{self._text} ({self._clock() - self._begun:.0f} s)"
                if line != shown:
                    self._write(line)
                    shown = line
                if self._sleep(_EVERY):
                    return
        finally:
            self._write("")

    def note(self, text: str) -> None:
        """Say something that stays, whether somebody watches or not."""
        self._stream.write(f"{_CLEAR if self._thread is not None else ''}{self._what}: {text}\n")
        self._stream.flush()

    def _write(self, text: str) -> None:
        # Longer than the terminal is wide, it could not be taken back.
        self._stream.write(f"{_CLEAR}{text[: shutil.get_terminal_size().columns - 1]}")
        self._stream.flush()
