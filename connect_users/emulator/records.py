"""The emulator's log of its requests, for tests and for debugging."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Phase = Literal["received", "committed", "answered"]

_SECRETS: Final = frozenset({"Password", "SecretString", "SecretBinary"})


@dataclass
class RequestRecord:
    """One request. `status` and `code` (of an error) are set when it is answered; 0 is a dropped connection.

    `params` are as boto3 names them, with passwords and secrets redacted. `attempt` is the header `amz-sdk-request`
    (`attempt=1; max=3`). `invocation` is the same for all attempts of one call.
    """

    seq: int
    operation: str
    started: float
    user_agent: str = ""
    attempt: str = ""
    invocation: str = ""
    region: str = ""
    request_id: str = ""
    status: int | None = None
    code: str | None = None
    params: dict[str, Any] = field(default_factory=dict)


def redacted(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters without their secrets, which are all at the top level."""
    return {name: "[redacted]" if name in _SECRETS else item for name, item in params.items()}


class RequestLog:
    """The newest 100,000 requests, oldest first. Iterate (over a copy), index, or use `len()` and `clear()`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._records: deque[RequestRecord] = deque(maxlen=100_000)
        self._seq = 0

    def add(self, record: RequestRecord) -> None:
        """Number and keep a new record."""
        with self._lock:
            self._seq += 1
            record.seq = self._seq
            self._records.append(record)

    def clear(self) -> None:
        """Remove all records; the numbering continues."""
        with self._lock:
            self._records.clear()

    def __getitem__(self, index: int) -> RequestRecord:
        with self._lock:
            return self._records[index]

    def __iter__(self) -> Iterator[RequestRecord]:
        with self._lock:
            return iter(list(self._records))

    def __len__(self) -> int:
        return len(self._records)
