"""Regular expressions that are compiled when they are first used. Pure.

Compiling all those of the package takes as long as checking a small roster, which needs few of them.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Pattern:
    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        # Only what is not an attribute yet comes here: from then on, a call costs what it costs of a compiled pattern.
        value = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, value)
        return value


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`. A wrong expression raises `re.error` at its first use."""
    return cast("re.Pattern[str]", _Pattern(text, flags))
