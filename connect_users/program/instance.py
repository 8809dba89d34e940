"""`ConnectInstance`: an existing instance, and the ids of its profiles, groups and users by name.

Look-ups are the program's own calls, made in the preview too; a user's own inputs need none. Each listing is read once
in a run, to its last page, and only if something of its kind is looked up (`connect_users.program.look_ups`).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pulumi

from connect_users.connect.directory import Directory, address
from connect_users.core import references
from connect_users.core.errors import ConfigurationError
from connect_users.program.look_ups import LookUps, NotConnected, look_ups_of_run
from connect_users.program.provider import read, stack_config

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from pulumi import Input, Output

    from connect_users.connect.gateway import Gateway
    from connect_users.core.references import Reference
    from connect_users.core.settings import Settings
    from connect_users.program.provider import Provider

T = TypeVar("T")


class LookUpSettings(NamedTuple):
    """The provider of a roster's own look-ups, in place of a `connect_users.Provider`."""

    settings: Input[Settings]


class ConnectInstance:
    """An existing Amazon Connect instance, and the ids of its profiles, groups and users by name.

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

    Nothing is called before the first look-up; each kind of thing is then listed once in a run, whatever the number of
    names. Names that do not exist fail the program, all of them together and with suggestions. Names are
    case-sensitive. What the program itself creates does not exist in the first preview: take its id from the resource.

    Results are unknown while the instance (or a setting of the provider) is unknown. They are also unknown, with a
    warning, in a preview without credentials or a region.
    """

    def __init__(self, instance: Input[str], *, provider: Provider | LookUpSettings | None = None) -> None:
        """Name an instance.

        Args:
            instance: its id, its ARN or its alias.
            provider: has the region and the credentials; without it, the stack's configuration does.

        Raises:
            pulumi.RunError: it is not an id, an ARN or an alias, or the configuration cannot be read.
        """
        self._look_ups = look_ups_of_run()
        self._instance = instance
        self._settings: Input[Settings] = read(stack_config()) if provider is None else provider.settings
        self._results: dict[Hashable, Output[Any]] = {}
        if isinstance(instance, str):
            try:
                address(instance)
            except ConfigurationError as problem:
                raise pulumi.RunError(str(problem)) from None

    @property
    def id(self) -> Output[str]:
        """The bare id. It needs no call if the program has the id or the ARN."""
        return self._ask("id", Directory.id)

    @property
    def arn(self) -> Output[str]:
        """The ARN. It needs no call if the program has the ARN."""
        return self._ask("arn", Directory.arn)

    @property
    def alias(self) -> Output[str]:
        """The alias; "" if the instance has none."""
        return self._ask("alias", lambda directory: directory.fact("InstanceAlias"))

    @property
    def identity_management_type(self) -> Output[str]:
        """``SAML``, ``CONNECT_MANAGED`` or ``EXISTING_DIRECTORY``."""
        return self._ask("identity", lambda directory: directory.fact("IdentityManagementType"))

    def routing_profile_id(self, name: Input[str]) -> Output[str]:
        """The id of a routing profile."""
        return self._find(references.ROUTING_PROFILE, name)

    def security_profile_id(self, name: Input[str]) -> Output[str]:
        """The id of a security profile."""
        return self._find(references.SECURITY_PROFILE, name)

    def security_profile_ids(self, *names: Input[str]) -> Output[list[str]]:
        """The ids of several security profiles, in the order of the names."""
        return pulumi.Output.all(*(self.security_profile_id(name) for name in names))

    def hierarchy_group_id(self, path: Input[str]) -> Output[str]:
        """The id of a hierarchy group by its path from the top: ``EMEA/UK/London``.

        Besides the listing, each group with the path's last name is described once. If there are many groups, a search
        returns all paths at once.
        """
        return self._find(references.HIERARCHY_GROUP, path)

    def queue_id(self, name: Input[str]) -> Output[str]:
        """The id of a queue (but not of an agent's personal queue)."""
        return self._find(references.QUEUE, name)

    def quick_connect_id(self, name: Input[str]) -> Output[str]:
        """The id of a quick connect of any type."""
        return self._find(references.QUICK_CONNECT, name)

    def user_id(self, username: Input[str]) -> Output[str]:
        """The id of an existing user, such as one that another stack owns."""
        return self._find(references.USER, username)

    def users(self, *, tag: Mapping[str, str]) -> Output[list[str]]:
        """The ids of all users with all of these tags, in the order of their usernames.

        They come from Connect's search, which shows changes after seconds, sometimes minutes.
        """
        tags = dict(tag)
        if not tags:
            raise pulumi.RunError("ConnectInstance.users: tag is empty; name at least one tag")

        async def ids(directory: Directory) -> list[str]:
            return [str(user["Id"]) for user in await directory.users(tags=tags)]

        return self._ask(("tag", frozenset(tags.items())), ids)

    def _find(self, reference: Reference, name: Input[str]) -> Output[str]:
        if not isinstance(name, Hashable):
            raise pulumi.RunError(f"ConnectInstance: a name to look up is {name!r}, which is not a string")
        return self._ask((reference, name), lambda directory, value: directory.find(reference, value), name)

    def _ask(self, key: Hashable, look_up: Callable[..., Coroutine[Any, Any, T]], *inputs: Input[str]) -> Output[T]:
        """The result of a look-up in the instance, made once for each key.

        Args:
            look_up: takes a `Directory` and the values of the inputs.
        """
        if key not in self._results:

            def start(values: list[Any]) -> Coroutine[Any, Any, T]:
                settings, instance, *names = values
                directory = _directory(self._look_ups, settings, instance)
                return self._look_ups.result_of(self._look_ups.or_again(lambda: _looked_up(directory, look_up, names)))

            self._results[key] = pulumi.Output.all(self._settings, self._instance, *inputs).apply(start)
        return self._results[key]


async def _looked_up(directory: Directory, look_up: Callable[..., Coroutine[Any, Any, T]], names: list[Any]) -> T:
    for name in names:
        if not isinstance(name, str):
            raise ConfigurationError(f"{directory.where}: a name to look up is {name!r}, which is not a string")
    return await look_up(directory, *names)


def _directory(look_ups: LookUps, settings: Settings, instance: object) -> Directory:
    """An instance. Each of its listings is read once in a run."""

    async def once(key: Hashable, ask: Callable[[Gateway], Any], what: str) -> Any:
        gateway = await look_ups.once((settings, "gateway"), lambda: _connected(settings), "connecting")
        return await look_ups.once((settings, key), lambda: ask(gateway), what)

    return Directory(
        instance, once, lambda line: pulumi.log.info(f"Connect instance '{instance}': {line}", ephemeral=True)
    )


def _connected(settings: Settings) -> Gateway:
    """A gateway with a client.

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
