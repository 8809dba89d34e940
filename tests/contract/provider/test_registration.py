"""What a program hears of its bad users before anything is registered."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from typing import Any

import pulumi
import pytest

from connect_users import ConnectUser, ConnectUserRoster, Provider
from connect_users.emulator import seed
from connect_users.program import registration
from connect_users.testing import Rehearsal

ROUTING_PROFILE_ID = seed.ROUTING_PROFILES["Support"]
SECURITY_PROFILE_IDS = [seed.SECURITY_PROFILES["Agent"]]


def _refused(usernames: dict[str, str]) -> list[str]:
    """The lines of the one error of a program with these users."""

    def program() -> None:
        for name, username in usernames.items():
            ConnectUser(
                name,
                instance_id=seed.INSTANCE_ID,
                username=username,
                routing_profile_id=ROUTING_PROFILE_ID,
                security_profile_ids=SECURITY_PROFILE_IDS,
            )

    with Rehearsal(program, emulator=False) as rehearsal:
        result = rehearsal.preview()
    assert result.changes.get("create", 0) <= 1, "the stack alone"
    (error,) = result.errors
    return error.splitlines()


def test_twelve_bad_users_are_reported_at_once() -> None:
    """The engine itself would stop at the first."""
    first, *lines = _refused({f"u{number}": f"bad {number}" for number in range(12)})
    assert first == "12 problems in the inputs of Connect users:"
    assert lines == [
        f"  u{number} (bad {number}): username: 'bad {number}' has a blank; AWS allows letters, digits and _ - . @"
        for number in range(12)
    ]


def test_a_problem_is_one_line_whatever_the_name() -> None:
    """A name with line breaks or control characters neither breaks the list nor reaches the terminal as it is."""
    first, *lines = _refused({"a": "ada\n\x1b[31m", "b": "", "c": "x" * 5_000})
    assert first == "3 problems in the inputs of Connect users:"
    assert [line.partition(": username: ")[0] for line in lines] == [
        r"  a ('ada\n\x1b[31m')",
        "  b ('')",
        f"  c ('{'x' * 156}...)",
    ]


def test_a_user_who_is_declared_twice_is_an_error_in_the_preview() -> None:
    """The second could never be made: a name is taken once in an instance. Case counts."""
    first, *lines = _refused({"a": "ada", "b": "ada", "c": "Ada"})
    assert first == "1 problem in the inputs of Connect users:"
    assert lines == ["  b (ada): username: is already declared as 'a'; declare each user once"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(None, {"region": "eu-west-2"}, False, id="the stack's region may be another"),
        pytest.param({"region": "us-east-1"}, {"region": "eu-west-2"}, False, id="two regions"),
        pytest.param({"region": "eu-west-2"}, {"region": "eu-west-2"}, True, id="one region"),
        pytest.param(
            {"region": "eu-west-2", "profile": "a"}, {"region": "eu-west-2", "burst": 1}, True, id="two profiles"
        ),
        pytest.param({"profile": "a"}, {"profile": "b"}, False, id="two profiles, which may name regions"),
        pytest.param({"profile": "a"}, {"profile": "a"}, True, id="one profile"),
        pytest.param(None, {"ownership_tag": False, "emulator": False}, True, id="other settings than the stack's"),
        pytest.param({"emulator": True}, {"emulator": True, "emulator_state": "b"}, False, id="two emulators"),
        pytest.param({"endpoint_url": "http://a"}, {"endpoint_url": "http://b"}, False, id="two endpoints"),
        pytest.param({"region": "eu-west-2"}, {"region": ["eu-west-2"]}, False, id="a region that is an output"),
    ],
)
def test_the_same_user_of_two_providers_is_declared_twice_unless_they_reach_different_instances(
    one: dict[str, Any] | None, other: dict[str, Any], same: bool
) -> None:
    """An instance may have replicas of its id in other regions. Each run of a program starts from nothing."""

    def program() -> None:
        for name, arguments in (("a", one), ("b", other)):
            settings: dict[str, Any] = {
                key: pulumi.Output.from_input(value[0]) if isinstance(value, list) else value
                for key, value in (arguments or {}).items()
            }
            ConnectUser(
                name,
                instance_id=seed.INSTANCE_ID,
                username="ada",
                routing_profile_id=ROUTING_PROFILE_ID,
                security_profile_ids=SECURITY_PROFILE_IDS,
                opts=pulumi.ResourceOptions(provider=Provider(f"of-{name}", **settings) if settings else None),
            )

    with Rehearsal(program, emulator=False) as rehearsal:
        for _ in range(2):
            errors = rehearsal.preview().errors
            assert any("declare each user once" in error for error in errors) == same, errors


def test_a_user_without_an_instance_is_reported_like_any_other_problem() -> None:
    """An output that turned out to be None in the program, say."""
    nothing: Any = None

    def program() -> None:
        ConnectUser(
            "a",
            instance_id=nothing,
            username="ada",
            routing_profile_id=ROUTING_PROFILE_ID,
            security_profile_ids=SECURITY_PROFILE_IDS,
        )

    with Rehearsal(program, emulator=False) as rehearsal:
        (error,) = rehearsal.preview().errors
    assert error.splitlines()[1:] == ["  a (ada): instance_id: missing; it is required"]


_MOCKED = """
import pulumi
from connect_users import ConnectUser

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs
    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks())

@pulumi.runtime.test
def declare(name):
    ConnectUser(name, instance_id="i", username="ada", routing_profile_id="r", security_profile_ids=["s"])

declare("a")
declare("b")
"""


def test_unit_tests_with_mocks_may_declare_the_same_user_again() -> None:
    """They are many programs in one process, and nothing tells them apart."""
    done = subprocess.run([sys.executable, "-c", _MOCKED], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_run_that_is_over_is_forgotten() -> None:
    """Whether it went well or not: a service that runs programs all day must not grow."""
    seen: list[weakref.ref[registration.Declarations]] = []
    usernames = ["ada"]

    def program() -> None:
        seen.append(weakref.ref(registration.this_run()))
        ConnectUserRoster(
            "team",
            roster=[{"username": "bo", "routing_profile_id": "r", "security_profile_ids": "s"}],
            instance_id=pulumi.Output.from_input(seed.INSTANCE_ID),
        )
        ConnectUser(
            "a",
            instance_id=pulumi.Output.from_input(seed.INSTANCE_ID),
            username=usernames[0],
            routing_profile_id=ROUTING_PROFILE_ID,
            security_profile_ids=SECURITY_PROFILE_IDS,
        )

    with Rehearsal(program, emulator=False) as rehearsal:
        assert not rehearsal.preview().failed
        usernames[:] = ["not a name"]
        assert rehearsal.preview().failed
        # Older SDKs keep the failure of the latest run.
        usernames[:] = ["ada"]
        assert not rehearsal.preview().failed
    gc.collect()
    assert [run() for run in seen[:2]] == [None] * 2
