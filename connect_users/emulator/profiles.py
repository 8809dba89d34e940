"""Routing profiles and security profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_users.emulator import paging, resources, user_rows
from connect_users.emulator.calls import ApiCall, Document, reads, writes
from connect_users.emulator.errors import invalid_parameter, invalid_request
from connect_users.emulator.resources import COMMON_FIELDS, ResourceType, StoredResource

if TYPE_CHECKING:
    from collections.abc import Iterator


_GROUP: Final = "AllowedAccessControlHierarchyGroupId"


def _routing_profile(call: ApiCall, profile: StoredResource) -> Document:
    return {
        "InstanceId": profile.instance.id,
        "NumberOfAssociatedQueues": len(profile.doc["AssociatedQueueIds"]),
        "NumberOfAssociatedUsers": user_rows.count(call, "RoutingProfileId", profile.id),
    }


def _managed_by(profile: StoredResource) -> str:
    """Whether the profiles of a new instance are AWS's is not documented [?]."""
    return str(profile.doc.get("Type", "CUSTOMER_MANAGED"))


#: The quotas are those of an instance [D].
ROUTING_PROFILES: Final = ResourceType(
    kind="routing-profile",
    noun="RoutingProfile",
    quota=500,
    used=lambda call, profile: user_rows.count(call, "RoutingProfileId", profile.id) > 0,
    members=_routing_profile,
    fields={**COMMON_FIELDS, "associatedQueueIds": lambda profile: profile.doc["AssociatedQueueIds"]},
)
SECURITY_PROFILES: Final = ResourceType(
    kind="security-profile",
    noun="SecurityProfile",
    quota=100,
    used=lambda call, profile: user_rows.count(call, "SecurityProfileIds", profile.id) > 0,
    members=lambda _call, profile: {
        "OrganizationResourceId": profile.instance.id,
        "SecurityProfileName": profile.name,
        "Type": _managed_by(profile),
    },
    kind_of=("Type", lambda profile: _managed_by(profile)),
    fields=COMMON_FIELDS,
)


@writes("CreateRoutingProfile")
def create_routing_profile(call: ApiCall) -> Document:
    """Its queues must exist, and VOICE takes one contact at a time."""
    params = call.params
    for media in params["MediaConcurrencies"]:
        if media["Channel"] == "VOICE" and any(limit > 1 for limit in _concurrencies(media)):
            raise invalid_parameter("MediaConcurrencies: the VOICE channel takes one contact at a time")
    configs = [*params.get("QueueConfigs", ()), *params.get("ManualAssignmentQueueConfigs", ())]
    queues = {resources.get(call, "queue", config["QueueReference"]["QueueId"]).id for config in configs}
    outbound = resources.get(call, "queue", params["DefaultOutboundQueueId"]).id
    doc = routing_profile_document(params["Name"], outbound, sorted(queues))
    names = ("Description", "MediaConcurrencies", "AgentAvailabilityTimer", "Tags")
    doc.update({name: params[name] for name in names if name in params})
    return ROUTING_PROFILES.create(call, doc)


def routing_profile_document(name: str, outbound_queue: str, queues: list[str], *, default: bool = False) -> Document:
    """A routing profile with voice, chat, task and e-mail."""
    channels = {"VOICE": 1, "CHAT": 2, "TASK": 2, "EMAIL": 2}
    return {
        "Name": name,
        "Description": name,
        "MediaConcurrencies": [{"Channel": channel, "Concurrency": count} for channel, count in channels.items()],
        "DefaultOutboundQueueId": outbound_queue,
        "AssociatedQueueIds": queues,
        "IsDefault": default,
        "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
    }


def _concurrencies(media: Document) -> Iterator[int]:
    """The numbers of simultaneous contacts of one channel.

    Whether `Concurrency` is required depends on the model: it is up to botocore 1.43.89, and later models also have
    `WorkloadTypeConcurrencies`.
    """
    for entry in (media, *media.get("WorkloadTypeConcurrencies", ())):
        if "Concurrency" in entry:
            yield entry["Concurrency"]


@writes("CreateSecurityProfile")
def create_security_profile(call: ApiCall) -> Document:
    name = call.params["SecurityProfileName"]
    return SECURITY_PROFILES.create(call, {"Name": name, **_members(call, "SecurityProfileName")})


@writes("UpdateSecurityProfile")
def update_security_profile(call: ApiCall) -> None:
    """Members replace the old ones; those that are left out stay [?]. Not of a profile that AWS manages [I]."""
    profile = resources.get(call, "security-profile", call.params["SecurityProfileId"])
    if _managed_by(profile) == "AWS_MANAGED":
        raise invalid_request(f"SecurityProfile {profile.name} is managed by AWS")
    profile.doc.update({**_members(call, "SecurityProfileId"), "LastModifiedTime": call.now})
    resources.save(call, profile)


def _members(call: ApiCall, *without: str) -> Document:
    """The members of a security profile; the hierarchy group of a restriction must exist [I], "" is none [?]."""
    doc = resources.body(call, *without)
    group = doc.get(_GROUP)
    if group:
        doc[_GROUP] = resources.get(call, "agent-group", group).id
    return doc


@reads("ListSecurityProfilePermissions")
def list_permissions(call: ApiCall) -> Document:
    return _listed(call, "Permissions")


@reads("ListSecurityProfileAIAgents")
def list_ai_agents(call: ApiCall) -> Document:
    return _listed(call, "AllowedAIAgents")


def _listed(call: ApiCall, member: str) -> Document:
    profile = resources.get(call, "security-profile", call.params["SecurityProfileId"])
    page = paging.numbered_page(call, profile.doc.get(member, ()))
    return {member: page.rows, "NextToken": page.next_token, **profile.summary()}
