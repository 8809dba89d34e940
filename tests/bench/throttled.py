"""New users on an instance with a request quota: this package, bare resources, boto3 in a loop and in a pool.

The bar is 1.03 times the greater of two floors: what the quota allows, (users - burst) / rate seconds, and what the
engine takes for bare resources. The quota is AWS's default with ``--large``, else ten times that; the package is
configured for it in either case.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.bench import cli_engine, peers
from tests.bench.cli_engine import CliEngine, Contestant, configuration
from tests.bench.emulation import EmulatorProcess
from tests.bench.host_engine import HostEngine

if TYPE_CHECKING:
    from tests.bench.meter import Usage

BAR: Final = 1.03
#: Requests sent for each that is needed.
REQUESTS_BAR: Final = 1.1
BURST: Final = 5


@dataclass
class Throttled:
    """What making users under a quota cost each contestant.

    Attributes:
        span: seconds from the first CreateUser to the last of ours: the engine starts before and ends after.
    """

    count: int
    rate: float
    usages: dict[str, Usage]
    span: float

    @property
    def quota_floor(self) -> float:
        """Seconds that nobody can undercut."""
        return max(0.0, (self.count - BURST) / self.rate)

    @property
    def floor(self) -> float:
        """The greater of the two floors."""
        return max(self.quota_floor, self.usages["floor"].seconds)

    def missed(self) -> list[str]:
        """The bars that were missed, in words."""
        found = []
        ours = self.usages["ours"]
        if ours.seconds > BAR * self.floor:
            found.append(f"time {ours.seconds / self.floor:.2f} > {BAR:.2f}")
        if (ours.requests or 0) > REQUESTS_BAR * self.count:
            found.append(f"requests {ours.requests} > {REQUESTS_BAR} x {self.count}")
        return found

    def as_dict(self) -> dict[str, Any]:
        """For the JSON report."""
        return {
            "users": self.count,
            "rate": self.rate,
            "burst": BURST,
            "quota_floor": self.quota_floor,
            "create_span": self.span,
            "usages": {who: asdict(usage) for who, usage in self.usages.items()},
            "missed": self.missed(),
        }

    def lines(self) -> list[str]:
        """The lines for people."""
        head = (
            f"{self.count} new users at {self.rate:g}/s, burst {BURST} (quota floor {self.quota_floor:.1f} s; "
            f"ours from first to last CreateUser {self.span:.1f} s)"
        )
        rows = [
            f"  {who:<11} {usage.seconds:7.1f} s  {usage.requests or 0:>5} requests  {usage.failed:>4} users lost"
            for who, usage in self.usages.items()
        ]
        return [head, *rows, *([f"  MISSED {', '.join(self.missed())}"] if self.missed() else [])]


def measure(count: int, rate: float) -> Throttled:
    """Each contestant once, on an emulator of its own with a full bucket."""
    usages: dict[str, Usage] = {}
    span = 0.0
    contestants: tuple[Contestant, ...] = ("ours", "floor")
    for who in contestants:
        with EmulatorProcess(f"{rate:g}/{BURST}") as emulator, tempfile.TemporaryDirectory() as folder:
            config = configuration(emulator, rate, BURST)
            engine: CliEngine | HostEngine = (
                CliEngine(Path(folder), who, count, config)
                if cli_engine.available()
                else HostEngine(who, count, config)
            )
            usages[who] = emulator.watch(lambda chosen=engine: chosen.run("up new"))  # type: ignore[misc]  # as in scale
            span = span or emulator.create_span()
    for kind in peers.KINDS:
        with EmulatorProcess(f"{rate:g}/{BURST}") as emulator:
            usages[f"boto3 {kind}"] = peers.run("create", kind, count, emulator)
    return Throttled(count, rate, usages, span)
