"""The fault matrix: every operation of the provider, every request that it sends, every fault that can befall it there.

Data only. `test_matrix` tries every row and holds `FAULTS.md` equal to `document()`; write it again with
``python -m tests.contract.provider.matrix > tests/contract/provider/FAULTS.md``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tests.changes import UPDATES
from tests.models import SIGN_OUT

if TYPE_CHECKING:
    from collections.abc import Sequence


class End(Enum):
    """How a row must end. In every case: no user twice, none lost, nobody else's user touched."""

    SAME_RUN = "mended"
    NEXT_RUN = "next run"
    STOPPED = "stops at once"


MEANING = {
    End.SAME_RUN: "the same run gets over it and ends well",
    End.NEXT_RUN: "this run fails or dies; the state keeps what is known to be true; running again ends well",
    End.STOPPED: "as `next run`, and the request that failed was sent exactly once",
}


@dataclass(frozen=True)
class Fault:
    """What happens to one request.

    Attributes:
        name: in the ids of tests and the document.
        text: what happens.
        kind: of the emulator's faults, or the phase at which the provider is killed.
        code: the AWS error, for kinds that answer one.
        times: requests that it befalls.
    """

    name: str
    text: str
    kind: str
    end: End
    code: str = "InternalServiceException"
    times: int = 1

    @property
    def kills(self) -> bool:
        """Whether it kills the provider's process."""
        return self.name.startswith("killed")


FOREVER = 100_000

FAULTS = (
    Fault("killed before", "the provider dies, and the request never arrives", "received", End.NEXT_RUN),
    Fault(
        "killed after",
        "the provider dies once the request was carried out",
        "committed",
        End.NEXT_RUN,
    ),
    Fault("killed answered", "the provider dies when the answer is on its way", "answered", End.NEXT_RUN),
    Fault("lost request", "the connection closes before the request is carried out", "drop-before", End.SAME_RUN),
    Fault("lost answer", "the connection closes after the request was carried out", "drop-after", End.SAME_RUN),
    Fault("500 before", "InternalServiceException, nothing was done", "error-before", End.SAME_RUN),
    Fault("500 after", "InternalServiceException, but the request was carried out", "error-after", End.SAME_RUN),
    Fault("garbage", "a proxy's HTML page (502), but the request was carried out", "garbage", End.SAME_RUN),
    Fault("throttled", "ThrottlingException", "error-before", End.SAME_RUN, "ThrottlingException", 3),
    Fault("too many", "TooManyRequestsException", "error-before", End.SAME_RUN, "TooManyRequestsException", 3),
    Fault("outage", "500 for longer than `connect-users:timeout`", "error-before", End.NEXT_RUN, times=FOREVER),
    Fault("outage after", "the same, but every request was carried out", "error-after", End.NEXT_RUN, times=FOREVER),
    Fault("no answers", "every answer is lost for longer than the timeout", "drop-after", End.NEXT_RUN, times=FOREVER),
    Fault("denied", "AccessDeniedException", "error-before", End.STOPPED, "AccessDeniedException", FOREVER),
    Fault("quota", "LimitExceededException", "error-before", End.STOPPED, "LimitExceededException", FOREVER),
    Fault("expired", "ExpiredTokenException", "error-before", End.STOPPED, "ExpiredTokenException", FOREVER),
    Fault("invalid", "InvalidRequestException", "error-before", End.STOPPED, "InvalidRequestException", FOREVER),
    Fault("not found", "one ResourceNotFoundException", "error-before", End.SAME_RUN, "ResourceNotFoundException"),
)

#: Requests that are not repeated when something is not found: there, it means a wrong id and not a lag.
_NOT_FOUND_IS_FINAL = {
    "GetSecretValue",
    "SearchUsers",
    "ListUserProficiencies",
    "ListQuickConnects",
    "DescribeInstance",
}

#: Operation, fault and number of the request -> how that ends, where it is another end than the fault's.
_OTHER_ENDS = {
    # What was refused as a whole is sent once more as it was declared.
    ("update of a part of a block", "invalid", 1): End.NEXT_RUN,
    # The user who is to be adopted is there, whatever Connect says first.
    ("adopt", "quota", 0): End.SAME_RUN,
    ("adopt", "invalid", 0): End.SAME_RUN,
}

_LOOKING = ("SearchUsers", "DescribeUser")
_TAKING_OVER = ("CreateUser", *_LOOKING, "TagResource", "DescribeUser", "ListUserProficiencies")

#: Its requests for the quick connects are sent by a process that looks for them for the first time.
DELETE_WITH_QUICK_CONNECTS = "delete with quick connects"

