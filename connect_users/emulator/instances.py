"""Instances: create (with what a new one ships with), describe, list, delete."""

from __future__ import annotations

import json

from connect_users.emulator import paging, resources
from connect_users.emulator.arns import Kind, instance_arn, new_id, partition
from connect_users.emulator.calls import Call, Document, Instance, Result, reads, writes
from connect_users.emulator.errors import ApiError, invalid_request, missing

#: What a new instance has (section 2, seeding [O/D]).
DEFAULT_HOURS = "Basic Hours"
DEFAULT_QUEUE = "BasicQueue"
DEFAULT_ROUTING_PROFILE = "Basic Routing Profile"
DEFAULT_SECURITY_PROFILES = ("Admin", "Agent", "CallCenterManager", "QualityAnalyst")


@writes("CreateInstance")
def create_instance(call: Call) -> Result:
    """ACTIVE at once; the same ClientToken answers the same instance again [M: idempotency token]."""
    params = call.params
    token = params.get("ClientToken")
    if token is not None:
        again = call.tx.execute(
            "SELECT id FROM instances WHERE account = ? AND region = ? AND client_token = ?",
            (call.account, call.region, token),
        ).fetchone()
        if again:
            return {"Id": again[0], "Arn": instance_arn(call.region, call.account, again[0])}
    management = params["IdentityManagementType"]
    if management == "EXISTING_DIRECTORY" and params.get("DirectoryId") is None:
        raise missing("DirectoryId")
    alias = params.get("InstanceAlias")
    if alias is None and management != "EXISTING_DIRECTORY":
        raise missing("InstanceAlias")
    if call.tx.execute("SELECT 1 FROM instances WHERE alias = ?", (alias,)).fetchone():
        raise invalid_request(f"The instance alias {alias} is taken")
    quota = call.options.instances_quota
    if quota is not None and _count(call) >= quota:
        raise ApiError("ServiceQuotaExceededException", f"Limit of {quota} instances for the Region reached")
    instance_id = new_id()
    doc = {
        "IdentityManagementType": management,
        "InstanceAlias": alias,
        "CreatedTime": call.now,
        "InstanceStatus": "ACTIVE",
        "InboundCallsEnabled": params["InboundCallsEnabled"],
        "OutboundCallsEnabled": params["OutboundCallsEnabled"],
        "Tags": params.get("Tags", {}),
        "HierarchyStructure": {},
    }
    _insert(call, instance_id, doc)
    return {"Id": instance_id, "Arn": instance_arn(call.region, call.account, instance_id)}


def _count(call: Call) -> int:
    row = call.tx.execute(
        "SELECT COUNT(*) FROM instances WHERE account = ? AND region = ?", (call.account, call.region)
    ).fetchone()
    return int(row[0])


def _insert(call: Call, instance_id: str, doc: Document) -> None:
    """Write the instance, and what every new one ships with, under random ids."""
    call.tx.execute(
        "INSERT INTO instances (id, account, region, alias, client_token, doc) VALUES (?, ?, ?, ?, ?, ?)",
        (
            instance_id,
            call.account,
            call.region,
            doc["InstanceAlias"],
            call.params.get("ClientToken"),
            json.dumps(doc),
        ),
    )
    hours, queue = new_id(), new_id()
    _plant(call, instance_id, "operating-hours", hours, hours_document(DEFAULT_HOURS))
    _plant(call, instance_id, "queue", queue, queue_document(DEFAULT_QUEUE, hours))
    profile = routing_profile_document(DEFAULT_ROUTING_PROFILE, queue)
    _plant(call, instance_id, "routing-profile", new_id(), profile)
    for name in DEFAULT_SECURITY_PROFILES:
        _plant(call, instance_id, "security-profile", new_id(), security_profile_document(name))


def _plant(call: Call, instance_id: str, kind: Kind, id_: str, doc: Document) -> None:
    """Store a resource of a new instance."""
    doc = {"Tags": {}, **doc, "LastModifiedTime": call.now}
    resources.insert(call.tx, instance_id, kind, id_, doc["Name"], doc)


