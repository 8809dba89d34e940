"""Everything in an instance that is not a user: profiles, groups, queues, hours, quick connects, attributes.

A resource has a kind, an id, a name that is unique in its kind (for groups, in its parent) and a JSON document. Its
operations differ only in names, so `ResourceType` has them all: Describe, List, Search and Delete, and the end of
Create. A document may have more members than a response: `wire` leaves out those that the operation does not return.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from connect_users.emulator import paging
from connect_users.emulator.arns import TITLES, ResourceKind, bare_id, new_id
from connect_users.emulator.calls import ApiCall, Document, Instance, reads, writes
from connect_users.emulator.errors import ApiError, not_found
from connect_users.emulator.search import (
    Predicate,
    SearchCondition,
    SearchField,
    all_of,
    criteria,
    everything,
    search_filter,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence


@dataclass(frozen=True)
class StoredResource:
    """One resource. `doc` has at least Name and Tags."""

    seq: int
    kind: ResourceKind
    id: str
    instance: Instance
    doc: Document

    @property
    def arn(self) -> str:
        return f"{self.instance.arn}/{self.kind}/{self.id}"

    @property
    def name(self) -> str:
        return str(self.doc["Name"])

    def summary(self) -> Document:
        """The entry of a List operation."""
        times = {"LastModifiedTime": self.doc.get("LastModifiedTime"), "LastModifiedRegion": self.instance.region}
        return {"Id": self.id, "Arn": self.arn, "Name": self.name, **times}


_SELECT = "SELECT seq, id, doc FROM resources WHERE instance_id = ? AND kind = ?"


def get(call: ApiCall, kind: ResourceKind, value: str) -> StoredResource:
    """The resource that `value` (id or ARN) names in the call's instance. Raises ResourceNotFoundException."""
    instance = call.instance
    id_ = bare_id(value, kind, instance.arn)
    row = call.tx.execute(f"{_SELECT} AND id = ?", (instance.id, kind, id_)).fetchone()
    if row is None:
        raise not_found(TITLES[kind], value)
    return StoredResource(row[0], kind, row[1], instance, json.loads(row[2]))


def rows(call: ApiCall, kind: ResourceKind, after: int = 0) -> Iterator[tuple[int, StoredResource]]:
    """All resources of a kind with their sequence numbers, in the order of their creation, after a number."""
    instance = call.instance
    for row in call.tx.execute(f"{_SELECT} AND seq > ? ORDER BY seq", (instance.id, kind, after)):
        yield row[0], StoredResource(row[0], kind, row[1], instance, json.loads(row[2]))


def insert(
    tx: sqlite3.Connection,
    now: float,
    instance_id: str,
    kind: ResourceKind,
    id_: str,
    doc: Document,
    name: str | None = None,
) -> int:
    """Write a row without any check, under a unique name (the document's Name). Returns its sequence number."""
    doc = {"Tags": {}, **doc, "LastModifiedTime": now}
    cursor = tx.execute(
        "INSERT INTO resources (instance_id, kind, id, unique_name, doc) VALUES (?, ?, ?, ?, ?)",
        (instance_id, kind, id_, name or doc["Name"], json.dumps(doc)),
    )
    return cast(int, cursor.lastrowid)  # an INSERT always has one


def save(call: ApiCall, resource: StoredResource) -> None:
    """Write a changed document back."""
    call.tx.execute("UPDATE resources SET doc = ? WHERE seq = ?", (json.dumps(resource.doc), resource.seq))


def body(call: ApiCall, *without: str) -> Document:
    """The parameters of a Create operation as a document."""
    return {name: item for name, item in call.params.items() if name not in ("InstanceId", *without)}


#: Fields of StringCondition that most searches have.
COMMON_FIELDS: Final[dict[str, SearchField]] = {
    "name": lambda row: [row.name],
    "description": lambda row: [row.doc.get("Description", "")],
    "resourceID": lambda row: [row.id],
}


