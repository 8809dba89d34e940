"""From the steps of a preview to a review: who joins, leaves, moves, changes, is replaced, and who gains power."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from connect_users.core.arns import bare_id
from connect_users.review.changed import LATER, ODD, with_secrets_told_apart
from connect_users.review.held import Held
from connect_users.review.model import (
    ACTIONS,
    ADOPTED,
    CHANGES,
    JOINS,
    LEAVES,
    MOVES,
    REPLACED,
    Change,
    Person,
    Review,
    Widened,
)
from connect_users.review.naming import SECURITY, TYPES, name_of
from connect_users.review.powers import Powers, granted_by, permissions_of
from connect_users.review.reading import USER_TYPE
from connect_users.review.steps import Preview, Resource, Step
from connect_users.review.wording import Teller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from connect_users.review.naming import Names

_MOVING = frozenset({"routing_profile_id", "hierarchy_group_id"})


def review(
    preview: Preview,
    names: Names,
    *,
    powers: Powers | None = None,
    personal: bool = False,
    lines: Mapping[str, tuple[str, int]] | None = None,
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> Review:
    """The review of a preview.

    Args:
        powers: what counts as power; permissions that the preview's own security profiles declare are added where
            it tells none.
        personal: tell values that are personal data, too.
        lines: username -> file and line of a roster.
        tell: is told how many of how many users are done.
    """
    powers = powers or Powers()
    powers = dataclasses.replace(powers, granted={**granted_by(preview.resources), **powers.granted})
    reviewer = _Reviewer(names, powers, personal)
    people = []
    for number, step in enumerate(preview.steps, start=1):
        people.append(_placed(reviewer.person(with_secrets_told_apart(step)), lines or {}))
        tell(number, len(preview.steps))
    twice = {person.username for person in people if person.action == LEAVES}.intersection(
        person.username for person in people if person.action == JOINS
    )
    people = [_noted(person) if person.username in twice else person for person in people]
    people.sort(key=lambda person: (ACTIONS.index(person.action), person.username, person.urn))
    return Review(
        tuple(people), dict(preview.others), preview.errors, widened=tuple(_widened(preview, reviewer.powers))
    )


def _widened(preview: Preview, powers: Powers) -> Iterable[Widened]:
    """The security profiles of the stack that get a powerful permission which they had not."""
    for step in map(with_secrets_told_apart, preview.other_steps):
        kind, keys = TYPES.get(step.new.type if step.new else "", ("", ()))
        if kind != SECURITY or step.old is None or step.new is None:
            continue
        gained = powers.among({*permissions_of(step.new)} - ({*permissions_of(step.old)} - {LATER, ODD}))
        if not gained:
            continue
        ids = {bare_id(id_) for key in keys if isinstance(id_ := step.old.outputs.get(key), str)}
        holders = {username_of(each) for each in preview.resources if _holds(each, ids, step.urn)}
        name = name_of(step.new) or step.urn.rpartition("::")[2]
        yield Widened(name, gained, tuple(sorted(holders)), step.urn)


def _holds(resource: Resource, ids: set[Any], urn: str) -> bool:
    if resource.type != USER_TYPE:
        return False
    name = "security_profile_ids"
    return bool(ids.intersection(resource.ids(name))) or urn in resource.depends.get(name, ())


def profiles_of(preview: Preview) -> set[str]:
    """The ids of the security profiles that anybody has or gets whom the preview makes, changes or deletes."""
    found: set[str] = set()
    for step in preview.steps:
        for resource in (step.old, step.new):
            found.update(resource.ids("security_profile_ids") if resource is not None else ())
    return found


def username_of(resource: Resource | None) -> str:
    """The username, or the resource's name where it is not known yet."""
    if resource is None:
        return ""
    value = resource.inputs.get("username")
    return value if isinstance(value, str) else resource.urn.rpartition("::")[2]


class _Reviewer:
    def __init__(self, names: Names, powers: Powers, personal: bool) -> None:
        self._teller = Teller(names, personal=personal)
        self._held = Held(names)
        self.powers = powers

    def person(self, step: Step) -> Person:
        old, new = step.old, step.new
        action = _action(step)
        had = self._held.before(old if step.operation not in ("create", "import") else None, new)
        has = self._held.of(new) if action != LEAVES else {}
        fresh = {id_: name for id_, name in has.items() if id_ not in had}
        powers = self.powers
        return Person(
            username_of(new or old),
            action,
            step.urn,
            tuple(self._changes(step, action)),
            gained=tuple(sorted(name or id_ for id_, name in fresh.items() if powers.has(id_, name))),
            unnamed=tuple(sorted(id_ for id_, name in fresh.items() if powers.unclear(id_, name))),
            lost=tuple(sorted(name or id_ for id_, name in had.items() if id_ not in has and powers.has(id_, name))),
            why={name or id_: why for id_, name in fresh.items() if (why := powers.why(id_, name))},
            reasons=step.reasons,
            notes=tuple(_notes(step, action)),
            place=(new or old or Resource("", "")).position,
        )

    def _changes(self, step: Step, action: str) -> Iterable[Change]:
        if action == LEAVES:
            return self._teller.leaving(step.old, self.powers) if step.old else ()
        if step.new is None:
            return ()
        if step.old is None or action == JOINS:
            return self._teller.joining(step.new, self.powers)
        return self._teller.changing(step.old, step.new, step.changed, self.powers)


def _action(step: Step) -> str:
    if step.operation == "update":
        return MOVES if _MOVING.intersection(_differing(step)) else CHANGES
    return {"create": JOINS, "delete": LEAVES, "replace": REPLACED}.get(step.operation, ADOPTED)


def _differing(step: Step) -> set[str]:
    if step.old is None or step.new is None:
        return set(step.changed)
    return {name for name in _MOVING if step.old.inputs.get(name) != step.new.inputs.get(name)}


def _notes(step: Step, action: str) -> Iterable[str]:
    if action == LEAVES and step.old is not None and step.old.retained:
        yield "only Pulumi forgets the user, who stays in Connect"
    if action == REPLACED and step.old is not None and username_of(step.old) == username_of(step.new):
        yield "deleted first: statistics and contact history stay with the old user"
    if action == JOINS and step.new is not None and step.new.inputs.get("adopt_existing") is True:
        yield "a user of this name who exists is taken over"


def _noted(person: Person) -> Person:
    text = "the same name leaves and joins: give the resource an alias, or the new user meets the old one"
    return dataclasses.replace(person, notes=(*person.notes, text))


def _placed(person: Person, lines: Mapping[str, tuple[str, int]]) -> Person:
    place = lines.get(person.username)
    return person if place is None else dataclasses.replace(person, place=place)
