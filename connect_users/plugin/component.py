"""``connect-users:index:UserRoster``: the roster of a Python program, built by the plugin for programs of any language.

A component is a little program: the SDK runs it against the engine's monitor, so this module, unlike the rest of the
plugin, imports the SDK. It is loaded when a program has a roster.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import pulumi
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.server import ProviderServicer

from connect_users.core import spelling, tokens
from connect_users.core.errors import ConnectUsersError
from connect_users.plugin.version import VERSION
from connect_users.program import roster_state
from connect_users.program.instance import ConnectInstance
from connect_users.program.roster import ConnectUserRoster, Parts
from connect_users.roster import guarding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.core.settings import Settings
    from connect_users.roster import leavers

#: Argument of the component -> argument of `ConnectUserRoster`.
ARGUMENTS: Final = {
    "roster": "roster",
    "rosters": "roster",
    "rows": "roster",
    "personas": "personas",
    "instance": "instance",
    "instanceId": "instance_id",
    "routingProfiles": "routing_profiles",
    "securityProfiles": "security_profiles",
    "hierarchyGroups": "hierarchy_groups",
    "defaults": "defaults",
    "passwords": "passwords",
    "passwordSecrets": "passwords",
    "where": "where",
    "identityManagementType": "identity_management_type",
    "ignoreColumns": "ignore_columns",
    "maxDeletions": "max_deletions",
    "minHolders": "min_holders",
    "requiredHolders": "required_holders",
    "retainLeavers": "retain_leavers",
}
_TWO_OF_ONE: Final = (
    ("roster", "rosters"),
    ("roster", "rows"),
    ("rosters", "rows"),
    ("passwords", "passwordSecrets"),
)


class Refused(ConnectUsersError):
    """What is wrong with a roster, a line for each problem."""

    def __init__(self, text: str) -> None:
        Exception.__init__(self, text)


def construct(request: Any, engine: str, settings: Settings) -> Any:
    """Build the component that a ConstructRequest is about; gives the ConstructResponse.

    Raises:
        Refused: all that is wrong with its arguments and people.
    """
    # What the SDK knows of a run it keeps in context variables: components that are built at once keep apart.
    servicer = ProviderServicer(_Components(settings), [], engine)
    try:
        return contextvars.copy_context().run(asyncio.run, _constructed(servicer, request))
    except pulumi.RunError as problem:
        raise Refused(str(problem)) from None


async def _constructed(servicer: ProviderServicer, request: Any) -> Any:
    # After a failure some results are awaited no more; asyncio would print each with a traceback.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    return await servicer._construct(request, None)  # noqa: SLF001 - its public method takes a context of grpc.aio


class _Components(Provider):
    """The SDK's view of this plugin."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(VERSION)
        self._settings = settings

    def construct(
        self, name: str, resource_type: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        del resource_type
        roster = UserRoster(name, **_arguments(name, inputs, self._settings), opts=_ours_alone(options))
        return ConstructResult(roster.urn, roster.outputs())


def _ours_alone(options: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions | None:
    """The options without providers of other packages, which a component gets with those of its parent."""
    if options is not None and isinstance(options.providers, Mapping):
        options.providers = {name: each for name, each in options.providers.items() if name == "connect-users"}
    return options


@dataclass(frozen=True)
class _Place:
    """Where to look: in the place of a `connect_users.Provider`."""

    settings: Settings


def _arguments(name: str, inputs: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The arguments of `ConnectUserRoster`."""
    given = {key: _whole(value) for key, value in inputs.items() if value is not None}
    unknown = sorted(given.keys() - ARGUMENTS.keys())
    if unknown:
        raise pulumi.RunError(f"roster '{name}': no such argument: {', '.join(unknown)}")
    for one, other in _TWO_OF_ONE:
        if one in given and other in given:
            raise pulumi.RunError(f"roster '{name}': {one} is given beside {other}; keep one of them")
    if not {"roster", "rosters", "rows"} & given.keys():
        raise pulumi.RunError(f"roster '{name}': roster or rows is missing; give one of them")
    if not isinstance(given.get("roster", ""), (str, pulumi.Output)):
        raise pulumi.RunError(f"roster '{name}': roster is the path of a file; give rows as rows")
    if "instance" in given:
        given["instance"] = ConnectInstance(given["instance"], provider=cast(Any, _Place(settings)))
    return {ARGUMENTS[key]: value for key, value in given.items()}


def _whole(value: Any) -> Any:
    """Numbers come as floats: whole ones as a program would write them."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


class User(pulumi.CustomResource):
    """A person of a roster."""

    def __init__(self, name: str, *, opts: pulumi.ResourceOptions, **inputs: Any) -> None:
        more = pulumi.ResourceOptions(
            version=VERSION, aliases=[pulumi.Alias(type_=tokens.USER)], additional_secret_outputs=["password"]
        )
        props = {"arn": None, **spelling.theirs(inputs)}
        if inputs.get("password") is not None:
            props["password"] = pulumi.Output.secret(inputs["password"])
        super().__init__(tokens.PLUGIN_USER, name, props, pulumi.ResourceOptions.merge(opts, more))


class Guard(pulumi.CustomResource):
    """What sees leavers; see `connect_users.roster.guarding`."""

    def __init__(
        self,
        name: str,
        *,
        roster: str,
        usernames: Iterable[str],
        max_deletions: leavers.Limit,
        retain_leavers: bool,
        personas: Mapping[str, guarding.Mark],
        waits_for: pulumi.Output[Any] | None,
        opts: pulumi.ResourceOptions,
    ) -> None:
        stored = guarding.inputs_of(roster, usernames, max_deletions, retain_leavers=retain_leavers, personas=personas)
        inputs = {
            **spelling.theirs(stored, guarding.WORDS),
            spelling.camel(guarding.IN_STATE): pulumi.Output.from_input(cast(Any, _in_state(roster))),
        }
        if waits_for is not None:
            inputs["waitsFor"] = waits_for.apply(lambda _: None)
        more = pulumi.ResourceOptions(version=VERSION, aliases=[pulumi.Alias(type_=tokens.GUARD)])
        super().__init__(tokens.PLUGIN_GUARD, name, inputs, pulumi.ResourceOptions.merge(opts, more))


async def _in_state(roster: str) -> str | None:
    """The people of a roster in the stack's state, a line each; None where the engine does not answer."""
    users = await roster_state.users_in_state()
    return None if users is None else "\n".join(sorted(user.username for user in users if user.roster == roster))


class UserRoster(ConnectUserRoster):
    """A roster whose people are the plugin's."""

    _parts: ClassVar = Parts(tokens.PLUGIN_ROSTER, cast(Any, User), cast(Any, Guard))

    def outputs(self) -> dict[str, Any]:
        """What the program sees."""
        return {"usernames": list(self.usernames), "userIds": self.user_ids}
