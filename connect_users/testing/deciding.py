"""What to do for one registration: check, compare, and choose the steps, as the engine's step generator does.

Source of every rule: pkg/resource/deploy/step_generator.go. Runs for one registration at a time, in the order in
which the program made them. Contract: nothing is created, changed or deleted here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .comparing import Verdict, judge, replaced_by
from .deployment import Deployment, Stopped
from .diffing import PropertyChange, changes, ignore_changes
from .naming import find_old
from .providers import Failure, Provider, ProviderError
from .state import ResourceState, make_urn
from .values import go_format

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .goals import Goal
    from .result import StepOp


@dataclass(frozen=True)
class Plan:
    """One step to take.

    Attributes:
        keep_old: create-replacement: the old resource is deleted later, at the end of the run.
        ignore: update: the paths whose changes are ignored.
    """

    op: StepOp
    old: ResourceState | None
    new: ResourceState | None
    diff: tuple[PropertyChange, ...] = ()
    keys: tuple[str, ...] = ()
    keep_old: bool = False
    ignore: tuple[str, ...] = ()


def decide(run: Deployment, goal: Goal) -> tuple[ResourceState, list[Plan]]:
    """The new state of a registered resource (still without id and outputs), and the steps that lead there.

    Raises:
        Stopped: the registration is refused; the errors are recorded.
    """
    urn = _claim(run, goal)
    old = find_old(run, goal, urn)
    new = _new_state(goal, urn)
    run.place(new)
    try:
        return new, _decide(run, goal, old, new)
    except ProviderError as error:
        run.fail(urn, str(error))
        raise Stopped from None


def _claim(run: Deployment, goal: Goal) -> str:
    if goal.parent and goal.parent not in run.seen:
        refuse(run, "", f"could not find parent resource {goal.parent}")
    urn = make_urn(run.stack, run.project, goal.parent, goal.type, goal.name)
    if urn in run.seen:
        refuse(run, urn, f"Duplicate resource URN '{urn}'; try giving it a unique name")
    run.seen.add(urn)
    return urn


def refuse(run: Deployment, urn: str, message: str) -> None:
    """Record an error and stop.

    Raises:
        Stopped: always.
    """
    run.fail(urn, message)
    raise Stopped


def _new_state(goal: Goal, urn: str) -> ResourceState:
    return ResourceState(
        urn=urn,
        type=goal.type,
        custom=goal.custom,
        parent=goal.parent,
        inputs=goal.inputs,
        provider=goal.provider,
        dependencies=goal.dependencies,
        property_dependencies=goal.property_dependencies,
        protect=goal.protect,
        retain_on_delete=goal.retain_on_delete,
        deleted_with=goal.deleted_with,
        replace_with=goal.replace_with,
        additional_secret_outputs=goal.additional_secret_outputs,
        ignore_changes=goal.ignore_changes,
        replace_on_changes=goal.replace_on_changes,
        timeouts=goal.timeouts,
    )


def _decide(run: Deployment, goal: Goal, old: ResourceState | None, new: ResourceState) -> list[Plan]:
    if goal.id and (old is None or old.id != goal.id):
        raise ProviderError("a rehearsal cannot import a resource; run it with the real engine")
    provider = run.registry.serving(new)
    recreating = new.urn in run.deletes
    target = run.is_target(new)
    if provider is not None:
        if not target:
            new.inputs = old.inputs if old is not None else {}
        else:
            fresh = recreating or old is None or old.external
            _check(run, goal, provider, new, None if fresh else old)
    if recreating:
        run.deletes.discard(new.urn)
        run.replaces.add(new.urn)
        keys = run.dependent_keys.get(new.urn, ())
        diff = changes(old.inputs, new.inputs, internal=False) if old is not None else ()
        return [Plan("replace", old, new, diff, keys), Plan("create-replacement", old, new, diff, keys)]
    if target:
        for urn in sorted(new.depends_on() & run.skipped):
            refuse(
                run, new.urn, f"Resource '{new.urn}' depends on '{urn}' which was was not specified in --target list."
            )
    if old is None:
        if not target:
            run.skipped.add(new.urn)
            return [Plan("same", None, new)]
        return [Plan("create", None, new)]
    if old.external:
        return [Plan("create-replacement", old, new, keep_old=True), Plan("replace", old, new)]
    if not target:
        return [Plan("same", old, replace_state(new, old))]
    return _from_diff(run, goal, provider, old, new)


def replace_state(new: ResourceState, old: ResourceState) -> ResourceState:
    """`new` made equal to `old` in place: what a target run keeps of a resource that it does not touch."""
    for key, value in vars(replace(old)).items():
        setattr(new, key, value)
    return new


def _check(run: Deployment, goal: Goal, provider: Provider, new: ResourceState, old: ResourceState | None) -> None:
    """Check the goal's inputs into `new`."""
    inputs = goal.inputs
    if old is not None:
        inputs, invalid = ignore_changes(inputs, old.inputs, goal.ignore_changes)
        if invalid:
            paths = ", ".join(invalid)
            text = f'cannot ignore changes in added or removed elements of the path: "{paths}"'
            run.log.add("info", new.urn, text)
    olds = old.inputs if old is not None else None
    checked, failures = provider.check(new.urn, olds, inputs, unknowns=run.dry_run)
    new.inputs = checked
    if failures:
        for failure in failures:
            run.fail(new.urn, check_message(new, failure))
        raise Stopped


