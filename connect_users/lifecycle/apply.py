"""Runs the steps of a plan against Amazon Connect, and says how far it got.

Contract:
- Every step is an absolute write, so a step may be sent again.
- A failure in the middle raises `PartialUpdate` with the outputs that are true by then.
- Connect is eventually consistent: a 404 on a user that was just made, or on a profile that was just made, is
  waited for; a 404 that stays is an error, never a reason to forget the user. Of a user who was not made moments ago
  it is one at once, which says that the user is gone.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from connect_users.connect.survey import survey_of
from connect_users.core import ownership, plan, progress, snapshot_proof, tag_rules
from connect_users.core.arns import parse_arn
from connect_users.core.errors import (
    ConnectApiError,
    InvalidUser,
    OwnedByOther,
    PartialUpdate,
    ResourceNotFound,
    WrongInstance,
)
from connect_users.core.fields import ARN_KEY, TAKEN_KEY, TOKEN_KEY, VERIFIED_KEY
from connect_users.lifecycle import blocks, gone, proficiencies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connect_users.connect.gateway import Gateway
    from connect_users.core.plan import Step
    from connect_users.core.spec import Props

#: Seconds for which a user that was just made may not be found ("usually seconds, sometimes minutes": API
#: reference, eventual consistency).
SETTLING: Final = 60.0
#: Seconds for which a user that CreateUser made is taken to be as it was made.
FRESH: Final = 600.0
#: Seconds to wait for something else that a request names, e.g. a profile made in the same run.
REFERENCE_SETTLING: Final = 8.0

#: Outputs that an update leaves alone.
_KEPT: Final = (ARN_KEY, TOKEN_KEY, VERIFIED_KEY, TAKEN_KEY, "directory_user_id")

T = TypeVar("T")


@dataclass(frozen=True)
class Operation:
    """What one call of the engine works with.

    Attributes:
        urn: of the resource; "" when it is not known, which rules out taking over what a crash left behind.
        owns: users carry the ownership tag.
        grace: seconds to wait at most for what was just made to be found, or a name to be released.
        say: shows an ("info" or "warning", text) message on the resource.
        wait: sleeps for some seconds, or raises `Cancelled`.
        now: AWS's time in seconds since the epoch, as far as it is known.
    """

    gateway: Gateway
    urn: str
    owns: bool
    grace: float
    say: Callable[[str, str], None]
    wait: Callable[[float], None]
    now: Callable[[], float]

    def tell(self, text: str) -> None:
        """Show an information on the resource."""
        self.say("info", text)


def pauses(total: float) -> Iterator[float]:
    """Pauses of 1, 2, 4, 8, 8, ... seconds that add up to ``total``."""
    left = total
    for exponent in itertools.count():
        pause = min(2.0 ** min(exponent, 3), left)
        if pause <= 0:
            return
        yield pause
        left -= pause


def subject(action: str, props: Mapping[str, Any]) -> str:
    """How messages name what is being done to whom."""
    return f"{action} Connect user '{props.get('username', '?')}'"


def kept_outputs(old: Mapping[str, Any]) -> Props:
    """Of the outputs of a state, those that an update leaves alone."""
    return {key: old[key] for key in _KEPT if key in old}


def update(op: Operation, user_id: str, old: Mapping[str, Any], new: Props) -> Props:
    """Bring a user from the outputs ``old`` to the inputs ``new``; returns the new outputs.

    A user without an ownership token (imported, or made while the tag was off) gets one with its first
    update, also where that has nothing else to do: the tag may be all that an earlier one did not get done. The tag of
    a user whose resource was renamed is written anew. Both only where nobody else's tag is in the way.

    Raises:
        OwnedByOther, InvalidUser: before anything is changed.
        PartialUpdate, ConnectApiError, WrongInstance
    """
    check_place(op, old)
    survey_of(op.gateway).forget()
    old = snapshot_proof.without_what_was_let_go(old, new)
    kept = kept_outputs(old)
    before = {**old, **kept}
    steps = plan.update_steps(old, new)
    if op.owns and op.urn and (TOKEN_KEY not in old or ownership.names_another(old[TOKEN_KEY], op.urn)):
        kept[TOKEN_KEY] = _next_token(op, user_id, old, new)
        steps = plan.update_steps(old, new, ownership.tag(kept[TOKEN_KEY], op.urn))
    run(op, subject("updating", new), user_id, before, new, steps)
    return {**kept, **new}


def _next_token(op: Operation, user_id: str, old: Mapping[str, Any], new: Props) -> str:
    """The token of the tag that is to be written, once it is seen that it overwrites nobody else's."""
    action = subject("updating", new)
    try:
        describe = partial(op.gateway.describe_user, new["instance_id"], user_id, notify=op.tell)
        user = _patiently(op, action, user_id, old, describe)
    except ConnectApiError as error:
        raise error.about(action) from None
    tags, token = user.get("Tags", {}), old.get(TOKEN_KEY)
    owner = ownership.owner_of(tags)
    if owner is not None and not (ownership.same_making(token, owner.token) or ownership.is_ours(tags, op.urn)):
        raise OwnedByOther(
            f"{action}: the user belongs to {owner.urn}, says its tag "
            f"{ownership.TAG_KEY}; nothing was changed; remove the user from one of the two stacks "
            "(pulumi state delete leaves it in Connect)"
        )
    was, wanted = old.get("tags", {}), new.get("tags", {})
    problem = tag_rules.room_problem(tags, was.keys() - wanted.keys(), wanted)
    if problem:
        raise InvalidUser(str(new.get("username", "?")), [problem])
    if isinstance(token, str):
        return ownership.renamed(token, op.urn)
    return ownership.first_token(op.now(), op.urn, str(user.get("Arn", "")))


