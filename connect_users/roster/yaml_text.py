"""YAML: a list of maps, one for each person.

Plain values are read as texts, which the readers of cells understand: YAML itself would make a number of
``+441632960961`` and a "no" of Norway's ``NO``.
"""

from __future__ import annotations

from typing import Any, Final

from connect_users.roster.tables import Table, UnreadableRoster, from_records

_NOTHING: Final = ("", "~", "null", "Null", "NULL")
#: Maps and lists within each other; deeper is no roster, or a file that refers to itself.
_DEPTH: Final = 6


def read(text: str, source: str) -> Table:
    """The table of a text.

    Raises:
        UnreadableRoster: no YAML, no list, a key that is written twice.
    """
    import yaml

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableRoster(
            source, f"is not YAML: {error.problem or 'unreadable'}", mark.line + 1 if mark else 0
        ) from None
    except (yaml.YAMLError, RecursionError):
        raise UnreadableRoster(source, "is not YAML") from None
    if root is None:
        return from_records(source, [])
    if not isinstance(root, yaml.SequenceNode):
        raise UnreadableRoster(source, "is not a list; a roster is a list of maps, one for each person", 1)
    records = [(item.start_mark.line + 1, _value(item, source, _DEPTH)) for item in root.value]
    return from_records(source, records)


def _value(node: Any, source: str, depth: int) -> Any:
    line = node.start_mark.line + 1
    if not depth:
        raise UnreadableRoster(source, "is nested too deeply", line)
    if node.id == "scalar":
        return None if _is_plain(node) and node.value in _NOTHING else node.value
    if node.id == "sequence":
        return [_value(item, source, depth - 1) for item in node.value]
    found: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key, value in node.value:
        if key.id != "scalar":
            raise UnreadableRoster(source, "a key is not a text", key.start_mark.line + 1)
        said = _value(value, source, depth - 1)
        if key.value == "<<" and _is_plain(key):
            for part in said if isinstance(said, list) else [said]:
                merged = {**(part if isinstance(part, dict) else {}), **merged}
        elif key.value in found:
            raise UnreadableRoster(
                source, f"the key {key.value!r} is written twice for one person", key.start_mark.line + 1
            )
        else:
            found[key.value] = said
    return {**merged, **found}


def _is_plain(scalar: Any) -> bool:
    """Whether it is written without quotes; libyaml says "" for it, and PyYAML's own reader None."""
    return not scalar.style
