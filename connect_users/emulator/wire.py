"""The rest-json protocol: an HTTP request becomes an operation and its parameters, a result becomes a response body.

Everything is read from botocore's own copy of the AWS models, so the emulator and the client under test always agree on
the model's version. An unknown path gets a 404.

Members that the model puts into the path or the query are not in the body; everything else is JSON. The path arrives
raw, because an ARN's slashes are `%2F`: labels are decoded after the route was matched. Timestamps are epoch seconds.
An operation without an output returns 200 with an empty body.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, unquote

from botocore.loaders import create_loader
from botocore.model import ListShape, ServiceModel, StructureShape

from connect_users.emulator.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel, Shape


@cache
def service(name: str) -> ServiceModel:
    """The model of `connect` or `secretsmanager`, parsed on first use (about 30 ms of CPU)."""
    return ServiceModel(cast("dict[str, Any]", create_loader().load_service_model(name, "service-2")), name)


@cache
def routes() -> dict[tuple[str, int, str], list[tuple[str, list[str]]]]:
    """Method, number of segments and the first one, never a label -> operations of Connect and their segments.

    A segment `{Name}` is a label, which matches any text.
    """
    table: dict[tuple[str, int, str], list[tuple[str, list[str]]]] = {}
    model = service("connect")
    for name in model.operation_names:
        http = model.operation_model(name).http
        segments = http["requestUri"].split("?")[0].split("/")[1:]
        table.setdefault((http["method"], len(segments), segments[0]), []).append((name, segments))
    for of_length in table.values():
        # Where the model has a literal beside a label, the literal comes first.
        of_length.sort(key=lambda route: sum(segment.startswith("{") for segment in route[1]))
    return table


def match(method: str, path: str) -> tuple[str, dict[str, str]]:
    """The operation and its decoded path labels. `path` is raw, without its query."""
    _, *parts = path.split("/")
    for name, segments in routes().get((method, len(parts), "".join(parts[:1])), ()):
        labels = _labels(segments, parts)
        if labels is not None:
            return name, labels
    raise ApiError("UnknownOperationException", f"no operation has this path with the method {method}")


def _labels(segments: list[str], parts: list[str]) -> dict[str, str] | None:
    """The decoded labels of a path with as many segments, None if it does not match."""
    labels = {}
    for part, segment in zip(parts, segments, strict=True):
        if segment.startswith("{") and part:
            labels[segment[1:-1]] = unquote(part)
        elif part != segment:
            return None
    return labels


def parse(operation: OperationModel, labels: Mapping[str, str], query: str, body: bytes) -> dict[str, Any]:
    """The parameters as boto3 names them, without absent and null members. Raises SerializationException."""
    payload = _object(body)
    arguments = parse_qs(query, keep_blank_values=True) if query else {}
    params: dict[str, Any] = {}
    shape = operation.input_shape
    for name, member in {} if shape is None else shape.members.items():
        location, wire_name = member.serialization.get("location"), member.serialization.get("name", name)
        if location == "uri":
            params[name] = labels[wire_name]
        elif location == "querystring":
            if wire_name in arguments:
                params[name] = _from_query(wire_name, member, arguments[wire_name])
        elif payload.get(wire_name) is not None:
            params[name] = payload[wire_name]
    return params


def _object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; an empty body has no members."""
    if not body.strip():
        return {}
    try:
        # NaN and Infinity are not JSON, and `int` refuses them.
        payload = json.loads(body, parse_constant=int)
    except (ValueError, RecursionError) as error:
        raise ApiError("SerializationException", "the body is not JSON") from error
    if not isinstance(payload, dict):
        raise ApiError("SerializationException", "the body is not a JSON object")
    return payload


def _from_query(name: str, shape: Shape, values: list[str]) -> Any:
    if isinstance(shape, ListShape):
        return values
    if shape.type_name not in ("integer", "long"):
        return values[-1]
    try:
        return int(values[-1])
    except ValueError as error:
        raise ApiError("SerializationException", f"{name} must be a number") from error


def body(shape: Shape | None, result: Mapping[str, Any]) -> bytes:
    """The body of a successful response, without the members of `result` that are None or not in the output shape."""
    return b"" if shape is None else json.dumps(shaped(shape, result), separators=(",", ":")).encode()


def shaped(shape: Shape, value: Any) -> Any:
    """A value of `shape` without members that are None or that the shape does not have."""
    if isinstance(shape, StructureShape):
        members = shape.members
        return {
            name: shaped(members[name], item) for name, item in value.items() if item is not None and name in members
        }
    if isinstance(shape, ListShape):
        member = shape.member
        return [shaped(member, item) for item in value]
    return value
