"""When a request may be sent: one token bucket per API operation, shared by all threads of the process.

Amazon Connect allows, per account, region and operation, 2 requests a second and 5 at once unless a higher quota was
granted (admin guide, "Amazon Connect service quotas"). A caller that stays inside never meets a throttled request,
and is as fast as one that does not.

- Callers queue per operation, first come first served. Each sleeps once, until its turn, instead of trying and being
  refused; a request that was refused and is sent again goes to the front, because its call is running out of time.
- When AWS throttles all the same (another program uses up the quota), the operation's rate falls by a fifth for each
  round of refusals and its burst is forgotten; each answer that is not a throttle raises it by 2 % of the configured
  rate, which is never exceeded.
- Time comes from an injected `Timer`, whose wait ends at once when the run is cancelled.

What is retried, and after what delay, is not decided here: see `connect_users.core.failures`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

Notify = Callable[[str], None]

#: Share of the configured rate that is used: AWS's clock is not ours to know.
#: Together with `HEADROOM` it costs 1.01 times the quota's floor for 100 requests at 2/s, burst 5.
MARGIN = 0.995

#: Tokens of the burst that are left unused. Some requests are slower on the way than those after them, so that a server
#: sees them closer together than they were sent: 0.4 tokens at 2/s are 200 ms.
HEADROOM = 0.4

#: Seconds after the first request during which no tokens flow unless it was answered. It is the slowest on the way
#: (connection and TLS set-up): until it arrives, the server's bucket is full, and nothing flows into it either.
FIRST_ANSWER_WAIT = 2.0

#: The rate after a throttled answer, as a share of the one before.
DECREASE = 0.8

#: What an answer that is not throttled adds to a lowered rate, as a share of the configured one.
RECOVERY = 0.02

#: A rate never falls below this share of the configured one: 0.1 requests a second at AWS's default.
FLOOR = 0.05

#: Seconds of queueing of which a user is informed, and the least time between two such messages about one call.
NOTICE_AFTER = 5.0
NOTICE_EVERY = 10.0


class Timer(Protocol):
    """A clock, and a sleep that a cancelled run ends."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""

    def wait(self, seconds: float) -> bool:
        """Sleep; True, and at once, when the run is or gets cancelled."""


class SystemTimer:
    """The machine's monotonic clock; `cancelled` is an event that somebody else sets."""

    def __init__(self, cancelled: threading.Event | None = None) -> None:
        self.cancelled = cancelled or threading.Event()

    def now(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> bool:
        return self.cancelled.wait(max(0.0, seconds))


class _Bucket:
    """The tokens of one operation. Not thread-safe by itself: `Pacer` holds its lock around every use."""

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self.ceiling = rate * MARGIN
        self.rate = self.ceiling
        self.depth = max(1.0, burst - HEADROOM)
        self.tokens = self.depth
        self.filled_at = now
        #: From when on tokens flow, whatever is answered; None before the first request.
        self.flows_from: float | None = None
        self.slowed_at = float("-inf")
        self.queue: deque[object] = deque()

    def refill(self, now: float) -> None:
        if self.flows_from is not None and now > self.flows_from:
            self.tokens = min(self.depth, self.tokens + (now - max(self.filled_at, self.flows_from)) * self.rate)
        self.filled_at = now

    def take(self, now: float) -> None:
        self.tokens -= 1.0
        if self.flows_from is None:
            self.flows_from = now + FIRST_ANSWER_WAIT

    def answered(self, now: float) -> None:
        self.refill(now)
        self.flows_from = now if self.flows_from is None else min(now, self.flows_from)

    def missing(self, ticket: object) -> float:
        """Tokens that still have to flow in before it is this ticket's turn; 0 or less means now."""
        return self.queue.index(ticket) + 1 - self.tokens

    def pause(self, missing: float) -> float:
        """How long a ticket that misses so many tokens sleeps before it looks again.

        At the full rate that is until its turn. A lowered rate may recover meanwhile, so the far end of the queue
        assumes the full rate, and sleeps again if it did not come.
        """
        due = missing / self.rate
        if self.rate >= self.ceiling or due <= 1.0:
            return due
        return max(missing / self.ceiling, 1.0)


class Pacer:
    """Grants permission to send, operation by operation. Thread-safe and fair.

    Args:
        rate: requests per second of each operation, more than 0.
        burst: requests of one operation that may be sent at once, 1 or more.
    """

    def __init__(self, rate: float, burst: int, timer: Timer) -> None:
        self._rate = rate
        self._burst = burst
        self._timer = timer
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def acquire(self, operation: str, *, again: bool = False, notify: Notify | None = None) -> float | None:
        """Wait for this caller's turn; the moment of it, or None when the run was cancelled before.

        Args:
            again: the request was refused or lost before, and goes in front of those that were never sent.
        """
        if self._timer.wait(0.0):
            return None
        ticket = object()
        noted_at = float("-inf")
        with self._lock:
            bucket = self._bucket(operation)
            (bucket.queue.appendleft if again else bucket.queue.append)(ticket)
        try:
            while True:
                with self._lock:
                    now = self._timer.now()
                    bucket.refill(now)
                    missing = bucket.missing(ticket)
                    if missing <= 1e-6:
                        bucket.take(now)
                        return now
                    pause, rate = bucket.pause(missing), bucket.rate
                due = missing / rate
                if notify and due > NOTICE_AFTER and now - noted_at >= NOTICE_EVERY:
                    noted_at = now
                    notify(f"waiting about {due:.0f} s to send {operation}: {rate:.3g} requests a second are allowed")
                if self._timer.wait(pause):
                    return None
        finally:
            with self._lock:
                bucket.queue.remove(ticket)

    def throttled(self, operation: str, sent_at: float) -> None:
        """AWS throttled a request that was released at `sent_at`: send slower.

        Several requests that were under way together are one reason to slow down, not several.
        """
        with self._lock:
            bucket = self._bucket(operation)
            now = self._timer.now()
            bucket.answered(now)
            bucket.tokens = min(bucket.tokens, 0.0)
            if sent_at > bucket.slowed_at:
                bucket.rate = max(bucket.rate * DECREASE, bucket.ceiling * FLOOR)
                bucket.slowed_at = now

    def accepted(self, operation: str) -> None:
        """AWS took a request of this operation, whatever it answered."""
        with self._lock:
            bucket = self._bucket(operation)
            bucket.answered(self._timer.now())
            if bucket.rate < bucket.ceiling:
                bucket.rate = min(bucket.ceiling, bucket.rate + bucket.ceiling * RECOVERY)

    def _bucket(self, operation: str) -> _Bucket:
        if operation not in self._buckets:
            self._buckets[operation] = _Bucket(self._rate, self._burst, self._timer.now())
        return self._buckets[operation]
