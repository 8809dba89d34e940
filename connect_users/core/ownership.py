"""The ownership tag: which resource made a user, and which making of it this was; and `claim`, which says whose it is.

``connect-users:owner`` = ``<token> <owner>``. The owner is the resource's URN, or its hash where it is too long for
a tag; the token is random and new each time the user is made or taken over, and the outputs keep it. CreateUser
takes tags, so user and proof appear in one step: after a lost answer or a crash the tag says whose the user is.
The token fences: a state whose token is no longer the live one is of a user that somebody else has taken over.
Anybody who may tag the user can write another value. One that names no resource is as good as no tag.

A token is 24 letters: the time (8 hex digits), a mark, a hash of the URN (6), and a random part, different each time
(9). The mark is ``u`` where CreateUser made the user, ``m`` where a user of this stack moved to another resource, and
``t`` where a user that somebody else had made got the tag. By the hash a state knows that its resource got another URN
(a stack was renamed, a resource moved) and that the tag in Connect still names the former one, whose name may be given
to another resource. The rest stays the same when the tag is written again. Tokens of another form (24 hex digits: the
first release) are compared as a whole.
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
_MADE: Final = "u"
_MOVED: Final = "m"
_TAKEN: Final = "t"
_URN_HASH: Final = 6
_MAKING: Final = 9
_TOKEN: Final = _TIME + len(_MADE) + _URN_HASH + _MAKING
_TOKEN_FORM: Final = re.compile(
    rf"([0-9a-f]{{{_TIME}}})([{_MADE}{_MOVED}{_TAKEN}])([0-9a-f]{{{_URN_HASH}}})([0-9a-f]{{{_MAKING}}})"
)
_FIRST_TOKEN_FORM: Final = re.compile(rf"[0-9a-f]{{{_TOKEN}}}")
_HASH_PREFIX: Final = "sha256:"
_URN_PREFIX: Final = "urn:pulumi:"
#: A tag that names a resource.
_TAG_FORM: Final = re.compile(rf"(\S+) ({_URN_PREFIX}\S+|{_HASH_PREFIX}[0-9a-f]{{64}})")
#: Letters of a URN that have to be looked at: few, and there may be thousands of users.
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_.:/+@-]")
#: Seconds for which a user that CreateUser made and no state has is taken for what a run left behind that died.
LEFTOVER: Final = 24 * 3600.0


@dataclass(frozen=True)
class Owner:
    """What a tag says: the `token` of this making, and the `name` of the resource that made it.

    The name is empty where the URN was not known; the token is proof enough of the state that has it.
    """

    token: str
    name: str

    @property
    def stack(self) -> tuple[str, str] | None:
        """Stack and project of the resource; None where only a hash of its URN is known."""
        return stack_of(self.name)

    @property
    def took_over(self) -> bool:
        """Whether the user existed before it got this tag."""
        return self._mark in (_MOVED, _TAKEN)

    @property
    def adopted(self) -> bool:
        """Whether somebody else than this stack made the user."""
        return self._mark == _TAKEN

    @property
    def _mark(self) -> str:
        parts = _TOKEN_FORM.fullmatch(self.token)
        return parts[2] if parts is not None else _MADE

    @property
    def urn(self) -> str:
        """The resource's URN as people know it; what the tag says where that is not a URN."""
        return re.sub("(?:=[0-9A-F]{2})+", _unescaped, self.name) or "a resource without a name"


def _unescaped(escaped: re.Match[str]) -> str:
    return bytes.fromhex(escaped[0].replace("=", "")).decode(errors="replace")


def stack_of(name: str) -> tuple[str, str] | None:
    """Stack and project of a URN, ``urn:pulumi:<stack>::<project>::...``; None for a string that is not one."""
    parts = name.removeprefix(_URN_PREFIX).split("::")
    return (parts[0], parts[1]) if name.startswith(_URN_PREFIX) and len(parts) > 2 else None


def new_token(now: float, urn: str) -> str:
    """The token of a user that CreateUser makes for the resource ``urn``; two makings never share one.

    Args:
        now: seconds since the epoch.
    """
    return _token(now, _MADE, urn, _random())


def taking_token(now: float, urn: str, *, ours: bool) -> str:
    """As `new_token`, for a user who exists; ``ours`` where this stack made it."""
    return _token(now, _MOVED if ours else _TAKEN, urn, _random())


def _random() -> str:
    # Imported here: OpenSSL takes longer to load than a roster takes to check.
    import secrets

    return secrets.token_hex(_MAKING)


def first_token(now: float, urn: str, arn: str) -> str:
    """The token that a state without one gives to the live user ``arn``.

    It is not random: a run that dies before its state is saved must not make the user a stranger to that state.
    """
    return _token(now, _TAKEN, urn, _hash(arn))


