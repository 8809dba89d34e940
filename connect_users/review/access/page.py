"""The page: one HTML file with everything in it."""

from __future__ import annotations

import html
import json
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, Any

from connect_users.review.access.audit import OPEN
from connect_users.review.access.findings import FLAGS, changes, flags, judgements, unclear
from connect_users.review.powers import Judgement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connect_users.review.access.audit import FindingStatus
    from connect_users.review.access.dormancy import Dormancy
    from connect_users.review.access.sources import Snapshot
    from connect_users.review.powers import Powers


def data(
    snapshot: Snapshot,
    *,
    powers: Powers,
    before: Snapshot | None = None,
    made: str = "",
    dormancy: Dormancy | None = None,
    findings: Sequence[FindingStatus] | None = None,
) -> dict[str, Any]:
    """The data of the page. People are rows, because there are many.

    Args:
        findings: of an audit, in the order of the page.
    """
    profiles = sorted({profile for entry in snapshot.people for profile in entry.profiles}, key=_folded)
    judged = judgements(snapshot, powers)
    place = {profile: number for number, profile in enumerate(profiles)}
    several = _several(snapshot, before)
    return {
        "source": snapshot.source,
        "made": made,
        "before": before.source if before else None,
        "profiles": profiles,
        # Powerful profiles with the reason, unless that is the name.
        "powers": {profile: powers.why(profile, profile) for profile in profiles if judged[profile] is Judgement.POWER},
        # Other facts about a profile: created by AWS, AI agents.
        # Whom a powerful profile reaches; empty if that is everybody, as far as is known.
        "reach": {
            profile: limits
            for profile in profiles
            if judged[profile] is Judgement.POWER and (limits := powers.limits(profile, profile))
        },
        "marks": {profile: list(marks) for profile in profiles if (marks := powers.about(profile, profile).marks)},
        "flags": FLAGS,
        "people": [
            [
                entry.username,
                entry.routing,
                [place[profile] for profile in entry.profiles],
                entry.hierarchy,
                entry.phone,
                list(flagged),
            ]
            for entry, flagged in zip(snapshot.people, flags(snapshot, powers, dormancy), strict=True)
        ],
        # When each of the people was last online, with --dormant.
        "online": [str(dormancy.last_online(entry)) for entry in snapshot.people] if dormancy is not None else [],
        # One for each of the people, if there are several.
        "instances": [entry.instance for entry in snapshot.people] if several else [],
        "changes": _changes(before, snapshot, powers, several=several) if before else [],
        "findings": None
        if findings is None
        else [
            [
                "new" if each.new and each.status == OPEN else each.status,
                each.finding.username,
                each.finding.text,
                each.finding.id,
                each.acceptance.words if each.acceptance is not None else "",
            ]
            for each in findings
        ],
    }


def summary(
    snapshot: Snapshot, *, powers: Powers, before: Snapshot | None = None, dormancy: Dormancy | None = None
) -> dict[str, Any]:
    """A summary of the page for machines: counts, and the ids of security profiles without a known name."""
    flagged = Counter(flag for each in flags(snapshot, powers, dormancy) for flag in each)
    found: dict[str, Any] = {
        "source": snapshot.source,
        "people": len(snapshot.people),
        "flags": {flag: flagged[flag] for flag in FLAGS},
        "unnamed_security_profiles": list(unclear(snapshot, powers)),
    }
    if before is not None:
        rows = _changes(before, snapshot, powers, several=False)
        kinds = Counter(kind for _, kind, _, _ in rows)
        found["since"] = before.source
        found["changes"] = {
            **{kind: kinds[kind] for kind in ("joined", "left", "changed")},
            "gain_power": sum(power for *_, power in rows),
        }
    return found


def _several(*snapshots: Snapshot | None) -> bool:
    return (
        len({entry.instance for each in snapshots if each is not None for entry in each.people if entry.instance}) > 1
    )


def _changes(before: Snapshot, after: Snapshot, powers: Powers, *, several: bool) -> list[tuple[str, str, str, bool]]:
    """Rows of changes, and whether power is or may be gained; such rows come first."""
    judged = judgements(after, powers)
    rows = [
        (
            f"{each.username} ({each.instance})" if several and each.instance else each.username,
            each.kind,
            each.words,
            any(judged[name] is not Judgement.PLAIN for name in each.gained),
        )
        for each in changes(before, after)
    ]
    return sorted(rows, key=lambda row: not row[3])


def render(
    snapshot: Snapshot,
    *,
    powers: Powers,
    before: Snapshot | None = None,
    title: str = "Access review",
    made: str = "",
    dormancy: Dormancy | None = None,
    findings: Sequence[FindingStatus] | None = None,
) -> str:
    """The page as HTML; ``made`` is the time of the snapshot."""
    # Neither a closing tag nor a comment may begin inside the data.
    shown = data(snapshot, powers=powers, before=before, made=made, dormancy=dormancy, findings=findings)
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    parts = {
        "TITLE": html.escape(title),
        "STYLE": _part("page.css"),
        "SCRIPT": _part("page.js"),
        "DATA": text,
    }
    page = _part("page.html")
    # In one pass: inserted parts are not searched again.
    pieces = page.split("%%")
    text = "".join(parts.get(piece, piece) if number % 2 else piece for number, piece in enumerate(pieces))
    # Lone surrogates cannot be encoded; in the data they are escaped as JSON does.
    return text.encode("utf-8", "backslashreplace").decode()


def _part(name: str) -> str:
    return (resources.files("connect_users.review.access") / name).read_text(encoding="utf-8")


def _folded(text: str) -> str:
    return text.casefold()
