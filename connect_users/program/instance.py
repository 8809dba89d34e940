"""`ConnectInstance`: an instance that exists, and the ids of what is in it, by name.

Look-ups are the program's own calls, made in the preview too; a user's own inputs need none. Each listing is read once
in a run, to its last page, and only when something of its kind is looked up (`connect_users.program.runs`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi

from connect_users.connect import directory
from connect_users.connect.directory import Directory, Kind
from connect_users.core.errors import ConfigurationError
from connect_users.program.provider import read, stack_config
from connect_users.program.runs import NotConnected, Run, current_run

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Mapping

    from pulumi import Input, Output

    from connect_users.connect.gateway import Gateway
    from connect_users.core.settings import Settings
    from connect_users.program.provider import Provider

T = TypeVar("T")


class ConnectInstance:
    """An Amazon Connect instance that exists, and the ids of what is in it, by name.

    ::

        instance = ConnectInstance("my-instance-alias")
        ConnectUser(
            "ada",
            instance_id=instance.arn,
            routing_profile_id=instance.routing_profile_id("Support"),
            security_profile_ids=instance.security_profile_ids("Agent", "CallCenterManager"),
            hierarchy_group_id=instance.hierarchy_group_id("EMEA/UK/London"),
            ...,
        )

    Nothing is called before something is asked for; each kind of thing is then listed once in a run, whatever the
    number of names. Names that do not exist fail the program, all of them together and with suggestions; case counts.
    What the program itself creates is not there to be found in the first preview: take the id from that resource.

    Results are unknown while the instance (or a setting of the provider) is, and in a preview without credentials or
    region, which says so in a warning.
    """

    def __init__(self, instance: Input[str], *, provider: Provider | None = None) -> None:
        """Name an instance.

        Args:
            instance: its id, its ARN or its alias.
            provider: where to look; the stack's configuration when left out.

        Raises:
            pulumi.RunError: it can be none of the three, or the configuration cannot be read.
        """
        self._run = current_run()
        self._instance = instance
        self._settings: Input[Settings] = read(stack_config()) if provider is None else provider.settings
        self._results: dict[Hashable, Output[Any]] = {}
        if isinstance(instance, str):
            try:
                directory.address(instance)
            except ConfigurationError as problem:
                raise pulumi.RunError(str(problem)) from None

    @property
    def id(self) -> Output[str]:
        """The bare id. Of an id or an ARN without a call."""
        return self._ask("id", _Place.id)

    @property
    def arn(self) -> Output[str]:
        """The ARN. Of an ARN without a call."""
        return self._ask("arn", _Place.arn)

    @property
    def alias(self) -> Output[str]:
        """The alias; an empty text where the instance has none."""
        return self._ask("alias", lambda place: place.fact("InstanceAlias"))

    @property
    def identity_management_type(self) -> Output[str]:
        """``SAML``, ``CONNECT_MANAGED`` or ``EXISTING_DIRECTORY``."""
        return self._ask("identity", lambda place: place.fact("IdentityManagementType"))

    def routing_profile_id(self, name: Input[str]) -> Output[str]:
        """The id of a routing profile."""
        return self._find(directory.ROUTING_PROFILES, name)

    def security_profile_id(self, name: Input[str]) -> Output[str]:
        """The id of a security profile."""
        return self._find(directory.SECURITY_PROFILES, name)

    def security_profile_ids(self, *names: Input[str]) -> Output[list[str]]:
        """The ids of several security profiles, in the order of the names."""
        return pulumi.Output.all(*(self.security_profile_id(name) for name in names))

    def hierarchy_group_id(self, path: Input[str]) -> Output[str]:
        """The id of a hierarchy group by its path from the top: ``EMEA/UK/London``.

        Beside the listing, each group of the path's last name is described once; where there are many groups, a search
        tells all paths at once.
        """
        return self._ask(("path", path), _Place.group, path)

    def queue_id(self, name: Input[str]) -> Output[str]:
        """The id of a queue (not of an agent's own)."""
        return self._find(directory.QUEUES, name)

    def quick_connect_id(self, name: Input[str]) -> Output[str]:
        """The id of a quick connect of any type."""
        return self._find(directory.QUICK_CONNECTS, name)

    def user_id(self, username: Input[str]) -> Output[str]:
        """The id of a user who exists, e.g. one that another stack owns."""
        return self._find(directory.USERS, username)

    def users(self, *, tag: Mapping[str, str]) -> Output[list[str]]:
        """The ids of all users that have these tags (all of them, with these values), in the order of their names.

        Comes from Connect's search, which lags behind changes by seconds, sometimes by minutes.
        """
        tags = dict(tag)
        if not tags:
            raise pulumi.RunError("ConnectInstance.users: name at least one tag")
        return self._ask(("tag", frozenset(tags.items())), lambda place: place.tagged(tags))

    def _find(self, kind: Kind, name: Input[str]) -> Output[str]:
        return self._ask((kind, name), lambda place, known: place.find(kind, known), name)

    def _ask(self, key: Hashable, question: Callable[..., Coroutine[Any, Any, T]], *inputs: Input[str]) -> Output[T]:
        """The answer to a question about the instance; one output for all who ask the same."""
        if key not in self._results:

            def start(known: list[Any]) -> Coroutine[Any, Any, T]:
                settings, text, *names = known
                return self._run.told(_about(_Place(self._run, settings, text), question, names))

            self._results[key] = pulumi.Output.all(self._settings, self._instance, *inputs).apply(start)
        return self._results[key]


async def _about(place: _Place, question: Callable[..., Coroutine[Any, Any, T]], names: list[Any]) -> T:
    for name in names:
        if not isinstance(name, str):
            raise ConfigurationError(f"{place.where}: a name to look up is not a text, but {name!r}")
    return await question(place, *names)


class _Place:
    """One instance in one run: each fact about it is a question that is asked once."""

    def __init__(self, run: Run, settings: Settings, text: object) -> None:
        self._run = run
        self._settings = settings
        self._text = text
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
        described = await self._once(
            ("instance", id_), lambda api: api.describe_instance(id_, notify=self._notify), "looking at"
        )
        return str(described.get(name) or "")

    async def find(self, kind: Kind, name: str) -> str:
        """The id of a thing of a kind."""
        return (await self._directory(kind)).id_of(name, self.where)

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
        """The ids of users by tags."""
        instance_id = await self.id()

        def search(api: Gateway) -> list[str]:
            pages = api.search_users(instance_id, None, directory.with_tags(tags), notify=self._notify)
            users = {user["Username"]: str(user["Id"]) for page in pages for user in page}
            return [users[name] for name in sorted(users)]

        key = (instance_id, frozenset(tags.items()))
        return list(await self._once(key, search, "searching users of"))

    async def _directory(self, kind: Kind) -> Directory:
        instance_id = await self.id()
        return await self._once(
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

        return await self._once((instance_id, "groups"), search, "searching hierarchy groups of")

    async def _path(self, group_id: str) -> str:
        instance_id = await self.id()
        group = await self._once(
            (instance_id, "group", group_id),
            lambda api: api.describe_user_hierarchy_group(instance_id, group_id, notify=self._notify),
            "looking at a hierarchy group of",
        )
        return directory.group_path(group)

    async def _listed(self) -> directory.Entry:
        """The instance by its alias."""

        def instances(api: Gateway) -> tuple[str, list[directory.Entry]]:
            return api.region, list(api.list_instances(notify=self._notify))

        region, found = await self._once("ListInstances", instances, "looking for")
        return directory.by_alias(str(self._text), region, found)

    async def _once(self, key: Hashable, ask: Callable[[Gateway], T], what: str) -> T:
        gateway = await self._run.once((self._settings, "gateway"), lambda: _connected(self._settings), "connecting")
        return await self._run.once((self._settings, key), lambda: ask(gateway), f"{what} {self.where}")

    def _notify(self, line: str) -> None:
        pulumi.log.info(f"{self.where}: {line}", ephemeral=True)


def _connected(settings: Settings) -> Gateway:
    """A gateway whose client is made.

    Raises:
        NotConnected: no region is known, or the profile does not exist.
        ConfigurationError: any other mistake in the settings.
    """
    from connect_users.connect.connection import gateway_for

    gateway = gateway_for(settings)
    try:
        _ = gateway.region
    except ConfigurationError as problem:
        raise NotConnected(str(problem)) from None
    return gateway
