"""The guard of a roster: a resource whose check fails where too many people would leave.

The rule: ``max_deletions`` is measured against the people whom the engine would delete in this very run. They are those
of the roster whom the stack's state has (`connect_users.program.roster_state` asks the engine), and whom the program
does not declare any more (`connect_users.roster.whereabouts`). So it does not matter what earlier runs did:

- one who left in a run that failed before its deletions is still in the state, and counts again;
- one who was deleted is not in the state, and does not count again; one who was never made never counts;
- one whom the program declares elsewhere moves, and does not count;
- a roster that loses everybody is stopped, unless ``max_deletions`` is a number that covers them all.

The check is given this in inputs that it takes away again, so that they are no part of the state. Where the engine did
not tell, the guard compares with its old inputs: the rows of the last run in which it was reached.

The guard comes first: its users depend on it, so nothing of the roster is touched before it has spoken. It cannot stop
the deletions of a roster that is taken out of the program, since the engine deletes a guard after its users, and does
not say whether a run is a ``pulumi destroy``. Any other roster of the program stops that instead; where there is none,
nothing of this package is part of the run until the deletions are under way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from connect_users.core import tokens
from connect_users.core.errors import ConnectUsersError
from connect_users.core.phrases import some
from connect_users.dynamic import host
from connect_users.program import roster_state
from connect_users.roster import guarding, leavers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.roster.whereabouts import Whereabouts

#: Inputs for the check alone: what is only waited for, and the parts of `Whereabouts`, with a line for each person.
_WAITS_FOR: Final = "waits_for"
_THERE: Final = "there"
_GONE_TO: Final = "gone_to"
_CAME_FROM: Final = "came_from"
_FOR_THE_CHECK: Final = (_WAITS_FOR, _THERE, _GONE_TO, _CAME_FROM)
_SHOWN: Final = 3


class RosterGuardProvider(ResourceProvider):
    """Compares the people of a roster with those of the last run. Pickled by reference; never rename or move it."""

    # The pickled reference, whatever the module; see `core.tokens.GUARD_PROVIDER`.
    __module__ = "connect_users"

    serialize_as_secret_always = False

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Fails when more people would leave than `max_deletions` allows; says who moves."""
        call = host.current_call()
        kept = [name for name in news if not name.startswith(tokens.INTERNAL) and name not in _FOR_THE_CHECK]
        there = _people(news, _THERE) if isinstance(news.get(_THERE), str) else _people(olds)
        new, moved = _people(news), _pairs(news, _GONE_TO)
        try:
            allowed = leavers.limit(news.get("max_deletions"))
            text = leavers.too_many(str(news.get("roster")), there, new, allowed, moved)
        except ConnectUsersError as problem:
            text = str(problem)
        former = f"{olds.get('roster')}-" if olds else ""
        arrived = {
            username: resource
            for username, resource in _pairs(news, _CAME_FROM).items()
            # By an alias the resource stays the same.
            if resource != f"{former}{username}"
        }
        for said in (_said(arrived, "move here", "from"), _said(moved, "move away", "to")):
            if said:
                host.say(call, "info", said)
        if there - new - moved.keys() and news.get("retain_leavers") and not olds.get("retain_leavers"):
            host.say(call, "warning", "retain_leavers counts from the next run on: those who leave now are deleted")
        return CheckResult({name: news[name] for name in kept}, [CheckFailure("", text)] if text else [])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Left to the engine, which shows who joins and who leaves."""
        del olds, news
        return DiffResult()

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Nothing but an id; the inputs are what counts."""
        return CreateResult(str(props.get("roster") or "roster"), {})

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Nothing: the engine keeps the new inputs."""
        del olds, news
        return UpdateResult({})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """As it is."""
        return ReadResult(id_, props, host.current_call().inputs("inputs"))

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Nothing."""


def _people(inputs: dict[str, Any], name: str = "usernames") -> set[str]:
    text = inputs.get(name)
    return set(text.split()) if isinstance(text, str) else set()


def _pairs(inputs: dict[str, Any], name: str) -> dict[str, str]:
    text = inputs.get(name)
    lines = text.splitlines() if isinstance(text, str) else ()
    return {username: resource for username, _, resource in (line.partition("\t") for line in lines)}


def _lines(pairs: dict[str, str]) -> str:
    return "\n".join(f"{username}\t{resource}" for username, resource in sorted(pairs.items()))


def _said(moves: dict[str, str], verb: str, word: str) -> str:
    """What to say of people who move; "" where nobody does."""
    if not moves:
        return ""
    who = [f"{username} ({word} {resource})" for username, resource in sorted(moves.items())]
    count = f"1 person {verb.replace('move', 'moves')}" if len(moves) == 1 else f"{len(moves)} people {verb}"
    return f"{count}, and {'keeps the' if len(moves) == 1 else 'keep their'} id: {some(who, _SHOWN)}"


class RosterGuard(Resource, module="connect_users", name="RosterGuard"):
    """Made by `ConnectUserRoster`; not for programs."""

    def __init__(
        self,
        name: str,
        *,
        roster: str,
        usernames: Iterable[str],
        max_deletions: leavers.Limit,
        retain_leavers: bool,
        waits_for: pulumi.Output[Any] | None,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Declare a guard.

        Args:
            waits_for: where this fails, the guard (and with it the whole roster) is not registered.
        """
        inputs = guarding.inputs_of(roster, usernames, max_deletions, retain_leavers=retain_leavers)
        inputs[tokens.PROVIDER_KEY] = tokens.GUARD_PROVIDER
        if waits_for is not None:
            inputs[_WAITS_FOR] = waits_for.apply(lambda _: None)
        asked: Any = roster_state.whereabouts_of(roster)
        told: pulumi.Output[Whereabouts | None] = pulumi.Output.from_input(asked)
        inputs[_THERE] = told.apply(lambda found: None if found is None else "\n".join(sorted(found.there)))
        inputs[_GONE_TO] = told.apply(lambda found: _lines(found.gone_to) if found and found.gone_to else None)
        inputs[_CAME_FROM] = told.apply(lambda found: _lines(found.came_from) if found and found.came_from else None)
        pulumi.CustomResource.__init__(self, tokens.GUARD, name, inputs, opts)
