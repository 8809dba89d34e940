"""The way of a request to its response. `server` has the sockets.

Order: route and parse, record ("received"), faults that come before the work, latency, credential scope, throttle,
validation, the handler in its transaction ("committed"), faults that come after the work. The server reports
"answered" once the answer is written. `on_event(phase, record)` is called in the request's own thread, so a test can
stop the emulator, or its client, at exactly that point. If it raises, the connection is dropped.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

# Each module with handlers fills the two tables when it is imported.
from connect_users.emulator import (  # noqa: F401
    activity,
    caller_identity,
    hierarchy,
    instances,
    metrics,
    proficiencies,
    profiles,
    queues,
    secret_values,
    seed,
    tags,
    user_search,
    users,
    validate,
    wire,
)
from connect_users.emulator.callers import caller
from connect_users.emulator.calls import CONNECT, SECRETS, ApiCall, Implementation
from connect_users.emulator.errors import ApiError, invalid_request
from connect_users.emulator.faults import GARBAGE, Fault, Faults
from connect_users.emulator.records import Phase, RequestLog, RequestRecord, redacted
from connect_users.emulator.wire import service

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from connect_users.emulator.options import Options
    from connect_users.emulator.store import Store

OnEvent = Callable[[Phase, RequestRecord], None]

_JSON: Final = "application/json"
_JSON_1_1: Final = "application/x-amz-json-1.1"
_SECRETS_TARGET: Final = "secretsmanager."

_log = logging.getLogger("connect_users.emulator")


@dataclass(frozen=True)
class Request:
    """One HTTP request: raw path and query, headers without regard to case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The content type of its answer."""
        return _JSON if self.headers.get("X-Amz-Target") is None else _JSON_1_1


@dataclass(frozen=True)
class Response:
    """One HTTP response, or none (`drop`): then the connection is closed."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    record: RequestRecord | None = None


#: The service, operation, implementation and parameters of a request.
_Parsed = tuple[str, "OperationModel", Implementation, dict[str, Any]]


class _Throttles:
    """Token buckets: one for each operation, account and region, as in AWS [D]."""

    def __init__(self) -> None:
        self._lock = Lock()
        #: Key -> the tokens that were left, and when.
        self._buckets: dict[tuple[str, str, str], tuple[float, float]] = {}

    def take(self, options: Options, operation: str, account: str, region: str) -> None:
        """Take one token. Raises ThrottlingException (HTTP 429) if there is none."""
        throttle = options.throttles.get(operation, options.throttle)
        if throttle is None:
            return
        key = (operation, account, region)
        now = options.clock()
        with self._lock:
            tokens, since = self._buckets.get(key, (throttle.burst, now))
            tokens = min(throttle.burst, tokens + max(0.0, now - since) * throttle.rate)
            allowed = tokens >= 1
            self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if not allowed:
            raise ApiError("ThrottlingException", "Rate exceeded")


