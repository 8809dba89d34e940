"""A rehearsal drives the real dynamic host as the engine does: order, calls, state. Judged against Pulumi 3.260."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest
from pulumi import ResourceOptions

from connect_users.testing import UNKNOWN, Secret
from tests.contract.programs.toy import Toy, ToyHostProvider
from tests.contract.programs.toys import SECRET, Toys

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_users.testing import Rehearsal, Result


def ops(result: Result) -> list[tuple[str, str]]:
    """The steps that are more than "same"."""
    return [(step.op, step.name) for step in result.steps if step.op != "same"]


def up(rehearsal: Rehearsal, program: Callable[[], object] | None = None) -> Result:
    """An update that must succeed."""
    if program is not None:
        rehearsal.use(program)
    return rehearsal.up().raise_for_errors()


def test_a_preview_creates_nothing_and_promises_what_the_inputs_say(toys: Toys) -> None:
    """Computed outputs are unknown in a preview, also where they feed another resource."""

    def program() -> None:
        first = Toy("first", note="hello")
        Toy("second", note=first.arn)
        pulumi.export("arn", first.arn)
        pulumi.export("note", first.note)

    result = toys.rehearse(program).preview()
    assert (result.ok, result.changes, toys.calls(), toys.records()) == (True, {"create": 3}, [], {})
    second = result.step("second").new
    assert second is not None
    assert second.inputs["note"] is UNKNOWN
    assert result.outputs == {"arn": UNKNOWN, "note": "hello"}


def test_up_creates_once_and_then_nothing_changes(toys: Toys) -> None:
    """Dependents get real values; a second run is all "same" and calls nothing."""

    def program() -> None:
        first = Toy("first")
        Toy("second", note=first.arn)
        pulumi.export("arn", first.arn)

    rehearsal = toys.rehearse(program)
    first = up(rehearsal)
    assert toys.calls() == ["create first", "create second"]
    assert (
        rehearsal.resource("second").inputs["note"]
        == first.outputs["arn"]
        == rehearsal.resource("first").outputs["arn"]
    )
    again = up(rehearsal)
    assert (again.changes, toys.calls()) == ({"same": 3}, [])


def test_an_update_shows_exactly_the_changed_paths(toys: Toys) -> None:
    """Paths into lists and maps; a secret stays one on both sides of the change."""

    def program() -> None:
        Toy("a", note="x", password=pulumi.Output.secret(SECRET), tags={"t": "1", "u": "2"}, items=["p", "q"])

    def changed() -> None:
        Toy("a", note="y", password=pulumi.Output.secret("other"), tags={"t": "1", "u": "3"}, items=["p", "z", "w"])

    rehearsal = toys.rehearse(program)
    up(rehearsal)
    result = up(rehearsal, changed)
    step = result.step("a")
    assert [(change.path, change.kind, change.secret) for change in step.diff] == [
        ("items[1]", "update", False),
        ("items[2]", "add", False),
        ("note", "update", False),
        ("password", "update", True),
        ("tags.u", "update", False),
    ]
    assert step.diff[3].old == Secret(SECRET)
    assert toys.calls() == ["create a", "update a"]


def test_an_update_preview_hides_computed_outputs_from_dependents(toys: Toys) -> None:
    """The spurious update of a dependent that the engine shows, too, and that `up` then does not do."""

    def with_note(note: str) -> Callable[[], None]:
        def program() -> None:
            first = Toy("first", note=note)
            Toy("by_arn", note=first.arn)
            Toy("by_note", note=first.note)

        return program

    rehearsal = toys.rehearse(with_note("x"))
    up(rehearsal)
    rehearsal.use(with_note("y"))
    preview = rehearsal.preview()
    assert [(change.old == UNKNOWN, change.new) for change in preview.step("by_arn").diff] == [(False, UNKNOWN)]
    assert [change.new for change in preview.step("by_note").diff] == ["y"]
    assert ops(up(rehearsal)) == [("update", "first"), ("update", "by_note")]


def test_a_replacement_creates_first_and_deletes_at_the_end(toys: Toys) -> None:
    """Dependents are moved to the new one before the old one goes."""

    def named(name: str) -> Callable[[], None]:
        def program() -> None:
            first = Toy("first", name=name)
            Toy("second", note=first.arn)

        return program

    rehearsal = toys.rehearse(named("one"))
    up(rehearsal)
    toys.calls()
    result = up(rehearsal, named("two"))
    assert ops(result) == [
        ("create-replacement", "first"),
        ("replace", "first"),
        ("update", "second"),
        ("delete-replaced", "first"),
    ]
    assert result.step("first").replace_keys == ("name",)
    assert result.changes == {"same": 1, "replace": 1, "update": 1}
    assert toys.calls() == ["create first", "update second", "delete first"]


def test_delete_before_replace_takes_dependents_along(toys: Toys) -> None:
    """The host is asked with unknown values which dependents would be replaced; only those go, last ones first."""

    def slotted(slot: int) -> Callable[[], None]:
        def program() -> None:
            a = Toy("a", slot=slot)
            b = Toy("b", name=a.arn)
            Toy("c", note=a.arn)
            Toy("d", slot=b.arn)
            Toy("e", opts=ResourceOptions(depends_on=[a]))

        return program

    rehearsal = toys.rehearse(slotted(1))
    up(rehearsal)
    toys.calls()
    rehearsal.use(slotted(2))
    preview = rehearsal.preview()
    assert (preview.changes, toys.calls()) == ({"same": 2, "replace": 3, "update": 1}, [])
    result = up(rehearsal)
    assert ops(result)[:5] == [
        ("delete-replaced", "d"),
        ("delete-replaced", "b"),
        ("delete-replaced", "a"),
        ("replace", "a"),
        ("create-replacement", "a"),
    ]
    calls = toys.calls()
    assert calls[:4] == ["delete d", "delete b", "delete a", "create a"]
    assert sorted(calls[4:]) == ["create b", "create d", "update c"]
    assert up(rehearsal).changes == {"same": 6}


def test_the_option_delete_before_replace_wins_over_the_provider(toys: Toys) -> None:
    """Both ways round."""

    def program(slot: int, name: str, first: bool) -> Callable[[], object]:
        return lambda: Toy("a", slot=slot, name=name, opts=ResourceOptions(delete_before_replace=first))

    rehearsal = toys.rehearse(program(1, "n", False))
    up(rehearsal)
    toys.calls()
    up(rehearsal, program(2, "n", False))
    assert toys.calls() == ["create a", "delete a"]
    up(rehearsal, program(2, "m", True))
    assert toys.calls() == ["delete a", "create a"]


def test_what_is_no_longer_declared_goes_dependents_first(toys: Toys) -> None:
    """Also through a component, whose children go before it."""

    def program() -> None:
        component = pulumi.ComponentResource("my:mod:Group", "group", None)
        a = Toy("a", opts=ResourceOptions(parent=component))
        b = Toy("b", note=a.arn)
        Toy("c", opts=ResourceOptions(depends_on=[b]))

    rehearsal = toys.rehearse(program)
    up(rehearsal)
    toys.calls()
    result = up(rehearsal, lambda: None)
    assert ops(result) == [("delete", "c"), ("delete", "b"), ("delete", "a"), ("delete", "group")]
    assert (toys.calls(), toys.records()) == (["delete c", "delete b", "delete a"], {})


def test_destroy_needs_no_program_and_leaves_nothing(toys: Toys) -> None:
    """The providers' configuration comes from the state."""

    def program() -> None:
        a = Toy("a")
        Toy("b", note=a.arn)

    rehearsal = toys.rehearse(program)
    up(rehearsal)
    toys.calls()
    rehearsal.use(lambda: pytest.fail("the program must not run"))
    result = rehearsal.destroy().raise_for_errors()
    assert (result.changes, toys.calls(), dict(rehearsal.state)) == ({"delete": 3}, ["delete b", "delete a"], {})


