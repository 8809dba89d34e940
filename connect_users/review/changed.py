"""Values that a preview does not show: what stands for them, and what its detailed diff says of secrets."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.spec import UNKNOWN
from connect_users.review.reading import SECRET, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.review.steps import Step

#: One part of a path as the engine writes it: ``.name``, ``[0]`` or ``["a name with a dot"]``.
_PART: Final = re.compile(r'\[(?P<index>\d+)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]|\.?(?P<name>[^.\[\]]+)')
_ESCAPE: Final = re.compile(r"\\(.)")

#: Stands for a secret that is not the one which was there, and so is unlike `SECRET`.
CHANGED_SECRET: Final = Secret()
#: Texts in place of values, where there must be some.
_SECRET, _CHANGED, LATER, ODD = "[secret]", "[new secret]", "[not known yet]", "[not a text]"
UNTOLD: Final = frozenset({_SECRET, _CHANGED, LATER, ODD})


def untold(value: Any) -> str:
    """The text in place of a value that is no text."""
    if isinstance(value, Secret):
        return _CHANGED if value is CHANGED_SECRET else _SECRET
    return LATER if value is UNKNOWN else ODD


def with_secrets_told_apart(step: Step) -> Step:
    """A step whose new secrets are unlike the old ones where its diff names them, a part or the whole of them.

    Without any diff all of them are: what cannot be judged counts as changed.
    """
    if step.old is None or step.new is None:
        return step
    inputs = _marked(step.new.inputs, [parts(path) for path in step.paths] or [()])
    return dataclasses.replace(step, new=dataclasses.replace(step.new, inputs=inputs))


def parts(path: str) -> tuple[str, ...]:
    """``tags["cost.center"]`` -> ``("tags", "cost.center")``; the places of a list are texts."""
    return tuple(_part(match) for match in _PART.finditer(path))


def _part(match: re.Match[str]) -> str:
    quoted = match["quoted"]
    return match["index"] or match["name"] or _ESCAPE.sub(r"\1", quoted or "")


def _marked(value: Any, paths: list[tuple[str, ...]]) -> Any:
    """``value``, of which ``paths`` tell what has changed: an empty one everything."""
    if not paths:
        return value
    if value is SECRET:
        return CHANGED_SECRET
    if isinstance(value, dict):
        return {name: _marked(item, _below(paths, name)) for name, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, _below(paths, str(place))) for place, item in enumerate(value)]
    return value


def _below(paths: Iterable[tuple[str, ...]], name: str) -> list[tuple[str, ...]]:
    return [path[1:] for path in paths if not path or path[0] == name]
