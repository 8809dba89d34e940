"""The ownership tag, which names the resource that manages a user, and `claim`, which decides who owns a user.

``connect-users:owner`` = ``<token> <owner>``. The owner is the resource's URN, or its hash if it is too long for a tag.
The token is new each time the user is created or taken over, and the outputs keep it. CreateUser takes tags, so user
and proof appear in one step: after a lost answer or a crash, the tag shows who owns the user.
The token is a fence: if a state's token is not the live one, another resource has taken the user over.
Anybody who may tag the user can write another value. A value that names no resource counts as no tag.

A token has 24 characters: the time (8 hex digits), a mark, a hash of the URN (6) and a random part (9). The mark is
``u`` if CreateUser made the user, ``m`` if a user of this stack moved to another resource, and ``t`` if the user
existed outside this stack and was taken over. From the hash, a state knows that its resource has a new URN (the stack
was renamed, the resource moved) and that the live tag still names the old one, which another resource may have by now.
The other parts stay the same when the tag is rewritten for the same stack. For another stack, the random part is
computed from the former one and the URN: older states of the former stack do not have it, even if the user comes back.
Tokens of another form (24 hex digits: the first release) are compared as a whole.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.limits import TAG_KEY_PUNCTUATION, TAG_VALUE_MAX
from connect_users.core.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG_KEY: Final = "connect-users:owner"

#: The parts of a token, in characters.
_TIME: Final = 8
_MADE: Final = "u"
_MOVED: Final = "m"
_TAKEN: Final = "t"
_URN_HASH: Final = 6
_RANDOM: Final = 9
_TOKEN: Final = _TIME + len(_MADE) + _URN_HASH + _RANDOM
_TOKEN_FORM: Final = pattern(
    rf"([0-9a-f]{{{_TIME}}})([{_MADE}{_MOVED}{_TAKEN}])([0-9a-f]{{{_URN_HASH}}})([0-9a-f]{{{_RANDOM}}})"
)
_FIRST_TOKEN_FORM: Final = pattern(rf"[0-9a-f]{{{_TOKEN}}}")
_HASH_PREFIX: Final = "sha256:"
_URN_PREFIX: Final = "urn:pulumi:"
#: A tag that names a resource.
_TAG_FORM: Final = pattern(rf"(\S+) ({_URN_PREFIX}\S+|{_HASH_PREFIX}[0-9a-f]{{64}})")
#: Characters of a URN that may need escaping. Few have any, and there may be thousands of users.
_NOT_PLAIN: Final = pattern(r"[^A-Za-z0-9_.:/+@-]")
#: Seconds during which a user from CreateUser that no state knows counts as left behind by an interrupted run.
LEFTOVER: Final = 24 * 3600.0


@dataclass(frozen=True)
class Owner:
    """A parsed tag: the `token` of this creation or take-over, and the `name` of the owning resource.

    The name is empty if the URN was not known when the tag was written. The token alone then proves ownership.
    """

    token: str
    name: str

    @property
    def stack(self) -> tuple[str, str] | None:
        """Stack and project of the resource; None if only a hash of its URN is known."""
        return stack_of(self.urn)

    @property
    def took_over(self) -> bool:
        """Whether the user existed before it got this tag."""
        return self._mark in (_MOVED, _TAKEN)

    @property
    def adopted(self) -> bool:
        """Whether the user was created outside this stack."""
        return self._mark == _TAKEN

    def is_leftover(self, now: float) -> bool:
        """Whether the tag is recent enough to have been left behind by an interrupted run.

        Args:
            now: AWS's time. A machine with a fast clock writes tokens of the future.
        """
        return now - made_at(self.token) < LEFTOVER

    @property
    def _mark(self) -> str:
        parts = _TOKEN_FORM.fullmatch(self.token)
        return parts[2] if parts is not None else _MADE

    @property
    def urn(self) -> str:
        """The resource's URN without the tag's escapes; the name as it is if that is not a URN."""
        return re.sub("(?:=[0-9A-F]{2})+", _unescaped, self.name) or "a resource without a name"


def _unescaped(escaped: re.Match[str]) -> str:
    return bytes.fromhex(escaped[0].replace("=", "")).decode(errors="replace")


def stack_of(urn: str) -> tuple[str, str] | None:
    """Stack and project of a URN, ``urn:pulumi:<stack>::<project>::...``; None for a string that is not one."""
    parts = urn.removeprefix(_URN_PREFIX).split("::")
    return (parts[0], parts[1]) if urn.startswith(_URN_PREFIX) and len(parts) > 2 else None


def new_token(now: float, urn: str) -> str:
    """A new token for a user that CreateUser makes for the resource ``urn``.

    Args:
        now: seconds since the epoch.
    """
    return _token(now, _MADE, urn, _random())


def taking_token(now: float, urn: str, *, ours: bool) -> str:
    """A new token for an existing user; ``ours`` if this stack created it."""
    return _token(now, _MOVED if ours else _TAKEN, urn, _random())


def _random() -> str:
    # Imported here: OpenSSL takes longer to load than a roster takes to check.
    import secrets

    return secrets.token_hex(_RANDOM)


def first_token(now: float, urn: str, arn: str) -> str:
    """The token that a state without one gives to the live user ``arn``.

    It is not random: if a run dies before its state is saved, the next run must still recognise the user.
    """
    return _token(now, _TAKEN, urn, _hash(arn))


def _token(now: float, mark: str, urn: str, random: str) -> str:
    return f"{int(now) & 0xFFFFFFFF:08x}{mark}{_hash(urn)[:_URN_HASH]}{random[:_RANDOM]}"


def _hash(text: str) -> str:
    # Imported here, like `secrets`: OpenSSL takes longer to load than a roster takes to check.
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


def names_another(token: object, urn: str) -> bool:
    """Whether the tag with this token was written when its resource had another URN."""
    parts = _TOKEN_FORM.fullmatch(token) if isinstance(token, str) else None
    return parts is not None and bool(urn) and parts[3] != _hash(urn)[:_URN_HASH]


def renamed(token: str, urn: str) -> str:
    """The same token for a tag that names ``urn``."""
    return _TOKEN_FORM.sub(rf"\g<1>\g<2>{_hash(urn)[:_URN_HASH]}\g<4>", token)


def handed_over(token: str, urn: str) -> str:
    """The token for a tag that named another stack and is to name ``urn``."""
    parts = _TOKEN_FORM.fullmatch(token)
    return token if parts is None else f"{parts[1]}{parts[2]}{_hash(urn)[:_URN_HASH]}{_hash(parts[4] + urn)[:_RANDOM]}"


def same_creation(one: object, other: object) -> bool:
    """Whether two tokens stem from the same creation or take-over, whatever URN each names."""
    if one == other:
        return True
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    first, second = _TOKEN_FORM.fullmatch(one), _TOKEN_FORM.fullmatch(other)
    # The mark was added in a later release, and does not distinguish creations.
    return first is not None and second is not None and first.group(1, 4) == second.group(1, 4)


def _same_name(one: object, other: str) -> bool:
    """Whether two tokens of one creation were written for the same URN."""
    first, second = _TOKEN_FORM.fullmatch(str(one)), _TOKEN_FORM.fullmatch(other)
    return first is None or second is None or first[3] == second[3]


def made_at(token: str) -> float:
    """When a token was made, in seconds since the epoch; 0 for a string that is not a token."""
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
    """The owner by a user's tags; None without an ownership tag, or with one that names no resource."""
    value = tags.get(TAG_KEY)
    if not isinstance(value, str):
        return None
    named = _TAG_FORM.fullmatch(value)
    if named is not None:
        return Owner(named[1], named[2])
    # Written when the URN was not known. AWS may strip the trailing blank.
    token = value.removesuffix(" ")
    return Owner(token, "") if _TOKEN_FORM.fullmatch(token) or _FIRST_TOKEN_FORM.fullmatch(token) else None


