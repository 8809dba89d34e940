"""What answers is not AWS: a proxy, a sign-in page, another service. Nothing of it passes for a success."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from connect_users.connect.gateway import Gateway
from connect_users.connect.session import Clients
from connect_users.core import errors
from connect_users.core.settings import Settings
from tests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = b"<html>Please sign in to the proxy of Example Ltd. " + b"x" * 5_000

#: Status, content type, body.
PAGES: dict[str, tuple[int, str, bytes]] = {
    "a sign-in page": (200, "text/html; charset=utf-8", PAGE),
    "nothing": (200, "", b""),
    "another API's object": (200, "application/json", b'{"UserId": 5}'),
    "another API's list": (200, "application/json", b"[1, 2]"),
    "bytes": (400, "application/octet-stream", b"\xff\xfe\x00{"),
    "a proxy that forbids": (403, "text/html", PAGE),
    "a server without such a page": (404, "text/html", PAGE),
    "a redirection": (302, "text/html", PAGE),
}

CALLS: dict[str, Callable[[Gateway], object]] = {
    "CreateUser": lambda gateway: gateway.create_user(
        {"InstanceId": "i", "Username": "ada", "RoutingProfileId": "r", "SecurityProfileIds": ["s"]}
    ),
    "DescribeUser": lambda gateway: gateway.describe_user("i", "u"),
    "UpdateUserRoutingProfile": lambda gateway: gateway.update_user(
        "UpdateUserRoutingProfile", "i", "u", {"RoutingProfileId": "r"}
    ),
    "UntagResource": lambda gateway: gateway.untag_resource("arn", ["team"]),
    "DeleteUser": lambda gateway: gateway.delete_user("i", "u"),
    "ListUsers": lambda gateway: list(gateway.list_users("i")),
}


class _Somebody(BaseHTTPRequestHandler):
    """Answers every request with the server's page."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, kind, body, *request_id = self.server.page  # type: ignore[attr-defined] # the test's own
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        if request_id:
            self.send_header("x-amzn-RequestId", *request_id)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - the names of http.server

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Somebody) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def gateway(server: ThreadingHTTPServer) -> Gateway:
    settings = Settings(endpoint_url=f"http://127.0.0.1:{server.server_port}")
    return Gateway(Clients(settings, embedded=True), settings, VirtualTime())


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_aws_is_an_error_that_says_so(
    page: str, operation: str, gateway: Gateway, server: ThreadingHTTPServer
) -> None:
    """At once, since it would be the same again; an update or a deletion without a body, too."""
    server.page = PAGES[page]  # type: ignore[attr-defined] # the test's own
    with pytest.raises(errors.Unreachable, match=r"the answer is not from AWS .*connect-users:endpointUrl") as raised:
        CALLS[operation](gateway)
    assert (raised.value.operation, raised.value.code) == (operation, "ForeignAnswer")
    assert "sign in" not in str(raised.value)
    assert len(str(raised.value)) < 300
    assert raised.value.__suppress_context__ or raised.value.__context__ is None, "a traceback would show botocore"


#: An answer about another user, or of no user at all, by an endpoint that speaks AWS's protocol well.
LIES: dict[str, tuple[str, bytes]] = {
    "another user": ("DescribeUser", b'{"User": {"Id": "somebody-else", "Tags": {}}}'),
    "a path": ("DescribeUser", b'{"User": {"Id": "../../x"}}'),
    "a user of another instance": (
        "DescribeUser",
        b'{"User": {"Id": "u", "Arn": "arn:aws:connect:eu-west-2:111122223333:instance/other/agent/u"}}',
    ),
    "a made user whose id is a path": (
        "CreateUser",
        b'{"UserId": "../../x", "UserArn": "arn:aws:connect:eu-west-2:111122223333:instance/i/agent/x"}',
    ),
    "a made user whose ARN is another one's": (
        "CreateUser",
        b'{"UserId": "u", "UserArn": "arn:aws:connect:eu-west-2:111122223333:instance/i/agent/other"}',
    ),
    "a list of other things": ("ListUsers", b'{"UserSummaryList": ["u"]}'),
    "a listed path": ("ListUsers", b'{"UserSummaryList": [{"Id": "u"}, {"Id": "../../x"}]}'),
}


@pytest.mark.parametrize(("operation", "body"), LIES.values(), ids=LIES)
def test_an_answer_about_somebody_else_is_an_error_that_says_so(
    operation: str, body: bytes, gateway: Gateway, server: ThreadingHTTPServer
) -> None:
    """What is written or deleted next would be theirs."""
    server.page = (200, "application/json", body, "request-1")  # type: ignore[attr-defined] # the test's own
    with pytest.raises(errors.Unreachable, match=r"the answer is not from AWS .*connect-users:endpointUrl") as raised:
        CALLS[operation](gateway)
    assert (raised.value.operation, raised.value.code) == (operation, "ForeignAnswer")
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize("page", PAGES)
def test_the_caller_is_not_known_where_something_else_answers(
    page: str, gateway: Gateway, server: ThreadingHTTPServer
) -> None:
    """Whoever needs it says so, in one line."""
    server.page = PAGES[page]  # type: ignore[attr-defined] # the test's own
    assert gateway.caller == ""
