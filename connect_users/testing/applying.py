"""Taking the steps: the calls of the providers, what becomes true by them, and what a failure leaves behind.

Source: pkg/resource/deploy/step.go (Apply of each step). Runs in several threads at once, one resource each.
Contract: after a step, failed or not, the run's tables hold what is true; a preview calls nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.core.tokens import UNKNOWN_STRING

from .deleting import delete
from .deployment import Deployment, Order, Stopped, mark_secret_outputs
from .providers import Outcome, Provider, ProviderError
from .registry import provider_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from .deciding import Plan
    from .state import ResourceState


def apply(run: Deployment, plan: Plan, order: Order) -> None:
    """Take one step.

    Raises:
        Stopped: it failed; the error is recorded.
    """
    if plan.op == "replace":
        run.record(order, "replace", plan.old, plan.new, diff=plan.diff, replace_keys=plan.keys)
    elif plan.op == "delete-replaced":
        delete(run, _given(plan.old), order, op="delete-replaced", pending=True)
    else:
        new = _given(plan.new)
        if plan.op == "same":
            _same(run, plan.old, new, order)
        elif plan.op == "read":
            _read(run, plan.old, new, order)
        elif plan.op == "update":
            _update(run, plan, _given(plan.old), new, order)
        else:
            _create(run, plan, new, order)


def _given(state: ResourceState | None) -> ResourceState:
    if state is None:
        raise ValueError("a step without its state")
    return state


def _same(run: Deployment, old: ResourceState | None, new: ResourceState, order: Order) -> None:
    if old is None:  # not among the targets: neither created nor recorded
        return
    new.id = old.id
    new.outputs = old.outputs
    mark_secret_outputs(new)
    run.commit(new, old)
    run.record(order, "same", old, new)


def _create(run: Deployment, plan: Plan, new: ResourceState, order: Order) -> None:
    outcome = _attempt(run, plan, new, order, lambda provider: _made(run, provider, new))
    if outcome is not None:
        new.id, new.outputs = outcome.id, outcome.outputs
    _settle(run, plan, new, outcome, order)


def _made(run: Deployment, provider: Provider, new: ResourceState) -> Outcome:
    if new.is_provider:
        return Outcome(provider_id(new.urn, dry_run=run.dry_run), dict(new.inputs))
    if run.dry_run:
        return Outcome("", dict(provider.preview_create(new.urn, new.inputs)))
    return provider.create(new.urn, new.inputs, new.timeouts.get("create", 0.0))


def _update(run: Deployment, plan: Plan, old: ResourceState, new: ResourceState, order: Order) -> None:
    new.id = old.id
    outcome = _attempt(run, plan, new, order, lambda provider: _changed(run, provider, plan, old, new))
    if outcome is not None:
        new.outputs = outcome.outputs
        if outcome.partial is not None:
            # What exists was not made with the new inputs: the next comparison starts from the old ones.
            new.inputs = dict(old.inputs)
    _settle(run, plan, new, outcome, order)


def _changed(run: Deployment, provider: Provider, plan: Plan, old: ResourceState, new: ResourceState) -> Outcome:
    if new.is_provider:
        return Outcome(old.id, dict(new.inputs))
    if run.dry_run:
        return Outcome(old.id, dict(provider.preview_update(old, new.inputs)))
    return provider.update(old, new.inputs, new.timeouts.get("update", 0.0), plan.ignore)


def _attempt(
    run: Deployment, plan: Plan, new: ResourceState, order: Order, call: Callable[[Provider], Outcome]
) -> Outcome | None:
    """The outcome of a call; None for a component, which has no provider."""
    try:
        provider = run.registry.serving(new)
        return call(provider) if provider is not None else None
    except ProviderError as error:
        run.fail(new.urn, str(error))
        run.record(order, plan.op, plan.old, new, diff=plan.diff, replace_keys=plan.keys, failed=True)
        raise Stopped from None


def _settle(run: Deployment, plan: Plan, new: ResourceState, outcome: Outcome | None, order: Order) -> None:
    partial = outcome.partial if outcome is not None else None
    if partial is not None:
        new.init_errors = partial.reasons or ("resource init failed",)
    mark_secret_outputs(new)
    if plan.old is not None and plan.keep_old:
        plan.old.delete = True
        run.commit(new)
    else:
        run.commit(new, plan.old)
    failed = partial is not None
    run.record(order, plan.op, plan.old, new, diff=plan.diff, replace_keys=plan.keys, failed=failed)
    if partial is not None:
        run.fail(new.urn, str(partial))
        raise Stopped


def _read(run: Deployment, old: ResourceState | None, new: ResourceState, order: Order) -> None:
    """A resource that the program only looks at: read in previews, too."""
    if new.id == UNKNOWN_STRING:
        new.outputs = {}
    else:
        new.outputs = dict(new.inputs)
        try:
            provider = run.registry.serving(new)
            outcome = provider.read(new) if provider is not None else Outcome(new.id, {})
        except ProviderError as error:
            message = f"Preview failed: {error}" if run.dry_run else str(error)
            run.fail(new.urn, message)
            run.record(order, "read", old, new, failed=True)
            raise Stopped from None
        new.outputs = outcome.outputs
        new.id = outcome.id or new.id
    mark_secret_outputs(new)
    run.commit(new, old)
    run.record(order, "read", old, new)
