"""The ownership tag: which resource made a user, and which making of it this was.

``connect-users:owner`` = ``<token> <owner>``. The owner is the resource's URN, or its hash where it is too long for
a tag; the token is random and new each time the user is made or taken over, and the outputs keep it. CreateUser
takes tags, so user and proof appear in one step: after a lost answer or a crash the tag tells whose the user is.
The token fences: a state whose token is no longer the live one speaks of a user that somebody else has taken over.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.limits import TAG_KEY_PUNCTUATION, TAG_VALUE_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG_KEY: Final = "connect-users:owner"

#: Bytes of a token, written in hex: the time in seconds, and then random ones.
_TOKEN_BYTES: Final = 12
_TIME_BYTES: Final = 4
_HASH_PREFIX: Final = "sha256:"
#: Letters of a URN that have to be looked at: few, and there may be thousands of users.
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_.:/+@-]")


@dataclass(frozen=True)
class Owner:
    """What a tag says: the `token` of this making, and the `name` of the resource that made it."""

    token: str
    name: str

    @property
    def stack(self) -> tuple[str, str] | None:
        """Stack and project of the resource; None where only a hash of its URN is known."""
        return stack_of(self.name)

    @property
    def urn(self) -> str:
        """The resource's URN as people know it; what the tag says where that is none."""
        return re.sub("(?:=[0-9A-F]{2})+", _unescaped, self.name) or "a resource without a name"


def _unescaped(escaped: re.Match[str]) -> str:
    return bytes.fromhex(escaped[0].replace("=", "")).decode(errors="replace")


def stack_of(name: str) -> tuple[str, str] | None:
    """Stack and project of a URN, ``urn:pulumi:<stack>::<project>::...``; None for a text that is none."""
    parts = name.removeprefix("urn:pulumi:").split("::")
    return (parts[0], parts[1]) if name.startswith("urn:pulumi:") and len(parts) > 2 else None


def new_token(now: float) -> str:
    """A random token that also tells when it was made; two makings of a user never share one.

    Args:
        now: seconds since the epoch.
    """
    return f"{int(now) & 0xFFFFFFFF:08x}{secrets.token_hex(_TOKEN_BYTES - _TIME_BYTES)}"


def made_at(token: str) -> float:
    """When a token was made, in seconds since the epoch; 0 for a text that is no token."""
    try:
        return float(int(token[: 2 * _TIME_BYTES], 16))
    except ValueError:
        return 0.0


def owner_name(urn: str) -> str:
    """``urn`` as a tag value may hold it.

    Tag values take letters, digits, blanks and ``_ . : / = + - @`` (botocore model, TagValue's siblings): anything
    else, and ``=`` itself, becomes ``=`` and two hex digits per UTF-8 byte, so two URNs never share a name.
    """
    escaped = _NOT_PLAIN.sub(_escaped, urn)
    if len(escaped) > TAG_VALUE_MAX - 2 * _TOKEN_BYTES - 1:
        return _HASH_PREFIX + hashlib.sha256(urn.encode()).hexdigest()
    return escaped


def _escaped(match: re.Match[str]) -> str:
    letter = match[0]
    return letter if letter != "=" and _allowed(letter) else "".join(f"={byte:02X}" for byte in letter.encode())


def _allowed(letter: str) -> bool:
    # Blanks part token and owner, so a URN's own are escaped.
    return letter in TAG_KEY_PUNCTUATION or unicodedata.category(letter)[0] in "LN"


def tag(token: str, urn: str) -> dict[str, str]:
    """The tag of the resource ``urn``."""
    return {TAG_KEY: f"{token} {owner_name(urn)}"}


def owner_of(tags: Mapping[str, Any]) -> Owner | None:
    """Who a user's tags say made it; None for a user without an ownership tag."""
    value = tags.get(TAG_KEY)
    if not isinstance(value, str):
        return None
    token, _, name = value.partition(" ")
    return Owner(token, name)


def is_ours(tags: Mapping[str, Any], urn: str) -> bool:
    """Whether the resource ``urn`` made the user with these tags."""
    owner = owner_of(tags)
    return owner is not None and bool(urn) and owner.name == owner_name(urn)


def declared_tags(tags: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a program can have set: without the ownership tag and AWS's own."""
    return {key: value for key, value in tags.items() if key != TAG_KEY and not key.lower().startswith("aws:")}
