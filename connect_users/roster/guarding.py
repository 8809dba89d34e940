"""What the guard of a roster keeps in the state, in one form for both doors and for an import. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.roster.leavers import Limit


def inputs_of(roster: str, usernames: Iterable[str], max_deletions: Limit, *, retain_leavers: bool) -> dict[str, Any]:
    """The inputs of a guard as the state has them, in snake_case.

    The usernames are one string with a line for each, sorted: in the state that takes half of what a list does, and a
    preview shows the lines that come and go.
    """
    inputs: dict[str, Any] = {
        "roster": roster,
        "usernames": "".join(f"{username}\n" for username in sorted(usernames)),
        "max_deletions": str(max_deletions),
    }
    return {**inputs, "retain_leavers": True} if retain_leavers else inputs
