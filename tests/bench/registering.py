"""Registering 5,000 ConnectUsers, compared with as many bare dynamic resources with the same inputs.

Each program runs in a process of its own, since the SDK's pickling of dynamic providers leaks into the process. After
the users a foreign dynamic provider is declared, which must still be pickled.
"""

from __future__ import annotations

import subprocess
import sys

from tests.bench.rows import Row, interleaved


def rows(short: bool) -> list[Row]:
    """One row."""
    count = 200 if short else 5000
    ours, baseline = interleaved(
        1 if short else 3, lambda: _seconds("connect_users", count), lambda: _seconds("bare", count)
    )
    what = f"a program that declares {count} users, CPU (baseline: bare dynamic resources)"
    return [Row(what, ours, baseline, "s", most_ratio=1.3)]


def _seconds(kind: str, count: int) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.program", kind, str(count)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)
