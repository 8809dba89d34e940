"""Ending the sessions of a user who is deleted, or who loses a security profile.

According to the documentation, neither a deletion nor a change of security profiles ends a user's sessions: they last
for up to 12 hours after the sign-in (AWS re:Post, "troubleshoot agent logouts"). Contract:

- Only if the input `sign_out` says so: for a deletion the input in the state, for an update the new one.
- Users are signed out just before this package deletes them, also for a replacement. Users that it does not delete are
  not signed out: users who are already gone, who moved, whom a replacement kept, or who have another owner.
- A profile counts as taken away if the state or the live user had it; for an adopted user, only the live user counts.
- A failure is a warning, and blocks neither a deletion nor an update; only a cancelled run stops here. An update that
  dies between the two calls makes both again, since its state still has the profile; after a refresh, since the refresh
  records what is lost. It cannot tell that from a profile that somebody took away in Connect, which counts as well.
- Not observed: AWS's answer for a user without a session. ResourceNotFound counts as that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core.errors import AccessDenied, Cancelled, ConnectApiError, OperationMissing, ResourceNotFound
from connect_users.core.fields import LOST_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.spec import Props
    from connect_users.core.steps import Step
    from connect_users.lifecycle.operation import Operation

_PROFILES: Final = "security_profile_ids"
_ON_LOSS: Final = "on_loss"


def before_deletion(op: Operation, user_id: str, outputs: Mapping[str, Any]) -> None:
    """Sign out a user who is about to be deleted.

    Raises:
        Cancelled
    """
    if outputs.get("sign_out") in ("on_delete", _ON_LOSS):
        _end_sessions(op, outputs["instance_id"], user_id)


def after_step(
    op: Operation,
    user_id: str,
    state: Mapping[str, Any],
    new: Mapping[str, Any],
    step: Step,
    live: Mapping[str, Any] | None,
) -> None:
    """Sign out the user if the step has taken a security profile away.

    Args:
        state: the outputs before the step.
        live: the user from DescribeUser before the step, if it was called.

    Raises:
        Cancelled
    """
    if new.get("sign_out") == _ON_LOSS and _PROFILES in step.fields:
        had = {*(state.get(_PROFILES) or ()), *((live or {}).get("SecurityProfileIds") or ())}
        if had - set(new[_PROFILES]):
            _end_sessions(op, new["instance_id"], user_id)


def lost(outputs: Mapping[str, Any], live: Mapping[str, Any]) -> Props:
    """What a refresh records of security profiles that the state has and the live user has not."""
    gone = sorted({*(outputs.get(_PROFILES) or ())} - {*(live.get(_PROFILES) or ())})
    return {LOST_KEY: gone} if gone and outputs.get("sign_out") == _ON_LOSS else {}


def with_lost(state: Props, new: Mapping[str, Any]) -> Props:
    """A state with the profiles that a refresh found lost, if an update to ``new`` has to sign the user out."""
    recorded, wanted = state.get(LOST_KEY), new.get(_PROFILES)
    if new.get("sign_out") != _ON_LOSS or not isinstance(recorded, list) or not isinstance(wanted, list):
        return state
    owed = {*map(str, recorded)} - {*wanted}
    return {**state, _PROFILES: sorted({*state.get(_PROFILES, ()), *owed})} if owed else state


def _end_sessions(op: Operation, instance_id: str, user_id: str) -> None:
    try:
        op.gateway.delete_all_entity_sessions(instance_id, user_id, notify=op.inform)
    except Cancelled:
        raise
    except OperationMissing as error:
        if op.run.first("sign_out"):
            op.say("warning", f"users are not signed out: {error} (shown once)")
    except ResourceNotFound:
        op.inform("nobody to sign out: Amazon Connect finds no session of the user")
    except ConnectApiError as error:
        advice = f"; {error.advice.format(operation=error.operation)}" if isinstance(error, AccessDenied) else ""
        op.say(
            "warning",
            f"not signed out, sessions of the user may last for up to 12 hours: {error.detail} "
            f"({error.operation}, {error.code}){advice}",
        )