@dataclass(frozen=True)
class ResourceType:
    """What the operations of one kind of resource are called, and how they differ.

    Attributes:
        noun: as in DescribeRoutingProfile and ListRoutingProfiles.
        quota: resources of this kind in an instance.
        used: whether something refers to a resource, so that it cannot be deleted.
        prefix: of the members Id and Arn, if it is not the noun.
        identifier: the parameter that names a resource, if it is not the prefix and Id.
        members: further members of a description.
        kind_of: a further member of a summary, and its value; List takes such values in `<member>s`.
        fields: the fields of a StringCondition; None if there is no Search.
        conditions: further conditions of SearchCriteria.
    """

    kind: ResourceKind
    noun: str
    quota: int
    used: Callable[[ApiCall, StoredResource], bool]
    prefix: str = ""
    identifier: str = ""
    members: Callable[[ApiCall, StoredResource], Document] = lambda _call, _resource: {}
    kind_of: tuple[str, Callable[[StoredResource], str | None]] = ("Type", lambda _resource: None)
    fields: Mapping[str, SearchField] | None = None
    conditions: Mapping[str, Callable[[SearchCondition], Predicate]] | None = None

    def __post_init__(self) -> None:
        """Register the handlers of Describe, List, Search and Delete."""
        reads(f"Describe{self.noun}")(self.describe)
        reads(f"List{self.noun}s")(self.list)
        writes(f"Delete{self.noun}")(self.delete)
        if self.fields is not None:
            reads(f"Search{self.noun}s")(self.search)

    def create(
        self, call: ApiCall, doc: Document, *, id_: str | None = None, unique_name: str | None = None
    ) -> Document:
        """Store a new resource. Raises DuplicateResourceException for its name, LimitExceededException at the quota."""
        instance, kind = call.instance, self.kind
        count, taken = call.tx.execute(
            "SELECT COUNT(*), MAX(unique_name = ?) FROM resources WHERE instance_id = ? AND kind = ?",
            (unique_name or doc["Name"], instance.id, kind),
        ).fetchone()
        if taken:
            raise ApiError("DuplicateResourceException", f"{TITLES[kind]} {doc['Name']} already exists")
        if count >= self.quota:
            raise ApiError("LimitExceededException", f"{TITLES[kind]} limit of {self.quota} for the instance reached")
        id_ = id_ or new_id()
        seq = insert(call.tx, call.now, instance.id, kind, id_, doc, unique_name)
        return self._ids(StoredResource(seq, kind, id_, instance, doc))

    def _ids(self, resource: StoredResource) -> Document:
        prefix = self.prefix or self.noun
        return {f"{prefix}Id": resource.id, f"{prefix}Arn": resource.arn, f"{prefix}ARN": resource.arn}

    def _resource(self, call: ApiCall) -> StoredResource:
        return get(call, self.kind, call.params[self.identifier or f"{self.prefix or self.noun}Id"])

    def description(self, call: ApiCall, resource: StoredResource) -> Document:
        """A resource as Describe and Search return it."""
        return {**resource.doc, **resource.summary(), **self._ids(resource), **self.members(call, resource)}

    def describe(self, call: ApiCall) -> Document:
        return {self.prefix or self.noun: self.description(call, self._resource(call))}

    def list(self, call: ApiCall) -> Document:
        start = paging.cursor(call)
        member, value_of = self.kind_of
        values = call.params.get(f"{member}s")
        page = paging.page(
            call, start, (row for row in rows(call, self.kind, start.after) if not values or value_of(row[1]) in values)
        )
        return {
            f"{self.noun}SummaryList": [{**row.summary(), member: value_of(row)} for row in page.rows],
            "NextToken": page.next_token,
        }

    def search(self, call: ApiCall, unfiltered: Sequence[StoredResource] = ()) -> Document:
        """Descriptions of what satisfies the criteria and the filter; without both, `unfiltered` comes first."""
        start = paging.cursor(call)
        satisfied = all_of(
            criteria(call.params.get("SearchCriteria"), self.fields or {}, self.conditions),
            search_filter(call.params.get("SearchFilter"), lambda row: row.doc["Tags"]),
        )
        results = [row for row in rows(call, self.kind) if satisfied(row[1])]
        if satisfied is everything:
            results = [*((row.seq, row) for row in unfiltered), *results]
        remaining = results if "NextToken" not in call.params else [row for row in results if row[0] > start.after]
        page = paging.page(call, start, remaining, total=len(results))
        return {
            f"{self.noun}s": [self.description(call, row) for row in page.rows],
            "NextToken": page.next_token,
            "ApproximateTotalCount": len(results),
        }

    def delete(self, call: ApiCall) -> None:
        """Refused with ResourceInUseException while something refers to the resource."""
        resource = self._resource(call)
        if self.used(call, resource):
            members = {"ResourceId": resource.arn}
            if self.kind == "agent-group":
                # The only kind here that the model's enumeration has.
                members["ResourceType"] = "HIERARCHY_GROUP"
            message = f"{TITLES[self.kind]} {resource.name} is in use"
            raise ApiError("ResourceInUseException", message, members=members)
        call.tx.execute("DELETE FROM resources WHERE seq = ?", (resource.seq,))
