"""Property values as Pulumi's engine sees them: plain Python, `Secret`, `UNKNOWN`; on the wire; and what differs.

Contract: `decode(encode(x))` gives x back where everything is kept; nothing here prints a secret's value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from connect_users.core.tokens import RESOURCE_SIGNATURE, SECRET_SIGNATURE, SIGNATURE, UNKNOWN_STRING, UNKNOWNS

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct, Value

_PLAIN_KEY: Final = re.compile(r"[^.\[\]\"]+\Z")

PropertyMap = dict[str, Any]
Props = Mapping[str, Any]


@dataclass(repr=False)
class Secret:
    """A value that is never shown: in a configuration, in a rehearsed state, in a result. `.value` is the value."""

    value: Any

    def __repr__(self) -> str:
        return "Secret([secret])"


class _UnknownValue:
    """The one value that a preview cannot know."""

    def __repr__(self) -> str:
        return "[unknown]"


UNKNOWN: Final = _UnknownValue()


def decode(struct: Struct) -> PropertyMap:
    """Convert a Struct to property values, keys sorted. Numbers are floats; a reference to a resource is its id."""
    return {key: _decode(struct.fields[key]) for key in sorted(struct.fields)}


def _decode(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in UNKNOWNS else value.string_value
    if kind == "struct_value":
        fields = decode(value.struct_value)
        if fields.get(SIGNATURE) == SECRET_SIGNATURE:
            return Secret(fields.get("value"))
        return (fields.get("id") or fields.get("urn")) if fields.get(SIGNATURE) == RESOURCE_SIGNATURE else fields
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    return None if kind in (None, "null_value") else getattr(value, kind)


def encode(properties: Props, *, secrets: bool, unknowns: bool) -> Struct:
    """Convert property values to a Struct. Secrets that are not kept lose their mark; unknowns are left out."""
    from google.protobuf import struct_pb2

    def wire(value: Any) -> Any:
        if value is UNKNOWN:
            return UNKNOWN_STRING
        if isinstance(value, Secret):
            return wire({SIGNATURE: SECRET_SIGNATURE, "value": value.value} if secrets else value.value)
        if isinstance(value, Mapping):
            return {key: wire(item) for key, item in value.items() if unknowns or item is not UNKNOWN}
        if isinstance(value, list | tuple):
            return [wire(item) for item in value if unknowns or item is not UNKNOWN]
        return value

    out = struct_pb2.Struct()
    out.update(wire(properties))
    return out


def reveal(value: Any) -> Any:
    """Return the value without any mark of secrecy."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, dict):
        return {key: reveal(item) for key, item in value.items()}
    return [reveal(item) for item in value] if isinstance(value, list | tuple) else value


def has_secrets(value: Any) -> bool:
    return bool(reveal(value) != value)


def has_unknowns(value: Any) -> bool:
    """Whether any part is unknown, also inside a secret."""
    value = reveal(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is UNKNOWN or any(map(has_unknowns, parts))


def annotate_secrets(outputs: PropertyMap, inputs: Props) -> PropertyMap:
    """Return `outputs` with the secrecy of the inputs, by key (annotateSecrets in the engine's provider_plugin.go)."""
    marked = dict(outputs)
    for key in inputs.keys() & marked.keys():
        value, declared = marked[key], inputs[key]
        if isinstance(value, dict) and isinstance(declared, dict):
            marked[key] = annotate_secrets(value, declared)
        elif not isinstance(value, Secret) and has_secrets(declared):
            marked[key] = Secret(reveal(value))
    return marked


@dataclass(frozen=True)
class PropertyChange:
    """One changed path, such as `tags["a b"]`, and both values; None for a missing one. A secret stays a `Secret`."""

    path: str
    kind: Literal["add", "delete", "update"]
    old: Any = field(repr=False)
    new: Any = field(repr=False)


def changes(old: Any, new: Any) -> tuple[PropertyChange, ...]:
    """Every path that differs, sorted. Secrecy does not count, nor do keys that begin with two underscores."""
    return tuple(sorted(_compare("", old, new), key=lambda change: change.path))


def _compare(path: str, old: Any, new: Any) -> Iterator[PropertyChange]:
    if reveal(old) == reveal(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in (it for it in old.keys() | new.keys() if path or not it.startswith("__")):
            below = (f"{path}." if path else "") + key if _PLAIN_KEY.match(key) else f"{path}[{json.dumps(key)}]"
            yield from _compare(below, old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _compare(f"{path}[{index}]", *(it[index] if index < len(it) else None for it in (old, new)))
    else:
        yield PropertyChange(path, "add" if old is None else "delete" if new is None else "update", old, new)
