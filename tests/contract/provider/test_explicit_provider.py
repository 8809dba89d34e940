"""`Provider`: its inputs, what it takes over from the stack, and that users obey it in the real dynamic host."""

from __future__ import annotations

import dataclasses
import inspect
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from connect_users import ConnectUser
from connect_users.core.settings import KEYS, Settings, from_config
from connect_users.emulator import Emulator, seed
from connect_users.program.provider import Provider
from connect_users.testing import Rehearsal, Secret
from tests.contract.emulator.support import connect

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def rehearse() -> Callable[..., Rehearsal]:
    """Rehearsals without an emulator of their own."""

    def make(program: Callable[[], Any], **options: Any) -> Rehearsal:
        return Rehearsal(program, emulator=False, **options)

    return make


def user(name: str, **options: Any) -> None:
    """Declare a user of a seeded instance."""
    ConnectUser(
        name,
        instance_id=seed.INSTANCE_ID,
        username=name,
        password="Corr3ct-horse",
        identity_info={"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"},
        routing_profile_id=seed.ROUTING_PROFILES["Support"],
        security_profile_ids=[seed.SECURITY_PROFILES["Agent"]],
        opts=pulumi.ResourceOptions(**options),
    )


def usernames(emulator: Emulator) -> list[str]:
    """Who is there."""
    users = connect(emulator).list_users(InstanceId=seed.INSTANCE_ID)["UserSummaryList"]
    return sorted(each["Username"] for each in users)


#: Every setting, none at its default, and as a user may write it.
EVERYTHING: dict[str, Any] = {
    "region": "eu-west-2",
    "profile": "centre",
    "endpoint_url": "http://127.0.0.1:9",
    "requests_per_second": 2.5,
    "burst": 7,
    "timeout": 60,
    "ownership_tag": False,
    "removals": False,
    "emulator": True,
    "emulator_state": "here.sqlite",
}


def test_it_takes_every_setting() -> None:
    """By the names of the settings; a new setting is a new parameter."""
    parameters = inspect.signature(Provider).parameters
    assert [name for name in parameters if name not in ("name", "opts")] == [
        field.name for field in dataclasses.fields(Settings)
    ]
    assert set(EVERYTHING) == set(KEYS)


@pytest.mark.parametrize("late", [False, True], ids=["plain", "outputs"])
def test_inputs_are_read_as_the_stack_configuration_is(rehearse: Callable[..., Rehearsal], late: bool) -> None:
    """Texts under the same keys, whatever the program gave: the dynamic host's own reading gives the same settings."""
    settings: list[Settings] = []

    def program() -> None:
        given: Any = {key: pulumi.Output.from_input(value) if late else value for key, value in EVERYTHING.items()}
        Provider("p", **given).settings.apply(settings.append)

    rehearsal = rehearse(program)
    rehearsal.up().raise_for_errors()
    inputs = rehearsal.resource("p").inputs
    assert inputs["connect-users:requestsPerSecond"] == "2.5"
    assert inputs["connect-users:ownershipTag"] == "false"
    assert set(inputs) == {keys[0] for keys, _ in KEYS.values()}
    assert settings == [from_config(inputs)] == [Settings(**EVERYTHING)]


STACK = {
    "aws:region": "us-west-2",
    "aws:profile": "stack",
    "connect-users:requestsPerSecond": "9",
    "connect-users:emulator": "true",
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Settings(region="us-west-2", profile="stack", requests_per_second=9.0, emulator=True)),
        (
            {"region": "eu-west-2"},
            Settings(region="eu-west-2", profile="stack", requests_per_second=9.0, emulator=True),
        ),
        (
            {"profile": "", "emulator": False},
            Settings(region="us-west-2", profile=None, requests_per_second=9.0),
        ),
        (
            {"requests_per_second": 1, "timeout": 5},
            Settings(region="us-west-2", profile="stack", requests_per_second=1.0, timeout=5.0, emulator=True),
        ),
    ],
)
def test_what_is_left_out_is_the_stacks(
    rehearse: Callable[..., Rehearsal], given: dict[str, Any], expected: Settings
) -> None:
    """A stack on the emulator stays on it; an empty text leaves a setting to boto3."""
    rehearsal = rehearse(lambda: Provider("p", **given), config=STACK)
    rehearsal.up().raise_for_errors()
    assert from_config(rehearsal.resource("p").inputs) == expected


