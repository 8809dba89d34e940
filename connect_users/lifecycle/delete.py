"""Deleting a user, only if it still belongs to this state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.connect.survey import survey_of
from connect_users.core import ownership
from connect_users.core.errors import OwnedByOther, ResourceNotFound
from connect_users.core.fields import TOKEN_KEY
from connect_users.lifecycle import gone, observe, quick_connects, sign_out
from connect_users.lifecycle.operation import SETTLING, pauses, subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.spec import Props
    from connect_users.lifecycle.operation import Operation


def delete(op: Operation, user_id: str, outputs: Props) -> None:
    """Delete the user if its ownership tag has the state's token. If the user is already gone, that is a success.

    A user that belongs to another state of this stack, or to another stack, is kept, and this state is forgotten.

    Raises:
        OwnedByOther: the tag proves neither that the user belongs to this state nor that it belongs to another.
        ConnectApiError, WrongInstance
    """
    survey_of(op.gateway).forget()
    gone.check_place(op, outputs)
    if op.run.is_former(op.urn, user_id, outputs):
        op.inform("not deleted: the user was kept by its replacement")
        return
    user = observe.describe(op, user_id, outputs)
    if user is not None:
        if not _may_delete(op, user_id, outputs, user):
            return
        remove_user(op, user_id, outputs)
    wanted = outputs.get("delete_quick_connects") is True
    if user is not None or wanted:
        # Also if the user was already gone: an earlier run may have failed before the quick connects.
        username = str(outputs.get("username", "?"))
        quick_connects.clean_up(op, outputs["instance_id"], user_id, username, delete=wanted)


def remove_user(op: Operation, user_id: str, outputs: Props) -> None:
    """DeleteUser for a user that was just described: if it is not found, the read may be stale."""
    sign_out.before_deletion(op, user_id, outputs)
    waits = pauses(min(SETTLING, op.grace))
    while True:
        try:
            return op.gateway.delete_user(outputs["instance_id"], user_id, notify=op.inform)
        except ResourceNotFound as error:
            pause = next(waits, None)
            if pause is None:
                raise
            if error.uncertain or observe.describe(op, user_id, outputs) is None:
                return None
            op.inform(f"waiting {pause:g} s: Amazon Connect shows the user, but DeleteUser does not find it yet")
            op.wait(pause)


def _may_delete(op: Operation, user_id: str, outputs: Props, user: Mapping[str, Any]) -> bool:
    action, tags, token = subject("deleting", outputs), user.get("Tags", {}), outputs.get(TOKEN_KEY)
    match ownership.claim(ownership.owner_of(tags), op.urn, token, str(user.get("Arn", ""))):
        case ownership.Unowned() if token is not None:
            raise OwnedByOther(
                f"{action}: {ownership.missing(tags)}, so this state cannot prove that it owns the user; "
                "run pulumi refresh to accept that, then run again"
            )
        case ownership.Proven() | ownership.Unowned():
            rival = op.run.rival(op.urn, user_id)
            if rival is not None:
                op.say("warning", f"not deleted: {rival} has the same user")
            return rival is None
        case ownership.OtherToken():
            raise OwnedByOther(
                f"{action}: its tag {ownership.TAG_KEY} names this resource, but with another token than this state, "
                "which may be older (restored from a backup?); nothing was deleted; run pulumi refresh, "
                "which saves the live token, then run again"
            )
        case ownership.OtherResource(owner) | ownership.OtherStack(owner) if op.run.declares(owner):
            op.inform(f"not deleted: the user moved to {owner.urn}")
            return False
        case ownership.OtherResource(owner):
            # Only the deletion before a replacement comes while the program still declares resources.
            replaced = op.run.declares(ownership.Owner("", ownership.owner_name(op.urn)))
            which = (
                "has not declared so far; nothing was deleted; if the program declares it after this one, run once "
                "without delete_before_replace"
                if replaced
                else "does not declare; nothing was deleted; if that resource is being deleted, too, run again"
            )
            raise OwnedByOther(
                f"{action}: the user belongs to {owner.urn} (tag {ownership.TAG_KEY}), which this run {which}; if it "
                "is gone for good, remove the tag in Connect and run pulumi refresh first"
            )
        case ownership.OtherStack(owner):
            op.say("warning", f"not deleted: the user belongs to {owner.urn} (tag {ownership.TAG_KEY})")
            return False
