"""pulumi_aws.connect in a rehearsal: made in the emulator, with the bridged provider's ids and outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pulumi
import pytest

from connect_users import ConnectUser
from connect_users.emulator import Emulator, seed
from connect_users.testing import Rehearsal, Secret

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORD = "Never-Shown-1!"


def client(emulator: Emulator, service: str = "connect") -> Any:
    """boto3 on the emulator."""
    keys = {"aws_access_key_id": "rehearsal", "aws_secret_access_key": "rehearsal"}
    session: Any = boto3.session.Session()
    return session.client(service, endpoint_url=emulator.endpoint_url, region_name=seed.REGION, **keys)


def centre(name: str = "Support", tags: dict[str, str] | None = None) -> Callable[[], None]:
    """A program with one of everything."""

    def program() -> None:
        from pulumi_aws import connect

        instance = connect.Instance(
            "centre",
            instance_alias="rehearsed",
            identity_management_type="CONNECT_MANAGED",
            inbound_calls_enabled=True,
            outbound_calls_enabled=True,
        )
        days = [{"day": "MONDAY", "start_time": {"hours": 9, "minutes": 0}, "end_time": {"hours": 17, "minutes": 30}}]
        hours = connect.HoursOfOperation(
            "hours", instance_id=instance.id, name="Office", time_zone="Europe/London", configs=days
        )
        queue = connect.Queue(
            "queue", instance_id=instance.id, name="Queue", hours_of_operation_id=hours.hours_of_operation_id
        )
        profile = connect.RoutingProfile(
            "routing",
            instance_id=instance.id,
            name=name,
            description="d",
            default_outbound_queue_id=queue.queue_id,
            media_concurrencies=[{"channel": "VOICE", "concurrency": 1}],
            queue_configs=[{"channel": "VOICE", "delay": 1, "priority": 2, "queue_id": queue.queue_id}],
            tags=tags,
        )
        security = connect.SecurityProfile(
            "security", instance_id=instance.id, name="Floor", permissions=["BasicAgentAccess"]
        )
        levels = connect.UserHierarchyStructure(
            "levels", instance_id=instance.id, hierarchy_structure={"level_one": {"name": "Country"}}
        )
        options = pulumi.ResourceOptions(depends_on=[levels])
        group = connect.UserHierarchyGroup("group", instance_id=instance.id, name="UK", opts=options)
        for key, value in {
            "instance": instance.id,
            "id": profile.id,
            "routing": profile.routing_profile_id,
            "arn": profile.arn,
            "security": security.security_profile_id,
            "group": group.hierarchy_group_id,
        }.items():
            pulumi.export(key, value)

    return program


def test_resources_are_made_in_the_emulator_and_go_again(
    connect_rehearsal: Callable[..., Rehearsal], connect_emulator: Emulator
) -> None:
    """Composite ids, the bare ids beside them; a second run changes nothing."""
    pytest.importorskip("pulumi_aws")
    rehearsal = connect_rehearsal(centre())
    preview = rehearsal.preview().raise_for_errors()
    assert preview.changes == {"create": 8}
    assert len(client(connect_emulator).list_instances()["InstanceSummaryList"]) == 1
    outputs = rehearsal.up().raise_for_errors().outputs
    instance = outputs["instance"]
    assert outputs["id"] == f"{instance}:{outputs['routing']}"
    live = client(connect_emulator).describe_routing_profile(InstanceId=instance, RoutingProfileId=outputs["routing"])
    assert (live["RoutingProfile"]["Name"], live["RoutingProfile"]["RoutingProfileArn"]) == ("Support", outputs["arn"])
    groups = client(connect_emulator).list_user_hierarchy_groups(InstanceId=instance)
    assert [group["Id"] for group in groups["UserHierarchyGroupSummaryList"]] == [outputs["group"]]
    assert rehearsal.up().raise_for_errors().changes == {"same": 8}
    assert rehearsal.refresh().raise_for_errors().changes == {"same": 8}
    rehearsal.destroy().raise_for_errors()
    assert len(client(connect_emulator).list_instances()["InstanceSummaryList"]) == 1


def test_changes_keep_computed_outputs_known(connect_rehearsal: Callable[..., Rehearsal]) -> None:
    """An in-place update as the bridged provider previews it."""
    pytest.importorskip("pulumi_aws")
    rehearsal = connect_rehearsal(centre(tags={"a": "1"}))
    outputs = rehearsal.up().raise_for_errors().outputs
    rehearsal.use(centre(name="Renamed", tags={"b": "2"}))
    preview = rehearsal.preview().raise_for_errors()
    assert (preview.changes, preview.outputs["arn"]) == ({"same": 7, "update": 1}, outputs["arn"])
    assert rehearsal.up().raise_for_errors().outputs == outputs


def test_a_resource_that_is_gone_is_found_by_refresh(connect_rehearsal: Callable[..., Rehearsal]) -> None:
    """And made again by the next run."""
    pytest.importorskip("pulumi_aws")
    rehearsal = connect_rehearsal(centre())
    outputs = rehearsal.up().raise_for_errors().outputs
    emulator = rehearsal.emulator
    assert emulator is not None
    client(emulator).delete_security_profile(InstanceId=outputs["instance"], SecurityProfileId=outputs["security"])
    assert rehearsal.refresh().raise_for_errors().changes == {"same": 7, "delete": 1}
    assert rehearsal.preview().step("security").op == "create"


def test_what_the_service_refuses_is_an_error(connect_rehearsal: Callable[..., Rehearsal]) -> None:
    """With the operation and the service's own code."""
    pytest.importorskip("pulumi_aws")

    def program() -> None:
        from pulumi_aws import connect

        connect.Queue("queue", instance_id=seed.INSTANCE_ID, name="Q", hours_of_operation_id="nope")

    assert connect_rehearsal(program).up().errors[0].startswith("CreateQueue: ")


