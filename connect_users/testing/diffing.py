"""How the engine compares two property maps.

Owns property paths (`a.b[0]["c d"]`), the list of changed paths between old and new, and the two options that work on
paths: ignoreChanges and replaceOnChanges. Sources: sdk/go/common/resource/properties_diff.go and properties_path.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .values import PropertyMap, Secret, equal, has_secrets, reveal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Kind = Literal["add", "delete", "update"]
Path = tuple[str | int, ...]

_PLAIN_KEY = re.compile(r"[^.\[\]\"]+\Z")
_TOKEN = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|\.?([^.\[\]"]+)')


@dataclass(frozen=True)
class PropertyChange:
    """One changed property: its path, what happens to it, both values (None = not there; a secret stays a Secret)."""

    path: str
    kind: Kind
    old: Any
    new: Any
    secret: bool


def format_path(path: Path) -> str:
    """A path as Pulumi writes it: `users[0].name`, `tags["a.b"]`."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part}]"
        elif _PLAIN_KEY.match(part):
            out += f".{part}" if out else part
        else:
            out += '["' + part.replace("\\", "\\\\").replace('"', '\\"') + '"]'
    return out


def parse_path(text: str) -> Path:
    """The parts of a path; `*` and `[*]` stand for any one part.

    Raises:
        ValueError: the text is no property path.
    """
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"invalid property path: {text}")
        quoted, index, name = match.groups()
        if quoted is not None:
            parts.append(re.sub(r"\\(.)", r"\1", quoted))
        elif index is not None:
            parts.append("*" if index == "*" else int(index))
        else:
            parts.append(name)
        position = match.end()
    return tuple(parts)


def contains(pattern: Path, path: Path) -> bool:
    """Whether `path` is at or below `pattern`."""
    return len(pattern) <= len(path) and all(a in ("*", b) for a, b in zip(pattern, path, strict=False))


def changes(old: PropertyMap, new: PropertyMap, *, internal: bool = True) -> tuple[PropertyChange, ...]:
    """Every path that differs, in the order of the paths, compared without regard to secrecy; a change of secrecy
    alone is none. `internal=False` leaves out keys that start with two underscores."""
    found = _objects((), old, new)
    if not internal:
        found = (change for change in found if not change.path.startswith("__"))
    return tuple(sorted(found, key=lambda change: change.path))


def _objects(path: Path, old: PropertyMap, new: PropertyMap) -> Iterator[PropertyChange]:
    for key in old.keys() | new.keys():
        yield from _values((*path, key), old.get(key), new.get(key))


def _values(path: Path, old: Any, new: Any) -> Iterator[PropertyChange]:
    if equal(reveal(old), reveal(new)):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _objects(path, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            a = old[index] if index < len(old) else None
            b = new[index] if index < len(new) else None
            yield from _values((*path, index), a, b)
    else:
        kind: Kind = "add" if old is None else "delete" if new is None else "update"
        yield PropertyChange(format_path(path), kind, old, new, has_secrets(old) or has_secrets(new))


def ignore_changes(inputs: PropertyMap, old: PropertyMap, paths: Iterable[str]) -> tuple[PropertyMap, list[str]]:
    """`inputs` with the old value at each path, and the paths where that is impossible (an element was added or
    removed above it)."""
    invalid = []
    for text in paths:
        try:
            path = parse_path(text)
        except ValueError:
            continue
        result = _reset(path, old, inputs)
        if result is _IMPOSSIBLE:
            invalid.append(text)
        else:
            inputs = result
    return inputs, invalid


_IMPOSSIBLE = object()


def _reset(path: Path, old: Any, new: Any) -> Any:
    """`new` with what `old` holds at `path`; `_IMPOSSIBLE` where one of them has no such place."""
    if isinstance(new, Secret):
        inner = _reset(path, old.value if isinstance(old, Secret) else old, new.value)
        return inner if inner is _IMPOSSIBLE else Secret(inner)
    if isinstance(old, Secret):
        inner = _reset(path, old.value, new)
        return inner if inner is _IMPOSSIBLE or len(path) > 1 else _hide(inner, new)
    head, rest = path[0], path[1:]
    if isinstance(new, list) or (isinstance(old, list) and isinstance(head, int)):
        return _reset_list(head, rest, old, new)
    if isinstance(new, dict):
        if isinstance(old, dict):
            keys = sorted(old.keys() | new.keys()) if head == "*" else [str(head)]
            return _reset_keys(keys, rest, old, new)
        return {key: value for key, value in new.items() if key != head} if not rest else _IMPOSSIBLE
    return _IMPOSSIBLE if isinstance(old, dict) else new


def _hide(reset: Any, new: Any) -> Any:
    """What came from a secret container stays secret in one that is none."""
    if isinstance(reset, dict):
        same = new if isinstance(new, dict) else {}
        return {key: value if value is same.get(key) else Secret(value) for key, value in reset.items()}
    return reset


def _reset_list(head: str | int, rest: Path, old: Any, new: Any) -> Any:
    if not isinstance(old, list) or not isinstance(new, list):
        return new if head == "*" and not rest else _IMPOSSIBLE
    if head == "*" and len(old) != len(new):
        return _IMPOSSIBLE
    out = list(new)
    for index in range(len(new)) if head == "*" else [head]:
        if not isinstance(index, int):
            return _IMPOSSIBLE
        if index >= len(old) and index >= len(new):
            continue
        if index >= len(old) or index >= len(new):
            return _IMPOSSIBLE
        out[index] = _reset(rest, old[index], new[index]) if rest else old[index]
        if out[index] is _IMPOSSIBLE:
            return _IMPOSSIBLE
    return out


def _reset_keys(keys: list[str], rest: Path, old: PropertyMap, new: PropertyMap) -> Any:
    out = dict(new)
    for key in keys:
        if not rest:
            if key in old:
                out[key] = old[key]
            else:
                out.pop(key, None)
        elif key in new:
            out[key] = _reset(rest, old.get(key), new[key])
            if out[key] is _IMPOSSIBLE:
                return _IMPOSSIBLE
        elif key in old:
            return _IMPOSSIBLE
    return out
