"""Property values as the Pulumi engine sees them.

Owns the plain Python form of a property (None, bool, int, float, str, list, dict, `Secret`, `UNKNOWN`), its wire
form (protobuf Struct with the SDK's signatures) and the engine's rules for equality and for keeping secrets secret.
Contract: `decode(encode(x))` gives x back where everything is kept; nothing here prints a secret's value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core.tokens import RESOURCE_SIGNATURE, SECRET_SIGNATURE, SIGNATURE, UNKNOWN_STRING, UNKNOWNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.protobuf.struct_pb2 import Struct, Value

PropertyMap = dict[str, Any]


class Secret:
    """A value that is never shown: in a configuration, in a rehearsed state, in a result. `.value` is the value."""

    __slots__ = ("value",)

    value: Any

    def __init__(self, value: Any) -> None:
        self.value = value.value if isinstance(value, Secret) else value

    def __repr__(self) -> str:
        return "Secret([secret])"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and equal(self.value, other.value)

    def __hash__(self) -> int:
        return hash(("connect_users.testing.Secret", repr(self.value)))


class _Unknown:
    """The one value that a preview cannot know."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[unknown]"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


def decode(struct: Struct | None) -> PropertyMap:
    """A Struct of the wire as property values, keys sorted; every number is a float, as on the wire."""
    return {} if struct is None else {key: _decode(struct.fields[key]) for key in sorted(struct.fields)}


def _decode(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in UNKNOWNS else value.string_value
    if kind == "struct_value":
        fields = decode(value.struct_value)
        if fields.get(SIGNATURE) == SECRET_SIGNATURE:
            return Secret(fields.get("value"))
        return fields
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "bool_value":
        return value.bool_value
    return value.number_value if kind == "number_value" else None


def encode(properties: Mapping[str, Any], *, secrets: bool, unknowns: bool, references: bool = False) -> Struct:
    """Property values as a Struct. What is not kept: secrets lose their mark, unknowns are left out, references to
    resources become the id (else the URN), as the engine does for a receiver that does not accept them."""
    from google.protobuf import struct_pb2

    out = struct_pb2.Struct()
    _fill(out, properties, secrets, unknowns, references)
    return out


def _fill(out: Struct, properties: Mapping[str, Any], secrets: bool, unknowns: bool, references: bool) -> None:
    for key, value in properties.items():
        if value is UNKNOWN and not unknowns:
            continue
        _encode(out.fields[key], value, secrets, unknowns, references)


def _encode(out: Value, value: Any, secrets: bool, unknowns: bool, references: bool) -> None:
    if isinstance(value, Secret):
        value = {SIGNATURE: SECRET_SIGNATURE, "value": value.value} if secrets else value.value
    if isinstance(value, dict) and value.get(SIGNATURE) == RESOURCE_SIGNATURE and not references:
        value = value.get("id") or value.get("urn")
    if isinstance(value, dict):
        out.struct_value.SetInParent()
        _fill(out.struct_value, value, secrets, unknowns, references)
    elif isinstance(value, list | tuple):
        out.list_value.SetInParent()
        for item in value:
            if item is not UNKNOWN or unknowns:
                _encode(out.list_value.values.add(), item, secrets, unknowns, references)
    else:
        _encode_scalar(out, value)


def _encode_scalar(out: Value, value: Any) -> None:
    if value is None:
        out.null_value = 0  # type: ignore[assignment]
    elif isinstance(value, bool):
        out.bool_value = value
    elif isinstance(value, int | float):
        out.number_value = float(value)
    elif value is UNKNOWN:
        out.string_value = UNKNOWN_STRING
    elif isinstance(value, str):
        out.string_value = value
    else:
        raise TypeError(f"a property of type {type(value).__name__} cannot go over the wire")


def reveal(value: Any) -> Any:
    """The value without any mark of secrecy."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, dict):
        return {key: reveal(item) for key, item in value.items()}
    return [reveal(item) for item in value] if isinstance(value, list | tuple) else value


def has_secrets(value: Any) -> bool:
    """Whether any part is secret."""
    if isinstance(value, dict):
        return any(has_secrets(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_secrets(item) for item in value)
    return isinstance(value, Secret)


def has_unknowns(value: Any) -> bool:
    """Whether any part is unknown, also inside a secret."""
    if isinstance(value, Secret):
        return has_unknowns(value.value)
    if isinstance(value, dict):
        return any(has_unknowns(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_unknowns(item) for item in value)
    return value is UNKNOWN


def annotate_secrets(outputs: PropertyMap, inputs: Mapping[str, Any]) -> PropertyMap:
    """`outputs` with the secrecy of the input of the same key: objects key by key, anything else as a whole
    (annotateSecrets in the engine's provider_plugin.go). A new map; the given ones are left as they are."""
    marked = dict(outputs)
    for key, given in inputs.items():
        if key not in marked:
            continue
        value = marked[key]
        if isinstance(value, dict) and isinstance(given, dict):
            marked[key] = annotate_secrets(value, given)
        elif not isinstance(value, Secret) and has_secrets(given):
            marked[key] = Secret(reveal(value))
    return marked


def equal(a: Any, b: Any) -> bool:
    """The engine's deep equality: a missing key equals a null, a secret only equals a secret, 1 is not true."""
    if isinstance(a, dict) and isinstance(b, dict):
        return all(equal(a.get(key), b.get(key)) for key in a.keys() | b.keys())
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, Secret) and isinstance(b, Secret):
        return equal(a.value, b.value)
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return float(a) == float(b)
    return type(a) is type(b) and bool(a == b)


def go_format(value: Any) -> str:
    """What Go's %v prints for the engine's PropertyValue: this is how a failed check names a value, secrets
    included (which is why a provider must not name the property of a secret)."""
    if isinstance(value, Secret):
        return "{&{" + go_format(value.value) + "}}"
    if value is UNKNOWN:
        return "computed{}"
    if isinstance(value, dict):
        return "{map[" + " ".join(f"{key}:{go_format(value[key])}" for key in sorted(value)) + "]}"
    if isinstance(value, list | tuple):
        return "{[" + " ".join(go_format(item) for item in value) + "]}"
    return "{" + go_scalar(value) + "}"


def go_scalar(value: Any) -> str:
    """A null, a bool, a number or a string in Go's %v form; numbers in full where they are whole."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e21 else repr(number)
    return str(value)
