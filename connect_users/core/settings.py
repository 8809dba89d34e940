"""The provider's settings, read from configuration values. Pure: nothing is opened or called.

One table (`KEYS`) names every key, so that the provider, the explicit `Provider`, the command line and the README
agree. Precedence of region and profile: ``connect-users:…``, then ``aws:…``, then (for None) boto3's own chain.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connect_users.core import limits
from connect_users.core.errors import ConfigurationError
from connect_users.core.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = "connect-users"

#: What botocore can put into a host name.
_REGION = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")

#: The embedded emulator's file when connect-users:emulatorState is not set, relative to the Pulumi project.
DEFAULT_EMULATOR_STATE = ".connect-users/emulator.sqlite"


@dataclass(frozen=True)
class Settings:
    """How to reach Amazon Connect.

    Attributes:
        region, profile, endpoint_url: None leaves the choice to boto3 (environment, shared files).
        requests_per_second: rate of each API operation; AWS's default quota is 2 per account and region.
        burst: requests of one operation that may be sent at once; AWS's default is 5.
        timeout: seconds to keep retrying one call.
        ownership_tag: users carry the tag that makes creation exactly-once.
        removals: whoever leaves a roster is deleted; False keeps them all.
        emulator: talk to the embedded emulator, whose file is `emulator_state`.
    """

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None
    requests_per_second: float = 2.0
    burst: int = 5
    timeout: float = 300.0
    ownership_tag: bool = True
    removals: bool = True
    emulator: bool = False
    emulator_state: str | None = None

    @property
    def reserved_tags(self) -> int:
        """Of the tags that AWS allows a user, those that the provider itself sets."""
        return limits.OWNERSHIP_TAGS if self.ownership_tag else 0

    @property
    def embedded(self) -> bool:
        """Whether the embedded emulator answers: an endpoint that is named comes before it."""
        return self.emulator and self.endpoint_url is None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is not a string")
    return value


def _region(value: object) -> str:
    region = _text(value)
    if not _REGION.fullmatch(region):
        raise ValueError("is not a region")
    return region


def _url(value: object) -> str:
    url = _text(value)
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("is not a URL; write http:// or https:// and a host")
    return url


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError("is neither true nor false")


def _positive(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("is not a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise ValueError("is not a number") from None
    if not math.isfinite(number) or number <= 0:
        raise ValueError("is not a number above 0")
    return number


def _count(value: object) -> int:
    number = _positive(value)
    if number != int(number):
        raise ValueError("is not a whole number")
    return int(number)


_Reader = Callable[[object], Any]

#: Settings field -> (configuration keys in order of precedence, reader).
KEYS: dict[str, tuple[tuple[str, ...], _Reader]] = {
    "region": ((f"{NAMESPACE}:region", "aws:region"), _region),
    "profile": ((f"{NAMESPACE}:profile", "aws:profile"), _text),
    "endpoint_url": ((f"{NAMESPACE}:endpointUrl",), _url),
    "requests_per_second": ((f"{NAMESPACE}:requestsPerSecond",), _positive),
    "burst": ((f"{NAMESPACE}:burst",), _count),
    "timeout": ((f"{NAMESPACE}:timeout",), _positive),
    "ownership_tag": ((f"{NAMESPACE}:ownershipTag",), _flag),
    "removals": ((f"{NAMESPACE}:removals",), _flag),
    "emulator": ((f"{NAMESPACE}:emulator",), _flag),
    "emulator_state": ((f"{NAMESPACE}:emulatorState",), _text),
}


def from_config(config: Mapping[str, object]) -> Settings:
    """Settings from a stack's configuration or an explicit provider's inputs.

    Blank strings count as not set. Unknown keys of the namespace are errors: a misspelt ``timeOut`` that is
    silently ignored would be found out only in production.

    Raises:
        ConfigurationError: naming every key that cannot be read.
    """
    values: dict[str, Any] = {}
    problems = []
    for field, (_, read) in KEYS.items():
        key, value = _first(config, field)
        try:
            if value is not None:
                values[field] = read(value)
        except ValueError as problem:
            problems.append(f"{key}: {json.dumps(value, default=str)} {problem}")
    ours = sorted(keys[0] for keys, _ in KEYS.values())
    for key in sorted(config):
        if key.startswith(f"{NAMESPACE}:") and key not in ours:
            problems.append(f"{key}: no such setting; the settings are {', '.join(ours)}")
    if problems:
        raise ConfigurationError("; ".join(problems))
    return Settings(**values)


def _first(config: Mapping[str, object], field: str) -> tuple[str, object]:
    """The first key of a setting that is set, and its value without blanks around it; "" and None where none is."""
    for key in KEYS[field][0]:
        value = config.get(key)
        if isinstance(value, str):
            value = value.strip()
        if value not in (None, ""):
            return key, value
    return "", None


def flag(config: Mapping[str, object], field: str) -> bool:
    """A setting that is true by default; false where it is an output or cannot be read."""
    _, value = _first(config, field)
    try:
        return value is None or _flag(value)
    except ValueError:
        return False


def reserved_tags(config: Mapping[str, object]) -> int:
    """`Settings.reserved_tags` of a configuration; 0 where the setting is an output or cannot be read."""
    return limits.OWNERSHIP_TAGS if flag(config, "ownership_tag") else 0


def reached(config: Mapping[str, object]) -> tuple[object, ...]:
    """What distinguishes two configurations under which one id of an instance means two instances.

    Those are a region (an instance may have replicas in others), an endpoint and an emulator. A profile counts only
    without a region, which it may name: ids are unique beyond accounts. Outputs are compared by identity.
    """
    region, profile, endpoint, emulator, state = (
        _first(config, field)[1] for field in ("region", "profile", "endpoint_url", "emulator", "emulator_state")
    )
    if isinstance(emulator, str) and emulator.lower() == "false":
        emulator = None
    return (profile if region is None else None, region, endpoint, emulator, state)