def _token(now: float, mark: str, urn: str, making: str) -> str:
    return f"{int(now) & 0xFFFFFFFF:08x}{mark}{_hash(urn)[:_URN_HASH]}{making[:_MAKING]}"


def _hash(text: str) -> str:
    # Imported here, like `secrets`: OpenSSL takes longer to load than a roster takes to check.
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


def names_another(token: object, urn: str) -> bool:
    """Whether the tag with this token was written when its resource had another URN."""
    parts = _TOKEN_FORM.fullmatch(token) if isinstance(token, str) else None
    return parts is not None and bool(urn) and parts[3] != _hash(urn)[:_URN_HASH]


def renamed(token: str, urn: str) -> str:
    """The token of the same making, for the tag that names ``urn``."""
    return _TOKEN_FORM.sub(rf"\g<1>\g<2>{_hash(urn)[:_URN_HASH]}\g<4>", token)


def same_making(one: object, other: object) -> bool:
    """Whether two tokens are of the same making of a user, by whatever name."""
    if one == other:
        return True
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    first, second = _TOKEN_FORM.fullmatch(one), _TOKEN_FORM.fullmatch(other)
    # The mark is newer than the rest, and says nothing of which making it was.
    return first is not None and second is not None and first.group(1, 4) == second.group(1, 4)


def _same_name(one: object, other: str) -> bool:
    """Whether two tokens of one making were written for the same URN."""
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
    """Who a user's tags say made it; None without an ownership tag, and for one that names no resource."""
    value = tags.get(TAG_KEY)
    if not isinstance(value, str):
        return None
    named = _TAG_FORM.fullmatch(value)
    if named is not None:
        return Owner(named[1], named[2])
    # Written where the URN was not known. AWS may cut off the blank at the end.
    token = value.removesuffix(" ")
    return Owner(token, "") if _TOKEN_FORM.fullmatch(token) or _FIRST_TOKEN_FORM.fullmatch(token) else None


def missing(tags: Mapping[str, Any]) -> str:
    """What is wrong with the ownership tag of a user who has no owner."""
    if TAG_KEY in tags:
        return f"its tag {TAG_KEY} was overwritten with a value that names no resource"
    return f"its tag {TAG_KEY} was removed in Connect"


@dataclass(frozen=True)
class Proven:
    """The live tag is the one that the state (or this very CreateUser) has, or that of this resource by another name."""

    owner: Owner


@dataclass(frozen=True)
class Unowned:
    """There is no ownership tag, or one that names no resource."""


@dataclass(frozen=True)
class OtherMaking:
    """The tag names this resource, but its token is not the one that was expected."""

    owner: Owner

    def is_leftover(self, now: float) -> bool:
        """Whether it is young enough to be what a run that died left behind.

        Args:
            now: AWS's time. A clock that was ahead makes a token of the future.
        """
        return now - made_at(self.owner.token) < LEFTOVER


@dataclass(frozen=True)
class OtherResource:
    """The tag names another resource of this very stack and project."""

    owner: Owner


@dataclass(frozen=True)
class OtherStack:
    """The tag names a resource of another stack or project, or one of which only a hash is known."""

    owner: Owner


#: Whose a live user is: one of these, and nothing else.
Claim = Proven | Unowned | OtherMaking | OtherResource | OtherStack


def claim(owner: Owner | None, urn: str, token: object = None, arn: str = "") -> Claim:
    """Whose a live user is, as the resource ``urn`` has to see it.

    Args:
        owner: what its tag says (`owner_of`).
        urn: of the resource that asks; "" of one that is not known, to which no tag belongs.
        token: of the state, or of the CreateUser under way; None where there is none.
        arn: of the user, where the state that asks is of this user and may lack a token: it is proven by the tag that
            its own first update wrote.
    """
    if owner is None:
        return Unowned()
    mine = bool(urn) and owner.name == owner_name(urn)
    if token is not None:
        # A state from before its user went to another resource (an alias, another stack) has the same making.
        proven = same_making(token, owner.token) and (mine or _same_name(token, owner.token))
    else:
        proven = bool(arn) and mine and same_making(owner.token, first_token(made_at(owner.token), urn, arn))
    if proven:
        return Proven(owner)
    if mine:
        return OtherMaking(owner)
    if not owner.name:
        return Unowned()
    if owner.stack is not None and owner.stack == stack_of(owner_name(urn)):
        return OtherResource(owner)
    return OtherStack(owner)


def of_another_name(owner: Owner, urn: str, token: object) -> bool:
    """Whether a tag and a state are of one making, but of different names.

    Such a view is from before the tag was written for this resource; or such a state is from before the user went to
    another one. Only time shows which.
    """
    return same_making(token, owner.token) and not isinstance(claim(owner, urn, token), Proven)


def declared_tags(tags: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a program can have set: without the ownership tag and AWS's own."""
    return {key: value for key, value in tags.items() if key != TAG_KEY and not key.lower().startswith("aws:")}
