"""Who leaves a roster by date, and who is kept in spite of the file, in rehearsals on a clock of the test."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import grpc
import pulumi
import pytest

from connect_users import ConnectUserRoster, Provider
from connect_users.emulator import seed
from connect_users.testing import Rehearsal
from connect_users.testing.program import RehearsalMonitor

if TYPE_CHECKING:
    from connect_users.testing.result import Result

FAST = {"connect-users:requestsPerSecond": "1000", "connect-users:burst": "1000"}
PEOPLE = ("ada", "bo", "cy")
#: Arguments of a roster whose people are alike.
SUPPORT: dict[str, Any] = {
    "instance_id": seed.INSTANCE_ID,
    "routing_profiles": seed.ROUTING_PROFILES,
    "security_profiles": seed.SECURITY_PROFILES,
    "defaults": {"routing_profile": "Support", "security_profiles": "Agent"},
    "passwords": lambda _: pulumi.Output.secret("A-First-Passw0rd"),
}


class Clock:
    """The time of day in which rosters are declared."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 30, 23, 30, tzinfo=dt.timezone.utc)

    def roster(self, *args: Any, **options: Any) -> ConnectUserRoster:
        class Roster(ConnectUserRoster):
            _types = dataclasses.replace(ConnectUserRoster._types, now=lambda: self.now)

        return Roster(*args, **options)


class Office:
    """A roster of rows, on a clock.

    Attributes:
        people: username -> first and last day.
        options: of the roster.
        removals: as the roster's own provider says; None leaves it to the stack.
    """

    def __init__(self) -> None:
        self.people: dict[str, tuple[str, str]] = dict.fromkeys(PEOPLE, ("", ""))
        self.options: dict[str, Any] = {}
        self.removals: bool | None = None
        self.clock = Clock()
        self.rehearsal = Rehearsal(self.declare, config=dict(FAST))

    def declare(self) -> None:
        """The program."""
        # An output, as a setting may be.
        removals = None if self.removals is None else pulumi.Output.from_input(self.removals)
        provider = Provider("place", removals=removals)
        self.clock.roster(
            "team",
            roster=[
                {"username": name, "first_name": "A", "last_name": "B", "first_day": first, "last_day": last}
                for name, (first, last) in self.people.items()
            ],
            opts=pulumi.ResourceOptions(providers=[provider]),
            **SUPPORT,
            **self.options,
        )

    def up(self) -> Result:
        return self.rehearsal.up().raise_for_errors()

    def keep(self, *usernames: str) -> None:
        self.people = dict.fromkeys(usernames, ("", ""))


@pytest.fixture
def office() -> Office:
    office = Office()
    office.up()
    return office


def users(office: Office) -> dict[str, Any]:
    return {name: (one.id, one.inputs, one.outputs) for name in PEOPLE if (one := _resource(office, name)) is not None}


def _resource(office: Office, name: str) -> Any:
    try:
        return office.rehearsal.resource(f"team-{name}")
    except LookupError:
        return None


def test_a_last_day_ends_at_midnight(office: Office) -> None:
    """The run of that day says so; the run after it deletes, says by which date, and names nobody after that."""
    office.people["bo"] = ("", "2026-11-30")
    assert "today, 2026-11-30, is the last day of 1 person: bo; the next run on a later day deletes them" in str(
        office.up()
    )
    assert set(users(office)) == set(PEOPLE)
    office.clock.now += dt.timedelta(hours=1)
    preview = str(office.rehearsal.preview().raise_for_errors())
    assert "severity='warning'" in preview
    assert "1 person leaves by date: bo (last day 2026-11-30)" in preview
    office.up()
    assert set(users(office)) == {"ada", "cy"}
    assert "by date" not in str(office.up())


