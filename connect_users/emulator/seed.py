"""What a new emulator contains: one instance in us-east-1, with fixed ids that tests and examples may use.

- `INSTANCE_ID`, alias `INSTANCE_ALIAS`, account `ACCOUNT_ID`, region `REGION`, no users.
- `ROUTING_PROFILES`, `SECURITY_PROFILES`, `QUEUES`, `HOURS_OF_OPERATION`: name -> id.
- `HIERARCHY_GROUPS`: path with `/` -> id, on the levels `HIERARCHY_LEVELS`.
- `PREDEFINED_ATTRIBUTES`: name -> values. `QUICK_CONNECTS`: name -> id, to the queue.

An access key of another account finds nothing of this, as with AWS; nor does another region, unless the emulator is
told to have its instance there, too (`Options.every_region`): then ARNs name the region that asks.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

from connect_users.emulator import attributes, instances, resources, settings, user_rows
from connect_users.emulator.arns import SEEDED_INSTANCE, Kind, instance_arn
from connect_users.emulator.hierarchy import LEVELS, level_document, unique_name
from connect_users.emulator.signing import ACCOUNT_ID

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from connect_users.emulator.calls import Document
    from connect_users.emulator.options import IdentityManagementType
    from connect_users.emulator.store import Store

__all__ = [
    "ACCOUNT_ID",
    "HIERARCHY_GROUPS",
    "HIERARCHY_LEVELS",
    "HOURS_OF_OPERATION",
    "INSTANCE_ALIAS",
    "INSTANCE_ARN",
    "INSTANCE_ID",
    "PREDEFINED_ATTRIBUTES",
    "QUEUES",
    "QUICK_CONNECTS",
    "REGION",
    "ROUTING_PROFILES",
    "SECURITY_PROFILES",
    "plant",
    "seed_users",
]

REGION: Final = "us-east-1"
INSTANCE_ID: Final = SEEDED_INSTANCE
INSTANCE_ALIAS: Final = "emulator"
INSTANCE_ARN: Final = instance_arn(REGION, ACCOUNT_ID, INSTANCE_ID)

HOURS_OF_OPERATION: Final = {"Basic Hours": "10000000-0000-4000-8000-000000000001"}
QUEUES: Final = {"BasicQueue": "20000000-0000-4000-8000-000000000001"}
ROUTING_PROFILES: Final = {
    "Basic Routing Profile": "30000000-0000-4000-8000-000000000001",
    "Support": "30000000-0000-4000-8000-000000000002",
    "Sales": "30000000-0000-4000-8000-000000000003",
}
SECURITY_PROFILES: Final = {
    "Admin": "40000000-0000-4000-8000-000000000001",
    "Agent": "40000000-0000-4000-8000-000000000002",
    "CallCenterManager": "40000000-0000-4000-8000-000000000003",
    "QualityAnalyst": "40000000-0000-4000-8000-000000000004",
}
HIERARCHY_LEVELS: Final = {
    "Region": "50000000-0000-4000-8000-000000000001",
    "Country": "50000000-0000-4000-8000-000000000002",
    "Site": "50000000-0000-4000-8000-000000000003",
}
HIERARCHY_GROUPS: Final = {
    "EMEA": "60000000-0000-4000-8000-000000000001",
    "EMEA/UK": "60000000-0000-4000-8000-000000000002",
    "EMEA/UK/London": "60000000-0000-4000-8000-000000000003",
    "AMER": "60000000-0000-4000-8000-000000000004",
    "AMER/US": "60000000-0000-4000-8000-000000000005",
    "AMER/US/Austin": "60000000-0000-4000-8000-000000000006",
}
PREDEFINED_ATTRIBUTES: Final = {"lang": ("en", "fr", "de", "es"), "product": ("billing", "cards", "loans")}
QUICK_CONNECTS: Final = {"Front desk": "70000000-0000-4000-8000-000000000001"}
#: A flow that only the quick connect names; flows are not emulated.
_TRANSFER_FLOW: Final = "80000000-0000-4000-8000-000000000001"

_FIRST_NAMES: Final = ("Ada", "Bo", "Chloé", "Dae", "Eve", "Farid", "Grace", "Hugo", "Ines", "Jun")
_LAST_NAMES: Final = ("Adams", "Baker", "Costa", "Dupont", "Evans", "Fischer", "García", "Hansen", "Ito")


def plant(store: Store, management: IdentityManagementType | None, now: float) -> None:
    """Give a new store its instance; set the identity management type of an old one where one is named."""
    with store.write() as tx:
        row = tx.execute("SELECT doc FROM instances WHERE id = ?", (INSTANCE_ID,)).fetchone()
        if row is not None:
            if management is not None:
                doc = {**json.loads(row[0]), "IdentityManagementType": management}
                tx.execute("UPDATE instances SET doc = ? WHERE id = ?", (json.dumps(doc), INSTANCE_ID))
        elif tx.execute("SELECT COUNT(*) FROM sqlite_sequence WHERE name = 'instances'").fetchone()[0] == 0:
            # Only a store that never held an instance is new: one that was emptied by DeleteInstance stays so.
            _plant_instance(tx, management or "CONNECT_MANAGED", now)


def _plant_instance(tx: sqlite3.Connection, management: IdentityManagementType, now: float) -> None:
    levels = {
        level: level_document(id_, name, now)
        for level, (name, id_) in zip(LEVELS, HIERARCHY_LEVELS.items(), strict=False)
    }
    doc = {
        "IdentityManagementType": management,
        "InstanceAlias": INSTANCE_ALIAS,
        "CreatedTime": now,
        "InstanceStatus": "ACTIVE",
        "InboundCallsEnabled": True,
        "OutboundCallsEnabled": True,
        "Tags": {},
        "HierarchyStructure": levels,
    }
    tx.execute(
        "INSERT INTO instances (id, account, region, alias, doc) VALUES (?, ?, ?, ?, ?)",
        (INSTANCE_ID, ACCOUNT_ID, REGION, INSTANCE_ALIAS, json.dumps(doc)),
    )
    for kind, id_, name, row in _rows():
        row = {"Tags": {}, **row, "LastModifiedTime": now}
        resources.insert(tx, INSTANCE_ID, kind, id_, name, row)


def _rows() -> Iterator[tuple[Kind, str, str, Document]]:
    (hours,) = HOURS_OF_OPERATION.values()
    (queue,) = QUEUES.values()
    for name, id_ in HOURS_OF_OPERATION.items():
        yield "operating-hours", id_, name, instances.hours_document(name)
    for name, id_ in QUEUES.items():
        yield "queue", id_, name, instances.queue_document(name, hours)
    for name, id_ in ROUTING_PROFILES.items():
        yield "routing-profile", id_, name, instances.routing_profile_document(name, queue)
    for name, id_ in SECURITY_PROFILES.items():
        yield "security-profile", id_, name, instances.security_profile_document(name)
    level_ids = list(HIERARCHY_LEVELS.values())
    for path, id_ in HIERARCHY_GROUPS.items():
        above, _, name = path.rpartition("/")
        parent = HIERARCHY_GROUPS.get(above)
        group = {"Name": name, "ParentGroupId": parent, "LevelId": level_ids[path.count("/")]}
        yield "agent-group", id_, unique_name(name, parent), group
    for name, values in PREDEFINED_ATTRIBUTES.items():
        row = attributes.attribute_document({"Name": name, "Values": {"StringList": list(values)}})
        yield "predefined-attribute", name, name, row
    for name, id_ in QUICK_CONNECTS.items():
        config = {"QuickConnectType": "QUEUE", "QueueConfig": {"QueueId": queue, "ContactFlowId": _TRANSFER_FLOW}}
        yield "transfer-destination", id_, name, {"Name": name, "QuickConnectConfig": config}


def seed_users(store: Store, n: int, *, instance_id: str = INSTANCE_ID, now: float = 1_700_000_000.0) -> list[str]:
    """Add users `agent00001` to `agent<n>` in one transaction, past all quotas; returns their ids.

    The same call makes the same users: ids, names, profiles, groups and tags follow from the number. Users that exist
    already are left alone. 20,000 take about a second.
    """
    with store.write() as tx:
        held = {row[0] for row in tx.execute("SELECT username FROM users WHERE instance_id = ?", (instance_id,))}
        documents = [(number, _user(number, now)) for number in range(1, n + 1)]
        ids = [str(uuid5(NAMESPACE_URL, f"{instance_id}/{number}")) for number in range(1, n + 1)]
        user_rows.add(
            tx,
            instance_id,
            ((ids[number - 1], now, doc) for number, doc in documents if doc["Username"] not in held),
        )
    return ids


def _user(number: int, now: float) -> Document:
    username = f"agent{number:05d}"
    routing, groups = list(ROUTING_PROFILES.values()), list(HIERARCHY_GROUPS.values())
    doc: Document = {
        "Username": username,
        "IdentityInfo": {
            "FirstName": _FIRST_NAMES[number % len(_FIRST_NAMES)],
            "LastName": _LAST_NAMES[number % len(_LAST_NAMES)],
            "Email": f"{username}@example.com",
        },
        "DirectoryUserId": str(uuid5(NAMESPACE_URL, username)),
        "RoutingProfileId": routing[number % len(routing)],
        "SecurityProfileIds": [SECURITY_PROFILES["Agent"]],
        "HierarchyGroupId": groups[number % len(groups)],
        "Tags": {"team": f"team-{number % 20}"},
        "Proficiencies": [],
        "LastModifiedTime": now,
    }
    settings.initial(doc, {"PhoneConfig": {"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 30}})
    return doc
