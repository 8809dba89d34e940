"""SARIF 2.1.0 for code scanning, for all commands with findings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: Code scanning refuses a run with more results (GitHub Docs, "SARIF support for code scanning"); the worst come first.
RESULTS: Final = 25_000
LEVELS: Final = ("error", "warning", "note")


def log(
    name: str, version: str, rules: Mapping[str, str], results: Iterable[dict[str, Any]], notes: Sequence[str] = ()
) -> dict[str, Any]:
    """A log with one run of one tool.

    Args:
        rules: id -> description.
        notes: notes of the tool about the run, such as omitted results.
    """
    ordered = sorted(results, key=lambda each: LEVELS.index(each["level"]))
    described = [{"id": rule, "shortDescription": {"text": text}} for rule, text in rules.items()]
    notices = [{"level": "note", "message": {"text": note}} for note in notes]
    invocation = (
        {"invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notices}]} if notes else {}
    )
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": name, "version": version, "rules": described}},
                "results": ordered[:RESULTS],
                "properties": {"results_left_out": max(0, len(ordered) - RESULTS)},
                **invocation,
            }
        ],
    }


def result(rule: str, level: str, text: str, place: tuple[str, int], urn: str = "") -> dict[str, Any]:
    """One finding; ``urn`` is its resource."""
    # Code scanning refuses results without a file; the default is the project file.
    file, line = place if place[0] else ("Pulumi.yaml", 1)
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": artifact_uri(file)}, "region": {"startLine": max(line, 1)}}
    }
    finding: dict[str, Any] = {"ruleId": rule, "level": level, "message": {"text": text}, "locations": [location]}
    if urn:
        location["logicalLocations"] = [{"fullyQualifiedName": urn, "kind": "resource"}]
        finding["partialFingerprints"] = {"resource/v1": f"{rule}:{urn}"}
    return finding


def artifact_uri(file: str) -> str:
    """A file as a URI for SARIF. A relative path stays relative: code scanning starts at the repository's root."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))
