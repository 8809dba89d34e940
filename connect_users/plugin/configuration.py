"""The configuration of the provider as the engine sends it: ``region``, ``endpointUrl`` ..., perhaps all as strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_users.core import spelling
from connect_users.core.errors import ConfigurationError
from connect_users.core.settings import NAMESPACE, from_config
from connect_users.core.spec import contains_unknown

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct

    from connect_users.plugin.call import Call

#: The engine's own, which it puts among the configuration.
_ENGINE: Final = ("version", "pluginDownloadURL")


def read(call: Call, struct: Struct) -> dict[str, Any]:
    """The settings of a Struct, under the keys of the stack's configuration, without those that are not known yet."""
    given = call.read(struct, spelling.NONE).props
    return {
        f"{NAMESPACE}:{name}": value
        for name, value in given.items()
        if name not in _ENGINE and not contains_unknown(value)
    }


def problem(config: dict[str, Any]) -> str:
    """What is wrong with settings, in one line; "" where nothing is."""
    try:
        from_config(config)
    except ConfigurationError as error:
        return str(error)
    return ""
