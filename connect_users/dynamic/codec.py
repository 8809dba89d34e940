"""Between Pulumi's property bags and the pure core: unknowns, secrets, reserved keys, bad states.

Numbers arrive as floats and unknowns as `pulumi.output.Unknown` at any depth; the core knows neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.output import Unknown
from pulumi.runtime import rpc

from connect_users.core import spelling, tokens
from connect_users.core.fields import BY_NAME
from connect_users.core.spec import UNKNOWN, Props

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi.dynamic import Config

#: Kept encrypted in every result, whatever the program or an older state did with it.
_SECRET = "password"
#: Where a program may have secrets beside it.
_PERSONAL = ("identity_info", "phone_config", "phone_number_configs", "tags")
#: In every state of the plugin, and in none of the dynamic resource.
_PLUGINS = "instanceId"
#: What most values are: nothing is to be done with them.
_SCALARS = frozenset((str, bool, int, float))


def decode(props: Mapping[str, Any]) -> Props:
    """Plain values with `UNKNOWN` for unknowns, without the keys that belong to the SDK (``__provider``).

    A state of the plugin, which an alias hands to the dynamic resource, has the other spelling.
    """
    plain = {name: _decoded(value) for name, value in props.items() if not name.startswith(tokens.INTERNAL)}
    return spelling.ours(plain) if _PLUGINS in plain else plain


def is_foreign(state: Mapping[str, Any]) -> bool:
    """Whether outputs are the plugin's: without ``__provider`` no later request would find this provider."""
    return _PLUGINS in state


def _decoded(value: Any) -> Any:
    if type(value) in _SCALARS:
        return value
    if isinstance(value, Unknown):
        return UNKNOWN
    if rpc.is_rpc_secret(value):
        return _decoded(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {name: _decoded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    return value


def encode(props: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `decode`; the password leaves as a secret.

    Other values that were given as secrets stay secret by themselves: the engine carries the mark from the inputs to
    the outputs of the same name.
    """
    encoded = {name: _encoded(value) for name, value in props.items()}
    if encoded.get(_SECRET) is not None:
        encoded[_SECRET] = rpc.wrap_rpc_secret(encoded[_SECRET])
    return encoded


def encode_partly(outputs: Props, news: Mapping[str, Any]) -> dict[str, Any]:
    """As `encode`, for outputs that are not wholly the new inputs.

    What differs from the new inputs was perhaps a secret of the old ones, which the engine does not look at: it leaves
    as a secret, until the next update.
    """
    encoded = encode(outputs)
    for name, value in outputs.items():
        if name in BY_NAME and news.get(name) != value and (name in _PERSONAL or name not in news):
            encoded[name] = rpc.wrap_rpc_secret(encoded[name])
    return encoded


def _encoded(value: Any) -> Any:
    if type(value) in _SCALARS:
        return value
    if value is UNKNOWN:
        return Unknown()  # type: ignore[no-untyped-call]  # the SDK's class has no annotations
    if isinstance(value, dict):
        return {name: _encoded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_encoded(item) for item in value]
    return value


def raw_config(config: Config) -> dict[str, Any]:
    """All values of the configuration that the host hands over.

    The SDK's class can only be asked for single keys; without the whole, misspelt keys of ours could not be told.
    """
    values = getattr(config, "_props", None)
    if isinstance(values, dict):
        return {key: value for key, value in values.items() if not isinstance(value, Unknown)}
    from connect_users.core.settings import KEYS

    return {key: config.get(key) for keys, _ in KEYS.values() for key in keys}
