"""The rosters that one program has declared so far: the plugin is asked for each by itself, and never for the program.

A Python program knows whom it declares once its body has ended. A component only sees that it is asked for, so it knows
of the others which came before it, and waits for those that are asked for at the same time. For one that may come
later it waits where that matters, for a few seconds: a program asks for all rosters at once, unless one of them needs
an output of another one. Whoever moves to a roster that needs an output of the former one counts as a leaver.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Final

from connect_users.program.registration import Declared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: Seconds to wait for rosters that may still be asked for.
GRACE: Final = 3.0


class Gathering(Declared):
    """What the rosters of one program have declared so far. Thread-safe.

    Args:
        stack: the configuration of the plugin.
        grace: seconds to wait for others.
    """

    complete = False

    def __init__(self, stack: Mapping[str, object], grace: float = GRACE) -> None:
        super().__init__(stack)
        self._grace = grace
        self._changed = threading.Condition()
        self._declaring = threading.Lock()
        self._expected = 0

    @contextlib.contextmanager
    def expecting(self) -> Iterator[Callable[[], contextlib.AbstractContextManager[None]]]:
        """A roster has been asked for; gives what it declares its people within. The others wait for that."""
        with self._changed:
            self._expected += 1
        left = [1]

        def arrived() -> None:
            with self._changed:
                self._expected -= left.pop() if left else 0
                self._changed.notify_all()

        @contextlib.contextmanager
        def declaring() -> Iterator[None]:
            # One at a time: who declares a user that another roster has must see it.
            with self._declaring:
                yield
            arrived()

        try:
            yield declaring
        finally:
            arrived()

    async def settle(self, is_open: Callable[[], bool]) -> None:
        """Wait for rosters that have been asked for, and for a moment for others."""
        await asyncio.get_running_loop().run_in_executor(None, self._wait, is_open)

    def _wait(self, is_open: Callable[[], bool]) -> None:
        with self._changed:
            while not self._changed.wait_for(lambda: not self._expected and not is_open(), self._grace):
                if not self._expected:
                    return


_programs: dict[str, Gathering] = {}
_lock: Final = threading.Lock()


def program_of(monitor: str, configuration: Mapping[str, object]) -> Gathering:
    """What the program behind an engine's monitor has declared so far.

    Args:
        configuration: of the plugin, under the keys of the stack's.
    """
    with _lock:
        if monitor not in _programs:
            # A process serves one program at a time.
            _programs.clear()
            _programs[monitor] = Gathering(configuration)
        return _programs[monitor]
