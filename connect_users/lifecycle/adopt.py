"""Taking over an existing user: one that a program adopts, or one that moves from another resource of the stack.

The ownership tag names the owner. Once it has a new token, older states cannot delete the user any more, and neither
can another run that tried to take the user over at the same moment.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from connect_users.connect.survey import survey_of
from connect_users.core import ownership, plan, snapshot_proof, tag_rules
from connect_users.core.errors import (
    ConnectApiError,
    InvalidUser,
    OwnedByOther,
    PartialUpdate,
    ResourceNotFound,
)
from connect_users.core.fields import ARN_KEY, PENDING_KEY, TAKEN_KEY, TOKEN_KEY
from connect_users.core.live import declared_view, leftovers, live_props
from connect_users.lifecycle import apply, gone, observe
from connect_users.lifecycle.operation import SETTLING, pauses, subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.spec import Props
    from connect_users.core.steps import Step
    from connect_users.lifecycle.operation import Operation


class UserVanished(Exception):
    """The user to take over is not found: it was deleted just now, or the read is stale."""


def take_over(op: Operation, props: Props, user: Mapping[str, Any], *, ours: bool) -> tuple[str, Props]:
    """Take over a live user: first write the tag with a new token, which fences off older states, then the inputs.

    Args:
        ours: whether this stack created the user. Then an earlier version of the program set its other settings.

    Raises:
        OwnedByOther: another resource took the user over at the same moment.
        UserVanished: the user is not found any more.
        PartialUpdate, InvalidUser, ConnectApiError
    """
    user_id, directory = str(user["Id"]), user.get("DirectoryUserId")
    if "directory_user_id" in props and directory != props["directory_user_id"]:
        raise InvalidUser(
            str(props["username"]),
            [f"directory_user_id: the live user has {directory!r}, which no API changes; declare it or delete it"],
        )
    computed: Props = {ARN_KEY: user["Arn"]}
    if directory:
        computed["directory_user_id"] = directory
    if not op.owns:
        # With the ownership tag off, an existing tag stays as it is, and so does its token.
        owner = ownership.owner_of(user.get("Tags", {}))
        if owner is not None:
            computed[TOKEN_KEY] = owner.token
        computed[TAKEN_KEY] = secrets.token_hex(4)
        op.run.hold(op.urn, user_id, computed, alone=True)
        return user_id, _write_declared(op, props, user, computed, ours=ours)
    room = _make_room(op, props, user)
    # The token has the time of the take-over, so it is made now, not before CreateUser.
    computed[TOKEN_KEY] = ownership.taking_token(op.now(), op.urn, ours=ours)
    try:
        op.gateway.tag_resource(user["Arn"], ownership.tag(computed[TOKEN_KEY], op.urn), notify=op.inform)
        op.run.hold(op.urn, user_id, computed, alone=True)
        user = _settled_view(op, props, user, computed[TOKEN_KEY])
        return user_id, _write_declared(op, props, user, computed, ours=ours, done=(*room, "TagResource"))
    except ResourceNotFound as error:
        if error.operation == "ListUserProficiencies":
            raise _pending(props, user, computed, error, ours=ours) from None
        raise UserVanished from None
    except ConnectApiError as error:
        if error.operation == "TagResource":
            raise
        raise _pending(props, user, computed, error, ours=ours) from None


def _make_room(op: Operation, props: Props, user: Mapping[str, Any]) -> tuple[str, ...]:
    """Make room for the ownership tag on a user with all tags in use: remove undeclared tags first.

    Raises:
        InvalidUser: all tags are declared.
    """
    tags, declared = user.get("Tags", {}), props.get("tags")
    gone = [] if declared is None else sorted(ownership.declared_tags(tags).keys() - declared.keys())
    problem = tag_rules.room_problem(tags, gone, declared or ())
    if problem:
        raise InvalidUser(str(props["username"]), [problem])
    if not tag_rules.is_full(tags):
        return ()
    op.gateway.untag_resource(user["Arn"], gone, notify=op.inform)
    return ("UntagResource",)


def _pending(
    props: Props, user: Mapping[str, Any], computed: Props, error: ConnectApiError, *, ours: bool
) -> PartialUpdate:
    """The outputs to save once the tag is written: from then on only a state with its token may delete the user."""
    return PartialUpdate(
        subject("taking over", props),
        str(user["Id"]),
        {**declared_view(live_props(user), props), **computed, PENDING_KEY: ours},
        done=("TagResource",),
        failed=error.operation,
        not_tried=(),
        cause=error,
    )


def update(op: Operation, user_id: str, old: Mapping[str, Any], new: Props) -> Props:
    """As `apply.update`, but also finishes an interrupted take-over, and takes over a user who moves here.

    Raises:
        OwnedByOther: before anything is changed.
        PartialUpdate, ConnectApiError, WrongInstance
    """
    if PENDING_KEY not in old:
        try:
            return apply.update(op, user_id, old, new)
        except apply.MovesHere as moves:
            op.inform(f"moves here from {moves.owner.urn}, which no longer declares it")
            return _take_over_again(op, old, new, moves.user, ours=not moves.owner.adopted)
    gone.check_place(op, old)
    survey_of(op.gateway).forget()
    action, ours = subject("taking over", new), old[PENDING_KEY] is True
    try:
        user = observe.describe(op, user_id, old)
        if user is None:
            raise gone.user_gone(op, action, user_id, old)
        owner = ownership.owner_of(user.get("Tags", {}))
        claim = ownership.claim(owner, op.urn, old.get(TOKEN_KEY))
        if isinstance(claim, ownership.Proven):
            return _write_declared(op, new, user, apply.kept_outputs(old), ours=ours)
    except ConnectApiError as error:
        raise error.about(action) from None
    if isinstance(claim, ownership.Unowned) and TOKEN_KEY not in old:
        # A refresh has accepted that somebody removed the tag.
        return _take_over_again(op, old, new, user, ours=ours)
    now = f"now names {owner.urn}" if owner is not None else "is gone"
    raise OwnedByOther(
        f"{action}: the tag {ownership.TAG_KEY} that the take-over wrote {now}; nothing was changed; "
        "run pulumi refresh, then run again"
    )


def _take_over_again(
    op: Operation, old: Mapping[str, Any], new: Props, user: Mapping[str, Any], *, ours: bool
) -> Props:
    """Take over a user that the state already has; returns the outputs."""
    action = subject("taking over", new)
    try:
        return take_over(op, new, user, ours=ours)[1]
    except UserVanished:
        raise gone.user_gone(op, action, str(user["Id"]), old) from None
    except ConnectApiError as error:
        raise error.about(action) from None


def _write_declared(
    op: Operation, props: Props, user: Mapping[str, Any], computed: Props, *, ours: bool, done: tuple[str, ...] = ()
) -> Props:
    """Bring a user that was taken over to the declared inputs; returns the outputs."""
    user_id, proficiencies = str(user["Id"]), None
    if ours or "user_proficiencies" in props:
        proficiencies = op.gateway.list_user_proficiencies(props["instance_id"], user_id, notify=op.inform)
    live = live_props(user, proficiencies)
    before = {**declared_view(live, props), **(leftovers(live, props) if ours else {})}
    steps = plan.update_steps(before, props)
    stamp = snapshot_proof.read_stamp(snapshot_proof.epoch(user.get("LastModifiedTime")), op.now())
    outputs = {**computed, **stamp}
    _report_adoption(op, props, user_id, steps)
    apply.run(op, subject("taking over", props), user_id, {**before, **outputs}, props, steps, done, live=user)
    return {**outputs, **props}


def _report_adoption(op: Operation, props: Props, user_id: str, steps: tuple[Step, ...]) -> None:
    changed = ", ".join(dict.fromkeys(field for step in steps for field in step.fields)) or "nothing"
    op.inform(f"taking over the existing user {user_id}; changes: {changed}")
    if not props.keys().isdisjoint(("password", "password_secret_arn")):
        op.say("warning", "the password was not set: no API changes the password of an existing user")


def _settled_view(op: Operation, props: Props, user: Mapping[str, Any], token: str) -> Mapping[str, Any]:
    """The user, read once the tag that was just written is visible: then every earlier change is visible, too.

    A run that crashed a moment ago may have made changes that a stale read does not show.

    Raises:
        OwnedByOther: another resource took the user over at the same moment, and its tag won.
    """
    waits = pauses(min(SETTLING, op.grace))
    while True:
        user = op.gateway.describe_user(props["instance_id"], str(user["Id"]), notify=op.inform)
        pause = next(waits, None)
        claim = ownership.claim(ownership.owner_of(user.get("Tags", {})), op.urn, token)
        if pause is None and isinstance(claim, ownership.OtherResource | ownership.OtherStack):
            raise OwnedByOther(
                f"{subject('taking over', props)}: {claim.owner.urn} took it over at the "
                f"same moment (tag {ownership.TAG_KEY}); nothing else was changed; declare the user in one place"
            )
        if pause is None or isinstance(claim, ownership.Proven):
            return user
        op.inform(f"waiting {pause:g} s: Amazon Connect does not show yet that the user was taken over")
        op.wait(pause)
