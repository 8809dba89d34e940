"""Requests of a botocore client that go straight to an emulator of this process: no socket, no thread, half the CPU.

What sockets add is judged on sockets: the emulator in `emulator/test_http.py`, the client in
`connect/test_gateway_on_emulator.py`, and of the fault matrix a sample on real processes.
"""

from __future__ import annotations

import io
from contextlib import suppress
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError

from connect_users.emulator.dispatcher import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSPreparedRequest

    from connect_users.emulator import Emulator


class _Headers(dict[str, str]):
    """Without regard to case."""

    def __init__(self, headers: Any, **more: str) -> None:
        pairs = (*headers.items(), *more.items())
        super().__init__((name.lower(), item.decode() if isinstance(item, bytes) else item) for name, item in pairs)

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class _Raw(io.BytesIO):
    """What botocore reads the body of an answer from."""

    def stream(self) -> Iterator[bytes]:
        yield self.getvalue()


def attach(client: Any, emulator: Emulator) -> Any:
    """Have the client, which is returned, talk to the emulator directly."""
    dispatcher = emulator._dispatcher
    # A signature is a fifth of what a request costs; the emulator reads no more of it than this.
    key, region = client._request_signer._credentials.access_key, client.meta.region_name
    service = client.meta.service_model.signing_name
    scope = f"AWS4-HMAC-SHA256 Credential={key}/20270115/{region}/{service}/aws4_request"

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        url = urlsplit(request.url)
        body: Any = request.body or b""
        raw = body if isinstance(body, bytes) else body.encode()
        asked = Request(request.method, url.path, url.query, _Headers(request.headers, Authorization=scope), raw)
        try:
            answer = dispatcher.answer(asked)
        except ConnectionError as error:
            raise ConnectionClosedError(endpoint_url=request.url) from error
        # As in the server: what is said of an answer that was written drops no connection that matters.
        with suppress(ConnectionError):
            dispatcher.event("answered", answer.record)
        if answer.drop:
            raise ConnectionClosedError(endpoint_url=request.url)
        headers = {**answer.headers, "Date": formatdate(int(dispatcher.options.clock()), usegmt=True)}
        return AWSResponse(request.url, answer.status, HTTPHeaders.from_dict(headers), _Raw(answer.body))

    client.meta.events.register("choose-signer", lambda **_: UNSIGNED)
    client.meta.events.register("before-send", send)
    return client
