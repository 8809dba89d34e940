"""Taking over a user who exists: one that a crash left behind, or one that a program adopts.

The ownership tag tells whose the user is. Once it is written anew, older states, and whoever else tried at the same
moment, cannot delete the user any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core import ownership, plan, snapshot_proof
from connect_users.core.errors import (
    ConnectApiError,
    ConnectUsersError,
    InvalidUser,
    OwnedByOther,
    PartialUpdate,
    ResourceNotFound,
)
from connect_users.core.fields import ARN_KEY, TOKEN_KEY
from connect_users.core.live import declared_view, leftovers, live_props
from connect_users.effects import apply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.spec import Props
    from connect_users.effects.apply import Operation

#: (instance, user) of those who were taken over in this process without a tag.
_UNTAGGED: Final[set[tuple[str, str]]] = set()


class Vanished(Exception):
    """The user that was to be taken over is not found: one that was deleted just now, or a reader lags behind."""


def take_over(op: Operation, props: Props, user: Mapping[str, Any], error: ConnectApiError) -> tuple[str, Props]:
    """Take over a live user: first the tag with a new token, which fences off every older state, then the rest.

    Args:
        error: why it could not be made.

    Raises:
        OwnedByOther: it is somebody else's.
        Vanished: it is not found any more.
        PartialUpdate, InvalidUser, ConnectApiError
    """
    tags = user.get("Tags", {})
    owner = ownership.owner_of(tags)
    ours = ownership.is_ours(tags, op.urn)
    if not ours and (owner is not None or not props.get("adopt_existing")):
        raise _refusal(op, props, owner, error)
    return _adopt(op, props, user, ours=ours)


def _refusal(op: Operation, props: Props, owner: ownership.Owner | None, error: ConnectApiError) -> ConnectUsersError:
    action = apply.subject("creating", props)
    where = f"the name exists in instance {props['instance_id']}"
    if owner is not None and owner.stack == ownership.stack_of(ownership.owner_name(op.urn)) is not None:
        former = owner.urn.rpartition("::")[2]
        return OwnedByOther(
            f"{action}: {where} and belongs to {owner.urn}, of this very stack (tag {ownership.TAG_KEY}); "
            f"if that resource was renamed or moved, tell Pulumi by aliases (pulumi.Alias(name='{former}')) or pulumi "
            "state rename; else remove it in a run of its own first"
        )
    if owner is not None:
        return OwnedByOther(
            f"{action}: {where} and belongs to {owner.urn} "
            f"(tag {ownership.TAG_KEY}); remove it from "
            "that stack first, or, if that resource is gone for good, remove the tag and set adopt_existing=True"
        )
    lost = (
        "; an answer of Connect was lost just now, so this run itself may have made it"
        if error.uncertain and not op.owns
        else ""
    )
    return OwnedByOther(
        f"{action}: {where} and carries no ownership tag (made in the console or by another tool{lost}); "
        "adopt it with adopt_existing=True, or choose another username"
    )


def _adopt(op: Operation, props: Props, user: Mapping[str, Any], *, ours: bool) -> tuple[str, Props]:
    user_id, directory = str(user["Id"]), user.get("DirectoryUserId")
    if "directory_user_id" in props and directory != props["directory_user_id"]:
        raise InvalidUser(
            str(props["username"]),
            [f"directory_user_id: the live user has {directory!r}, and no API changes it; declare that, or delete it"],
        )
    action = apply.subject("taking over", props)
    done: tuple[str, ...] = ()
    computed: Props = {ARN_KEY: user["Arn"]}
    if directory:
        computed["directory_user_id"] = directory
    if op.owns or ours:
        # Made now, not before the call that found the name taken: it tells when the user was taken over.
        computed[TOKEN_KEY] = ownership.new_token(op.now(), op.urn)
        try:
            op.gateway.tag_resource(user["Arn"], ownership.tag(computed[TOKEN_KEY], op.urn), notify=op.tell)
        except ResourceNotFound:
            raise Vanished from None
        done = ("TagResource",)
    else:
        _UNTAGGED.add((props["instance_id"], user_id))
    proficiencies = None
    try:
        if done:
            user = _settled_view(op, props, user, computed[TOKEN_KEY])
        if ours or "user_proficiencies" in props:
            proficiencies = op.gateway.list_user_proficiencies(props["instance_id"], user_id, notify=op.tell)
    except ConnectApiError as error:
        if isinstance(error, ResourceNotFound) and error.operation == "DescribeUser":
            raise Vanished from None
        if not done:
            raise
        # The tag is written: from now on only a state with this token may delete the user.
        seen = {**_before(props, live_props(user), ours=ours), **computed}
        raise PartialUpdate(
            action, user_id, seen, done=done, failed=error.operation, not_tried=(), cause=error
        ) from None
    before = _before(props, live_props(user, proficiencies), ours=ours)
    steps = plan.update_steps(before, props)
    computed.update(snapshot_proof.read_stamp(snapshot_proof.epoch(user.get("LastModifiedTime")), op.now()))
    _tell_of_adoption(op, props, user_id, steps, ours=ours)
    apply.run(op, action, user_id, {**before, **computed}, props, steps, done)
    return user_id, {**computed, **props}


def _before(props: Props, live: Props, *, ours: bool) -> Props:
    """What the plan starts from."""
    # An adoption that was interrupted has our tag, too, but what the user had before is nobody's leftover.
    lost = ours and not props.get("adopt_existing")
    return {**declared_view(live, props), **(leftovers(live, props) if lost else {})}


def _tell_of_adoption(op: Operation, props: Props, user_id: str, steps: tuple[plan.Step, ...], *, ours: bool) -> None:
    changed = ", ".join(dict.fromkeys(field for step in steps for field in step.fields)) or "nothing"
    op.tell(f"taking over the existing user {user_id}; to be changed: {changed}")
    if not ours and not props.keys().isdisjoint(("password", "password_secret_arn")):
        op.say("warning", "the password was not set: no API changes that of a user who exists")


def _settled_view(op: Operation, props: Props, user: Mapping[str, Any], token: str) -> Mapping[str, Any]:
    """The user as it is read once the tag of just now can be seen: then every earlier change can be, too.

    A run that crashed a moment ago may have changed what a view from before that does not show.

    Raises:
        OwnedByOther: another resource took the user over at the same moment, and its tag is the one that stays.
    """
    waits = apply.pauses(min(apply.SETTLING, op.grace))
    while True:
        user = op.gateway.describe_user(props["instance_id"], str(user["Id"]), notify=op.tell)
        tags = user.get("Tags", {})
        owner = ownership.owner_of(tags)
        pause = next(waits, None)
        if owner is not None and owner.token == token:
            return user
        if pause is None:
            if owner is not None and not ownership.is_ours(tags, op.urn):
                raise OwnedByOther(
                    f"{apply.subject('taking over', props)}: {owner.urn} took it over at the "
                    f"same moment (tag {ownership.TAG_KEY}); nothing else was changed; declare the user in one place"
                )
            return user
        op.tell(f"waiting {pause:g} s: Amazon Connect does not show yet that the user was taken over")
        op.wait(pause)


def was_taken_over(instance_id: str, user_id: str) -> bool:
    """Whether this process took over that user without a tag, asked for the first time since.

    Without tags nothing tells the old half of a replacement, which is deleted after the new half took the user over,
    from the new one. That deletion comes in the same run, and so in the same process.
    """
    taken = (instance_id, user_id) in _UNTAGGED
    _UNTAGGED.discard((instance_id, user_id))
    return taken
