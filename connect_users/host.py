"""What Pulumi's dynamic host knows and does not hand on: the request, clean errors, messages, cancellation.

The host (``python -m pulumi.dynamic``) calls a provider with properties only, turns every exception into a
traceback, and answers Cancel by doing nothing. This module, and no other, reaches around that:

- it finds the request and the gRPC context of the call in the host's stack frames;
- a failure is answered by the documented gRPC status details, which the engine prefers to the traceback, and which
  can carry the state of a resource that is partly made (``ErrorResourceInitFailed``);
- messages go to the engine's Log RPC with the resource's URN, so that they appear on the resource;
- Cancel sets `CANCELLED`, so that waiting retries stop on the first Ctrl-C. It runs in a thread of its own, since
  the host's four may all be waiting. An engine that was killed counts as a Cancel, too.

None of it is public API of the SDK. Where a part is not found, that part degrades to the host's own behaviour:
the traceback, no partial state, messages on the stack, Ctrl-C waits. ``tests/contract/test_host.py`` is the canary.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import pulumi
from pulumi.runtime import rpc

from connect_users.core import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    import grpc

#: Set when the engine has asked to cancel, or is gone; never reset, the process ends with the run.
CANCELLED = threading.Event()

#: gRPC's status code UNKNOWN, with which the host aborts.
_UNKNOWN_STATUS = 2


@dataclass(frozen=True)
class Call:
    """One request of the engine; both parts are None outside the host."""

    request: Any = None
    context: Any = None

    @property
    def urn(self) -> str:
        """The resource's URN; empty when it cannot be told."""
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


def current_call() -> Call:
    """The request that the host is serving on this thread."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the way to frames
    while frame is not None:
        names = frame.f_locals
        if "request" in names and hasattr(names.get("context"), "set_trailing_metadata"):
            return Call(names["request"], names["context"])
        frame = frame.f_back
    return Call()


class CallFailed(Exception):
    """Ends a call of the host; its text is the one line for the user."""


def fail(call: Call, text: str) -> NoReturn:
    """End the call with a one-line error instead of a traceback.

    The exception that is being handled is cut off: where the host's own traceback is shown after all, it tells no more
    than this text.
    """
    _answer(call, text, [])
    raise CallFailed(text) from None


def fail_partly(call: Call, text: str, id_: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any]) -> NoReturn:
    """End a create or update that did part of its work: the engine saves the outputs, and updates next time.

    Args:
        outputs, inputs: what is true now; both get the request's ``__provider``, without which the state is lost.
    """
    from google.protobuf import any_pb2
    from pulumi.runtime.proto import provider_pb2

    given = call.inputs("properties") or call.inputs("news") or {}
    reference = {key: given[key] for key in (tokens.PROVIDER_KEY,) if key in given}
    details = any_pb2.Any()
    details.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=id_,
            reasons=[text],
            properties=_struct({**outputs, **reference}),
            inputs=_struct({**inputs, **reference}),
        )
    )
    _answer(call, text, [details])
    raise CallFailed(text) from None


def _struct(props: Mapping[str, Any]) -> Any:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(rpc.serialize_properties(dict(props), {}))
    finally:
        loop.close()


def _answer(call: Call, text: str, details: list[Any]) -> None:
    if call.context is None:
        return
    from pulumi.runtime.proto import status_pb2

    status = status_pb2.Status(code=_UNKNOWN_STATUS, message=text, details=details)
    call.context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))


_engine_lock = threading.Lock()
_engines: dict[str, Any] = {}


def _engine() -> Any:
    """A stub of the engine whose address the host was started with; None when there is none."""
    address = sys.argv[1] if len(sys.argv) > 1 else ""
    if not address:
        return None
    with _engine_lock:
        if address not in _engines:
            import grpc
            from pulumi.runtime.proto import engine_pb2_grpc

            channel = grpc.insecure_channel(address)
            channel.subscribe(_EngineWatch(channel), try_to_connect=True)
            _engines[address] = engine_pb2_grpc.EngineStub(channel)
        return _engines[address]


class _EngineWatch:
    """Sets `CANCELLED` when the engine is gone.

    A killed engine leaves the host running. Nobody would keep what it still does, and a call that waited for its turn
    would be sent in the middle of the next run, and take that run's user over.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel
        self._seen = False
        self._idle = False

    def __call__(self, state: grpc.ChannelConnectivity) -> None:
        was_idle, self._idle = self._idle, state.name == "IDLE"
        if state.name == "READY":
            self._seen = True
        elif self._seen and state.name == "TRANSIENT_FAILURE":
            CANCELLED.set()
        elif self._seen and self._idle and not was_idle:
            # A connection that ended, as it also does when nothing was said for long: only a new one can tell. Whoever
            # subscribes is told at once that it is idle still, and asks no second time.
            self._channel.unsubscribe(self)
            self._channel.subscribe(self, try_to_connect=True)


def watch_engine() -> None:
    """Notice from now on when the engine is killed."""
    _engine()


def say(call: Call, severity: str, text: str) -> None:
    """Show a message on the resource.

    Args:
        severity: ``"info"`` or ``"warning"``.
    """
    import grpc
    from pulumi.runtime.proto import engine_pb2

    engine = _engine() if call.urn else None
    level = engine_pb2.WARNING if severity == "warning" else engine_pb2.INFO
    if engine is not None:
        try:
            engine.Log(engine_pb2.LogRequest(severity=level, message=text, urn=call.urn), timeout=10)
        except grpc.RpcError:
            pass
        else:
            return
    (pulumi.log.warn if severity == "warning" else pulumi.log.info)(text)


def listen_for_cancel() -> bool:
    """Make the host's Cancel set `CANCELLED`; returns whether that worked.

    The servicer's method is bound in gRPC's tables already, so its code is exchanged. gRPC runs a method that names a
    pool in that pool: with more than four calls under way, Cancel would have to wait for one of them otherwise.
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
    # Runs with the globals of the host's module: everything it needs is imported here.
    from google.protobuf import empty_pb2

    from connect_users import host

    host.CANCELLED.set()
    return empty_pb2.Empty()
