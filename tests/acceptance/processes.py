"""Killing a running `pulumi`, as a crash of the machine, of the engine or of the provider would."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Who dies: the whole run; the provider's process alone; the CLI alone, which leaves the provider running.
Victim = Literal["run", "provider", "engine"]


def family(pid: int) -> dict[int, str]:
    """A process and all its descendants, with their command lines: `pulumi` puts each child in a group of its own."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], check=True, capture_output=True, text=True).stdout
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for line in listing.splitlines():
        child, parent, command = (*line.split(None, 2), "")[:3]
        parents[int(child)], commands[int(child)] = int(parent), command
    members = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in members} - members
        if not more:
            return {member: commands[member] for member in members if member in commands}
        members |= more


def kill(pids: Iterable[int]) -> None:
    """SIGKILL; one that is gone already is as wanted."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def victims(relatives: dict[int, str], pid: int, victim: Victim) -> list[int]:
    """Which processes of the family of the CLI ``pid`` die."""
    if victim == "run":
        return sorted(relatives)
    if victim == "engine":
        return [pid]
    return [member for member, command in relatives.items() if "pulumi.dynamic" in command]
