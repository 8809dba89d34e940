"""Snapshots from a roster, a state or an instance's own listing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.access_report.model import Entry, Snapshot
from connect_users.core.ownership import owner_of
from connect_users.review.naming import HIERARCHY, ROUTING, SECURITY, Names
from connect_users.review.reading import USER_TYPE
from connect_users.roster.cells import BadCell
from connect_users.roster.columns import find

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_users.review.steps import Resource
    from connect_users.roster.tables import Table

#: Columns of a roster -> members of an entry.
_COLUMNS = {
    "username": "username",
    "routing_profile": "routing",
    "security_profiles": "profiles",
    "hierarchy_group": "hierarchy",
    "phone_config.phone_type": "phone",
    "phone_type.voice": "phone",
}


def from_roster(table: Table) -> Snapshot:
    """The people of a roster, by the names that it says; cells that cannot be read are left out."""
    columns = {header: column for header in table.headers if (column := find(header)) is not None}
    people = []
    for row in table.rows:
        told: dict[str, Any] = {}
        for header, raw in row.cells:
            column = columns.get(header)
            if column is None or column.name not in _COLUMNS:
                continue
            try:
                told[_COLUMNS[column.name]] = column.read(raw)
            except BadCell:
                continue
        if isinstance(told.get("username"), str):
            profiles = tuple(sorted(str(name) for name in told.pop("profiles", None) or ()))
            routing, hierarchy, phone = (str(told.get(name) or "") for name in ("routing", "hierarchy", "phone"))
            people.append(Entry(told["username"], routing, profiles, hierarchy, phone))
    return _snapshot(f"roster {table.source}", people)


def from_state(source: str, resources: Iterable[Resource], names: Names) -> Snapshot:
    """The users of a state."""
    users = [resource for resource in resources if resource.type == USER_TYPE]
    return _snapshot(f"state {source}", (_of_state(user, names) for user in users))


def _of_state(user: Resource, names: Names) -> Entry:
    props: dict[str, Any] = {**user.outputs, **user.inputs}
    phone = (props.get("phone_config") or {}).get("phone_type", "")
    for entry in props.get("phone_number_configs") or ():
        phone = entry.get("phone_type", phone)
    return Entry(
        str(props.get("username", "")),
        _name(names, ROUTING, props.get("routing_profile_id")),
        tuple(sorted(_name(names, SECURITY, id_) for id_ in props.get("security_profile_ids") or ())),
        _name(names, HIERARCHY, props.get("hierarchy_group_id")),
        str(phone),
        True,
    )


def from_live(source: str, users: Iterable[Mapping[str, Any]], names: Names) -> Snapshot:
    """The users of an instance, as SearchUsers tells them."""
    return _snapshot(f"instance {source}", (_of_live(user, names) for user in users))


def _of_live(user: Mapping[str, Any], names: Names) -> Entry:
    return Entry(
        str(user.get("Username", "")),
        _name(names, ROUTING, user.get("RoutingProfileId")),
        tuple(sorted(_name(names, SECURITY, id_) for id_ in user.get("SecurityProfileIds") or ())),
        _name(names, HIERARCHY, user.get("HierarchyGroupId")),
        str((user.get("PhoneConfig") or {}).get("PhoneType", "")),
        owner_of(user.get("Tags") or {}) is not None,
    )


def _name(names: Names, kind: str, id_: Any) -> str:
    return (names.name(kind, id_) or id_) if isinstance(id_, str) and id_ else ""


def _snapshot(source: str, people: Iterable[Entry]) -> Snapshot:
    return Snapshot(source, tuple(sorted(people, key=lambda entry: entry.username)))
