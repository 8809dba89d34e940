"""ARNs, ids, regions and partitions.

Every id in a request may be a bare id or a full ARN [O]. The form of an ARN is
`arn:{partition}:connect:{region}:{account}:instance/{instance}/{kind}/{id}` [O].
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal
from uuid import uuid4

from botocore.loaders import create_loader

from connect_users.emulator.errors import invalid_parameter, not_found

ResourceKind = Literal[
    "agent",
    "routing-profile",
    "security-profile",
    "agent-group",
    "queue",
    "operating-hours",
    "transfer-destination",
    "predefined-attribute",
]

#: What an error calls each kind.
TITLES: Final[dict[ResourceKind, str]] = {
    "agent": "User",
    "routing-profile": "Routing profile",
    "security-profile": "Security profile",
    "agent-group": "Hierarchy group",
    "queue": "Queue",
    "operating-hours": "Hours of operation",
    "transfer-destination": "Quick connect",
    "predefined-attribute": "Predefined attribute",
}

#: The instance of a new emulator. Everything else that a new emulator contains is in `seed`.
SEEDED_INSTANCE: Final = "00000000-0000-4000-8000-000000000001"


def new_id() -> str:
    """A random id in the form of Connect's own."""
    return str(uuid4())


@cache
def _partitions() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each partition and the pattern of its regions, from botocore's own data."""
    document: Any = create_loader().load_data("partitions")
    return tuple((each["id"], re.compile(each["regionRegex"])) for each in document["partitions"])


@cache
def partition(region: str) -> str:
    """The partition of a region, as in its ARNs: ``aws`` for an unknown region."""
    return next((name for name, pattern in _partitions() if pattern.match(region)), "aws")


def instance_arn(region: str, account: str, instance_id: str) -> str:
    """The ARN of an instance."""
    return f"arn:{partition(region)}:connect:{region}:{account}:instance/{instance_id}"


@dataclass(frozen=True)
class ConnectArn:
    """A parsed Connect ARN, of an instance (`kind` and `id` are None) or of a resource in it."""

    instance_id: str
    kind: str | None
    id: str | None

    @classmethod
    def parse(cls, text: str) -> ConnectArn:
        """Raises InvalidParameterException if `text` is not the ARN of an instance or of a resource in one."""
        parts = text.split(":", 5)
        path = parts[5].split("/") if len(parts) == 6 else []
        if parts[0] != "arn" or parts[2:3] != ["connect"] or len(path) not in (2, 4) or path[0] != "instance":
            raise invalid_parameter(f"{text!r} is not the ARN of an Amazon Connect resource")
        kind, id_ = (path[2], path[3]) if len(path) == 4 else (None, None)
        return cls(path[1], kind, id_)


def bare_id(value: str, kind: ResourceKind, instance: str) -> str:
    """The bare id in `value`, an id or an ARN. `instance` is the ARN of the request's instance.

    Raises InvalidParameterException for an ARN of another kind, ResourceNotFoundException for one of another instance.
    """
    if not value.startswith("arn:"):
        return value
    arn = ConnectArn.parse(value)
    if arn.kind != kind or arn.id is None:
        raise invalid_parameter(f"{value!r} is not the ARN of a {TITLES[kind].lower()}")
    if not value.startswith(f"{instance}/"):
        raise not_found(TITLES[kind], value)
    return arn.id
