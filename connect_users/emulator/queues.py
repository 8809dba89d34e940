"""Hours of operation, queues and quick connects."""

from __future__ import annotations

from typing import Final

from connect_users.emulator import resources
from connect_users.emulator.calls import ApiCall, Document, writes
from connect_users.emulator.errors import invalid_request
from connect_users.emulator.resources import COMMON_FIELDS, ResourceType, StoredResource
from connect_users.emulator.search import everything

#: The member that each type of quick connect needs [M].
_DESTINATIONS: Final = {
    "USER": "UserConfig",
    "QUEUE": "QueueConfig",
    "PHONE_NUMBER": "PhoneConfig",
    "FLOW": "FlowConfig",
}


def _has_queue(call: ApiCall, hours: StoredResource) -> bool:
    return any(queue.doc["HoursOfOperationId"] == hours.id for _, queue in resources.rows(call, "queue"))


def _has_routing_profile(call: ApiCall, queue: StoredResource) -> bool:
    return any(
        queue.id in (profile.doc["DefaultOutboundQueueId"], *profile.doc["AssociatedQueueIds"])
        for _, profile in resources.rows(call, "routing-profile")
    )


#: The quotas are those of an instance [D, service quotas page]; `used` is from the text of ResourceInUseException [M].
HOURS_OF_OPERATION: Final = ResourceType(kind="operating-hours", noun="HoursOfOperation", quota=100, used=_has_queue)
#: Standard queues only: the emulator has no agent queues.
QUEUES: Final = ResourceType(
    kind="queue",
    noun="Queue",
    quota=50,
    used=_has_routing_profile,
    kind_of=("QueueType", lambda _queue: "STANDARD"),
    fields=COMMON_FIELDS,
    conditions={"QueueTypeCondition": lambda _condition: everything},
)
QUICK_CONNECTS: Final = ResourceType(
    kind="transfer-destination",
    noun="QuickConnect",
    quota=100,
    used=lambda _call, _quick_connect: False,
    kind_of=("QuickConnectType", lambda connect: str(connect.doc["QuickConnectConfig"]["QuickConnectType"])),
    fields=COMMON_FIELDS,
)


@writes("CreateHoursOfOperation")
def create_hours(call: ApiCall) -> Document:
    return HOURS_OF_OPERATION.create(call, resources.body(call))


@writes("CreateQueue")
def create_queue(call: ApiCall) -> Document:
    """Its hours of operation must exist."""
    hours = resources.get(call, "operating-hours", call.params["HoursOfOperationId"])
    doc = {**resources.body(call, "QuickConnectIds"), "HoursOfOperationId": hours.id, "Status": "ENABLED"}
    return QUEUES.create(call, doc)


@writes("CreateQuickConnect")
def create_quick_connect(call: ApiCall) -> Document:
    """It needs exactly the destination of its type, which need not exist: it may be deleted later, too."""
    config = call.params["QuickConnectConfig"]
    destination = _DESTINATIONS[config["QuickConnectType"]]
    if [name for name in _DESTINATIONS.values() if name in config] != [destination]:
        raise invalid_request(f"QuickConnectConfig: {config['QuickConnectType']} needs {destination} and nothing else")
    return QUICK_CONNECTS.create(call, resources.body(call))
