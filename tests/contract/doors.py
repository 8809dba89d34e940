"""The two doors to a user's life, as a test drives them: a process each, in the words of the table of fields.

`Host` is Pulumi's dynamic host, which speaks these words by itself. `PluginHost` is the plugin: requests are turned to
its camelCase, and replies back. What the two are to do differently is what their attributes say.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from connect_users.core import spelling, tokens
from connect_users.plugin import names
from connect_users.testing import CheckReply, DiffReply, HostError, ProviderProcess, Secret, StateReply

if TYPE_CHECKING:
    from connect_users.core.spelling import Spellings

PLUGIN_COMMAND = (sys.executable, "-m", "connect_users.plugin")


@dataclass(eq=False)
class Host(ProviderProcess):
    """The dynamic host.

    Attributes:
        type: of a user's resource.
        differs: what a diff answers about a user who differs; None leaves it to the engine to compare.
        own: what the door keeps in the inputs and outputs of a user, beside the user's.
    """

    type: ClassVar[str] = tokens.USER
    differs: ClassVar[bool | None] = None
    own: ClassVar[Mapping[str, str]] = {tokens.PROVIDER_KEY: tokens.USER_PROVIDER}

    def worded(self, text: str) -> str:
        """A message of the life, as this door shows it."""
        return text


@dataclass(eq=False)
class PluginHost(Host):
    """The plugin."""

    command: Sequence[str] = PLUGIN_COMMAND
    urn: str = f"urn:pulumi:dev::shop::{tokens.PLUGIN_USER}::resource"

    type: ClassVar[str] = tokens.PLUGIN_USER
    differs: ClassVar[bool | None] = True
    own: ClassVar[Mapping[str, str]] = {}

    def worded(self, text: str) -> str:
        return names.worded(text)

    def configure(self, config: Mapping[str, Any]) -> None:
        super().configure({key.partition(":")[2]: value for key, value in config.items()})

    def check(self, *args: Any, **fields: Any) -> CheckReply:
        reply = super().check(*args, **fields)
        return reply._replace(inputs=_ours(reply.inputs))

    def diff(self, *args: Any, **fields: Any) -> DiffReply:
        reply = super().diff(*args, **fields)
        return reply._replace(replaces=tuple(spelling.USER.to_ours.get(name, name) for name in reply.replaces))

    def create(self, *args: Any, **fields: Any) -> StateReply:
        return _state(super().create(*args, **fields))

    def read(self, *args: Any, **fields: Any) -> StateReply:
        return _state(super().read(*args, **fields))

    def update(self, *args: Any, **fields: Any) -> StateReply:
        return _state(super().update(*args, **fields))

    def _call(self, method: str, urn: str, **fields: Any) -> Any:
        bags = {key: _theirs(value) for key, value in fields.items() if isinstance(value, Mapping)}
        try:
            return super()._call(method, urn, **{**fields, **bags})
        except HostError as error:
            error.partial = error.partial and _state(error.partial)
            raise


DOORS: dict[str, type[Host]] = {"dynamic": Host, "plugin": PluginHost}


def _state(reply: StateReply) -> StateReply:
    inputs = None if reply.inputs is None else _ours(reply.inputs)
    return reply._replace(outputs=_ours(reply.outputs), inputs=inputs)


def _ours(properties: Mapping[str, Any]) -> dict[str, Any]:
    spelled: dict[str, Any] = _spelled(properties, spelling.USER, ours=True)
    return spelled


def _theirs(properties: Mapping[str, Any]) -> dict[str, Any]:
    """As a program of the plugin gives them: without the provider of a dynamic resource."""
    own = {key: value for key, value in properties.items() if key != tokens.PROVIDER_KEY}
    spelled: dict[str, Any] = _spelled(own, spelling.USER, ours=False)
    return spelled


def _spelled(value: Any, words: Spellings, *, ours: bool) -> Any:
    """The value with its names in the other spelling, also within secrets."""
    if isinstance(value, Secret):
        return Secret(_spelled(value.value, words, ours=ours))
    if isinstance(value, list):
        return [_spelled(item, words, ours=ours) for item in value]
    if not isinstance(value, Mapping):
        return value
    turned = words.to_ours if ours else words.to_theirs
    within = {key: words.within.get(words.to_ours.get(key, key), spelling.NONE) for key in value}
    return {turned.get(key, key): _spelled(item, within[key], ours=ours) for key, item in value.items()}
