"""The two spellings of our words: snake_case in Python, camelCase in programs and states of the plugin.

Only words of the table of fields are turned. The keys of tags, and whatever else a user wrote, keep their spelling.
Both doors read both, since users go from the one to the other with their states.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.fields import FIELDS, OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from connect_users.core.fields import Field


def camel(name: str) -> str:
    """``routing_profile_id`` -> ``routingProfileId``."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


@dataclass(frozen=True)
class Spellings:
    """The words at one place: of a user, or of one block.

    Attributes:
        to_ours: either spelling -> our name.
        to_theirs: our name -> camelCase.
        within: our name -> the words of the block (or blocks) of that name.
    """

    to_ours: Mapping[str, str]
    to_theirs: Mapping[str, str]
    within: Mapping[str, Spellings]


#: Where a user's own words are: nothing is turned.
NONE: Final = Spellings({}, {}, {})


@functools.cache
def words_of(members: tuple[Field, ...], others: tuple[str, ...] = ()) -> Spellings:
    """The words of fields, and of names beside them."""
    names = [*(member.name for member in members), *others]
    theirs = {name: camel(name) for name in names}
    ours = {spelling: name for name in names for spelling in (name, theirs[name])}
    return Spellings(ours, theirs, {member.name: words_of(member.members) for member in members if member.members})


#: The words of a user: its inputs and outputs.
USER: Final = words_of(FIELDS, tuple(output.name for output in OUTPUTS))


def _all(fields: Iterable[Field]) -> set[str]:
    return {name for field in fields for name in (field.name, *_all(field.members))}


#: Every name of an input or of a part of one.
OURS: Final = frozenset(_all(FIELDS))


def ours(props: Mapping[str, Any], words: Spellings = USER) -> dict[str, Any]:
    """Properties in either spelling, in snake_case; of one in both, snake_case counts."""
    spelled: dict[str, Any] = {}
    for key, value in props.items():
        name = words.to_ours.get(key, key)
        if key == name or name not in props:
            spelled[name] = _within(ours, value, words.within.get(name, NONE))
    return spelled


def theirs(props: Mapping[str, Any], words: Spellings = USER) -> dict[str, Any]:
    """Properties in snake_case, in camelCase: the inverse of `ours`."""
    return {
        words.to_theirs.get(name, name): _within(theirs, value, words.within.get(name, NONE))
        for name, value in props.items()
    }


def _within(spelled: Callable[[Mapping[str, Any], Spellings], dict[str, Any]], value: Any, words: Spellings) -> Any:
    """The value of a property, with the blocks in it `spelled`."""
    if words is not NONE and isinstance(value, dict):
        return spelled(value, words)
    if words is not NONE and isinstance(value, list):
        return [_within(spelled, item, words) for item in value]
    return value
