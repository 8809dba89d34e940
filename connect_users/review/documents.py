"""A review for machines: our own JSON, and SARIF 2.1.0 for code scanning."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from connect_users.review.model import LEAVES, REPLACED, Person, Review

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Of the JSON: raised when a member changes its meaning; members may be added.
SCHEMA: Final = 1
#: Code scanning refuses a run with more results (GitHub Docs, "SARIF support for code scanning"); the worst come first.
RESULTS: Final = 25_000
_LEVELS: Final = ("error", "warning", "note")
_RULES: Final = {
    "power-gained": "A user gains a powerful security profile",
    "profile-widened": "A security profile gains a powerful permission",
    "power-unclear": "A user gains a security profile whose name is not known",
    "leaves": "A user leaves",
    "replaced": "A user is replaced",
    "policy": "A policy is not kept",
    "preview-failed": "The preview failed",
}


def document(review: Review, failures: Sequence[str] = ()) -> dict[str, Any]:
    """The review as plain data."""
    return {
        "schema": SCHEMA,
        "counts": {**review.counts, "power_gained": len(review.powers), "profiles_widened": len(review.widened)},
        "people": [
            {
                "username": person.username,
                "action": person.action,
                "urn": person.urn,
                "changes": [{"input": change.about, "text": change.words} for change in person.changes],
                "power_gained": list(person.gained),
                "power_reasons": dict(person.why),
                "power_unclear": list(person.unnamed),
                "power_lost": list(person.lost),
                "replace_reasons": list(person.reasons),
                "notes": list(person.notes),
            }
            for person in review.people
        ],
        "security_profiles_widened": [
            {"name": each.name, "permissions": list(each.permissions), "holders": list(each.holders), "urn": each.urn}
            for each in review.widened
        ],
        "other_resources": dict(review.others),
        "policy_violations": [
            {"policy": each.policy, "username": each.username, "text": each.text} for each in review.violations
        ],
        "errors": list(review.errors),
        "gate_failures": list(failures),
    }


def sarif(review: Review, version: str) -> dict[str, Any]:
    """What a reviewer should look at, as a SARIF log with one run; joiners and plain changes are no findings."""
    results = sorted(_results(review), key=lambda result: _LEVELS.index(result["level"]))
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "connect-users explain",
                        "version": version,
                        "rules": [{"id": name, "shortDescription": {"text": text}} for name, text in _RULES.items()],
                    }
                },
                "results": results[:RESULTS],
                "properties": {"results_left_out": max(0, len(results) - RESULTS)},
            }
        ],
    }


def _results(review: Review) -> Iterator[dict[str, Any]]:
    for error in review.errors:
        yield _result("preview-failed", "error", error, ("", 0), "")
    for widened in review.widened:
        yield _result("profile-widened", "warning", widened.words, ("", 0), widened.urn)
    for person in review.people:
        line = f"{person.username}: {person.words}"
        if person.gained:
            yield _about(person, "power-gained", "warning", line)
        elif person.unnamed:
            yield _about(person, "power-unclear", "warning", line)
        if person.action == LEAVES:
            yield _about(person, "leaves", "note", line)
        elif person.action == REPLACED:
            yield _about(person, "replaced", "warning", line)
    places = {person.urn: person.place for person in review.people}
    for each in review.violations:
        text = f"{each.username}: {each.policy}: {each.text}"
        yield _result("policy", "error", text, places.get(each.urn, ("", 0)), each.urn)


def _about(person: Person, rule: str, level: str, text: str) -> dict[str, Any]:
    return _result(rule, level, text, person.place, person.urn)


def _result(rule: str, level: str, text: str, place: tuple[str, int], urn: str) -> dict[str, Any]:
    # Code scanning refuses results without a file; the project file is where the stack begins.
    file, line = place if place[0] else ("Pulumi.yaml", 1)
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": artifact_uri(file)}, "region": {"startLine": max(line, 1)}}
    }
    if urn:
        location["logicalLocations"] = [{"fullyQualifiedName": urn, "kind": "resource"}]
    result: dict[str, Any] = {"ruleId": rule, "level": level, "message": {"text": text}, "locations": [location]}
    if urn:
        result["partialFingerprints"] = {"resource/v1": f"{rule}:{urn}"}
    return result


def artifact_uri(file: str) -> str:
    """A file as SARIF names it; relative where it is, since code scanning takes it from the top of the repository."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))
