"""Faults to inject. Each is registered once, and removed when it is used up.

kinds:
- `error-before`: nothing is done, and an error is returned.
- `error-after`: the work is done and committed, then an error is returned.
- `drop-before`: nothing is done, and the connection is closed.
- `drop-after`: the work is done and committed, then the connection is closed without a response.
- `slow`: the work is done and committed, then the response waits for `seconds`.
- `garbage`: the work is done and committed, then a body that is not JSON is returned (HTML, status 502 by default).
- `garbage-before`: nothing is done, and the same body is returned.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from threading import TIMEOUT_MAX, Lock
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from connect_users.emulator.calls import check_operation
from connect_users.emulator.options import is_wait

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FaultKind = Literal["error-before", "error-after", "drop-before", "drop-after", "slow", "garbage", "garbage-before"]

GARBAGE: Final = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True)
class Fault:
    """What happens to the next matching requests.

    `operation` is the name of one that the emulator has, or `*` for any. `match` is a part of the raw path or of the
    body. The first `skip` matching requests pass, and the `times` after them get the fault. `code` (default
    InternalServiceException), `status` (by default the code's own) and `message` are the error's. `seconds` is for
    `slow`. Raises ValueError for anything else.
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
        match = "" if self.match is None else self.match
        if not all(isinstance(text, str) for text in (self.operation, match, self.code, self.message)):
            raise ValueError("a fault needs operation, match, code and message as strings")
        if self.operation != "*":
            check_operation(self.operation)
        if not (self.code.isascii() and self.code.isprintable()):
            raise ValueError(f"fault code {self.code!r} cannot be sent in a header")
        status = 200 if self.status is None else self.status
        if not all(type(number) is int for number in (self.times, self.skip, status)):
            raise ValueError("a fault needs times, skip and status as whole numbers")
        if self.times < 1 or self.skip < 0 or not 200 <= status <= 599:
            raise ValueError("a fault needs times of at least 1, skip of at least 0, and a status from 200 to 599")
        if not is_wait(self.seconds):
            raise ValueError(f"a fault needs seconds as a number from 0 to {TIMEOUT_MAX:.0f}")

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Fault:
        """Read a fault in the form of `POST /_emulator/faults`. Raises ValueError."""
        unknown = members.keys() - {item.name for item in fields(cls)}
        if unknown:
            raise ValueError(f"a fault does not have the members {', '.join(sorted(unknown))}")
        try:
            return cls(**members)
        except TypeError as error:
            raise ValueError("a fault needs operation and kind") from error

    def matches(self, operation: str, path: str, body: bytes) -> bool:
        """Whether the fault applies to a request."""
        if self.operation not in ("*", operation):
            return False
        return self.match is None or self.match in path or self.match.encode() in body


class Faults:
    """The pending faults, safe for any number of threads. A request gets the oldest one that matches."""

    def __init__(self) -> None:
        self._lock = Lock()
        #: A fault, how many requests it still lets pass, and how many it still applies to.
        self._pending: list[tuple[Fault, int, int]] = []

    def add(self, *faults: Fault) -> None:
        """Add faults."""
        with self._lock:
            self._pending += [(fault, fault.skip, fault.times) for fault in faults]

    def clear(self) -> None:
        """Remove all."""
        with self._lock:
            self._pending = []

    def __len__(self) -> int:
        return len(self._pending)

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter([fault for fault, _, _ in self._pending])

    def take(self, operation: str, path: str, body: bytes) -> Fault | None:
        """The fault for a request, if there is one. Counts down the faults that match."""
        with self._lock:
            for index, (fault, skip, times) in enumerate(self._pending):
                if not fault.matches(operation, path, body):
                    continue
                if skip:
                    self._pending[index] = (fault, skip - 1, times)
                    continue
                self._pending[index : index + 1] = [(fault, 0, times - 1)] if times > 1 else []
                return fault
            return None
