"""What a failure of a rehearsal says and leaves behind, as under the engine. Judged against Pulumi 3.260."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pulumi
import pytest
from pulumi import ResourceOptions

from connect_users.testing import RehearsalError, Secret
from tests.contract.programs.toy import Toy
from tests.contract.programs.toys import SECRET, Toys

if TYPE_CHECKING:
    from connect_users.testing import Rehearsal


def declare(rehearsal: Rehearsal, resource: str, opts: ResourceOptions | None = None, **inputs: object) -> Rehearsal:
    """Make one toy the whole program."""
    secret = inputs.pop("secret", None)

    def program() -> None:
        hidden = {} if secret is None else {"password": pulumi.Output.secret(secret)}
        Toy(resource, opts=opts, **hidden, **inputs)

    rehearsal.use(program)
    return rehearsal


def test_a_failed_check_names_the_value_and_stops_the_preview(toys: Toys) -> None:
    """The engine stops at the first resource that fails: the second bad one is not reported."""

    def program() -> None:
        good = Toy("good")
        bad = Toy("bad", size=200, opts=ResourceOptions(depends_on=[good]))
        Toy("worse", size=300, opts=ResourceOptions(depends_on=[bad]))

    rehearsal = toys.rehearse(program)
    expected = (
        "pulumi-python:dynamic/toy:Toy resource 'bad': property size value {200} has a problem: must be at most 100"
    )
    preview = rehearsal.preview()
    assert (preview.ok, preview.errors) == (False, (expected,))
    assert preview.diagnostics[0].urn.endswith("::bad")
    assert rehearsal.up().errors == (expected,)
    assert toys.calls() == ["create good"]
    with pytest.raises(RehearsalError, match="must be at most 100"):
        preview.raise_for_errors()


def test_a_failed_check_prints_a_named_secret_as_the_engine_does(toys: Toys) -> None:
    """Which is why a provider must not name it; secrets of the configuration are masked by the CLI."""
    rehearsal = toys.rehearse(lambda: Toy("a", size=pulumi.Output.secret(12345)), config={"toy:other": Secret("12345")})
    assert "value {&{{[secret]}}} has" in rehearsal.preview().errors[0]
    rehearsal.set_config("toy:other", None)
    assert "value {&{{12345}}} has" in rehearsal.preview().errors[0]


@pytest.mark.parametrize("call", ["check", "diff"])
def test_a_refusal_before_any_change_is_one_line(toys: Toys, call: str) -> None:
    """The message of the gRPC status details, nothing around it."""
    rehearsal = toys.rehearse(lambda: Toy("a"))
    rehearsal.up().raise_for_errors()
    declare(rehearsal, "a", fail=call, note="new")
    assert rehearsal.preview().errors == (f"{call} refused",)


def test_a_failed_create_leaves_no_state_and_starts_nothing_new(toys: Toys) -> None:
    """What depends on it is not created; what was created stays recorded."""

    def program() -> None:
        good = Toy("good")
        bad = Toy("bad", fail="create", opts=ResourceOptions(depends_on=[good]))
        Toy("after", opts=ResourceOptions(depends_on=[bad]))

    rehearsal = toys.rehearse(program)
    result = rehearsal.up()
    assert (result.errors, toys.calls()) == (("create refused",), ["create good", "create bad"])
    assert {state.name for state in rehearsal.state.values()} == {"rehearsal-dev", "default", "good"}
    assert [(step.name, step.failed) for step in result.steps if step.op == "create"][-1] == ("bad", True)


def test_a_failed_update_keeps_the_old_state(toys: Toys) -> None:
    """The next run compares with what was there before."""
    rehearsal = toys.rehearse(lambda: Toy("a", note="x"))
    rehearsal.up().raise_for_errors()
    declare(rehearsal, "a", note="y", fail="update")
    assert rehearsal.up().errors == ("update refused",)
    assert rehearsal.resource("a").inputs["note"] == rehearsal.resource("a").outputs["note"] == "x"


def test_an_ordinary_exception_of_the_provider_is_the_hosts_traceback(toys: Toys) -> None:
    """From SDK 3.261 on with all frames, before with the text alone."""
    rehearsal = toys.rehearse(lambda: Toy("a", note="x"))
    rehearsal.up().raise_for_errors()
    (error,) = declare(rehearsal, "a", note="y", fail="trace").up().errors
    assert "an ordinary exception" in error


def test_a_partial_create_is_recorded_and_completed_by_the_next_up(toys: Toys) -> None:
    """ErrorResourceInitFailed: the resource is in the state with the reason, and the next run updates it."""
    rehearsal = toys.rehearse(lambda: Toy("a", partial=True, password=pulumi.Output.secret(SECRET)))
    result = rehearsal.up()
    assert result.errors == ("1 error occurred:\n\t* made, but not complete\n\n",)
    state = rehearsal.resource("a")
    assert state.init_errors == ("made, but not complete",)
    assert (state.id in toys.records(), state.inputs["partial"], state.outputs["password"]) == (
        True,
        True,
        Secret(SECRET),
    )
    declare(rehearsal, "a", secret=SECRET)
    assert rehearsal.preview().step("a").op == "update"
    rehearsal.up().raise_for_errors()
    assert rehearsal.resource("a").init_errors == ()
    assert rehearsal.up().changes == {"same": 2}


def test_a_forced_update_after_a_partial_create_has_no_diff(toys: Toys) -> None:
    """The provider says that nothing changed; the engine updates all the same."""
    rehearsal = toys.rehearse(lambda: Toy("a", partial=True))
    rehearsal.up()
    step = rehearsal.preview().step("a")
    assert (step.op, step.diff) == ("update", ())


def test_a_partial_update_saves_new_outputs_and_old_inputs(toys: Toys) -> None:
    """So that the next comparison starts from what was declared before."""
    rehearsal = toys.rehearse(lambda: Toy("a", note="x"))
    rehearsal.up().raise_for_errors()
    assert not declare(rehearsal, "a", note="y", partial=True).up().ok
    state = rehearsal.resource("a")
    assert (state.inputs["note"], state.outputs["note"]) == ("x", "y")
    assert state.init_errors == ("made, but not complete",)


def test_a_replacement_that_fails_after_the_deletion_is_taken_up_again(toys: Toys) -> None:
    """The deletion is not repeated; the resource is created once the cause is gone."""
    rehearsal = toys.rehearse(lambda: Toy("a", slot=1))
    rehearsal.up().raise_for_errors()
    toys.calls()
    assert not declare(rehearsal, "a", slot=2, fail="create").up().ok
    assert rehearsal.resource("a").pending_replacement
    assert toys.calls() == ["delete a", "create a"]
    declare(rehearsal, "a", slot=2)
    assert rehearsal.preview().changes == {"same": 1, "replace": 1}
    rehearsal.up().raise_for_errors()
    assert (toys.calls(), rehearsal.resource("a").pending_replacement) == (["create a"], False)


def test_an_old_resource_that_cannot_be_deleted_is_tried_again(toys: Toys) -> None:
    """After a create-before-delete replacement the new one is the state's; the old one waits."""
    rehearsal = toys.rehearse(lambda: Toy("a", fail="delete"))
    rehearsal.up().raise_for_errors()
    old = rehearsal.resource("a").id
    declare(rehearsal, "a", name="b")
    assert rehearsal.up().errors == ("delete refused",)
    assert rehearsal.resource("a").id != old
    toys.calls()
    result = rehearsal.up()
    assert (result.errors, toys.calls()) == (("delete refused",), ["delete a"])
    assert [step.op for step in result.steps if step.name == "a"] == ["same", "delete-replaced"]


