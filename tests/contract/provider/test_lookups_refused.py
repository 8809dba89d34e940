"""`ConnectInstance` in programs: how it says what it did not find, and what it cannot look up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from connect_users import ConnectUserRoster
from connect_users.emulator import Fault, seed
from connect_users.program.instance import ConnectInstance
from connect_users.testing import UNKNOWN
from tests.contract.provider.looking_up import NOBODY

if TYPE_CHECKING:
    from tests.contract.provider.looking_up import World

WHERE_TO_LOOK = "(connect-users:region and connect-users:profile say where to look)"


def test_no_tag_is_no_question(world: World) -> None:
    """Nobody means all users of an instance."""
    result = world.preview(lambda: ConnectInstance("emulator").users(tag={}))
    assert result.errors == ("ConnectInstance.users: tag is empty; name at least one tag",)


def test_an_unknown_name_is_one_line_with_a_suggestion(world: World) -> None:
    """What failed, where, and what to write instead; no traceback."""
    result = world.preview(lambda: ConnectInstance("emulator").routing_profile_id("Suport"))
    assert result.errors == ("Connect instance 'emulator' has no routing profile 'Suport'; did you mean 'Support'?",)


def test_all_unknown_names_are_reported_at_once(world: World) -> None:
    """Of every kind, of every object; a preview would otherwise tell one at a time."""

    def look() -> Any:
        instance = ConnectInstance("emulator")
        return [
            instance.routing_profile_id("Suport"),
            instance.routing_profile_id("Sales"),
            instance.security_profile_ids("agent", "Agent", "Amin"),
            instance.hierarchy_group_id("EMEA/UK/Lndon"),
            instance.hierarchy_group_id("London"),
            instance.queue_id("Zzz"),
            ConnectInstance("emulatr").id,
        ]

    result = world.preview(look)
    assert len(result.errors) == 1
    assert result.errors[0].splitlines() == [
        "7 names were not found in Amazon Connect:",
        "  Connect instance 'emulator' has no hierarchy group 'EMEA/UK/Lndon'; did you mean 'EMEA/UK/London'?",
        "  Connect instance 'emulator' has no hierarchy group 'London'; did you mean 'EMEA/UK/London'?",
        "  Connect instance 'emulator' has no queue 'Zzz'; there is only 'BasicQueue'",
        "  Connect instance 'emulator' has no routing profile 'Suport'; did you mean 'Support'?",
        "  Connect instance 'emulator' has no security profile 'Amin'; did you mean 'Admin'?",
        "  Connect instance 'emulator' has no security profile 'agent'; did you mean 'Agent'?",
        f"  no Connect instance in us-east-1 has the alias 'emulatr'; did you mean 'emulator'? {WHERE_TO_LOOK}",
    ]


def test_an_instance_that_a_roster_does_not_find_is_one_problem(world: World) -> None:
    """Not one of each of its cells."""
    person = {"first_name": "A", "last_name": "B", "routing_profile": "Support", "security_profiles": "Agent|Admin"}

    def team() -> None:
        rows = [{**person, "username": name} for name in ("ada", "bo")]
        ConnectUserRoster("team", instance=ConnectInstance("emulatr"), roster=rows)

    line = f"no Connect instance in us-east-1 has the alias 'emulatr'; did you mean 'emulator'? {WHERE_TO_LOOK}"
    assert world.preview(team).errors == (line,)


@pytest.mark.parametrize("instance", ["", "my alias", f"{seed.INSTANCE_ARN}/agent/1"])
@pytest.mark.parametrize("late", [False, True])
def test_what_can_be_no_instance_is_refused_without_a_call(world: World, instance: str, late: bool) -> None:
    """At once where it is plain, else when it is known."""
    result = world.preview(lambda: ConnectInstance(pulumi.Output.from_input(instance) if late else instance).id)
    assert len(result.errors) == 1
    assert f"'{instance}' is not the" in result.errors[0]
    assert "Traceback" not in result.errors[0]
    assert world.calls() == {}


def test_a_name_that_is_not_a_string_is_refused(world: World) -> None:
    """An output of nothing, such as an output of another stack that is not there; a list in place of its names."""
    nothing: Any = None
    result = world.preview(lambda: ConnectInstance("emulator").queue_id(pulumi.Output.from_input(nothing)))
    assert result.errors == ("Connect instance 'emulator': a name to look up is None, which is not a string",)
    several: Any = ["Agent", "Admin"]
    result = world.preview(lambda: ConnectInstance("emulator").security_profile_ids(several))
    assert result.errors == ("ConnectInstance: a name to look up is ['Agent', 'Admin'], which is not a string",)


@pytest.mark.parametrize(
    ("config", "environment", "expected"),
    [
        ({"connect-users:timeout": "301"}, NOBODY, "Unable to locate credentials"),
        (
            {"connect-users:timeout": "302", "connect-users:region": ""},
            {**NOBODY, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"},
            "no region: set connect-users:region",
        ),
        ({"connect-users:timeout": "303", "connect-users:profile": "nobody"}, NOBODY, "nobody"),
    ],
)
def test_a_preview_that_cannot_ask_has_unknowns_and_one_warning(
    world: World, config: dict[str, str], environment: dict[str, str | None], expected: str
) -> None:
    """A reviewer's machine need not reach AWS; `up` must. Time-outs differ, since clients are kept for the process."""

    def program() -> None:
        instance = ConnectInstance("emulator")
        pulumi.export("found", [instance.arn, instance.queue_id("BasicQueue"), instance.routing_profile_id("Zzz")])

    rehearsal = world.rehearse(program, config=config, environment=environment)
    preview = rehearsal.preview().raise_for_errors()
    assert preview.outputs["found"] == [UNKNOWN] * 3
    (warning,) = [each.message for each in preview.diagnostics if each.severity == "warning"]
    assert expected in warning
    assert warning.endswith("Look-ups in Amazon Connect are unknown in this preview")
    (error,) = rehearsal.up().errors
    assert expected in error
    assert "\n" not in error


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDeniedException", "grant connect:ListQueues"),
        ("ResourceNotFoundException", "listing queues of Connect instance 'emulator'"),
    ],
)
def test_any_other_refusal_fails_the_preview_in_one_line(world: World, code: str, expected: str) -> None:
    """Unknown ids would hide it until `up`."""
    world.emulator.faults.add(Fault("ListQueues", "error-before", code=code, times=5))
    (error,) = world.preview(lambda: ConnectInstance("emulator").queue_id("BasicQueue")).errors
    assert expected in error
    assert "\n" not in error


def test_expired_credentials_are_no_credentials(world: World) -> None:
    """A session that ran out over lunch."""
    world.emulator.faults.add(Fault("ListQueues", "error-before", code="ExpiredTokenException", status=403))
    result = world.preview(lambda: ConnectInstance("emulator").queue_id("BasicQueue"))
    assert result.raise_for_errors().outputs["found"] is UNKNOWN


def test_a_configuration_that_cannot_be_read_is_an_error(world: World) -> None:
    """In one line, with the key."""
    result = world.preview(lambda: ConnectInstance("emulator").id, config={"connect-users:burst": "many"})
    assert result.errors == ('connect-users:burst: "many" is not a number',)
