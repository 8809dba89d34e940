"""All handlers: importing this module fills `calls.CONNECT` and `calls.SECRETS`."""

from __future__ import annotations

from connect_users.emulator import (
    attributes,
    hierarchy,
    instances,
    proficiencies,
    profiles,
    queues,
    secret_values,
    tags,
    user_search,
    user_updates,
    users,
)
from connect_users.emulator.calls import CONNECT, SECRETS

__all__ = [
    "CONNECT",
    "SECRETS",
    "attributes",
    "hierarchy",
    "instances",
    "proficiencies",
    "profiles",
    "queues",
    "secret_values",
    "tags",
    "user_search",
    "user_updates",
    "users",
]
