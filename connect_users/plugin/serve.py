"""The plugin's process: it prints its port, and serves until the engine is gone.

- The port is printed before the package itself is loaded, which goes on while the engine connects.
- The engine holds the other end of standard input, so its end is the engine's. A watch of the channel to the engine
  (`engine.channel`) would not do: a plugin that is being started while the engine dies never sees it alive.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NoReturn

import grpc

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Calls that are worked on at a time; the engine sends at most that many by default.
WORKERS: Final = 64
#: Seconds for calls to end when the engine stops the plugin: to the engine, a lost answer looks like a crash.
_GRACE: Final = 1.0
#: The most bytes of a message, as in the engine.
_LARGE: Final = 400 << 20
_OPTIONS: Final = (("grpc.max_receive_message_length", _LARGE), ("grpc.max_send_message_length", _LARGE))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Serve until the engine is gone, or Ctrl-C; then end the process.

    Args:
        arguments: of the command line: the engine's address, among options that are Pulumi's own.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    logging.basicConfig(level=logging.WARNING, handlers=[_OneLine()])
    methods = _Methods(next((each for each in arguments if not each.startswith("-")), ""))
    server = grpc.server(ThreadPoolExecutor(WORKERS, "connect-users"), options=_OPTIONS)
    server.add_generic_rpc_handlers((methods,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with contextlib.suppress(OSError):
        # An engine that is gone already reads nothing; `_wait_for_end` notices.
        os.write(1, f"{port}\n".encode())
    end, ended = socket.socketpair()
    # The engine ends its plugins by SIGINT, which is ignored where a shell started Pulumi in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # The system may deliver it to a thread of gRPC. Python raises it in this thread alone, which has to wake up.
    end.setblocking(False)
    signal.set_wakeup_fd(end.fileno())
    if _is_piped():
        threading.Thread(target=_wait_for_end, args=(end,), name="connect-users-engine", daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        methods.load()
        ended.recv(1)
    methods.cancel()
    server.stop(_GRACE).wait()
    # Returning would wait for the thread of a roster, which waits for the very engine that is ending this process. The
    # engine ends its plugins one after the other, and after five seconds reports that the next exited prematurely.
    sys.stderr.flush()
    os._exit(0)


class _Methods(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic for type checkers only
    """The servicer's methods, which are loaded by the first call, if not earlier."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._loaded: Any = None

    def load(self) -> Any:
        """The handler behind this one."""
        with self._lock:
            if self._loaded is None:
                from connect_users.plugin.service import Service, handlers

                self._loaded = handlers(Service(self._engine))
            return self._loaded

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """The method of a call; None if the servicer does not have it."""
        return self.load().service(handler_call_details)

    def cancel(self) -> None:
        """End every wait of a call."""
        from connect_users.engine.channel import CANCELLED

        CANCELLED.set()


class _OneLine(logging.StreamHandler):  # type: ignore[type-arg]  # generic for type checkers only
    """The log messages of libraries without tracebacks, which may contain values."""

    def format(self, record: logging.LogRecord) -> str:
        """The message alone."""
        return record.getMessage().partition("\n")[0]


def _is_piped() -> bool:
    """Whether standard input is a pipe. If it is anything else, its end says nothing about the engine."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _wait_for_end(end: socket.socket) -> None:
    while os.read(0, 4096):
        pass
    end.send(b"\0")
