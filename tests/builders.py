"""One obviously valid user, and what tests of the pure core have in common."""

from __future__ import annotations

import functools
import gzip
import json
from importlib import resources
from typing import Any

INSTANCE_ID = "11111111-2222-4333-8444-000000000001"
ROUTING_PROFILE_ID = "11111111-2222-4333-8444-00000000a001"
SECURITY_PROFILE_ID = "11111111-2222-4333-8444-00000000b001"
HIERARCHY_GROUP_ID = "11111111-2222-4333-8444-00000000c001"
INSTANCE_ARN = f"arn:aws:connect:eu-central-1:123456789012:instance/{INSTANCE_ID}"

#: The personal data and the secret of the default user, which no message may repeat.
PERSONAL = ("Correct-Horse-1", "Lovelace", "ada@example.com", "Ada", "Blue")


def user(**changes: Any) -> dict[str, Any]:
    """The inputs of a valid user, canonical; a change to None leaves an input out."""
    props: dict[str, Any] = {
        "instance_id": INSTANCE_ID,
        "username": "agent-7",
        "routing_profile_id": ROUTING_PROFILE_ID,
        "security_profile_ids": [SECURITY_PROFILE_ID],
        "password": "Correct-Horse-1",
        "identity_info": {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"},
        "tags": {"team": "Blue"},
        **changes,
    }
    return {name: value for name, value in props.items() if value is not None}


@functools.cache
def connect_model() -> dict[str, Any]:
    """Botocore's model of Connect, read as data."""
    path = resources.files("botocore") / "data" / "connect" / "2017-08-08" / "service-2.json.gz"
    model: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return model
