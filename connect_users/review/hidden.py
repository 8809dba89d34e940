"""Values that a preview does not show: what stands for them, and which of the secrets have changed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import tokens
from connect_users.core.spec import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.review.steps import Path, Step


class Secret:
    """The type of values that are secrets."""

    def __repr__(self) -> str:
        return tokens.SECRET_TEXT


#: Stands for a value that is a secret; equal to itself, so that the preview's own diff says whether it changed.
SECRET: Final = Secret()
#: Stands for a secret that is not the one which was there, and so is unlike `SECRET`.
CHANGED_SECRET: Final = Secret()
#: Strings in place of values, where there must be some.
_CHANGED, LATER, ODD, ABSENT = "[new secret]", "[not known yet]", "[not a string]", "[not shown]"
PLACEHOLDERS: Final = frozenset({tokens.SECRET_TEXT, _CHANGED, LATER, ODD, ABSENT})


def placeholder(value: Any) -> str:
    """The string in place of a value that is not a string."""
    if isinstance(value, Secret):
        return _CHANGED if value is CHANGED_SECRET else tokens.SECRET_TEXT
    return LATER if value is UNKNOWN else ODD


def has_secret(value: Any) -> bool:
    """Whether any part of a value is a secret."""
    if isinstance(value, dict):
        return any(map(has_secret, value.values()))
    return any(map(has_secret, value)) if isinstance(value, list) else isinstance(value, Secret)


def with_changed_secrets(step: Step) -> Step:
    """A step whose new secrets are unlike the old ones where its diff names them, a part or the whole of them.

    Without any diff all of them are: what cannot be judged counts as changed.
    """
    if step.old is None or step.new is None:
        return step
    inputs = _marked(step.new.inputs, list(step.paths) or [()])
    return dataclasses.replace(step, new=dataclasses.replace(step.new, inputs=inputs))


def _marked(value: Any, paths: list[Path]) -> Any:
    """``value``, of which ``paths`` name what has changed: an empty one everything."""
    if not paths:
        return value
    if value is SECRET:
        return CHANGED_SECRET
    if isinstance(value, dict):
        return {name: _marked(item, _below(paths, name)) for name, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, _below(paths, str(place))) for place, item in enumerate(value)]
    return value


def _below(paths: Iterable[Path], name: str) -> list[Path]:
    return [path[1:] for path in paths if not path or path[0] == name]
