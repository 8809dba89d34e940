"""A wire that leads nowhere: boto3 builds and reads everything as ever, and answers come from the test."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

if TYPE_CHECKING:
    from botocore.model import OperationModel


@dataclass
class Wire:
    """Answers the requests of boto3 clients in order; the last answer stays. Nothing leaves the process.

    Attributes:
        answers: a body (answered with 200), a text (the same from a server that is not AWS), a tuple of status, code
            and message, or an exception to raise.
        operations, params, requests: what was sent, as botocore's model understood it, and as HTTP.
    """

    answers: list[Any] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    params: list[dict[str, Any]] = field(default_factory=list)
    requests: list[AWSPreparedRequest] = field(default_factory=list)

    def reset(self) -> None:
        """As new, on the same clients."""
        self.answers, self.operations, self.params, self.requests = [{}], [], [], []

    def tap(self, client: Any) -> None:
        """Put a client on this wire."""
        service = client.meta.service_model.service_name
        client.meta.events.register(f"provide-client-params.{service}", self._on_params)
        client.meta.events.register(f"before-call.{service}", self._on_call)
        client.meta.events.register(f"before-send.{service}", self._on_send)

    def _on_params(self, params: dict[str, Any], **_: Any) -> None:
        self.params.append(params)

    def _on_call(self, model: OperationModel, **_: Any) -> None:
        self.operations.append(model.name)

    def _on_send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.requests.append(request)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Mapping):
            return response(request.url, 200, answer)
        if isinstance(answer, str):
            page: Any = {"Content-Type": "text/html"}
            return AWSResponse(request.url, 200, page, _Raw(answer.encode()))
        status, code, message = answer
        # Connect reads the code from the header, Secrets Manager from the body.
        return response(request.url, status, {"Message": message, "__type": code}, {"x-amzn-ErrorType": code})


class _Raw(io.BytesIO):
    """What botocore reads a body from."""

    def stream(self, **_: Any) -> Any:
        while block := self.read(4096):
            yield block


def response(url: str, status: int, body: Any, headers: dict[str, str] | None = None) -> AWSResponse:
    """An HTTP response with a JSON body."""
    all_headers: Any = {"x-amzn-RequestId": "req-1", **(headers or {})}
    return AWSResponse(url, status, all_headers, _Raw(json.dumps(body).encode()))
