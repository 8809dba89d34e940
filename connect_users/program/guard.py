"""The guard of a roster: a resource whose check fails where too many people would leave.

The rule: ``max_deletions`` is measured against the people whom the engine would delete in this very run. They are the
people of the roster in the stack's state (`connect_users.program.roster_state` asks the engine) whom the program no
longer declares (`connect_users.roster.moves`). So earlier runs do not matter:

- a user who left in a run that failed before its deletions is still in the state, and counts again;
- a user who was deleted is not in the state, and does not count again; one who was never made never counts;
- a user whom the program declares elsewhere moves, and does not count;
- a roster that loses everybody is stopped, unless ``max_deletions`` is a number that allows all of them.

The check gets this in inputs that it removes again, so that they are not part of the state. Where the engine did not
answer, the guard compares with its old inputs: the rows of the last run that reached it.

The guard comes first: its users depend on it, so nothing of the roster is touched before it is checked. It cannot stop
the deletions of a roster that is removed from the program, since the engine deletes a guard after its users, and does
not say whether a run is a ``pulumi destroy``. Any other roster of the program stops them instead; where there is none,
nothing of this package takes part in the run until the deletions are under way.
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
from connect_users.roster import leavers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.roster.moves import Moves

TYPE_TOKEN: Final = tokens.GUARD

#: ``pickle.dumps(RosterGuardProvider(), protocol=4)`` in base64; see `connect_users.program.user.PROVIDER_BLOB`.
PROVIDER_BLOB: Final = "gASVLAAAAAAAAACMDWNvbm5lY3RfdXNlcnOUjBNSb3N0ZXJHdWFyZFByb3ZpZGVylJOUKYGULg=="


#: Inputs for the check alone: what is only waited for, and the parts of `Moves`, with a line for each person.
_WAITS_FOR: Final = "waits_for"
_IN_STATE: Final = "in_state"
_MOVED_TO: Final = "moved_to"
_MOVED_FROM: Final = "moved_from"
_FOR_THE_CHECK: Final = (_WAITS_FOR, _IN_STATE, _MOVED_TO, _MOVED_FROM)
_SHOWN: Final = 3


class RosterGuardProvider(ResourceProvider):
    """Compares the people of a roster with those of the last run. Pickled by reference; never rename or move it."""

    # The pickled reference, whatever the module; see `PROVIDER_BLOB`.
    __module__ = "connect_users"

    serialize_as_secret_always = False

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Fails when more people would leave than `max_deletions` allows; logs who moves."""
        call = host.current_call()
        stored = [name for name in news if not name.startswith(tokens.INTERNAL) and name not in _FOR_THE_CHECK]
        in_state = _people(news, _IN_STATE) if isinstance(news.get(_IN_STATE), str) else _people(olds)
        new, moved_to = _people(news), _pairs(news, _MOVED_TO)
        try:
            allowed = leavers.limit(news.get("max_deletions"))
            text = leavers.too_many(str(news.get("roster")), in_state, new, allowed, moved_to)
        except ConnectUsersError as problem:
            text = str(problem)
        former = f"{olds.get('roster')}-" if olds else ""
        moved_from = {
            username: resource
            for username, resource in _pairs(news, _MOVED_FROM).items()
            # By an alias the resource stays the same.
            if resource != f"{former}{username}"
        }
        for moves in (_moves_text(moved_from, "move here", "from"), _moves_text(moved_to, "move away", "to")):
            if moves:
                host.say(call, "info", moves)
        if in_state - new - moved_to.keys() and news.get("retain_leavers") and not olds.get("retain_leavers"):
            host.say(call, "warning", leavers.NOT_RETAINED_YET)
        return CheckResult({name: news[name] for name in stored}, [CheckFailure("", text)] if text else [])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Left to the engine, which shows who joins and who leaves."""
        del olds, news
        return DiffResult()

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Only an id; the guard does nothing but check its inputs."""
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


def _moves_text(moves: dict[str, str], verb: str, word: str) -> str:
    """The message about people who move; "" where nobody does."""
    if not moves:
        return ""
    who = [f"{username} ({word} {resource})" for username, resource in sorted(moves.items())]
    count = f"1 person {verb.replace('move', 'moves')}" if len(moves) == 1 else f"{len(moves)} people {verb}"
    return f"{count} and {'keeps the' if len(moves) == 1 else 'keep their'} id: {some(who, _SHOWN)}"


def inputs_of(
    roster: str, usernames: Iterable[str], max_deletions: leavers.Limit, *, retain_leavers: bool
) -> dict[str, Any]:
    """The inputs of a guard as the state has them; `connect-users import` writes the same."""
    inputs: dict[str, Any] = {
        "roster": roster,
        "usernames": "".join(f"{username}\n" for username in sorted(usernames)),
        "max_deletions": str(max_deletions),
        tokens.PROVIDER_KEY: PROVIDER_BLOB,
    }
    if retain_leavers:
        inputs["retain_leavers"] = True
    return inputs


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
            usernames: stored as one string with a line for each, sorted: that takes half the space of a list in the
                state, and a preview shows the lines that come and go.
            waits_for: where this fails, the guard (and with it the whole roster) is not registered.
        """
        inputs = inputs_of(roster, usernames, max_deletions, retain_leavers=retain_leavers)
        if waits_for is not None:
            inputs[_WAITS_FOR] = waits_for.apply(lambda _: None)
        awaited: Any = roster_state.moves_of(roster)
        moves: pulumi.Output[Moves | None] = pulumi.Output.from_input(awaited)
        inputs[_IN_STATE] = moves.apply(lambda known: None if known is None else "\n".join(sorted(known.in_state)))
        inputs[_MOVED_TO] = moves.apply(lambda known: _lines(known.moved_to) if known and known.moved_to else None)
        inputs[_MOVED_FROM] = moves.apply(
            lambda known: _lines(known.moved_from) if known and known.moved_from else None
        )
        pulumi.CustomResource.__init__(self, TYPE_TOKEN, name, inputs, opts)
