"""Instances: create (with what a new one contains), describe, list, delete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from connect_users.emulator import paging, resources
from connect_users.emulator.arns import ResourceKind, new_id, partition
from connect_users.emulator.calls import ApiCall, Document, Instance, reads, writes
from connect_users.emulator.errors import ApiError, invalid_request, missing
from connect_users.emulator.profiles import routing_profile_document

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

#: What a new instance has [O/D].
DEFAULT_HOURS: Final = "Basic Hours"
DEFAULT_QUEUE: Final = "BasicQueue"
DEFAULT_ROUTING_PROFILE: Final = "Basic Routing Profile"
_AGENT: Final = ("BasicAgentAccess", "OutboundCallAccess")
_USERS: Final = ("Users.Create", "Users.Delete", "Users.Edit", "Users.EditPermission", "Users.View")
_PROFILES: Final = tuple(f"SecurityProfiles.{verb}" for verb in ("Create", "Delete", "Edit", "View"))
#: Each with a few of the permissions that it has in AWS.
DEFAULT_SECURITY_PROFILES: Final = {
    "Admin": (*_AGENT, *_USERS, *_PROFILES),
    "Agent": _AGENT,
    "CallCenterManager": ("AccessMetrics", "Users.Edit", "Users.View"),
    "QualityAnalyst": ("AccessMetrics", "ListenCallRecordings"),
}


@writes("CreateInstance")
def create_instance(call: ApiCall) -> Document:
    """ACTIVE at once. ClientToken is ignored."""
    params = call.params
    management, alias = params["IdentityManagementType"], params.get("InstanceAlias")
    needed = "DirectoryId" if management == "EXISTING_DIRECTORY" else "InstanceAlias"
    if params.get(needed) is None:
        raise missing(needed)
    if call.tx.execute("SELECT 1 FROM instances WHERE alias = ?", (alias,)).fetchone():
        raise invalid_request(f"The instance alias {alias} is taken")
    quota = call.options.instances_quota
    place = (call.account, call.region)
    count = call.tx.execute("SELECT COUNT(*) FROM instances WHERE account = ? AND region = ?", place).fetchone()[0]
    if quota is not None and count >= quota:
        raise ApiError("ServiceQuotaExceededException", f"Limit of {quota} instances for the Region reached")
    instance_id = new_id()
    doc = {**instance_document(management, alias, call.now), "Tags": params.get("Tags", {})}
    doc.update({name: params[name] for name in ("InboundCallsEnabled", "OutboundCallsEnabled")})
    security = {name: new_id() for name in DEFAULT_SECURITY_PROFILES}
    rows = default_rows(new_id(), new_id(), {DEFAULT_ROUTING_PROFILE: new_id()}, security)
    instance = Instance(instance_id, call.account, call.region, doc)
    insert(call.tx, call.now, instance, rows)
    return {"Id": instance_id, "Arn": instance.arn}


def instance_document(management: str, alias: str | None, now: float) -> Document:
    """A new instance."""
    return {
        "IdentityManagementType": management,
        "InstanceAlias": alias,
        "CreatedTime": now,
        "InstanceStatus": "ACTIVE",
        "InboundCallsEnabled": True,
        "OutboundCallsEnabled": True,
        "Tags": {},
        "HierarchyStructure": {},
    }


#: A resource of a new instance: kind, id and document.
NewResource = tuple[ResourceKind, str, Document]


def insert(tx: sqlite3.Connection, now: float, instance: Instance, rows: Iterable[NewResource]) -> None:
    """Store an instance and the resources in it."""
    values = (instance.id, instance.account, instance.region, instance.doc["InstanceAlias"], json.dumps(instance.doc))
    tx.execute("INSERT INTO instances (id, account, region, alias, doc) VALUES (?, ?, ?, ?, ?)", values)
    for kind, id_, doc in rows:
        resources.insert(tx, now, instance.id, kind, id_, doc)


def default_rows(
    hours: str, queue: str, routing_profiles: Mapping[str, str], security_profiles: Mapping[str, str]
) -> Iterator[NewResource]:
    """What every new instance contains, from ids and from names with ids: open around the clock, with one queue."""
    days = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
    start, end = {"Hours": 0, "Minutes": 0}, {"Hours": 23, "Minutes": 59}
    config = [{"Day": day, "StartTime": start, "EndTime": end} for day in days]
    yield "operating-hours", hours, {**_named(DEFAULT_HOURS), "TimeZone": "UTC", "Config": config}
    yield "queue", queue, {**_named(DEFAULT_QUEUE), "HoursOfOperationId": hours, "Status": "ENABLED"}
    for name, id_ in routing_profiles.items():
        default = name == DEFAULT_ROUTING_PROFILE
        yield "routing-profile", id_, routing_profile_document(name, queue, [queue], default=default)
    for name, id_ in security_profiles.items():
        yield "security-profile", id_, {**_named(name), "Permissions": DEFAULT_SECURITY_PROFILES[name]}


def _named(name: str) -> Document:
    return {"Name": name, "Description": name}


@reads("DescribeInstance")
def describe_instance(call: ApiCall) -> Document:
    return {"Instance": _description(call.instance)}


@reads("ListInstances")
def list_instances(call: ApiCall) -> Document:
    """At most 10 on a page."""
    start = paging.cursor(call)
    rows = call.tx.execute(
        "SELECT seq, id, account, doc FROM instances WHERE account = ? AND (region = ? OR id = ?) AND seq > ? "
        "ORDER BY seq",
        (call.account, call.region, call.everywhere, start.after),
    )
    instances = ((row[0], Instance(row[1], row[2], call.region, json.loads(row[3]))) for row in rows)
    page = paging.page(call, start, instances, default=10)
    return {"InstanceSummaryList": [_description(instance) for instance in page.rows], "NextToken": page.next_token}


def _description(instance: Instance) -> Document:
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
def delete_instance(call: ApiCall) -> None:
    """With everything in it."""
    key = (call.instance.id,)
    call.tx.execute("DELETE FROM user_versions WHERE user_id IN (SELECT id FROM users WHERE instance_id = ?)", key)
    for table in ("users", "gone_users", "resources"):
        call.tx.execute(f"DELETE FROM {table} WHERE instance_id = ?", key)  # noqa: S608 - constants
    call.tx.execute("DELETE FROM instances WHERE id = ?", key)