def test_a_secret_of_the_stack_stays_one(rehearse: Callable[..., Rehearsal]) -> None:
    """It would otherwise be plain in the provider's state."""
    key = "connect-users:endpointUrl"
    rehearsal = rehearse(lambda: Provider("p"), config={key: Secret("https://user:word@proxy.example.com")})
    rehearsal.up().raise_for_errors()
    assert rehearsal.resource("p").inputs[key] == Secret("https://user:word@proxy.example.com")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"requests_per_second": 0}, "Provider 'p': connect-users:requestsPerSecond: 0 is not a number above 0"),
        ({"burst": 2.5}, "Provider 'p': connect-users:burst: 2.5 is not a whole number"),
        ({"emulator": "yes"}, "Provider 'p': connect-users:emulator: \"yes\" is neither true nor false"),
        ({"region": 7}, "Provider 'p': connect-users:region: 7 is not a string"),
    ],
)
def test_a_plain_setting_that_cannot_be_read_fails_the_program_at_once(
    rehearse: Callable[..., Rehearsal], given: dict[str, Any], message: str
) -> None:
    """In one line, before anything is registered."""
    result = rehearse(lambda: Provider("p", **given)).preview()
    assert result.errors == (message,)
    assert not [step for step in result.steps if step.name == "p"]


def test_all_settings_that_cannot_be_read_are_reported_at_once(rehearse: Callable[..., Rehearsal]) -> None:
    """One error for the provider, and none for settings that are outputs."""
    unknown: Any = pulumi.UNKNOWN
    result = rehearse(lambda: Provider("p", burst=0, timeout=-1, region=pulumi.Output.from_input(unknown))).preview()
    (error,) = result.errors
    assert "connect-users:burst: 0 is not" in error
    assert "connect-users:timeout: -1 is not" in error
    assert "region" not in error


def test_a_setting_that_turns_out_unreadable_fails_its_users(rehearse: Callable[..., Rehearsal]) -> None:
    """An output is judged in the dynamic host, in one line on the user."""

    def program() -> None:
        fast: Any = pulumi.Output.from_input("fast")
        user("ada", provider=Provider("p", requests_per_second=fast))

    (error,) = rehearse(program).preview().errors
    assert 'connect-users:requestsPerSecond: "fast" is not a number' in error
    assert "Traceback" not in error


def test_a_setting_that_turns_out_to_be_none_is_not_set(rehearse: Callable[..., Rehearsal]) -> None:
    """Such as an output of another stack that is not there."""
    nothing: Any = None
    rehearsal = rehearse(lambda: Provider("p", profile=pulumi.Output.from_input(nothing)))
    rehearsal.up().raise_for_errors()
    assert from_config(rehearsal.resource("p").inputs) == Settings()


def test_each_user_lives_where_its_provider_says(rehearse: Callable[..., Rehearsal]) -> None:
    """Two accounts in one stack, one of them by way of a component's providers; destroy finds them, too."""
    with Emulator() as london, Emulator() as sydney:

        def program() -> None:
            place: dict[str, Any] = {"region": "us-east-1", "requests_per_second": 1000}
            first = Provider("london", endpoint_url=london.endpoint_url, **place)
            second = Provider("sydney", endpoint_url=sydney.endpoint_url, **place)
            user("ada", provider=first)
            floor = pulumi.ComponentResource(
                "test:index:Floor", "floor", opts=pulumi.ResourceOptions(providers=[second])
            )
            user("grace", parent=floor)

        with Rehearsal(program, emulator=False, environment=CREDENTIALS) as rehearsal:
            rehearsal.up().raise_for_errors()
            assert (usernames(london), usernames(sydney)) == (["ada"], ["grace"])
            assert set(rehearsal.up().raise_for_errors().changes) == {"same"}
            rehearsal.destroy().raise_for_errors()
            assert (usernames(london), usernames(sydney)) == ([], [])


CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_PROFILE": None}


def test_a_rehearsals_emulator_serves_explicit_providers_too() -> None:
    """A program that names its region may be rehearsed as it is."""
    with (
        Emulator() as emulator,
        Rehearsal(lambda: user("ada", provider=Provider("p", region="us-east-1")), emulator=emulator) as rehearsal,
    ):
        rehearsal.up().raise_for_errors()
        assert usernames(emulator) == ["ada"]
