"""The engine as a component of this plugin sees it: the SDK registers, and this module completes the registrations.

For each property of a resource, the SDK makes outputs, futures and tasks, although nobody reads the properties of a
roster's people; that is a third of the time that a person takes. So plain inputs skip the SDK and are added to the
request on its way to the engine, and so is everything that is the same for all resources of a type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi.runtime import resource as sdk
from pulumi.runtime.proto import engine_pb2, source_pb2
from pulumi.runtime.settings import SETTINGS

from connect_users.core import tokens
from connect_users.plugin import names, wire
from connect_users.plugin.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Type of the plugin -> type of the dynamic resource that it may have been before.
_ALIASES: Final = {tokens.PLUGIN_USER: tokens.USER, tokens.PLUGIN_GUARD: tokens.GUARD}


class _Engine:
    """An engine that gets messages in the plugin's words.

    It gets no debug messages: the SDK's own, two for each person, take a third of the engine's CPU.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def Log(self, request: Any) -> None:  # noqa: N802 - the method of the SDK's stub
        """Send a message unless it is for debugging."""
        if request.severity != engine_pb2.DEBUG:
            request.message = names.worded(request.message)
            self._engine.Log(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


class Monitor:
    """A resource monitor that completes registrations of this package's types.

    Args:
        provider: reference of the provider that builds the component, which makes its people as well unless they have
            another one. Without it, Pulumi would start a second process for a default provider of this version.
    """

    def __init__(self, monitor: Any, provider: str) -> None:
        self._monitor = monitor
        self._provider = provider
        self._inputs: dict[str, Mapping[str, Any]] = {}

    def add_inputs(self, user: str, inputs: Mapping[str, Any]) -> None:
        """Add plain inputs, in snake_case, to the registration of a user that comes next under that name."""
        self._inputs[user] = inputs

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the method of the SDK's stub
        """Complete a registration and send it."""
        if alias := _ALIASES.get(request.type):
            request.version = VERSION
            request.provider = request.provider or self._provider
            request.aliases.add().spec.type = alias
        if request.type == tokens.PLUGIN_USER:
            request.additionalSecretOutputs.append("password")
            inputs = wire.encode(self._inputs.pop(request.name, {}))
            request.object.MergeFrom(inputs)
            for name in inputs.fields:
                # Without an entry, the engine takes a property to depend on all that the resource depends on.
                request.propertyDependencies[name].SetInParent()
        return self._monitor.RegisterResource(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._monitor, name)


def join(provider: str) -> None:
    """Put both between the SDK and the engine, for the component that is being built."""
    # The frames are this package's, with paths of this machine: they double the size of the state.
    sdk._get_stack_trace = lambda *_: source_pb2.StackTrace()  # noqa: SLF001
    SETTINGS.engine = _Engine(SETTINGS.engine)
    SETTINGS.monitor = Monitor(SETTINGS.monitor, provider)
