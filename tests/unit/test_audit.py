"""An audit without an instance: what has which id, what is new, and what was accepted until when."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timezone
from typing import Any

import pytest

from connect_users.review.access import acceptances, drift, history
from connect_users.review.access.acceptances import Acceptance
from connect_users.review.access.audit import Finding, counts, judge, of_people, of_roster
from connect_users.review.access.findings import AccessReview
from connect_users.review.access.sources import Snapshot, UserAccess
from connect_users.review.naming import Labels
from connect_users.review.powers import Powers
from connect_users.review.reach import ProfileFacts, Reach, Restriction
from connect_users.roster.tables import UnreadableRoster

TODAY = date(2026, 11, 27)


def accepted(id_: str, until: date) -> dict[str, Acceptance]:
    return {id_: Acceptance(id_, "grace", until, "why not", 1)}


def test_a_finding_is_accepted_to_the_end_of_the_last_day() -> None:
    """From the next one on it has expired, and is new again once."""
    finding = Finding("power", "ada", "Admin", "x")
    for until, status, new in ((TODAY, "accepted", False), (date(2026, 11, 26), "expired", True)):
        (one,) = judge([finding], accepted("power/ada/Admin", until), TODAY)
        assert (one.status, one.new) == (status, new)
    (one,) = judge([finding], accepted("power/ada/Admin", date(2026, 11, 26)), TODAY, {"power/ada/Admin"})
    assert (one.status, one.new) == ("expired", False)


def test_new_findings_stand_first_and_nothing_is_said_twice() -> None:
    """Then what has expired, what is open, what is accepted; unused power before power."""
    findings = [
        Finding("drift", "ada", "x", ""),
        Finding("drift", "ada", "x", ""),
        Finding("power", "ada", "Admin", ""),
        Finding("power", "bo", "Admin", ""),
        Finding("dormant-power", "zoe", "", ""),
    ]
    judged = judge(findings, accepted("power/bo/Admin", TODAY), TODAY, {"power/ada/Admin"})
    assert [(each.finding.id, each.status, each.new) for each in judged] == [
        ("dormant-power/zoe", "open", True),
        ("drift/ada/x", "open", True),
        ("power/ada/Admin", "open", False),
        ("power/bo/Admin", "accepted", False),
    ]
    assert counts(judged) == {"new": 2, "open": 3, "expired": 0, "accepted": 1}


def test_power_that_reaches_more_is_another_finding() -> None:
    """Whoever accepted a team lead of one site has not accepted one of all sites."""
    snapshot = Snapshot("", (UserAccess("ada", profiles=("Lead",)),))
    limited = ProfileFacts(Reach({"User": frozenset({Restriction("EMEA/UK")})}))
    ids = [
        next(of_people(AccessReview(snapshot, Powers(granted={"Lead": ["Users.Edit"]}, facts=facts)))).id
        for facts in ({"Lead": limited}, {})
    ]
    assert ids == ["power/ada/Lead (only hierarchy EMEA/UK)", "power/ada/Lead"]


def test_a_roster_is_compared_as_far_as_it_says_anything() -> None:
    """An empty cell may be filled by the roster's defaults."""
    live = Snapshot(
        "", (UserAccess("ada", "Sales", ("Agent",), "EMEA", "SOFT_PHONE"), UserAccess("bo", "Support", ("Agent",)))
    )
    roster = Snapshot(
        "", (UserAccess("ada", "Support", (), "", "DESK_PHONE"), UserAccess("bo", "Support", ("Agent", "Admin")))
    )
    assert [each.id for each in of_roster(roster, live)] == [
        "roster/ada/routing Support → Sales",
        "roster/bo/- Admin",
    ]


def test_two_users_with_secret_usernames_are_two_findings() -> None:
    found = [*drift.differences(({}, {}), None, "u1", Labels()), *drift.differences(({}, {}), None, "u2", Labels())]
    assert [each.finding.id for each in judge(found, {}, TODAY)] == ["drift/u1/gone", "drift/u2/gone"]


