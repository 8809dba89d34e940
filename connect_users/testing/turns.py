"""An executor whose work starts in order: registrations are decided in the order in which the program made them.

The SDK calls the monitor on the threads of the loop's default executor; which thread comes first is chance. Here each
piece of work waits for its turn until those before it gave theirs up (`give_up_turn`) or ended. Contract: no piece of
work waits longer than `PATIENCE` for its turn, so unusual work cannot block the rest.
"""

from __future__ import annotations

import contextvars
import itertools
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

WORKERS = 32
#: Seconds.
PATIENCE = 2.0

_turn: contextvars.ContextVar[tuple[Turns, int] | None] = contextvars.ContextVar("rehearsal_turn", default=None)
#: The number of the declaration that the current work belongs to, in the order of the program.
declaration: contextvars.ContextVar[int] = contextvars.ContextVar("rehearsal_declaration", default=0)


class Turns(ThreadPoolExecutor):
    """The loop's executor; work runs in the context that submitted it."""

    def __init__(self) -> None:
        super().__init__(max_workers=WORKERS, thread_name_prefix="rehearsal")
        self._numbers = itertools.count()
        self._waiting: OrderedDict[int, None] = OrderedDict()
        self._lock = threading.Lock()
        #: Set when the work with that number is the first in line; only that one is woken.
        self._events: dict[int, threading.Event] = {}

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Queue work; its turn comes after all work that was queued before."""
        number = next(self._numbers)
        with self._lock:
            self._waiting[number] = None
        context = contextvars.copy_context()

        def work() -> T:
            _turn.set((self, number))
            try:
                return fn(*args, **kwargs)
            finally:
                self.release(number)

        try:
            return super().submit(context.run, work)
        except RuntimeError:  # shut down
            self.release(number)
            raise

    def await_turn(self, number: int) -> None:
        """Wait until all earlier work gave up its turn, or for `PATIENCE`."""
        with self._lock:
            if next(iter(self._waiting), number) >= number:
                return
            event = self._events[number] = threading.Event()
        event.wait(PATIENCE)

    def release(self, number: int) -> None:
        """The work has no more need of its turn."""
        with self._lock:
            self._waiting.pop(number, None)
            first = next(iter(self._waiting), None)
            event = self._events.pop(first, None) if first is not None else None
        if event is not None:
            event.set()


def take_turn() -> None:
    """Wait for the turn of the current work; outside of `Turns`, nothing."""
    held = _turn.get()
    if held is not None:
        held[0].await_turn(held[1])


def give_up_turn() -> None:
    """Let later work have its turn."""
    held = _turn.get()
    if held is not None:
        held[0].release(held[1])
