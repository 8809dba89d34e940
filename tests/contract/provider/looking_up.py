"""What the judges of `ConnectInstance` share: rehearsals on an emulator, their requests, and what can be found.

The fixture `world` is in `conftest.py`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pulumi

from connect_users.emulator import Emulator, Options, seed
from connect_users.testing import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from connect_users.emulator import Phase, RequestRecord
    from connect_users.program.instance import ConnectInstance
    from connect_users.testing import Result

_OURS = "md/connect-users"
_NO_WAIT = {"connect-users:requestsPerSecond": "1000", "connect-users:burst": "1000"}
#: The environment of somebody without credentials.
NOBODY: dict[str, str | None] = {
    "AWS_ACCESS_KEY_ID": None,
    "AWS_SECRET_ACCESS_KEY": None,
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    "AWS_REGION": None,
    "AWS_DEFAULT_REGION": None,
}
#: What the SDK has in the place of a value that is not known.
UNKNOWN_INPUT: Any = pulumi.UNKNOWN

#: What a program may look up -> how, and the answer.
LOOK_UPS: dict[str, tuple[Callable[[ConnectInstance], Any], Any]] = {
    "id": (lambda instance: instance.id, seed.INSTANCE_ID),
    "arn": (lambda instance: instance.arn, seed.INSTANCE_ARN),
    "alias": (lambda instance: instance.alias, seed.INSTANCE_ALIAS),
    "identity": (lambda instance: instance.identity_management_type, "CONNECT_MANAGED"),
    "routing profile": (lambda instance: instance.routing_profile_id("Sales"), seed.ROUTING_PROFILES["Sales"]),
    "security profile": (lambda instance: instance.security_profile_id("Admin"), seed.SECURITY_PROFILES["Admin"]),
    "security profiles": (
        lambda instance: instance.security_profile_ids("QualityAnalyst", "Agent"),
        [seed.SECURITY_PROFILES["QualityAnalyst"], seed.SECURITY_PROFILES["Agent"]],
    ),
    "no security profiles": (lambda instance: instance.security_profile_ids(), []),
    "top group": (lambda instance: instance.hierarchy_group_id("AMER"), seed.HIERARCHY_GROUPS["AMER"]),
    "deep group": (
        lambda instance: instance.hierarchy_group_id("EMEA/UK/London"),
        seed.HIERARCHY_GROUPS["EMEA/UK/London"],
    ),
    "queue": (lambda instance: instance.queue_id("BasicQueue"), seed.QUEUES["BasicQueue"]),
    "quick connect": (lambda instance: instance.quick_connect_id("Front desk"), seed.QUICK_CONNECTS["Front desk"]),
}


class World:
    """An emulator, rehearsals on it, and the calls that look-ups made."""

    def __init__(self) -> None:
        self.on_event: Callable[[Phase, RequestRecord], None] | None = None
        self.emulator = Emulator(None, Options(users_quota=10_000), on_event=self._event)
        self._rehearsals: list[Rehearsal] = []

    def _event(self, phase: Phase, record: RequestRecord) -> None:
        if self.on_event is not None:
            self.on_event(phase, record)

    def __enter__(self) -> Self:
        self.emulator.start()
        return self

    def __exit__(self, *_: object) -> None:
        for rehearsal in self._rehearsals:
            rehearsal.close()
        self.emulator.close()

    def rehearse(self, program: Callable[[], Any], **options: Any) -> Rehearsal:
        """A rehearsal of a program on this emulator, unless its `config` says otherwise."""
        config = {**_NO_WAIT, "connect-users:endpointUrl": self.emulator.endpoint_url, **options.pop("config", {})}
        config.setdefault("connect-users:region", "us-east-1")
        config = {key: value for key, value in config.items() if value}
        self._rehearsals.append(Rehearsal(program, emulator=self.emulator, config=config, **options))
        return self._rehearsals[-1]

    def preview(self, look: Callable[[], Any], **options: Any) -> Result:
        """Preview a program that exports what `look` gives."""
        return self.rehearse(lambda: pulumi.export("found", look()), **options).preview()

    def find(self, look: Callable[[], Any], **options: Any) -> Any:
        """What the program found."""
        return self.preview(look, **options).raise_for_errors().outputs["found"]

    def calls(self) -> Counter[str]:
        """The calls of look-ups since the last time."""
        calls = Counter(record.operation for record in self.emulator.requests if _OURS in record.user_agent)
        self.emulator.requests.clear()
        return calls
