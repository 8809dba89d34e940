"""Deleting a user, only if it is still the one of this state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.connect.survey import survey_of
from connect_users.core import ownership
from connect_users.core.errors import ConnectApiError, OwnedByOther, ResourceNotFound
from connect_users.core.fields import TOKEN_KEY
from connect_users.lifecycle import adopt, apply, observe, quick_connects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.spec import Props
    from connect_users.lifecycle.apply import Operation


def delete(op: Operation, user_id: str, outputs: Props) -> None:
    """Delete the user, if the live ownership tag is the state's. One who is gone already is a success.

    Raises:
        OwnedByOther: the tag was removed, so nothing proves that this state made the user.
        ConnectApiError, WrongInstance
    """
    action = apply.subject("deleting", outputs)
    survey_of(op.gateway).forget()
    apply.check_place(op, outputs)
    try:
        user = observe.describe(op, user_id, outputs)
        if user is not None:
            if not _may_delete(op, outputs, user):
                return
            _delete_user(op, user_id, outputs)
    except ConnectApiError as error:
        raise error.about(action) from None
    wanted = outputs.get("delete_quick_connects") is True
    if user is not None or wanted:
        # Of one who was gone already: an earlier run may have failed between the user and its quick connects.
        username = str(outputs.get("username", "?"))
        quick_connects.clean_up(op, outputs["instance_id"], user_id, username, delete=wanted)


def _delete_user(op: Operation, user_id: str, outputs: Props) -> None:
    """DeleteUser for a user that was seen just now: that it is not found may be a reader that lags behind."""
    for pause in apply.pauses(min(apply.SETTLING, op.grace)):
        try:
            op.gateway.delete_user(outputs["instance_id"], user_id, notify=op.tell)
        except ResourceNotFound as error:
            if error.uncertain or observe.describe(op, user_id, outputs) is None:
                return
            op.tell(f"waiting {pause:g} s: Amazon Connect shows the user, but does not find it to delete it")
            op.wait(pause)
        else:
            return
    op.gateway.delete_user(outputs["instance_id"], user_id, notify=op.tell)


def _may_delete(op: Operation, outputs: Props, user: Mapping[str, Any]) -> bool:
    if adopt.is_former(str(user.get("Id", "")), outputs):
        op.say("warning", "not deleted: the user was taken over in this run, by its replacement")
        return False
    tags, token = user.get("Tags", {}), outputs.get(TOKEN_KEY)
    if ownership.vouches(token, tags, op.urn, str(user.get("Arn", ""))):
        return True
    owner = ownership.owner_of(tags)
    if owner is None:
        raise OwnedByOther(
            f"{apply.subject('deleting', outputs)}: its tag {ownership.TAG_KEY} was removed in Connect, so this state "
            "cannot prove that it made the user; run pulumi refresh to accept that, then run again"
        )
    by = "its replacement" if ownership.is_ours(tags, op.urn) else owner.urn
    op.say("warning", f"not deleted: the user was taken over by {by}, says its tag {ownership.TAG_KEY}")
    return False
