"""Taking over a user who exists: one that a crash left behind, or one that a program adopts.

The ownership tag tells whose the user is. Once it is written anew, older states, and whoever else tried at the same
moment, cannot delete the user any more.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from connect_users.connect.survey import survey_of
from connect_users.core import ownership, plan, snapshot_proof, tag_rules
from connect_users.core.errors import (
    ConnectApiError,
    ConnectUsersError,
    InvalidUser,
    OwnedByOther,
    PartialUpdate,
    ResourceNotFound,
)
from connect_users.core.fields import ARN_KEY, PENDING_KEY, TAKEN_KEY, TOKEN_KEY
from connect_users.core.live import declared_view, leftovers, live_props
from connect_users.lifecycle import apply, observe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.spec import Props
    from connect_users.lifecycle.apply import Operation

#: (instance, user) of those who were taken over in this process without a new tag -> what their new state has.
_UNTAGGED: Final[dict[tuple[str, str], str]] = {}


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
    computed: Props = {ARN_KEY: user["Arn"]}
    if directory:
        computed["directory_user_id"] = directory
    if not op.owns:
        # A tag that is there stays as it is, and so does its proof.
        owner = ownership.owner_of(user.get("Tags", {}))
        if owner is not None:
            computed[TOKEN_KEY] = owner.token
        computed[TAKEN_KEY] = _UNTAGGED[props["instance_id"], user_id] = secrets.token_hex(4)
        return user_id, _bring(op, props, user, computed, ours=ours)
    room = _make_room(op, props, user)
    # Made now, not before the call that found the name taken: it tells when the user was taken over.
    computed[TOKEN_KEY] = ownership.new_token(op.now(), op.urn)
    try:
        op.gateway.tag_resource(user["Arn"], ownership.tag(computed[TOKEN_KEY], op.urn), notify=op.tell)
        user = _settled_view(op, props, user, computed[TOKEN_KEY])
        return user_id, _bring(op, props, user, computed, ours=ours, done=(*room, "TagResource"))
    except ResourceNotFound as error:
        if error.operation == "ListUserProficiencies":
            raise _pending(props, user, computed, error, ours=ours) from None
        raise Vanished from None
    except ConnectApiError as error:
        if error.operation == "TagResource":
            raise
        raise _pending(props, user, computed, error, ours=ours) from None


def _make_room(op: Operation, props: Props, user: Mapping[str, Any]) -> tuple[str, ...]:
    """Room for the ownership tag on a user that is full: tags that are to go anyway go first. Returns what was called.

    Raises:
        InvalidUser: none is to go.
    """
    tags, declared = user.get("Tags", {}), props.get("tags")
    gone = [] if declared is None else sorted(ownership.declared_tags(tags).keys() - declared.keys())
    problem = tag_rules.room_problem(tags, gone, declared or ())
    if problem:
        raise InvalidUser(str(props["username"]), [problem])
    if not tag_rules.is_full(tags):
        return ()
    op.gateway.untag_resource(user["Arn"], gone, notify=op.tell)
    return ("UntagResource",)


def _pending(
    props: Props, user: Mapping[str, Any], computed: Props, error: ConnectApiError, *, ours: bool
) -> PartialUpdate:
    """The tag is written: from now on only a state with its token may delete the user, so there has to be one."""
    return PartialUpdate(
        apply.subject("taking over", props),
        str(user["Id"]),
        {**declared_view(live_props(user), props), **computed, PENDING_KEY: ours},
        done=("TagResource",),
        failed=error.operation,
        not_tried=(),
        cause=error,
    )


def update(op: Operation, user_id: str, old: Mapping[str, Any], new: Props) -> Props:
    """As `apply.update`; a take-over that was interrupted goes on.

    Raises:
        OwnedByOther: before anything is changed.
        PartialUpdate, ConnectApiError, WrongInstance
    """
    if PENDING_KEY not in old:
        return apply.update(op, user_id, old, new)
    apply.check_place(op, old)
    survey_of(op.gateway).forget()
    try:
        user = observe.describe(op, user_id, old)
        owner = ownership.owner_of(user.get("Tags", {})) if user is not None else None
        if user is None or owner is None or not ownership.same_making(old.get(TOKEN_KEY), owner.token):
            whose = f"is {owner.urn}'s" if owner is not None else "is gone"
            raise OwnedByOther(
                f"{apply.subject('taking over', new)}: the tag {ownership.TAG_KEY} that was written when it was taken "
                f"over {whose}; nothing was changed; run pulumi refresh to see what is true, then run again"
            )
        computed = {key: old[key] for key in (ARN_KEY, TOKEN_KEY, "directory_user_id") if key in old}
        return _bring(op, new, user, computed, ours=old[PENDING_KEY] is True)
    except ConnectApiError as error:
        raise error.about(apply.subject("taking over", new)) from None


def _bring(
    op: Operation, props: Props, user: Mapping[str, Any], computed: Props, *, ours: bool, done: tuple[str, ...] = ()
) -> Props:
    """Bring a user that was taken over to what is declared; returns the outputs."""
    user_id, proficiencies = str(user["Id"]), None
    if ours or "user_proficiencies" in props:
        proficiencies = op.gateway.list_user_proficiencies(props["instance_id"], user_id, notify=op.tell)
    before = _before(props, live_props(user, proficiencies), ours=ours)
    steps = plan.update_steps(before, props)
    stamp = snapshot_proof.read_stamp(snapshot_proof.epoch(user.get("LastModifiedTime")), op.now())
    outputs = {**computed, **stamp}
    _tell_of_adoption(op, props, user_id, steps, ours=ours)
    apply.run(op, apply.subject("taking over", props), user_id, {**before, **outputs}, props, steps, done)
    return {**outputs, **props}


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


def is_former(user_id: str, outputs: Mapping[str, Any]) -> bool:
    """Whether these are the outputs of a user whom another state took over in this process, without a new tag.

    Without one, nothing in Connect tells the old half of a replacement, which is deleted once the new half took the
    user over, from the new one. That deletion comes in the same run, and so in the same process, unless the run ends
    before it: a later one cannot tell (README, ``ownershipTag: false``).
    """
    taken = _UNTAGGED.get((outputs["instance_id"], user_id))
    return taken is not None and outputs.get(TAKEN_KEY) != taken
