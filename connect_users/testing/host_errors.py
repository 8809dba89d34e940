"""What a failed call of a provider says, read as the engine reads it.

The status details of the gRPC trailer win over the plain text, and may carry the state of a resource that was made
in part (`ErrorResourceInitFailed`): sdk/go/common/resource/plugin/provider_plugin.go, parseError.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .values import PropertyMap, decode

_DETAILS = "grpc-status-details-bin"


@dataclass(frozen=True)
class InitFailed:
    """The state of a resource that exists but is not complete."""

    id: str
    outputs: PropertyMap = field(repr=False)
    inputs: PropertyMap | None = field(repr=False)
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        # The list of hashicorp/go-multierror, which is what the engine prints.
        if not self.reasons:
            return "resource init failed"
        count = "1 error" if len(self.reasons) == 1 else f"{len(self.reasons)} errors"
        lines = "\n\t".join(f"* {reason}" for reason in self.reasons)
        return f"{count} occurred:\n\t{lines}\n\n"


class HostError(Exception):
    """A call of the host failed; the text is the engine's.

    Attributes:
        code: gRPC's name of the status, e.g. `UNKNOWN` or `UNAVAILABLE` ("" when no call was made).
        partial: set when the resource exists all the same.
    """

    def __init__(self, message: str, *, code: str = "", partial: InitFailed | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.partial = partial


def host_error(error: Any) -> HostError:
    """The engine's view of a `grpc.RpcError`."""
    from pulumi.runtime.proto import status_pb2

    code, message = error.code(), error.details() or ""
    trailer = dict(error.trailing_metadata() or ()).get(_DETAILS)
    if trailer is None:
        return HostError(message, code=code.name)
    status = status_pb2.Status.FromString(trailer)
    # grpc-go takes the whole status from the details when both codes agree.
    if status.code != code.value[0]:
        return HostError(message, code=code.name)
    partial = _partial(status)
    return HostError(str(partial) if partial else status.message, code=code.name, partial=partial)


def _partial(status: Any) -> InitFailed | None:
    from pulumi.runtime.proto import provider_pb2

    for detail in status.details:
        failed = provider_pb2.ErrorResourceInitFailed()
        if detail.Unpack(failed):
            inputs = decode(failed.inputs) if failed.HasField("inputs") else None
            return InitFailed(failed.id, decode(failed.properties), inputs, tuple(failed.reasons))
    return None
