"""A review for a comment on a pull request: GitHub's Markdown, sections that open, never longer than a comment may be.

Everything that comes from outside (usernames, names of profiles) is escaped: it can neither format nor link nor mention
anybody. What does not fit is left out from the end of the sections that matter least, and counted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from connect_users.core.errors import one_line
from connect_users.review.model import ACTIONS, HEADINGS, Person, Review, plural
from connect_users.review.text import printable, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

#: GitHub refuses comments of more than 65,536 characters; the rest is for what a workflow adds.
LIMIT: Final = 64_000
#: By this line a workflow finds its comment again, to edit it.
MARKER: Final = "<!-- connect-users explain -->"
#: Characters of one line, and kept back for the heading and the end of each further section.
_LINE_MAX: Final = 1_000
_SECTION: Final = 200


def escaped(text: str) -> str:
    """``text`` as Markdown shows it literally."""
    flat = one_line(printable(one_line(text)))
    flat = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    flat = re.sub(r"([\\`*_{}\[\]|~])", r"\\\1", flat)
    # A comment breaks what GitHub would take for a mention or an issue, an entity what it would take for a link.
    flat = re.sub(r"([@#])", r"\1<!-- -->", flat)
    return flat.replace("://", "&#58;//").replace("www.", "www&#46;")


def render(
    review: Review, *, failures: Sequence[str] = (), title: str = "Amazon Connect users", limit: int = LIMIT
) -> str:
    """The review as Markdown of at most ``limit`` characters."""
    head = [MARKER, f"### {escaped(title)}", "", f"**{escaped(summary(review))}**", ""]
    alarms = [f"> ❌ {_short(error)}" for error in review.errors[:10]] + [f"> ⛔ {_short(each)}" for each in failures]
    if alarms:
        # GitHub's red box; elsewhere a quotation.
        head += ["> [!CAUTION]", "\n>\n".join(alarms), ""]
    sections = []
    gains = [f"- {_short(each.words)}" for each in review.widened]
    gains += [_power(person) for person in review.powers]
    if gains:
        sections.append(("⚠ Gain power", gains, True))
    if review.violations:
        told = [
            f"- **{escaped(each.username)}**: {escaped(each.policy)}: {_short(each.text)}" for each in review.violations
        ]
        sections.append(("Policies not kept", told, True))
    sections += [
        (HEADINGS[action], [_line(person) for person in review.of(action)], False)
        for action in ACTIONS
        if review.of(action)
    ]
    return _fitted("\n".join(head), sections, limit)


def _power(person: Person) -> str:
    names = [
        f"**{escaped(name)}**" + (f" ({escaped(person.why[name])})" if name in person.why else "")
        for name in person.gained
    ]
    if person.unnamed:
        names.append(f"{plural(len(person.unnamed), 'security profile')} without a known name")
    return f"- **{escaped(person.username)}** ({person.action}): {', '.join(names)}"


def _line(person: Person) -> str:
    return f"- **{escaped(person.username)}**: {_short(person.words)}"


def _short(text: str) -> str:
    return escaped(text if len(text) <= _LINE_MAX else f"{text[:_LINE_MAX]} …")


def _fitted(head: str, sections: Sequence[tuple[str, Sequence[str], bool]], limit: int) -> str:
    parts = [head]
    used = len(head)
    cut = 0
    for number, (heading, lines, opened) in enumerate(sections):
        start = f"<details{' open' if opened else ''}><summary>{heading} ({len(lines):,})</summary>\n\n"
        room = limit - used - len(start) - _SECTION * (len(sections) - number)
        kept: list[str] = []
        for line in lines:
            if len(line) + 1 > room:
                break
            kept.append(line)
            room -= len(line) + 1
        missing = len(lines) - len(kept)
        cut += missing
        if missing:
            kept.append(f"- … and {missing:,} more")
        part = start + "\n".join(kept) + "\n\n</details>\n"
        parts.append(part)
        used += len(part) + 1
    if cut:
        parts.append(f"{plural(cut, 'line')} did not fit into a comment; the full report has all.")
    return "\n".join(parts)
