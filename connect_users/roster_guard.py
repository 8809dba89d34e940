"""The guard of a roster: a resource that remembers who was in it, so that a preview can tell how many would leave.

A program cannot see the old state, but the check of a resource is given its old inputs and its new ones. The guard
makes no call, to AWS or anybody; what it has to say is said by `RosterGuardProvider.check`, which fails the preview,
and the update, before anything of the roster is touched (its users depend on it).
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

from connect_users import host
from connect_users.core import tokens
from connect_users.core.errors import ConnectUsersError
from connect_users.roster import leavers

if TYPE_CHECKING:
    from collections.abc import Iterable

TYPE_TOKEN: Final = tokens.GUARD

#: ``pickle.dumps(RosterGuardProvider(), protocol=4)`` in base64; see `connect_users.resource.PROVIDER_BLOB`.
PROVIDER_BLOB: Final = "gASVLAAAAAAAAACMDWNvbm5lY3RfdXNlcnOUjBNSb3N0ZXJHdWFyZFByb3ZpZGVylJOUKYGULg=="


#: An input that is only waited for.
_WAITS_FOR: Final = "waits_for"


class RosterGuardProvider(ResourceProvider):
    """Compares the people of a roster with those of the last run. Pickled by reference; never rename or move it."""

    # The pickled reference, whatever the module; see `PROVIDER_BLOB`.
    __module__ = "connect_users"

    serialize_as_secret_always = False

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Fails when more people would leave than `max_deletions` allows."""
        call = host.current_call()
        inputs = {
            name: value for name, value in news.items() if not name.startswith(tokens.INTERNAL) and name != _WAITS_FOR
        }
        old, new = _people(olds), _people(news)
        try:
            text = leavers.too_many(str(news.get("roster")), old, new, leavers.limit(news.get("max_deletions")))
        except ConnectUsersError as problem:
            text = str(problem)
        if old - new and news.get("retain_leavers") and not olds.get("retain_leavers"):
            host.say(call, "warning", "retain_leavers counts from the next run on: those who leave now are deleted")
        return CheckResult(inputs, [CheckFailure("", text)] if text else [])

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


def _people(inputs: dict[str, Any]) -> set[str]:
    text = inputs.get("usernames")
    return set(text.split()) if isinstance(text, str) else set()


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
            usernames: kept as one text with a line for each, sorted: in the state that takes half of what a list does,
                and a preview shows the lines that come and go.
            waits_for: where this fails, the guard (and with it the whole roster) is not registered.
        """
        inputs = inputs_of(roster, usernames, max_deletions, retain_leavers=retain_leavers)
        if waits_for is not None:
            inputs[_WAITS_FOR] = waits_for.apply(lambda _: None)
        pulumi.CustomResource.__init__(self, TYPE_TOKEN, name, inputs, opts)
