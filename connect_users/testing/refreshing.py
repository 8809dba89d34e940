"""Refresh: read every recorded resource, and record what is live (RefreshStep in pkg/resource/deploy/step.go).

The program is not run; providers have the configuration of the state. Contract: a failed read leaves its resource as
it was; a resource that is gone leaves no dangling reference behind.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from .comparing import compare
from .deployment import Deployment, Order, Stopped, mark_secret_outputs
from .diffing import changes
from .providers import Outcome, Provider, ProviderError
from .values import equal

if TYPE_CHECKING:
    from .diffing import PropertyChange
    from .state import ResourceState

_WORKERS = 16


def refresh(run: Deployment) -> None:
    """Read every resource, several at once; also in a preview, which only keeps nothing."""
    states = list(run.prev)
    for state in states:
        run.operated.add(state.urn)
    orders: list[Order] = [(0, number, 0) for number in range(len(states))]

    def attempt(state: ResourceState, order: Order) -> None:
        try:
            run.proceed()
            _refresh(run, state, order)
        except Stopped:
            return

    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="rehearsal-refresh") as pool:
        list(pool.map(attempt, states, orders))


def _refresh(run: Deployment, old: ResourceState, order: Order) -> None:
    if run.targets is not None and old.urn not in run.targets:
        return
    if not old.custom or old.is_provider or old.pending_replacement:
        run.record(order, "same", old, old)
        return
    try:
        provider = run.registry.serving(old)
        if provider is None:
            return
        outcome = provider.read(old)
        if not outcome.id:
            run.record(order, "delete", old, None)
            run.drop(old)
            return
        new = _live(run, old, outcome)
        diff, changed = _drift(run, provider, old, new)
    except ProviderError as error:
        run.fail(old.urn, f"Preview failed: {error}" if run.dry_run else str(error))
        run.record(order, "update", old, None, failed=True)
        raise Stopped from None
    run.record(order, "update" if changed else "same", old, new, diff=diff)
    with run.tables:
        run.prev[order[1]] = new


def _live(run: Deployment, old: ResourceState, outcome: Outcome) -> ResourceState:
    new = replace(old, id=outcome.id, outputs=outcome.outputs, init_errors=())
    if outcome.inputs is not None:
        new.inputs = outcome.inputs
    if outcome.partial is not None:
        new.init_errors = outcome.partial.reasons
        reasons = "\n* ".join(outcome.partial.reasons)
        run.log.add("warning", old.urn, f"Refreshed resource is in an unhealthy state:\n* {reasons}")
    mark_secret_outputs(new)
    return new


def _drift(
    run: Deployment, provider: Provider, old: ResourceState, new: ResourceState
) -> tuple[tuple[PropertyChange, ...], bool]:
    """What an `up` right now would undo, the other way round: the engine shows the drift so."""
    if old.external:
        return changes(old.outputs, new.outputs, internal=False), not equal(old.outputs, new.outputs)
    verdict = compare(
        run,
        provider,
        new,
        old.inputs,
        ignore=old.ignore_changes,
        replace_on=(),
        init_errors=False,
        unknowns=run.dry_run,
    )
    if not verdict.changed:
        return (), False
    return changes(old.inputs, new.inputs, internal=False) or changes(old.outputs, new.outputs, internal=False), True


def without_dangling(states: list[ResourceState]) -> list[ResourceState]:
    """The states without references to resources that are gone (rebuildBaseState in deployment_executor.go)."""
    known = {state.urn for state in states}
    kept = []
    for state in states:
        properties = {
            key: tuple(urn for urn in urns if urn in known) for key, urns in state.property_dependencies.items()
        }
        kept.append(
            replace(
                state,
                parent=state.parent if state.parent in known else "",
                dependencies=tuple(urn for urn in state.dependencies if urn in known),
                property_dependencies={key: urns for key, urns in properties.items() if urns},
                deleted_with=state.deleted_with if state.deleted_with in known else "",
            )
        )
    return kept
