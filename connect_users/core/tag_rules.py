"""What AWS allows of a user's tags, and what this package keeps for itself."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from connect_users.core import limits
from connect_users.core.shapes import Problem, in_path
from connect_users.core.spec import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connect_users.core.spec import Props

#: Prefixes of tag keys that a program may not set: AWS's own, and this package's ownership tag.
RESERVED_TAG_PREFIXES = ("aws:", "connect-users:")


def tag_problems(props: Props, reserved_tags: int) -> Iterator[Problem]:
    """What is wrong with the tags of inputs that are sound in shape.

    Args:
        reserved_tags: of the 50 tags of a resource, those that the provider itself will set.
    """
    tags = props.get("tags", {})
    room = limits.TAGS_MAX - reserved_tags
    if len(tags) > room:
        beside = " beside the ownership tag" if reserved_tags else ""
        yield Problem("tags", f"{len(tags)} given; AWS allows at most {room}{beside}")
    for key, value in tags.items():
        path = f"tags.{in_path(key)}"
        if not 1 <= len(key) <= limits.TAG_KEY_MAX:
            yield Problem("tags", f"a key has {len(key)} characters; AWS allows 1 to {limits.TAG_KEY_MAX}")
        elif not all(
            letter in limits.TAG_KEY_PUNCTUATION or unicodedata.category(letter)[0] in "LNZ" for letter in key
        ):
            yield Problem(path, "AWS allows letters, digits, blanks and _ . : / = + - @ in a key")
        if key.lower().startswith(RESERVED_TAG_PREFIXES):
            yield Problem(path, f"keys that start with {' or '.join(RESERVED_TAG_PREFIXES)} are reserved")
        if value is not UNKNOWN:
            yield from _tag_value(path, value)


def is_full(live: Mapping[str, Any]) -> bool:
    """Whether a live user with these tags has no room for the ownership tag, which it does not carry."""
    # Imported here and below, since checking a roster goes without it.
    from connect_users.core import ownership

    return ownership.TAG_KEY not in live and len(ownership.declared_tags(live)) >= limits.TAGS_MAX


def room_problem(live: Mapping[str, Any], gone: Iterable[str], fresh: Iterable[str]) -> str:
    """Why the ownership tag will not fit, and the ways out; "" where it will.

    Args:
        live: tags of the user.
        gone, fresh: keys of tags that are taken away and given before.
    """
    from connect_users.core import ownership

    kept = {*ownership.declared_tags(live)} - {*gone} | {*fresh}
    if ownership.TAG_KEY in live or len(kept) < limits.TAGS_MAX:
        return ""
    return (
        f"tags: the user would have {len(kept)} of the {limits.TAGS_MAX} that AWS allows, and the ownership tag "
        f"{ownership.TAG_KEY} needs one; remove a tag in Connect, or declare in tags what is to stay (at most "
        f"{limits.TAGS_MAX - 1}), or set connect-users:ownershipTag to false; nothing was changed"
    )


def _tag_value(path: str, value: Any) -> Iterator[Problem]:
    if value is None:
        yield Problem(path, "has no value; an empty string is allowed")
    elif not isinstance(value, str):
        yield Problem(path, "the value is not a string")
    elif len(value) > limits.TAG_VALUE_MAX:
        yield Problem(path, f"the value has {len(value)} characters; AWS allows at most {limits.TAG_VALUE_MAX}")
