"""HTTP/1.1 on 127.0.0.1: one thread for each connection, with keep-alive.

A request that is not HTTP is answered with 400 and its connection closed, and one that does not come from this machine
with 403 (`callers`). The side port is described in `admin`.
"""

from __future__ import annotations

import json
import logging
import re
import socket
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread, current_thread
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import WeakKeyDictionary

from connect_users.emulator import admin
from connect_users.emulator.callers import check_local
from connect_users.emulator.dispatcher import Dispatcher, Request, Response
from connect_users.emulator.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HOST: Final = "127.0.0.1"
#: Seconds that `close` waits for requests under way.
_GRACE: Final = 5.0

_log = logging.getLogger("connect_users.emulator")
_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        """A connection that breaks is not an error."""
        with suppress(ConnectionError):
            super().handle()

    def _serve(self) -> None:
        try:
            body = self._body()
            check_local(self.headers)
        except ApiError as error:
            self._refuse(error.status, error.code, error.message)
            return
        path, _, query = self.path.partition("?")
        request = Request(self.command, path, query, cast("Mapping[str, str]", self.headers), body)
        dispatcher = self.server.dispatcher
        answer = admin.answer(dispatcher, request) if path.startswith(admin.PREFIX) else dispatcher.answer(request)
        if answer.drop:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._write(answer)
        dispatcher.event("answered", answer.record)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815 - the base class's names

    def _body(self) -> bytes:
        """The body. Raises ApiError if its end is unclear."""
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") is not None or not re.fullmatch("[0-9]{1,9}", length):
            raise ApiError("LengthRequiredException", "a request needs a Content-Length, and no Transfer-Encoding")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionResetError
        return body

    def _write(self, answer: Response) -> None:
        headers = {
            **answer.headers,
            "Date": self.date_time_string(int(self.server.dispatcher.options.clock())),
            "Content-Length": str(len(answer.body)),
            **({"Connection": "close"} if self.close_connection else {}),
        }
        lines = [f"HTTP/1.1 {answer.status} {_PHRASES.get(answer.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body)

    def _refuse(self, status: int, code: str, message: str) -> None:
        self.close_connection = True
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
        self._write(Response(status, json.dumps({"Message": message}).encode(), headers))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer what the standard library found wrong with the request line or the headers."""
        self._refuse(int(code), "MalformedRequestException", message or _PHRASES[int(code)])

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        _log.debug(format, *args)


class Server(ThreadingMixIn, TCPServer):
    """A listening socket and its threads.

    It is not an `HTTPServer`, which looks up the host's name and so may ask a name server.
    """

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, dispatcher: Dispatcher, port: int) -> None:
        """Raises OSError if the port is taken."""
        self.dispatcher = dispatcher
        #: Threads that have ended drop out.
        self._connections: WeakKeyDictionary[Thread, socket.socket] = WeakKeyDictionary()
        self._closing = False
        super().__init__((_HOST, port), _Handler)
        self._accepting = Thread(target=self._accept, name="connect-emulator", daemon=True)
        self._accepting.start()

    @property
    def url(self) -> str:
        """What clients take as their endpoint."""
        return f"http://{_HOST}:{self.server_address[1]}"

    def _accept(self) -> None:
        while not self._closing:
            self.handle_request()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection, and remember it until it ends."""
        if self._closing:
            self.shutdown_request(request)
            return
        arguments = (request, client_address)
        thread = Thread(target=self.process_request_thread, args=arguments, name="connect-client", daemon=True)
        self._connections[thread] = request
        thread.start()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Log what `on_event` raised, or a defect."""
        _log.exception("connection dropped")

    def close(self) -> None:
        """Stop accepting, cut all connections, and wait a little for the requests under way."""
        self._closing = True
        self.dispatcher.closing.set()
        with suppress(OSError):
            # This wakes the accepting thread, which waits for a connection.
            socket.create_connection((_HOST, self.server_address[1]), timeout=_GRACE).close()
        self._accepting.join(_GRACE)
        self.server_close()
        connections = list(self._connections.items())
        for _, connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        give_up = time.monotonic() + _GRACE
        for thread, _ in connections:
            if thread is not current_thread():
                thread.join(max(0.0, give_up - time.monotonic()))
