"""Pages and their opaque tokens.

A token contains the last row of its page, so a user that is created or deleted between two pages neither repeats nor
hides another. It is valid for one operation with one set of arguments; any other gets InvalidRequestException [I]. It
does not expire, as AWS's do after 24 hours [D].
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from connect_users.emulator.errors import invalid_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connect_users.emulator.calls import ApiCall

Row = TypeVar("Row")


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after row `after`, and the total that the first page counted (searches only)."""

    after: int
    total: int | None
    #: A digest of the operation and its arguments. A token of another request is refused.
    request: str


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page, and the token of the next one (None on the last page)."""

    rows: list[Row]
    next_token: str | None


def cursor(call: ApiCall) -> Cursor:
    """Read the request's NextToken."""
    arguments = {name: value for name, value in call.params.items() if name not in ("NextToken", "MaxResults")}
    request = _digest(json.dumps([call.operation, call.account, call.region, arguments], sort_keys=True))
    token = call.params.get("NextToken")
    if token is None:
        return Cursor(0, None, request)
    after, total = _decode(token, request)
    return Cursor(after, total, request)


def page(
    call: ApiCall, start: Cursor, rows: Iterable[tuple[int, Row]], *, default: int = 100, total: int | None = None
) -> Page[Row]:
    """Take MaxResults of `rows`, which are ordered pairs `(sequence number, row)` after `start.after`."""
    remaining = iter(rows)
    taken = list(islice(remaining, call.params.get("MaxResults", default)))
    more = next(remaining, None) is not None
    token = _encode([taken[-1][0], total], start.request) if more else None
    return Page([row for _, row in taken], token)


def numbered_page(call: ApiCall, items: Sequence[Row]) -> Page[Row]:
    """A page of a list that is kept as a whole."""
    start = cursor(call)
    return page(call, start, list(enumerate(items, 1))[start.after :])


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=9, key=b"connect_users.emulator").hexdigest()


def _encode(values: list[int | None], request: str) -> str:
    payload = json.dumps(values)
    return base64.urlsafe_b64encode(f"{_digest(payload + request)}{payload}".encode()).decode()


def _decode(token: str, request: str) -> tuple[int, int | None]:
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise invalid_request("NextToken is not valid") from error
    digest, payload = text[:18], text[18:]
    if digest != _digest(payload + request):
        raise invalid_request("NextToken is not valid for this request")
    after, total = json.loads(payload)
    return after, total
