"""The gate: conditions under which a review must not pass, ``admin-gained,deletions>10,replacements``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connect_users.review.model import CHANGES, JOINS, LEAVES, MOVES, REPLACED, Review, plural

if TYPE_CHECKING:
    from collections.abc import Callable

#: Word of a condition -> (what it counts, in words for a message).
_COUNTS: Final[dict[str, tuple[Callable[[Review], int], tuple[str, str]]]] = {
    "admin-gained": (
        lambda review: len(review.powers) + len(review.widened),
        ("gains power", "gain power"),
    ),
    "deletions": (
        lambda review: len(review.of(LEAVES)) + len(review.of(REPLACED)),
        ("user is deleted or replaced", "users are deleted or replaced"),
    ),
    "leavers": (lambda review: len(review.of(LEAVES)), ("user leaves", "users leave")),
    "joiners": (lambda review: len(review.of(JOINS)), ("user joins", "users join")),
    "movers": (lambda review: len(review.of(MOVES)), ("user moves", "users move")),
    "changes": (lambda review: len(review.of(CHANGES)) + len(review.of(MOVES)), ("user changes", "users change")),
    "replacements": (lambda review: len(review.of(REPLACED)), ("user is replaced", "users are replaced")),
    "policy": (lambda review: len(review.violations), ("policy is not kept", "policies are not kept")),
}
WORDS: Final = tuple(_COUNTS)


@dataclass(frozen=True)
class Condition:
    """Fails a review that has more than `most` of something."""

    word: str
    most: int = 0


def conditions(text: str) -> tuple[Condition, ...]:
    """Conditions from their words, parted by commas.

    Raises:
        ValueError: one of them is not known.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = re.fullmatch(r"(?P<word>[a-z-]+)\s*(>\s*(?P<most>\d{1,9}))?", part)
        if match is None or match["word"] not in _COUNTS:
            raise ValueError(f"{part!r} is no condition; write {', '.join(WORDS)}, each alone or as in deletions>10")
        found.append(Condition(match["word"], int(match["most"] or 0)))
    return tuple(found)


def failures(review: Review, checked: tuple[Condition, ...]) -> tuple[str, ...]:
    """Why a review must not pass, one line for each condition; empty when it may."""
    told = []
    for condition in checked:
        count, words = _COUNTS[condition.word]
        number = count(review)
        if number <= condition.most:
            continue
        text = f"{condition.word}: {plural(number, *words)}, allowed are {condition.most}"
        if condition.word == "admin-gained":
            unnamed = [person for person in review.powers if not person.gained]
            named = [person.username for person in review.powers]
            named += [f"security profile {each.name}" for each in review.widened]
            text += f" ({', '.join(_some(named))})"
            if unnamed:
                text += (
                    f"; {len(unnamed)} of them by security profiles that have no name here and so count as power: "
                    "give --state, --roster, --names or --instance"
                )
            if any(id_.startswith("[") for person in unnamed for id_ in person.unnamed):
                text += " (which name neither secrets nor what is not known yet)"
        told.append(text)
    return tuple(told)


def _some(names: list[str], most: int = 5) -> list[str]:
    return names if len(names) <= most else [*names[:most], f"{len(names) - most} more"]
