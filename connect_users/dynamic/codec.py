"""Between Pulumi's property bags and the pure core: unknowns, secrets, reserved keys, bad states.

Numbers arrive as floats and unknowns as `pulumi.output.Unknown` at any depth; the core knows neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.output import Unknown
from pulumi.runtime import rpc

from connect_users.core import spelling, tokens
from connect_users.core.fields import BY_NAME, LOST_KEY, SECRETS
from connect_users.core.spec import UNKNOWN, Props

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi.dynamic import Config

#: A key of every state of the plugin, and of no state of the dynamic resource.
_PLUGIN_KEY = "instanceId"
#: The types of most values, which stay as they are.
_SCALARS = frozenset((str, bool, int, float))


def decode(props: Mapping[str, Any]) -> Props:
    """Plain values with `UNKNOWN` for unknowns, without the keys that belong to the SDK (``__provider``).

    A state of the plugin, which an alias hands to the dynamic resource, has the other spelling.
    """
    plain = {name: _decoded(value) for name, value in props.items() if not name.startswith(tokens.INTERNAL)}
    return spelling.ours(plain) if _PLUGIN_KEY in plain else plain


def is_foreign(state: Mapping[str, Any]) -> bool:
    """Whether outputs are the plugin's: without ``__provider`` no later request would find this provider."""
    return _PLUGIN_KEY in state


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
    """The inverse of `decode`; the password becomes a secret.

    Other secrets of the program stay secret: the engine copies the mark of an input to the output of the same name. An
    output with values of an input of another name becomes one, too, since the input may be.
    """
    encoded = {name: _encoded(value) for name, value in props.items()}
    for name in (*SECRETS, LOST_KEY):
        if encoded.get(name) is not None:
            encoded[name] = rpc.wrap_rpc_secret(encoded[name])
    return encoded


def encode_partly(outputs: Props, news: Mapping[str, Any]) -> dict[str, Any]:
    """As `encode`, for outputs of which a part is not the new inputs.

    A value that differs from the new inputs may be a secret of the old ones, which the engine does not look at. So it
    becomes a secret, until the next update.
    """
    encoded = encode(outputs)
    for name, value in outputs.items():
        if name in BY_NAME and news.get(name) != value and (BY_NAME[name].discreet or name not in news):
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
    """The whole configuration that the host has.

    The SDK's class returns only single keys, by which misspelt keys of ours would not be found.
    """
    values = getattr(config, "_props", None)
    if isinstance(values, dict):
        return {key: value for key, value in values.items() if not isinstance(value, Unknown)}
    from connect_users.core.settings import KEYS

    return {key: config.get(key) for keys, _ in KEYS.values() for key in keys}
