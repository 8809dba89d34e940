"""The ownership tag: which resource made a user, and which making of it this was.

``connect-users:owner`` = ``<token> <owner>``. The owner is the resource's URN, or its hash where it is too long for
a tag; the token is random and new each time the user is made or taken over, and the outputs keep it. CreateUser
takes tags, so user and proof appear in one step: after a lost answer or a crash the tag tells whose the user is.
The token fences: a state whose token is no longer the live one speaks of a user that somebody else has taken over.

A token is 24 letters: the time (8 hex digits), ``u``, a hash of the URN (6), and what tells this making from any other
(9). By the hash a state knows that its resource got another URN (a stack was renamed, a resource moved) and that the
tag in Connect still names the former one, whose name may be given to another resource. The rest stays the same when
the tag is written anew. Tokens of another form are compared as a whole.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.limits import TAG_KEY_PUNCTUATION, TAG_VALUE_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG_KEY: Final = "connect-users:owner"

#: The parts of a token, in letters.
_TIME: Final = 8
_MARK: Final = "u"
_URN_HASH: Final = 6
_MAKING: Final = 9
_TOKEN: Final = _TIME + len(_MARK) + _URN_HASH + _MAKING
_TOKEN_FORM: Final = re.compile(rf"([0-9a-f]{{{_TIME}}}){_MARK}([0-9a-f]{{{_URN_HASH}}})([0-9a-f]{{{_MAKING}}})")
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


def new_token(now: float, urn: str) -> str:
    """The token of a making of the user by the resource ``urn``; two makings never share one.

    Args:
        now: seconds since the epoch.
    """
    import secrets

    return _token(now, urn, secrets.token_hex(_MAKING))


def first_token(now: float, urn: str, arn: str) -> str:
    """The token that a state without one gives to the live user ``arn``.

    It is not random: a run that dies before its state is saved must not make the user a stranger to that state.
    """
    return _token(now, urn, _hash(arn))


def _token(now: float, urn: str, making: str) -> str:
    return f"{int(now) & 0xFFFFFFFF:08x}{_MARK}{_hash(urn)[:_URN_HASH]}{making[:_MAKING]}"


def _hash(text: str) -> str:
    # Imported here, like `secrets`: OpenSSL takes longer to load than a roster takes to check.
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


def names_another(token: object, urn: str) -> bool:
    """Whether the tag with this token was written when its resource had another URN."""
    parts = _TOKEN_FORM.fullmatch(token) if isinstance(token, str) else None
    return parts is not None and bool(urn) and parts[2] != _hash(urn)[:_URN_HASH]


def renamed(token: str, urn: str) -> str:
    """The token of the same making, for the tag that names ``urn``."""
    return _TOKEN_FORM.sub(rf"\g<1>{_MARK}{_hash(urn)[:_URN_HASH]}\g<3>", token)


def same_making(one: object, other: object) -> bool:
    """Whether two tokens are of the same making of a user, by whatever name."""
    return one == other or (isinstance(one, str) and isinstance(other, str) and renamed(one, "") == renamed(other, ""))


def made_at(token: str) -> float:
    """When a token was made, in seconds since the epoch; 0 for a text that is no token."""
    try:
        return float(int(token[:_TIME], 16))
    except ValueError:
        return 0.0


def owner_name(urn: str) -> str:
    """``urn`` as a tag value may hold it.

    Tag values take letters, digits, blanks and ``_ . : / = + - @`` (botocore model, TagValue's siblings): anything
    else, and ``=`` itself, becomes ``=`` and two hex digits per UTF-8 byte, so two URNs never share a name.
    """
    escaped = _NOT_PLAIN.sub(_escaped, urn)
    if len(escaped) > TAG_VALUE_MAX - _TOKEN - 1:
        return _HASH_PREFIX + _hash(urn)
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


def vouches(token: object, tags: Mapping[str, Any], urn: str, arn: str) -> bool:
    """Whether a state speaks of the live user ``arn`` with these tags as it is now, not as it was before somebody else.

    Args:
        token: of the state; None for a state without one.
        urn: of its resource.
    """
    owner = owner_of(tags)
    if owner is None:
        return token is None
    if token is not None:
        return same_making(token, owner.token)
    return is_ours(tags, urn) and same_making(owner.token, first_token(made_at(owner.token), urn, arn))


def declared_tags(tags: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a program can have set: without the ownership tag and AWS's own."""
    return {key: value for key, value in tags.items() if key != TAG_KEY and not key.lower().startswith("aws:")}