def test_the_zone_of_the_roster_decides(office: Office) -> None:
    """Half past eleven in London is the next day in Berlin, and no day yet in New York."""
    office.people["bo"] = ("", "2026-11-30")
    office.people["di"] = ("2026-12-01", "")
    changes = {}
    for zone in ("Europe/London", "Europe/Berlin", "America/New_York"):
        office.options["timezone"] = zone
        changes[zone] = office.rehearsal.preview().raise_for_errors().changes
    assert changes["Europe/Berlin"]["delete"] == changes["Europe/Berlin"]["create"] == 1
    assert changes["Europe/London"] == changes["America/New_York"]
    assert "delete" not in changes["Europe/London"]


def test_leavers_by_date_count(office: Office) -> None:
    """A day on which many leave has to be confirmed, too."""
    office.people = dict.fromkeys(PEOPLE, ("", "2026-11-29"))
    (error,) = office.rehearsal.preview().errors
    assert "3 of the 3 people of roster 'team' would leave" in error
    office.options["max_deletions"] = 3
    assert "3 people leave by date: ada (last day 2026-11-29), bo (last day 2026-11-29), cy" in str(office.up())


@pytest.mark.parametrize("explicit", [False, True], ids=["the stack", "a provider"])
def test_without_removals_everybody_stays_as_they_are(office: Office, explicit: bool) -> None:
    """The setting is the stack's, or that of the roster's own provider."""
    if explicit:
        office.removals = False
    else:
        office.rehearsal.set_config("connect-users:removals", "false")
    before = users(office)
    office.keep("ada")
    preview = office.rehearsal.preview().raise_for_errors()
    assert "connect-users:removals is false: 2 people who would leave stay: bo, cy; the next run without" in str(
        preview
    )
    assert "delete" not in preview.changes
    office.up()
    assert users(office) == before
    office.keep("ada", "bo")
    assert "1 person who would leave stays: cy; the next run" in str(office.up())

    office.removals = True if explicit else None
    office.rehearsal.set_config("connect-users:removals", "")
    assert office.up().changes["delete"] == 1
    assert set(users(office)) == {"ada", "bo"}


def test_where_the_engine_names_nobody_nobody_can_be_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """So nothing is done at all."""

    class Refusal(grpc.RpcError):
        code = staticmethod(lambda: grpc.StatusCode.UNKNOWN)
        details = staticmethod(lambda: "no backend client is available")

    def refuse(*_: object) -> None:
        raise Refusal

    monkeypatch.setattr(RehearsalMonitor, "Invoke", refuse)
    office.rehearsal.set_config("connect-users:removals", "false")
    office.keep("ada")
    result = office.rehearsal.up()
    assert "roster 'team': connect-users:removals is false, but the engine did not return" in " ".join(result.errors)
    assert set(users(office)) == set(PEOPLE)


def test_a_setting_that_cannot_be_read_keeps_everybody_and_fails(office: Office) -> None:
    office.rehearsal.set_config("connect-users:removals", "no")
    office.keep("ada")
    result = office.rehearsal.up()
    assert 'connect-users:removals: "no" is neither true nor false' in " ".join(result.errors)
    assert set(users(office)) == set(PEOPLE)


def test_a_move_is_not_promised_to_people_without_an_ownership_tag() -> None:
    """The preview says what `up` will do."""
    rosters = {"here": ["ada", "bo"], "there": ["cy"]}

    def program() -> None:
        provider = Provider("place", ownership_tag=pulumi.Output.from_input(False))
        for name, people in rosters.items():
            ConnectUserRoster(
                name,
                roster=[{"username": each, "first_name": "A", "last_name": "B"} for each in people],
                opts=pulumi.ResourceOptions(providers=[provider]),
                **SUPPORT,
            )

    rehearsal = Rehearsal(program, config=dict(FAST))
    rehearsal.up().raise_for_errors()
    rosters.update(here=["ada"], there=["cy", "bo"])
    preview = str(rehearsal.preview().raise_for_errors())
    for text in ("1 person moves here: bo (from here-bo)", "1 person moves away: bo (to there-bo)"):
        assert f"{text}; connect-users:ownershipTag is false, so pulumi up refuses this, unless" in preview
    assert "keeps the id" not in preview
    assert "carries no ownership tag" in " ".join(rehearsal.up().errors)
