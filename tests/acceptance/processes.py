"""Killing a running `pulumi`, as a crash of the machine, of the engine or of the provider would."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Who dies: the whole run; the provider's process alone; the CLI alone, which leaves the provider running.
Victim = Literal["run", "provider", "engine"]


def _running() -> dict[int, tuple[int, str]]:
    """All processes of the machine: pid -> (parent's pid, command line)."""
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], check=True, capture_output=True, text=True
    ).stdout
    parts = [(*line.split(None, 2), "") for line in listing.splitlines()]
    return {int(pid): (int(parent), command) for pid, parent, command, *_ in parts}


def family(pid: int) -> dict[int, str]:
    """A process and all its descendants, with their command lines: `pulumi` puts each child in a group of its own."""
    running = _running()
    members = {pid} & running.keys()
    while True:
        more = {child for child, (parent, _) in running.items() if parent in members} - members
        if not more:
            return {member: running[member][1] for member in members}
        members |= more


def kill(pids: Iterable[int]) -> None:
    """SIGKILL; one that is gone already is as wanted."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def kill_what_is_left(relatives: Mapping[int, str]) -> None:
    """SIGKILL to those of a former family that still run: a killed CLI leaves its children behind."""
    running = _running()
    kill(pid for pid, command in relatives.items() if running.get(pid, (0, ""))[1] == command)


def victims(relatives: Mapping[int, str], pid: int, victim: Victim) -> list[int]:
    """Which processes of the family of the CLI ``pid`` die."""
    if victim == "run":
        return sorted(relatives)
    if victim == "engine":
        return [pid]
    return [member for member, command in relatives.items() if "pulumi.dynamic" in command]
