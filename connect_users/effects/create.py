"""Making a user exactly once, and unmaking it only if it is still ours.

CreateUser has no idempotency token. The ownership tag, which CreateUser sets in the same step, takes its place: on
DuplicateResource it tells whether the user is this resource's own (an answer was lost, or a run died before its
state was saved) and may be taken over, or somebody else's and must be left alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connect_users.core import ownership, plan, rules, snapshot_proof
from connect_users.core.errors import (
    ConnectApiError,
    ConnectUsersError,
    DuplicateResource,
    InvalidRequest,
    InvalidUser,
    OwnedByOther,
    QuotaReached,
    ResourceNotFound,
)
from connect_users.core.fields import ARN_KEY, TOKEN_KEY
from connect_users.core.live import declared_view, leftovers, live_props
from connect_users.effects import apply, observe, quick_connects
from connect_users.effects.gateway import CreatedUser
from connect_users.effects.snapshot import survey_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.spec import Props
    from connect_users.effects.apply import Operation

#: What the state of a user without proficiencies is compared with.
_NO_PROFICIENCIES: Props = {"user_proficiencies": []}


def create(op: Operation, props: Props) -> tuple[str, Props]:
    """Make the user, or take over the one that this resource made and lost; returns its id and outputs.

    Args:
        props: canonical inputs, wholly known.

    Raises:
        PartialUpdate: the user exists, but not all of it is as declared.
        OwnedByOther: the name is somebody else's.
        InvalidUser, ConnectApiError
    """
    action = apply.subject("creating", props)
    survey_of(op.gateway).forget()
    token = ownership.new_token(op.now(), op.urn) if op.owns else ""
    owner_tag = ownership.tag(token, op.urn) if op.owns else None
    try:
        request = plan.create_request(props, owner_tag)
        if "password_secret_arn" in props:
            request["Password"] = _secret_password(op, props)
        try:
            made = _create_user(op, request)
        except DuplicateResource as error:
            return _settle_duplicate(op, props, request, token, error)
        except (InvalidRequest, QuotaReached) as error:
            found = _found_all_the_same(op, props, error)
            if found is None:
                raise
            return _take_over(op, props, found, token, error)
    except ConnectApiError as error:
        raise error.about(action) from None
    except _Vanished:
        raise ConnectUsersError(
            f"{action}: a user of this name was found, and was gone a moment later; run again"
        ) from None
    return _finish(op, props, made, token)


def _found_all_the_same(op: Operation, props: Props, error: ConnectApiError) -> dict[str, Any] | None:
    """The user of that name, where Connect refused to make it for another reason than its name.

    AWS does not say what it looks at first: a full quota may be told before a name that is taken, and a missing
    password, which nobody needs who adopts, is.
    """
    if isinstance(error, InvalidRequest) and not props.get("adopt_existing"):
        return None
    return observe.search_by_name(op, props["instance_id"], props["username"])


def _create_user(op: Operation, request: Props) -> CreatedUser:
    """CreateUser, tried again while something that it names may only be late (a profile made in the same run)."""
    for pause in apply.pauses(min(apply.REFERENCE_SETTLING, op.grace)):
        try:
            made = op.gateway.create_user(request, notify=op.tell)
        except ResourceNotFound:
            op.tell(f"waiting {pause:g} s: Amazon Connect does not find something that this user names yet")
            op.wait(pause)
        else:
            return made
    return op.gateway.create_user(request, notify=op.tell)


def _finish(op: Operation, props: Props, made: CreatedUser, token: str) -> tuple[str, Props]:
    """What CreateUser cannot do: proficiencies."""
    user_id = made.user_id
    outputs: Props = {**props, ARN_KEY: made.arn, **snapshot_proof.made_stamp(made.answered_at)}
    if token:
        outputs[TOKEN_KEY] = token
    steps = plan.update_steps({**props, **_NO_PROFICIENCIES}, props) if props.get("user_proficiencies") else ()
    apply.run(
        op,
        apply.subject("creating", props),
        user_id,
        {**outputs, **(_NO_PROFICIENCIES if steps else {})},
        props,
        steps,
        done=("CreateUser",),
    )
    return user_id, outputs


def _settle_duplicate(
    op: Operation, props: Props, request: Props, token: str, error: DuplicateResource
) -> tuple[str, Props]:
    """The name is taken: find by whom, or wait until the name of a user deleted just now is free."""
    pauses = apply.pauses(op.grace)
    while True:
        user = observe.find_by_name(op, props["instance_id"], props["username"])
        if user is not None:
            try:
                return _take_over(op, props, user, token, error)
            except _Vanished:
                op.tell(f"user {user['Id']} has the name, but is not found any more")
        pause = next(pauses, None)
        if pause is None:
            raise error
        op.tell(f"waiting {pause:g} s: the username is taken, but Amazon Connect shows no user of that name (yet)")
        op.wait(pause)
        if op.owns:
            # A token tells when its user was made; this one would be as old as the wait.
            token = ownership.new_token(op.now(), op.urn)
            request = {**request, "Tags": {**request["Tags"], **ownership.tag(token, op.urn)}}
        try:
            made = _create_user(op, request)
        except DuplicateResource as again:
            error = again
        else:
            return _finish(op, props, made, token)


class _Vanished(Exception):
    """The user that was to be taken over is not found: one that was deleted just now, or a reader lags behind."""


def _take_over(
    op: Operation, props: Props, user: Mapping[str, Any], token: str, error: ConnectApiError
) -> tuple[str, Props]:
    tags = user.get("Tags", {})
    owner = ownership.owner_of(tags)
    if owner is not None and token and owner.token == token:
        # Made by this very call, whose answer was lost.
        return _finish(op, props, CreatedUser(user["Id"], user["Arn"]), token)
    ours = ownership.is_ours(tags, op.urn)
    if not ours and (owner is not None or not props.get("adopt_existing")):
        raise _refusal(op, props, owner, error)
    return _adopt(op, props, user, token, ours=ours)


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


def _adopt(op: Operation, props: Props, user: Mapping[str, Any], token: str, *, ours: bool) -> tuple[str, Props]:
    """Take over a live user: first the tag with the new token, which fences off every older state, then the rest."""
    user_id, owner = str(user["Id"]), ownership.owner_of(user.get("Tags", {}))
    directory = user.get("DirectoryUserId")
    if "directory_user_id" in props and directory != props["directory_user_id"]:
        raise InvalidUser(
            str(props["username"]),
            [f"directory_user_id: the live user has {directory!r}, and no API changes it; declare that, or delete it"],
        )
    done: tuple[str, ...] = ()
    if op.owns:
        # Made now, not before the call that found the name taken: it tells when the user was taken over.
        token = ownership.new_token(op.now(), op.urn)
        try:
            op.gateway.tag_resource(user["Arn"], ownership.tag(token, op.urn), notify=op.tell)
            user = _settled_view(op, props, user, token)
        except ResourceNotFound:
            raise _Vanished from None
        done = ("TagResource",)
    elif owner is not None:
        # The tag stays as it is, and so does its proof.
        token = owner.token
    proficiencies = None
    if ours or "user_proficiencies" in props:
        proficiencies = op.gateway.list_user_proficiencies(props["instance_id"], user_id, notify=op.tell)
    live = live_props(user, proficiencies)
    before = {**declared_view(live, props), **(leftovers(live, props) if ours else {})}
    steps = plan.update_steps(before, props)
    modified = snapshot_proof.epoch(user.get("LastModifiedTime"))
    computed: Props = {ARN_KEY: user["Arn"], **snapshot_proof.read_stamp(modified, op.now())}
    if directory:
        computed["directory_user_id"] = directory
    if token:
        computed[TOKEN_KEY] = token
    changed = ", ".join(dict.fromkeys(field for step in steps for field in step.fields)) or "nothing"
    op.tell(f"taking over the existing user {user_id}; to be changed: {changed}")
    apply.run(op, apply.subject("taking over", props), user_id, {**before, **computed}, props, steps, done)
    return user_id, {**computed, **props}


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


def _secret_password(op: Operation, props: Props) -> str:
    """The password in Secrets Manager: the secret's text, or the member ``password`` of a JSON secret."""
    text = op.gateway.get_secret_value(props["password_secret_arn"], notify=op.tell)
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    password = parsed.get("password") if isinstance(parsed, dict) else text
    if not isinstance(password, str):
        problems = ["password_secret_arn: the secret is a JSON object without a text 'password'"]
    else:
        problems = [
            f"password_secret_arn: the password in the secret {problem.text}"
            for problem in rules.password_problems(password)
        ]
    if problems or not isinstance(password, str):
        raise InvalidUser(str(props["username"]), problems)
    return password


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