def test_a_value_that_differs_in_another_way_is_another_finding() -> None:
    """And the same value of another user, so that nobody learns of two who share one."""
    declared = {"username": "ada", "identity_info": {"email": "a@example.com", "first_name": "Ada"}}

    def id_of(email: str, user: str = "u1") -> str:
        live = {**declared, "identity_info": {"email": email, "first_name": "Ada"}}
        (finding,) = drift.differences((declared, {}), (live, {}), user, Labels())
        assert finding.text == "identity_info.email is not what the state says"
        return finding.id

    assert len({id_of("b@example.com"), id_of("c@example.com"), id_of("b@example.com", "u2")}) == 3
    assert id_of("b@example.com") == id_of("b@example.com")


@pytest.mark.parametrize(
    ("now", "about"),
    [
        ({}, "hierarchy_group_id none"),
        ({"hierarchy_group_id": "g2"}, "hierarchy_group_id g2"),
    ],
)
def test_a_group_that_was_taken_away_is_drift(now: dict[str, Any], about: str) -> None:
    """As is another one."""
    found = list(drift.differences(({"username": "ada", "hierarchy_group_id": "g1"}, {}), (now, {}), "u", Labels()))
    assert about in [each.about for each in found]


def test_a_user_of_somebody_else_is_drift() -> None:
    """By the tag that another resource wrote."""
    live: tuple[dict[str, Any], dict[str, Any]] = ({"username": "ada"}, {"other_owner": "urn:x"})
    (finding,) = drift.differences(({"username": "ada"}, {}), live, "u", Labels())
    assert finding.text == "belongs to another resource now: urn:x"


ENTRY = "finding: a, by: b, until: 2027-01-01, why: c"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: b", "f:1: is not a list; the file is a list of dicts with finding, by, until and why"),
        ("- a", "f:1: is not a dict"),
        (f"- {{{ENTRY}}}\n\n- {{{ENTRY}}}", "f:3: 'a' is accepted in line 1, too; keep one of them"),
        ("- {finding: a, by: b, until: 2027-01-01, why: ''}", "f:1: the entry lacks why"),
        ("- {finding: a}", "f:1: the entry lacks by, until and why"),
        (f"- {{{ENTRY}, when: d}}", "f:1: unknown key 'when'; the keys are finding, by, until and why"),
        (f"- {{{ENTRY}, [x]: d}}", "f:1: a key is not a string"),
        (f"- {{{ENTRY}, by: d}}", "f:1: the key 'by' is written twice"),
        ("- finding: a\n  by: [b]", "f:2: by is not a string"),
        (f"- {{{ENTRY.replace('2027-01-01', '20270101')}}}", "f:1: until: '20270101' is not a day"),
        (f"- {{{ENTRY.replace('2027-01-01', '2027-02-30')}}}", "f:1: until: '2027-02-30' is not a day"),
    ],
)
def test_an_acceptance_that_does_not_say_everything_is_refused_by_its_line(text: str, problem: str) -> None:
    """Nobody answers for what nobody signed, or for ever."""
    with pytest.raises(UnreadableRoster) as raised:
        acceptances.read(text, "f")
    assert str(raised.value).startswith(problem)


def test_an_empty_file_accepts_nothing() -> None:
    assert acceptances.read("# nothing yet\n", "f") == {}


def test_the_next_audit_reads_what_the_last_one_wrote() -> None:
    """Who had what; what was accepted is not known, so that it is new when the acceptance is over."""
    entry = UserAccess("ada", "Sales", ("Admin",), "EMEA", "SOFT_PHONE", False, "i", frozenset({"sp-1"}), "u")
    findings = [Finding("power", "ada", "Admin", "x"), Finding("unmanaged", "ada", "", "y")]
    judged = judge(findings, accepted("unmanaged/ada", TODAY), TODAY)
    time = datetime(2026, 11, 27, 2, 17, tzinfo=timezone.utc)
    review = AccessReview(Snapshot("s", (entry,), "i"), Powers(), time=time)
    document = history.document(review, judged)
    assert document["people"][0]["reach"] == {"Admin": "everybody"}
    assert document["people"][0]["last_online"] is None
    earlier = history.read(document, "i")
    assert earlier.open_ids == {"power/ada/Admin"}
    assert earlier.snapshot.source == "the audit of 2026-11-27 02:17 UTC"
    assert earlier.snapshot.people == (dataclasses.replace(entry, instance="", id=""),)
