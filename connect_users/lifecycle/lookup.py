"""An existing user, looked up by an import's id: its state, and the inputs of a program that declares all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core import ownership, snapshot_proof
from connect_users.core.arns import parse_arn
from connect_users.core.errors import ConnectApiError, ConnectUsersError, ResourceNotFound, WrongInstance
from connect_users.core.fields import TOKEN_KEY
from connect_users.core.live import declarable, live_props
from connect_users.core.references import USER
from connect_users.core.shapes import shown
from connect_users.lifecycle import observe
from connect_users.lifecycle.observe import UserState

if TYPE_CHECKING:
    from connect_users.lifecycle.operation import Operation

_COMPOSITE: Final = re.compile(r"([^\s:/]+):([^\s:/]+)")


class ImportId(NamedTuple):
    """The instance and the id in an import's id; ``arn`` is "" if it is not an ARN."""

    instance_id: str
    user_id: str
    arn: str = ""


def parse_import_id(text: str) -> ImportId:
    """Parse an import's id: ``INSTANCE_ID:USER_ID``, or the user's ARN.

    Raises:
        ConnectUsersError: it is neither.
    """
    arn = parse_arn(text)
    if arn is not None and arn.resource == USER.arn_word:
        return ImportId(arn.instance_id, arn.resource_id, text)
    ids = _COMPOSITE.fullmatch(text)
    if ids is None:
        raise ConnectUsersError(
            f"importing a Connect user: {shown(text)} cannot be imported: use INSTANCE_ID:USER_ID or the user's ARN"
        )
    return ImportId(ids[1], ids[2])


def lookup(op: Operation, import_id: ImportId) -> UserState | None:
    """The user as it is now; None if its instance has no such user.

    Raises:
        ConnectApiError, WrongInstance
    """
    instance_id, user_id, arn = import_id
    action = f"importing Connect user {user_id}"
    try:
        user = _described(op, action, instance_id, user_id)
        if user is None:
            return None
        if arn and user.get("Arn") != arn:
            raise WrongInstance(
                f"{action}: the id is {arn}, but the credentials reach {user.get('Arn')}; "
                "check the account and the region"
            )
        proficiencies = op.gateway.list_user_proficiencies(instance_id, user_id, notify=op.inform)
        # A directory matters only to a user who has an id in one.
        instance = op.gateway.describe_instance(instance_id, notify=op.inform) if user.get("DirectoryUserId") else {}
    except ConnectApiError as error:
        raise error.about(action) from None
    live = live_props(user, proficiencies)
    inputs = declarable(live, instance_id, directory=instance.get("IdentityManagementType") == "EXISTING_DIRECTORY")
    outputs = {**inputs, **observe.computed(op, user, live, {})}
    if TOKEN_KEY in outputs or ownership.owner_of(user.get("Tags", {})) is None:
        outputs |= snapshot_proof.read_stamp(snapshot_proof.epoch(user.get("LastModifiedTime")), op.now())
    return UserState(user_id, inputs, outputs)


def _described(op: Operation, action: str, instance_id: str, user_id: str) -> dict[str, Any] | None:
    try:
        return op.gateway.describe_user(instance_id, user_id, notify=op.inform)
    except ResourceNotFound:
        pass
    try:
        op.gateway.describe_instance(instance_id, notify=op.inform)
    except ResourceNotFound:
        raise WrongInstance(
            f"{action}: its instance {instance_id} is not found in {op.gateway.region}: check the account of the "
            "credentials and the region"
        ) from None
    return None
