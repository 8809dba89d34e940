"""Large rosters are registered in waves: everybody is, in every case, and the state does not show it."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pulumi
import pytest

from connect_users import ConnectUserRoster
from connect_users.emulator import Emulator, seed
from connect_users.program import roster as roster_component
from connect_users.testing import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_connect.client import ConnectClient

PEOPLE = 11
PASSWORD = "A-First-Passw0rd"
FAST = {"connect-users:requestsPerSecond": "1000", "connect-users:burst": "1000"}


def _program(people: int = PEOPLE) -> None:
    rows = [
        {
            "username": f"agent{number:02}",
            "identity_info": {"first_name": "Ada", "last_name": "Lovelace"},
            "routing_profile": "Support",
            "security_profiles": "Agent",
        }
        for number in range(people)
    ]
    ConnectUserRoster(
        "agents",
        instance_id=seed.INSTANCE_ID,
        roster=rows,
        routing_profiles=seed.ROUTING_PROFILES,
        security_profiles=seed.SECURITY_PROFILES,
        passwords=lambda _: pulumi.Output.secret(PASSWORD),
    )


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator that tests reach behind the program's back, too."""
    with Emulator(None) as running:
        yield running


@pytest.fixture
def rehearsal(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsal]:
    """Waves of two people, so that eleven are six waves, the last of them not full."""
    monkeypatch.setattr(roster_component, "_WAVE", 2)
    with Rehearsal(_program, config=FAST, emulator=emulator) as made:
        yield made


def test_everybody_of_every_wave_is_registered(rehearsal: Rehearsal) -> None:
    """Once, and the garbage collector is as it was before."""
    before = gc.get_threshold()
    assert rehearsal.up().raise_for_errors().changes == {"create": PEOPLE + 3}
    assert rehearsal.preview().raise_for_errors().changes == {"same": PEOPLE + 3}
    assert gc.get_threshold() == before


def test_a_person_depends_on_the_guard_and_on_no_other_person(rehearsal: Rehearsal) -> None:
    """A wave waits for another in the program only: else deleting one would concern the next ones."""
    rehearsal.up().raise_for_errors()
    guard = rehearsal.resource("agents-guard").urn
    for number in range(PEOPLE):
        assert rehearsal.resource(f"agents-agent{number:02}").dependencies == [guard]


def test_one_who_cannot_be_made_does_not_hang_the_next_waves(rehearsal: Rehearsal, emulator: Emulator) -> None:
    """The end of the first wave has a name that is taken: the run ends with that error, and the next one mends it."""
    connect = _client(emulator)
    stranger = connect.create_user(
        InstanceId=seed.INSTANCE_ID,
        Username="agent01",
        Password=PASSWORD,
        IdentityInfo={"FirstName": "A", "LastName": "Stranger"},
        RoutingProfileId=seed.ROUTING_PROFILES["Sales"],
        SecurityProfileIds=[seed.SECURITY_PROFILES["Agent"]],
    )["UserId"]
    result = rehearsal.up()
    assert result.failed
    assert "agent01" in " ".join(result.errors)
    connect.delete_user(InstanceId=seed.INSTANCE_ID, UserId=stranger)
    rehearsal.up().raise_for_errors()
    assert len([urn for urn in rehearsal.state if "::agents-agent" in urn]) == PEOPLE


def test_a_roster_that_is_stopped_leaves_the_garbage_collector_as_it_was(rehearsal: Rehearsal) -> None:
    """This process may run other programs."""
    before = gc.get_threshold()
    gc.set_threshold(701, 10, 10)
    try:
        rehearsal.up().raise_for_errors()
        rehearsal.use(lambda: _program(1))
        assert rehearsal.preview().failed
        assert gc.get_threshold() == (701, 10, 10)
    finally:
        gc.set_threshold(*before)


def _client(emulator: Emulator) -> ConnectClient:
    import boto3

    return boto3.client(
        "connect",
        endpoint_url=emulator.endpoint_url,
        region_name=seed.REGION,
        aws_access_key_id="behind",
        aws_secret_access_key="the-back",
    )
