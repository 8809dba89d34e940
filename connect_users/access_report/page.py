"""The page: one HTML file with everything in it."""

from __future__ import annotations

import html
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from connect_users.access_report.findings import FLAGS, changes, flags

if TYPE_CHECKING:
    from connect_users.access_report.model import Snapshot
    from connect_users.review.powers import Powers


def data(snapshot: Snapshot, *, powers: Powers, before: Snapshot | None = None, made: str = "") -> dict[str, Any]:
    """What the page shows, as plain data; people as rows, because there are many."""
    profiles = sorted({profile for entry in snapshot.people for profile in entry.profiles}, key=_folded)
    place = {profile: number for number, profile in enumerate(profiles)}
    flagged = flags(snapshot, powers)
    return {
        "source": snapshot.source,
        "made": made,
        "before": before.source if before else None,
        "profiles": profiles,
        # A powerful profile and why it is one, where that is not its name.
        "powers": {profile: powers.why(profile, profile) for profile in profiles if powers.has(profile, profile)},
        "flags": FLAGS,
        "people": [
            [
                entry.username,
                entry.routing,
                [place[profile] for profile in entry.profiles],
                entry.hierarchy,
                entry.phone,
                list(flagged[entry.username]),
            ]
            for entry in snapshot.people
        ],
        "changes": _changes(before, snapshot, powers) if before else [],
    }


def _changes(before: Snapshot, after: Snapshot, powers: Powers) -> list[tuple[str, str, str, bool]]:
    """Rows of changes, and whether power is gained; those first."""
    rows = [
        (each.username, each.kind, each.words, any(powers.has(name, name) for name in each.gained))
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
) -> str:
    """The page as text; ``made`` says when the snapshot was taken."""
    # Neither a closing tag nor a comment may begin inside the data.
    told = data(snapshot, powers=powers, before=before, made=made)
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    parts = {
        "TITLE": html.escape(title),
        "STYLE": _part("page.css"),
        "SCRIPT": _part("page.js"),
        "DATA": text,
    }
    page = _part("page.html")
    # In one pass: what is put in is never looked into again.
    pieces = page.split("%%")
    return "".join(parts.get(piece, piece) if number % 2 else piece for number, piece in enumerate(pieces))


def _part(name: str) -> str:
    return (resources.files("connect_users.access_report") / name).read_text(encoding="utf-8")


def _folded(text: str) -> str:
    return text.casefold()
