"""What Pulumi's dynamic host knows but does not pass on: the request, one-line errors, cancellation.

The host (``python -m pulumi.dynamic``) calls a provider with properties only, turns every exception into a
traceback, and does nothing on Cancel. This module, and no other, works around that:

- it finds the request and the gRPC context of the call in the host's stack frames;
- a failure sets the status of the call (`engine.status`), which the engine prefers to the traceback;
- messages go to the engine with the resource's URN, so that they appear on the resource;
- Cancel sets `CANCELLED`, so that waiting retries stop on the first Ctrl-C. It runs in a thread of its own, since
  the host's four may all be waiting.

None of it is public API of the SDK. Where a part is missing, the host behaves as without this module: a traceback, no
partial state, messages on the stack, a Ctrl-C that waits. The canary is
``tests/contract/provider/test_host.py``.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import pulumi
from pulumi.runtime import rpc

from connect_users.core import tokens
from connect_users.engine import channel, status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType


@dataclass(frozen=True)
class HostRequest:
    """One request of the engine; all parts are None outside the host.

    Attributes:
        configuration: the host's. An engine configures a host once, and starts one for each run; where a host serves
            several runs, each has a configuration of its own.
    """

    request: Any = None
    context: Any = None
    configuration: Any = None

    @property
    def urn(self) -> str:
        """The resource's URN; empty when it is not known."""
        return str(getattr(self.request, "urn", ""))

    def inputs(self, name: str) -> dict[str, Any] | None:
        """A property bag of the request (``old_inputs``, ``inputs``); None when the request has none."""
        struct = getattr(self.request, name, None)
        if struct is None or not len(struct):
            return None
        return dict(rpc.deserialize_properties(struct, keep_unknowns=True))

    def names_as_in(self, name: str, other: str) -> list[str] | None:
        """The names in a property bag of the request, where each has the value that it has in another bag.

        Cheaper than reading the bag. None when a value differs, or where the request has no such bag.
        """
        bag, whole = getattr(self.request, name, None), getattr(self.request, other, None)
        if bag is None or whole is None or not len(bag):
            return None
        names, fields, others = list(bag.fields), bag.fields, whole.fields
        return names if all(key in others and fields[key] == others[key] for key in names) else None


def current_call() -> HostRequest:
    """The request that the host is serving on this thread."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the way to frames
    while frame is not None:
        names = frame.f_locals
        if "request" in names and hasattr(names.get("context"), "set_trailing_metadata"):
            return HostRequest(names["request"], names["context"], getattr(names.get("self"), "_config", None))
        frame = frame.f_back
    return HostRequest()


def fail(call: HostRequest, text: str) -> NoReturn:
    """End the call with a one-line error instead of a traceback.

    The exception that is being handled is dropped: where the host shows its own traceback after all, it holds only
    this line.

    Raises:
        status.CallFailed
    """
    if call.context is not None:
        status.set_status(call.context, text)
    raise status.CallFailed(text) from None


def fail_partly(
    call: HostRequest, text: str, id_: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any]
) -> NoReturn:
    """End a create or update that did part of its work: the engine saves the outputs, and updates next time.

    Args:
        outputs, inputs: what is true now; both get the request's ``__provider``, without which the state is lost.

    Raises:
        status.CallFailed
    """
    if call.context is not None:
        bag = call.inputs("properties") or call.inputs("news") or {}
        reference = {key: bag[key] for key in (tokens.PROVIDER_KEY,) if key in bag}
        detail = status.partly(text, id_, _struct({**outputs, **reference}), _struct({**inputs, **reference}))
        status.set_status(call.context, text, detail)
    raise status.CallFailed(text) from None


def _struct(props: Mapping[str, Any]) -> Any:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(rpc.serialize_properties(dict(props), {}))
    finally:
        loop.close()


def _engine_address() -> str:
    """The engine's address, with which the host was started; empty when there is none."""
    return sys.argv[1] if len(sys.argv) > 1 else ""


def watch_engine() -> None:
    """Set `CANCELLED` when the engine is killed."""
    if _engine_address():
        channel.connect(_engine_address())


def say(call: HostRequest, severity: str, text: str) -> None:
    """Show a message on the resource.

    Args:
        severity: ``"info"`` or ``"warning"``.
    """
    if not (call.urn and channel.log(_engine_address(), call.urn, severity, text)):
        (pulumi.log.warn if severity == "warning" else pulumi.log.info)(text)


def listen_for_cancel() -> bool:
    """Make the host's Cancel set `CANCELLED`; returns whether that worked.

    gRPC's tables already hold the servicer's method, so its code is replaced. gRPC runs a method that names a pool in
    that pool; without one, Cancel would have to wait for one of the host's four threads.
    """
    for frame in sys._current_frames().values():  # noqa: SLF001 - the host's main() holds the server
        cancel = _cancel_method(frame)
        if cancel is not None:
            if cancel.__code__ is not _cancel.__code__:
                cancel.experimental_thread_pool = ThreadPoolExecutor(1, "connect-users-cancel")
                cancel.__code__ = _cancel.__code__
            return True
    return False


def _cancel_method(frame: FrameType | None) -> Any:
    """The function behind the Cancel of the server that ``frame`` runs; None when it runs none."""
    while frame is not None:
        cancel = getattr(type(frame.f_locals.get("monitor")), "Cancel", None)
        if "server" in frame.f_locals and hasattr(cancel, "__code__"):
            return cancel
        frame = frame.f_back
    return None


def _cancel(self: Any, request: Any, context: Any) -> Any:  # noqa: ARG001 - the signature of the servicer's method
    # It runs with the globals of the host's module, so it imports all that it needs.
    from google.protobuf import empty_pb2

    from connect_users.engine.channel import CANCELLED

    CANCELLED.set()
    return empty_pb2.Empty()
