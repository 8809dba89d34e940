"""Writing proficiencies when the state may be out of date.

AWS refuses a whole request that associates an associated proficiency, or that updates or disassociates a missing one.
That happens if an earlier attempt succeeded and its answer was lost. The live list shows the rest of the work. If that
list is stale, too, each proficiency is tried alone. AWS does not document whether a missing pair is an invalid request
or not found.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connect_users.core import plan, steps
from connect_users.core.errors import InvalidRequest, PartlyRefused, ResourceNotFound
from connect_users.core.live import live_props
from connect_users.core.steps import Associate, Disassociate, UpdateLevels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.spec import Props
    from connect_users.core.steps import ProficiencyStep, Step
    from connect_users.lifecycle.operation import Operation


def write(op: Operation, user_id: str, state: Props, new: Mapping[str, Any], step: ProficiencyStep) -> None:
    """Associate, update or disassociate.

    Args:
        state: the outputs before; updated if only a part could be written.

    Raises:
        ConnectApiError
    """
    try:
        _send(op, user_id, new, step)
    except (InvalidRequest, ResourceNotFound) as error:
        if isinstance(error, ResourceNotFound) and isinstance(step, Associate):
            # That needs only the user and the attribute, which may be new.
            raise
        live = live_props({}, op.gateway.list_user_proficiencies(new["instance_id"], user_id, notify=op.inform))
        wanted = steps.after(live, step, new)
        left = plan.update_steps(live, wanted)
        if left == (step,):
            if isinstance(error, ResourceNotFound):
                raise
            _one_by_one(op, user_id, state, new, step, error)
            return
        for each in left:
            _send(op, user_id, new, each)
            state.update(steps.after(state, each, new))


def _send(op: Operation, user_id: str, new: Mapping[str, Any], step: Step) -> None:
    op.gateway.update_user(step.operation, new["instance_id"], user_id, step.params, notify=op.inform)


def _one_by_one(
    op: Operation, user_id: str, state: Props, new: Mapping[str, Any], step: ProficiencyStep, error: InvalidRequest
) -> None:
    """Write each proficiency of a refused step alone, with the step's own operation or else with the other one.

    Raises:
        InvalidRequest: ``error``, if AWS accepts neither: something else is wrong.
        PartlyRefused: the same, if AWS accepted some.
    """
    removes = isinstance(step, Disassociate)
    levels = {steps.pair_of(entry): entry["level"] for entry in state.get("user_proficiencies", [])}

    def accepted(attempt: ProficiencyStep) -> bool:
        try:
            _send(op, user_id, new, attempt)
        except InvalidRequest:
            return False
        return True

    accepted_some = refused = False
    for entry in step.entries:
        one = replace(step, entries=[entry])
        done = len(step.entries) > 1 and accepted(one)
        if not done:
            # A pair that can neither be removed nor updated does not exist: the removal is done.
            whole = [{"level": levels.get(steps.pair_of(entry), 1), **entry}]
            done = accepted(Associate(whole) if isinstance(step, UpdateLevels) else UpdateLevels(whole)) != removes
        if done:
            accepted_some = True
            state.update(steps.after(state, one, new))
        else:
            refused = True
    if refused and accepted_some:
        raise PartlyRefused(error.operation, error.code, error.detail, error.request_id)
    if refused:
        raise error
