"""Virtual time, and two runs that take turns: one goes on at each request, by a schedule that a number decides."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Clock:
    """The time of one world, in seconds from its beginning. Only sleeps and requests move it."""

    def __init__(self) -> None:
        self.now = 0.0
        self._turns: _Turns | None = None

    def sleep(self, seconds: float) -> None:
        """Let time pass; where two runs are under way, the other one may go on meanwhile."""
        if self._turns is not None:
            self._turns.sleep(self.now + seconds)
        else:
            self.now += seconds

    def together(self, works: Sequence[Callable[[], None]], schedule: int) -> None:
        """Do all works at the same time; every sleep is a moment at which another one may go on."""
        self._turns = _Turns(self, schedule)
        try:
            self._turns.run(works)
        finally:
            self._turns = None


class _Turns:
    """Threads of which one runs at a time: who sleeps hands over to who wakes first, or to one of those awake."""

    def __init__(self, clock: Clock, schedule: int) -> None:
        self._clock = clock
        self._random = random.Random(schedule)
        #: Of each thread that sleeps: when it wakes, and what wakes it.
        self._sleepers: list[tuple[float, threading.Lock]] = []
        self._ended = threading.Lock()
        self._failures: list[BaseException] = []

    def run(self, works: Sequence[Callable[[], None]]) -> None:
        """Run each in a thread of its own; raises what the first of them raised."""
        self._ended.acquire()
        for work in works:
            baton = self._baton(self._clock.now)
            threading.Thread(target=self._body, args=(work, baton), daemon=True).start()
        self._wake_next()
        with self._ended:
            if self._failures:
                raise self._failures[0]

    def sleep(self, until: float) -> None:
        """Called by the thread that has its turn."""
        baton = self._baton(until)
        self._wake_next()
        baton.acquire()

    def _body(self, work: Callable[[], None], baton: threading.Lock) -> None:
        baton.acquire()
        try:
            work()
        except BaseException as failure:
            self._failures.append(failure)
        if self._sleepers:
            self._wake_next()
        else:
            self._ended.release()

    def _baton(self, until: float) -> threading.Lock:
        baton = threading.Lock()
        baton.acquire()
        self._sleepers.append((until, baton))
        return baton

    def _wake_next(self) -> None:
        awake = [each for each in self._sleepers if each[0] <= self._clock.now]
        chosen = self._random.choice(awake) if awake else min(self._sleepers, key=lambda each: each[0])
        self._sleepers.remove(chosen)
        self._clock.now = max(self._clock.now, chosen[0])
        chosen[1].release()