class Dispatcher:
    """Answers requests from a store. Safe for any number of threads."""

    def __init__(self, store: Store, options: Options, on_event: OnEvent | None = None) -> None:
        self.store = store
        self._options = options
        self.log = RequestLog()
        self.faults = Faults()
        self.closing = Event()
        self._on_event = on_event
        self._throttles = _Throttles()
        # The model is parsed now rather than during the first request.
        wire.routes()

    @property
    def options(self) -> Options:
        """The options in force. Set them to change the next requests."""
        return self._options

    @options.setter
    def options(self, options: Options) -> None:
        if options.identity_management_type not in (None, self._options.identity_management_type):
            seed.seed_instance(self.store, options)
        self._options = options

    def answer(self, request: Request) -> Response:
        """The response to one AWS request. Raises only what `on_event` raises."""
        record = _record(request, self.options.clock())
        if caller_identity.matches(request):
            return self._identity(request, record)
        parsed: _Parsed | None = None
        problem: ApiError | None = None
        try:
            parsed = self._parse(request, record)
            record.params = redacted(parsed[3])
        except ApiError as error:
            problem = error
        self.log.add(record)
        self.event("received", record)
        fault = self.faults.take(record.operation, request.path, request.body)
        if fault is not None and fault.kind.endswith("-before"):
            return _fault_answer(fault, request, record)
        if self.options.latency:
            self.closing.wait(self.options.latency)
        body = b""
        if parsed is not None:
            try:
                body = self._perform(parsed, request, record)
            except ApiError as error:
                problem = error
        if problem is None:
            self.event("committed", record)
        if fault is not None and fault.kind != "slow":
            return _fault_answer(fault, request, record)
        if fault is not None:
            self.closing.wait(fault.seconds)
        if problem is not None:
            return _error_answer(problem, request, record)
        return _answer(200, body, request.content_type, record)

    def _identity(self, request: Request, record: RequestRecord) -> Response:
        record.operation = caller_identity.OPERATION
        self.log.add(record)
        try:
            body = caller_identity.answer(request, record.request_id)
        except ApiError as error:
            return _error_answer(error, request, record)
        return _answer(200, body, caller_identity.CONTENT_TYPE, record)

    def event(self, phase: Phase, record: RequestRecord | None) -> None:
        """Report a phase of a request. The server reports "answered" once the answer is written, or dropped."""
        if self._on_event is not None and record is not None:
            self._on_event(phase, record)

    def _parse(self, request: Request, record: RequestRecord) -> _Parsed:
        target = request.headers.get("X-Amz-Target")
        labels: dict[str, str] = {}
        if target is not None:
            name, service_name, table = target.removeprefix(_SECRETS_TARGET), "secretsmanager", SECRETS
        else:
            name, labels = wire.match(request.method, request.path)
            service_name, table = "connect", CONNECT
        record.operation = name
        if name == target or name not in service(service_name).operation_names:
            raise ApiError("UnknownOperationException", f"{target} is not emulated")
        if name not in table:
            # AWS has it, but the emulator does not: nothing fails silently.
            raise ApiError("UnsupportedOperationException", f"{name} is not emulated")
        operation = service(service_name).operation_model(name)
        return service_name, operation, table[name], wire.parse(operation, labels, request.query, request.body)

    def _perform(self, parsed: _Parsed, request: Request, record: RequestRecord) -> bytes:
        """Run the handler in its transaction, which is committed when this returns. Raises only ApiError."""
        service_name, operation, implementation, params = parsed
        try:
            who = caller(request.headers.get("Authorization"), service_name)
            self._throttles.take(self.options, operation.name, who.account, who.region)
            if operation.input_shape is not None:
                validate.check(operation.input_shape, params)
                params = wire.shaped(operation.input_shape, params)
            with (self.store.write if implementation.writes else self.store.read)() as tx:
                call = ApiCall(operation.name, params, tx, self.options, account=who.account, region=who.region)
                result = implementation.handler(call) or {}
            return wire.body(operation.output_shape, result)
        except ApiError as error:
            codes = {shape.name for shape in operation.error_shapes}
            if error.code == "InvalidParameterException" and error.code not in codes:
                # ListInstances and CreateInstance have only one kind of bad request.
                raise invalid_request(error.message) from None
            raise
        except Exception as error:
            _log.exception("%s failed, request %s", operation.name, record.request_id)
            raise ApiError("InternalServiceException", "the emulator failed; see its log") from error


def _record(request: Request, now: float) -> RequestRecord:
    headers = request.headers
    try:
        region = caller(headers.get("Authorization")).region
    except ApiError:
        region = ""
    return RequestRecord(
        seq=0,
        operation="unknown",
        started=now,
        user_agent=headers.get("User-Agent", ""),
        attempt=headers.get("amz-sdk-request", ""),
        invocation=headers.get("amz-sdk-invocation-id", ""),
        region=region,
        request_id=str(uuid4()),
    )


def _answer(status: int, body: bytes, content_type: str, record: RequestRecord, **headers: str) -> Response:
    record.status = status
    headers = {"Content-Type": content_type, "x-amzn-RequestId": record.request_id, **headers}
    return Response(status, body, headers, record=record)


def _error_answer(error: ApiError, request: Request, record: RequestRecord) -> Response:
    record.code = error.code
    members = {"Message": error.message, **error.members}
    if request.content_type == _JSON_1_1:
        members = {"__type": error.code, **members}
    body = json.dumps(members).encode()
    return _answer(error.status, body, request.content_type, record, **{"x-amzn-ErrorType": error.code})


def _fault_answer(fault: Fault, request: Request, record: RequestRecord) -> Response:
    if fault.kind.startswith("drop"):
        record.status = 0
        return Response(0, drop=True, record=record)
    if fault.kind.startswith("garbage"):
        return _answer(502 if fault.status is None else fault.status, GARBAGE, "text/html", record)
    return _error_answer(ApiError(fault.code, fault.message, status=fault.status), request, record)
