"""What somebody asks about one instance: its ids, its facts, and the things in it by their names.

Programs and the plugin ask in the same words. How a question is asked once, on whose thread, and what becomes of a
failure is the business of whoever makes a `Place`.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from connect_users.connect import directory
from connect_users.connect.directory import Directory, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from connect_users.connect.gateway import Gateway
    from connect_users.connect.pacing import Notify

T = TypeVar("T")


class Once(Protocol):
    """Asks a question the first time that somebody wants its answer."""

    async def __call__(self, key: Hashable, ask: Callable[[Gateway], T], what: str) -> T:
        """The answer.

        Args:
            what: is being done, for the error: ``listing queues of ...``.
        """


class Place:
    """One instance: each fact about it is a question to Connect, which whoever makes a place has asked once.

    Args:
        text: the instance's id, ARN or alias.
        once: answers the question of a key.
        notify: is told when a wait begins that a person would notice.
    """

    def __init__(self, text: object, once: Once, notify: Notify) -> None:
        self._text = text
        self._once = once
        self._tell = notify
        self.where = f"Connect instance '{text}'"

    async def id(self) -> str:
        """The bare id."""
        return directory.address(self._text).id or str((await self._listed())["Id"])

    async def arn(self) -> str:
        """The ARN."""
        return directory.address(self._text).arn or await self.fact("Arn")

    async def fact(self, name: str) -> str:
        """A member of the instance's description; empty where there is none."""
        id_ = directory.address(self._text).id
        if not id_:
            return str((await self._listed()).get(name) or "")
        described = await self._asked(
            ("instance", id_), lambda api: api.describe_instance(id_, notify=self._notify), "looking at"
        )
        return str(described.get(name) or "")

    async def find(self, kind: Kind, name: str) -> str:
        """The id of a thing of a kind."""
        return (await self._directory(kind)).id_of(name, self.where)

    async def entry(self, kind: Kind, id_: str) -> directory.Entry:
        """What the listing of a kind tells of one thing."""
        return (await self._directory(kind)).entry(id_)

    async def everything(self, kind: Kind) -> list[directory.Entry]:
        """What the listing of a kind tells, in the order of the names."""
        return (await self._directory(kind)).everything()

    async def group(self, path: str) -> str:
        """The id of a hierarchy group."""
        groups = await self._directory(directory.HIERARCHY_GROUPS)
        ids = groups.ending(path)
        searched = await self._searched_paths() if groups.many else {}
        for id_ in ids:
            if searched.get(id_) == path:
                return id_
        paths = await asyncio.gather(*map(self._path, ids))
        if path in paths:
            return ids[paths.index(path)]
        near = await asyncio.gather(*map(self._path, groups.near(path)))
        raise groups.no_path(path, [*paths, *near], self.where)

    async def tagged(self, tags: Mapping[str, str]) -> list[str]:
        """The ids of users by tags, in the order of their names."""
        return [str(user["Id"]) for user in await self.users(tags=tags)]

    async def users(
        self, conditions: Sequence[Mapping[str, Any]] = (), tags: Mapping[str, str] | None = None
    ) -> list[directory.Entry]:
        """What Connect's search tells of users, in the order of their names.

        Args:
            conditions: of ``SearchCriteria``; all of them have to be true.
            tags: that the users have, all of them, with these values.
        """
        instance_id = await self.id()
        criteria = {"AndConditions": list(conditions)} if conditions else None
        search_filter = directory.with_tags(tags) if tags else None

        def search(api: Gateway) -> list[directory.Entry]:
            pages = api.search_users(instance_id, criteria, search_filter, notify=self._notify)
            return sorted((user for page in pages for user in page), key=lambda user: str(user["Username"]))

        key = (instance_id, json.dumps([criteria, search_filter], sort_keys=True))
        return await self._asked(key, search, "searching users of")

    async def _directory(self, kind: Kind) -> Directory:
        instance_id = await self.id()
        return await self._asked(
            (instance_id, kind),
            lambda api: Directory(kind, kind.fetch(api, instance_id, self._notify)),
            f"listing {kind.noun}s of",
        )

    async def _searched_paths(self) -> dict[str, str]:
        """Id -> path of the hierarchy groups that the search knows."""
        instance_id = await self.id()

        def search(api: Gateway) -> dict[str, str]:
            groups = directory.searched_groups(api, instance_id, self._notify)
            return {id_: directory.group_path(group) for id_, group in groups.items()}

        return await self._asked((instance_id, "groups"), search, "searching hierarchy groups of")

    async def _path(self, group_id: str) -> str:
        instance_id = await self.id()
        group = await self._asked(
            (instance_id, "group", group_id),
            lambda api: api.describe_user_hierarchy_group(instance_id, group_id, notify=self._notify),
            "looking at a hierarchy group of",
        )
        return directory.group_path(group)

    async def _listed(self) -> directory.Entry:
        """The instance by its alias."""

        def instances(api: Gateway) -> tuple[str, list[directory.Entry]]:
            return api.region, list(api.list_instances(notify=self._notify))

        region, found = await self._asked("ListInstances", instances, "looking for")
        return directory.by_alias(str(self._text), region, found)

    async def _asked(self, key: Hashable, ask: Callable[[Gateway], T], what: str) -> T:
        return await self._once(key, ask, f"{what} {self.where}")

    def _notify(self, line: str) -> None:
        self._tell(f"{self.where}: {line}")
