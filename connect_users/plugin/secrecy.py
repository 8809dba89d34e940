"""Messages without the secrets of a request.

The package's own rules repeat no password and no personal data, but an id or a username may be a secret, too, and AWS
may quote what it was sent. Only the plugin knows which values are secrets.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import spelling
from connect_users.core.errors import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHOWN: Final = "[secret]"
#: The number of letters that reveal a secret, in case the rest was cut off.
_REVEALING: Final = 8


def masked(text: str, secrets: Iterable[Any]) -> str:
    """``text`` without any of these values, in whatever form a message may quote them."""
    forms = {form for secret in secrets for value in _leaves(secret) for form in _forms(value)}
    for form in sorted(forms, key=len, reverse=True):
        text = _without(text, form)
    return text


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item)
            if key not in spelling.OURS:
                # If a whole dict is secret, so are its keys.
                yield str(key)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield str(value)
        if value == value // 1:
            yield str(int(value))


def _forms(secret: str) -> set[str]:
    """How a message may hold a string: as it is, folded to one line, or quoted by Python or JSON."""
    quoted = (repr(secret), json.dumps(secret), json.dumps(secret, ensure_ascii=False))
    # In a string with both of Python's quotes.
    within = repr(f"{secret}'\"")[1:-4]
    return {secret, one_line(secret), *(each[1:-1] for each in quoted), within} - {""}


def _without(text: str, form: str) -> str:
    if len(form) < _REVEALING:
        # Too short to be searched within words.
        return re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", _SHOWN, text)
    start = text.find(form[:_REVEALING])
    while start >= 0:
        end = start + _REVEALING
        while end < len(text) and end - start < len(form) and text[end] == form[end - start]:
            end += 1
        text = f"{text[:start]}{_SHOWN}{text[end:]}"
        start = text.find(form[:_REVEALING], start + len(_SHOWN))
    return text