def test_refresh_finds_drift_and_what_is_gone(toys: Toys) -> None:
    """The state gets the live inputs, the next preview shows them, and no reference to the lost one is left."""

    def program() -> None:
        Toy("a", note="x", password=pulumi.Output.secret(SECRET))
        lost = Toy("lost")
        Toy("c", note=lost.arn)

    rehearsal = toys.rehearse(program)
    up(rehearsal)
    toys.edit(rehearsal.resource("a").id, note="DRIFT")
    toys.remove(rehearsal.resource("lost").id)
    toys.calls()
    result = rehearsal.refresh().raise_for_errors()
    assert result.changes == {"same": 2, "update": 1, "delete": 1}
    assert [(change.path, change.old, change.new) for change in result.step("a").diff] == [("note", "x", "DRIFT")]
    assert sorted(toys.calls()) == ["read a", "read c", "read lost"]
    assert rehearsal.resource("a").inputs["password"] == Secret(SECRET)
    assert not any("lost" in urn for urn in rehearsal.resource("c").dependencies)
    preview = rehearsal.preview()
    assert [(change.old, change.new) for change in preview.step("a").diff] == [("DRIFT", "x")]
    assert preview.step("lost").op == "create"
    assert up(rehearsal).changes["create"] == 1


def test_secrets_stay_secret_in_the_state_by_key(toys: Toys) -> None:
    """As the engine marks them: same key, nested keys, whole lists, and additional secret outputs; a new key is not."""

    def program() -> None:
        secret = pulumi.Output.secret(SECRET)
        tags = {"plain": "1", "hidden": secret}
        opts = ResourceOptions(additional_secret_outputs=["token"])
        Toy("a", password=secret, tags=tags, items=["x", secret], opts=opts)

    rehearsal = toys.rehearse(program)
    result = up(rehearsal)
    outputs = rehearsal.resource("a").outputs
    assert outputs["password"] == outputs["tags"]["hidden"] == Secret(SECRET)
    assert outputs["items"] == Secret(["x", SECRET])
    assert outputs["token"] == Secret("t-0")
    assert outputs["tags"]["plain"] == "1"
    assert not isinstance(outputs["arn"], Secret)
    for text in (repr(result), repr(rehearsal.resource("a")), repr(outputs), result.render(color=False)):
        assert SECRET not in text


