"""The channel to the engine: messages on resources, and when to stop, since the engine asked to cancel or is gone."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import grpc

#: Set when the engine has asked to cancel, or is gone; never reset, the process ends with the run.
CANCELLED = threading.Event()

_lock = threading.Lock()
_engines: dict[str, Any] = {}


def connect(address: str) -> Any:
    """The stub of the engine at ``address``. The first call connects, and watches the engine from then on."""
    with _lock:
        if address not in _engines:
            import grpc

            from connect_users.engine.protocol import engine_pb2_grpc

            channel = grpc.insecure_channel(address)
            _EngineWatch(channel)
            _engines[address] = engine_pb2_grpc.EngineStub(channel)
        return _engines[address]


def log(address: str, urn: str, severity: str, text: str) -> bool:
    """Show a message on the resource ``urn``; returns whether the engine took it.

    Args:
        address: of the engine; with an empty one nothing is sent.
        severity: ``"info"`` or ``"warning"``.
    """
    if not address or not urn:
        return False
    import grpc

    from connect_users.engine.protocol import engine_pb2

    level = engine_pb2.WARNING if severity == "warning" else engine_pb2.INFO
    try:
        connect(address).Log(engine_pb2.LogRequest(severity=level, message=text, urn=urn), timeout=10)
    except grpc.RpcError:
        return False
    return True


class _EngineWatch:
    """Sets `CANCELLED` when the engine behind a channel is gone.

    A killed engine leaves its providers running. No state would keep what they still do, and a call that waited for its
    turn would be sent in the middle of the next run, and take over that run's user.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel
        self._was_ready = False
        self._is_idle = False
        channel.subscribe(self, try_to_connect=True)

    def __call__(self, state: grpc.ChannelConnectivity) -> None:
        was_idle, self._is_idle = self._is_idle, state.name == "IDLE"
        if state.name == "READY":
            self._was_ready = True
        elif self._was_ready and state.name == "TRANSIENT_FAILURE":
            CANCELLED.set()
        elif self._was_ready and self._is_idle and not was_idle:
            # A connection also ends after a long silence: only a new one shows whether the engine is alive. A new
            # subscriber is called at once with the idle state, and does not subscribe a second time.
            self._channel.unsubscribe(self)
            self._channel.subscribe(self, try_to_connect=True)
