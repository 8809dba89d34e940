"""CPU of ``import connect_users`` on top of ``import pulumi``."""

from __future__ import annotations

import resource
import subprocess
import sys

from tests.bench.rows import Row, interleaved


def rows(short: bool) -> list[Row]:
    """One row."""
    ours, baseline = interleaved(
        3 if short else 11,
        lambda: _cpu("import pulumi; from connect_users import ConnectUser"),
        lambda: _cpu("import pulumi"),
    )
    return [Row("import pulumi and ConnectUser, CPU (baseline: import pulumi)", ours, baseline, "ms", most_ratio=1.15)]


def _cpu(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3
