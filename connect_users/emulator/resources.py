"""Rows of everything in an instance that is not a user: profiles, groups, queues, hours, quick connects, attributes.

A resource is a kind, an id, a name that is unique among its kind (within a parent, for groups) and a JSON document.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from connect_users.emulator.arns import TITLES, Kind, bare_id
from connect_users.emulator.errors import ApiError, not_found

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from connect_users.emulator.calls import Call, Document, Instance


@dataclass(frozen=True)
class Resource:
    """One resource; `doc` holds at least Name, Tags, LastModifiedTime."""

    seq: int
    kind: Kind
    id: str
    instance: Instance
    doc: Document

    @property
    def arn(self) -> str:
        return f"{self.instance.arn}/{self.kind}/{self.id}"

    @property
    def name(self) -> str:
        return str(self.doc["Name"])

    def modified(self) -> Document:
        """The two members that every summary and description carries."""
        return {
            "LastModifiedTime": self.doc["LastModifiedTime"],
            "LastModifiedRegion": self.instance.region,
        }

    def summary(self) -> Document:
        """The entry of a List operation."""
        return {"Id": self.id, "Arn": self.arn, "Name": self.name, **self.modified()}


_COLUMNS = "SELECT seq, id, doc FROM resources WHERE instance_id = ? AND kind = ?"


def get(call: Call, kind: Kind, value: str) -> Resource:
    """The resource that `value` (id or ARN) names in the call's instance; raises ResourceNotFoundException."""
    instance = call.instance
    wanted = bare_id(value, kind, instance.arn)
    row = call.tx.execute(f"{_COLUMNS} AND id = ?", (instance.id, kind, wanted)).fetchone()
    if row is None:
        raise not_found(TITLES[kind], value)
    return Resource(row[0], kind, row[1], instance, json.loads(row[2]))


def after(call: Call, kind: Kind, seq: int = 0) -> Iterator[tuple[int, Resource]]:
    """All resources of a kind, in the order of their creation, after a sequence number."""
    instance = call.instance
    rows = call.tx.execute(f"{_COLUMNS} AND seq > ? ORDER BY seq", (instance.id, kind, seq))
    for row in rows:
        yield row[0], Resource(row[0], kind, row[1], instance, json.loads(row[2]))


def add(
    call: Call, kind: Kind, id_: str, doc: Document, *, quota: int | None, unique_name: str | None = None
) -> Resource:
    """Store a new resource; raises DuplicateResourceException for its name, LimitExceededException at `quota`."""
    instance = call.instance
    doc = {"Tags": {}, **doc, "LastModifiedTime": call.now}
    name = str(doc["Name"]) if unique_name is None else unique_name
    count = call.tx.execute(
        "SELECT COUNT(*) FROM resources WHERE instance_id = ? AND kind = ?", (instance.id, kind)
    ).fetchone()[0]
    taken = call.tx.execute(
        "SELECT 1 FROM resources WHERE instance_id = ? AND kind = ? AND unique_name = ?", (instance.id, kind, name)
    ).fetchone()
    if taken:
        raise ApiError("DuplicateResourceException", f"{TITLES[kind]} {doc['Name']} already exists")
    if quota is not None and count >= quota:
        raise ApiError("LimitExceededException", f"{TITLES[kind]} limit of {quota} for the instance reached")
    seq = insert(call.tx, instance.id, kind, id_, name, doc)
    return Resource(seq, kind, id_, instance, doc)


def insert(tx: sqlite3.Connection, instance_id: str, kind: Kind, id_: str, name: str, doc: Document) -> int:
    """Write a row without asking anything; returns its sequence number."""
    written = tx.execute(
        "INSERT INTO resources (instance_id, kind, id, unique_name, doc) VALUES (?, ?, ?, ?, ?)",
        (instance_id, kind, id_, name, json.dumps(doc)),
    )
    return cast(int, written.lastrowid)  # an INSERT always has one


def save(call: Call, resource: Resource) -> None:
    """Write a changed document back."""
    call.tx.execute("UPDATE resources SET doc = ? WHERE seq = ?", (json.dumps(resource.doc), resource.seq))


def remove(call: Call, resource: Resource) -> None:
    """Delete a resource; the caller has made sure that it is not in use."""
    call.tx.execute("DELETE FROM resources WHERE seq = ?", (resource.seq,))


def in_use(resource: Resource) -> ApiError:
    """The refusal to delete something that others refer to (of the kinds, the model's enum only has groups)."""
    members = {"ResourceId": resource.arn}
    if resource.kind == "agent-group":
        members["ResourceType"] = "HIERARCHY_GROUP"
    return ApiError("ResourceInUseException", f"{TITLES[resource.kind]} {resource.name} is in use", members=members)