#: Operation -> the requests of an undisturbed run, in order.
OPERATIONS: dict[str, tuple[str, ...]] = {
    "create": ("CreateUser",),
    "create with proficiencies": ("CreateUser", "AssociateUserProficiencies"),
    "create with a password from Secrets Manager": ("GetSecretValue", "CreateUser"),
    "update": UPDATES,
    "update of a part of a block": ("DescribeUser", "UpdateUserIdentityInfo"),
    "update of per-channel lists": ("UpdateUserConfig",),
    "first change of an imported user": ("DescribeUser", "UpdateUserRoutingProfile", "TagResource"),
    "first change of a renamed user": ("DescribeUser", "UpdateUserRoutingProfile", "TagResource"),
    "more power for a user of long ago": ("DescribeUser", "UpdateUserSecurityProfiles"),
    "refresh": ("DescribeUser", "ListUserProficiencies"),
    "delete": ("DescribeUser", "DeleteUser"),
    "delete with sign-out": ("DescribeUser", SIGN_OUT, "DeleteUser"),
    "less power with sign-out": ("UpdateUserSecurityProfiles", SIGN_OUT),
    DELETE_WITH_QUICK_CONNECTS: (
        "DescribeUser",
        "DeleteUser",
        "ListQuickConnects",
        *3 * ("DescribeQuickConnect",),
        "DeleteQuickConnect",
    ),
    "make again what a crash left behind": (
        "CreateUser",
        *_LOOKING,
        "DeleteUser",
        "CreateUser",
        "AssociateUserProficiencies",
    ),
    "adopt": (*_TAKING_OVER, *UPDATES),
    "move to another resource": (*_TAKING_OVER, "UpdateUserRoutingProfile", "DescribeUser"),
    "forced replacement": (
        "CreateUser",
        *_LOOKING,
        "DeleteUser",
        "CreateUser",
        "DescribeUser",
        "DescribeUser",
        "DescribeInstance",
    ),
    "rename": ("CreateUser", "AssociateUserProficiencies", "DescribeUser", "DeleteUser"),
}


@dataclass(frozen=True)
class Row:
    """One fault at one request of one operation, and how that must end."""

    operation: str
    index: int
    fault: Fault

    @property
    def call(self) -> str:
        """The AWS operation of the request."""
        return OPERATIONS[self.operation][self.index]

    @property
    def earlier(self) -> int:
        """How many requests of the same AWS operation come before it."""
        return OPERATIONS[self.operation][: self.index].count(self.call)

    @property
    def end(self) -> End:
        """The end that is expected."""
        if self.call == SIGN_OUT and not self.fault.kills:
            # A failure of it blocks nothing.
            return End.SAME_RUN
        if self.fault.name == "not found" and self.call in _NOT_FOUND_IS_FINAL:
            return End.STOPPED
        return _OTHER_ENDS.get((self.operation, self.fault.name, self.index), self.fault.end)

    def __str__(self) -> str:
        return f"{self.operation}: {self.fault.name} at {self.index + 1} {self.call}"


#: Operation -> the requests that Connect refuses: the name is taken, the user is gone.
_REFUSED = {
    "adopt": {0},
    "move to another resource": {0},
    "make again what a crash left behind": {0},
    "forced replacement": {0, 5, 6},
}


def _possible(row: Row) -> bool:
    """A request that is refused is never carried out: nothing can happen after that."""
    return row.fault.kind != "committed" or row.index not in _REFUSED.get(row.operation, ())


ROWS = tuple(
    row
    for operation, calls in OPERATIONS.items()
    for index in range(len(calls))
    for fault in FAULTS
    if _possible(row := Row(operation, index, fault))
)


def sample(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The fewest rows (nearly) in which each operation, AWS operation and fault is found."""
    chosen: list[Row] = []
    missing = {part for row in rows for part in _parts(row)}
    while missing:
        best = max(rows, key=lambda row: len(_parts(row) & missing))
        chosen.append(best)
        missing -= _parts(best)
    return tuple(chosen)


def _parts(row: Row) -> set[str]:
    return {f"operation {row.operation}", f"call {row.call}", f"fault {row.fault.name}"}


def document() -> str:
    """The matrix as a page for readers."""
    kills = sum(row.fault.kills for row in ROWS)
    lines = [
        "# What happens when things go wrong",
        "",
        "<!-- Written by `python -m tests.contract.provider.matrix`; edit matrix.py instead. -->",
        "",
        f"{len(ROWS)} rows: {len(OPERATIONS)} operations, every request that each of them sends, {len(FAULTS)} faults.",
        f"Every row is a test (`tests/contract/provider/test_matrix.py`); {kills} of them kill the provider.",
        "A sample of them, with each operation, request and fault, runs on real processes at both doors.",
        "",
        "In every row, at the end the instance holds each declared user exactly once with the declared settings, the",
        "state names the right id, and no other user was touched.",
        "",
        "| end | meaning |",
        "|---|---|",
        *(f"| {end.value} | {MEANING[end]} |" for end in End),
        "",
        "| fault | what happens |",
        "|---|---|",
        *(f"| {fault.name} | {fault.text} |" for fault in FAULTS),
    ]
    for operation, calls in OPERATIONS.items():
        lines += ["", f"## {operation[0].upper()}{operation[1:]}", ""]
        lines += [f"| request | {' | '.join(end.value for end in End)} |", f"|---|{'---|' * len(End)}"]
        for index, call in enumerate(calls):
            rows = [row for row in ROWS if row.operation == operation and row.index == index]
            cells = (", ".join(row.fault.name for row in rows if row.end is end) or "-" for end in End)
            lines.append(f"| {index + 1} {call} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
