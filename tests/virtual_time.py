"""Time that passes only when every thread sleeps: pacing and retries run for minutes in milliseconds.

Threads of a `VirtualTime` run one at a time, in the order in which they wake, so that a run is the same every time.
"""

from __future__ import annotations

import heapq
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class VirtualTime:
    """A `connect_users.connect.pacing.Timer`. Outside of `run`, a sleep simply moves the clock."""

    def __init__(self) -> None:
        self.sleeps: list[float] = []
        self._now = 0.0
        self._order = 0
        self._sleepers: list[tuple[float, int, threading.Event]] = []
        self._cancelled = False
        self._threads = 0
        self._failures: list[BaseException] = []
        self._ended = threading.Event()

    def now(self) -> float:
        return self._now

    def wait(self, seconds: float) -> bool:
        if self._cancelled or seconds <= 0:
            return self._cancelled
        self.sleeps.append(seconds)
        if self._threads:
            self._sleep_until(self._now + seconds)
        else:
            self._now += seconds
        return self._cancelled

    def cancel(self) -> None:
        """Every sleep ends now, and every later one at once."""
        self._cancelled = True
        self._sleepers = [(self._now, order, event) for _, order, event in self._sleepers]
        heapq.heapify(self._sleepers)

    def run(self, work: Sequence[Callable[[], None]]) -> float:
        """Run each in a thread of its own; the time when the last one ended. Raises what one of them raised."""
        self._threads = len(work)
        self._ended.clear()
        for each in work:
            event = threading.Event()
            self._push(self._now, event)
            threading.Thread(target=self._body, args=(each, event), daemon=True).start()
        self._wake_next()
        assert self._ended.wait(60), "a thread neither ended nor slept"
        if self._failures:
            raise self._failures[0]
        return self._now

    def _body(self, work: Callable[[], None], event: threading.Event) -> None:
        event.wait()
        try:
            work()
        except BaseException as failure:
            self._failures.append(failure)
        self._threads -= 1
        self._wake_next()

    def _sleep_until(self, moment: float) -> None:
        event = threading.Event()
        self._push(moment, event)
        self._wake_next()
        event.wait()

    def _push(self, moment: float, event: threading.Event) -> None:
        self._order += 1
        heapq.heappush(self._sleepers, (moment, self._order, event))

    def _wake_next(self) -> None:
        if not self._sleepers:
            self._ended.set()
            return
        moment, _, event = heapq.heappop(self._sleepers)
        self._now = max(self._now, moment)
        event.set()


class ServerBucket:
    """What AWS does: `burst` requests at once, `rate` a second after that; the rest is throttled."""

    def __init__(self, timer: VirtualTime, rate: float = 2.0, burst: float = 5.0) -> None:
        self._timer, self._rate, self._burst = timer, rate, burst
        self._tokens, self._at = burst, 0.0
        self.arrivals = 0
        self.refused = 0

    def take(self) -> bool:
        now = self._timer.now()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        self.arrivals += 1
        # A real server counts in whole parts of a second; one part in a million is no throttle.
        if self._tokens < 1.0 - 1e-6:
            self.refused += 1
            return False
        self._tokens -= 1.0
        return True
