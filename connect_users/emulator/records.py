"""The emulator's log of its requests, for tests and for debugging."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Phase = Literal["received", "committed", "answered"]

_REDACTED: Final = "[redacted]"
_SECRETS: Final = frozenset({"Password", "SecretString", "SecretBinary"})


@dataclass
class RequestRecord:
    """One request; `status` and `code` (of an error) are set once it is answered, 0 for a dropped connection.

    `params` are as boto3 names them, with passwords and secrets redacted. `attempt` is the header `amz-sdk-request`
    (`attempt=1; max=3`), `invocation` stays the same over all attempts of one call.
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

    def to_json(self) -> dict[str, Any]:
        """The record as GET /_emulator/requests shows it."""
        return asdict(self)


def redacted(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters without their secrets (which are all at the top level)."""
    if _SECRETS.isdisjoint(params):
        return params
    return {name: _REDACTED if name in _SECRETS else item for name, item in params.items()}


class Log:
    """The newest requests, oldest first: iterate (over a copy), index, `len()`, `clear()`."""

    def __init__(self, capacity: int = 100_000) -> None:
        self._lock = Lock()
        self._records: deque[RequestRecord] = deque(maxlen=capacity)
        self._seq = 0

    def open(self, record: RequestRecord) -> None:
        """Number and store a new record."""
        with self._lock:
            self._seq += 1
            record.seq = self._seq
            self._records.append(record)

    def clear(self) -> None:
        """Remove all records; numbering continues."""
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
