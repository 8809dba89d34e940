"""The guard of a roster as a resource of the program; its rule is `connect_users.roster.guarding`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import Resource

from connect_users.core import tokens
from connect_users.roster import guarding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connect_users.roster.leavers import DeletionLimit
    from connect_users.roster.moves import Moves


def guard_inputs(
    *,
    roster: str,
    usernames: Iterable[str],
    max_deletions: DeletionLimit,
    retain_leavers: bool,
    personas: Mapping[str, guarding.AssignedPersona],
    moves: pulumi.Output[Moves | None],
    ended: Mapping[str, str],
    waits_for: Sequence[pulumi.Output[None]],
) -> dict[str, Any]:
    """The inputs of a guard, in snake_case.

    Args:
        ended: username -> last day of people who have left by date.
        waits_for: if this fails, the guard is not registered, and neither is the whole roster.
    """
    return {
        **guarding.inputs_of(roster, usernames, max_deletions, retain_leavers=retain_leavers, personas=personas),
        guarding.WAITS_FOR: pulumi.Output.all(*waits_for).apply(lambda _: None) if waits_for else None,
        guarding.IN_STATE: moves.apply(lambda it: it and "\n".join(sorted(it.in_state))),
        guarding.MOVED_TO: moves.apply(lambda it: it and guarding.lines_of(it.moved_to)),
        guarding.MOVED_FROM: moves.apply(lambda it: it and guarding.lines_of(it.moved_from)),
        guarding.KEPT: moves.apply(lambda it: it and ("\n".join(user.username for user in it.kept) or None)),
        guarding.UNTAGGED: moves.apply(lambda it: True if it and not it.tagged else None),
        guarding.ENDED: guarding.lines_of(ended),
    }


class RosterGuard(Resource, module="connect_users", name="RosterGuard"):
    """Made by `ConnectUserRoster`; not for programs."""

    def __init__(self, name: str, *, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        """Declare a guard by its `guard_inputs`."""
        # CustomResource's own constructor, as in `ConnectUser`.
        pulumi.CustomResource.__init__(
            self, tokens.GUARD, name, {**inputs, tokens.PROVIDER_KEY: tokens.GUARD_PROVIDER}, opts
        )
