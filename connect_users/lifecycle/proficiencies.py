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

    from connect_users.connect.gateway import Gateway
    from connect_users.connect.pacing import Notify
    from connect_users.core.spec import Props
    from connect_users.core.steps import ProficiencyStep


def write(
    gateway: Gateway, user_id: str, state: Props, new: Mapping[str, Any], step: ProficiencyStep, notify: Notify
) -> None:
    """Associate, update or disassociate.

    Args:
        state: the outputs before; updated if only a part could be written.

    Raises:
        ConnectApiError
    """
    instance_id = new["instance_id"]
    try:
        gateway.update_user(step.operation, instance_id, user_id, step.params, notify=notify)
    except (InvalidRequest, ResourceNotFound) as error:
        if isinstance(error, ResourceNotFound) and isinstance(step, Associate):
            # That needs only the user and the attribute, which may be new.
            raise
        live = live_props({}, gateway.list_user_proficiencies(instance_id, user_id, notify=notify))
        wanted = steps.after(live, step, new)
        left = plan.update_steps(live, wanted)
        if left == (step,):
            if isinstance(error, ResourceNotFound):
                raise
            _one_by_one(gateway, user_id, state, new, step, error, notify)
            return
        for each in left:
            gateway.update_user(each.operation, instance_id, user_id, each.params, notify=notify)
            state.update(steps.after(state, each, new))


def _one_by_one(
    gateway: Gateway,
    user_id: str,
    state: Props,
    new: Mapping[str, Any],
    step: ProficiencyStep,
    error: InvalidRequest,
    notify: Notify,
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
            gateway.update_user(attempt.operation, new["instance_id"], user_id, attempt.params, notify=notify)
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
