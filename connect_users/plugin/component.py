"""``connect-users:index:UserRoster``: the roster of a Python program, built by the plugin for programs of any language.

A component is a little program: the SDK runs it against the engine's monitor, so this module, unlike the rest of the
plugin, imports the SDK. It is loaded when a program has a roster.
"""

from __future__ import annotations

import asyncio
import contextvars
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import pulumi
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.server import ProviderServicer
from pulumi.runtime.settings import SETTINGS

from connect_users.core import spelling, tokens
from connect_users.core.errors import ConnectUsersError
from connect_users.plugin import monitor, roster_schema
from connect_users.plugin.declarations import program_of
from connect_users.plugin.version import VERSION
from connect_users.program import registration
from connect_users.program.instance import ConnectInstance, LookUpSettings
from connect_users.program.roster import ConnectUserRoster, ResourceTypes
from connect_users.program.roster_arguments import SecretNames
from connect_users.roster import guarding
from connect_users.roster.cells import humps

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from connect_users.core.settings import Settings
    from connect_users.plugin.declarations import RosterDeclarations
    from connect_users.roster.moves import DeclaredUser

#: Argument of the component -> argument of `ConnectUserRoster`.
ARGUMENTS: Final = {
    **{name: humps(name).lower() for name in roster_schema.INPUTS},
    "rosters": "roster",
    "rows": "roster",
    "passwordSecrets": "passwords",
}
_PATTERN: Final = "passwordSecrets"
_TWO_OF_ONE: Final = (("roster", "rosters"), ("roster", "rows"), ("rosters", "rows"), ("passwords", _PATTERN))


class RosterRefused(ConnectUsersError):
    """The problems of a roster, a line for each."""

    def __init__(self, text: str) -> None:
        Exception.__init__(self, text)


def construct(
    request: Any,
    engine: str,
    provider: str,
    settings: Settings,
    configuration: Mapping[str, object],
    alone: Mapping[str, DeclaredUser],
) -> Any:
    """Build the component of a ConstructRequest; returns the ConstructResponse.

    Args:
        engine: the engine's address.
        provider: the reference of this plugin's provider, "" if the engine did not say.
        configuration: the source of the settings.
        alone: as in `RosterDeclarations`.

    Raises:
        RosterRefused: its arguments or people have problems.
    """
    program = program_of(request.monitorEndpoint, configuration, alone)
    with program.expecting() as declaring:
        # The SDK keeps its data of a run in context variables, so components that are built at once are separate.
        servicer = ProviderServicer(_Components(provider, settings, program, declaring), [], engine)
        try:
            return contextvars.copy_context().run(asyncio.run, _constructed(servicer, request))
        except pulumi.RunError as problem:
            text = str(problem)
            if _PATTERN in request.inputs.fields:
                # The roster of a Python program has the argument under the other name.
                text = re.sub(rf"\b{ARGUMENTS[_PATTERN]}\b", _PATTERN, text)
            raise RosterRefused(text) from None


async def _constructed(servicer: ProviderServicer, request: Any) -> Any:
    # After a failure some results are no longer awaited; asyncio would print each with a traceback.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    return await servicer._construct(request, None)  # noqa: SLF001 - its public method takes a context of grpc.aio


class _Components(Provider):
    """The SDK's view of this plugin."""

    def __init__(
        self,
        provider: str,
        settings: Settings,
        program: RosterDeclarations,
        declaring: Callable[[], AbstractContextManager[None]],
    ) -> None:
        super().__init__(VERSION)
        self._reference = provider
        self._settings = settings
        self._program = program
        self._declaring = declaring

    def construct(
        self, name: str, resource_type: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        del resource_type
        monitor.join(self._reference)
        registration.join(self._program)
        with self._declaring():
            roster = UserRoster(name, **_arguments(name, inputs, self._settings), opts=_ours_alone(options))
        return ConstructResult(roster.urn, roster.outputs())


def _ours_alone(options: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions | None:
    """The options without providers of other packages, which a component inherits from its parent."""
    if options is not None and isinstance(options.providers, Mapping):
        options.providers = {name: each for name, each in options.providers.items() if name == "connect-users"}
    return options


def _arguments(name: str, inputs: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The arguments of `ConnectUserRoster`."""
    values = {key: _whole(value) for key, value in inputs.items() if value is not None}
    unknown = sorted(values.keys() - ARGUMENTS.keys())
    if unknown:
        raise pulumi.RunError(f"roster '{name}': no such argument: {', '.join(unknown)}")
    for one, other in _TWO_OF_ONE:
        if one in values and other in values:
            raise pulumi.RunError(f"roster '{name}': {one} and {other} are both set; keep one of them")
    if not {"roster", "rosters", "rows"} & values.keys():
        raise pulumi.RunError(f"roster '{name}': roster or rows is missing; give one of them")
    if not isinstance(values.get("roster", ""), (str, pulumi.Output)):
        raise pulumi.RunError(f"roster '{name}': roster is the path of a file; give rows as rows")
    if isinstance(pattern := values.get(_PATTERN), pulumi.Output):
        values[_PATTERN] = SecretNames(pattern)
    if "instance" in values:
        values["instance"] = ConnectInstance(values["instance"], provider=LookUpSettings(settings))
    return {ARGUMENTS[key]: value for key, value in values.items()}


def _whole(value: Any) -> Any:
    """Whole floats as ints: the protocol has only floats."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


class PluginUser(pulumi.CustomResource):
    """A person of a roster."""

    def __init__(self, name: str, *, opts: pulumi.ResourceOptions, **inputs: Any) -> None:
        registration.declare(name, inputs["instance_id"], inputs["username"], opts)
        outputs = {key: value for key, value in inputs.items() if not is_plain(value)}
        cast(Any, SETTINGS.monitor).add_inputs(
            name, {key: value for key, value in inputs.items() if key not in outputs}
        )
        if "password" in outputs:
            outputs["password"] = pulumi.Output.secret(outputs["password"])
        super().__init__(tokens.PLUGIN_USER, name, spelling.theirs(outputs), opts)


def is_plain(value: object) -> bool:
    """Whether a value has no output, or anything else for the SDK, in it."""
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if isinstance(value, list):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (str, bool, int, float))


class PluginGuard(pulumi.CustomResource):
    """The guard of a roster; see `connect_users.roster.guarding`."""

    def __init__(self, name: str, *, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__(tokens.PLUGIN_GUARD, name, spelling.theirs(inputs, guarding.WORDS), opts)


def _kept_user(type_: str, name: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    return pulumi.CustomResource(type_, name, {}, opts)


class UserRoster(ConnectUserRoster):
    """A roster whose people are the plugin's."""

    _types: ClassVar = ResourceTypes(
        tokens.PLUGIN_ROSTER, tokens.PLUGIN_USER, cast(Any, PluginUser), cast(Any, PluginGuard), _kept_user
    )

    def outputs(self) -> dict[str, Any]:
        """What the program sees."""
        return {"usernames": list(self.usernames), "userIds": self.user_ids}
