"""How one emulator behaves: options for what AWS does not document, and for failures to simulate.

`Options` is immutable. Change a running emulator with `emulator.options = dataclasses.replace(emulator.options, ...)`
or `POST /_emulator/options`. The defaults are AWS's documented defaults, without throttling and without lag.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping  # noqa: TC003 - `_hints` reads the annotations
from dataclasses import dataclass, field, fields, replace
from functools import cache
from threading import TIMEOUT_MAX
from typing import Any, Literal, get_args, get_origin, get_type_hints

from connect_users.emulator.calls import check_operation

UpdateUserConfigMode = Literal["merge", "replace"]
PhoneView = Literal["both", "as-written"]


def is_wait(seconds: Any) -> bool:
    """Whether this is a number of seconds that a thread can wait."""
    return type(seconds) in (int, float) and 0 <= seconds <= TIMEOUT_MAX


@dataclass(frozen=True)
class Throttle:
    """A token bucket: `rate` tokens are added each second, up to `burst`. AWS's default is 2/5."""

    rate: float
    burst: float

    def __post_init__(self) -> None:
        if not (0 < self.rate < math.inf and 1 <= self.burst < math.inf):
            raise ValueError(f"throttle {self}: the rate must be above 0 and the burst at least 1")

    def __str__(self) -> str:
        return f"{self.rate:g}/{self.burst:g}"

    @classmethod
    def parse(cls, text: str) -> Throttle:
        """Read `RATE/BURST`, for example `2/5`. Raises ValueError."""
        rate, _, burst = text.partition("/")
        try:
            numbers = float(rate), float(burst)
        except ValueError:
            raise ValueError(f"throttle {text!r}: write RATE/BURST, for example 2/5") from None
        return cls(*numbers)


@dataclass(frozen=True)
class Options:
    """The behaviour of one emulator. Times are in seconds; a quota of None is unlimited."""

    #: Of the seeded instance. None keeps what the state file has; a new file gets CONNECT_MANAGED.
    identity_management_type: Literal["CONNECT_MANAGED", "SAML", "EXISTING_DIRECTORY"] | None = None
    #: Whether the seeded instance is in every region, like a replica, or in us-east-1 only.
    every_region: bool = False
    #: Whether UpdateUserConfig keeps (merge) or removes (replace) the channels that a list leaves out. [?]
    update_user_config: UpdateUserConfigMode = "merge"
    #: Whether UpdateUserIdentityInfo clears or keeps the members that a request leaves out. [?]
    update_identity_info: Literal["clear", "keep"] = "clear"
    #: "both": PhoneConfig and the lists both show every setting; "as-written": each in the form last written. [?]
    phone_view: PhoneView = "both"
    #: How an unset string of a user is returned: left out, or as "", like the `DeskPhoneNumber` beside a soft phone in
    #: the AWS CLI's example of describe-user.
    unset_strings: Literal["left-out", "empty"] = "left-out"
    #: Whether a user's LastModifiedTime changes with its settings only, or with tags and proficiencies as well. [?]
    modified_by: Literal["settings", "everything"] = "settings"
    #: Whether the results of GetMetricDataV2 name agents by id or ARN. [?]
    agent_rows: Literal["id", "arn"] = "id"
    #: Whether GetMetricDataV2 leaves out the days on which an agent has no online time, or answers 0. [?]
    idle_days: Literal["left-out", "zero"] = "left-out"
    #: Whether GetMetricDataV2 leaves out agents that the instance does not have, or refuses the request. [?]
    unknown_agents: Literal["left-out", "not-found"] = "left-out"
    #: What DeleteAllEntitySessions answers of a user who has no session. [?]
    no_session: Literal["accepted", "not-found"] = "accepted"
    #: The largest MaxResults of SearchUsers: 500 in the model, 100 on the best-practices page.
    search_page: int = 500
    #: For each operation, account and region. None: no throttling.
    throttle: Throttle | None = None
    #: Operations with a throttle of their own. None as a value: no throttling.
    throttles: Mapping[str, Throttle | None] = field(default_factory=dict)
    users_quota: int | None = 500
    proficiencies_quota: int | None = 10
    instances_quota: int | None = 2
    #: The longest username. Documented: 20 unless SAML; observed: about 43 are accepted; CloudFormation: 64.
    username_limit: int = 64
    #: How long a new user cannot be found, and a change cannot be seen.
    consistency_lag: float = 0.0
    #: The same for SearchUsers alone, if it is longer. A deleted user is still found for that time.
    search_lag: float = 0.0
    #: How long the name of a deleted user is refused as a duplicate.
    name_release_delay: float = 0.0
    #: Added to every request.
    latency: float = 0.0
    #: Seconds since 1970, for LastModifiedTime, lags, throttles and the age of page tokens.
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        for operation in self.throttles:
            check_operation(operation)
        for name, (type_, choices) in _hints().items():
            value = getattr(self, name)
            if choices and value not in choices:
                raise ValueError(f"{name}: {value!r} is not one of {', '.join(map(str, choices))}")
            if type_ is bool and not isinstance(value, bool):
                raise ValueError(f"{name}: {value!r} is neither true nor false")
            if type_ is float and not is_wait(value):
                raise ValueError(f"{name}: {value!r} is not a number of seconds")
            unlimited = value is None and name.endswith("_quota")
            if type_ is int and not unlimited and (type(value) is not int or value < 0):
                raise ValueError(f"{name}: {value!r} is not a count")

    def changed(self, changes: Mapping[str, Any]) -> Options:
        """These options with changes in the form of `to_json`. Raises ValueError."""
        known = {item.name for item in fields(self)} - {"clock"}
        values = dict(changes)
        for name in changes.keys() - known:
            raise ValueError(f"there is no option {name!r}; the options are {', '.join(sorted(known))}")
        if "throttle" in values:
            values["throttle"] = _throttle(values["throttle"])
        if "throttles" in values:
            if not isinstance(values["throttles"], dict):
                raise ValueError('throttles: write an object such as {"CreateUser": "2/5"}')
            values["throttles"] = {name: _throttle(rate) for name, rate in values["throttles"].items()}
        return replace(self, **values)

    def to_json(self) -> dict[str, Any]:
        """The options as the side port shows them: without the clock, throttles as "2/5", None for no limit."""
        shown = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "clock"}
        shown["throttle"] = None if self.throttle is None else str(self.throttle)
        shown["throttles"] = {name: None if rate is None else str(rate) for name, rate in self.throttles.items()}
        return shown


@cache
def _hints() -> dict[str, tuple[object, tuple[object, ...]]]:
    """Name -> type of an option (without None), and its choices."""
    hints: dict[str, tuple[object, tuple[object, ...]]] = {}
    for name, hint in get_type_hints(Options).items():
        types = [each for each in get_args(hint) if each is not type(None)] if type(None) in get_args(hint) else [hint]
        choices = get_args(types[0]) if get_origin(types[0]) is Literal else ()
        hints[name] = (types[0], (*choices, None) if choices and types[0] is not hint else choices)
    return hints


def _throttle(value: object) -> Throttle | None:
    if value is None or isinstance(value, Throttle):
        return value
    if not isinstance(value, str):
        raise ValueError(f'throttle {value!r}: write "RATE/BURST" or null')
    return Throttle.parse(value)