def check_message(state: ResourceState, failure: Failure) -> str:
    """The engine's text for a failed check: codes 2002 and 2003 in sdk/go/common/diag/errors.go."""
    if not failure.property:
        return f"{state.type} resource '{state.name}' has a problem: {failure.reason}"
    value = go_format(state.inputs.get(failure.property))
    return (
        f"{state.type} resource '{state.name}': property {failure.property} value {value} "
        f"has a problem: {failure.reason}"
    )


def _from_diff(
    run: Deployment, goal: Goal, provider: Provider | None, old: ResourceState, new: ResourceState
) -> list[Plan]:
    verdict = judge(run, goal, provider, old, new)
    if (verdict.changed and verdict.keys) or old.pending_replacement:
        return _replacement(run, goal, provider, old, new, verdict)
    if verdict.changed or old.init_errors:
        diff = changes(old.inputs, new.inputs, internal=False)
        return [Plan("update", old, new, diff=diff, ignore=goal.ignore_changes)]
    return [Plan("same", old, new)]


def _replacement(
    run: Deployment,
    goal: Goal,
    provider: Provider | None,
    old: ResourceState,
    new: ResourceState,
    verdict: Verdict,
) -> list[Plan]:
    if new.protect and old.protect:
        message = (
            f'unable to replace resource "{new.urn}"\nas it is currently marked for protection. To unprotect the '
            "resource, remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`"
        )
        run.fail(new.urn, message, stop=not run.dry_run)
        run.proceed()
    run.replaces.add(new.urn)
    if provider is not None:
        # Defaults must not be carried over from the resource that goes: checked again without old inputs.
        new.inputs = goal.inputs
        _check(run, goal, provider, new, None)
    diff = changes(old.inputs, new.inputs, internal=False)
    create = Plan("create-replacement", old, new, diff, verdict.keys)
    whole = Plan("replace", old, new, diff, verdict.keys)
    delete_first = goal.delete_before_replace
    if delete_first is None:
        delete_first = verdict.delete_first
    if not delete_first:
        return [replace(create, keep_old=True), whole]
    plans = _delete_dependents(run, old)
    if not old.pending_replacement:
        run.deletes.add(old.urn)
        plans.append(Plan("delete-replaced", old, None))
    return [*plans, whole, create]


def _delete_dependents(run: Deployment, root: ResourceState) -> list[Plan]:
    """Deletions of everything that would be replaced, too, once `root` is gone; dependents first."""
    condemned: list[tuple[ResourceState, tuple[str, ...]]] = []
    gone = {root.urn}
    reached = {root.urn}
    after_root = run.prev[_index(run.prev, root) + 1 :]
    for state in after_root:
        if state.urn in run.operated or state.delete or not (state.depends_on() - {state.parent}) & reached:
            continue
        reached.add(state.urn)
        keys = replaced_by(run, state, gone)
        if keys is not None:
            gone.add(state.urn)
            condemned.append((state, keys))
    plans = []
    for state, keys in reversed(condemned):
        if id(state) in run.pending_deletes:
            continue
        if state.protect:
            refuse(
                run,
                root.urn,
                f'unable to replace resource "{state.urn}" as part of replacing "{root.urn}" as it is currently marked '
                "for protection. To unprotect the resource, remove the `protect` flag from the resource in your "
                "Pulumi program and run `pulumi up`, or use the command:\n"
                f"`pulumi state unprotect '{state.urn}'`",
            )
        run.dependent_keys[state.urn] = keys
        run.deletes.add(state.urn)
        run.pending_deletes.add(id(state))
        plans.append(Plan("delete-replaced", state, None))
    return plans


def _index(states: Iterable[ResourceState], state: ResourceState) -> int:
    return next(index for index, other in enumerate(states) if other is state)
