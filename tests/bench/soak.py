"""``python -m tests.bench.soak [ROUNDS [USERS]]``: whether one provider and one emulator leak over many rounds.

A round creates users, changes some, reads them all and deletes them, through one dynamic host that keeps running (the
engine ends it after each run, so this is harder than real use). It prints each process's memory, threads, open files
and sockets. 50 rounds of 200 users by default.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.cli_engine import configuration
from tests.bench.emulation import EmulatorProcess
from tests.bench.host_engine import HostEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

PHASES: Final = ("up new", "up 1 % changed", "refresh", "destroy")
_PROC: Final = Path("/proc")


@dataclass(frozen=True)
class Held:
    """What a process holds on to; `memory` in MB."""

    memory: float
    threads: int
    files: int
    sockets: int


def available() -> bool:
    """Whether this machine tells."""
    return (_PROC / "self" / "fd").is_dir()


def held(pid: int) -> Held:
    """What a process holds on to now."""
    status = dict(line.split(":", 1) for line in (_PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines())
    targets = [_target(link) for link in (_PROC / str(pid) / "fd").iterdir()]
    return Held(
        memory=int(status["VmRSS"].split()[0]) / 1024,
        threads=int(status["Threads"]),
        files=sum(bool(target) for target in targets),
        sockets=sum(target.startswith("socket:") for target in targets),
    )


def held_here() -> Held:
    """What this process holds on to now."""
    return held(os.getpid())


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def rounds(count: int, size: int) -> Iterator[dict[str, Held]]:
    """What provider, emulator and this process hold on to after each of ``count`` rounds of ``size`` users."""
    with EmulatorProcess() as emulator:
        engine = HostEngine("ours", size, configuration(emulator))
        with engine.host() as host:
            for _ in range(count):
                for phase in PHASES:
                    engine.drive(host, phase)
                emulator.forget()
                yield {"provider": held(host.pid), "emulator": held(emulator.pid), "driver": held_here()}


def main(count: int = 50, size: int = 200) -> int:
    """Print a line for each round."""
    for number, round_ in enumerate(rounds(count, size), start=1):
        summary = "; ".join(
            f"{who} {held.memory:.1f} MB, {held.threads} threads, {held.files} files, {held.sockets} sockets"
            for who, held in round_.items()
        )
        print(f"round {number}: {summary}", flush=True)
    print(f"left in this process: {threading.active_count()} thread(s)")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
