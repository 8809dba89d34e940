"""Token buckets: one per operation, account and region, as AWS counts them (facts, section 4 [D])."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from connect_users.emulator.errors import ApiError

if TYPE_CHECKING:
    from connect_users.emulator.options import Options


class Throttles:
    """The buckets of one emulator; options may change between two requests."""

    def __init__(self) -> None:
        self._lock = Lock()
        #: Key -> tokens left, and when that was true.
        self._buckets: dict[tuple[str, str, str], tuple[float, float]] = {}

    def take(self, options: Options, operation: str, account: str, region: str) -> None:
        """Take one token, or raise ThrottlingException (HTTP 429)."""
        limit = options.throttles.get(operation, options.throttle)
        if limit is None:
            return
        key = (operation, account, region)
        now = options.clock()
        with self._lock:
            tokens, since = self._buckets.get(key, (limit.burst, now))
            tokens = min(limit.burst, tokens + max(0.0, now - since) * limit.rate)
            allowed = tokens >= 1
            self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if not allowed:
            raise ApiError("ThrottlingException", "Rate exceeded")