def test_connect_users_live_beside_them(
    connect_rehearsal: Callable[..., Rehearsal], connect_emulator: Emulator
) -> None:
    """The real ConnectUser through the real host, against the emulator, and no password in sight."""

    def program() -> None:
        from connect_users import ConnectUser

        user = ConnectUser(
            "ada",
            instance_id=seed.INSTANCE_ARN,
            username="ada",
            password=pulumi.Config().require_secret("password"),
            identity_info={"first_name": "Ada", "last_name": "Lovelace"},
            phone_config={"phone_type": "SOFT_PHONE"},
            routing_profile_id=seed.ROUTING_PROFILES["Support"],
            security_profile_ids=[seed.SECURITY_PROFILES["Agent"]],
        )
        pulumi.export("id", user.id)

    rehearsal = connect_rehearsal(program, config={"password": Secret(PASSWORD)})
    connect_emulator.requests.clear()
    results = [rehearsal.preview()]
    assert len(connect_emulator.requests) == 0
    results.append(rehearsal.up())
    users = client(connect_emulator).list_users(InstanceId=seed.INSTANCE_ID)["UserSummaryList"]
    assert [(user["Username"], user["Id"]) for user in users] == [("ada", results[1].outputs["id"])]
    results += [rehearsal.up(), rehearsal.refresh(), rehearsal.destroy()]
    assert [result.raise_for_errors().changes for result in results] == [
        {"create": 2},
        {"create": 2},
        {"same": 2},
        {"same": 2},
        {"delete": 2},
    ]
    for result in results:
        assert PASSWORD not in result.render() + repr(result)


def test_a_rehearsal_has_an_emulator_of_its_own_by_default() -> None:
    """And cannot reach a real account: profile and credentials are replaced for its runs."""
    seen: list[object] = []

    def program() -> None:
        import os

        seen.append((pulumi.Config("connect-users").get("endpointUrl"), os.environ["AWS_ACCESS_KEY_ID"]))

    with Rehearsal(program) as rehearsal:
        rehearsal.preview().raise_for_errors()
        assert rehearsal.emulator is not None
        assert seen == [(rehearsal.emulator.endpoint_url, "rehearsal")]
    with Rehearsal(program, config={"connect-users:endpointUrl": "http://127.0.0.1:9"}) as other:
        other.preview()
        assert (other.emulator, seen[1]) == (None, ("http://127.0.0.1:9", "rehearsal"))


def test_passwords_in_secrets_manager_come_from_the_emulator_too() -> None:
    """A rehearsal never asks a real account, not even for a secret that the emulator does not have."""

    def program() -> None:
        ConnectUser(
            "ada",
            instance_id=seed.INSTANCE_ID,
            username="ada",
            password_secret_arn="connect/ada",
            identity_info={"first_name": "Ada", "last_name": "Lovelace"},
            routing_profile_id=seed.ROUTING_PROFILES["Support"],
            security_profile_ids=[seed.SECURITY_PROFILES["Agent"]],
        )

    with Rehearsal(program) as rehearsal:
        (error,) = rehearsal.up().errors
        assert "GetSecretValue, ResourceNotFoundException" in error
        assert rehearsal.emulator is not None
        client(rehearsal.emulator, "secretsmanager").create_secret(Name="connect/ada", SecretString=PASSWORD)
        rehearsal.up().raise_for_errors()
        assert PASSWORD not in str(rehearsal.resource("ada"))
