"""The values of a user's inputs: their canonical form, and their way to and from the API.

Contract:
- Inputs are plain dicts, keyed by the names of `connect_users.core.fields`; `UNKNOWN` stands for a value that a preview
  does not know.
- `canonical` is total: it never raises, and leaves alone what it does not understand (the rules report it).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.arns import bare_id
from connect_users.core.fields import BLOCK, BLOCKS, BY_NAME, ID, IDS, TAGS, WHOLE, Field

if TYPE_CHECKING:
    from collections.abc import Mapping


class UnknownValue:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "[unknown]"


#: Stands in for a value that is not known in a preview, at any depth.
UNKNOWN: Final = UnknownValue()

Props = dict[str, Any]


def contains_unknown(value: Any) -> bool:
    """Whether any part of ``value`` is not known yet."""
    if isinstance(value, dict):
        return any(map(contains_unknown, value.values()))
    if isinstance(value, list):
        return any(map(contains_unknown, value))
    return value is UNKNOWN


def canonical(props: Mapping[str, Any]) -> Props:
    """The one form that is stored and compared.

    ARNs become ids, whole floats ints, sets are sorted (not where an element is unknown), Nones are dropped. Keys
    that are not inputs are kept as they are.
    """
    return {
        name: _canonical(BY_NAME[name], value) if name in BY_NAME else value
        for name, value in props.items()
        if value is not None
    }


def _canonical(field: Field, value: Any) -> Any:
    kind = field.kind
    if isinstance(value, str):
        return bare_id(value) if kind is ID else value
    if isinstance(value, float):
        return int(value) if kind is WHOLE and value.is_integer() else value
    if isinstance(value, dict):
        if kind is BLOCK:
            return _canonical_block(field, value)
        if kind is TAGS:
            return {key: item for key, item in value.items() if item is not None}
    if isinstance(value, list):
        if kind is IDS:
            ids = [bare_id(item) for item in value]
            return sorted(ids) if all(isinstance(item, str) for item in ids) else ids
        if kind is BLOCKS:
            return _sorted_blocks(field, [_canonical_block(field, item) for item in value])
    return value


def _canonical_block(field: Field, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    members = field.by_name
    return {
        name: _canonical(members[name], item) if name in members else item
        for name, item in value.items()
        if item is not None
    }


def _sorted_blocks(field: Field, blocks: list[Any]) -> list[Any]:
    """``blocks`` in the order of their keys, as long as every key is known and a string."""
    if len(blocks) < 2:
        return blocks
    try:
        keys = [tuple(block[key] for key in field.keys) for block in blocks]
    except (KeyError, TypeError):
        return blocks
    if not all(isinstance(part, str) for key in keys for part in key):
        return blocks
    return [block for _, block in sorted(zip(keys, blocks, strict=True), key=lambda pair: pair[0])]


@functools.cache
def wire_name(name: str) -> str:
    """AWS's spelling of a snake_case name: ``routing_profile_id`` -> ``RoutingProfileId``."""
    return "".join(part.capitalize() for part in name.split("_"))


def to_wire(value: Any) -> Any:
    """A nested value with AWS's spelling of all its keys (for blocks, not for tags)."""
    if isinstance(value, dict):
        return {wire_name(name): to_wire(item) for name, item in value.items()}
    if isinstance(value, list):
        return [to_wire(item) for item in value]
    return value


def from_wire(field: Field, value: Any) -> Any:
    """The inverse of `to_wire` for one field: known members only, so that AWS may add new ones."""
    if field.kind is BLOCK:
        return _block_from_wire(field, value)
    if field.kind is BLOCKS:
        return [_block_from_wire(field, item) for item in value]
    return value


def _block_from_wire(field: Field, block: Mapping[str, Any]) -> Props:
    members = ((member, block.get(wire_name(member.name))) for member in field.members)
    return {member.name: from_wire(member, value) for member, value in members if value is not None}
