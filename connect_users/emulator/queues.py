"""Hours of operation, queues and quick connects: what routing profiles and users stand beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator import resources
from connect_users.emulator.arns import new_id
from connect_users.emulator.calls import Call, Document, Result, reads, writes
from connect_users.emulator.errors import invalid_request
from connect_users.emulator.listing import list_kind, search_kind
from connect_users.emulator.search import Field, Predicate, everything

if TYPE_CHECKING:
    from connect_users.emulator.resources import Resource

#: Per instance [D, service quotas page].
_HOURS_QUOTA: Final = 100
_QUEUES_QUOTA: Final = 50
_QUICK_CONNECTS_QUOTA: Final = 100
#: The member that each type of quick connect needs [M].
_DESTINATIONS: Final = {
    "USER": "UserConfig",
    "QUEUE": "QueueConfig",
    "PHONE_NUMBER": "PhoneConfig",
    "FLOW": "FlowConfig",
}
_FIELDS: Final[dict[str, Field]] = {
    "name": lambda row: [row.name],
    "description": lambda row: [row.doc.get("Description", "")],
    "resourceID": lambda row: [row.id],
}


def _body(call: Call, *without: str) -> Document:
    return {name: item for name, item in call.params.items() if name not in ("InstanceId", *without)}


@writes("CreateHoursOfOperation")
def create_hours(call: Call) -> Result:
    """Kept as given."""
    hours = resources.add(call, "operating-hours", new_id(), _body(call), quota=_HOURS_QUOTA)
    return {"HoursOfOperationId": hours.id, "HoursOfOperationArn": hours.arn}


@reads("DescribeHoursOfOperation")
def describe_hours(call: Call) -> Result:
    """As given."""
    hours = resources.get(call, "operating-hours", call.params["HoursOfOperationId"])
    ids = {"HoursOfOperationId": hours.id, "HoursOfOperationArn": hours.arn}
    return {"HoursOfOperation": {**hours.doc, **hours.modified(), **ids}}


@reads("ListHoursOfOperations")
def list_hours(call: Call) -> Result:
    """Summaries."""
    return list_kind(call, "ListHoursOfOperations", "operating-hours", "HoursOfOperationSummaryList")


@writes("DeleteHoursOfOperation")
def delete_hours(call: Call) -> None:
    """Refused while a queue uses them [M, text of ResourceInUseException]."""
    hours = resources.get(call, "operating-hours", call.params["HoursOfOperationId"])
    if any(queue.doc["HoursOfOperationId"] == hours.id for _, queue in resources.after(call, "queue")):
        raise resources.in_use(hours)
    resources.remove(call, hours)


@writes("CreateQueue")
def create_queue(call: Call) -> Result:
    """Its hours must exist."""
    hours = resources.get(call, "operating-hours", call.params["HoursOfOperationId"])
    doc = {**_body(call, "QuickConnectIds"), "HoursOfOperationId": hours.id, "Status": "ENABLED"}
    queue = resources.add(call, "queue", new_id(), doc, quota=_QUEUES_QUOTA)
    return {"QueueArn": queue.arn, "QueueId": queue.id}


@reads("DescribeQueue")
def describe_queue(call: Call) -> Result:
    """As given."""
    return {"Queue": _queue(resources.get(call, "queue", call.params["QueueId"]))}


def _queue(queue: Resource) -> Document:
    return {**queue.doc, **queue.modified(), "QueueArn": queue.arn, "QueueId": queue.id}


@reads("ListQueues")
def list_queues(call: Call) -> Result:
    """Standard queues; the emulator has no agent queues."""
    types = call.params.get("QueueTypes") or ["STANDARD"]
    return list_kind(
        call,
        "ListQueues",
        "queue",
        "QueueSummaryList",
        summary=lambda queue: {**queue.summary(), "QueueType": "STANDARD"},
        keep=lambda _queue: "STANDARD" in types,
    )


@reads("SearchQueues")
def search_queues(call: Call) -> Result:
    """Whole queues."""
    return search_kind(call, "SearchQueues", "queue", "Queues", _FIELDS, _queue, leaf=_queue_type)


def _queue_type(name: str, _value: Any) -> Predicate:
    if name != "QueueTypeCondition":
        raise invalid_request(f"{name} is not a condition of SearchQueues")
    return everything


@writes("DeleteQueue")
def delete_queue(call: Call) -> None:
    """Refused while a routing profile uses it [M: ResourceInUse]."""
    queue = resources.get(call, "queue", call.params["QueueId"])
    for _, profile in resources.after(call, "routing-profile"):
        if queue.id in (profile.doc["DefaultOutboundQueueId"], *profile.doc["AssociatedQueueIds"]):
            raise resources.in_use(queue)
    resources.remove(call, queue)


@writes("CreateQuickConnect")
def create_quick_connect(call: Call) -> Result:
    """Exactly the destination of its type; not checked to exist, since it may be deleted later (section 2)."""
    config = call.params["QuickConnectConfig"]
    wanted = _DESTINATIONS[config["QuickConnectType"]]
    given = [name for name in _DESTINATIONS.values() if config.get(name) is not None]
    if given != [wanted]:
        raise invalid_request(f"QuickConnectConfig: {config['QuickConnectType']} takes {wanted} and nothing else")
    connect = resources.add(call, "transfer-destination", new_id(), _body(call), quota=_QUICK_CONNECTS_QUOTA)
    return {"QuickConnectARN": connect.arn, "QuickConnectId": connect.id}


@reads("DescribeQuickConnect")
def describe_quick_connect(call: Call) -> Result:
    """As given."""
    connect = resources.get(call, "transfer-destination", call.params["QuickConnectId"])
    return {"QuickConnect": _quick_connect(connect)}


def _quick_connect(connect: Resource) -> Document:
    return {
        **connect.doc,
        **connect.modified(),
        "QuickConnectARN": connect.arn,
        "QuickConnectId": connect.id,
    }


@reads("ListQuickConnects")
def list_quick_connects(call: Call) -> Result:
    """All, or those of the types asked for."""
    types = call.params.get("QuickConnectTypes")
    return list_kind(
        call,
        "ListQuickConnects",
        "transfer-destination",
        "QuickConnectSummaryList",
        summary=lambda connect: {**connect.summary(), "QuickConnectType": _type(connect)},
        keep=lambda connect: not types or _type(connect) in types,
    )


def _type(connect: Resource) -> str:
    return str(connect.doc["QuickConnectConfig"]["QuickConnectType"])


@reads("SearchQuickConnects")
def search_quick_connects(call: Call) -> Result:
    """Whole quick connects."""
    return search_kind(call, "SearchQuickConnects", "transfer-destination", "QuickConnects", _FIELDS, _quick_connect)


@writes("DeleteQuickConnect")
def delete_quick_connect(call: Call) -> None:
    """Nothing depends on one."""
    resources.remove(call, resources.get(call, "transfer-destination", call.params["QuickConnectId"]))