def test_a_failed_delete_stops_the_destruction_of_what_it_depends_on(toys: Toys) -> None:
    """The state keeps both."""

    def program() -> None:
        base = Toy("base")
        Toy("top", note=base.arn, fail="delete")

    rehearsal = toys.rehearse(program)
    rehearsal.up().raise_for_errors()
    toys.calls()
    assert (rehearsal.destroy().errors, toys.calls()) == (("delete refused",), ["delete top"])
    assert {"base", "top"} <= {state.name for state in rehearsal.state.values()}


def test_a_failed_read_leaves_the_state_alone(toys: Toys) -> None:
    """The others are refreshed."""

    def program() -> None:
        Toy("a", note="x")
        Toy("b", note="x")

    rehearsal = toys.rehearse(program)
    rehearsal.up().raise_for_errors()
    toys.edit(rehearsal.resource("a").id, fail="read", note="DRIFT")
    result = rehearsal.refresh()
    assert (result.ok, result.errors) == (False, ("read refused",))
    assert rehearsal.resource("a").inputs["note"] == "x"


def test_a_killed_host_is_an_error_and_a_new_one_is_started(toys: Toys) -> None:
    """The engine would report the lost connection; the next run works."""
    rehearsal = toys.rehearse(lambda: Toy("a"))
    rehearsal.up().raise_for_errors()
    for host in rehearsal.hosts:
        os.kill(host.pid, signal.SIGKILL)
        host.wait()
    assert rehearsal.refresh().raise_for_errors().changes == {"same": 2}


