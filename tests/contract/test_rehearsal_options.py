"""Resource options in a rehearsal do what they do under the engine. Judged against Pulumi 3.260."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest
from pulumi import Alias, CustomTimeouts, ResourceOptions

from tests.contract.programs.toy import Toy

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.programs.toys import Toys


def toy(resource: str, opts: ResourceOptions | None = None, **inputs: object) -> Callable[[], None]:
    """A program of one toy."""

    def program() -> None:
        Toy(resource, opts=opts, **inputs)

    return program


def test_ignore_changes_keeps_the_old_values_at_its_paths(toys: Toys) -> None:
    """Check sees the old value; a path into an added element is said to be impossible."""
    opts = ResourceOptions(ignore_changes=["note", "tags.k", "items[5]"])
    rehearsal = toys.rehearse(toy("a", note="x", tags={"k": "1", "l": "1"}, items=[1, 2]))
    rehearsal.up().raise_for_errors()
    rehearsal.use(toy("a", opts, note="y", tags={"k": "2", "l": "1"}, items=[1, 2]))
    assert rehearsal.preview().changes == {"same": 2}
    rehearsal.use(toy("a", opts, note="y", tags={"k": "2", "l": "2"}, items=[1, 2]))
    assert [change.path for change in rehearsal.preview().step("a").diff] == ["tags.l"]
    rehearsal.use(toy("a", opts, items=[1, 2, 3, 4, 5, 6], tags={"k": "1", "l": "1"}))
    result = rehearsal.preview()
    assert [m.message for m in result.diagnostics] == [
        'cannot ignore changes in added or removed elements of the path: "items[5]"'
    ]


@pytest.mark.parametrize(("say", "op"), [("unknown", "replace"), ("some", "update")])
def test_replace_on_changes_needs_a_provider_that_leaves_the_diff_open(toys: Toys, say: str, op: str) -> None:
    """With DIFF_SOME the engine has no changed keys to match: the option is ignored."""
    opts = ResourceOptions(replace_on_changes=["note"])
    rehearsal = toys.rehearse(toy("a", opts, note="x", say=say))
    rehearsal.up().raise_for_errors()
    rehearsal.use(toy("a", opts, note="y", say=say))
    assert rehearsal.preview().step("a").op == op


@pytest.mark.parametrize(
    "now", [{"k": "2", "l": "1"}, {"k": "2", "l": "2"}, {"l": "1"}, {"k": "2", "a": "1", "l": "1"}]
)
def test_replace_on_changes_looks_at_every_path_that_changed(toys: Toys, now: dict[str, str]) -> None:
    """Its own path alone, or among others of the same input."""
    opts = ResourceOptions(replace_on_changes=["tags.k"])
    rehearsal = toys.rehearse(toy("a", opts, tags={"k": "1", "l": "1"}))
    rehearsal.up().raise_for_errors()
    rehearsal.use(toy("a", opts, tags={"k": "1", "l": "2"}))
    assert rehearsal.preview().step("a").op == "update"
    rehearsal.use(toy("a", opts, tags=now))
    assert rehearsal.preview().step("a").op == "replace"


def test_what_is_no_path_is_refused_in_one_line_once_something_changes(toys: Toys) -> None:
    """Until then the engine does not read it."""
    opts = ResourceOptions(replace_on_changes=["tags["])
    rehearsal = toys.rehearse(toy("a", opts, note="x"))
    rehearsal.up().raise_for_errors()
    assert rehearsal.preview().ok
    rehearsal.use(toy("a", opts, note="y"))
    assert rehearsal.preview().errors == ("replace_on_changes: invalid property path: tags[",)


def test_a_protected_resource_is_neither_replaced_nor_deleted(toys: Toys) -> None:
    """A preview shows the plan and the error; an update and a destroy change nothing of it."""
    protected = ResourceOptions(protect=True)
    rehearsal = toys.rehearse(toy("a", protected))
    rehearsal.up().raise_for_errors()
    rehearsal.use(toy("a", protected, name="other"))
    preview = rehearsal.preview()
    assert (preview.ok, preview.changes) == (False, {"same": 1, "replace": 1})
    assert preview.errors[0].startswith('unable to replace resource "urn:pulumi:dev::')
    rehearsal.up()
    assert "cannot be deleted\nbecause it is protected" in rehearsal.destroy().errors[0]
    rehearsal.use(lambda: None)
    assert rehearsal.preview().errors[0].startswith('Preview failed: resource "urn:pulumi:dev::')
    assert [call for call in toys.calls() if not call.startswith("create")] == []
    rehearsal.use(toy("a", ResourceOptions(protect=False)))
    rehearsal.up().raise_for_errors()
    assert rehearsal.destroy().ok


def test_destroy_keeps_what_a_protected_resource_depends_on(toys: Toys) -> None:
    """Everything else goes, and the error is reported."""

    def program() -> None:
        base = Toy("base")
        kept = Toy("kept", note=base.arn, opts=ResourceOptions(protect=True))
        Toy("top", note=kept.arn)

    rehearsal = toys.rehearse(program)
    rehearsal.up().raise_for_errors()
    toys.calls()
    assert not rehearsal.destroy().ok
    assert toys.calls() == ["delete top"]
    assert {"base", "kept"} <= {state.name for state in rehearsal.state.values()}


def test_retained_and_externally_deleted_resources_are_only_forgotten(toys: Toys) -> None:
    """retain_on_delete and deleted_with: no Delete is called."""

    def program() -> None:
        whole = Toy("whole")
        Toy("part", opts=ResourceOptions(deleted_with=whole))
        Toy("kept", opts=ResourceOptions(retain_on_delete=True))

    rehearsal = toys.rehearse(program)
    rehearsal.up().raise_for_errors()
    toys.calls()
    assert rehearsal.destroy().raise_for_errors().changes == {"delete": 4}
    assert toys.calls() == ["delete whole"]


def test_a_resource_deleted_with_another_is_replaced_with_it(toys: Toys) -> None:
    """The other way round would leave it dangling."""

    def program(name: str) -> Callable[[], None]:
        def declare() -> None:
            whole = Toy("whole", name=name)
            Toy("part", opts=ResourceOptions(deleted_with=whole))

        return declare

    rehearsal = toys.rehearse(program("one"))
    rehearsal.up().raise_for_errors()
    rehearsal.use(program("two"))
    assert rehearsal.preview().step("part").replace_keys == ("deletedWith",)


def test_a_renamed_resource_is_found_by_its_alias(toys: Toys) -> None:
    """Also below a renamed parent; nothing is called, and the state has the new names everywhere."""

    def before() -> None:
        group = pulumi.ComponentResource("my:mod:Group", "group", None)
        child = Toy("group-child", opts=ResourceOptions(parent=group))
        Toy("old", note=child.arn)

    def after() -> None:
        aliased = ResourceOptions(aliases=[Alias(name="group")])
        group = pulumi.ComponentResource("my:mod:Group", "team", None, aliased)
        child = Toy("team-child", name="group-child", opts=ResourceOptions(parent=group))
        Toy("new", name="old", note=child.arn, opts=ResourceOptions(aliases=[Alias(name="old")]))

    rehearsal = toys.rehearse(before)
    rehearsal.up().raise_for_errors()
    toys.calls()
    rehearsal.use(after)
    result = rehearsal.up().raise_for_errors()
    assert (result.changes, toys.calls()) == ({"same": 4}, [])
    assert {"team", "team-child", "new"} <= {state.name for state in rehearsal.state.values()}
    assert rehearsal.resource("new").dependencies == (rehearsal.resource("team-child").urn,)


def test_targets_leave_everything_else_as_it_is(toys: Toys) -> None:
    """Others are neither updated, created nor deleted; what needs a skipped one is an error."""
    rehearsal = toys.rehearse(lambda: [Toy("a", note="x"), Toy("b", note="x")])
    rehearsal.up().raise_for_errors()
    rehearsal.use(lambda: [Toy("a", note="y"), Toy("b", note="y"), Toy("c")])
    result = rehearsal.up(targets=[rehearsal.resource("a").urn]).raise_for_errors()
    assert [(step.op, step.name) for step in result.steps if step.op != "same"] == [("update", "a")]
    assert rehearsal.resource("b").outputs["note"] == "x"
    assert rehearsal.up(targets=["urn:nope"]).errors == ("Target 'urn:nope' could not be found in the stack.",)
    gone = rehearsal.resource("b").urn
    assert rehearsal.destroy(targets=[gone]).raise_for_errors().changes == {"delete": 1}
    assert gone not in rehearsal.state


def test_a_target_that_others_depend_on_is_not_destroyed(toys: Toys) -> None:
    """The engine asks for the dependents to be named."""

    def program() -> None:
        a = Toy("a")
        Toy("b", note=a.arn)

    rehearsal = toys.rehearse(program)
    rehearsal.up().raise_for_errors()
    toys.calls()
    (error,) = rehearsal.destroy(targets=[rehearsal.resource("a").urn]).errors
    assert "::b' will be destroyed but was not specified in --target list" in error
    assert toys.calls() == []


def test_custom_timeouts_are_told_to_the_provider(toys: Toys) -> None:
    """In seconds, and kept in the state for the deletion."""
    timeouts = CustomTimeouts(create="7m", delete="1h30m")
    rehearsal = toys.rehearse(toy("a", ResourceOptions(custom_timeouts=timeouts), tell=True))
    rehearsal.up().raise_for_errors()
    assert rehearsal.resource("a").outputs["told"]["timeout"] == 420.0
    assert rehearsal.resource("a").timeouts == {"create": 420.0, "delete": 5400.0}


def test_a_looked_up_resource_is_read_and_never_deleted(toys: Toys) -> None:
    """`get`, through CustomResource's id option: external in the state; the preview reads it, too."""
    rehearsal = toys.rehearse(toy("a", note="x"))
    rehearsal.up().raise_for_errors()
    identifier = rehearsal.resource("a").id
    reader = toys.rehearse(lambda: Toy("seen", opts=ResourceOptions(id=identifier)), stack="other")
    toys.calls()
    if not hasattr(pulumi, "run"):
        pytest.skip("ResourceOptions(id=...) reads dynamic resources from SDK 3.268 on")
    assert reader.up().raise_for_errors().changes == {"create": 1, "read": 1}
    assert (reader.resource("seen").outputs["note"], reader.resource("seen").external) == ("x", True)
    reader.destroy().raise_for_errors()
    assert (toys.calls(), identifier in toys.records()) == (["read seen"], True)
