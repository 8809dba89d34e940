"""Proving that a user does not exist: with another account or region, no user is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.core.arns import parse_arn
from connect_users.core.errors import ResourceNotFound, UserGone, WrongInstance
from connect_users.core.fields import ARN_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.lifecycle.operation import Operation


def exists(op: Operation, instance_id: str, user_id: str) -> bool:
    """Whether DescribeUser finds the user."""
    try:
        op.gateway.describe_user(instance_id, user_id)
    except ResourceNotFound:
        return False
    return True


def user_gone(op: Operation, action: str, user_id: str, outputs: Mapping[str, Any]) -> UserGone:
    """The error for a user that neither the update nor DescribeUser found.

    Raises:
        WrongInstance: the instance is not found either, or is another account's.
    """
    check_instance(op, outputs)
    return UserGone(
        f"{action}: user {user_id} is gone from Connect; somebody deleted it there. Run pulumi refresh, then "
        "pulumi up, which creates the user again if the program still declares it"
    )


def check_instance(op: Operation, outputs: Mapping[str, Any]) -> None:
    """Prove that the client reaches the instance of a state.

    Raises:
        WrongInstance: the instance is not found, or belongs to another account.
    """
    instance_id, username = outputs["instance_id"], outputs.get("username", "?")
    stays = "nothing was changed, and the state stays"
    try:
        instance = op.gateway.describe_instance(instance_id, notify=op.inform)
    except ResourceNotFound:
        raise WrongInstance(
            f"neither Connect user '{username}' nor its instance {instance_id} is found in {op.gateway.region}: "
            f"check the account of the credentials and the region; {stays} (if the instance was deleted, "
            "remove the user with pulumi state delete)"
        ) from None
    arn, state_arn = parse_arn(str(instance.get("Arn", ""))), parse_arn(str(outputs.get(ARN_KEY, "")))
    if arn and state_arn and (arn.account, arn.region) != (state_arn.account, state_arn.region):
        raise WrongInstance(
            f"Connect user '{username}' is in account {state_arn.account}, {state_arn.region}, but the credentials "
            f"reach account {arn.account}, {arn.region}; {stays}"
        )


def check_place(op: Operation, outputs: Mapping[str, Any]) -> None:
    """Refuse a state without its user's instance, or with another region: there everything would be "not found".

    Raises:
        WrongInstance
    """
    username = outputs.get("username", "?")
    if not isinstance(outputs.get("instance_id"), str):
        raise WrongInstance(
            f"the state of Connect user '{username}' has no instance_id, so the user cannot be identified; "
            "remove it with pulumi state delete and adopt the user with adopt_existing=True"
        )
    arn = parse_arn(str(outputs.get(ARN_KEY, "")))
    if arn is not None and arn.region != op.gateway.region:
        raise WrongInstance(
            f"Connect user '{username}' is in {arn.region}, but the client is set to {op.gateway.region}: "
            f"set connect-users:region (or the provider's region) to {arn.region}; nothing was done"
        )
