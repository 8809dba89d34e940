"""Making a user exactly once.

CreateUser has no idempotency token. The ownership tag, which CreateUser sets in the same step, takes its place: on
DuplicateResource it tells whether the user is this resource's own (an answer was lost, or a run died before its
state was saved) and may be taken over, or somebody else's and must be left alone.
"""

from __future__ import annotations

import json
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
from connect_users.lifecycle import adopt, apply, observe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.spec import Props
    from connect_users.lifecycle.apply import Operation

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
            return _settle(op, props, found, token, error)
    except ConnectApiError as error:
        raise error.about(action) from None
    except adopt.Vanished:
        raise ConnectUsersError(
            f"{action}: a user of this name was found, and was gone a moment later; run again"
        ) from None
    return _finish(op, props, made, token)


def _found_all_the_same(op: Operation, props: Props, error: ConnectApiError) -> dict[str, Any] | None:
    """The user to adopt, or that a lost answer was about, where Connect refused for another reason than its name.

    AWS does not say what it looks at first: a full quota may be told before a name that is taken, and a missing
    password, which nobody needs who adopts, is.
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


def _settle(
    op: Operation, props: Props, user: Mapping[str, Any], token: str, error: ConnectApiError
) -> tuple[str, Props]:
    owner = ownership.owner_of(user.get("Tags", {}))
    if owner is not None and token and owner.token == token:
        # Made by this very call, whose answer was lost.
        return _finish(op, props, CreatedUser(user["Id"], user["Arn"]), token)
    return adopt.take_over(op, props, user, error)


def _settle_duplicate(
    op: Operation, props: Props, request: Props, token: str, error: DuplicateResource
) -> tuple[str, Props]:
    """The name is taken: find by whom, or wait until the name of a user deleted just now is free."""
    pauses, waited = apply.pauses(op.grace), 0.0
    while True:
        named = observe.find_by_name(op, props["instance_id"], props["username"])
        user = named.user
        if user is not None:
            try:
                return _settle(op, props, user, token, error)
            except adopt.Vanished:
                op.tell(f"user {user['Id']} has the name, but is not found any more")
        pause = next(pauses, None)
        if named.near is not None and (pause is None or waited + pause > apply.REFERENCE_SETTLING):
            raise _differs_by_case(op, props, named.near)
        if pause is None:
            raise error
        waited += pause
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


def _differs_by_case(op: Operation, props: Props, near: Mapping[str, Any]) -> OwnedByOther:
    """A user of this very name who was deleted just now would be a matter of seconds; this one stays."""
    user = op.gateway.describe_user(props["instance_id"], near["Id"], notify=op.tell)
    name = near["Username"]
    if ownership.is_ours(user.get("Tags", {}), op.urn):
        advice = (
            f"that is this resource's own user: keep '{name}', or take it out in one run and declare it in the next"
        )
    else:
        advice = f"declare '{name}' (with adopt_existing=True to take that user over), or choose another username"
    return OwnedByOther(
        f"{apply.subject('creating', props)}: Connect refuses the name as taken, and nobody has it but for case: "
        f"'{name}' (user {near['Id']}); {advice}"
    )


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
