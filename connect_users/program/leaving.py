"""Who leaves a roster in this run, and who is kept because of ``connect-users:removals: "false"``.

The engine deletes what is in the state and is not declared. So a person who is kept is declared again, under the name
that the roster would give, with the one option that makes the engine take all inputs from the state: nothing is
compared or called, and the person's settings, which the file no longer has, are not needed. The state stays true, and
a run that allows removals deletes the user like any other leaver.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import SETTINGS

from connect_users.core import settings, tokens
from connect_users.program import roster_state
from connect_users.roster import leavers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from connect_users.roster.moves import Moves, StateUser

_KEY = settings.KEYS["removals"][0][0]


async def moves_and_kept(
    roster: str, urn: pulumi.Output[str], configuration: Mapping[str, object], allowed: leavers.DeletionLimit
) -> Moves | None:
    """The moves, with the people who are kept; None if the engine does not answer.

    Await it once the program's body has ended.

    Args:
        urn: of the roster.

    Raises:
        pulumi.RunError: as in `roster_state.moves_of`; or people have to be kept, but the engine does not answer.
    """
    removals = await _flag(configuration, "removals")

    def matters(people: Collection[str], undeclared: Collection[str]) -> bool:
        declared = set(people).difference(undeclared)
        return not removals or leavers.too_many(roster, people, declared, allowed) is not None

    moves = await roster_state.moves_of(roster, urn, matters)
    if moves is None:
        if not removals and type(SETTINGS.monitor) is not MockMonitor:
            text = "the engine did not return the stack's users, so nobody can be kept; run again, or without it"
            raise pulumi.RunError(f"roster '{roster}': {_KEY} is false, but {text}")
        return None
    tagged = await _flag(configuration, "ownership_tag")
    return dataclasses.replace(moves, tagged=tagged, kept=() if removals else moves.leavers)


async def _flag(configuration: Mapping[str, object], field: str) -> bool:
    key = settings.KEYS[field][0][0]
    value: Any = configuration.get(key)
    if isinstance(value, pulumi.Output):
        value = await value.future()
    return settings.flag({key: value}, field)


def kept_options(user: StateUser, name: str, type_: str, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """The options of a person who is kept as the resource of that name and type."""
    aliases: list[pulumi.Input[str | pulumi.Alias]] | None = None
    if not user.urn.endswith(f"${type_}::{name}"):
        # While a run changes the door, the saved URN may have the new roster's type, and be the old URN for the engine
        # only by way of the roster's own aliases.
        former = tokens.PLUGIN_USER if user.plugin else tokens.USER
        aliases = [user.urn, pulumi.Alias(name=user.resource, type_=former)]
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=["*"], aliases=aliases))
