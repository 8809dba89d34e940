"""Reads users in Connect: by id, by name, and with proof that a user is gone.

Contract:
- A user is gone only if Connect returns ResourceNotFound twice, some seconds apart, and its instance can be described
  in the region and account of the state. With other credentials everything is "not found": an error, not a deletion.
- An error does not change the state.
- This module changes nothing in Connect.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.connect import survey
from connect_users.core import ownership, snapshot_proof
from connect_users.core.errors import ConnectApiError, ResourceNotFound
from connect_users.core.fields import (
    ARN_KEY,
    BY_NAME,
    DIRECTORY_KEY,
    KEPT_BY_REFRESH,
    OTHER_OWNER_KEY,
    TAKEN_KEY,
    TOKEN_KEY,
    VERIFIED_KEY,
)
from connect_users.core.live import declared_view, live_props
from connect_users.lifecycle import gone, sign_out
from connect_users.lifecycle.apply import CORRECTED
from connect_users.lifecycle.operation import REFERENCE_SETTLING, SETTLING, subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.spec import Props
    from connect_users.lifecycle.operation import Operation

#: Inputs that are outputs only if they were declared.
_MANAGED: Final = BY_NAME.keys() - {DIRECTORY_KEY}
#: Seconds between the two reads that prove a deletion.
SECOND_LOOK: Final = 3.0


@dataclass(frozen=True)
class UserState:
    """A live user, in the form of a state; ``id`` is its bare id."""

    id: str
    inputs: Props
    outputs: Props


def read(op: Operation, user_id: str, outputs: Props, inputs: Props | None = None) -> UserState | None:
    """The user as it is now, with its drift in the inputs; None if it is gone.

    Args:
        outputs: of the state, in canonical form.
        inputs: of the state, in canonical form; without them the outputs count as declared.

    Raises:
        ConnectApiError, WrongInstance
    """
    action = subject("reading", outputs)
    gone.check_place(op, outputs)
    declared = {name: value for name, value in (inputs or outputs).items() if name in BY_NAME}
    # Changes of an update that failed are only in the outputs. Without them, no update would ever undo them.
    managed = {**declared, **{name: value for name, value in outputs.items() if name in _MANAGED}}
    reading = _Reading(op, outputs["instance_id"], user_id)
    try:
        proven = _in_bulk(reading, outputs, declared)
        if proven is not None:
            return UserState(user_id, declared, proven)
        user = describe(op, user_id, outputs)
        if user is None:
            return None
        modified = snapshot_proof.epoch(user.get("LastModifiedTime"))
        proficiencies = None
        if "user_proficiencies" in managed:
            try:
                proficiencies = reading.proficiencies(modified)
            except ResourceNotFound:
                # The user may have been deleted between the two calls.
                if describe(op, user_id, outputs) is None:
                    return None
                raise
    except ConnectApiError as error:
        raise error.about(action) from None
    live = live_props(user, proficiencies)
    # A user with another owner is described each time, so that each refresh warns.
    ours = snapshot_proof.same_owner(user.get("Tags", {}), outputs)
    stamp = snapshot_proof.read_stamp(modified, op.now()) if ours else {}
    now = {**declared_view(live, managed), **computed(op, user, live, outputs), **sign_out.lost(outputs, live), **stamp}
    return UserState(user_id, declared_view(live, declared), now)


class _Reading:
    """The read of one user, with at most one listing of its proficiencies."""

    def __init__(self, op: Operation, instance_id: str, user_id: str) -> None:
        self.op = op
        self.instance_id = instance_id
        self.user_id = user_id
        self.survey = survey.survey_of(op.gateway)
        self._proficiencies: list[dict[str, Any]] | None = None

    def proficiencies(self, user_modified: float | None) -> list[dict[str, Any]]:
        """The live proficiencies; ``user_modified`` is the user's own LastModifiedTime."""
        if self._proficiencies is None:
            entries, modified = self.op.gateway.user_proficiencies(
                self.instance_id, self.user_id, notify=self.op.inform
            )
            self.survey.learn(self.instance_id, user_modified, entries, modified)
            self._proficiencies = entries
        return self._proficiencies


def _in_bulk(reading: _Reading, outputs: Props, declared: Props) -> Props | None:
    """The outputs of a user that bulk reads prove unchanged; None if it has to be described."""
    listed = reading.survey.find(reading.instance_id, reading.op.urn, reading.user_id, reading.op.say)
    if listed is None or not snapshot_proof.unmoved(outputs.get(VERIFIED_KEY), listed.modified, exact=listed.exact):
        return None
    listing = "user_proficiencies" in declared and not reading.survey.proficiencies_move(reading.instance_id)
    try:
        proficiencies = reading.proficiencies(listed.modified) if listing else None
    except ResourceNotFound:
        # Deleted since the listing, or missing in a stale one: DescribeUser decides.
        return None
    return snapshot_proof.proven_outputs(listed, outputs, declared, proficiencies)


