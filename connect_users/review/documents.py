"""A review for machines: our own JSON, and its findings for code scanning."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from connect_users.review import sarif
from connect_users.review.model import LEAVES, REPLACED, Review, UserChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The version of the JSON. It is raised if a member changes its meaning; members may be added.
SCHEMA: Final = 1
_RULES: Final = {
    "power-gained": "A user gains a powerful security profile",
    "profile-widened": "A security profile gains a powerful permission, or reaches more with one",
    "power-unclear": "A user gains a security profile whose name is not known",
    "power-taken-over": "A user who has power may be taken over or reaches others, or cannot be judged",
    "leaves": "A user leaves",
    "replaced": "A user is replaced",
    "policy": "A policy is violated",
    "preview-failed": "The preview failed",
}


def document(review: Review, failures: Sequence[str] = ()) -> dict[str, Any]:
    """The review as plain data."""
    return {
        "schema": SCHEMA,
        "counts": {
            **review.counts,
            "power_gained": len(review.powers),
            "profiles_widened": len(review.widened),
            "on_contact": len(review.on_contact),
        },
        "people": [
            {
                "username": person.username,
                "action": person.action,
                "urn": person.urn,
                "changes": [{"input": change.about, "text": change.words} for change in person.changes],
                "power_gained": list(person.gained),
                "power_reasons": dict(person.why),
                "power_unclear": list(person.unnamed),
                "power_alarms": list(person.alarms),
                "power_lost": list(person.lost),
                "replace_reasons": list(person.reasons),
                "notes": list(person.notes),
                "contacts": None if person.contacts is None else list(map(dataclasses.asdict, person.contacts)),
            }
            for person in review.people
        ],
        "security_profiles_widened": [
            {
                "name": each.name,
                "permissions": list(each.permissions),
                "reach": list(each.wider),
                "holders": list(each.holders),
                "urn": each.urn,
            }
            for each in review.widened
        ],
        "other_resources": dict(review.others),
        "policy_violations": [
            {"policy": each.policy, "username": each.username, "text": each.text} for each in review.violations
        ],
        "errors": list(review.errors),
        "gate_failures": list(failures),
    }


def as_sarif(review: Review, version: str) -> dict[str, Any]:
    """The findings for a reviewer as a SARIF log. Joiners and plain changes are not findings."""
    return sarif.log("connect-users explain", version, _RULES, _results(review))


def _results(review: Review) -> Iterator[dict[str, Any]]:
    for error in review.errors:
        yield sarif.result("preview-failed", "error", error, ("", 0))
    for widened in review.widened:
        yield sarif.result("profile-widened", "warning", widened.words, ("", 0), widened.urn)
    for person in review.people:
        line = f"{person.username}: {person.words}"
        if person.gained:
            yield _about(person, "power-gained", "warning", line)
        elif person.unnamed:
            yield _about(person, "power-unclear", "warning", line)
        if person.alarms:
            yield _about(person, "power-taken-over", "warning", line)
        if person.action == LEAVES:
            yield _about(person, "leaves", "note", line)
        elif person.action == REPLACED:
            yield _about(person, "replaced", "warning", line)
    places = {person.urn: person.place for person in review.people}
    for each in review.violations:
        text = f"{each.username}: {each.policy}: {each.text}"
        yield sarif.result("policy", "error", text, places.get(each.urn, ("", 0)), each.urn)


def _about(person: UserChange, rule: str, level: str, text: str) -> dict[str, Any]:
    return sarif.result(rule, level, text, person.place, person.urn)
