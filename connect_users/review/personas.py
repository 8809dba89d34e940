"""The personas of a roster's people before and after, from the roster's guard in a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.core import tokens
from connect_users.review.users import snake
from connect_users.roster import guarding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.review.steps import Preview, Resource


def notes_of(preview: Preview) -> dict[str, str]:
    """Name of a person's resource -> the persona in words, for people whose rosters have personas."""
    before, after = _marks(preview.before), _marks(preview.resources)
    return {name: _words(before.get(name), mark) for name, mark in after.items()}


def _marks(resources: Iterable[Resource]) -> dict[str, guarding.AssignedPersona]:
    marks = {}
    for resource in resources:
        if resource.type in tokens.GUARDS:
            inputs = {snake(name): value for name, value in resource.inputs.items()}
            for username, mark in guarding.recorded_personas(inputs.get(guarding.PERSONAS)).items():
                marks[f"{inputs.get('roster')}-{username}"] = mark
    return marks


def _words(before: guarding.AssignedPersona | None, mark: guarding.AssignedPersona) -> str:
    words = f"persona {mark.persona}"
    if before is not None and before.persona != mark.persona:
        words = f"persona {before.persona} → {mark.persona}"
    return f"{words}, but the row sets {', '.join(mark.own)}" if mark.own else words
