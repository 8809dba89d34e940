"""Snapshots of people from a roster, a state or an instance. Unreadable values are shown as such, not left out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.arns import bare_id, parse_arn
from connect_users.core.fields import TOKEN_KEY
from connect_users.core.ownership import Owner, made_at, owner_of
from connect_users.core.references import HIERARCHY_GROUP, ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.review.hidden import placeholder
from connect_users.roster import cells
from connect_users.roster.columns import FIRST_DAY, LAST_DAY
from connect_users.roster.days import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connect_users.core.references import Reference
    from connect_users.review.naming import Labels
    from connect_users.review.steps import Resource
    from connect_users.roster.columns import Column
    from connect_users.roster.tables import Row, Table


@dataclass(frozen=True)
class UserAccess:
    """The access of one user. A member is "" if the user does not have it, or if the source does not have it.

    Attributes:
        managed: whether a stack created the user; None if it is not known.
        instance: id of the instance.
        unnamed: profiles that are ids (or secrets) without a known name.
        id: of the user.
        made: when a stack created the user, in seconds since the epoch; 0 if it is not known.
    """

    username: str
    routing: str = ""
    profiles: tuple[str, ...] = ()
    hierarchy: str = ""
    phone: str = ""
    managed: bool | None = None
    instance: str = ""
    unnamed: frozenset[str] = frozenset()
    id: str = ""
    made: float = 0.0


@dataclass(frozen=True)
class Snapshot:
    """The people of a source; `source` is its name for readers.

    Attributes:
        people: rows; a username may be in several instances, or twice in a roster.
        instance: id of its only instance; "" if there may be several.
        complete: whether a setting that nobody has is one that nobody has, and not one that the source lacks.
    """

    source: str
    people: tuple[UserAccess, ...]
    instance: str = ""
    complete: bool = False


#: Columns of a roster -> members of an entry, and the kind of their names or ids; names come first.
_MEMBERS: Final = {ROUTING_PROFILE: "routing", SECURITY_PROFILE: "profiles", HIERARCHY_GROUP: "hierarchy"}
_COLUMNS: Final[Mapping[str, tuple[str, Reference | None]]] = {
    "username": ("username", None),
    **{column: (member, kind) for kind, member in _MEMBERS.items() for column in (kind.column, kind.field)},
    "phone_config.phone_type": ("phone", None),
    "phone_type.voice": ("phone", None),
}


def from_roster(table: Table, names: Labels, day: date, *, begun: bool = False) -> Snapshot:
    """The people of a roster, row by row, without those whose last day is before ``day``.

    Args:
        begun: also without those whose first day is after it, since they have no power yet.
    """
    entries = (entry for file in table.files for entry in _of_file(file, names, day, begun=begun))
    return _snapshot(f"roster {table.source}", entries)


def _of_file(file: Table, names: Labels, day: date, *, begun: bool) -> Iterator[UserAccess]:
    by_header = {header: column for header in file.headers if (column := file.column(header)) is not None}
    columns = {header: column for header, column in by_header.items() if column.name in _COLUMNS}
    days = {header: column for header, column in by_header.items() if column.path in (FIRST_DAY, LAST_DAY)}
    for row in file.rows:
        period = _period(row, days)
        if not period.is_before(day) and not (begun and period.is_after(day)):
            entry = _of_row(row, columns, names)
            if entry is not None:
                yield entry


def _period(row: Row, days: Mapping[str, Column]) -> Period:
    """The row's period. A day that cannot be read, which `check` refuses, counts as no limit."""
    read = {days[header].path: _read(days[header], raw) for header, raw in row.cells if header in days}
    first, last = (each if isinstance(each := read.get(path), date) else None for path in (FIRST_DAY, LAST_DAY))
    return Period(first, last)


def _of_row(row: Row, columns: Mapping[str, Column], names: Labels) -> UserAccess | None:
    texts: dict[str, list[str]] = {"profiles": []}
    unnamed = set()
    for header, raw in row.cells:
        column = columns.get(header)
        if column is None:
            continue
        member, kind = _COLUMNS[column.name]
        value = _read(column, raw)
        for item in value if isinstance(value, list) else [value]:
            text = _name(names, kind, cells.text(item))
            if text:
                texts.setdefault(member, []).append(text)
            if column.name == SECURITY_PROFILE.field and kind and names.name(kind, item) is None:
                unnamed.add(text)
    if not (texts.get("username") or texts["profiles"]):
        return None
    # A row without a username has power, too.
    username = next(iter(texts.get("username", ())), f"[no username, line {row.line}]")
    routing, hierarchy, phone = (next(iter(texts.get(name, ())), "") for name in ("routing", "hierarchy", "phone"))
    profiles = tuple(sorted({*texts["profiles"]}))
    return UserAccess(username, routing, profiles, hierarchy, phone, unnamed=frozenset(unnamed))