def test_errors_of_the_program_are_told_as_the_language_host_tells_them(toys: Toys) -> None:
    """A RunError is its text, any other exception a traceback from the program's first frame; nothing is deleted."""
    rehearsal = toys.rehearse(lambda: Toy("a"))
    rehearsal.up().raise_for_errors()

    def refusing() -> None:
        raise pulumi.RunError("line one\nline two")

    def broken() -> None:
        raise ValueError("boom")

    rehearsal.use(refusing)
    assert rehearsal.up().errors == ("line one\nline two",)
    rehearsal.use(broken)
    (error,) = rehearsal.up().errors
    first, second, third, *_, last = error.strip().split("\n")
    assert first == "Program failed with an unhandled exception:"
    assert second == "Traceback (most recent call last):"
    assert __file__ in third
    assert last == "ValueError: boom"
    assert rehearsal.resource("a").id in toys.records()


def test_a_logged_error_is_reported_but_fails_nothing(toys: Toys) -> None:
    """Pulumi 3.260 exits with 0 then, and goes on to the deletions."""

    def program() -> None:
        pulumi.log.error("a logged error")
        pulumi.log.warn("a warning", Toy("a"))

    result = toys.rehearse(program).up()
    assert (result.ok, result.errors) == (True, ("a logged error",))
    assert [(message.severity, message.urn.rpartition("::")[2]) for message in result.diagnostics] == [
        ("error", ""),
        ("warning", "a"),
    ]
    with pytest.raises(RehearsalError, match="a logged error"):
        result.raise_for_errors()


def test_messages_of_the_provider_carry_the_resource(toys: Toys) -> None:
    """Through the engine's Log service, in the preview, too."""
    result = toys.rehearse(lambda: Toy("a", note="loud")).preview()
    assert [(m.severity, m.urn, m.message) for m in result.diagnostics] == [
        ("warning", "urn:pulumi:dev::rehearsal::pulumi-python:dynamic/toy:Toy::a", "a loud note")
    ]


def test_a_name_can_be_used_once(toys: Toys) -> None:
    """The engine's text."""

    def program() -> None:
        Toy("a")
        Toy("a", name="other")

    urn = "urn:pulumi:dev::rehearsal::pulumi-python:dynamic/toy:Toy::a"
    assert toys.rehearse(program).preview().errors == (f"Duplicate resource URN '{urn}'; try giving it a unique name",)
