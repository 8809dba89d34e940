"""When people were last online: the CSV of the Login/Logout report, what two sources say together, who is dormant."""

from __future__ import annotations

import argparse
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_users.cli.access import days_of
from connect_users.core import ownership, tokens
from connect_users.core.fields import TOKEN_KEY
from connect_users.review.access import logins
from connect_users.review.access.dormancy import Dormancy, LastOnline, from_online_days
from connect_users.review.access.findings import AccessReview
from connect_users.review.access.sources import Snapshot, UserAccess, from_live, from_state
from connect_users.review.naming import Labels
from connect_users.review.powers import Powers
from connect_users.review.steps import Resource

at = datetime.fromisoformat
NOW = at("2026-11-27 09:30")
HEADERS = "Agent,Login time,Logout time,Duration"


def report(*rows: str, headers: str = HEADERS) -> str:
    return "\n".join((headers, *rows)) + "\n"


def last(text: str, username: str = "ada") -> LastOnline:
    return logins.read(text, "logins.csv").of(UserAccess(username))


@pytest.mark.parametrize(
    "text",
    [
        report("ada,2026-11-20 08:00:00,2026-11-20 16:30:00,08:30:00"),
        report("ada,2026-11-20T08:00:00Z,2026-11-20T16:30:00Z,30600"),
        report("ada,2026-11-20T08:00:00.000+00:00,2026-11-20T17:30:00.000+01:00,30600"),
        report('ada,"Nov 20, 2026 8:00:00 AM","Nov 20, 2026 4:30:00 PM",08:30'),
        report("ada,11/20/2026 8:00 AM,11/20/2026 4:30 PM,8:30"),
        report('ada,"11/20/2026, 8:00:00 AM","11/20/2026, 4:30:00 PM",8:30'),
        report("ada,20/11/2026 08:00,20/11/2026 16:30,8:30"),
        report("ada,2026-11-20 08:00:00 UTC,2026-11-20 16:30:00 UTC,8:30"),
        report("ada,2026-11-20 08:00:00 (Europe/London),2026-11-20 16:30:00 (Europe/London),8:30"),
        report("ada;20.11.2026 08:00;20.11.2026 16:30", headers="Username;Login;Logout"),
        report(
            "2026-11-20 08:00,ada,x,2026-11-20 16:30", headers="Login Timestamp,Agent login,Routing,Logout Timestamp"
        ),
        report("ada,2026-11-20 08:00,2026-11-20 16:30", headers="Login,Logged in at,Logged out at"),
        report("", "ada,2026-11-20 08:00,2026-11-20 16:30,8:30", ""),
    ],
)
def test_a_session_is_read_however_its_time_is_written(text: str) -> None:
    """AWS documents neither the names of the columns nor the form of times."""
    assert last(text) == LastOnline(at("2026-11-20 16:30"))


def test_of_several_sessions_the_latest_counts() -> None:
    """In any order, and each agent for itself."""
    text = report(
        "ada,2026-11-20 08:00,2026-11-20 16:00,8:00",
        "bo,2026-11-19 08:00,2026-11-19 16:00,8:00",
        "ada,2026-11-18 08:00,2026-11-18 16:00,8:00",
    )
    assert last(text) == LastOnline(at("2026-11-20 16:00"))
    assert last(text, "bo") == LastOnline(at("2026-11-19 16:00"))


def test_an_empty_logout_is_a_session_that_still_runs() -> None:
    """It ran when the report was made, which is not before its last row."""
    text = report("ada,2026-11-14 08:00,,", "bo,2026-11-20 08:00,2026-11-20 16:00,8:00")
    assert last(text) == LastOnline(at("2026-11-20 16:00"), signed_in=True)
    assert str(last(text)) == "2026-11-20 (signed in, no sign-out since)"


