"""What a new emulator contains: one instance in us-east-1, with fixed ids that tests and examples may use.

- `INSTANCE_ID`, alias `INSTANCE_ALIAS`, account `ACCOUNT_ID`, region `REGION`, no users.
- `ROUTING_PROFILES`, `SECURITY_PROFILES`, `QUEUES`, `HOURS_OF_OPERATION`: name -> id.
- `HIERARCHY_GROUPS`: path with `/` -> id, on the levels `HIERARCHY_LEVELS`.
- `PREDEFINED_ATTRIBUTES`: name -> values. `QUICK_CONNECTS`: name -> id, to the queue.

As in AWS, an access key of another account finds none of this. Nor does another region, unless the instance is in every
region (`Options.every_region`); its ARNs then have the region of the request.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

from connect_users.emulator import callers, instances, resources, settings, user_rows
from connect_users.emulator.arns import SEEDED_INSTANCE, instance_arn
from connect_users.emulator.calls import Instance
from connect_users.emulator.hierarchy import LEVELS, level_document, unique_name
from connect_users.emulator.proficiencies import attribute_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.emulator.calls import Document
    from connect_users.emulator.instances import NewResource
    from connect_users.emulator.options import Options
    from connect_users.emulator.store import Store

ACCOUNT_ID: Final = callers.ACCOUNT_ID
REGION: Final = "us-east-1"
INSTANCE_ID: Final = SEEDED_INSTANCE
INSTANCE_ALIAS: Final = "emulator"
INSTANCE_ARN: Final = instance_arn(REGION, ACCOUNT_ID, INSTANCE_ID)


def _ids(digit: int, *names: str) -> dict[str, str]:
    """Fixed ids: the digit stands for the kind, the last digits count."""
    return {name: f"{digit}0000000-0000-4000-8000-{number:012d}" for number, name in enumerate(names, 1)}


HOURS_OF_OPERATION: Final = _ids(1, instances.DEFAULT_HOURS)
QUEUES: Final = _ids(2, instances.DEFAULT_QUEUE)
ROUTING_PROFILES: Final = _ids(3, instances.DEFAULT_ROUTING_PROFILE, "Support", "Sales")
SECURITY_PROFILES: Final = _ids(4, *instances.DEFAULT_SECURITY_PROFILES)
HIERARCHY_LEVELS: Final = _ids(5, "Region", "Country", "Site")
HIERARCHY_GROUPS: Final = _ids(6, "EMEA", "EMEA/UK", "EMEA/UK/London", "AMER", "AMER/US", "AMER/US/Austin")
PREDEFINED_ATTRIBUTES: Final = {"lang": ("en", "fr", "de", "es"), "product": ("billing", "cards", "loans")}
QUICK_CONNECTS: Final = _ids(7, "Front desk")
#: A flow that only the quick connect names; flows are not emulated.
_TRANSFER_FLOW: Final = "80000000-0000-4000-8000-000000000001"

_FIRST_NAMES: Final = ("Ada", "Bo", "Chloé", "Dae", "Eve", "Farid", "Grace", "Hugo", "Ines", "Jun")
_LAST_NAMES: Final = ("Adams", "Baker", "Costa", "Dupont", "Evans", "Fischer", "García", "Hansen", "Ito")


def seed_instance(store: Store, options: Options) -> None:
    """Create the instance in a new store. In an old one, set its identity management type if the options have one."""
    management, now = options.identity_management_type, round(options.clock(), 3)
    with store.write() as tx:
        row = tx.execute("SELECT doc FROM instances WHERE id = ?", (INSTANCE_ID,)).fetchone()
        if row is not None:
            if management is not None:
                doc = {**json.loads(row[0]), "IdentityManagementType": management}
                tx.execute("UPDATE instances SET doc = ? WHERE id = ?", (json.dumps(doc), INSTANCE_ID))
        elif tx.execute("SELECT COUNT(*) FROM sqlite_sequence WHERE name = 'instances'").fetchone()[0] == 0:
            # A store is only new if it never had an instance. DeleteInstance empties it for good.
            doc = instances.instance_document(management or "CONNECT_MANAGED", INSTANCE_ALIAS, now)
            doc["HierarchyStructure"] = {
                level: level_document(id_, name, now)
                for level, (name, id_) in zip(LEVELS, HIERARCHY_LEVELS.items(), strict=False)
            }
            instances.insert(tx, now, Instance(INSTANCE_ID, ACCOUNT_ID, REGION, doc), _rows())
            for path, id_ in HIERARCHY_GROUPS.items():
                above, _, name = path.rpartition("/")
                parent, level = HIERARCHY_GROUPS.get(above), list(HIERARCHY_LEVELS.values())[path.count("/")]
                group = {"Name": name, "ParentGroupId": parent, "LevelId": level}
                resources.insert(tx, now, INSTANCE_ID, "agent-group", id_, group, unique_name(name, parent))


def _rows() -> Iterator[NewResource]:
    (hours,), (queue,) = HOURS_OF_OPERATION.values(), QUEUES.values()
    yield from instances.default_rows(hours, queue, ROUTING_PROFILES, SECURITY_PROFILES)
    for name, values in PREDEFINED_ATTRIBUTES.items():
        doc = attribute_document({"Name": name, "Values": {"StringList": list(values)}})
        yield "predefined-attribute", name, doc
    for name, id_ in QUICK_CONNECTS.items():
        config = {"QuickConnectType": "QUEUE", "QueueConfig": {"QueueId": queue, "ContactFlowId": _TRANSFER_FLOW}}
        yield "transfer-destination", id_, {"Name": name, "QuickConnectConfig": config}


def seed_users(store: Store, n: int, *, instance_id: str = INSTANCE_ID, now: float = 1_700_000_000.0) -> list[str]:
    """Add the users `agent00001` to `agent<n>` in one transaction, without regard to quotas. Returns their ids.

    The same call creates the same users: ids, names, profiles, groups and tags follow from the number. Users that exist
    already are left alone. 20,000 users take about a second.
    """
    ids = [str(uuid5(NAMESPACE_URL, f"{instance_id}/{number}")) for number in range(1, n + 1)]
    with store.write() as tx:
        taken = {row[0] for row in tx.execute("SELECT username FROM users WHERE instance_id = ?", (instance_id,))}
        docs = [(id_, now, _user(number, now)) for number, id_ in enumerate(ids, 1)]
        user_rows.add(tx, instance_id, (row for row in docs if row[2]["Username"] not in taken))
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
