"""The service models behind the wire layer: which operations exist, their routes, shapes and required members.

Everything is read from botocore's own copy of the AWS models, through its public classes, so the emulator and the
client under test always agree on the model version. A model is parsed once per process.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, Literal, cast

from botocore.loaders import create_loader
from botocore.model import ServiceModel, Shape, StructureShape

from connect_users.emulator.validate import Validator
from connect_users.emulator.wire import Serializer

Location = Literal["uri", "querystring", "body"]


@dataclass(frozen=True)
class Member:
    """One input member: where it travels, and under which name."""

    name: str
    location: Location
    wire_name: str
    shape: Shape


@dataclass(frozen=True)
class Operation:
    """One operation of a service, ready to parse, validate and serialise."""

    name: str
    method: str
    uri: str
    members: tuple[Member, ...]
    input_shape: StructureShape | None
    output_shape: StructureShape | None
    errors: frozenset[str]


class Service:
    """One AWS service's model: raw routes of all its operations, compiled ones for those asked for."""

    def __init__(self, name: str) -> None:
        description = cast("dict[str, Any]", create_loader().load_service_model(name, "service-2"))
        self.name = name
        self._model = ServiceModel(description, name)
        self._operations: dict[str, Operation] = {}
        self._compiling = Lock()
        self.uris: dict[str, tuple[str, str]] = {
            op: (spec["http"]["method"], spec["http"]["requestUri"]) for op, spec in description["operations"].items()
        }
        self.validator = Validator()
        self.serializer = Serializer()

    def operation(self, name: str) -> Operation:
        """The compiled operation; KeyError where this version of the model does not know it."""
        found = self._operations.get(name)
        if found is None:
            with self._compiling:
                found = self._operations.get(name) or self._compile(name)
                self._operations[name] = found
        return found

    def _compile(self, name: str) -> Operation:
        method, uri = self.uris[name]
        operation = self._model.operation_model(name)
        shape = operation.input_shape
        members = [] if shape is None else [_member(key, member) for key, member in shape.members.items()]
        # Checks and writers are compiled here, under the lock, so that no thread ever meets half of a recursive one.
        if shape is not None:
            self.validator.prepare(shape)
        if operation.output_shape is not None:
            self.serializer.prepare(operation.output_shape)
        return Operation(
            name=name,
            method=method,
            uri=uri,
            members=tuple(members),
            input_shape=shape,
            output_shape=operation.output_shape,
            errors=frozenset(error.name for error in operation.error_shapes),
        )


def _member(key: str, shape: Shape) -> Member:
    location = shape.serialization.get("location", "body")
    if location not in ("uri", "querystring", "body"):
        raise ValueError(f"member {key} travels in {location}, which the emulator does not parse")
    return Member(key, cast("Location", location), shape.serialization.get("name", key), shape)


@cache
def service(name: str) -> Service:
    """The model of `connect` or `secretsmanager`, parsed on first use (about 30 ms of CPU)."""
    return Service(name)
