"""How many people may leave a roster in one run without a confirmation.

`connect_users.roster.moves` finds the leavers; this module only decides how many are too many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.errors import ConfigurationError
from connect_users.core.phrases import some

if TYPE_CHECKING:
    from collections.abc import Collection

#: The limit if the program sets none.
DEFAULT: Final = "20%"
#: The warning of a guard whose roster loses people in the run that turns `retain_leavers` on.
NOT_RETAINED_YET: Final = "retain_leavers takes effect from the next run: people who leave in this run are deleted"
#: With a percentage, this many people may always leave; otherwise nobody could leave a team of four.
_ALWAYS: Final = 5
_SHOWN: Final = 3
_LIMIT: Final = re.compile(r"\s*(?P<number>\d{1,9})\s*(?P<percent>%?)\s*")


@dataclass(frozen=True)
class DeletionLimit:
    """A number of people, or a percentage of those in the state. ``str`` gives its stored form."""

    number: int
    percent: bool = False

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)

    def of(self, people: int) -> int:
        """How many of ``people`` may leave: a number is exact, a percentage is rounded down but is at least 5."""
        return max(_ALWAYS, people * self.number // 100) if self.percent else self.number


def limit(value: Any) -> DeletionLimit:
    """The limit of a program: 40, "40" or "20%".

    Raises:
        ConfigurationError
    """
    match = _LIMIT.fullmatch(str(value)) if isinstance(value, (int, str)) and not isinstance(value, bool) else None
    if match is None or (match["percent"] and int(match["number"]) > 100):
        raise ConfigurationError(f"max_deletions: {value!r} is neither a number of people nor a percentage like '20%'")
    return DeletionLimit(int(match["number"]), bool(match["percent"]))


def too_many(
    roster: str,
    in_state: Collection[str],
    declared: Collection[str],
    allowed: DeletionLimit,
    moved: Collection[str] = (),
) -> str | None:
    """The error if more people would leave than the limit allows; else None.

    If a roster loses everybody, the file is most likely wrong, even for a small roster: only a number allows that.

    Args:
        in_state: the people of the roster in the stack's state; only they can be deleted.
        declared: the people of the roster in this run.
        moved: people whom the program declares elsewhere; they do not leave.
    """
    people = set(in_state)
    leavers = sorted(people - set(declared) - set(moved))
    everybody = bool(leavers) and people.isdisjoint(declared)
    most = 0 if everybody and allowed.percent else allowed.of(len(people))
    if len(leavers) <= most:
        return None
    if everybody and allowed.percent:
        rule = f"max_deletions={str(allowed)!r} does not allow a roster to lose everybody"
    else:
        share = f" ({allowed} of {len(people)})" if allowed.percent and most != _ALWAYS else ""
        rule = f"max_deletions allows {most}{share}"
    return (
        f"{len(leavers)} of the {len(people)} people of roster {roster!r} would leave: {some(leavers, _SHOWN)}. "
        f"{rule}; if the file is right, run once with max_deletions={len(leavers)}"
    )
