"""The result of a diff for the engine: exactly the paths that differ, with the kind of each difference. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import spelling
from connect_users.core.shapes import sound
from connect_users.core.spec import canonical
from connect_users.plugin import names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.core.spec import Props
    from connect_users.core.spelling import Spellings
    from connect_users.lifecycle.life import UserDiff

ADD: Final = "ADD"
DELETE: Final = "DELETE"
UPDATE: Final = "UPDATE"


@dataclass(frozen=True)
class Detail:
    """One difference.

    Attributes:
        path: in the engine's form: ``identityInfo.firstName``, ``securityProfileIds[1]``, ``tags["cost center"]``.
        kind: a name of the protocol's ``PropertyDiff.Kind``.
        in_inputs: whether the old inputs differ from the new ones there, not only the old outputs.
    """

    path: str
    kind: str
    in_inputs: bool


def details(difference: UserDiff, state: Props, old_inputs: Props, new: Props) -> list[Detail]:
    """Every path at which the fields of a difference differ."""
    if not difference.fields:
        return []
    before, outputs, after = sound(old_inputs), sound(state), canonical(new)
    paths = []
    for name in difference.fields:
        in_inputs = before.get(name) != after.get(name)
        old = (before if in_inputs else outputs).get(name)
        suffix = "_REPLACE" if name in difference.replaces else ""
        words = spelling.USER.within.get(name, spelling.NONE)
        for path, kind in _differing(spelling.camel(name), old, after.get(name), words):
            paths.append(Detail(path, kind + suffix, in_inputs))
    return paths


def _differing(path: str, old: Any, new: Any, words: Spellings) -> Iterator[tuple[str, str]]:
    """The paths below ``path`` at which two values differ; None is a missing value."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            deeper = names.step(path, words.to_theirs.get(key, key))
            yield from _differing(deeper, old.get(key), new.get(key), words.within.get(key, spelling.NONE))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            was, is_ = (items[index] if index < len(items) else None for items in (old, new))
            yield from _differing(f"{path}[{index}]", was, is_, words)
    elif old is None and new is not None:
        yield path, ADD
    elif old is not None and new is None:
        yield path, DELETE
    elif old != new:
        yield path, UPDATE
