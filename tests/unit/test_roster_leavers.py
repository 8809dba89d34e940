"""Guard rails of a roster: how many may leave, and who must keep a power."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users import RosterGuardProvider
from connect_users.core.errors import ConfigurationError
from connect_users.core.references import ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.roster.csv_text import read
from connect_users.roster.holders import holder_problems
from connect_users.roster.leavers import DeletionLimit, limit, too_many
from connect_users.roster.names import Names
from connect_users.roster.people import JudgedRoster, RosterOptions, judge

ADMIN = "40000000-0000-4000-8000-000000000001"
AGENT = "40000000-0000-4000-8000-000000000002"
SUPPORT = "30000000-0000-4000-8000-000000000002"
NAMES = {
    ROUTING_PROFILE: Names(ROUTING_PROFILE, {"Support": SUPPORT}),
    SECURITY_PROFILE: Names(SECURITY_PROFILE, {"Agent": AGENT, "Admin": ADMIN}),
}


@pytest.mark.parametrize(
    ("written", "people", "allowed"),
    [
        ("20%", 100, 20),
        ("20%", 99, 19),
        ("20%", 25, 5),
        ("20%", 24, 5),
        ("20%", 3, 5),
        ("20%", 0, 5),
        ("0%", 1000, 5),
        ("100%", 1000, 1000),
        (0, 1000, 0),
        (40, 10, 40),
        ("40", 1000, 40),
        (" 7 % ", 1000, 70),
    ],
)
def test_a_limit_allows(written: Any, people: int, allowed: int) -> None:
    """A number is exact; a percentage is rounded down, but five may always leave."""
    parsed = limit(written)
    assert parsed.of(people) == allowed
    assert limit(str(parsed)) == parsed


@pytest.mark.parametrize("written", [-1, "many", "101%", "1.5%", 1.5, None, True, "", []])
def test_what_is_not_a_limit_is_refused(written: Any) -> None:
    with pytest.raises(ConfigurationError, match="neither a number of people nor a percentage"):
        limit(written)


@pytest.mark.parametrize(("left", "stopped"), [(19, False), (20, False), (21, True), (99, True)])
def test_one_more_than_allowed_is_too_many(left: int, stopped: bool) -> None:
    """The count, three of the names, and how to allow it."""
    old = [f"agent{number:03d}" for number in range(100)]
    text = too_many("agents", old, old[left:], limit("20%"))
    assert (text is not None) == stopped
    if text is not None:
        assert f"{left} of the 100 people of roster 'agents' would leave: agent000, agent001, agent002" in text
        assert f"and {left - 3} more" in text
        assert "max_deletions allows 20 (20% of 100)" in text
        assert text.endswith(f"run once with max_deletions={left}")


def test_joiners_do_not_pay_for_leavers() -> None:
    """A file of other people is a file of leavers, however long it is."""
    text = too_many("agents", ["a", "b"], ["c", "d", "e"], DeletionLimit(1))
    assert text is not None
    assert text.startswith("2 of the 2 people of roster 'agents' would leave: a, b. max_deletions allows 1;")


def test_a_guard_that_does_not_know_the_state_compares_with_its_last_run() -> None:
    """Where the engine did not answer; what it answers is not part of the guard's inputs."""
    guard = RosterGuardProvider()
    olds, news = ({"roster": "agents", "usernames": names, "max_deletions": "1"} for names in ("a\nb\nc\n", "a\n"))
    (failure,) = guard.check(olds, news).failures
    assert failure.reason.startswith("2 of the 3 people of roster 'agents' would leave: b, c.")
    checked = guard.check(olds, {**news, "in_state": "a\nb", "moved_from": "a\told-a"})
    assert checked.failures == []
    assert checked.inputs == news


def _people(*rows: str) -> JudgedRoster:
    text = "username,routing_profile,security_profiles\n" + "".join(f"{row}\n" for row in rows)
    judged = judge(read(text, "agents.csv"), RosterOptions(instance_id=ADMIN, names=NAMES))
    assert judged.problems == ()
    return judged


@pytest.mark.parametrize(
    ("minimum", "required", "messages"),
    [
        ({"Admin": 1}, {}, []),
        (
            {"Admin": 2},
            {},
            ["0: min_holders: 1 person would have the security profile 'Admin' (root), but at least 2 must"],
        ),
        ({"Owner": 1}, {}, ["0: min_holders: 0 people would have the security profile 'Owner', but at least 1 must"]),
        ({"Agent": 2}, {"Admin": ["root"]}, []),
        ({}, {"Admin": "root"}, []),
        ({"Agent": True}, {}, ["0: min_holders: 'Agent': True is not a number of people"]),
        ({}, {"Admin": ["ada"]}, ["2: required_holders: 'ada' must have the security profile 'Admin', but does not"]),
        (
            {},
            {"Admin": ["gone"]},
            ["0: required_holders: 'gone' must have the security profile 'Admin', but is not in the roster"],
        ),
    ],
)
def test_who_must_hold_a_profile(minimum: dict[str, int], required: dict[str, Any], messages: list[str]) -> None:
    """So many people or more, and certain people."""
    judged = _people("ada,Support,Agent", "bo,Support,Agent", "root,Support,Agent|Admin")
    problems = holder_problems(judged, NAMES, minimum, required)
    assert [f"{problem.line}: {problem.column}: {problem.text}" for problem in problems] == messages


def test_a_profile_given_by_its_id_counts() -> None:
    """Its name is in the roster's dict."""
    text = f"username,routing_profile,security_profile_ids\nroot,Support,{ADMIN}\n"
    judged = judge(read(text, "agents.csv"), RosterOptions(instance_id=ADMIN, names=NAMES))
    assert judged.problems == ()
    assert list(holder_problems(judged, NAMES, {"Admin": 1}, {"Admin": ["root"]})) == []
