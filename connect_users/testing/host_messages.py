"""Requests to the dynamic host and its replies, decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .values import PropertyMap, encode

if TYPE_CHECKING:
    from collections.abc import Mapping


class CheckReply(NamedTuple):
    """The checked inputs and the failures as (property, reason)."""

    inputs: PropertyMap
    failures: tuple[tuple[str, str], ...]


class DiffReply(NamedTuple):
    """`changes` is None where the provider leaves the comparison to the engine."""

    changes: bool | None
    replaces: tuple[str, ...]
    delete_before_replace: bool


class StateReply(NamedTuple):
    """What create, update and read answer; `inputs` is None where read gave none."""

    id: str
    outputs: PropertyMap
    inputs: PropertyMap | None = None


def plain(properties: Mapping[str, Any], unknowns: bool) -> Any:
    return encode(properties, secrets=False, unknowns=unknowns)


def name_of(urn: str) -> str:
    return urn.split("::", 3)[3]


def type_of(urn: str) -> str:
    return urn.split("::", 3)[2].rsplit("$", 1)[-1]


def message(kind: str, **fields: Any) -> Any:
    """A request of `provider_pb2`; fields that the installed SDK does not know yet are left out."""
    from pulumi.runtime.proto import provider_pb2

    request = getattr(provider_pb2, kind)()
    known = request.DESCRIPTOR.fields_by_name
    return type(request)(**{key: value for key, value in fields.items() if key in known})


def set_fields(request: Any, **fields: Any) -> None:
    for key, value in fields.items():
        if key in request.DESCRIPTOR.fields_by_name:
            setattr(request, key, value)
