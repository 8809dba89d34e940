"""From the steps of a preview to a review: who joins, leaves, moves, changes, is replaced, and who gains power."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from connect_users.review.model import ACTIONS, ADOPTED, CHANGES, JOINS, LEAVES, MOVES, REPLACED, Change, Person, Review
from connect_users.review.reading import Preview, Resource, Step
from connect_users.review.wording import Teller, is_power

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_users.review.naming import Names

#: Security profiles that count as power: those that Connect itself makes for administrators and managers.
DEFAULT_POWERS = ("Admin", "CallCenterManager")
_MOVING = frozenset({"routing_profile_id", "hierarchy_group_id"})


def review(
    preview: Preview,
    names: Names,
    *,
    powers: Iterable[str] = DEFAULT_POWERS,
    personal: bool = False,
    lines: Mapping[str, tuple[str, int]] | None = None,
) -> Review:
    """The review of a preview.

    Args:
        powers: names or ids of the security profiles that are power.
        personal: tell values that are personal data, too.
        lines: username -> file and line of a roster.
    """
    reviewer = _Reviewer(names, frozenset(power.casefold() for power in powers), personal)
    people = [_placed(reviewer.person(step), lines or {}) for step in preview.steps]
    twice = {person.username for person in people if person.action == LEAVES}.intersection(
        person.username for person in people if person.action == JOINS
    )
    people = [_noted(person) if person.username in twice else person for person in people]
    people.sort(key=lambda person: (ACTIONS.index(person.action), person.username, person.urn))
    return Review(tuple(people), dict(preview.others), preview.errors)


def username_of(resource: Resource | None) -> str:
    """The username, or the resource's name where it is not known yet."""
    if resource is None:
        return ""
    value = resource.inputs.get("username")
    return value if isinstance(value, str) else resource.urn.rpartition("::")[2]


class _Reviewer:
    def __init__(self, names: Names, powers: frozenset[str], personal: bool) -> None:
        self._teller = Teller(names, personal=personal)
        self._powers = powers

    def person(self, step: Step) -> Person:
        old, new = step.old, step.new
        action = _action(step)
        had = self._teller.security_profiles(old if step.operation not in ("create", "import") else None)
        has = self._teller.security_profiles(new) if action != LEAVES else {}
        fresh = {id_: name for id_, name in has.items() if id_ not in had}
        return Person(
            username_of(new or old),
            action,
            step.urn,
            tuple(self._changes(step, action)),
            gained=tuple(sorted(name or id_ for id_, name in fresh.items() if is_power(id_, name, self._powers))),
            unnamed=tuple(sorted(id_ for id_, name in fresh.items() if name is None and id_ not in self._powers)),
            lost=tuple(
                sorted(name or id_ for id_, name in had.items() if id_ not in has and is_power(id_, name, self._powers))
            ),
            reasons=step.reasons,
            notes=tuple(_notes(step, action)),
            place=(new or old or Resource("", "")).position,
        )

    def _changes(self, step: Step, action: str) -> Iterable[Change]:
        if action == LEAVES:
            return self._teller.leaving(step.old, self._powers) if step.old else ()
        if step.new is None:
            return ()
        if step.old is None or action == JOINS:
            return self._teller.joining(step.new, self._powers)
        return self._teller.changing(step.old, step.new, step.changed, self._powers)


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
