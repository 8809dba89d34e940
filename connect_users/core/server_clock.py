"""AWS's clock from the ``Date`` headers of its answers, more exact than the header's whole second. Pure.

Each answer bounds the difference between AWS's clock and this machine's: it was given at or after its Date, before the
second that follows, and between the request and its arrival. This machine's clock is believed as long as it is inside
all bounds; else the lowest difference that the answers allow is taken: a moment is better too early than too late.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timezone
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Any, Final

#: The finest that Connect's times show, in seconds.
MILLISECOND: Final = 0.001


class ServerClock:
    """The difference to AWS's clock, as far as the answers of this process show it. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._low = float("-inf")
        self._high = float("inf")

    def answered(self, answer: Any, sent: float, received: float) -> float | None:
        """When AWS gave an answer, at the latest, in its own time; None for an answer without a Date.

        Args:
            answer: as boto3 gives it, or an error's response.
            sent, received: seconds since the epoch, by this machine's clock.
        """
        date = date_of(answer)
        if date is None:
            return None
        with self._lock:
            self._low = max(self._low, date - received)
            self._high = min(self._high, date + 1.0 - sent)
            if self._low > self._high:
                # One of the clocks was set: what was known is void.
                self._low, self._high = date - received, date + 1.0 - sent
        moment = min(max(self.now(received), date), date + 1.0 - MILLISECOND)
        return max(date, round(moment, 3))

    def now(self, local: float) -> float:
        """AWS's time at the time ``local`` of this machine's clock, as far as the answers until now show it."""
        with self._lock:
            return local if self._low <= 0.0 <= self._high else local + self._low


def date_of(answer: Any) -> float | None:
    """The ``Date`` header of an answer of boto3, in seconds since the epoch."""
    meta = answer.get("ResponseMetadata", {}) if isinstance(answer, Mapping) else {}
    text = meta.get("HTTPHeaders", {}).get("date")
    if not isinstance(text, str):
        return None
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp()
