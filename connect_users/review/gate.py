"""The gate: conditions that fail a review, ``admin-gained,deletions>10,replacements``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connect_users.core.phrases import plural, some
from connect_users.review.model import CHANGES, JOINS, LEAVES, MOVES, REPLACED, Review

if TYPE_CHECKING:
    from collections.abc import Callable

ON_CONTACT: Final = "leaver-on-contact"
#: Word of a condition -> (the count, its words in a message).
_COUNTS: Final[dict[str, tuple[Callable[[Review], int], tuple[str, str]]]] = {
    "admin-gained": (
        lambda review: len(review.powers) + len(review.widened),
        ("user or security profile gains power", "users or security profiles gain power"),
    ),
    "deletions": (
        lambda review: len(review.of(REPLACED)) + sum(not person.retained for person in review.of(LEAVES)),
        ("user is deleted or replaced", "users are deleted or replaced"),
    ),
    "leavers": (lambda review: len(review.of(LEAVES)), ("user leaves", "users leave")),
    "joiners": (lambda review: len(review.of(JOINS)), ("user joins", "users join")),
    "movers": (lambda review: len(review.of(MOVES)), ("user moves", "users move")),
    "changes": (lambda review: len(review.of(CHANGES)) + len(review.of(MOVES)), ("user changes", "users change")),
    "replacements": (lambda review: len(review.of(REPLACED)), ("user is replaced", "users are replaced")),
    ON_CONTACT: (
        lambda review: len(_cut_off(review)),
        ("user who leaves or is replaced is on a contact now", "users who leave or are replaced are on a contact now"),
    ),
    "policy": (lambda review: len(review.violations), ("policy is violated", "policies are violated")),
}
WORDS: Final = tuple(_COUNTS)
_POWER: Final = "admin-gained"
#: The most names in a message.
_SHOWN: Final = 5


@dataclass(frozen=True)
class GateCondition:
    """Fails a review if its count is more than `most`."""

    word: str
    most: int = 0


def conditions(text: str) -> tuple[GateCondition, ...]:
    """Conditions from their words, separated by commas.

    Raises:
        ValueError: one of them is not known.
    """
    parsed = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = re.fullmatch(r"(?P<word>[a-z-]+)\s*(>\s*(?P<most>\d{1,9}))?", part)
        if match is None or match["word"] not in _COUNTS:
            raise ValueError(f"{part!r} is not a condition; write {', '.join(WORDS)}, each alone or as in deletions>10")
        parsed.append(GateCondition(match["word"], int(match["most"] or 0)))
    return tuple(parsed)


def failures(review: Review, checked: tuple[GateCondition, ...]) -> tuple[str, ...]:
    """The conditions that fail a review, a line for each."""
    lines = []
    for condition in checked:
        count, words = _COUNTS[condition.word]
        number = count(review)
        if number <= condition.most:
            continue
        what = _power(review) if condition.word == _POWER else plural(number, *words)
        text = f"{condition.word}: {what}; the limit is {condition.most:,}"
        if condition.word == _POWER:
            text += _who(review)
        elif condition.word == ON_CONTACT:
            text += f" ({some(_cut_off(review), _SHOWN)})"
        lines.append(text)
    return tuple(lines)


def _cut_off(review: Review) -> list[str]:
    """The users who are on a contact now and would be deleted."""
    return [person.username for person in review.on_contact if person.action in (LEAVES, REPLACED)]


def _power(review: Review) -> str:
    users = plural(len(review.powers), "user gains", "users gain")
    profiles = plural(len(review.widened), "security profile gains", "security profiles gain")
    return " and ".join(([users] if review.powers else []) + ([profiles] if review.widened else [])) + " power"


def _who(review: Review) -> str:
    names = [person.username for person in review.powers] + [f"security profile {each.name}" for each in review.widened]
    text = f" ({some(names, _SHOWN)})"
    unclear = [person for person in review.powers if person.unnamed and not person.gained]
    if unclear:
        them = plural(len(unclear), "of them has a security profile", "of them have security profiles")
        text += f"; {them} without a known name, which counts as power: give --instance, --state or --names"
    if any(id_.startswith("[") for person in unclear for id_ in person.unnamed):
        text += " (nothing can name a secret, or a value that is not known yet)"
    return text
