"""Pages and their opaque tokens.

A token names the last row that was seen, so users made or deleted between two pages neither repeat nor skip others. It
belongs to one operation with one set of arguments, and dies after 24 hours: an expired one answers `InvalidToken`
(facts, section 1, page sizes [D]); any other bad one InvalidRequestException [I].
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from connect_users.emulator.errors import ApiError, invalid_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connect_users.emulator.calls import Call

_LIFETIME: Final = 24 * 3600.0
_PAGING: Final = frozenset({"NextToken", "MaxResults"})
_SALT: Final = b"connect_users.emulator"

Row = TypeVar("Row")


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after row `after`, and the total that the first page counted (searches only)."""

    after: int = 0
    total: int | None = None
    #: Of the operation and its arguments, so that a token of another question is refused.
    question: str = field(default="", compare=False)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page and the token of the next, None on the last."""

    rows: list[Row]
    next_token: str | None


def cursor(call: Call, operation: str) -> Cursor:
    """Read the request's NextToken."""
    arguments = {name: value for name, value in call.params.items() if name not in _PAGING}
    question = _digest(json.dumps([operation, call.account, call.region, arguments], sort_keys=True))
    token = call.params.get("NextToken")
    if token is None:
        return Cursor(question=question)
    after, total, issued = _decode(token, question)
    if call.now - issued > _LIFETIME:
        raise ApiError("InvalidToken", "NextToken has expired")
    return Cursor(after, total, question)


def page(
    call: Call, start: Cursor, rows: Iterable[tuple[int, Row]], *, default: int = 100, total: int | None = None
) -> Page[Row]:
    """Take MaxResults of `rows`, which are ordered `(sequence number, row)` pairs after `start.after`."""
    size = call.params.get("MaxResults", default)
    ordered: Iterator[tuple[int, Row]] = iter(rows)
    taken = list(islice(ordered, size))
    more = next(ordered, None) is not None
    token = _encode(taken[-1][0], total, call.now, start.question) if more else None
    return Page([row for _, row in taken], token)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=9, key=_SALT).hexdigest()


def _encode(after: int, total: int | None, issued: float, question: str) -> str:
    payload = json.dumps([after, total, issued])
    return base64.urlsafe_b64encode(f"{_digest(payload + question)}{payload}".encode()).decode()


def _decode(token: str, question: str) -> tuple[int, int | None, float]:
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode()
        digest, payload = text[:18], text[18:]
    except (ValueError, binascii.Error) as error:
        raise invalid_request("NextToken is not valid") from error
    if digest != _digest(payload + question):
        raise invalid_request("NextToken is not valid for this request")
    decoded: tuple[int, int | None, float] = json.loads(payload)
    return decoded
