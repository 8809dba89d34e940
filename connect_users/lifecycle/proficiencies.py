"""Writing proficiencies where the state may be out of date.

Associating what is associated, and updating or disassociating what is not, is refused as a whole: that happens when an
earlier attempt was carried out and its answer lost. The live list shows what is left to do; where it lags behind, too,
each proficiency is tried by itself. AWS does not document whether a pair that is not there is an invalid request or not
found.
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
        state: what is true before; brought up to date where only a part could be written.

    Raises:
        ConnectApiError
    """
    instance_id = new["instance_id"]
    try:
        gateway.update_user(step.operation, instance_id, user_id, step.params, notify=notify)
    except (InvalidRequest, ResourceNotFound) as error:
        if isinstance(error, ResourceNotFound) and isinstance(step, Associate):
            # Nothing has to be there for that but the user and the attribute, which may be late.
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
    """Write each proficiency of a step that was refused, in the way that the step assumes, else in the other way.

    Raises:
        InvalidRequest: ``error``, where neither way is accepted, so that something else is wrong.
        PartlyRefused: the same, where others were accepted.
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
            # A pair that can neither be removed nor updated is not there, which is what a removal is to bring about.
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