def computed(op: Operation, user: Mapping[str, Any], live: Props, outputs: Mapping[str, Any]) -> Props:
    """The outputs besides the inputs: `arn`, `directory_user_id`, and the owner by the live tag.

    If the tag has another token of this resource, the state gets that token and a mark of its own. If the tag is gone,
    the state's token goes, too. The mark matters because Pulumi also refreshes the old half of a replacement that is
    still to be deleted: with the token alone it would pass for the new half, and delete its user.
    """
    result: Props = {key: outputs[key] for key in KEPT_BY_REFRESH if key in outputs and key != VERIFIED_KEY}
    if user.get("Arn"):
        result[ARN_KEY] = user["Arn"]
    if live.get(DIRECTORY_KEY):
        result[DIRECTORY_KEY] = live[DIRECTORY_KEY]
    tags, token = user.get("Tags", {}), outputs.get(TOKEN_KEY)
    match ownership.claim(ownership.owner_of(tags), op.urn, token, str(user.get("Arn", ""))):
        case ownership.Unowned():
            if token is not None or ownership.TAG_KEY in tags:
                then = "; the next change of this user puts it back" if op.owns else ""
                op.say("warning", f"{ownership.missing(tags)}{then}")
            if result.pop(TOKEN_KEY, None) is not None:
                result[TAKEN_KEY] = str(token)[-8:]
        case ownership.Proven():
            pass
        case ownership.OtherToken(owner):
            result[TOKEN_KEY] = owner.token
            # Without a state, this is an import of a user that the state lost.
            if outputs:
                op.say("warning", CORRECTED)
                result[TAKEN_KEY] = secrets.token_hex(4)
        case ownership.OtherResource(owner) | ownership.OtherStack(owner):
            result[OTHER_OWNER_KEY] = owner.urn
            # A program that only reads a user (`get`) has no token of it, and asks about the same owner in each run.
            known = not outputs or (token is None and outputs.get(OTHER_OWNER_KEY) == owner.urn)
            severity, verb = ("info", "belongs") if known else ("warning", "now belongs")
            op.say(severity, f"this user {verb} to {owner.urn} (tag {ownership.TAG_KEY})")
    return result


def describe(op: Operation, user_id: str, outputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """``User`` of DescribeUser; None if the user is certainly gone.

    A read that is older than the state (without the ownership tag that was just written, or with the former one) is
    repeated: it would show a wrong owner.

    Raises:
        ConnectApiError
        WrongInstance: the instance is not found either, or belongs to another account.
    """
    instance_id = outputs["instance_id"]
    waited = 0.0
    while True:
        try:
            user = op.gateway.describe_user(instance_id, user_id, notify=op.inform)
        except ResourceNotFound:
            # A new user may not be visible yet.
            if waited >= max(SECOND_LOOK, _settling(op, outputs, waited)):
                break
        else:
            settling = _settling(op, outputs, waited)
            if waited >= _stale_view_wait(op, user.get("Tags", {}), outputs, settling):
                return user
        op.wait(SECOND_LOOK)
        waited += SECOND_LOOK
    gone.check_instance(op, outputs)
    return None


def _settling(op: Operation, outputs: Mapping[str, Any], waited: float) -> float:
    """Seconds after the first read during which Connect may not show this state's user as it is.

    Computed after an answer, which has AWS's time.
    """
    full = min(SETTLING, op.grace)
    return min(full, max(0.0, full + waited - snapshot_proof.age(outputs, op.now())))


def _stale_view_wait(op: Operation, tags: Mapping[str, Any], outputs: Mapping[str, Any], settling: float) -> float:
    """Seconds during which a read with these tags may be older than the state, whose token is recent."""
    token = outputs.get(TOKEN_KEY)
    if token is None:
        return 0.0
    owner = ownership.owner_of(tags)
    if owner is not None and ownership.of_another_stack(owner, op.urn, token):
        return min(SETTLING, op.grace)
    match ownership.claim(owner, op.urn, token):
        case ownership.Unowned():
            # More likely, somebody removed the tag.
            return min(settling, REFERENCE_SETTLING)
        case ownership.OtherToken(owner) | ownership.OtherResource(owner):
            return settling if ownership.made_at(owner.token) < ownership.made_at(str(token)) else 0.0
        case ownership.Proven() | ownership.OtherStack():
            return 0.0


@dataclass(frozen=True)
class NameMatch:
    """The user with a name.

    Attributes:
        user: the live user with exactly that name; None if none is found (yet).
        near: if there is none, the ListUsers summary of a user whose name differs only in case.
    """

    user: dict[str, Any] | None
    near: Mapping[str, Any] | None = None


def find_by_name(op: Operation, instance_id: str, username: str) -> NameMatch:
    """Find the user with a name.

    SearchUsers comes first, since it is one call. Its index may lag by minutes, so ListUsers decides.
    """
    searched = search_by_name(op, instance_id, username)
    if searched is not None:
        return NameMatch(searched)
    listed = (user for page in op.gateway.list_users(instance_id, notify=op.inform) for user in page)
    near = [user for user in listed if str(user.get("Username")).casefold() == username.casefold()]
    exact = [user for user in near if user["Username"] == username]
    user = _first_live(op, instance_id, exact)
    return NameMatch(user, next((user for user in near if user not in exact), None) if user is None else None)


def search_by_name(op: Operation, instance_id: str, username: str) -> dict[str, Any] | None:
    """The live user with exactly that name in the index of SearchUsers: two calls for any number of users."""
    return _first_live(op, instance_id, op.gateway.search_users_by_name(instance_id, username, notify=op.inform))


def _first_live(op: Operation, instance_id: str, users: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first of some users that still exists: an index or a listing may be out of date."""
    for user in users:
        with suppress(ResourceNotFound):
            return op.gateway.describe_user(instance_id, user["Id"], notify=op.inform)
    return None
