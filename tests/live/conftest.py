"""The live ring talks to a real instance, makes users there and deletes them: only where it is asked to.

    CONNECT_USERS_LIVE=1 CONNECT_USERS_LIVE_INSTANCE=<id> AWS_REGION=... pytest tests/live -s

It makes at most one user at a time, named cu-live-..., and about 40 calls.
"""

from __future__ import annotations

import os

if os.environ.get("CONNECT_USERS_LIVE") != "1":
    collect_ignore_glob = ["test_*.py"]
