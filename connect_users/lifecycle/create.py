"""Making a user exactly once.

CreateUser has no idempotency token. The ownership tag, which CreateUser sets in the same step, takes its place: on
DuplicateResource it says whose the user of the name is (`ownership.claim`), and so what is to be done:

- This very call made it, and an answer was lost: all is well.
- It has no owner: it is adopted where the program says so.
- Another resource of this stack, which the program does not declare: the user moves, and keeps its id.
- This resource, in another call: a run died before its state was saved, or the replacement of a user who is alive was
  forced (``--replace``, ``state taint``, ``replace_on_changes``). The engine does not say which. No API returns or
  changes a password, so a user who was taken over could have another one than the state. One that was made within a
  day is therefore deleted and made again, which is right in both cases. An older one is in use, and is refused. One
  that was being taken over goes on to be, and one that was made since this run began (the same run twice at once) is
  taken over.
- Anybody else: refused.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from connect_users.connect.gateway import CreatedUser
from connect_users.connect.survey import survey_of
from connect_users.core import ownership, plan, rules, snapshot_proof
from connect_users.core.errors import (
    Cancelled,
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
from connect_users.lifecycle import adopt, apply, delete, observe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.spec import Props
    from connect_users.lifecycle.apply import Operation

#: What the state of a user without proficiencies is compared with.
_NO_PROFICIENCIES: Props = {"user_proficiencies": []}


def create(op: Operation, props: Props) -> tuple[str, Props]:
    """Make the user, or take over the one who has the name; returns its id and outputs.

    Args:
        props: canonical inputs, wholly known.

    Raises:
        PartialUpdate: the user exists, but not all of it is as declared.
        OwnedByOther: the name is somebody else's.
        InvalidUser, ConnectApiError
    """
    action = apply.subject("creating", props)
    survey_of(op.gateway).forget()
    try:
        token, request = _tagged(op, plan.create_request(props))
        if "password_secret_arn" in props:
            request["Password"] = _secret_password(op, props)
        try:
            made = _create_user(op, request)
        except DuplicateResource as error:
            return _settle_duplicate(op, props, request, token, error)
        except (InvalidRequest, QuotaReached) as error:
            user = _existing_user(op, props, error)
            settled = None if user is None else _settle(op, props, user, token, error)
            if settled is not None:
                return settled
            if user is None or isinstance(error, InvalidRequest):
                raise
            _remove_leftover(op, props, user)
            token, request = _tagged(op, request)
            made = _create_user(op, request)
    except ConnectApiError as error:
        raise error.about(action) from None
    except adopt.UserVanished:
        raise ConnectUsersError(
            f"{action}: a user of this name was found, but was gone a moment later; run again"
        ) from None
    return _finish(op, props, made, token)


def _tagged(op: Operation, request: Props) -> tuple[str, Props]:
    """A request of CreateUser with a token of its own, which is as old as the request, and the token."""
    if not op.owns:
        return "", request
    token = ownership.new_token(op.now(), op.urn)
    return token, {**request, "Tags": {**request.get("Tags", {}), **ownership.tag(token, op.urn)}}


def _existing_user(op: Operation, props: Props, error: ConnectApiError) -> dict[str, Any] | None:
    """The user to adopt, or that a lost answer was about, where Connect refused for another reason than its name.

    AWS does not say what it looks at first: a full quota may come before a name that is taken, and a missing
    password, which an adoption does not need, does.
    """
    if not props.get("adopt_existing") and not error.uncertain:
        return None
    try:
        return observe.search_by_name(op, props["instance_id"], props["username"])
    except Cancelled:
        raise
    except ConnectApiError:
        # Why it could not be made is what matters.
        return None


def _create_user(op: Operation, request: Props) -> CreatedUser:
    """CreateUser, tried again while something that it names may only be late (a profile made in the same run)."""
    for pause in apply.pauses(min(apply.REFERENCE_SETTLING, op.grace)):
        try:
            made = op.gateway.create_user(request, notify=op.inform)
        except ResourceNotFound:
            op.inform(f"waiting {pause:g} s: Amazon Connect does not find something that this user names yet")
            op.wait(pause)
        else:
            return made
    return op.gateway.create_user(request, notify=op.inform)


def _finish(op: Operation, props: Props, made: CreatedUser, token: str) -> tuple[str, Props]:
    """What CreateUser cannot do: proficiencies."""
    user_id = made.user_id
    outputs: Props = {**props, ARN_KEY: made.arn, **snapshot_proof.made_stamp(made.answered_at)}
    if token:
        outputs[TOKEN_KEY] = token
    op.run.hold(op.urn, user_id, outputs, alone=True)
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


def _settle(
    op: Operation, props: Props, user: Mapping[str, Any], token: str, error: ConnectApiError
) -> tuple[str, Props] | None:
    """Make the live user of the name this resource's; None where it has to be deleted and made again.

    Args:
        error: why it could not be made.

    Raises:
        OwnedByOther: it may not be touched.
        UserVanished: it is not found any more.
        PartialUpdate, InvalidUser, ConnectApiError
    """
    action, where = apply.subject("creating", props), f"the name exists in instance {props['instance_id']}"
    tags = user.get("Tags", {})
    owner = ownership.owner_of(tags)
    claim, other = ownership.claim(owner, op.urn, token or None), op.run.declared_by_another(op.urn, props)
    if other is not None and not isinstance(claim, ownership.Proven):
        raise OwnedByOther(f"{action}: {where}, and {other} declares it, too; declare the user once")
    match claim:
        case ownership.Proven():
            # Made by this very call, whose answer was lost.
            return _finish(op, props, CreatedUser(user["Id"], user["Arn"]), token)
        case ownership.Unowned() if props.get("adopt_existing"):
            return adopt.take_over(op, props, user, ours=False)
        case ownership.Unowned():
            raise OwnedByOther(f"{action}: {where} and {_unowned(op, tags, error)}")
        case ownership.OtherMaking(owner) as making if owner.took_over and (
            props.get("adopt_existing") or making.is_leftover(op.now())
        ):
            return adopt.take_over(op, props, user, ours=not owner.adopted)
        case ownership.OtherMaking(owner) as making if not owner.took_over and making.is_leftover(op.now()):
            return adopt.take_over(op, props, user, ours=True) if _changed_in_this_run(op, user) else None
        case ownership.OtherMaking(owner):
            day = time.strftime("%Y-%m-%d", time.gmtime(ownership.made_at(owner.token)))
            raise OwnedByOther(
                f"{action}: {where} and is this resource's own, made or taken over on {day} (tag {ownership.TAG_KEY}); "
                "it is not deleted for a new one. To replace it (--replace, state taint, replace_on_changes), set "
                "delete_before_replace=True in the resource's options, or for a new password "
                "on_password_change='replace'; if the state lost it, bring it back with connect-users import"
            )
        case ownership.OtherResource(owner) if op.owns and not _changed_in_this_run(op, user):
            op.inform(f"moves here from {owner.urn}, which no longer declares it")
            return adopt.take_over(op, props, user, ours=not owner.adopted)
        case ownership.OtherResource(owner):
            raise OwnedByOther(
                f"{action}: {where} and belongs to {owner.urn}, in this stack (tag {ownership.TAG_KEY}); "
                + (
                    "the same run made or changed it, so the program may declare both; declare the user once"
                    if op.owns
                    else "with connect-users:ownershipTag false a user cannot move between resources; declare the "
                    f"former name as an alias (pulumi.Alias(name='{owner.urn.rpartition('::')[2]}'))"
                )
            )
        case ownership.OtherStack(owner):
            raise OwnedByOther(
                f"{action}: {where} and belongs to {owner.urn} (tag {ownership.TAG_KEY}); remove it from that stack "
                "first, or, if that resource is gone for good, remove the tag and set adopt_existing=True"
            )


def _changed_in_this_run(op: Operation, user: Mapping[str, Any]) -> bool:
    """Whether somebody made or changed a user since this run began: then another run, or another provider of this one,
    has it at this moment."""
    modified = snapshot_proof.epoch(user.get("LastModifiedTime"))
    # AWS returns milliseconds.
    return modified is not None and modified > op.now() - op.run.age + 0.001


def _unowned(op: Operation, tags: Mapping[str, Any], error: ConnectApiError) -> str:
    """Why a user of the name without an owner is in the way, and what to do."""
    ways = (
        "adopt it with adopt_existing=True, or choose another username; to replace this resource's own user, set "
        "delete_before_replace=True"
    )
    if ownership.TAG_KEY in tags:
        return f"has a tag {ownership.TAG_KEY} that names no resource (somebody wrote another value); {ways}"
    lost = (
        "; an answer of Connect was lost just now, so this run itself may have made it"
        if error.uncertain and not op.owns
        else ""
    )
    return f"carries no ownership tag (made in the console or by another tool{lost}); {ways}"


def _settle_duplicate(
    op: Operation, props: Props, request: Props, token: str, error: DuplicateResource
) -> tuple[str, Props]:
    """The name is taken: find the user, or wait until the name of a user deleted just now is free."""
    pauses, waited, removed = apply.pauses(op.grace), 0.0, set[str]()
    while True:
        named = observe.find_by_name(op, props["instance_id"], props["username"])
        user = named.user
        if user is not None and user["Id"] in removed:
            user = None
        if user is not None:
            try:
                settled = _settle(op, props, user, token, error)
                if settled is not None:
                    return settled
                _remove_leftover(op, props, user)
                removed.add(user["Id"])
            except adopt.UserVanished:
                op.inform(f"user {user['Id']} has the name, but is no longer found")
                user = None
        if user is None:
            pause = next(pauses, None)
            if named.near is not None and (pause is None or waited + pause > apply.REFERENCE_SETTLING):
                raise _differs_by_case(op, props, named.near)
            if pause is None:
                raise error
            waited += pause
            op.inform(f"waiting {pause:g} s: the username is taken, but Amazon Connect does not show its user yet")
            op.wait(pause)
        token, request = _tagged(op, request)
        try:
            made = _create_user(op, request)
        except DuplicateResource as again:
            error = again
        else:
            return _finish(op, props, made, token)


def _remove_leftover(op: Operation, props: Props, user: Mapping[str, Any]) -> None:
    """Delete a user that this resource made, and no state that stays has, so that it can be made again."""
    op.say(
        "warning",
        f"user {user['Id']}, which this resource made before, is deleted and created again, since it may not have the "
        "declared password",
    )
    delete.remove_user(op, str(user["Id"]), {**props, ARN_KEY: user["Arn"]})


def _differs_by_case(op: Operation, props: Props, near: Mapping[str, Any]) -> OwnedByOther:
    """A user of this very name who was deleted just now would be a matter of seconds; this one stays."""
    user = op.gateway.describe_user(props["instance_id"], near["Id"], notify=op.inform)
    name = near["Username"]
    if isinstance(ownership.claim(ownership.owner_of(user.get("Tags", {})), op.urn), ownership.OtherMaking):
        advice = f"that is this resource's own user: keep '{name}', or remove it in one run and declare it in the next"
    else:
        advice = f"declare '{name}' (with adopt_existing=True to take that user over), or choose another username"
    return OwnedByOther(
        f"{apply.subject('creating', props)}: Connect says that the name is taken, and the only user like it "
        f"differs in case: '{name}' (user {near['Id']}); {advice}"
    )


def _secret_password(op: Operation, props: Props) -> str:
    """The password in Secrets Manager: the secret's text, or the member ``password`` of a JSON secret."""
    text = op.gateway.get_secret_value(props["password_secret_arn"], notify=op.inform)
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    password = parsed.get("password") if isinstance(parsed, dict) else text
    if not isinstance(password, str):
        problems = ["password_secret_arn: the secret is a JSON object without a string 'password'"]
    else:
        problems = [
            f"password_secret_arn: the password in the secret {problem.text}"
            for problem in rules.password_problems(password)
        ]
    if problems or not isinstance(password, str):
        raise InvalidUser(str(props["username"]), problems)
    return password