def missing(tags: Mapping[str, Any]) -> str:
    """What is wrong with the ownership tag of a user without an owner."""
    if TAG_KEY in tags:
        return f"its tag {TAG_KEY} was overwritten with a value that names no resource"
    return f"its tag {TAG_KEY} was removed in Connect"


@dataclass(frozen=True)
class Unowned:
    """There is no ownership tag, or it names no resource."""


@dataclass(frozen=True)
class _Owned:
    owner: Owner


class Proven(_Owned):
    """The live token is that of the state (or of this CreateUser), or of this resource by another name."""


class OtherToken(_Owned):
    """The tag names this resource, but its token is not the one that was expected."""


class OtherResource(_Owned):
    """The tag names another resource of the same stack and project."""


class OtherStack(_Owned):
    """The tag names a resource of another stack or project, or has only a hash of its URN."""


#: Who owns a live user, from the view of one resource.
Claim = Proven | Unowned | OtherToken | OtherResource | OtherStack


def claim(owner: Owner | None, urn: str, token: object = None, arn: str = "") -> Claim:
    """Who owns a live user, from the view of the resource ``urn``.

    Args:
        owner: from its tag (`owner_of`).
        urn: the asking resource; "" if unknown, in which case no tag belongs to it.
        token: of the state, or of the CreateUser under way; None without one.
        arn: the user's ARN, if the asking state is of this user and may lack a token: then the tag that its own first
            update wrote is proof.
    """
    if owner is None:
        return Unowned()
    mine = bool(urn) and owner.name == owner_name(urn)
    in_this_stack = owner.stack is not None and owner.stack == stack_of(urn)
    if token is not None:
        # A state from before its user went to another stack has a token of the same creation, too.
        proven = same_creation(token, owner.token) and (mine or in_this_stack or _same_name(token, owner.token))
        # Or a run died after it had written the tag for this stack.
        proven = proven or (mine and owner.token == handed_over(str(token), urn))
    else:
        proven = bool(arn) and mine and same_creation(owner.token, first_token(made_at(owner.token), urn, arn))
    if proven:
        return Proven(owner)
    if mine:
        return OtherToken(owner)
    if not owner.name:
        return Unowned()
    if in_this_stack:
        return OtherResource(owner)
    return OtherStack(owner)


def of_another_stack(owner: Owner, urn: str, token: object) -> bool:
    """Whether a tag and a state stem from the same moment, but the tag names another stack.

    Such a view may be from before the tag was written for this stack; or such a state is from before the user went to
    the other one. Only time shows which.
    """
    one, other = _TOKEN_FORM.fullmatch(str(token)), _TOKEN_FORM.fullmatch(owner.token)
    return (
        one is not None
        and other is not None
        and one[1] == other[1]
        and isinstance(claim(owner, urn, token), OtherStack)
    )


def declared_tags(tags: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a program can set: without the ownership tag and AWS's own."""
    return {key: value for key, value in tags.items() if key != TAG_KEY and not key.lower().startswith("aws:")}
