"""Faults to inject: each is registered once and disappears when it has been used up.

kinds:
- `error-before`: an error is answered, nothing is done.
- `error-after`: the work is done and committed, then an error is answered.
- `drop-before`: the connection is closed, nothing is done.
- `drop-after`: the work is done and committed, then the connection is closed without an answer.
- `slow`: the work is done and committed, then `seconds` pass before the answer.
- `garbage`: the work is done and committed, then a body that is not JSON is answered (HTML, status 502 by default).
- `garbage-before`: the same answer, but nothing is done.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args

from connect_users.emulator.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FaultKind = Literal["error-before", "error-after", "drop-before", "drop-after", "slow", "garbage", "garbage-before"]

GARBAGE: Final = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True)
class Fault:
    """What happens to the next requests that match.

    `operation` is a name, or `*` for any; `match` a part of the raw path or the body. The first `skip` requests that
    fit pass unharmed, the `times` after them do not. `code` (default InternalServiceException), `status` (default the
    code's own) and `message` are the error's; `seconds` is for `slow`.
    """

    operation: str
    kind: FaultKind
    times: int = 1
    skip: int = 0
    match: str | None = None
    code: str = "InternalServiceException"
    status: int | None = None
    message: str = "injected fault"
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"fault kind {self.kind!r} is not one of {', '.join(get_args(FaultKind))}")
        if self.times < 1 or self.skip < 0 or self.seconds < 0:
            raise ValueError("a fault needs times of at least 1, and skip and seconds of at least 0")

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Fault:
        """Read a fault as `POST /_emulator/faults` takes it; raises ValueError."""
        unknown = set(given) - {item.name for item in fields(cls)}
        if unknown:
            raise ValueError(f"a fault does not have the members {', '.join(sorted(unknown))}")
        try:
            return cls(**cast("Any", given))
        except TypeError as error:
            raise ValueError(f"a fault needs operation and kind, and numbers as numbers ({error})") from error

    def error(self) -> ApiError:
        """The error that the emulator answers."""
        return ApiError(self.code, self.message, status=self.status)

    def fits(self, operation: str, path: str, body: bytes) -> bool:
        """Whether the fault applies to this request."""
        if self.operation not in ("*", operation):
            return False
        return self.match is None or self.match in path or self.match.encode() in body


class Faults:
    """The pending faults; safe for any number of threads. A request gets the oldest one that matches."""

    def __init__(self) -> None:
        self._lock = Lock()
        #: Fault, requests still to pass, requests still to harm.
        self._waiting: list[tuple[Fault, int, int]] = []

    def add(self, *faults: Fault) -> None:
        """Add faults."""
        with self._lock:
            self._waiting += [(fault, fault.skip, fault.times) for fault in faults]

    def clear(self) -> None:
        """Remove all."""
        with self._lock:
            self._waiting = []

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter([fault for fault, _, _ in self._waiting])

    def take(self, operation: str, path: str, body: bytes) -> Fault | None:
        """The fault for this request, if any; counts down every fault that matches."""
        if not self._waiting:
            return None
        with self._lock:
            for index, (fault, skip, times) in enumerate(self._waiting):
                if not fault.fits(operation, path, body):
                    continue
                if skip:
                    self._waiting[index] = (fault, skip - 1, times)
                    continue
                if times == 1:
                    del self._waiting[index]
                else:
                    self._waiting[index] = (fault, skip, times - 1)
                return fault
            return None
