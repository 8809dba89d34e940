"""The check of a roster's guard: who may leave, who moves, and what the state keeps."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users.core import spelling
from connect_users.core.spec import UNKNOWN
from connect_users.roster.guarding import WORDS, check, inputs_of, lines_of
from connect_users.roster.leavers import limit

PEOPLE = [f"agent{number}" for number in range(8)]


def guard(*usernames: str, retain: bool = False, allowed: str = "20%", **changes: Any) -> dict[str, Any]:
    return {**inputs_of("team", usernames, limit(allowed), retain_leavers=retain), **changes}


def lines(*usernames: str) -> str:
    return "".join(f"{username}\n" for username in usernames)


@pytest.mark.parametrize("theirs", [False, True], ids=["snake_case", "camelCase"])
@pytest.mark.parametrize(
    ("old", "new", "leaving"),
    [
        pytest.param(guard(*PEOPLE), guard("agent0"), 7, id="by the old inputs"),
        pytest.param(guard("agent0"), guard("agent0", in_state=lines(*PEOPLE)), 7, id="by the state"),
        pytest.param(guard(*PEOPLE), guard("agent0", in_state=lines("agent0")), 0, id="those who are not in the state"),
        pytest.param(guard(*PEOPLE), guard("agent0", allowed="7"), 0, id="as many as are allowed"),
        pytest.param(
            guard(*PEOPLE), guard("agent0", moved_to=lines_of(dict.fromkeys(PEOPLE[1:], "r"))), 0, id="those who move"
        ),
        pytest.param({}, guard("agent0", in_state=UNKNOWN, waits_for=UNKNOWN), 0, id="nobody in the first run"),
    ],
)
def test_too_many_leavers_are_a_problem_and_the_state_keeps_the_members_alone(
    old: dict[str, Any], new: dict[str, Any], leaving: int, theirs: bool
) -> None:
    bags = [spelling.theirs(bag, WORDS) if theirs else bag for bag in (old, new)]
    checked = check(*bags)
    assert (checked.problem or "").startswith(f"{leaving} of the 8 people of roster 'team'" if leaving else "")
    assert bool(checked.problem) == bool(leaving)
    assert checked.inputs == {name: new[name] for name in ("roster", "usernames", "max_deletions")}


def test_who_moves_is_said_unless_an_alias_keeps_the_resource() -> None:
    moved = {"ada": "former-ada", "alan": "other-alan", "grace": "team-grace"}
    checked = check(guard("ada"), guard(*moved, moved_from=lines_of(moved), moved_to=lines_of({"kurt": "kurt"})))
    assert checked.messages == (
        ("info", "2 people move here and keep their id: ada (from former-ada), alan (from other-alan)"),
        ("info", "1 person moves away and keeps the id: kurt (to kurt)"),
    )


def test_of_the_same_roster_under_another_parent_everybody_moves() -> None:
    """Its guard is new, too."""
    new = guard("ada", moved_from=lines_of({"ada": "team-ada"}))
    assert check({}, new).messages == (
        ("info", "1 person moves here and keeps the id: ada (from team-ada of another parent)"),
    )


def test_without_the_ownership_tag_no_id_is_promised() -> None:
    moved = lines_of({"ada": "former-ada"})
    checked = check(guard("ada"), guard("ada", moved_from=moved, moved_to=lines_of({"kurt": "kurt"}), untagged=True))
    (one, here), (other, away) = checked.messages
    assert one == other == "warning"
    assert here.startswith("1 person moves here: ada (from former-ada); connect-users:ownershipTag is false, so pulumi")
    assert away.startswith("1 person moves away: kurt (to kurt); connect-users:ownershipTag is false, so pulumi up")
    assert "untagged" not in checked.inputs


def test_leavers_of_the_run_that_turns_retaining_on_are_warned_of() -> None:
    """The engine deletes by the options in the state."""
    assert check(guard("ada", "bo"), guard("ada", retain=True)).messages[0][0] == "warning"
    assert not check(guard("ada", "bo", retain=True), guard("ada", retain=True)).messages
    assert not check(guard("ada", "bo"), guard("ada", "bo", retain=True)).messages


@pytest.mark.parametrize("bad", ["many", None, UNKNOWN])
def test_a_limit_that_is_none_is_a_problem(bad: Any) -> None:
    assert "max_deletions" in str(check({}, guard("ada", max_deletions=bad)).problem)


def test_leavers_by_date_are_named_with_their_last_day() -> None:
    """Those of them who are in the state: whoever left long ago may stay in the file."""
    ended = lines_of({"ada": "2026-11-30", "gone": "2020-01-31"})
    checked = check(guard("ada", "bo"), guard("bo", ended=ended))
    assert checked.messages == (("warning", "1 person leaves by date: ada (last day 2026-11-30)"),)
    assert not check(guard("bo"), guard("bo", ended=ended)).messages
    many = check(guard(*PEOPLE), guard("agent0", allowed="7", ended=lines_of(dict.fromkeys(PEOPLE[1:], "2026-11-30"))))
    assert many.messages[0][1].startswith("7 people leave by date: agent1 (last day 2026-11-30), agent2 (last day")
    assert many.messages[0][1].endswith(" and 4 more")


@pytest.mark.parametrize("theirs", [False, True], ids=["snake_case", "camelCase"])
def test_those_who_are_kept_do_not_leave_and_stay_in_the_state(theirs: bool) -> None:
    """So that the run that removes them sees them, whatever it can ask the engine."""
    people = [f"agent{number:02}" for number in range(13)]
    old, new = guard(*people), guard(kept=lines(*people), in_state=lines(*people), allowed="0")
    checked = check(*(spelling.theirs(bag, WORDS) if theirs else bag for bag in (old, new)))
    assert checked.problem is None
    assert checked.inputs["usernames"] == old["usernames"]
    ((severity, text),) = checked.messages
    assert severity == "warning"
    assert text.startswith("connect-users:removals is false: 13 people who would leave stay: agent00, agent01, ")
    assert text.endswith("agent09 and 3 more; the next run without it removes them")
    one = check(guard("ada", "bo"), guard("ada", kept="bo"))
    assert "1 person who would leave stays: bo;" in one.messages[0][1]
