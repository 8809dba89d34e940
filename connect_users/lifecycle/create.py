"""Creating a user exactly once.

CreateUser has no idempotency token. The ownership tag, which CreateUser sets in the same step, takes its place: after a
DuplicateResource it names the owner of the existing user (`ownership.claim`):

- This very call created it, and the answer was lost: the user is complete.
- It has no owner: it is adopted if the program says so.
- Another resource of this stack, which the program does not declare: the user moves, and keeps its id.
- This resource, in another call: a run died before its state was saved, or the replacement of a live user was forced
  (``--replace``, ``state taint``, ``replace_on_changes``). The engine does not say which. No API returns or changes a
  password, so after a take-over the password could differ from the state. A user that is less than a day old is
  therefore deleted and created again, which is right in both cases. An older user is in use, and is refused. An
  interrupted take-over continues. A user created since this run began (two runs at once) is taken over.
- Any other owner: refused.
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
from connect_users.lifecycle.operation import REFERENCE_SETTLING, pauses, subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connect_users.core.spec import Props
    from connect_users.lifecycle.operation import Operation


def create(op: Operation, props: Props) -> tuple[str, Props]:
    """Create the user, or take over the existing user of that name; returns its id and outputs.

    Args:
        props: canonical inputs, wholly known.

    Raises:
        PartialUpdate: the user exists, but not every input is as declared.
        OwnedByOther: the user of that name has another owner.
        InvalidUser, ConnectApiError
    """
    survey_of(op.gateway).forget()
    try:
        token, request = _tagged(op, plan.create_request(props))
        if "password_secret_arn" in props:
            request["Password"] = _secret_password(op, props)
        try:
            made = _create_user(op, request)
        except DuplicateResource as error:
            return _settle_taken_name(op, props, request, token, error)
        except (InvalidRequest, QuotaReached) as error:
            user = _existing_user(op, props, error)
            settled = None if user is None else _settle(op, props, user, [token], error)
            if settled is not None:
                return settled
            if user is None or isinstance(error, InvalidRequest):
                raise
            return _settle_taken_name(op, props, request, token, error)
    except adopt.UserVanished:
        raise ConnectUsersError(
            f"{subject('creating', props)}: a user of this name existed, but was gone a moment later; run again"
        ) from None
    return _finish(op, props, made, token)


def _tagged(op: Operation, request: Props) -> tuple[str, Props]:
    """A CreateUser request with a new token, and the token, which has the time of the request."""
    if not op.owns:
        return "", request
    token = ownership.new_token(op.now(), op.urn)
    return token, {**request, "Tags": {**request.get("Tags", {}), **ownership.tag(token, op.urn)}}


def _existing_user(op: Operation, props: Props, error: ConnectApiError) -> dict[str, Any] | None:
    """The user to adopt, or the one of a lost answer, if CreateUser failed for another reason than the name.

    AWS does not document the order of its checks: a full quota may come before a taken name. A missing password, which
    an adoption does not need, does come before it.
    """
    if not props.get("adopt_existing") and not error.uncertain:
        return None
    try:
        return observe.search_by_name(op, props["instance_id"], props["username"])
    except Cancelled:
        raise
    except ConnectApiError:
        # The reason why CreateUser failed matters more.
        return None


def _create_user(op: Operation, request: Props) -> CreatedUser:
    """CreateUser, tried again while something that it names is not found yet (a profile created in the same run)."""
    waits = pauses(min(REFERENCE_SETTLING, op.grace))
    while True:
        try:
            return op.gateway.create_user(request, notify=op.inform)
        except ResourceNotFound:
            pause = next(waits, None)
            if pause is None:
                raise
            op.inform(f"waiting {pause:g} s: Amazon Connect does not find something that this user names yet")
            op.wait(pause)


def _finish(op: Operation, props: Props, made: CreatedUser, token: str) -> tuple[str, Props]:
    """Set what CreateUser cannot: proficiencies."""
    user_id = made.user_id
    outputs: Props = {**props, ARN_KEY: made.arn, **snapshot_proof.made_stamp(made.answered_at)}
    if token:
        outputs[TOKEN_KEY] = token
    op.run.hold(op.urn, user_id, outputs, alone=True)
    before = {**outputs, "user_proficiencies": []}
    steps = plan.update_steps(before, props)
    apply.run(op, subject("creating", props), user_id, before, props, steps, done=("CreateUser",))
    return user_id, outputs


def _settle(
    op: Operation, props: Props, user: Mapping[str, Any], tokens: Sequence[str], error: ConnectApiError
) -> tuple[str, Props] | None:
    """Take over the live user of the name; None if it has to be deleted and created again.

    Args:
        tokens: of the CreateUser requests of this call, any of which may have made the user.
        error: of the last CreateUser.

    Raises:
        OwnedByOther: it must not be changed.
        UserVanished: it is not found any more.
        PartialUpdate, InvalidUser, ConnectApiError
    """
    action, where = subject("creating", props), f"the name exists in instance {props['instance_id']}"
    tags = user.get("Tags", {})
    owner = ownership.owner_of(tags)
    token = owner.token if owner is not None and owner.token in tokens else tokens[-1]
    claim, other = ownership.claim(owner, op.urn, token or None), op.run.declared_by_another(op.urn, props)
    if other is not None and not isinstance(claim, ownership.Proven):
        raise OwnedByOther(f"{action}: {where}, and {other} declares the same user; declare the user once")
    match claim:
        case ownership.Proven():
            # This very call created it, and the answer was lost.
            return _finish(op, props, CreatedUser(user["Id"], user["Arn"]), token)
        case ownership.Unowned() if props.get("adopt_existing"):
            return adopt.take_over(op, props, user, ours=False)
        case ownership.Unowned():
            raise OwnedByOther(f"{action}: {where} and {_unowned(op, tags, error)}")
        case ownership.OtherToken(owner) if owner.took_over and (
            props.get("adopt_existing") or owner.is_leftover(op.now())
        ):
            return adopt.take_over(op, props, user, ours=not owner.adopted)
        case ownership.OtherToken(owner) if not owner.took_over and owner.is_leftover(op.now()):
            return adopt.take_over(op, props, user, ours=True) if _changed_in_this_run(op, user) else None
        case ownership.OtherToken(owner):
            day = time.strftime("%Y-%m-%d", time.gmtime(ownership.made_at(owner.token)))
            raise OwnedByOther(
                f"{action}: {where} and belongs to this resource, created or taken over on {day} (tag "
                f"{ownership.TAG_KEY}); it is not deleted for a new one. To replace it (--replace, state taint, "
                "replace_on_changes), set delete_before_replace=True in the resource's options, or for a new password "
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
    """Whether the user was created or changed since this run began: then another run, or another provider of this run,
    is working on it."""
    modified = snapshot_proof.epoch(user.get("LastModifiedTime"))
    # AWS returns milliseconds.
    return modified is not None and modified > op.now() - op.run.age + 0.001


def _unowned(op: Operation, tags: Mapping[str, Any], error: ConnectApiError) -> str:
    """The reason why a user without an owner cannot be taken over, and what to do."""
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


def _settle_taken_name(
    op: Operation, props: Props, request: Props, token: str, error: ConnectApiError
) -> tuple[str, Props]:
    """Find the user of a taken name, or wait until the name of a user deleted just now is free.

    Args:
        request, token, error: of the CreateUser that failed.
    """
    waits, waited, removed, tokens = pauses(op.grace), 0.0, set[str](), [token]
    while True:
        named = observe.find_by_name(op, props["instance_id"], props["username"])
        user = named.user
        if user is not None and user["Id"] in removed:
            user = None
        if user is not None:
            try:
                settled = _settle(op, props, user, tokens, error)
                if settled is not None:
                    return settled
                _remove_leftover(op, props, user)
                removed.add(user["Id"])
            except adopt.UserVanished:
                op.inform(f"user {user['Id']} has the name, but is no longer found")
                user = None
        if user is None:
            pause = next(waits, None)
            if named.near is not None and (pause is None or waited + pause > REFERENCE_SETTLING):
                raise _differs_by_case(op, props, named.near)
            if pause is None:
                raise error
            waited += pause
            op.inform(f"waiting {pause:g} s: the username is taken, but Amazon Connect does not show its user yet")
            op.wait(pause)
        token, request = _tagged(op, request)
        tokens.append(token)
        try:
            made = _create_user(op, request)
        except DuplicateResource as again:
            error = again
        else:
            return _finish(op, props, made, token)


def _remove_leftover(op: Operation, props: Props, user: Mapping[str, Any]) -> None:
    """Delete a user that this resource created and that no other state has, so that it can be created again."""
    op.say(
        "warning",
        f"user {user['Id']}, which this resource created, is deleted and created again, since it may not have the "
        "declared password",
    )
    delete.remove_user(op, str(user["Id"]), {**props, ARN_KEY: user["Arn"]})


def _differs_by_case(op: Operation, props: Props, near: Mapping[str, Any]) -> OwnedByOther:
    """The error if only a user whose name differs in case exists. A name that was just deleted would be free soon."""
    user = op.gateway.describe_user(props["instance_id"], near["Id"], notify=op.inform)
    name = near["Username"]
    if isinstance(ownership.claim(ownership.owner_of(user.get("Tags", {})), op.urn), ownership.OtherToken):
        advice = f"that is this resource's own user: keep '{name}', or remove it in one run and declare it in the next"
    else:
        advice = f"declare '{name}' (with adopt_existing=True to take that user over), or choose another username"
    return OwnedByOther(
        f"{subject('creating', props)}: Connect says that the name is taken, and the only user like it "
        f"differs in case: '{name}' (user {near['Id']}); {advice}"
    )


def _secret_password(op: Operation, props: Props) -> str:
    """The password in Secrets Manager: the secret's string, or the member ``password`` of a JSON secret."""
    text = op.gateway.get_secret_value(props["password_secret_arn"], notify=op.inform)
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    password = parsed.get("password") if isinstance(parsed, dict) else text
    if isinstance(password, str):
        problems = [f"the password in the secret {problem.text}" for problem in rules.password_problems(password)]
        if not problems:
            return password
    else:
        problems = ["the secret is a JSON object without a string 'password'"]
    raise InvalidUser(str(props["username"]), [f"password_secret_arn: {problem}" for problem in problems])
