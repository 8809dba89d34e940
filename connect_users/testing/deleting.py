"""Deletions: of what a replacement leaves behind, of what the program no longer declares, of a whole stack.

Source: GenerateDeletes and ScheduleDeletes in step_generator.go, DeleteStep in step.go. Contract: a resource goes
only after everything that depends on it; nothing protected goes; a preview calls nothing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal

from .deployment import Deployment, Order, Stopped
from .providers import ProviderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .state import ResourceState

_WORKERS = 16
_PHASE = 1


def delete(
    run: Deployment,
    state: ResourceState,
    order: Order,
    *,
    op: Literal["delete", "delete-replaced"],
    pending: bool = False,
) -> None:
    """Delete one resource; with `pending` it is remembered as still to be created again.

    Raises:
        Stopped: it failed or is protected; the error is recorded.
    """
    if op == "delete" and state.protect:
        # Alone among failures this does not end the run: the others are still reported.
        run.fail(state.urn, _prefixed(run, protected_message(state.urn)), stop=False)
        run.record(order, op, state, None, failed=True)
        raise Stopped
    try:
        if not run.dry_run:
            _call(run, state)
    except ProviderError as error:
        run.fail(state.urn, str(error))
        run.record(order, op, state, None, failed=True)
        raise Stopped from None
    run.record(order, op, state, None)
    if pending:
        state.pending_replacement = True
    else:
        run.drop(state)


def _call(run: Deployment, state: ResourceState) -> None:
    if state.external or state.retain_on_delete or not state.custom or state.is_provider:
        return
    if state.deleted_with and state.deleted_with in run.deletes:
        return
    provider = run.registry.serving(state)
    if provider is not None:
        provider.delete(state)


def _prefixed(run: Deployment, message: str) -> str:
    return f"Preview failed: {message}" if run.dry_run else message


def protected_message(urn: str) -> str:
    """The engine's refusal to delete a protected resource."""
    return (
        f'resource "{urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the '
        "`protect` flag from the resource in your Pulumi program and run `pulumi up`, or use the command:\n"
        f"`pulumi state unprotect '{urn}'`"
    )


def delete_rest(run: Deployment) -> None:
    """Delete what was replaced and what was not registered, in reverse order of dependence.

    The failure of one ends the run after its round; a protected resource only keeps what it depends on.
    """
    condemned = [state for state in run.prev if _is_condemned(run, state)]
    _refuse_untargeted(run, condemned)
    if run.is_stopped():
        return
    for state in condemned:
        run.deletes.add(state.urn)
    spared: set[str] = set()
    number = 0
    for round_ in reversed(rounds(condemned)):
        if run.is_stopped():
            return
        states = [state for state in round_ if state.urn not in spared]
        orders: list[Order] = [(_PHASE, number + index, 0) for index in range(len(states))]
        number += len(states)
        for failed in _delete_round(run, states, orders):
            spared |= _beneath(failed, run.prev)


def _refuse_untargeted(run: Deployment, condemned: Sequence[ResourceState]) -> None:
    """Nothing may be left depending on a deleted target."""
    going = {state.urn for state in condemned if not state.delete}
    for state in run.prev if run.targets is not None else ():
        if state.urn not in going and state.urn not in run.operated and state.depends_on() & going:
            going.add(state.urn)
            message = (
                f"Resource '{state.urn}' will be destroyed but was not specified in --target list.\n"
                "Either include resource in --target list or pass --target-dependents to proceed."
            )
            run.fail(state.urn, message, stop=not run.dry_run)


def _is_condemned(run: Deployment, state: ResourceState) -> bool:
    if run.gone(state):
        return False
    if run.targets is not None and state.urn not in run.targets:
        return False
    return state.delete or (state.urn not in run.operated and run.aliased.get(state.urn) is None)


def _delete_round(run: Deployment, states: Sequence[ResourceState], orders: Sequence[Order]) -> list[ResourceState]:
    """Delete resources that do not depend on each other; those that failed."""

    def attempt(state: ResourceState, order: Order) -> ResourceState | None:
        try:
            if state.pending_replacement and not state.delete:
                run.record(order, "remove-pending-replace", state, None)
                run.drop(state)
            else:
                delete(run, state, order, op="delete-replaced" if state.delete else "delete")
        except Stopped:
            return state
        return None

    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="rehearsal-delete") as pool:
        failed = list(pool.map(attempt, states, orders))
    return [state for state in failed if state is not None]


def rounds(states: Sequence[ResourceState]) -> list[list[ResourceState]]:
    """Layers in order of dependence: a layer depends on earlier ones only. `states` are in topological order.

    A resource that was replaced (`delete`) shares its URN with its successor; a dependence on that URN is one on
    those that stand before the dependent.
    """
    layers: list[list[ResourceState]] = []
    depth: dict[str, int] = {}
    for state in states:
        level = max((depth[urn] + 1 for urn in state.depends_on() if urn in depth), default=0)
        depth[state.urn] = max(level, depth.get(state.urn, 0))
        while len(layers) <= level:
            layers.append([])
        layers[level].append(state)
    return layers


def _beneath(state: ResourceState, states: Iterable[ResourceState]) -> set[str]:
    """Everything that `state` depends on, directly or not."""
    by_urn = {other.urn: other for other in states}
    found: set[str] = set()
    frontier = [state]
    while frontier:
        for urn in frontier.pop().depends_on() - found:
            found.add(urn)
            if urn in by_urn:
                frontier.append(by_urn[urn])
    return found
