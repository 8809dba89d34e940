"""The names of an instance for ``check --instance``: each kind is listed once, and only when a roster names one."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from connect_users.cli.progress import Progress
from connect_users.connect import directory
from connect_users.connect.directory import Directory, Kind, NoSuchName
from connect_users.core.errors import ConnectUsersError
from connect_users.roster.names import LookUpFailed, NameKind

if TYPE_CHECKING:
    from connect_users.connect.gateway import Gateway
    from connect_users.core.settings import Settings
    from connect_users.roster.names import LookUp


def ask(instance: str, settings: Settings) -> Asked:
    """Find an instance by id, ARN or alias.

    Raises:
        ConnectUsersError: it is not there, or cannot be asked.
    """
    from connect_users.connect.connection import gateway_for

    gateway = gateway_for(settings)
    return Asked(gateway, directory.instance_id(gateway, instance), f"Connect instance '{instance}'")


class Asked:
    """One instance. Messages call it ``where``."""

    def __init__(self, gateway: Gateway, id_: str, where: str) -> None:
        self._gateway = gateway
        self.id = id_
        self._where = where
        self._directories: dict[NameKind, Directory] = {}

    @functools.cached_property
    def identity_management_type(self) -> str:
        """As the instance has it."""
        return str(self._gateway.describe_instance(self.id)["IdentityManagementType"])

    def look_up(self, kind: NameKind) -> LookUp:
        """How the names of a kind become ids."""

        def id_of(name: str) -> str:
            try:
                return self._id_of(kind, name)
            except NoSuchName:
                raise
            except ConnectUsersError as problem:
                raise LookUpFailed(problem) from None

        return id_of

    def _id_of(self, kind: NameKind, name: str) -> str:
        if kind is NameKind.HIERARCHY_GROUP:
            return self._group(name)
        listed = directory.ROUTING_PROFILES if kind is NameKind.ROUTING_PROFILE else directory.SECURITY_PROFILES
        return self._directory(kind, listed).id_of(name, self._where)

    def _directory(self, kind: NameKind, listed: Kind) -> Directory:
        if kind not in self._directories:
            with Progress(f"asking {self._where}") as progress:
                progress.say(f"its {kind.words}s")
                self._directories[kind] = Directory(listed, listed.fetch(self._gateway, self.id, None))
        return self._directories[kind]

    def _group(self, path: str) -> str:
        groups = self._directory(NameKind.HIERARCHY_GROUP, directory.HIERARCHY_GROUPS)
        for id_ in groups.ending(path) if groups.many else ():
            if self._searched_paths.get(id_) == path:
                return id_
        paths = {self._path(id_): id_ for id_ in groups.ending(path)}
        if path in paths:
            return paths[path]
        raise groups.no_path(path, [*paths, *map(self._path, groups.near(path))], self._where)

    @functools.cached_property
    def _searched_paths(self) -> dict[str, str]:
        groups = directory.searched_groups(self._gateway, self.id)
        return {id_: directory.group_path(group) for id_, group in groups.items()}

    def _path(self, id_: str) -> str:
        return directory.group_path(self._gateway.describe_user_hierarchy_group(self.id, id_))