def _read(column: Column, raw: Any) -> Any:
    try:
        return column.read(raw)
    except cells.BadCell:
        return raw


def from_state(source: str, resources: Iterable[Resource], names: Labels) -> Snapshot:
    """The users of a state."""
    users = [resource for resource in resources if resource.user]
    return _snapshot(f"state {source}", (_of_state(user, names) for user in users))


def _of_state(resource: Resource, names: Labels) -> UserAccess:
    user = dataclasses.replace(resource, inputs={**resource.outputs, **resource.inputs})
    blocks = [*user.listed("phone_config"), *user.listed("phone_number_configs")]
    phones = [block.get("phone_type") for block in blocks if isinstance(block, dict)]
    phone = next((each for each in reversed(phones) if isinstance(each, str)), "")
    profiles, unnamed = _profiles(names, user.listed("security_profile_ids"))
    return UserAccess(
        user.username,
        _name(names, ROUTING_PROFILE, user.inputs.get("routing_profile_id")),
        profiles,
        _name(names, HIERARCHY_GROUP, user.inputs.get("hierarchy_group_id")),
        phone,
        managed=True,
        instance=str(bare_id(instance)) if isinstance(instance := user.inputs.get("instance_id"), str) else "",
        unnamed=unnamed,
        id=_user_id(user.outputs.get("arn") or user.outputs.get("user_arn")),
        made=_made(Owner(str(user.outputs.get(TOKEN_KEY, "")), "")),
    )


def _profiles(names: Labels, ids: Iterable[Any]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The names of security profiles; and those of them that are ids (or secrets) without a known name."""
    by_name = {_name(names, SECURITY_PROFILE, id_): id_ for id_ in ids}
    unnamed = frozenset(name for name, id_ in by_name.items() if names.name(SECURITY_PROFILE, id_) is None)
    return tuple(sorted(by_name)), unnamed


def _made(owner: Owner | None) -> float:
    """When CreateUser made a user, from the ownership token; 0 if the user existed before it got the token."""
    return 0.0 if owner is None or owner.took_over else made_at(owner.token)


def _user_id(value: Any) -> str:
    """The id in the ARN of a user."""
    arn = parse_arn(value) if isinstance(value, str) else None
    return arn.resource_id if arn is not None and arn.resource == "agent" else ""


def from_live(source: str, users: Iterable[Mapping[str, Any]], names: Labels, instance: str = "") -> Snapshot:
    """The users of an instance, as SearchUsers returns them; ``instance`` is its id."""
    snapshot = _snapshot(f"instance {source}", (_of_live(user, names, instance) for user in users))
    return dataclasses.replace(snapshot, instance=instance, complete=True)


def _of_live(user: Mapping[str, Any], names: Labels, instance: str) -> UserAccess:
    profiles, unnamed = _profiles(names, user.get("SecurityProfileIds") or ())
    owner = owner_of(user.get("Tags") or {})
    return UserAccess(
        str(user.get("Username", "")),
        _name(names, ROUTING_PROFILE, user.get("RoutingProfileId")),
        profiles,
        _name(names, HIERARCHY_GROUP, user.get("HierarchyGroupId")),
        str((user.get("PhoneConfig") or {}).get("PhoneType", "")),
        managed=owner is not None,
        instance=instance,
        unnamed=unnamed,
        id=str(user.get("Id", "")),
        made=_made(owner),
    )


def _name(names: Labels, kind: Reference | None, value: Any) -> str:
    """The name of an id; else the value itself, which is an id or a name; a placeholder for a value that is hidden."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return placeholder(value)
    return (kind and names.name(kind, value)) or str(bare_id(value))


def _snapshot(source: str, people: Iterable[UserAccess]) -> Snapshot:
    return Snapshot(source, tuple(sorted(people, key=lambda entry: (entry.username, entry.instance))))
