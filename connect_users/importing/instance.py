"""An instance whose users are imported: which one it is, and the names of what its users refer to. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connect_users.connect import directory
from connect_users.core.arns import parse_arn
from connect_users.core.errors import ConfigurationError, ResourceNotFound
from connect_users.core.limits import ALIAS_PATTERN
from connect_users.importing import rows
from connect_users.importing.rows import Nameable
from connect_users.roster.names import NameKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.connect.gateway import Gateway
    from connect_users.connect.pacing import Notify


@dataclass(frozen=True)
class Instance:
    """An instance whose users are read.

    Attributes:
        alias: "" of one that has none, or none that AWS would allow: it goes into a program and a project's file.
        names: those that a roster can hold.
        labels: of every kind all of them, id -> name or path, for people to choose by.
    """

    arn: str
    alias: str
    names: Nameable
    labels: Mapping[NameKind, Mapping[str, str]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The bare id."""
        return self.names.instance_id


def find_instance(gateway: Gateway, text: str, notify: Notify | None = None) -> Instance:
    """The instance of an id, an ARN or an alias, with the names of its profiles and groups.

    Raises:
        ConnectUsersError
    """
    id_ = directory.instance_id(gateway, text)
    try:
        told = gateway.describe_instance(id_, notify=notify)
    except ResourceNotFound:
        raise ConfigurationError(
            f"Connect instance {id_} is not found in {gateway.region} with these credentials; check the region and the "
            "account"
        ) from None
    paths, split = _paths(gateway, id_, notify)
    labels = {
        NameKind.ROUTING_PROFILE: {each["Id"]: each["Name"] for each in gateway.list_routing_profiles(id_)},
        NameKind.SECURITY_PROFILE: {each["Id"]: each["Name"] for each in gateway.list_security_profiles(id_)},
        NameKind.HIERARCHY_GROUP: paths,
    }
    nameable = {**labels, NameKind.HIERARCHY_GROUP: {id_: path for id_, path in paths.items() if id_ not in split}}
    arn, alias = str(told["Arn"]), str(told.get("InstanceAlias") or "")
    if parse_arn(arn) is None:
        raise ConfigurationError(f"Connect instance {id_} has no ARN of Amazon Connect, but {arn[:100]!r}")
    return Instance(
        arn,
        alias if ALIAS_PATTERN.fullmatch(alias) else "",
        Nameable(
            id_,
            {kind: rows.writable(kind, of_kind) for kind, of_kind in nameable.items()},
            str(told.get("IdentityManagementType") or ""),
        ),
        labels,
    )


def _paths(gateway: Gateway, instance_id: str, notify: Notify | None) -> tuple[dict[str, str], set[str]]:
    """Group id -> path; and the groups with a ``/`` in the name of a level, whose paths have a level too many."""
    paths, split = {}, set()
    for group in directory.described_groups(gateway, instance_id, notify):
        paths[group["Id"]] = directory.group_path(group)
        if any("/" in level["Name"] for level in (group.get("HierarchyPath") or {}).values() if level):
            split.add(group["Id"])
    return paths, split
