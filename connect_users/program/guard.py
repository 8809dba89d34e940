"""The guard of a roster as a resource of the program; its rule is `connect_users.roster.guarding`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pulumi
from pulumi.dynamic import Resource

from connect_users.core import tokens
from connect_users.program import roster_state
from connect_users.roster import guarding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_users.roster.leavers import Limit
    from connect_users.roster.moves import Moves


class RosterGuard(Resource, module="connect_users", name="RosterGuard"):
    """Made by `ConnectUserRoster`; not for programs."""

    def __init__(
        self,
        name: str,
        *,
        roster: str,
        usernames: Iterable[str],
        max_deletions: Limit,
        retain_leavers: bool,
        personas: Mapping[str, guarding.Mark],
        waits_for: pulumi.Output[Any] | None,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Declare a guard.

        Args:
            waits_for: where this fails, the guard (and with it the whole roster) is not registered.
        """
        moves: pulumi.Output[Moves | None] = pulumi.Output.from_input(cast(Any, roster_state.moves_of(roster)))
        inputs = {
            **guarding.inputs_of(roster, usernames, max_deletions, retain_leavers=retain_leavers, personas=personas),
            tokens.PROVIDER_KEY: tokens.GUARD_PROVIDER,
            guarding.WAITS_FOR: None if waits_for is None else waits_for.apply(lambda _: None),
            guarding.IN_STATE: moves.apply(lambda known: known and "\n".join(sorted(known.in_state))),
            guarding.MOVED_TO: moves.apply(lambda known: known and guarding.lines_of(known.moved_to)),
            guarding.MOVED_FROM: moves.apply(lambda known: known and guarding.lines_of(known.moved_from)),
        }
        # CustomResource's own constructor, as in `ConnectUser`.
        pulumi.CustomResource.__init__(self, tokens.GUARD, name, inputs, opts)
