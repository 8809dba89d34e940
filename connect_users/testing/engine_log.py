"""The engine's log service: a gRPC server on the loopback that collects messages.

The dynamic host is given its address as the engine's, and so is the program; what they log with a resource's URN is
kept with that URN. Contract: `take()` gives every message but debugging ones once, in the order of arrival.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import grpc
    from typing_extensions import Self

Severity = Literal["info", "warning", "error"]
#: In the order of the engine's LogSeverity; "debug" is never kept.
_SEVERITIES: dict[int, Severity] = {1: "info", 2: "warning", 3: "error"}


@dataclass(frozen=True)
class Diagnostic:
    """One message: its severity, the resource it is about ("" = the stack), and whether it was progress only."""

    severity: Severity
    urn: str
    message: str
    ephemeral: bool = False


class EngineLog:
    """Collects what is logged; `address` is where to log to, from `start()` to `close()`."""

    def __init__(self) -> None:
        self.address = ""
        self._lock = threading.Lock()
        self._messages: list[Diagnostic] = []
        self._server: grpc.Server | None = None
        self._pool: ThreadPoolExecutor | None = None

    def start(self) -> Self:
        """Serve; a second call does nothing."""
        if self._server is None:
            import grpc
            from pulumi.runtime.proto import engine_pb2_grpc

            self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="rehearsal-log")
            self._server = grpc.server(self._pool)
            engine_pb2_grpc.add_EngineServicer_to_server(_servicer(self), self._server)
            self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
            self._server.start()
        return self

    def close(self) -> None:
        """Stop serving; messages that arrived are kept."""
        server, self._server = self._server, None
        if server is not None:
            server.stop(0).wait()
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            self._pool = None

    def add(self, severity: Severity, urn: str, message: str, *, ephemeral: bool = False) -> None:
        """Collect one message."""
        with self._lock:
            self._messages.append(Diagnostic(severity, urn, message, ephemeral))

    def take(self) -> list[Diagnostic]:
        """All messages since the last call."""
        with self._lock:
            taken, self._messages = self._messages, []
        return taken

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()


def _servicer(log: EngineLog) -> Any:
    from google.protobuf import empty_pb2
    from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

    class Servicer(engine_pb2_grpc.EngineServicer):
        """The part of the engine's service that programs and hosts call."""

        def __init__(self) -> None:
            self._root = ""

        def Log(self, request: Any, _context: Any) -> Any:  # noqa: N802 - gRPC's names
            if request.severity != engine_pb2.DEBUG:
                severity = _SEVERITIES[request.severity]
                log.add(severity, request.urn, request.message, ephemeral=request.ephemeral)
            return empty_pb2.Empty()

        def GetRootResource(self, _request: Any, _context: Any) -> Any:  # noqa: N802
            return engine_pb2.GetRootResourceResponse(urn=self._root)

        def SetRootResource(self, request: Any, _context: Any) -> Any:  # noqa: N802
            self._root = request.urn
            return engine_pb2.SetRootResourceResponse()

    return Servicer()
