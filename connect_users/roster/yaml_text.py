"""YAML: a list of maps, one for each person.

Plain values are read as texts, which the readers of cells understand: YAML itself would make a number of
``+441632960961`` and a "no" of Norway's ``NO``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.roster import yaml_nodes
from connect_users.roster.tables import Table, UnreadableRoster, from_records

if TYPE_CHECKING:
    from connect_users.roster.yaml_nodes import Node

_NOTHING: Final = ("", "~", "null", "Null", "NULL")


def read(text: str, source: str) -> Table:
    """The table of a text.

    Raises:
        UnreadableRoster: no YAML, no list, a key that is written twice.
    """
    root = yaml_nodes.compose(text, source)
    if root is None:
        return from_records(source, [])
    if root.kind != yaml_nodes.SEQUENCE:
        raise UnreadableRoster(source, "is not a list; a roster is a list of maps, one for each person", 1)
    records = [(item.line, _value(item, source)) for item in root.value]
    return from_records(source, records)


def _value(node: Node, source: str) -> Any:
    if node.kind == yaml_nodes.SCALAR:
        return None if node.plain and node.value in _NOTHING else node.value
    if node.kind == yaml_nodes.SEQUENCE:
        return [_value(item, source) for item in node.value]
    found: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key, value in node.value:
        if key.kind != yaml_nodes.SCALAR:
            raise UnreadableRoster(source, "a key is not a text", key.line)
        said = _value(value, source)
        if key.value == "<<" and key.plain:
            for part in said if isinstance(said, list) else [said]:
                for name, item in part.items() if isinstance(part, dict) else ():
                    merged.setdefault(name, item)
        elif key.value in found:
            raise UnreadableRoster(source, f"the key {key.value!r} is written twice for one person", key.line)
        else:
            found[key.value] = said
    return {**merged, **found}
