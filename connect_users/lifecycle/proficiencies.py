"""Writing proficiencies, mended where the state was out of date.

Associating what is associated, and updating or disassociating what is not, is refused as a whole: that happens when an
earlier attempt was carried out and its answer lost. The live list tells what is left to do; where it lags behind, too,
each proficiency tells by itself. AWS does not say whether a pair that is not there is an invalid request or not found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.core import plan, progress
from connect_users.core.errors import InvalidRequest, PartlyRefused, ResourceNotFound
from connect_users.core.live import live_props

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.connect.gateway import Gateway
    from connect_users.connect.pacing import Notify
    from connect_users.core.plan import Step
    from connect_users.core.spec import Props


def write(
    gateway: Gateway, user_id: str, state: Props, new: Mapping[str, Any], step: Step, notify: Notify | None
) -> None:
    """Associate, update or disassociate.

    Args:
        state: what is true before; brought up to date where only a part could be written.

    Raises:
        ConnectApiError
    """
    instance_id = new["instance_id"]
    try:
        gateway.write_user_proficiencies(step.operation, instance_id, user_id, step.params, notify=notify)
    except (InvalidRequest, ResourceNotFound) as error:
        if isinstance(error, ResourceNotFound) and step.operation == "AssociateUserProficiencies":
            # Nothing has to be there for that but the user and the attribute, which may be late.
            raise
        live = live_props({}, gateway.list_user_proficiencies(instance_id, user_id, notify=notify))
        wanted = progress.after(live, step, new)
        steps = plan.update_steps(
            {"user_proficiencies": live.get("user_proficiencies", [])},
            {"user_proficiencies": wanted.get("user_proficiencies", [])},
        )
        if [(each.operation, each.params) for each in steps] == [(step.operation, step.params)]:
            if isinstance(error, ResourceNotFound):
                raise
            _one_by_one(gateway, user_id, state, new, step, error, notify)
            return
        for each in steps:
            gateway.write_user_proficiencies(each.operation, instance_id, user_id, each.params, notify=notify)
            state.update(progress.after(state, each, new))


def _one_by_one(
    gateway: Gateway,
    user_id: str,
    state: Props,
    new: Mapping[str, Any],
    step: Step,
    error: InvalidRequest,
    notify: Notify | None,
) -> None:
    """Write each proficiency of a step that was refused, in the way that the step assumes, else in the other way.

    Raises:
        InvalidRequest: ``error``, where neither way is accepted, so that something else is wrong.
        PartlyRefused: the same, where others were accepted.
    """
    removes = step.operation == "DisassociateUserProficiencies"
    other = "AssociateUserProficiencies" if step.operation == "UpdateUserProficiencies" else "UpdateUserProficiencies"
    entries = step.params["UserProficiencies"]
    levels = {
        (entry["attribute_name"], entry["attribute_value"]): entry["level"]
        for entry in state.get("user_proficiencies", [])
    }

    def accepted(operation: str, entry: Props) -> bool:
        params = {"UserProficiencies": [entry]}
        try:
            gateway.write_user_proficiencies(operation, new["instance_id"], user_id, params, notify=notify)
        except InvalidRequest:
            return False
        return True

    accepted_some = refused = False
    for entry in entries:
        done = len(entries) > 1 and accepted(step.operation, entry)
        if not done:
            # A pair that can neither be removed nor updated is not there, which is what a removal is to bring about.
            level = levels.get((entry["AttributeName"], entry["AttributeValue"]), 1)
            done = accepted(other, {"Level": level, **entry}) != removes
        if done:
            accepted_some = True
            state.update(progress.after(state, plan.Step(step.operation, {"UserProficiencies": [entry]}, ()), new))
        else:
            refused = True
    if refused and accepted_some:
        raise PartlyRefused(error.operation, error.code, error.detail, error.request_id)
    if refused:
        raise error
