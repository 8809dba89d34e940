"""An instance whose users are imported, and the names of what they refer to. Reads only."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connect_users.connect.directory import AnswerCache, Directory
from connect_users.connect.listings import level_names
from connect_users.core.arns import parse_arn
from connect_users.core.errors import ConfigurationError, ResourceNotFound
from connect_users.core.limits import ALIAS_PATTERN
from connect_users.core.references import HIERARCHY_GROUP, OF_USERS
from connect_users.importing import rows
from connect_users.importing.rows import RosterNames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.connect.gateway import Gateway
    from connect_users.connect.pacing import Notify
    from connect_users.core.references import Reference


@dataclass(frozen=True)
class SourceInstance:
    """An instance whose users are read.

    Attributes:
        alias: "" without one, or with one that AWS would not allow: it is written into a program and a project file.
        names: the names that a roster can hold.
        labels: all names of each kind, id -> name or path, for ``--select``.
    """

    arn: str
    alias: str
    names: RosterNames
    labels: Mapping[Reference, Mapping[str, str]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The bare id."""
        return self.names.instance_id


def find_instance(gateway: Gateway, text: str, notify: Notify | None = None) -> SourceInstance:
    """The instance with an id, ARN or alias, and the names of its profiles and groups.

    Raises:
        ConnectUsersError
    """
    return asyncio.run(_instance(Directory(text, AnswerCache(lambda: gateway).once, notify), gateway.region))


async def _instance(directory: Directory, region: str) -> SourceInstance:
    id_ = await directory.id()
    try:
        description = await directory.description()
    except ResourceNotFound:
        raise ConfigurationError(
            f"Connect instance {id_} was not found in {region} with these credentials; check the region and the account"
        ) from None
    arn, alias = str(description["Arn"]), str(description.get("InstanceAlias") or "")
    if parse_arn(arn) is None:
        raise ConfigurationError(
            f"Connect instance {id_} has {arn[:100]!r} as its ARN, which is not one of Amazon Connect"
        )
    labels = {reference: await directory.labels(reference) for reference in OF_USERS}
    # A "/" in the name of a level would read as one more level.
    split = {group["Id"] for group in await directory.groups() if any("/" in name for name in level_names(group))}
    paths = {group: path for group, path in labels[HIERARCHY_GROUP].items() if group not in split}
    names = {kind: rows.writable(kind, of_kind) for kind, of_kind in {**labels, HIERARCHY_GROUP: paths}.items()}
    return SourceInstance(
        arn,
        alias if ALIAS_PATTERN.fullmatch(alias) else "",
        RosterNames(id_, names, str(description.get("IdentityManagementType") or "")),
        labels,
    )