def test_an_explicit_provider_has_a_host_and_a_configuration_of_its_own(toys: Toys) -> None:
    """It gets its inputs only; the default provider gets the whole stack configuration."""

    def greeting(text: str) -> Callable[[], None]:
        def program() -> None:
            provider = ToyHostProvider("own", greeting=text)
            Toy("explicit", opts=ResourceOptions(provider=provider))
            Toy("default")

        return program

    rehearsal = toys.rehearse(greeting("bonjour"), config={"toy:greeting": "hello"})
    assert up(rehearsal).changes == {"create": 4}
    assert rehearsal.resource("explicit").outputs["greeting"] == "bonjour"
    assert rehearsal.resource("default").outputs["greeting"] == "hello"
    assert ops(up(rehearsal, greeting("hallo"))) == [("update", "own")]


def test_a_provider_with_unknown_configuration_is_not_asked_in_a_preview(toys: Toys) -> None:
    """Even a bad input passes the preview then; `up` finds it."""

    def program() -> None:
        first = Toy("first")
        provider = ToyHostProvider("own", greeting=first.arn)
        Toy("bad", size=200, opts=ResourceOptions(provider=provider))

    rehearsal = toys.rehearse(program)
    assert rehearsal.preview().ok
    assert not rehearsal.up().ok


def test_refresh_uses_the_configuration_of_the_state(toys: Toys) -> None:
    """As the engine does: a changed stack configuration only counts from the next `up` on."""
    rehearsal = toys.rehearse(lambda: Toy("a"), config={"toy:greeting": "one"})
    up(rehearsal)
    rehearsal.set_config("toy:greeting", "two")
    assert rehearsal.refresh().changes == {"same": 2}
    provider = next(state for state in rehearsal.state.values() if state.is_default_provider)
    assert provider.inputs["toy:greeting"] == "one"
    up(rehearsal)
    provider = next(state for state in rehearsal.state.values() if state.is_default_provider)
    assert provider.inputs["toy:greeting"] == "two"
