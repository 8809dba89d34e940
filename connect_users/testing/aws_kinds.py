"""The `aws:connect` resources that a rehearsal makes in the emulator: how each maps to the API. Pure.

On Pulumi's wire the names are the bridged provider's (camelCase, `id` = `instance:thing`); the API's are PascalCase.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .values import PropertyMap

Parameters = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of resource.

    Attributes:
        name: as in the operations: Create<name>, Describe<name>, Delete<name>.
        id_name: the output with the bare id ("" = `id` itself).
        id_parameter, arn_parameter: the API's names in the answer to Create.
        parameters: inputs to the parameters of Create, beside the instance.
        forces: the inputs whose change replaces.
        lists: the List operation and its key, for look-ups by name.
        outputs: further outputs that the service computes.
    """

    name: str
    id_name: str
    id_parameter: str
    arn_parameter: str
    parameters: Callable[[PropertyMap], Parameters]
    forces: tuple[str, ...] = ("instanceId",)
    lists: tuple[str, str] = ("", "")
    outputs: Mapping[str, Any] | None = None
    named: bool = True


def pascal(value: Any) -> Any:
    """Keys to the API's case, whole floats to ints; for anything but tags."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: pascal(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [pascal(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def camel(value: Any) -> Any:
    """Keys to the bridged provider's case, times to text."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: camel(item) for key, item in value.items()}
    if isinstance(value, list):
        return [camel(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _taking(*keys: str, **renamed: str) -> Callable[[PropertyMap], Parameters]:
    """Parameters from the inputs of these names; tags as they are."""

    def parameters(inputs: PropertyMap) -> Parameters:
        taken = {key[:1].upper() + key[1:]: pascal(inputs[key]) for key in keys if inputs.get(key) is not None}
        taken |= {new: pascal(inputs[key]) for key, new in renamed.items() if inputs.get(key) is not None}
        if inputs.get("tags"):
            taken["Tags"] = dict(inputs["tags"])
        return taken

    return parameters


def _routing_profile(inputs: PropertyMap) -> Parameters:
    taken = _taking("name", "description", "defaultOutboundQueueId", "mediaConcurrencies")(inputs)
    configs = [pascal(config) for config in inputs.get("queueConfigs") or ()]
    if configs:
        taken["QueueConfigs"] = [
            {
                "QueueReference": {"QueueId": config["QueueId"], "Channel": config["Channel"]},
                "Priority": config["Priority"],
                "Delay": config["Delay"],
            }
            for config in configs
        ]
    return taken


def _quick_connect(inputs: PropertyMap) -> Parameters:
    taken = _taking("name", "description")(inputs)
    given = pascal(inputs["quickConnectConfig"])
    # The bridged provider's blocks are lists of at most one: phoneConfigs -> PhoneConfig.
    taken["QuickConnectConfig"] = {
        key.removesuffix("s") if isinstance(value, list) else key: value[0] if isinstance(value, list) else value
        for key, value in given.items()
        if value != []
    }
    return taken


KINDS: dict[str, Kind] = {
    "aws:connect/instance:Instance": Kind(
        "Instance",
        "",
        "Id",
        "Arn",
        _taking(
            "identityManagementType", "instanceAlias", "directoryId", "inboundCallsEnabled", "outboundCallsEnabled"
        ),
        forces=("identityManagementType", "instanceAlias", "directoryId"),
        lists=("ListInstances", "InstanceSummaryList"),
        outputs={"status": "ACTIVE", "createdTime": "2024-01-01T00:00:00Z", "serviceRole": ""},
        named=False,
    ),
    "aws:connect/hoursOfOperation:HoursOfOperation": Kind(
        "HoursOfOperation",
        "hoursOfOperationId",
        "HoursOfOperationId",
        "HoursOfOperationArn",
        _taking("name", "description", "timeZone", configs="Config"),
        lists=("ListHoursOfOperations", "HoursOfOperationSummaryList"),
    ),
    "aws:connect/queue:Queue": Kind(
        "Queue",
        "queueId",
        "QueueId",
        "QueueArn",
        _taking("name", "description", "hoursOfOperationId", "maxContacts", "outboundCallerConfig", "quickConnectIds"),
        lists=("ListQueues", "QueueSummaryList"),
    ),
    "aws:connect/quickConnect:QuickConnect": Kind(
        "QuickConnect",
        "quickConnectId",
        "QuickConnectId",
        "QuickConnectARN",
        _quick_connect,
        lists=("ListQuickConnects", "QuickConnectSummaryList"),
    ),
    "aws:connect/routingProfile:RoutingProfile": Kind(
        "RoutingProfile",
        "routingProfileId",
        "RoutingProfileId",
        "RoutingProfileArn",
        _routing_profile,
        lists=("ListRoutingProfiles", "RoutingProfileSummaryList"),
    ),
    "aws:connect/securityProfile:SecurityProfile": Kind(
        "SecurityProfile",
        "securityProfileId",
        "SecurityProfileId",
        "SecurityProfileArn",
        _taking("description", "permissions", name="SecurityProfileName"),
        forces=("instanceId", "name"),
        lists=("ListSecurityProfiles", "SecurityProfileSummaryList"),
        outputs={"organizationResourceId": ""},
    ),
    "aws:connect/userHierarchyGroup:UserHierarchyGroup": Kind(
        "UserHierarchyGroup",
        "hierarchyGroupId",
        "HierarchyGroupId",
        "HierarchyGroupArn",
        _taking("name", "parentGroupId"),
        forces=("instanceId", "parentGroupId"),
        lists=("ListUserHierarchyGroups", "UserHierarchyGroupSummaryList"),
    ),
}

STRUCTURE = "aws:connect/userHierarchyStructure:UserHierarchyStructure"
SECRET = "aws:secretsmanager/secret:Secret"
SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"


def kind_of_function(token: str) -> Kind | None:
    """The kind that a look-up (`aws:connect/getQueue:getQueue`) is about."""
    name = token.rpartition(":")[2].removeprefix("get")
    return next((kind for type_, kind in KINDS.items() if type_.rpartition(":")[2] == name), None)
