"""Runs the steps of a plan against Amazon Connect, and reports the steps that were done.

Contract:
- Every step is an absolute write, so a step may be sent again.
- A failure in the middle raises `PartialUpdate` with the outputs that are true by then.
- Connect is eventually consistent: after a 404 on a user or a profile that was just created, the step is tried again. A
  404 that stays is an error, never a reason to forget the user. If the user was not just created, the error comes at
  once and says that the user is gone.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from connect_users.connect.survey import survey_of
from connect_users.core import ownership, plan, snapshot_proof, steps, tag_rules
from connect_users.core.arns import parse_arn
from connect_users.core.errors import (
    ConnectApiError,
    InvalidUser,
    OwnedByOther,
    PartialUpdate,
    ResourceNotFound,
)
from connect_users.core.fields import ARN_KEY, KEPT_BY_UPDATE, OTHER_OWNER_KEY, TOKEN_KEY, VERIFIED_KEY
from connect_users.core.steps import (
    Associate,
    Disassociate,
    Tag,
    Untag,
    UpdateLevels,
    WriteIdentityInfo,
    WriteInput,
    WriteLists,
    WritePhoneConfig,
)
from connect_users.lifecycle import gone, proficiencies, sign_out
from connect_users.lifecycle.blocks import BlockWriter
from connect_users.lifecycle.operation import REFERENCE_SETTLING, SETTLING, pauses, subject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connect_users.core.spec import Props
    from connect_users.core.steps import Step
    from connect_users.lifecycle.operation import Operation

#: Seconds during which a user from CreateUser counts as unchanged, and as this resource's.
FRESH: Final = 600.0
#: The message about a state whose token is not the live one, for example a state from a backup.
CORRECTED: Final = (
    f"the tag {ownership.TAG_KEY} names this resource, but its token is newer than the state's (was the state restored "
    "from a backup?): the state now has the live token"
)

T = TypeVar("T")


class MovesHere(Exception):
    """The tag names another resource of this stack that the program no longer declares; nothing was changed.

    Attributes:
        user: the ``User`` of DescribeUser.
        owner: the resource in its tag.
    """

    def __init__(self, user: Mapping[str, Any], owner: ownership.Owner) -> None:
        self.user, self.owner = user, owner


def kept_outputs(old: Mapping[str, Any]) -> Props:
    """The outputs of a state that an update does not change."""
    return {key: old[key] for key in KEPT_BY_UPDATE if key in old}


def update(op: Operation, user_id: str, old: Mapping[str, Any], new: Props) -> Props:
    """Bring a user from the outputs ``old`` to the inputs ``new``; returns the new outputs.

    A user without an ownership token (imported, or created while the tag was off) gets one with its first update, even
    if there is nothing else to do: an earlier update may have failed just before the tag. If the resource was renamed,
    the tag is written again.

    One DescribeUser proves that the user is still this resource's, if that is in doubt or power depends on it
    (`_in_doubt`). Other steps that need the live settings use the same answer.

    Raises:
        MovesHere, OwnedByOther, InvalidUser: before anything is changed.
        PartialUpdate, ConnectApiError, WrongInstance
    """
    gone.check_place(op, old)
    survey_of(op.gateway).forget()
    old = snapshot_proof.without_outdated_stamp(old, new)
    kept = kept_outputs(old)
    calls, live = plan.update_steps(old, new), None
    if _in_doubt(op, user_id, old, calls):
        live = _describe(op, user_id, old, new)
        rival = op.run.rival(op.urn, user_id)
        if rival is not None:
            raise OwnedByOther(
                f"{subject('updating', new)}: {rival} has the same user in its state; nothing was changed; declare the "
                "user once"
            )
        token = _token_of(op, live, old, new)
        if token is not None:
            kept[TOKEN_KEY] = token
        if token is not None and op.owns and op.urn:
            owner_tag, tags = ownership.tag(token, op.urn), live.get("Tags", {})
            was, wanted = old.get("tags", {}), new.get("tags", {})
            problem = tag_rules.room_problem(tags, was.keys() - wanted.keys(), wanted)
            if problem:
                raise InvalidUser(str(new.get("username", "?")), [problem])
            written = tags.get(ownership.TAG_KEY) == owner_tag[ownership.TAG_KEY]
            calls = plan.update_steps(old, new, None if written else owner_tag)
    run(op, subject("updating", new), user_id, old, new, calls, live=live)
    return {**kept, **new}


def _in_doubt(op: Operation, user_id: str, old: Mapping[str, Any], calls: tuple[Step, ...]) -> bool:
    """Whether the state alone is not enough to change the user, or to give it power.

    In the minutes after its creation the user cannot be another resource's.
    """
    if op.owns and op.urn and (TOKEN_KEY not in old or ownership.names_another(old[TOKEN_KEY], op.urn)):
        return True
    if OTHER_OWNER_KEY in old or op.run.rival(op.urn, user_id) is not None:
        return True
    grants_power = any("security_profile_ids" in step.fields for step in calls)
    return grants_power and snapshot_proof.age(old, op.now()) >= FRESH


def _describe(op: Operation, user_id: str, old: Mapping[str, Any], new: Props) -> dict[str, Any]:
    describe = partial(op.gateway.describe_user, new["instance_id"], user_id, notify=op.inform)
    waits = pauses(min(SETTLING, op.grace))
    while True:
        user = _retrying(op, subject("updating", new), user_id, old, describe)
        owner = ownership.owner_of(user.get("Tags", {}))
        pause = next(waits, None)
        if owner is None or pause is None or not ownership.of_another_stack(owner, op.urn, old.get(TOKEN_KEY)):
            return user
        op.inform(f"waiting {pause:g} s: Amazon Connect shows the tag of {owner.urn}, which may be out of date")
        op.wait(pause)


def _token_of(op: Operation, live: Mapping[str, Any], old: Mapping[str, Any], new: Props) -> str | None:
    """The token of the state after the update; None if the user has none.

    Raises:
        MovesHere, OwnedByOther: the user belongs to another resource.
    """
    action, token, arn = subject("updating", new), old.get(TOKEN_KEY), str(live.get("Arn", ""))
    nothing = f"(tag {ownership.TAG_KEY}); nothing was changed"
    match ownership.claim(ownership.owner_of(live.get("Tags", {})), op.urn, token, arn):
        case ownership.Unowned() if not op.owns:
            return None
        case ownership.Unowned():
            return ownership.renamed(token, op.urn) if token else ownership.first_token(op.now(), op.urn, arn)
        case ownership.Proven(owner) if not op.owns:
            return owner.token
        case ownership.Proven(owner) if not op.urn or _in_this_stack(owner, op.urn):
            return ownership.renamed(owner.token, op.urn)
        case ownership.Proven(owner):
            return ownership.handed_over(owner.token, op.urn)
        case ownership.OtherToken(owner) if ownership.made_at(owner.token) < ownership.made_at(str(token)):
            # The read is older than the tag.
            return ownership.renamed(str(token), op.urn)
        case ownership.OtherToken(owner):
            op.inform(CORRECTED)
            return owner.token
        case ownership.OtherResource(owner) if op.owns and not op.run.declares(owner, new):
            raise MovesHere(live, owner)
        case ownership.OtherResource(owner):
            raise OwnedByOther(
                f"{action}: the user belongs to {owner.urn}, in this stack {nothing}; declare the user in one "
                "place, or, if that resource is gone for good, remove the tag in Connect and run pulumi refresh"
            )
        case ownership.OtherStack(owner):
            raise OwnedByOther(
                f"{action}: the user belongs to {owner.urn} {nothing}; remove the user from one of the two stacks "
                "(pulumi state delete leaves it in Connect)"
            )


def _in_this_stack(owner: ownership.Owner, urn: str) -> bool:
    return owner.name == ownership.owner_name(urn) or owner.stack == ownership.stack_of(urn)


def run(
    op: Operation,
    action: str,
    user_id: str,
    before: Mapping[str, Any],
    new: Mapping[str, Any],
    calls: tuple[Step, ...],
    done: tuple[str, ...] = (),
    live: Mapping[str, Any] | None = None,
) -> None:
    """Carry out the steps ``calls`` in order.

    Args:
        before: the outputs that are true before the first step.
        done: operations that this call of the engine has already carried out.
        live: the user from DescribeUser, if it was called just now.

    Raises:
        ConnectApiError: the only step failed.
        PartialUpdate: one of several failed.
    """
    state = dict(before)
    names = [*done, *(step.operation for step in calls)]

    @cache
    def describe() -> Mapping[str, Any]:
        return live or op.gateway.describe_user(new["instance_id"], user_id, notify=op.inform)

    for index, step in enumerate(calls, start=len(done)):
        try:
            attempt = partial(_carry_out, op, user_id, state, new, step, describe)
            _retrying(op, action, user_id, before, attempt)
            sign_out.after_step(op, user_id, state, new, step, live)
        except ConnectApiError as error:
            if len(names) == 1 and state == before:
                raise error.about(action) from None
            raise PartialUpdate(
                action,
                user_id,
                state,
                done=names[:index],
                failed=step.operation,
                not_tried=names[index + 1 :],
                cause=error,
            ) from None
        state = steps.after(state, step, new)
        owner = ownership.owner_of(step.tags) if isinstance(step, Tag) else None
        if owner is not None:
            state[TOKEN_KEY] = owner.token


def _retrying(op: Operation, action: str, user_id: str, outputs: Mapping[str, Any], attempt: Callable[[], T]) -> T:
    """The result of ``attempt()``, which is tried again after a 404 that may be due to eventual consistency.

    Args:
        outputs: of the state; they show the age of the user.

    Raises:
        UserGone: the user is not found, and was not just created.
    """
    waited = 0.0
    waits = pauses(min(SETTLING, op.grace))
    while True:
        try:
            return attempt()
        except ResourceNotFound:
            exists = gone.exists(op, outputs["instance_id"], user_id)
            young = snapshot_proof.age(outputs, op.now()) < SETTLING
            pause = next(waits, None)
            limit = REFERENCE_SETTLING if exists else SETTLING if young else 0.0
            if pause is None or waited + pause > limit:
                if exists:
                    raise
                raise gone.user_gone(op, action, user_id, outputs) from None
            late = "something that this change names" if exists else "the user, which was just created,"
            op.inform(f"waiting {pause:g} s: Amazon Connect does not find {late} yet")
            op.wait(pause)
            waited += pause


def _carry_out(
    op: Operation,
    user_id: str,
    state: Props,
    new: Mapping[str, Any],
    step: Step,
    describe: Callable[[], Mapping[str, Any]],
) -> None:
    """Carry out one step; after a part of it, ``state`` is updated."""
    instance_id = new["instance_id"]

    def send(operation: str, params: Props) -> None:
        op.gateway.update_user(operation, instance_id, user_id, params, notify=op.inform)

    def arn() -> str:
        state_arn = str(state.get(ARN_KEY, ""))
        return state_arn if parse_arn(state_arn) is not None else str(describe()["Arn"])

    as_made = snapshot_proof.is_as_made(state.get(VERIFIED_KEY)) and snapshot_proof.age(state, op.now()) < FRESH
    writer = BlockWriter(send, describe, as_made)
    match step:
        case WriteInput():
            send(step.operation, step.params)
        case WriteIdentityInfo(info):
            writer.identity_info(info)
        case WritePhoneConfig(config):
            writer.phone_config(config)
        case WriteLists(lists):
            writer.lists(lists, new)
        case Disassociate() | Associate() | UpdateLevels():
            proficiencies.write(op, user_id, state, new, step)
        case Untag(keys):
            op.gateway.untag_resource(arn(), keys, notify=op.inform)
        case Tag(tags):
            op.gateway.tag_resource(arn(), tags, notify=op.inform)
