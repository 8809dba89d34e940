"""YAML: a list of dicts, one for each person, or another of `connect_users.roster.record_shapes`.

Plain values are read as strings for the readers of cells: YAML itself would read ``+441632960961`` as a number, and
Norway's ``NO`` as false.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.roster import yaml_nodes
from connect_users.roster.record_shapes import Member, dict_of, member_of, table
from connect_users.roster.tables import Table, UnreadableRoster
from connect_users.roster.yaml_nodes import MAPPING, SCALAR, SEQUENCE

if TYPE_CHECKING:
    from connect_users.roster.yaml_nodes import Node

_NOTHING: Final = ("", "~", "null", "Null", "NULL")
#: Levels of dicts around people: ``users``, and the usernames.
_LEVELS: Final = 2


def read(text: str, source: str) -> Table:
    """The table of a YAML text.

    Raises:
        UnreadableRoster: the text is not YAML, contains no people, or has a key twice.
    """
    root = yaml_nodes.compose(text, source)
    if root is None:
        return Table(source, ())
    return table(_member("", root, source, _LEVELS), source)


def _member(name: str, node: Node, source: str, levels: int) -> Member:
    """A value with its members, each with its line, down to ``levels`` of dicts."""
    if node.kind == SEQUENCE:
        parts = tuple(Member(item.line, "", _value(item, source)) for item in node.value)
        return Member(node.line, name, [part.value for part in parts], parts)
    if node.kind == MAPPING and levels and all(key.kind == SCALAR and not _is_merge(key) for key, _ in node.value):
        parts = tuple(_member(key.value, value, source, levels - 1) for key, value in node.value)
        return Member(node.line, name, dict_of(parts, source), parts)
    return member_of(name, _value(node, source), node.line)


def tree(text: str, source: str) -> Member:
    """A document that is not a roster, as a member with all its members, each with the line of its name.

    Raises:
        UnreadableRoster
    """
    root = yaml_nodes.compose(text, source)
    return Member(0, "", None) if root is None else _tree("", root, root.line, source)


def _tree(name: str, node: Node, line: int, source: str) -> Member:
    if node.kind == SCALAR:
        return Member(line, name, _value(node, source))
    if node.kind == SEQUENCE:
        parts = tuple(_tree("", item, item.line, source) for item in node.value)
        return Member(line, name, [part.value for part in parts], parts)
    own: list[Member] = []
    merged: dict[str, Member] = {}
    for key, value in node.value:
        if key.kind != SCALAR:
            raise UnreadableRoster(source, "a key is not a string", key.line)
        part = _tree(key.value, value, key.line, source)
        if _is_merge(key):
            for inherited in (each for item in part.parts for each in ([item] if item.name else item.parts)):
                merged.setdefault(inherited.name, inherited)
        else:
            own.append(part)
    values = dict_of(own, source)
    parts = (*(part for part in merged.values() if part.name not in values), *own)
    return Member(line, name, {part.name: part.value for part in parts}, parts)


def _is_merge(key: Node) -> bool:
    return bool(key.value == "<<" and key.plain)


def _value(node: Node, source: str) -> Any:
    if node.kind == SCALAR:
        return None if node.plain and node.value in _NOTHING else node.value
    if node.kind == SEQUENCE:
        return [_value(item, source) for item in node.value]
    members: list[Member] = []
    merged: dict[str, Any] = {}
    for key, value in node.value:
        if key.kind != SCALAR:
            raise UnreadableRoster(source, "a key is not a string", key.line)
        item = _value(value, source)
        if _is_merge(key):
            for part in item if isinstance(item, list) else [item]:
                for name, inherited in part.items() if isinstance(part, dict) else ():
                    merged.setdefault(name, inherited)
        else:
            members.append(Member(key.line, key.value, item))
    return {**merged, **dict_of(members, source)}
