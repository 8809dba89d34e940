"""Explicit providers: several regions in one stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator import seed
from tests.acceptance.stack import PASSWORD, Stack, user

if TYPE_CHECKING:
    from mypy_boto3_connect.client import ConnectClient

LONDON: Final = "eu-west-2"

PROGRAM: Final = """
import json
from pathlib import Path

import pulumi
from connect_users import ConnectUser, Provider


class Team(pulumi.ComponentResource):
    def __init__(self, name, provider):
        super().__init__("acceptance:index:Team", name, {}, pulumi.ResourceOptions(providers=[provider]))


declared = json.loads(Path("users.json").read_text())
london = Provider("london", region=declared["region"])
team = Team("team", london)
ConnectUser("home", **declared["home"])
ConnectUser("away", **declared["away"], opts=pulumi.ResourceOptions(provider=london))
ConnectUser("inherits", **declared["inherits"], opts=pulumi.ResourceOptions(parent=team))
"""


def test_two_regions_in_one_stack(stack: Stack) -> None:
    """Each user is made, refreshed and deleted where its provider says; a changed region is refused, not followed."""
    instance = _instance_in_london(stack)
    stack.write_program(PROGRAM)
    away = user("away", **instance)
    stack.users = {"home": user("home"), "away": away, "inherits": user("inherits", **instance)}
    stack.users["region"] = LONDON  # type: ignore[assignment]
    stack.calls()
    stack.up()
    regions = {record.params["Username"]: record.region for record in stack.emulator.requests}
    assert regions == {"home": seed.REGION, "away": LONDON, "inherits": LONDON}
    assert stack.state()["away"]["outputs"]["arn"].startswith(f"arn:aws:connect:{LONDON}:")
    stack.refresh()
    assert stack.plan() == {}

    stack.users["region"] = "eu-central-1"  # type: ignore[assignment]
    stack.users["away"] = {**away, "phone_config": {"phone_type": "SOFT_PHONE"}}
    stack.calls()
    messages = stack.up(code=1).messages("away")
    assert [line for line in messages if f"is in {LONDON}, but the client is set to eu-central-1" in line]
    assert stack.calls() == []

    stack.users["region"] = LONDON  # type: ignore[assignment]
    stack.up()
    stack.destroy()
    assert [operation for operation in stack.calls() if operation == "DeleteUser"] == ["DeleteUser"] * 3


def _instance_in_london(stack: Stack) -> dict[str, Any]:
    """Make an instance with profiles in another region; returns the inputs that name them."""
    import boto3

    connect: ConnectClient = boto3.client(
        "connect",
        endpoint_url=stack.emulator.endpoint_url,
        region_name=LONDON,
        aws_access_key_id="behind",
        aws_secret_access_key="the-back",
    )
    instance = connect.create_instance(
        IdentityManagementType="CONNECT_MANAGED",
        InstanceAlias="london",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
    )
    routing = connect.list_routing_profiles(InstanceId=instance["Id"])["RoutingProfileSummaryList"]
    security = connect.list_security_profiles(InstanceId=instance["Id"])["SecurityProfileSummaryList"]
    return {
        "instance_id": instance["Arn"],
        "routing_profile_id": routing[0]["Id"],
        "security_profile_ids": [security[0]["Id"]],
        "password": PASSWORD,
    }
