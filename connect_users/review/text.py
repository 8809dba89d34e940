"""A review for a terminal: in its width, with colours if it can show them."""

from __future__ import annotations

import re
import textwrap
from typing import Final

from connect_users.core.errors import one_line
from connect_users.core.phrases import plural, printable, some
from connect_users.review.model import ACTIONS, ADOPTED, CHANGES, HEADINGS, JOINS, LEAVES, MOVES, REPLACED, Review

_COLORS: Final = {LEAVES: "31", REPLACED: "35", JOINS: "32"}
_CHANGED: Final = "33"
_MINIMUM: Final = 40
_OPERATIONS_SHOWN: Final = 8
#: A no-break space.
_KEPT: Final = "\u00a0"


def summary(review: Review) -> str:
    """The counts in one line: ``3 joiners, 1 leaver; 2 users gain power``."""
    words = {
        LEAVES: ("leaver", ""),
        REPLACED: ("replaced", "replaced"),
        JOINS: ("joiner", ""),
        ADOPTED: ("imported", "imported"),
        MOVES: ("mover", ""),
        CHANGES: ("changed", "changed"),
    }
    parts = [plural(count, *words[action]) for action, count in review.counts.items() if count]
    line = ", ".join(parts) or "no user changes"
    if review.errors:
        line = f"the preview failed; until then: {line}" if parts else "the preview failed"
    if review.powers:
        line += f"; {plural(len(review.powers), 'user gains power', 'users gain power')} ⚠"
    if review.widened:
        line += f"; {plural(len(review.widened), 'security profile gains power', 'security profiles gain power')} ⚠"
    if review.on_contact:
        line += f"; {plural(len(review.on_contact), 'of them is', 'of them are')} on a contact now"
    if review.others:
        counts = [f"{number:,} {operation}" for operation, number in sorted(review.others.items())]
        line += f"; other resources: {some(counts, _OPERATIONS_SHOWN)}"
    return line


def render(review: Review, *, width: int = 80, color: bool = False) -> str:
    """The review as lines, without one at the end."""

    def paint(text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if color else text

    width = max(width, _MINIMUM)
    lines = [paint(line, "1") for line in textwrap.wrap(printable(summary(review)), width)]
    for error in review.errors:
        lines += [paint(line, "1;31") for line in _wrapped(one_line(error), width, "  ")]
    if review.widened:
        lines += ["", paint(f"Security profiles that gain power ({len(review.widened):,})", "1")]
        for profile in review.widened:
            lines += _wrapped(f"{profile.words} ⚠", width, "  ")
    for action in ACTIONS:
        people = review.of(action)
        if not people:
            continue
        lines += ["", paint(f"{HEADINGS[action]} ({len(people):,})", "1")]
        for person in people:
            text = f"{person.username}: {person.words}"
            code = "1;31" if person.gains_power else _COLORS.get(action, _CHANGED)
            wrapped = _wrapped(text, width, "  ")
            # Only the name is coloured, so that the line stays readable.
            name = printable(person.username)
            first = wrapped[0].replace(name, paint(name, code), 1) if name in wrapped[0] else wrapped[0]
            lines += [first, *wrapped[1:]]
    if review.violations:
        lines += ["", paint(f"Policy violations ({len(review.violations):,})", "1")]
        for each in review.violations:
            lines += _wrapped(f"{each.username}: {each.policy}: {each.text}", width, "  ")
    return "\n".join(lines)


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    # Narrow terminals: names are never broken apart, so that they can be copied, and no line ends in a sign alone.
    together = re.sub(r"(?<=[;:] [+-]) | (?=[⚠→])", _KEPT, printable(text))
    lines = textwrap.wrap(
        together,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    # GitHub's runner reads a line that begins with two colons as a command.
    return [re.sub(r"^(\s*):(?=:)", r"\1: ", line.replace(_KEPT, " ")) for line in lines] or [""]
