"""The cost of a command: wall time, CPU and memory of it and of all processes that it starts.

`measure` runs the command below another process (this file as a script), which writes a report. It adopts processes
that the command leaves behind (on Linux) and ends them, so that their CPU counts, too. Memory is the highest sum over
all processes, each with its own peak until then.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]

#: prctl's PR_SET_CHILD_SUBREAPER.
_SUBREAPER = 36
_SAMPLE_EVERY = 0.1
_LEFT_BEHIND_SECONDS = 5.0
_PROC = Path("/proc")


@dataclass(frozen=True)
class Usage:
    """What was measured; `memory` in MB (0 where the machine does not tell), times in seconds.

    Attributes:
        provider_memory, provider_cpu, program_memory, program_cpu: the parts of the provider's and of the program's
            process, as last looked at; the rest is the CLI's.
        requests: API requests that the emulator received, None where there was no emulator.
        emulator: the emulator's CPU.
        failed: users that were not made or read.
    """

    seconds: float
    cpu: float
    memory: float
    provider_memory: float = 0.0
    provider_cpu: float = 0.0
    program_memory: float = 0.0
    program_cpu: float = 0.0
    requests: int | None = None
    emulator: float = 0.0
    failed: int = 0

    @property
    def emulator_share(self) -> float:
        """The emulator's part of all CPU, 0 to 1."""
        return self.emulator / (self.cpu + self.emulator) if self.cpu else 0.0


class CommandFailed(Exception):
    """A measured command ended with an error; its text is the end of what it printed."""


def measure(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> tuple[Usage, str]:
    """Run a command to its end; what it cost, and what it printed.

    Raises:
        CommandFailed
    """
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        done = subprocess.run(
            [sys.executable, str(Path(__file__)), report.name, str(cwd), *command],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"{' '.join(command[:3])} ended with {done.returncode}:\n{done.stdout[-3000:]}")
        return Usage(**json.loads(Path(report.name).read_text(encoding="utf-8"))), done.stdout


def cpu_of(pid: int) -> float:
    """CPU seconds that a running process has used; 0 where the machine does not tell."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> float:
    """The most memory that a running process has had, in MB; 0 where the machine does not tell."""
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def with_emulator(usage: Usage, emulator_cpu: float, requests: int) -> Usage:
    """The same, with the emulator's part."""
    return replace(usage, emulator=emulator_cpu, requests=requests)


class _Sampler(threading.Thread):
    """Remembers the peak of all processes below this one, and the provider's and the program's parts."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.peak = 0.0
        self.peaks = {"provider": 0.0, "program": 0.0}
        self._roles: dict[int, str] = {}
        self._cpu: dict[int, float] = {}

    def run(self) -> None:
        while not self.ended.wait(_SAMPLE_EVERY):
            memory = {pid: memory_of(pid) for pid in _below(os.getpid())}
            for pid in memory:
                # A process has another command line before it becomes what it is started for.
                self._roles[pid] = self._roles.get(pid) or _role(pid)
                self._cpu[pid] = max(self._cpu.get(pid, 0.0), cpu_of(pid))
            self.peak = max(self.peak, sum(memory.values()))
            for role, peak in self.peaks.items():
                now = sum(megabytes for pid, megabytes in memory.items() if self._roles[pid] == role)
                self.peaks[role] = max(peak, now)

    def cpu(self, role: str) -> float:
        """CPU seconds of the processes of that role."""
        return sum(spent for pid, spent in self._cpu.items() if self._roles[pid] == role)


def _below(pid: int) -> list[int]:
    found = []
    for listing in _PROC.glob(f"{pid}/task/*/children"):
        try:
            children = [int(child) for child in listing.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *_below(child)]
    return found


def _role(pid: int) -> str:
    try:
        command = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ""
    if b"pulumi.dynamic" in command or b"connect_users.plugin" in command:
        return "provider"
    return "program" if b"pulumi-language-python-exec" in command else ""


def _main(report: str, cwd: str, command: list[str]) -> int:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    sampler = _Sampler()
    sampler.start()
    start = time.perf_counter()
    code = subprocess.run(command, cwd=cwd, check=False).returncode
    seconds = time.perf_counter() - start
    _end_what_is_left()
    sampler.ended.set()
    sampler.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    usage = {
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": sampler.peak,
        "provider_memory": sampler.peaks["provider"],
        "program_memory": sampler.peaks["program"],
        "provider_cpu": sampler.cpu("provider"),
        "program_cpu": sampler.cpu("program"),
    }
    Path(report).write_text(json.dumps(usage), encoding="utf-8")
    return code


def _end_what_is_left() -> None:
    """Wait for adopted processes, so that their CPU counts; those that do not end are ended."""
    give_up = time.monotonic() + _LEFT_BEHIND_SECONDS
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            if time.monotonic() > give_up:
                for child in _below(os.getpid()):
                    os.kill(child, signal.SIGKILL)
            time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], sys.argv[2], sys.argv[3:]))