def run(
    op: Operation,
    action: str,
    user_id: str,
    before: Mapping[str, Any],
    new: Mapping[str, Any],
    steps: tuple[Step, ...],
    done: tuple[str, ...] = (),
) -> None:
    """Carry out ``steps`` in order.

    Args:
        before: the outputs that are true before the first step.
        done: operations that this call of the engine has carried out already.

    Raises:
        ConnectApiError: when the only step failed and nothing was done before.
        PartialUpdate: when there is anything to tell or to save.
    """
    state = dict(before)
    names = [*done, *(step.operation for step in steps)]
    for index, step in enumerate(steps, start=len(done)):
        try:
            _patiently(op, action, user_id, before, partial(_carry_out, op, user_id, state, new, step))
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
        state = progress.after(state, step, new)
        owner = ownership.owner_of(step.params.get("tags", {}))
        if owner is not None:
            state[TOKEN_KEY] = owner.token


def _patiently(op: Operation, action: str, user_id: str, outputs: Mapping[str, Any], attempt: Callable[[], T]) -> T:
    """``attempt()``, tried again while what it does not find may only be late.

    Args:
        outputs: of the state; they tell how old the user is.

    Raises:
        UserGone: the user is not found, and was not made moments ago.
    """
    waited = 0.0
    waits = pauses(min(SETTLING, op.grace))
    while True:
        try:
            return attempt()
        except ResourceNotFound:
            exists = gone.exists(op.gateway, outputs["instance_id"], user_id)
            young = snapshot_proof.age(outputs, op.now()) < SETTLING
            pause = next(waits, None)
            limit = REFERENCE_SETTLING if exists else SETTLING if young else 0.0
            if pause is None or waited + pause > limit:
                if exists:
                    raise
                raise gone.tell(op.gateway, action, user_id, outputs, op.tell) from None
            late = "something that this change names" if exists else "the user, who was made moments ago,"
            op.tell(f"waiting {pause:g} s: Amazon Connect does not find {late} yet")
            op.wait(pause)
            waited += pause


def _carry_out(op: Operation, user_id: str, state: Props, new: Mapping[str, Any], step: Step) -> None:
    """One step; ``state`` takes up what is true after a part of it."""
    gateway, instance_id, params = op.gateway, new["instance_id"], step.params
    if step.operation in ("TagResource", "UntagResource"):
        arn = str(state.get(ARN_KEY, ""))
        if parse_arn(arn) is None:
            arn = gateway.describe_user(instance_id, user_id, notify=op.tell)["Arn"]
        if step.operation == "TagResource":
            gateway.tag_resource(arn, params["tags"], notify=op.tell)
        else:
            gateway.untag_resource(arn, params["tagKeys"], notify=op.tell)
    elif "UserProficiencies" in params:
        proficiencies.write(gateway, user_id, state, new, step, op.tell)
    elif step.operation in blocks.OPERATIONS:
        as_made = snapshot_proof.is_as_made(state.get(VERIFIED_KEY)) and snapshot_proof.age(state, op.now()) < FRESH
        blocks.write(gateway, instance_id, user_id, step, new, as_made=as_made, notify=op.tell)
    else:
        gateway.update_user(step.operation, instance_id, user_id, params, notify=op.tell)


def check_place(op: Operation, outputs: Mapping[str, Any]) -> None:
    """Refuse to work on a state that does not say where its user is, or says another region.

    In another region everything would be "not found".

    Raises:
        WrongInstance
    """
    username = outputs.get("username", "?")
    if not isinstance(outputs.get("instance_id"), str):
        raise WrongInstance(
            f"the state of Connect user '{username}' has no instance_id, so the user cannot be told; "
            "remove it with pulumi state delete and adopt the user with adopt_existing=True"
        )
    arn = parse_arn(str(outputs.get(ARN_KEY, "")))
    if arn is not None and arn.region != op.gateway.region:
        raise WrongInstance(
            f"Connect user '{username}' is in {arn.region}, but the client is set to {op.gateway.region}: "
            f"set connect-users:region (or the provider's region) to {arn.region}; nothing was done"
        )
