"""Values that a preview does not show: their placeholders, and which of the secrets have changed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import tokens
from connect_users.core.spec import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.review.steps import PreviewStep, PropertyPath


class HiddenSecret:
    """The type of values that are secrets."""

    def __repr__(self) -> str:
        return tokens.SECRET_TEXT


#: Replaces a secret value. It equals itself, so the preview's own diff decides whether the secret changed.
SECRET: Final = HiddenSecret()
#: Replaces a secret that has changed, so it does not equal `SECRET`.
CHANGED_SECRET: Final = HiddenSecret()
#: Placeholders in text.
_CHANGED, LATER, ODD, ABSENT = "[new secret]", "[not known yet]", "[not a string]", "[not shown]"
PLACEHOLDERS: Final = frozenset({tokens.SECRET_TEXT, _CHANGED, LATER, ODD, ABSENT})


def placeholder(value: Any) -> str:
    """The placeholder for a value that is not a string."""
    if isinstance(value, HiddenSecret):
        return _CHANGED if value is CHANGED_SECRET else tokens.SECRET_TEXT
    return LATER if value is UNKNOWN else ODD


def has_secret(value: Any) -> bool:
    """Whether any part of a value is a secret."""
    if isinstance(value, dict):
        return any(map(has_secret, value.values()))
    return any(map(has_secret, value)) if isinstance(value, list) else isinstance(value, HiddenSecret)


def with_changed_secrets(step: PreviewStep) -> PreviewStep:
    """A step whose new secrets differ from the old ones if its diff names them, or a part of them.

    Without a diff all of them differ: what cannot be judged counts as changed.
    """
    if step.old is None or step.new is None:
        return step
    inputs = _marked(step.new.inputs, list(step.paths) or [()])
    return dataclasses.replace(step, new=dataclasses.replace(step.new, inputs=inputs))


def _marked(value: Any, paths: list[PropertyPath]) -> Any:
    """``value`` with the secrets at ``paths`` marked as changed; an empty path means everything."""
    if not paths:
        return value
    if value is SECRET:
        return CHANGED_SECRET
    if isinstance(value, dict):
        return {name: _marked(item, _below(paths, name)) for name, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, _below(paths, str(place))) for place, item in enumerate(value)]
    return value


def _below(paths: Iterable[PropertyPath], name: str) -> list[PropertyPath]:
    return [path[1:] for path in paths if not path or path[0] == name]
