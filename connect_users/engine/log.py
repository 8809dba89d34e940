"""Messages to the engine, shown on the resource that they are about."""

from __future__ import annotations

import threading
from typing import Any

from connect_users.engine.cancellation import EngineWatch

_lock = threading.Lock()
_engines: dict[str, Any] = {}


def connect(address: str) -> Any:
    """The stub of the engine at ``address``. The first call connects, and watches the engine from then on."""
    with _lock:
        if address not in _engines:
            import grpc

            from connect_users.engine.protocol import engine_pb2_grpc

            channel = grpc.insecure_channel(address)
            EngineWatch(channel)
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
