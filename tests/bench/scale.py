"""N users from preview to destroy: this package, bare resources and boto3, in turns.

- The floor is a bare dynamic resource with the same inputs that does nothing (`cli_engine.PROGRAMS`).
- Every round creates each contestant's project again. Within a round, the contestants run each phase one right after
  the other, and take turns in going first. Figures are medians over the rounds; ratios are ratios of medians.
- If `pulumi` is not on PATH, the dynamic host is driven over gRPC (`host_engine`).
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.bench import cli_engine, peers
from tests.bench.cli_engine import PHASES, CliEngine, Contestant, configuration
from tests.bench.emulation import EmulatorProcess
from tests.bench.host_engine import HostEngine
from tests.bench.meter import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: The most that a phase may take, as a multiple of the floor's time; a refresh of up to `REFRESHED` users.
TIME_BARS: Final = {
    "up new": 1.10,
    "preview unchanged": 0.95,
    "up unchanged": 0.95,
    "refresh": 1.15,
}
MEMORY_BAR: Final = 1.25
STATE_BAR: Final = 1.15
EMULATOR_BAR: Final = 0.2
REFRESHED: Final = 1000
#: API requests of a refresh of up to `REFRESHED` unchanged users.
REFRESH_REQUESTS: Final = 10


@dataclass
class Phase:
    """One line of the table: what one phase cost each contestant, as medians."""

    count: int
    engine: str
    phase: str
    usages: dict[str, list[Usage]] = field(default_factory=dict)
    state: dict[str, float] = field(default_factory=dict)

    def median(self, who: str) -> Usage:
        """Of all rounds, each figure by itself."""
        rounds = [asdict(usage) for usage in self.usages[who]]
        figures: dict[str, Any] = {
            name: None if rounds[0][name] is None else statistics.median(each[name] for each in rounds)
            for name in rounds[0]
        }
        return Usage(**figures)

    def ratio(self, figure: str) -> float | None:
        """Ours / floor; None where it was not measured."""
        if "floor" not in self.usages:
            return None
        floor = getattr(self.median("floor"), figure)
        return getattr(self.median("ours"), figure) / floor if floor else None

    def missed(self) -> list[str]:
        """The bars that were missed, in words."""
        found = self._missed_ratios() if self.engine.startswith("pulumi") else []
        ours = self.median("ours")
        if self.phase == "refresh" and self.count <= REFRESHED and (ours.requests or 0) > REFRESH_REQUESTS:
            found.append(f"requests {ours.requests} > {REFRESH_REQUESTS}")
        if ours.emulator_share > EMULATOR_BAR:
            found.append(f"emulator {ours.emulator_share:.2f} > {EMULATOR_BAR:.2f}")
        return found

    def _missed_ratios(self) -> list[str]:
        """Of those that are a share of what the engine itself takes."""
        found = []
        for what, figure, bar in (
            ("time", "seconds", self._time_bar()),
            ("memory", "memory", MEMORY_BAR),
        ):
            ratio = self.ratio(figure)
            if bar is not None and ratio is not None and ratio > bar:
                found.append(f"{what} {ratio:.2f} > {bar:.2f}")
        if self.state.get("floor") and self.state["ours"] > STATE_BAR * self.state["floor"]:
            found.append(f"state {self.state['ours'] / self.state['floor']:.2f} > {STATE_BAR:.2f}")
        return found

    def _time_bar(self) -> float | None:
        return None if self.phase == "refresh" and self.count > REFRESHED else TIME_BARS.get(self.phase)

    def as_dict(self) -> dict[str, Any]:
        """For the JSON report: medians, ratios, and every round."""
        return {
            "users": self.count,
            "engine": self.engine,
            "phase": self.phase,
            "medians": {who: asdict(self.median(who)) for who in self.usages},
            "ratios": {figure: self.ratio(figure) for figure in ("seconds", "cpu", "memory")},
            "state_bytes_per_user": self.state,
            "missed": self.missed(),
            "rounds": {who: [asdict(usage) for usage in usages] for who, usages in self.usages.items()},
        }


def phases(
    count: int,
    *,
    rounds: int,
    fast: bool = False,
    contestants: tuple[Contestant, ...] = ("ours", "floor"),
    names: Iterable[str] = PHASES,
    scripts: bool = True,
    report: Callable[[str], None] = lambda _: None,
) -> list[Phase]:
    """Measure phases with so many users.

    Args:
        fast: without saving the state at every step.
        names: of `PHASES`, in their order.
        scripts: measure boto3, too.
        report: gets what was measured, line by line.
    """
    real = cli_engine.available()
    engine = ("pulumi, fast lane" if fast else "pulumi") if real else "gRPC host"
    found = {phase: Phase(count, engine, phase) for phase in names}
    for number in range(rounds):
        order = contestants if number % 2 == 0 else contestants[::-1]
        with contextlib.ExitStack() as opened:
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
            # One for each: they make users of the same names.
            emulators = {who: opened.enter_context(EmulatorProcess()) for who in order}
            engines = {who: _engine(folder / who, who, count, emulators[who], fast=fast) for who in order}
            for phase, line in found.items():
                for who in order:
                    usage = emulators[who].watch(lambda chosen=engines[who], named=phase: chosen.run(named))  # type: ignore[misc]  # mypy takes the defaults for arguments
                    line.usages.setdefault(who, []).append(usage)
                    report(f"{count} users, {phase}, {who}: {usage.seconds:.1f} s, {usage.cpu:.1f} s of CPU")
                    if phase == "up new":
                        line.state[who] = engines[who].state_bytes()
        if scripts:
            _scripts(count, found)
    return list(found.values())


def _engine(
    root: Path, who: Contestant, count: int, emulator: EmulatorProcess, *, fast: bool
) -> CliEngine | HostEngine:
    if not cli_engine.available():
        return HostEngine(who, count, configuration(emulator))
    root.mkdir()
    return CliEngine(root, who, count, configuration(emulator), fast=fast)


def _scripts(count: int, found: dict[str, Phase]) -> None:
    for kind in peers.KINDS:
        with EmulatorProcess() as emulator:
            for job, phase in (("create", "up new"), ("read", "refresh")):
                usage = peers.run(job, kind, count, emulator)
                found[phase].usages.setdefault(f"boto3 {kind}", []).append(usage)


def table(lines: Sequence[Phase]) -> list[str]:
    """The lines for people."""
    head = (
        f"{'users':>5} {'phase':<18} {'ours s':>8} {'floor s':>8} {'ratio':>6} {'CPU s':>7} {'ratio':>6} "
        f"{'MB':>5} {'ratio':>6} {'req.':>6} {'emul.':>6} {'B/user':>7}  boto3 loop / pool of {peers.WORKERS}"
    )
    return [head, *(_line(line) for line in lines)]


def _line(line: Phase) -> str:
    ours = line.median("ours")
    floor = f"{line.median('floor').seconds:8.2f}" if "floor" in line.usages else f"{'':>8}"
    ratios = {
        figure: "" if (ratio := line.ratio(figure)) is None else f"{ratio:.2f}"
        for figure in ("seconds", "cpu", "memory")
    }
    state = f"{line.state['ours']:.0f}" if line.state else ""
    scripts = " / ".join(
        f"{line.median(f'boto3 {kind}').seconds:.2f} s" for kind in peers.KINDS if f"boto3 {kind}" in line.usages
    )
    missed = f"  MISSED {', '.join(line.missed())}" if line.missed() else ""
    return (
        f"{line.count:>5} {line.phase:<18} {ours.seconds:8.2f} {floor} {ratios['seconds']:>6} {ours.cpu:7.2f} "
        f"{ratios['cpu']:>6} {ours.memory:5.0f} {ratios['memory']:>6} {ours.requests or 0:>6} "
        f"{ours.emulator_share:6.2f} {state:>7}  {scripts}{missed}"
    )
