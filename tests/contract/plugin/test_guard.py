"""The guard of a roster in the plugin: its check counts leavers, by the state if the engine returned it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.testing.provider_process import message
from connect_users.testing.values import UNKNOWN, decode, encode

if TYPE_CHECKING:
    from tests.contract.plugin.driver import Plugin

TYPE = "connect-users:index:RosterGuard"
URN = f"urn:pulumi:dev::shop::connect-users:index:UserRoster${TYPE}::team-guard"


def lines(*usernames: str) -> str:
    return "".join(f"{username}\n" for username in usernames)


def guard(*usernames: str, **changes: Any) -> dict[str, Any]:
    return {"roster": "team", "usernames": lines(*usernames), "maxDeletions": "20%", **changes}


def ask(plugin: Plugin, method: str, **bags: Any) -> Any:
    encoded = {
        key: encode(bag, secrets=True, unknowns=True) if isinstance(bag, dict) else bag for key, bag in bags.items()
    }
    return plugin.call(method, message(f"{method}Request", urn=URN, type=TYPE, name="team-guard", **encoded))


PEOPLE = [f"agent{number}" for number in range(8)]


@pytest.mark.parametrize("source", ["the old inputs", "the state"])
def test_too_many_leavers_fail_its_check(source: str, plugin: Plugin) -> None:
    there = {"inState": lines(*PEOPLE)} if source == "the state" else {}
    olds = guard(*(["agent0"] if there else PEOPLE))
    (failure,) = ask(plugin, "Check", olds=olds, news=guard("agent0", **there)).failures
    assert failure.property == ""
    assert "7 of the 8 people of roster 'team' would leave" in failure.reason
    assert failure.reason.endswith("run once with maxDeletions=7")
    reply = ask(plugin, "Check", olds=olds, news=guard("agent0", maxDeletions="7", **there))
    assert not reply.failures
    assert decode(reply.inputs) == guard("agent0", maxDeletions="7")


def test_whoever_the_state_does_not_have_cannot_leave(plugin: Plugin) -> None:
    """People of a run that failed before it made them."""
    assert not ask(plugin, "Check", olds=guard(*PEOPLE), news=guard("agent0", inState=lines("agent0"))).failures


def test_what_is_not_known_or_not_a_limit_does_no_harm(plugin: Plugin) -> None:
    reply = ask(plugin, "Check", olds={}, news=guard("ada", inState=UNKNOWN, waitsFor=UNKNOWN))
    assert not reply.failures
    assert decode(reply.inputs) == guard("ada")
    (failure,) = ask(plugin, "Check", olds={}, news=guard("ada", maxDeletions="many")).failures
    assert failure.reason.startswith("maxDeletions: 'many' is neither a number of people nor a percentage")


def test_leavers_are_retained_from_the_next_run_on(plugin: Plugin) -> None:
    ask(plugin, "Check", olds=guard(*PEOPLE), news=guard(*PEOPLE[1:], retainLeavers=True))
    (said,) = plugin.log.take()
    assert (said.severity, said.urn) == ("warning", URN)
    assert said.message.startswith("retainLeavers takes effect from the next run")


def test_its_life_is_its_inputs(plugin: Plugin) -> None:
    one, other = guard("ada"), guard("ada", "alan")
    assert ask(plugin, "Diff", olds=one, news=one, old_inputs=one).changes == 1
    diff = ask(plugin, "Diff", olds=one, news=other, old_inputs=one)
    assert (diff.changes, list(diff.detailedDiff)) == (2, ["usernames"])
    assert ask(plugin, "Create", properties=one, preview=True).id == ""
    made = ask(plugin, "Create", properties=one)
    assert (made.id, decode(made.properties)) == ("team", one)
    assert decode(ask(plugin, "Update", id="team", olds=one, news=other).properties) == other
    read = ask(plugin, "Read", id="team", properties=one, inputs=one)
    assert (read.id, decode(read.inputs)) == ("team", one)
    ask(plugin, "Delete", id="team", properties=one)


def test_a_state_of_the_dynamic_guard_is_taken_over_by_an_update(plugin: Plugin) -> None:
    dynamic = {"roster": "team", "usernames": lines("ada"), "max_deletions": "20%", "__provider": "gASV"}
    diff = ask(plugin, "Diff", olds=dynamic, news=guard("ada"), old_inputs=dynamic)
    assert (diff.changes, dict(diff.detailedDiff)) == (2, {})