def hours_document(name: str) -> Document:
    """Open around the clock."""
    days = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
    config = [
        {"Day": day, "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 23, "Minutes": 59}} for day in days
    ]
    return {"Name": name, "Description": name, "TimeZone": "UTC", "Config": config}


def queue_document(name: str, hours_id: str) -> Document:
    """A standard queue."""
    return {"Name": name, "Description": name, "HoursOfOperationId": hours_id, "Status": "ENABLED"}


def routing_profile_document(name: str, queue_id: str) -> Document:
    """Voice, chat, task and e-mail, all from one queue."""
    channels = {"VOICE": 1, "CHAT": 2, "TASK": 2, "EMAIL": 2}
    return {
        "Name": name,
        "Description": name,
        "MediaConcurrencies": [{"Channel": channel, "Concurrency": count} for channel, count in channels.items()],
        "DefaultOutboundQueueId": queue_id,
        "AssociatedQueueIds": [queue_id],
        "IsDefault": name == DEFAULT_ROUTING_PROFILE,
        "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
    }


def security_profile_document(name: str) -> Document:
    """One of AWS's own, or the like; a few of the permissions that it has there."""
    users = ["Users.Create", "Users.Delete", "Users.Edit", "Users.EditPermission", "Users.View"]
    profiles = ["SecurityProfiles.Create", "SecurityProfiles.Delete", "SecurityProfiles.Edit", "SecurityProfiles.View"]
    permissions = {
        "Admin": ["BasicAgentAccess", "OutboundCallAccess", *users, *profiles],
        "CallCenterManager": ["AccessMetrics", "Users.Edit", "Users.View"],
        "QualityAnalyst": ["AccessMetrics", "ListenCallRecordings"],
    }
    return {
        "Name": name,
        "Description": name,
        "Permissions": permissions.get(name, ["BasicAgentAccess", "OutboundCallAccess"]),
    }


@reads("DescribeInstance")
def describe_instance(call: Call) -> Result:
    """Section 2, DescribeInstance."""
    return {"Instance": {**_summary(call.instance), "Tags": call.instance.doc["Tags"]}}


@reads("ListInstances")
def list_instances(call: Call) -> Result:
    """At most 10 to a page (section 1)."""
    start = paging.cursor(call, "ListInstances")
    rows = call.tx.execute(
        "SELECT seq, id, account, doc FROM instances WHERE account = ? AND (region = ? OR id = ?) AND seq > ? "
        "ORDER BY seq",
        (call.account, call.region, call.everywhere, start.after),
    )
    instances = ((row[0], Instance(row[1], row[2], call.region, json.loads(row[3]))) for row in rows)
    page = paging.page(call, start, instances, default=10)
    return {
        "InstanceSummaryList": [_summary(instance) for instance in page.rows],
        "NextToken": page.next_token,
    }


def _summary(instance: Instance) -> Document:
    alias = instance.doc["InstanceAlias"] or instance.id
    role = f"arn:{partition(instance.region)}:iam::{instance.account}:role/aws-service-role/connect.amazonaws.com"
    return {
        "Id": instance.id,
        "Arn": instance.arn,
        **instance.doc,
        "ServiceRole": f"{role}/AWSServiceRoleForAmazonConnect_{instance.id[:8]}",
        "InstanceAccessUrl": f"https://{alias}.my.connect.aws/",
    }


@writes("DeleteInstance")
def delete_instance(call: Call) -> None:
    """With everything in it."""
    instance = call.instance
    call.tx.execute(
        "DELETE FROM user_versions WHERE user_id IN (SELECT id FROM users WHERE instance_id = ?)", (instance.id,)
    )
    for table in ("users", "gone_users", "resources"):
        call.tx.execute(f"DELETE FROM {table} WHERE instance_id = ?", (instance.id,))  # noqa: S608 - constants
    call.tx.execute("DELETE FROM instances WHERE id = ?", (instance.id,))
