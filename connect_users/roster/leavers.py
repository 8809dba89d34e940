"""How many people may leave a roster in one run, before somebody has to say that it is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection

#: What is allowed where the program says nothing.
DEFAULT: Final = "20%"
#: Of a percentage: so many may always leave, or nobody could leave a team of four.
_ALWAYS: Final = 5
_SHOWN: Final = 3
_LIMIT: Final = re.compile(r"\s*(?P<number>\d{1,9})\s*(?P<percent>%?)\s*")


@dataclass(frozen=True)
class Limit:
    """A number of people, or a percentage of those who were there; ``str`` is how it is stored and written."""

    number: int
    percent: bool = False

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)

    def of(self, people: int) -> int:
        """How many of ``people`` may leave: a number is exact, a percentage is rounded down but is at least 5."""
        return max(_ALWAYS, people * self.number // 100) if self.percent else self.number


def limit(value: Any) -> Limit:
    """The limit that a program wrote: 40, "40" or "20%".

    Raises:
        ConfigurationError
    """
    match = _LIMIT.fullmatch(str(value)) if isinstance(value, (int, str)) and not isinstance(value, bool) else None
    if match is None or (match["percent"] and int(match["number"]) > 100):
        raise ConfigurationError(f"max_deletions: {value!r} is neither a number of people nor a percentage like '20%'")
    return Limit(int(match["number"]), bool(match["percent"]))


def too_many(roster: str, old: Collection[str], new: Collection[str], allowed: Limit) -> str | None:
    """What to say when more people would leave than is allowed; None when all is well."""
    leavers = sorted(set(old) - set(new))
    most = allowed.of(len(old))
    if len(leavers) <= most:
        return None
    some = ", ".join(leavers[:_SHOWN])
    more = f" and {len(leavers) - _SHOWN} more" if len(leavers) > _SHOWN else ""
    share = f" ({allowed} of {len(old)})" if allowed.percent and most != _ALWAYS else ""
    return (
        f"{len(leavers)} of the {len(old)} people of roster {roster!r} would leave: {some}{more}. "
        f"max_deletions allows {most}{share}; if the file is right, run once with max_deletions={len(leavers)}"
    )
