"""How one emulator behaves: switches for what AWS leaves undocumented, and for failures to simulate.

`Options` is immutable; change a running emulator with `emulator.options = dataclasses.replace(emulator.options, ...)`
or `POST /_emulator/options`. Defaults are AWS's documented defaults, without throttling and without lag.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

IdentityManagementType = Literal["CONNECT_MANAGED", "SAML", "EXISTING_DIRECTORY"]
UpdateUserConfigMode = Literal["merge", "replace"]
UpdateIdentityInfoMode = Literal["clear", "keep"]
PhoneView = Literal["both", "as-written"]
UnsetStrings = Literal["left-out", "empty"]
ModifiedBy = Literal["settings", "everything"]

_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "identity_management_type": get_args(IdentityManagementType),
    "update_user_config": get_args(UpdateUserConfigMode),
    "update_identity_info": get_args(UpdateIdentityInfoMode),
    "phone_view": get_args(PhoneView),
    "unset_strings": get_args(UnsetStrings),
    "modified_by": get_args(ModifiedBy),
}
_SECONDS: Final = (
    "consistency_lag",
    "search_lag",
    "name_release_delay",
    "latency",
    "request_timeout",
    "idle_timeout",
)
_COUNTS: Final = ("users_quota", "proficiencies_quota", "instances_quota", "username_limit", "search_page")


@dataclass(frozen=True)
class Throttle:
    """A token bucket: `rate` requests a second are refilled, `burst` may come at once. AWS's default is 2/5."""

    rate: float
    burst: float

    def __post_init__(self) -> None:
        if not (self.rate > 0 and self.burst >= 1 and math.isfinite(self.rate) and math.isfinite(self.burst)):
            raise ValueError(f"throttle {self.rate}/{self.burst}: the rate must be above 0, the burst at least 1")

    @classmethod
    def parse(cls, text: str) -> Throttle:
        """Read `RATE/BURST`, e.g. `2/5`; raises ValueError."""
        rate, slash, burst = text.partition("/")
        if not slash:
            raise ValueError(f"throttle {text!r}: write RATE/BURST, for example 2/5")
        return cls(float(rate), float(burst))


@dataclass(frozen=True)
class Options:
    """The behaviour of one emulator (times in seconds, quotas None for unlimited)."""

    #: Of the seeded instance. None keeps what the state file has; a new file gets CONNECT_MANAGED.
    identity_management_type: IdentityManagementType | None = None
    #: Whether the seeded instance is in whatever region asks for it, like a replica; else in us-east-1 alone.
    every_region: bool = False
    #: Whether UpdateUserConfig keeps (merge) or drops (replace) channels that a given list does not name. [?]
    update_user_config: UpdateUserConfigMode = "merge"
    #: Whether UpdateUserIdentityInfo clears or keeps members that the request omits. [?]
    update_identity_info: UpdateIdentityInfoMode = "clear"
    #: "both": PhoneConfig and the lists both show every setting; "as-written": each in the form last written. [?]
    phone_view: PhoneView = "both"
    #: How answers show a string of a user that is not set: not at all, or as "", as `DeskPhoneNumber` is shown beside a
    #: soft phone in the AWS CLI's example of describe-user.
    unset_strings: UnsetStrings = "left-out"
    #: Whether a user's LastModifiedTime moves with its own settings only, or also with tags and proficiencies. [?]
    modified_by: ModifiedBy = "settings"
    #: The most users that a page of SearchUsers may hold: 500 by the model, 100 by the best-practices page.
    search_page: int = 500
    #: Per operation, account and region; None: no throttling.
    throttle: Throttle | None = None
    #: Operations with a rate of their own; None as a value: never throttled.
    throttles: Mapping[str, Throttle | None] = field(default_factory=dict)
    users_quota: int | None = 500
    proficiencies_quota: int | None = 10
    instances_quota: int | None = 2
    #: Longest username accepted. Documented: 20 for others than SAML; observed: about 43 pass, 64 in CloudFormation.
    username_limit: int = 64
    #: A new user is not found, and a change not seen, by anyone for so long.
    consistency_lag: float = 0.0
    #: The same for SearchUsers alone, where it is larger; a deleted user is still found for so long.
    search_lag: float = 0.0
    #: A deleted user's name is refused as a duplicate for so long.
    name_release_delay: float = 0.0
    #: Added to every request.
    latency: float = 0.0
    #: From a request's first line to its last byte; a slower client is cut off.
    request_timeout: float = 20.0
    #: Between requests of one connection.
    idle_timeout: float = 120.0
    #: Seconds since 1970: LastModifiedTime, lags, throttles and page token ages follow it; sockets do not.
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            value = getattr(self, name)
            if value not in allowed and not (value is None and name == "identity_management_type"):
                raise ValueError(f"{name}: {value!r} is not one of {', '.join(allowed)}")
        if not isinstance(self.every_region, bool):
            raise ValueError(f"every_region: {self.every_region!r} is not true or false")
        for name in _SECONDS:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
                raise ValueError(f"{name}: {value!r} is not a number of seconds")
        for name in _COUNTS:
            value = getattr(self, name)
            if value is None and name.endswith("_quota"):
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ValueError(f"{name}: {value!r} is not a count")

    def changed(self, changes: Mapping[str, Any]) -> Options:
        """These options with JSON changes, throttles as `"2/5"`, null for none. Raises ValueError for unknown ones."""
        known = {item.name for item in fields(self)} - {"clock"}
        values: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"there is no option {name!r}; the options are {', '.join(sorted(known))}")
            if name == "throttle":
                value = _throttle(value)
            elif name == "throttles":
                if not isinstance(value, dict):
                    raise ValueError("throttles: write an object that maps operations to rates")
                value = {operation: _throttle(rate) for operation, rate in value.items()}
            values[name] = value
        return replace(self, **values)


def _throttle(value: object) -> Throttle | None:
    if value is None or isinstance(value, Throttle):
        return value
    if not isinstance(value, str):
        raise ValueError(f'throttle {value!r}: write "RATE/BURST" or null')
    return Throttle.parse(value)
