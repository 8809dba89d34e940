"""The rosters that one program has declared so far: the engine requests each alone, and never the whole program.

A Python program knows all its people once its body has ended. A component sees only its own request and the earlier
ones, and waits for those that run at the same time. If a later roster or user may matter, it also waits some seconds: a
program declares all of them at once, unless one needs an output of another. People who move to a roster that needs an
output of their former one count as leavers.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Final

from connect_users.program.registration import Declarations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connect_users.roster.moves import DeclaredUser

#: Seconds to wait for what may still be declared.
GRACE: Final = 3.0


class RosterDeclarations(Declarations):
    """The declarations of one program's rosters so far. Thread-safe.

    Args:
        stack: the configuration of the plugin.
        alone: URN -> user who is declared alone; it grows as the engine has users checked.
        grace: seconds to wait for other declarations.
    """

    complete = False

    def __init__(self, stack: Mapping[str, object], alone: Mapping[str, DeclaredUser], grace: float = GRACE) -> None:
        super().__init__(stack)
        self._alone = alone
        self._grace = grace
        self._changed = threading.Condition()
        self._declaring = threading.Lock()
        self._expected = 0

    def declared(self) -> list[DeclaredUser]:
        """The people of the rosters, and the users who are declared alone."""
        return [*super().declared(), *list(self._alone.values())]

    @contextlib.contextmanager
    def expecting(self) -> Iterator[Callable[[], contextlib.AbstractContextManager[None]]]:
        """Note the request of a roster; yields the context in which it declares its people. Other rosters wait."""
        with self._changed:
            self._expected += 1
        left = [1]

        def arrived() -> None:
            with self._changed:
                self._expected -= left.pop() if left else 0
                self._changed.notify_all()

        @contextlib.contextmanager
        def declaring() -> Iterator[None]:
            # One at a time, so that a user who is declared twice is noticed.
            with self._declaring:
                yield
            arrived()

        try:
            yield declaring
        finally:
            arrived()

    async def settle(self, is_open: Callable[[], bool]) -> None:
        """Wait for requested rosters, and some seconds for others."""
        await asyncio.get_running_loop().run_in_executor(None, self._wait, is_open)

    def _wait(self, is_open: Callable[[], bool]) -> None:
        with self._changed:
            while not self._changed.wait_for(lambda: not self._expected and not is_open(), self._grace):
                if not self._expected:
                    return


_programs: dict[str, RosterDeclarations] = {}
_lock: Final = threading.Lock()


def program_of(
    monitor: str, configuration: Mapping[str, object], alone: Mapping[str, DeclaredUser]
) -> RosterDeclarations:
    """The declarations so far of the program behind an engine's monitor.

    Args:
        configuration: of the plugin, under the keys of the stack's.
        alone: as in `RosterDeclarations`.
    """
    with _lock:
        if monitor not in _programs:
            # A process serves one program at a time.
            _programs.clear()
            _programs[monitor] = RosterDeclarations(configuration, alone)
        return _programs[monitor]
