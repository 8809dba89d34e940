"""YAML: a list of dicts, one for each person, or another of `connect_users.roster.record_shapes`.

Plain values are read as texts, which the readers of cells understand: YAML itself would make a number of
``+441632960961`` and a "no" of Norway's ``NO``.
"""

from __future__ import annotations

from typing import Any, Final

from connect_users.roster.record_shapes import Member, WrongShape, member_of, people
from connect_users.roster.tables import Table, UnreadableRoster, from_records

_NOTHING: Final = ("", "~", "null", "Null", "NULL")
#: Maps and lists within each other; deeper is no roster, or a file that refers to itself.
_DEPTH: Final = 6
#: Of dicts around people: ``users``, and the usernames.
_LEVELS: Final = 2


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
    whole = _member("", root, source, _LEVELS)
    try:
        return from_records(source, people(whole))
    except WrongShape as problem:
        raise UnreadableRoster(source, str(problem), problem.line) from None


def _member(name: str, node: Any, source: str, levels: int) -> Member:
    """A value with its members, each with its line, in as many levels of dicts."""
    line = _line(node)
    if node.id == "sequence":
        parts = tuple(Member(_line(item), "", _value(item, source, _DEPTH)) for item in node.value)
        return Member(line, name, [part.value for part in parts], parts)
    if node.id == "mapping" and levels and all(key.id == "scalar" and not _is_merge(key) for key, _ in node.value):
        parts = tuple(_member(key.value, value, source, levels - 1) for key, value in node.value)
        return Member(line, name, _once(source, [(part.line, part.name, part.value) for part in parts]), parts)
    return member_of(name, _value(node, source, _DEPTH), line)


def _once(source: str, members: list[tuple[int, str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line, name, value in members:
        if name in found:
            raise UnreadableRoster(source, f"the key {name!r} is written twice", line)
        found[name] = value
    return found


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _is_merge(key: Any) -> bool:
    return key.value == "<<" and _is_plain(key)


def _value(node: Any, source: str, depth: int) -> Any:
    line = _line(node)
    if not depth:
        raise UnreadableRoster(source, "is nested too deeply", line)
    if node.id == "scalar":
        return None if _is_plain(node) and node.value in _NOTHING else node.value
    if node.id == "sequence":
        return [_value(item, source, depth - 1) for item in node.value]
    members: list[tuple[int, str, Any]] = []
    merged: dict[str, Any] = {}
    for key, value in node.value:
        if key.id != "scalar":
            raise UnreadableRoster(source, "a key is not a text", _line(key))
        said = _value(value, source, depth - 1)
        if _is_merge(key):
            for part in said if isinstance(said, list) else [said]:
                merged = {**(part if isinstance(part, dict) else {}), **merged}
        else:
            members.append((_line(key), key.value, said))
    return {**merged, **_once(source, members)}


def _is_plain(scalar: Any) -> bool:
    """Whether it is written without quotes; libyaml says "" for it, and PyYAML's own reader None."""
    return not scalar.style
