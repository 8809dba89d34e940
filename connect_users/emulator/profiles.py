"""Routing profiles and security profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_users.emulator import paging, resources
from connect_users.emulator.arns import new_id
from connect_users.emulator.calls import Call, Document, Result, reads, writes
from connect_users.emulator.errors import invalid_parameter
from connect_users.emulator.listing import list_kind, search_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.emulator.resources import Resource
    from connect_users.emulator.search import Field

#: Per instance (section 4, resource quotas [D]).
_ROUTING_QUOTA: Final = 500
_SECURITY_QUOTA: Final = 100

_ROUTING_FIELDS: Final[dict[str, Field]] = {
    "name": lambda profile: [profile.name],
    "description": lambda profile: [profile.doc.get("Description", "")],
    "resourceID": lambda profile: [profile.id],
    "associatedQueueIds": lambda profile: profile.doc["AssociatedQueueIds"],
}
_SECURITY_FIELDS: Final[dict[str, Field]] = {
    "name": lambda profile: [profile.name],
    "description": lambda profile: [profile.doc.get("Description", "")],
    "resourceID": lambda profile: [profile.id],
}


@writes("CreateRoutingProfile")
def create_routing_profile(call: Call) -> Result:
    """Queues must exist; VOICE takes one contact at a time (section 2)."""
    params = call.params
    for media in params["MediaConcurrencies"]:
        if media["Channel"] == "VOICE" and any(limit > 1 for limit in _concurrencies(media)):
            raise invalid_parameter("MediaConcurrencies: the VOICE channel takes one contact at a time")
    configs = [*params.get("QueueConfigs", ()), *params.get("ManualAssignmentQueueConfigs", ())]
    queues = [resources.get(call, "queue", config["QueueReference"]["QueueId"]).id for config in configs]
    doc = {
        "Name": params["Name"],
        "Description": params["Description"],
        "MediaConcurrencies": params["MediaConcurrencies"],
        "DefaultOutboundQueueId": resources.get(call, "queue", params["DefaultOutboundQueueId"]).id,
        "AssociatedQueueIds": sorted(set(queues)),
        "AgentAvailabilityTimer": params.get("AgentAvailabilityTimer", "TIME_SINCE_LAST_ACTIVITY"),
        "IsDefault": False,
        "Tags": params.get("Tags", {}),
    }
    profile = resources.add(call, "routing-profile", new_id(), doc, quota=_ROUTING_QUOTA)
    return {"RoutingProfileArn": profile.arn, "RoutingProfileId": profile.id}


def _concurrencies(media: Document) -> Iterator[int]:
    """Every number of contacts at once that one channel is given.

    Whether `Concurrency` is required is the model's to say: it is up to botocore 1.43.89, and later models have
    `WorkloadTypeConcurrencies` beside it.
    """
    yield from (
        entry["Concurrency"]
        for entry in (media, *media.get("WorkloadTypeConcurrencies", ()))
        if entry.get("Concurrency") is not None
    )


@reads("DescribeRoutingProfile")
def describe_routing_profile(call: Call) -> Result:
    """One profile."""
    profile = resources.get(call, "routing-profile", call.params["RoutingProfileId"])
    return {"RoutingProfile": _routing_profile(call, profile)}


def _routing_profile(call: Call, profile: Resource) -> Document:
    users = call.tx.execute(
        "SELECT COUNT(*) FROM users WHERE instance_id = ? AND json_extract(doc, '$.RoutingProfileId') = ?",
        (profile.instance.id, profile.id),
    ).fetchone()[0]
    return {
        **profile.doc,
        **profile.modified(),
        "InstanceId": profile.instance.id,
        "RoutingProfileArn": profile.arn,
        "RoutingProfileId": profile.id,
        "NumberOfAssociatedQueues": len(profile.doc["AssociatedQueueIds"]),
        "NumberOfAssociatedUsers": users,
    }


@reads("ListRoutingProfiles")
def list_routing_profiles(call: Call) -> Result:
    """Summaries."""
    return list_kind(call, "ListRoutingProfiles", "routing-profile", "RoutingProfileSummaryList")


@reads("SearchRoutingProfiles")
def search_routing_profiles(call: Call) -> Result:
    """Whole profiles."""
    return search_kind(
        call,
        "SearchRoutingProfiles",
        "routing-profile",
        "RoutingProfiles",
        _ROUTING_FIELDS,
        lambda profile: _routing_profile(call, profile),
    )


@writes("DeleteRoutingProfile")
def delete_routing_profile(call: Call) -> None:
    """ResourceInUse while users hold it (section 2)."""
    profile = resources.get(call, "routing-profile", call.params["RoutingProfileId"])
    if call.tx.execute(
        "SELECT 1 FROM users WHERE instance_id = ? AND json_extract(doc, '$.RoutingProfileId') = ? LIMIT 1",
        (profile.instance.id, profile.id),
    ).fetchone():
        raise resources.in_use(profile)
    resources.remove(call, profile)


@writes("CreateSecurityProfile")
def create_security_profile(call: Call) -> Result:
    """Section 2, minimal create shapes."""
    params = call.params
    skipped = ("InstanceId", "SecurityProfileName")
    doc = {"Name": params["SecurityProfileName"], **{k: v for k, v in params.items() if k not in skipped}}
    profile = resources.add(call, "security-profile", new_id(), doc, quota=_SECURITY_QUOTA)
    return {"SecurityProfileId": profile.id, "SecurityProfileArn": profile.arn}


@reads("DescribeSecurityProfile")
def describe_security_profile(call: Call) -> Result:
    """One profile, without its permissions (those have a list of their own)."""
    profile = resources.get(call, "security-profile", call.params["SecurityProfileId"])
    return {"SecurityProfile": {**profile.modified(), **_security_profile(profile)}}


def _security_profile(profile: Resource) -> Document:
    return {
        **profile.doc,
        "Id": profile.id,
        "Arn": profile.arn,
        "OrganizationResourceId": profile.instance.id,
        "SecurityProfileName": profile.name,
    }


@reads("ListSecurityProfilePermissions")
def list_permissions(call: Call) -> Result:
    """The permissions of one profile."""
    profile = resources.get(call, "security-profile", call.params["SecurityProfileId"])
    start = paging.cursor(call, "ListSecurityProfilePermissions")
    rows = list(enumerate(profile.doc.get("Permissions", ()), 1))[start.after :]
    page = paging.page(call, start, rows)
    return {"Permissions": page.rows, "NextToken": page.next_token, **profile.modified()}


@reads("ListSecurityProfiles")
def list_security_profiles(call: Call) -> Result:
    """Summaries."""
    return list_kind(call, "ListSecurityProfiles", "security-profile", "SecurityProfileSummaryList")


@reads("SearchSecurityProfiles")
def search_security_profiles(call: Call) -> Result:
    """Summaries with tags."""
    return search_kind(
        call, "SearchSecurityProfiles", "security-profile", "SecurityProfiles", _SECURITY_FIELDS, _security_profile
    )


@writes("DeleteSecurityProfile")
def delete_security_profile(call: Call) -> None:
    """ResourceInUse while users hold it (section 2)."""
    profile = resources.get(call, "security-profile", call.params["SecurityProfileId"])
    if call.tx.execute(
        "SELECT 1 FROM users, json_each(users.doc, '$.SecurityProfileIds') AS held"
        " WHERE instance_id = ? AND held.value = ? LIMIT 1",
        (profile.instance.id, profile.id),
    ).fetchone():
        raise resources.in_use(profile)
    resources.remove(call, profile)
