"""YAML: a list of dicts, one for each person, or another of `connect_users.roster.record_shapes`.

Plain values are read as strings for the readers of cells: YAML itself would read ``+441632960961`` as a number, and
Norway's ``NO`` as false.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core import limits
from connect_users.roster import yaml_nodes
from connect_users.roster.record_shapes import LEVELS, Member, dict_of, table
from connect_users.roster.tables import Table, UnreadableRoster
from connect_users.roster.yaml_nodes import SCALAR, SEQUENCE

if TYPE_CHECKING:
    from connect_users.roster.yaml_nodes import Node

_NOTHING: Final = ("", "~", "null", "Null", "NULL")


def read(text: str, source: str) -> Table:
    """The table of a YAML text.

    Raises:
        UnreadableRoster: the text is not YAML, contains no people, or has a key twice.
    """
    root = yaml_nodes.compose(text, source)
    return Table(source, ()) if root is None else table(_member("", root, root.line, source, LEVELS), source)


def tree(text: str, source: str) -> Member:
    """A document that is not a roster, as a member with all its members.

    Raises:
        UnreadableRoster
    """
    root = yaml_nodes.compose(text, source)
    return Member(0, "", None) if root is None else _member("", root, root.line, source, limits.ROSTER_DEPTH_MAX)


def _member(name: str, node: Node, line: int, source: str, levels: int) -> Member:
    """A value with its members, each with the line of its name, down to ``levels`` of dicts."""
    if node.kind == SCALAR or levels <= 0:
        return Member(line, name, _value(node, source))
    if node.kind == SEQUENCE:
        # In a roster, the elements of a list are people.
        elements = tuple(_member("", item, item.line, source, levels - LEVELS) for item in node.value)
        return Member(line, name, [element.value for element in elements], elements)
    own: list[Member] = []
    merged: dict[str, Member] = {}
    for key, value in node.value:
        if key.kind != SCALAR:
            raise UnreadableRoster(source, "a key is not a string", key.line)
        if key.value == "<<" and key.plain:
            part = _member("", value, key.line, source, max(levels - 1, LEVELS + 1))
            for inherited in (each for item in part.parts for each in ([item] if item.name else item.parts)):
                merged.setdefault(inherited.name, inherited)
        else:
            own.append(_member(key.value, value, key.line, source, levels - 1))
    values = dict_of(own, source)
    if merged:
        own = [*(part for part in merged.values() if part.name not in values), *own]
        values = {part.name: part.value for part in own}
    return Member(line, name, values, tuple(own))


def _value(node: Node, source: str) -> Any:
    if node.kind == SCALAR:
        return None if node.plain and node.value in _NOTHING else node.value
    if node.kind == SEQUENCE:
        return [_value(item, source) for item in node.value]
    return _member("", node, node.line, source, 1).value
