"""The page: one HTML file with everything in it."""

from __future__ import annotations

import html
import json
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, Any

from connect_users.core.phrases import plural
from connect_users.review.access.audit import OPEN
from connect_users.review.access.findings import FLAGS, changes
from connect_users.review.powers import Judgement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connect_users.review.access.audit import FindingStatus
    from connect_users.review.access.findings import AccessReview


def data(review: AccessReview, findings: Sequence[FindingStatus] | None = None) -> dict[str, Any]:
    """The data of the page. People are rows, because there are many.

    Args:
        findings: of an audit, in the order of the page.
    """
    people, before, powers, dormancy = review.snapshot.people, review.before, review.powers, review.dormancy
    profiles = sorted({profile for entry in people for profile in entry.profiles}, key=str.casefold)
    powerful = [profile for profile in profiles if review.judgements[profile] is Judgement.POWER]
    place = {profile: number for number, profile in enumerate(profiles)}
    time = plural(dormancy.days, "day") if dormancy is not None else ""
    several = len({entry.instance for entry in (*people, *(before.people if before else ())) if entry.instance}) > 1
    return {
        "source": review.snapshot.source,
        "made": review.made,
        "before": before.source if before else None,
        "profiles": profiles,
        # Powerful profiles with the reason, unless that is the name.
        "powers": {profile: powers.why(profile, profile) for profile in powerful},
        # Whom a powerful profile reaches, unless that is everybody, as far as is known.
        "reach": {profile: reach for profile in powerful if (reach := review.reach(profile))},
        # Other facts about a profile: created by AWS, AI agents.
        "marks": {profile: list(marks) for profile in profiles if (marks := powers.about(profile, profile).marks)},
        "flags": {flag: text.format(time=time) for flag, text in FLAGS.items()},
        "people": [
            [
                entry.username,
                entry.routing,
                [place[profile] for profile in entry.profiles],
                entry.hierarchy,
                entry.phone,
                list(flags),
            ]
            for entry, flags in zip(people, review.flags, strict=True)
        ],
        # When each of the people was last online, with --dormant.
        "online": [str(dormancy.last_online(entry)) for entry in people] if dormancy is not None else [],
        # One for each of the people, if there are several.
        "instances": [entry.instance for entry in people] if several else [],
        "changes": _changes(review, several=several),
        "findings": None if findings is None else [_finding(each) for each in findings],
    }


def _finding(status: FindingStatus) -> tuple[str, str, str, str, str]:
    finding, acceptance = status.finding, status.acceptance
    word = "new" if status.new and status.status == OPEN else status.status
    return word, finding.username, finding.text, finding.id, acceptance.words if acceptance is not None else ""


def summary(review: AccessReview) -> dict[str, Any]:
    """A summary of the page for machines: counts, and the ids of security profiles without a known name."""
    flagged = Counter(flag for flags in review.flags for flag in flags)
    document: dict[str, Any] = {
        "source": review.snapshot.source,
        "people": len(review.snapshot.people),
        "flags": {flag: flagged[flag] for flag in FLAGS},
        "unnamed_security_profiles": list(review.unclear),
    }
    if review.before is not None:
        rows = _changes(review, several=False)
        kinds = Counter(kind for _, kind, _, _ in rows)
        document["since"] = review.before.source
        document["changes"] = {
            **{kind: kinds[kind] for kind in ("joined", "left", "changed")},
            "gain_power": sum(power for *_, power in rows),
        }
    return document


def _changes(review: AccessReview, *, several: bool) -> list[tuple[str, str, str, bool]]:
    """Rows of changes, and whether power is or may be gained; such rows come first."""
    if review.before is None:
        return []
    rows = [
        (
            f"{each.username} ({each.instance})" if several and each.instance else each.username,
            each.kind,
            each.words,
            any(review.judgements[name] is not Judgement.PLAIN for name in each.gained),
        )
        for each in changes(review.before, review.snapshot)
    ]
    return sorted(rows, key=lambda row: not row[3])


def render(
    review: AccessReview, *, title: str = "Access review", findings: Sequence[FindingStatus] | None = None
) -> str:
    """The page as HTML."""
    # Neither a closing tag nor a comment may begin inside the data.
    text = json.dumps(data(review, findings), ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    parts = {"TITLE": html.escape(title), "STYLE": _part("page.css"), "SCRIPT": _part("page.js"), "DATA": text}
    # In one pass: inserted parts are not searched again.
    pieces = _part("page.html").split("%%")
    page = "".join(parts.get(piece, piece) if number % 2 else piece for number, piece in enumerate(pieces))
    # Lone surrogates cannot be encoded; in the data they are escaped as JSON does.
    return page.encode("utf-8", "backslashreplace").decode()


def _part(name: str) -> str:
    return (resources.files("connect_users.review.access") / name).read_text(encoding="utf-8")