def test_who_is_not_in_the_report_is_unknown() -> None:
    """The report covers some days, and may be filtered."""
    found = last(report("ada,2026-11-14 08:00,2026-11-20 16:00,"), "chloe")
    assert found.dormant(NOW, 1) is None
    assert str(found) == "unknown: not in logins.csv (2026-11-14 to 2026-11-20)"
    assert str(last(report())) == "unknown: not in logins.csv (which has no rows)"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty; download the Login/Logout report with Download CSV"),
        ("username,first_name\nada,Ada\n", "it has no column for the login"),
        ("Login time,Logout time\n2026-11-20 08:00,\n", "it has no column for the agent"),
        ("Agent,Login time\nada,2026-11-20 08:00\n", "it has no column for the logout"),
        ('Agent,Login time,Logout time\nada,"2026', "it cannot be read as CSV"),
        (report("ada,2026-11-20 08:00,yesterday,"), "'yesterday' is not a time in the format of the other rows"),
        (
            report("ada,2026-11-20 08:00,11/20/2026 16:00,"),
            "'11/20/2026 16:00' is not a time in the format of the other rows",
        ),
        (report("ada,03/04/2026 08:00,03/04/2026 16:00,"), "'03/04/2026 08:00' may be month/day or day/month"),
        (report("ada,2026-11-20 08:00,", ",2026-11-20 08:00,,"), "row 3 has no agent or no time"),
        (report("ada,2026-11-20 08:00,", "bo,,,"), "row 3 has no agent or no time"),
    ],
)
def test_a_file_that_is_not_a_report_is_refused_in_one_line(text: str, problem: str) -> None:
    """It says what to do, and nothing is guessed."""
    with pytest.raises(ValueError, match=r"^[^\n]+$") as caught:
        logins.read(text, "logins.csv")
    assert problem in str(caught.value)


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from([*HEADERS.split(","), "2026-11-20 08:00", "11/20/2026 8:00 AM", "0001-01-01T00:00:00+14:00", "AM"]),
)
TEXTS = st.lists(st.lists(CELLS, max_size=5).map(",".join), max_size=6).map("\n".join)


