"""Progress of a command on the terminal, shown after two seconds; nothing if stderr is not a terminal.

The bar is tqdm's. A thread updates it, so that it also moves during one long call.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from types import TracebackType

    from tqdm import tqdm
    from typing_extensions import Self

#: Seconds before the bar is shown, and between two updates.
_DELAY = 2.0
_EVERY = 0.2
#: The format without a count.
_WORDS = "{desc} [{elapsed}]"


class Progress:
    """Shows the progress of slow work: ``with Progress("reading users") as progress: progress.at(500, 20_000)``.

    Args:
        stream: where to write (default: stderr).
        sleep: waits for that many seconds, or until the work is done; returns whether it is done.
    """

    def __init__(
        self, what: str, *, stream: TextIO | None = None, sleep: Callable[[float], bool] | None = None
    ) -> None:
        self._what = what
        self._stream = stream if stream is not None else sys.stderr
        self._text = ""
        self._count: tuple[int, int | None] | None = None
        self._thread: threading.Thread | None = None
        if self._stream.isatty():
            import threading

            self._done = threading.Event()
            self._sleep = sleep or self._done.wait
            self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._done.set()
            self._thread.join()

    def at(self, done: int, total: int | None = None) -> None:
        """Set the number that is done, and the total if it is known. Fast."""
        self._text, self._count = "", (done, total)

    def say(self, text: str) -> None:
        """Set the text of the current work. Fast."""
        self._text = f": {text}"

    def note(self, text: str) -> None:
        """Write a line that stays, even if stderr is not a terminal."""
        from tqdm import tqdm

        tqdm.write(f"{self._what}: {text}", file=self._stream)

    def _watch(self) -> None:
        if self._sleep(_DELAY):
            return
        from tqdm import tqdm

        with tqdm(file=self._stream, leave=False, dynamic_ncols=True, unit="", bar_format=_WORDS) as bar:
            bar.start_t -= _DELAY
            self._show(bar)
            while not self._sleep(_EVERY):
                self._show(bar)

    def _show(self, bar: tqdm[Any]) -> None:
        bar.set_description_str(f"{self._what}{self._text}", refresh=False)
        if self._count is not None:
            bar.bar_format = None
            bar.n, bar.total = self._count
        bar.refresh()
