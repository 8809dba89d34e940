"""The plugin compared with the dynamic door (the baseline): the same users, in turns, on the real engine.

- Whole CPU is that of the CLI, the program and the provider.
- The provider's CPU and memory are sampled ten times a second; the last sample of its process counts.
- `up` of users at a latency is compared with a bound: the same `up` without latency, plus the latency for each round of
  requests. A round has as many requests as the door has threads.
- The time to the plugin's port is compared with a bare ``import grpc``, which every plugin in Python needs.

Bars are for 1,000 users on a quiet machine.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connect_users.plugin.install import install
from connect_users.plugin.serve import WORKERS
from tests.bench import peers, scale
from tests.bench.cli_engine import CliEngine, Contestant, configuration
from tests.bench.emulation import EmulatorProcess, environment
from tests.bench.rows import Row, interleaved

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.scale import Phase

PHASES: Final = ("preview new", "up new", "preview unchanged", "up unchanged", "refresh")
#: Without a request, and with boto3, which the first request loads.
MEMORY_BARS: Final = {"preview new": 45.0, "preview unchanged": 45.0, "up new": 80.0, "refresh": 80.0}
CPU_BAR: Final = 0.95
#: Of the provider alone.
PROVIDER_CPU_BARS: Final = {"preview unchanged": 0.6}
REQUEST_BARS: Final = {"refresh": float(scale.REFRESH_REQUESTS)}
STATE_BAR: Final = 2450.0
LATENCY_BAR: Final = 1.3
PORT_BAR: Final = 1.25

#: Calls that the provider works on at a time.
AT_A_TIME: Final[dict[Contestant, int]] = {"ours": peers.WORKERS, "plugin": WORKERS, "yaml": WORKERS}
_BARE: Final = "import grpc, os; os.write(1, b'0\\n')"


def phases(
    count: int, plugin: Contestant, rounds: int, *, fast: bool, report: Callable[[str], None] = lambda _: None
) -> list[Phase]:
    """Measure both doors, from the preview of new users to a refresh. Needs `pulumi`.

    Args:
        plugin: the program that uses it, ``plugin`` (in Python) or ``yaml``.
        fast, report: as `scale.phases` has them.
    """
    return scale.phases(
        count, rounds=rounds, fast=fast, contestants=("ours", plugin), names=PHASES, scripts=False, report=report
    )


def rows(phase: Phase, plugin: Contestant) -> list[Row]:
    """What a phase cost with the plugin and with the dynamic door; without what the machine does not tell."""
    theirs, ours = phase.median(plugin), phase.median("ours")
    what, of_the_provider = f"{phase.phase}, {phase.count} users", "of the provider"
    memory, provider_cpu = MEMORY_BARS.get(phase.phase), PROVIDER_CPU_BARS.get(phase.phase)
    requests = REQUEST_BARS.get(phase.phase)
    state = (phase.state.get(plugin, 0.0), phase.state.get("ours", 0.0))
    found = [
        Row(f"{what}: time", theirs.seconds, ours.seconds, "s"),
        Row(f"{what}: whole CPU", theirs.cpu, ours.cpu, "s", most_ratio=CPU_BAR),
        Row(f"{what}: CPU {of_the_provider}", theirs.provider_cpu, ours.provider_cpu, "s", most_ratio=provider_cpu),
        Row(f"{what}: memory {of_the_provider}", theirs.provider_memory, ours.provider_memory, "MB", most=memory),
        Row(f"{what}: requests", theirs.requests or 0, ours.requests or 0, "", most=requests),
        Row(f"{what}: state of a user", *state, "B", most=STATE_BAR),
    ]
    return [row for row in found if row.ours and row.baseline]


def waiting(count: int, latency: float, plugin: Contestant, rounds: int) -> list[Row]:
    """Making users while each request takes ``latency`` seconds, beside the bound; a row for each door. Needs `pulumi`.

    The engine has all of them under way at once: by default it goes by the number of processors.
    """
    names: dict[Contestant, str] = {plugin: "the plugin", "ours": "the dynamic door"}
    found = []
    for who, name in names.items():
        at_a_time = AT_A_TIME[who]
        seconds, without = interleaved(rounds, partial(_up, who, count, latency), partial(_up, who, count, 0.0))
        bound = without + math.ceil(count / at_a_time) * latency
        what = f"up of {count} new users by {name}, {latency:g} s latency (baseline: bound of {at_a_time} at a time)"
        found.append(Row(what, seconds, bound, "s", most_ratio=LATENCY_BAR if who == plugin else None))
    return found


def _up(who: Contestant, count: int, latency: float) -> float:
    with EmulatorProcess(latency=latency) as emulator, tempfile.TemporaryDirectory() as folder:
        return CliEngine(Path(folder), who, count, configuration(emulator)).run("up new", f"--parallel={count}").seconds


def starting(rounds: int) -> Row:
    """Seconds until the plugin, as it is installed, has printed its port."""
    with tempfile.TemporaryDirectory() as folder:
        launcher = str(install(Path(folder)).launcher)
        ours, baseline = interleaved(
            rounds, lambda: _first_line([launcher]), lambda: _first_line([sys.executable, "-c", _BARE])
        )
    what = "the plugin's port is printed (baseline: a bare import grpc)"
    return Row(what, ours * 1e3, baseline * 1e3, "ms", most_ratio=PORT_BAR)


def _first_line(command: list[str]) -> float:
    """Seconds until a process prints a line; it ends when its standard input does."""
    start = time.perf_counter()
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment()) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdigit()
        seconds = time.perf_counter() - start
        process.stdin.close()
        process.wait()
    return seconds
