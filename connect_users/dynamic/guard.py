"""The provider of a roster's guard in Pulumi's dynamic host; its rule is `connect_users.roster.guarding`."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    ReadResult,
    ResourceProvider,
)

from connect_users.dynamic import codec, host
from connect_users.roster import guarding


class RosterGuardProvider(ResourceProvider):
    """Checks who would leave a roster, and does nothing else; the engine shows who joins and leaves.

    Pickled by reference; never rename it.
    """

    # The class is pickled by this name (see `core.tokens.GUARD_PROVIDER`), wherever its file is.
    __module__ = "connect_users"

    serialize_as_secret_always = False

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Fails when more people would leave than `max_deletions` allows; logs who moves."""
        call = host.current_call()
        checked = guarding.check(codec.decode(olds), codec.decode(news))
        for severity, text in checked.messages:
            host.say(call, severity, text)
        return CheckResult(checked.inputs, [CheckFailure("", checked.problem)] if checked.problem else [])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Only an id."""
        return CreateResult(str(props.get("roster") or "roster"), {})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """As it is."""
        return ReadResult(id_, props, host.current_call().inputs("inputs"))
