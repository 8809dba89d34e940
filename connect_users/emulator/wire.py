"""The rest-json protocol: an HTTP request becomes an operation's parameters, a result becomes an answer.

Members placed in the path or the query by the model leave the body; everything else is JSON (facts, section 1, wire
notes). The path arrives raw: an ARN's slashes are `%2F`, so labels are decoded after the route was matched. Timestamps
are epoch seconds. An operation without an output answers 200 with an empty body.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from botocore.model import ListShape, MapShape, Shape, StructureShape

from connect_users.emulator.errors import ApiError

if TYPE_CHECKING:
    from connect_users.emulator.model import Member, Operation

Write = Callable[[Any], Any]


def parse(operation: Operation, labels: Mapping[str, str], query: str, body: bytes) -> dict[str, Any]:
    """The parameters as boto3 names them; absent and null members are left out. Raises SerializationException."""
    payload = parse_json(body)
    arguments = parse_qs(query, keep_blank_values=True) if query else {}
    params: dict[str, Any] = {}
    for member in operation.members:
        if member.location == "uri":
            params[member.name] = labels[member.wire_name]
        elif member.location == "querystring":
            if member.wire_name in arguments:
                params[member.name] = _from_query(member, arguments[member.wire_name])
        elif payload.get(member.wire_name) is not None:
            params[member.name] = payload[member.wire_name]
    return params


def parse_json(body: bytes) -> dict[str, Any]:
    """The body as an object (empty: no members). Raises SerializationException for anything else."""
    if not body.strip():
        return {}
    try:
        payload = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ApiError("SerializationException", "the body is not JSON") from error
    if not isinstance(payload, dict):
        raise ApiError("SerializationException", "the body is not a JSON object")
    return payload


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _from_query(member: Member, values: list[str]) -> Any:
    if isinstance(member.shape, ListShape):
        return values
    text = values[-1]
    if member.shape.type_name in ("integer", "long"):
        try:
            return int(text)
        except ValueError as error:
            raise ApiError("SerializationException", f"{member.wire_name} must be a number") from error
    return text


def error_body(error: ApiError) -> bytes:
    """The body of an error answer: `Message`, plus the exception's own members (ResourceType, ...)."""
    return json.dumps({"Message": error.message, **error.members}).encode()


class Serializer:
    """Compiled writers of output shapes: unknown and None members are dropped, names are the wire's."""

    def __init__(self) -> None:
        self._writers: dict[str, Write] = {}

    def prepare(self, shape: Shape) -> None:
        """Compile the writers of `shape` and of all it holds; not thread-safe, `body` is."""
        self._of(shape)

    def body(self, shape: Shape | None, result: Mapping[str, Any]) -> bytes:
        """The answer's body; empty for an operation without an output shape, which otherwise must be prepared."""
        if shape is None:
            return b""
        return json.dumps(self._writers[shape.name](result), separators=(",", ":")).encode()

    def _of(self, shape: Shape) -> Write:
        found = self._writers.get(shape.name)
        if found is None:
            self._writers[shape.name] = lambda value: self._writers[shape.name](value)
            found = self._writers[shape.name] = self._compile(shape)
        return found

    def _compile(self, shape: Shape) -> Write:
        if isinstance(shape, StructureShape):
            members = {
                name: (member.serialization.get("name", name), self._of(member))
                for name, member in shape.members.items()
            }
            return lambda value: {
                members[name][0]: members[name][1](item)
                for name, item in value.items()
                if item is not None and name in members
            }
        if isinstance(shape, ListShape):
            write_item = self._of(shape.member)
            return lambda value: [write_item(item) for item in value]
        if isinstance(shape, MapShape):
            return dict
        return lambda value: value
