"""From the protocol's Structs to plain dicts in our spelling, with the places of secrets, and back.

Contract:
- `decode` reads any Struct, and never raises. `encode` is its inverse, in camelCase.
- A secret's place is ``(input,)``, or ``(input, member)`` inside a block or a map. A list is secret as a whole.
- An input that is always a secret (the password) is encoded as one, even if it was not one in the request.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import spelling, tokens
from connect_users.core.fields import LOST_KEY, SECRETS
from connect_users.core.references import SECURITY_PROFILE
from connect_users.core.spec import UNKNOWN, Props

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from google.protobuf.struct_pb2 import Struct, Value

    from connect_users.core.spelling import Spellings

    #: Where a secret is.
    Place = tuple[str, ...]
    #: Place -> the secret values there.
    Found = dict[Place, list[Any]]

#: The input of a roster that is a map of passwords by username.
_PASSWORDS: Final = "passwords"


@dataclass(frozen=True)
class PropertyBag:
    """The content of a Struct.

    Attributes:
        hidden: the values that are secrets, each as far as it is one: `secrets` has a list as a whole.
        foreign: whether it is the dynamic resource's, whose own keys the next update removes.
    """

    props: Props = field(default_factory=dict)
    secrets: frozenset[Place] = frozenset()
    hidden: tuple[Any, ...] = ()
    foreign: bool = False

    def secret_values(self) -> list[Any]:
        """The values that must not be shown."""
        values = [*self.hidden, *(self.props.get(name) for name in SECRETS)]
        if isinstance(by_username := self.props.get(_PASSWORDS), dict) and (_PASSWORDS,) in self.secrets:
            # The usernames are not secrets: messages name people.
            values = [list(by_username.values()), *(value for value in values if value is not by_username)]
        return values

    def secrets_beyond(self, state: PropertyBag) -> list[Place]:
        """Places of secrets whose values are in plain text in a state."""
        return sorted(
            place
            for place in self.secrets - state.secrets
            if place[:1] not in state.secrets and self._at(place) is not None and state._at(place) is not None
        )

    def _at(self, place: Place) -> Any:
        value: Any = self.props
        for name in place:
            value = value.get(name) if isinstance(value, dict) else value
        return value


def decode(struct: Struct, words: Spellings = spelling.USER) -> PropertyBag:
    """The properties of a Struct, without the keys that belong to an SDK (``__provider``)."""
    secrets: Found = {}
    props: Props = {}
    fields = struct.fields
    # A protobuf map has no order, but messages need one.
    for key in sorted(fields):
        if not key.startswith("__"):
            name = words.to_ours.get(key, key)
            if key == name in props:
                # If an input is in both spellings, camelCase wins: it is the program's.
                continue
            props[name] = _decoded(fields[key], words.within.get(name, spelling.NONE), (name,), secrets)
    hidden = tuple(value for values in secrets.values() for value in values)
    return PropertyBag(props, frozenset(secrets), hidden, tokens.PROVIDER_KEY in fields)


def _decoded(value: Value, words: Spellings, place: Place, secrets: Found) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in tokens.UNKNOWNS else text
    if kind == "bool_value":
        return value.bool_value
    if kind == "number_value":
        return value.number_value
    if kind == "list_value":
        return [_decoded(item, words, place, secrets) for item in value.list_value.values]
    if kind == "struct_value":
        return _decoded_struct(value.struct_value.fields, words, place, secrets)
    return None


def _decoded_struct(fields: Mapping[str, Value], words: Spellings, place: Place, secrets: Found) -> Any:
    signature = fields[tokens.SIGNATURE].string_value if tokens.SIGNATURE in fields else ""
    if signature == tokens.RESOURCE_SIGNATURE:
        key = "id" if "id" in fields else "urn"
        # The engine writes an id that is not known yet as "".
        return (_decoded(fields[key], words, place, secrets) or UNKNOWN) if key in fields else None
    if signature in (tokens.SECRET_SIGNATURE, tokens.OUTPUT_SIGNATURE):
        known = "value" in fields
        value = _decoded(fields["value"], words, place, secrets) if known else None
        if signature == tokens.SECRET_SIGNATURE or ("secret" in fields and fields["secret"].bool_value):
            secrets.setdefault(place[:2], []).append(value)
        return value if known or signature == tokens.SECRET_SIGNATURE else UNKNOWN
    members = {}
    for key in sorted(fields):
        name = words.to_ours.get(key, key)
        members[name] = _decoded(fields[key], words.within.get(name, spelling.NONE), (*place, name), secrets)
    return members


def encode(props: Mapping[str, Any], secrets: Iterable[Place] = (), words: Spellings = spelling.USER) -> Struct:
    """A Struct of properties, in camelCase."""
    from google.protobuf.struct_pb2 import Struct

    marked: dict[str, set[str]] = {name: set() for name in SECRETS}
    for top, *member in secrets:
        marked.setdefault(top, set()).update(member or ("",))
    if SECURITY_PROFILE.field in marked:
        # They were a part of that input.
        marked[LOST_KEY] = {""}
    struct = Struct()
    fields = struct.fields
    for name, value in props.items():
        if value is not None:
            within = words.within.get(name, spelling.NONE)
            _fill_marked(fields[words.to_theirs.get(name, name)], value, within, marked.get(name))
    return struct


def _fill_marked(out: Value, value: Any, words: Spellings, secret: set[str] | None) -> None:
    """Write a value of which nothing (None), some members, or all (empty, or "" among them) is secret."""
    if secret is None:
        _fill(out, value, words)
    elif isinstance(value, dict) and secret and "" not in secret:
        out.struct_value.SetInParent()
        fields = out.struct_value.fields
        for name, item in value.items():
            part = fields[words.to_theirs.get(name, name)]
            _fill_marked(part, item, words.within.get(name, spelling.NONE), set() if name in secret else None)
    else:
        fields = out.struct_value.fields
        fields[tokens.SIGNATURE].string_value = tokens.SECRET_SIGNATURE
        _fill(fields["value"], value, words)


def _fill(out: Value, value: Any, words: Spellings) -> None:
    if isinstance(value, str):
        out.string_value = value
    elif isinstance(value, bool):
        out.bool_value = value
    elif isinstance(value, (int, float)):
        out.number_value = value
    elif value is UNKNOWN:
        out.string_value = tokens.UNKNOWN_STRING
    elif isinstance(value, dict):
        out.struct_value.SetInParent()
        fields = out.struct_value.fields
        for name, item in value.items():
            _fill(fields[words.to_theirs.get(name, name)], item, words.within.get(name, spelling.NONE))
    elif isinstance(value, list):
        values = out.list_value.values
        out.list_value.SetInParent()
        for item in value:
            _fill(values.add(), item, words)
    else:
        out.null_value = 0  # type: ignore[assignment]  # the stubs want the enum, which is an int
