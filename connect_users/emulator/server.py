"""HTTP/1.1 on a loopback address: one thread per connection, keep-alive, no delay; garbage never reaches the front.

Limits: bodies of at most 2 MiB (413 above), `Options.request_timeout` from a request's first line to its last byte,
`Options.idle_timeout` between two requests. A request that is not HTTP is answered with 400 and closed, one that does
not come from this machine with 403 (`local`). The side port is described in `admin`.
"""

from __future__ import annotations

import io
import json
import logging
import socket
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socketserver import TCPServer
from threading import Lock, Thread, current_thread
from typing import TYPE_CHECKING, Any, Final, cast

from connect_users.emulator import admin, local
from connect_users.emulator.errors import ApiError
from connect_users.emulator.front import Answer, Front, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connect_users.emulator.options import Options

MAX_BODY: Final = 2 * 1024 * 1024
#: More than this of a body that is too large is not even read to be polite.
_MAX_DRAINED: Final = 16 * 1024 * 1024
_MAX_LINE: Final = 65536
#: How long `close` waits for requests under way.
_GRACE: Final = 5.0

_log = logging.getLogger("connect_users.emulator")
_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}


class _Reader(io.RawIOBase):
    """A socket's bytes until a deadline, so that a client that sends one byte a minute ends, too."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._deadline = 0.0

    def allow(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Lines(io.BufferedReader):
    """Lines that have an end: the standard library would take a connection that breaks in the middle of the headers
    for the end of the headers, and the half of a request would be served."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n") and (size is None or size < 0 or len(line) < size):
            raise ConnectionResetError
        return line


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._reader = _Reader(self.connection)
        self.rfile = _Lines(self._reader, 65536)

    def handle_one_request(self) -> None:
        options = self.server.front.options
        try:
            self._reader.allow(options.idle_timeout)
            self.raw_requestline = self.rfile.readline(_MAX_LINE + 1)
            self._reader.allow(options.request_timeout)
            self.requestline, self.request_version, self.command = "", "HTTP/1.1", ""
            if len(self.raw_requestline) > _MAX_LINE:
                self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
            elif self.parse_request():
                self._serve()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _serve(self) -> None:
        try:
            body = self._body()
            local.check(self.headers)
        except ApiError as refusal:
            self.close_connection = True
            self._write(_plain_error(refusal.status, refusal.code, refusal.message))
            return
        path, _, query = self.path.partition("?")
        request = Request(self.command, path, query, cast("Mapping[str, str]", self.headers), body)
        if path.startswith(admin.PREFIX):
            answer = admin.answer(self.server.front, request, self.server.set_options)
        else:
            answer = self.server.front.answer(request)
        if answer.drop:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._write(answer)
        self.server.front.answered(answer.record)

    def _body(self) -> bytes:
        """The body; raises ApiError where its end is unclear (RFC 9112, section 6.3)."""
        if self.headers.defects:
            raise ApiError("MalformedRequestException", "a header line has no colon after its name")
        if not self.path.startswith("/"):
            raise ApiError("MalformedRequestException", "the request line has no path")
        if self.headers.get("Transfer-Encoding") is not None:
            raise ApiError("LengthRequiredException", "a Content-Length is needed, and no Transfer-Encoding")
        lengths = self.headers.get_all("Content-Length", ["0"])
        if len(lengths) > 1:
            raise ApiError("MalformedRequestException", f"a request has one Content-Length header, not {len(lengths)}")
        (length,) = lengths
        if not (length.isascii() and length.isdigit()):
            raise ApiError("MalformedRequestException", "Content-Length is not a number")
        size = int(length[:20])
        if size > MAX_BODY:
            if size <= _MAX_DRAINED:
                # A client that is still sending would never see the answer: take what it has to say first.
                while size > 0 and (chunk := self.rfile.read(min(size, 65536))):
                    size -= len(chunk)
            raise ApiError("RequestEntityTooLargeException", f"a body has at most {MAX_BODY} bytes")
        body = self.rfile.read(size)
        if len(body) < size:
            raise ConnectionResetError
        return body

    def _write(self, answer: Answer) -> None:
        lines = [f"HTTP/1.1 {answer.status} {_PHRASES.get(answer.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        lines.append(f"Date: {self.date_time_string(int(self.server.front.options.clock()))}")
        lines.append(f"Content-Length: {len(answer.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.connection.settimeout(self.server.front.options.request_timeout)
        self.connection.sendall(head if self.command == "HEAD" else head + answer.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What the standard library found wrong with the request line or the headers."""
        self.close_connection = True
        self._write(_plain_error(int(code), "MalformedRequestException", message or _PHRASES[int(code)]))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        _log.debug(format, *args)


def _plain_error(status: int, code: str, message: str) -> Answer:
    body = json.dumps({"Message": message}).encode()
    return Answer(status, body, {"Content-Type": "application/json", "x-amzn-ErrorType": code})


class Server(ThreadingHTTPServer):
    """A listening socket and its threads."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, front: Front, set_options: Callable[[Options], None], host: str, port: int) -> None:
        """Raises ValueError for a host that is not loopback, OSError where the port is taken."""
        if not ip_address(host).is_loopback:
            raise ValueError(f"host {host}: the emulator listens on loopback addresses only")
        if ":" in host:
            self.address_family = socket.AF_INET6
        self.front = front
        self.set_options = set_options
        self._lock = Lock()
        self._live: dict[Thread, socket.socket] = {}
        self._closing = False
        super().__init__((host, port), _Handler)
        self._accepting = Thread(target=self._accept, name="connect-emulator", daemon=True)
        self._accepting.start()

    def server_bind(self) -> None:
        """Without the base class's look-up of the host's name, which may ask a name server."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    @property
    def url(self) -> str:
        """What clients take as their endpoint."""
        name = f"[{self.server_name}]" if ":" in self.server_name else self.server_name
        return f"http://{name}:{self.server_port}"

    def _accept(self) -> None:
        while not self._closing:
            self.handle_request()

    def process_request(self, request: Any, client_address: Any) -> None:
        """One thread per connection, remembered until it ends."""
        if self._closing:
            self.shutdown_request(request)
            return
        thread = Thread(target=self._converse, args=(request, client_address), name="connect-client", daemon=True)
        with self._lock:
            self._live[thread] = request
        thread.start()

    def _converse(self, request: Any, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._live.pop(current_thread(), None)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A connection that broke is the client's business; anything else is a defect worth a log entry."""
        _log.exception("connection dropped")

    def close(self) -> None:
        """Stop accepting, cut all connections, wait a little for the requests under way."""
        self._closing = True
        self.front.closing.set()
        try:
            # Wakes the accepting thread, which waits for a connection.
            socket.create_connection((self.server_name, self.server_port), timeout=_GRACE).close()
        except OSError:
            _log.debug("no wake-up was needed")
        self._accepting.join(_GRACE)
        self.server_close()
        with self._lock:
            live = dict(self._live)
        for connection in live.values():
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                _log.debug("the connection is gone already")
        give_up = time.monotonic() + _GRACE
        for thread in live:
            if thread is not current_thread():
                thread.join(max(0.0, give_up - time.monotonic()))
