"""A review as a comment on a pull request: GitHub's Markdown with sections that open, within the limit of a comment.

All external strings (usernames, names of profiles, errors) are escaped, so that they cannot format, link or mention,
and are cut if they are long. Lines that do not fit are left out and counted. An attached log is in a code block, whose
fence is longer than any in the log.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from connect_users.core.errors import one_line
from connect_users.core.phrases import plural, printable
from connect_users.review.model import ACTIONS, HEADINGS, Review, UserChange
from connect_users.review.text import summary

if TYPE_CHECKING:
    from collections.abc import Sequence

#: GitHub refuses comments of more than 65,536 characters; a workflow may add the rest.
LIMIT: Final = 64_000
#: A workflow finds its comment by this line, to edit it.
MARKER: Final = "<!-- connect-users explain -->"
#: Characters of one line, escaped, and kept back for the heading and the end of each further section.
_LINE_MAX: Final = 1_200
_NAME_MAX: Final = 400
_SECTION: Final = 200
#: The most errors and failed conditions at the top.
_ALARMS: Final = 10
#: The least room in which an attached log is worth showing.
_LOG_MIN: Final = 400
#: What Markdown or GitHub gives a meaning: marks, tags and entities, mentions and issues, addresses, formulas.
_SPECIAL: Final = re.compile(r"://|www\.|GH-(?=\d)|[\\`*_{}\[\]|~@#&<>$]", re.IGNORECASE)
#: The tags around a dollar sign are those of "Writing mathematical expressions" (GitHub Docs).
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "://": "&#58;//", "$": "<span>$</span>"}
#: The most characters of one that is escaped.
_ESCAPED_MAX: Final = len(_ENTITIES["$"])


def escaped(text: str, limit: int | None = None) -> str:
    """``text`` escaped, so that Markdown shows it literally, in at most ``limit`` characters; a cut ends in `` …``."""
    # A very long text is cut before it is escaped, with room for folded white space.
    flat = one_line(printable(one_line(text if limit is None else text[: limit * 4])))
    pieces: list[str] = []
    room = len(flat) * _ESCAPED_MAX if limit is None else limit - len(" …")
    at = 0
    for match in [*_SPECIAL.finditer(flat), None]:
        plain = flat[at : match.start() if match else None]
        mark = _escape(match[0]) if match else ""
        if len(plain) > room or len(plain) + len(mark) > room:
            return "".join((*pieces, plain[:room], " …"))
        pieces += (plain, mark)
        room -= len(plain) + len(mark)
        at = match.end() if match else at
    return "".join(pieces) + (" …" if limit is not None and len(text) > limit * 4 else "")


def _escape(special: str) -> str:
    if special in _ENTITIES:
        return _ENTITIES[special]
    if special[-1] in "@#-":
        # An HTML comment prevents a mention or a link to an issue.
        return f"{special}<!-- -->"
    return f"{special[:-1]}&#46;" if special.endswith(".") else f"\\{special}"


def render(
    review: Review,
    *,
    failures: Sequence[str] = (),
    title: str = "Amazon Connect users",
    limit: int = LIMIT,
    log: str = "",
) -> str:
    """The review as Markdown of at most ``limit`` characters (4,000 or more).

    Args:
        log: lines to attach, such as the output of the program.
    """
    sections = []
    gains = [f"- {_short(each.words)}" for each in review.widened]
    gains += [_power(person) for person in review.powers]
    if gains:
        sections.append(("⚠ Gain power", gains, True))
    if review.on_contact:
        lines = [_named(each.username, f" ({each.action})", f": {each.on_contact}") for each in review.on_contact]
        sections.append(("On a contact now", lines, True))
    if review.violations:
        lines = [_named(each.username, "", f": {each.policy}: {each.text}") for each in review.violations]
        sections.append(("Policy violations", lines, True))
    sections += [
        (HEADINGS[action], [_named(person.username, "", f": {person.words}") for person in review.of(action)], False)
        for action in ACTIONS
        if review.of(action)
    ]
    return _fitted(_head(review, failures, title, limit // 2), sections, limit, log)


def _head(review: Review, failures: Sequence[str], title: str, limit: int) -> str:
    """Title, counts, failed conditions and errors; if there are many long ones, the first of them."""
    lines = [MARKER, f"### {escaped(title, _NAME_MAX)}", "", f"**{escaped(summary(review), _LINE_MAX // 2)}**", ""]
    alarms = [f"> ⛔ {_short(each)}" for each in failures] + [f"> ❌ {_short(error)}" for error in review.errors]
    room = limit - sum(map(len, lines)) - _SECTION
    shown: list[str] = []
    for alarm in alarms[:_ALARMS]:
        room -= len(alarm) + len("\n>\n")
        if room < 0:
            break
        shown.append(alarm)
    if len(shown) < len(alarms):
        shown.append(f"> … and {len(alarms) - len(shown):,} more")
    if shown:
        # GitHub shows a red box, other programs a quotation.
        lines += ["> [!CAUTION]", "\n>\n".join(shown), ""]
    return "\n".join(lines)


def _power(person: UserChange) -> str:
    reasons = [f"{name} ({person.why[name]})" if name in person.why else name for name in person.gained]
    if person.unnamed:
        reasons.append(f"{plural(len(person.unnamed), 'security profile')} without a known name")
    return _named(person.username, f" ({person.action})", f": {', '.join((*reasons, *person.alarms))}")


def _named(username: str, action: str, text: str) -> str:
    start = f"- **{escaped(username, _NAME_MAX)}**{action}"
    return start + escaped(text, _LINE_MAX - len(start))


def _short(text: str) -> str:
    return escaped(text, _LINE_MAX)


def _fitted(head: str, sections: Sequence[tuple[str, Sequence[str], bool]], limit: int, log: str) -> str:
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
        parts.append(f"{plural(cut, 'line')} did not fit into a comment; the full report has all of them.")
    if log:
        parts += _attached(log, limit - sum(len(part) + 1 for part in parts))
    return "\n".join(parts)


def _attached(log: str, room: int) -> list[str]:
    """A log in a code block that it cannot close. A long log is cut to its end, which has the errors."""
    lines = [printable(line.expandtabs()) for line in log.splitlines()]
    longest = max((len(run) for run in re.findall("`+", log)), default=0)
    fence = "`" * max(longest + 1, 3)
    start = f"<details><summary>Log</summary>\n\n{fence}text\n"
    end = f"\n{fence}\n\n</details>\n"
    text = "\n".join(lines)
    left = room - len(start) - len(end)
    if left < _LOG_MIN:
        return ["The log did not fit into a comment."] if room > _SECTION // 2 else []
    return [start + (text if len(text) <= left else f"…{text[1 - left :]}") + end]
