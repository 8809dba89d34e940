"""The front of the emulator: turns an HTTP request into its answer; `server` has the sockets.

Order: route and parse, record ("received"), faults that come before the work, latency, signature scope, throttle,
validation, the handler in its transaction ("committed"), faults that come after the work. The server reports
"answered" once the answer is written. `on_event(phase, record)` is called synchronously in the request's own thread,
so a test can stop the world, or its client, at that very point; if it raises, the connection is dropped.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Event
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from connect_users.emulator import model, wire
from connect_users.emulator.calls import Call, Played
from connect_users.emulator.errors import ApiError, invalid_request
from connect_users.emulator.faults import GARBAGE, Fault, Faults
from connect_users.emulator.handlers import CONNECT, SECRETS
from connect_users.emulator.records import Log, Phase, RequestRecord, redacted
from connect_users.emulator.routes import NotEmulated, Router
from connect_users.emulator.signing import Caller, caller
from connect_users.emulator.throttle import Throttles

if TYPE_CHECKING:
    from connect_users.emulator.model import Operation, Service
    from connect_users.emulator.options import Options
    from connect_users.emulator.store import Store

OnEvent = Callable[[Phase, RequestRecord], None]

_REST: Final = "application/json"
_JSON_1_1: Final = "application/x-amz-json-1.1"
_TARGET: Final = "secretsmanager."

_log = logging.getLogger("connect_users.emulator")


@dataclass(frozen=True)
class Request:
    """One HTTP request: raw path and query, headers without regard to case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, or none (`drop`): then the connection is closed."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    record: RequestRecord | None = None


@dataclass(frozen=True)
class _Asked:
    """A request that was understood."""

    service: Service
    operation: Operation
    played: Played
    params: dict[str, Any]


@lru_cache(maxsize=1)
def _router() -> Router:
    return Router(model.service("connect"), CONNECT)


class Front:
    """Answers requests out of a store; safe for any number of threads."""

    def __init__(self, store: Store, options: Options, on_event: OnEvent | None = None) -> None:
        self.store = store
        self.options = options
        self.log = Log()
        self.faults = Faults()
        self.closing = Event()
        self._on_event = on_event
        self._throttles = Throttles()
        # Parsed now rather than during the first request.
        self._router = _router()

    def answer(self, request: Request) -> Answer:
        """The answer to one AWS request; never raises but for what `on_event` raises."""
        record = _record(request, self.options.clock())
        asked: _Asked | None = None
        problem: ApiError | None = None
        try:
            asked = self._understand(request, record)
            record.params = redacted(asked.params)
        except ApiError as error:
            problem = error
        self.log.open(record)
        self._event("received", record)
        fault = self.faults.take(record.operation, request.path, request.body)
        if fault is not None and fault.kind.endswith("-before"):
            return self._harmed(fault, request, record)
        if self.options.latency:
            self.closing.wait(self.options.latency)
        body = b""
        if asked is not None:
            try:
                body = self._perform(asked, request, record)
            except ApiError as error:
                problem = error
        if problem is None:
            self._event("committed", record)
        if fault is not None and fault.kind != "slow":
            return self._harmed(fault, request, record)
        if fault is not None:
            self.closing.wait(fault.seconds)
        if problem is not None:
            return _error(problem, request, record)
        return _answer(200, body, _content_type(request), record)

    def answered(self, record: RequestRecord | None) -> None:
        """To be called once an answer is written (or its connection dropped)."""
        if record is not None:
            self._event("answered", record)

    def _event(self, phase: Phase, record: RequestRecord) -> None:
        if self._on_event is not None:
            self._on_event(phase, record)

    def _understand(self, request: Request, record: RequestRecord) -> _Asked:
        target = request.headers.get("X-Amz-Target")
        if target is not None:
            service = model.service("secretsmanager")
            name = target.removeprefix(_TARGET)
            record.operation = name
            played = SECRETS.get(name) if target.startswith(_TARGET) else None
            if played is None:
                code = "UnsupportedOperationException" if name in service.uris else "UnknownOperationException"
                raise ApiError(code, f"{target} is not emulated")
            operation = service.operation(name)
            return _Asked(service, operation, played, wire.parse(operation, {}, "", request.body))
        try:
            operation, labels = self._router.match(request.method, request.path)
        except NotEmulated as error:
            record.operation = error.operation
            raise
        record.operation = operation.name
        params = wire.parse(operation, labels, request.query, request.body)
        return _Asked(model.service("connect"), operation, CONNECT[operation.name], params)

    def _perform(self, asked: _Asked, request: Request, record: RequestRecord) -> bytes:
        """Run the handler in its transaction; committed when this returns. Raises ApiError alone."""
        options, operation = self.options, asked.operation
        try:
            who = _caller(request, asked.service)
            self._throttles.take(options, operation.name, who.account, who.region)
            if operation.input_shape is not None:
                asked.service.validator.check(operation.input_shape, asked.params)
            begin = self.store.write if asked.played.writes else self.store.read
            params = dict(asked.params)
            with begin() as tx:
                call = Call(params, tx, options, account=who.account, region=who.region)
                result = asked.played.handler(call) or {}
            return asked.service.serializer.body(operation.output_shape, result)
        except ApiError as error:
            if error.code == "InvalidParameterException" and error.code not in operation.errors:
                # ListInstances and CreateInstance know one kind of bad request only.
                raise invalid_request(error.message) from None
            raise
        except RecursionError as error:
            raise ApiError("SerializationException", "the request is nested too deeply") from error
        except Exception as error:
            _log.exception("%s failed, request %s", operation.name, record.request_id)
            raise ApiError("InternalServiceException", "the emulator failed; its log says why") from error

    def _harmed(self, fault: Fault, request: Request, record: RequestRecord) -> Answer:
        if fault.kind.startswith("drop"):
            record.status = 0
            return Answer(0, drop=True, record=record)
        if fault.kind.startswith("garbage"):
            return _answer(502 if fault.status is None else fault.status, GARBAGE, "text/html", record)
        return _error(fault.error(), request, record)


def _record(request: Request, now: float) -> RequestRecord:
    headers = request.headers
    record = RequestRecord(
        seq=0,
        operation="unknown",
        started=now,
        user_agent=headers.get("User-Agent", ""),
        attempt=headers.get("amz-sdk-request", ""),
        invocation=headers.get("amz-sdk-invocation-id", ""),
        request_id=str(uuid4()),
    )
    try:
        record.region = caller(headers.get("Authorization")).region
    except ApiError:
        record.region = ""
    return record


def _caller(request: Request, service: Service) -> Caller:
    who = caller(request.headers.get("Authorization"))
    if who.service != service.name:
        raise ApiError(
            "InvalidSignatureException", f"Credential should be scoped to correct service: '{service.name}'."
        )
    return who


def _content_type(request: Request) -> str:
    return _REST if request.headers.get("X-Amz-Target") is None else _JSON_1_1


def _answer(status: int, body: bytes, content_type: str, record: RequestRecord, **headers: str) -> Answer:
    record.status = status
    return Answer(
        status, body, {"Content-Type": content_type, "x-amzn-RequestId": record.request_id, **headers}, record=record
    )


def _error(error: ApiError, request: Request, record: RequestRecord) -> Answer:
    record.code = error.code
    body = wire.error_body(error)
    content_type = _content_type(request)
    if content_type == _JSON_1_1:
        body = json.dumps({"__type": error.code, **json.loads(body)}).encode()
    return _answer(error.status, body, content_type, record, **{"x-amzn-ErrorType": error.code})