@given(st.one_of(TEXTS, TEXTS.map(f"{HEADERS}\n".__add__)))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever a file holds, nothing but a refusal is raised."""
    with suppress(ValueError):
        assert logins.read(text, "logins.csv").absent.why


def test_days_that_read_the_same_either_way_are_not_refused() -> None:
    """The fourth of April is 04/04."""
    assert last(report("ada,04/04/2026 08:00,04/04/2026 16:00,")).at == at("2026-04-04 16:00")


START = at("2026-08-30")
ONLINE = from_online_days({"u1": at("2026-11-26"), "u2": at("2026-09-20")}, ["u1", "u2", "u3"], START)


@pytest.mark.parametrize(
    ("user", "days", "dormant", "words"),
    [
        ("u1", 60, False, "2026-11-26"),
        ("u2", 60, True, "2026-09-20"),
        ("u2", 68, False, "2026-09-20"),
        ("u2", 67, True, "2026-09-20"),
        ("u3", 60, True, "no online time as an agent since 2026-08-30; AWS keeps nothing from before"),
        ("u3", 89, True, "no online time as an agent since 2026-08-30; AWS keeps nothing from before"),
        ("u3", 90, None, "no online time as an agent since 2026-08-30; AWS keeps nothing from before"),
        ("u9", 60, None, "unknown: not in the online time of agents"),
        ("", 60, None, "unknown: not in the online time of agents"),
    ],
)
def test_who_was_not_online_is_dormant_as_far_back_as_aws_keeps(
    user: str, days: int, dormant: bool | None, words: str
) -> None:
    """Beyond that it is unknown, and so is anybody who was not asked about."""
    found = ONLINE.of(UserAccess("ada", id=user))
    assert found.dormant(NOW, days) is dormant
    assert str(found) == words


def test_two_sources_add_up() -> None:
    """The later moment counts; an administrator who never takes a contact signs in all the same."""
    signed_in = logins.read(report("ada,2026-11-20 08:00,2026-11-20 16:00,"), "logins.csv")
    everything = Dormancy((ONLINE, signed_in), NOW, 60)
    assert everything.last_online(UserAccess("ada", id="u3")).at == at("2026-11-20 16:00")
    assert everything.of(UserAccess("ada", id="u3")) is False
    assert everything.of(UserAccess("bo", id="u3")) is True
    assert everything.last_online(UserAccess("bo", id="u2")).at == at("2026-09-20")
    unknown = str(everything.last_online(UserAccess("chloe")))
    assert unknown == "unknown: not in the online time of agents, not in logins.csv (2026-11-20 to 2026-11-20)"
    assert str(Dormancy((), NOW, 60).last_online(UserAccess("ada"))) == "unknown"


def test_people_with_power_stand_first() -> None:
    """Those who were not online, then those whose time is not known; who was online comes last."""
    people = (
        UserAccess("agent", profiles=("Agent",), id="u3"),
        UserAccess("boss", profiles=("Admin",), id="u9"),
        UserAccess("busy", profiles=("Admin",), id="u1"),
        UserAccess("idle", profiles=("Admin", "Agent"), id="u3"),
        UserAccess("new", profiles=("Agent",), id="u9"),
        UserAccess("staff", profiles=("Agent",), id="u1"),
    )
    snapshot, dormancy = Snapshot("s", people), Dormancy((ONLINE,), NOW, 60)
    review = AccessReview(snapshot, Powers(), dormancy=dormancy)
    assert [entry.username for entry in review.power_first()] == ["idle", "boss", "agent", "new", "busy", "staff"]
    flagged = {entry.username: each for entry, each in zip(people, review.flags, strict=True)}
    assert flagged["idle"] == ("power", "dormant-power", "no-hierarchy")
    assert flagged["boss"] == ("power", "unseen-power", "no-hierarchy")
    assert flagged["agent"] == ("dormant", "no-hierarchy")
    assert flagged["new"] == flagged["staff"] == ("no-hierarchy",)
    assert flagged["busy"] == ("power", "no-hierarchy")
    assert AccessReview(snapshot, Powers()).flags[3] == ("power", "no-hierarchy")


@pytest.mark.parametrize("text", ["60d", "60", " 60d "])
def test_a_time_is_a_number_of_days(text: str) -> None:
    """With its unit or without."""
    assert days_of(text) == 60


@pytest.mark.parametrize("text", ["0d", "", "2w", "-1", "99999d", "1.5d"])
def test_any_other_time_is_refused(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(argparse.ArgumentTypeError, match="is not a number of days, such as 60d"):
        days_of(text)


def test_whoever_was_made_a_short_time_ago_is_not_dormant() -> None:
    """By the ownership token, which a live user has in a tag, and a state in its outputs; not who was taken over."""
    urn = f"urn:pulumi:prod::shop::{tokens.USER}::ada"
    lately, long_ago = NOW.timestamp() - 86_400, NOW.timestamp() - 90 * 86_400
    found = []
    for token in (
        ownership.new_token(lately, urn),
        ownership.new_token(long_ago, urn),
        ownership.taking_token(lately, urn, ours=False),
        ownership.new_token(NOW.timestamp() + 86_400, urn),
        "0" * 24,
    ):
        live = from_live("", [{"Username": "ada", "Id": "u", "Tags": ownership.tag(token, urn)}], Labels())
        state = from_state(
            "", [Resource(urn, tokens.USER, {"username": "ada"}, {TOKEN_KEY: token}, user=True)], Labels()
        )
        absent = Dormancy([from_online_days({}, ["u"], at("2026-08-30"))], NOW, 60)
        unseen = Dormancy([from_online_days({}, [], at("2026-08-30"))], NOW, 60)
        found.append((absent.of(live.people[0]), unseen.of(state.people[0])))
    assert found == [(False, False), (True, None), (True, None), (True, None), (True, None)]
