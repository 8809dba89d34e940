"""A dynamic provider that does nothing about the host's shortcomings, as the SDK's documentation would have it.

The host's canary (`test_host.py`) runs it to see whether `connect_users.dynamic.host` is still needed.
"""

from __future__ import annotations

import base64
import pickle
import time
from typing import Any

from pulumi.dynamic import CreateResult, ResourceProvider, UpdateResult

#: Seconds that a creation takes that is asked to be slow.
SLOW = 1.0


class PlainProvider(ResourceProvider):
    """Fails to create, loudly; or creates slowly."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Sleep if the inputs say so, else fail."""
        if props.get("slow"):
            time.sleep(SLOW)
            return CreateResult("id", {})
        raise ValueError("this is what a user should see")

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Nothing."""
        return UpdateResult({})


def blob() -> str:
    """What goes into ``__provider``."""
    return base64.b64encode(pickle.dumps(PlainProvider(), protocol=4)).decode()
