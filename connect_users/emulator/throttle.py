"""Token buckets: one for each operation, account and region, as in AWS (facts, section 4 [D])."""

from __future__ import annotations

import math
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from connect_users.emulator.errors import ApiError

if TYPE_CHECKING:
    from connect_users.emulator.options import Options


@dataclass(frozen=True)
class Throttle:
    """A token bucket: `rate` tokens are added each second, up to `burst`. AWS's default is 2/5."""

    rate: float
    burst: float

    def __post_init__(self) -> None:
        if not (0 < self.rate < math.inf and 1 <= self.burst < math.inf):
            raise ValueError(f"throttle {self}: the rate must be above 0 and the burst at least 1")

    def __str__(self) -> str:
        return f"{self.rate:g}/{self.burst:g}"

    @classmethod
    def parse(cls, text: str) -> Throttle:
        """Read `RATE/BURST`, for example `2/5`. Raises ValueError."""
        rate, slash, burst = text.partition("/")
        if not slash:
            raise ValueError(f"throttle {text!r}: write RATE/BURST, for example 2/5")
        return cls(float(rate), float(burst))


class Throttles:
    """The buckets of one emulator. Its options may change between two requests."""

    def __init__(self) -> None:
        self._lock = Lock()
        #: Key -> the tokens that were left, and when.
        self._buckets: dict[tuple[str, str, str], tuple[float, float]] = {}

    def take(self, options: Options, operation: str, account: str, region: str) -> None:
        """Take one token. Raises ThrottlingException (HTTP 429) if there is none."""
        throttle = options.throttles.get(operation, options.throttle)
        if throttle is None:
            return
        key = (operation, account, region)
        now = options.clock()
        with self._lock:
            tokens, since = self._buckets.get(key, (throttle.burst, now))
            tokens = min(throttle.burst, tokens + max(0.0, now - since) * throttle.rate)
            allowed = tokens >= 1
            self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if not allowed:
            raise ApiError("ThrottlingException", "Rate exceeded")
