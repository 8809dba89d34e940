"""Rosters: from the file to the plan without Pulumi; in a real stack, with Python and with the plugin."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import plan
from connect_users.core.references import ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.core.spec import canonical
from connect_users.emulator import seed
from connect_users.roster.names import Names
from connect_users.roster.people import JudgedRoster, RosterOptions, judge
from connect_users.roster.reading import read, read_personas
from tests.bench import scale, users
from tests.bench.cli_engine import CliEngine
from tests.bench.rows import Row, interleaved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.bench.meter import Usage

PEOPLE: Final = 10_000
#: Seconds of CPU for `PEOPLE`.
PURE_BAR: Final = 1.5
PERSONAS_BAR: Final = 1.0
PREVIEW_BAR: Final = 1.15
#: MB of the program of 5,000 people.
MEMORY_BAR: Final = 500.0
#: A UserRoster in YAML beside bare dynamic resources in Python: whole CPU, and MB of the plugin of 5,000 people.
COMPONENT_CPU_BAR: Final = 0.65
COMPONENT_MEMORY_BAR: Final = 400.0


def rows(short: bool) -> list[Row]:
    """Two rows: yesterday's roster is known, and one person in a hundred has moved since."""
    count = 100 if short else PEOPLE
    return [
        _row(f"a roster of {count} people", users.write_roster, None, PURE_BAR, short=short),
        _row(
            f"an export of {count} people with personas", users.write_export, users.PERSONAS, PERSONAS_BAR, short=short
        ),
    ]


def _row(what: str, write: Callable[..., None], personas: Mapping[str, Any] | None, most: float, *, short: bool) -> Row:
    count = 100 if short else PEOPLE
    with tempfile.TemporaryDirectory() as folder:
        today, yesterday = Path(folder, "today.csv"), Path(folder, "yesterday.csv")
        write(yesterday, count)
        write(today, count, changed=True)
        before = {person.username: canonical(person.inputs) for person in _judged(yesterday, personas).people}

        def ours() -> float:
            start = time.process_time()
            people = _judged(today, personas).people
            steps = [plan.update_steps(before[it.username], canonical(it.inputs)) for it in people]
            spent = time.process_time() - start
            assert sum(map(bool, steps)) == len(range(0, count, users.CHANGED_EACH))
            return spent

        def reading() -> float:
            start = time.process_time()
            read(today)
            return time.process_time() - start

        spent, baseline = interleaved(1 if short else 5, ours, reading)
    return Row(f"{what} read, checked and planned, CPU (baseline: read)", spent, baseline, "s", most=most)


def _judged(file: Path, personas: Mapping[str, Any] | None) -> JudgedRoster:
    names = {
        ROUTING_PROFILE: Names(ROUTING_PROFILE, seed.ROUTING_PROFILES),
        SECURITY_PROFILE: Names(SECURITY_PROFILE, seed.SECURITY_PROFILES),
    }
    known = None if personas is None else read_personas(personas)
    terms = RosterOptions(
        seed.INSTANCE_ID, names=names, personas=known, password_of=lambda _: ("password", users.PASSWORD)
    )
    judged = judge(read(file, known), terms)
    assert not judged.problems
    return judged


def previews(count: int, rounds: int) -> list[Row]:
    """Two rows: the time of a preview, and the memory of its program. Needs `pulumi`."""
    usages: dict[str, list[Usage]] = {"roster": [], "floor": []}
    with tempfile.TemporaryDirectory() as folder:
        engines = {}
        for who in ("roster", "floor"):
            root = Path(folder, who)
            root.mkdir()
            engines[who] = CliEngine(root, who, count, {"connect-users:region": "us-east-1"})
        for number in range(rounds):
            for who in list(engines)[:: 1 if number % 2 == 0 else -1]:
                usages[who].append(engines[who].run("preview new"))

    def median(who: str, figure: str) -> float:
        return statistics.median(float(getattr(usage, figure)) for usage in usages[who])

    times, memory = ((median("roster", it), median("floor", it)) for it in ("seconds", "program_memory"))
    return [
        Row(f"preview of a roster of {count} (baseline: bare dynamic resources)", *times, "s", most_ratio=PREVIEW_BAR),
        Row(f"memory of a program with a roster of {count} (baseline: the same)", *memory, "MB", most=MEMORY_BAR),
    ]


def components(count: int, rounds: int, report: Callable[[str], None]) -> list[Row]:
    """A roster of the plugin, in a program in YAML, beside bare dynamic resources in Python. Needs `pulumi`."""
    phases = scale.phases(
        count,
        rounds=rounds,
        fast=True,
        contestants=("component", "floor"),
        names=("preview new", "up new", "preview unchanged", "up unchanged"),
        scripts=False,
        report=report,
    )
    rows = []
    for phase in phases:
        what = f"{phase.phase}, UserRoster of {count} in YAML"
        ours, floor = phase.median("component"), phase.median("floor")
        bar = COMPONENT_CPU_BAR if phase.phase.startswith("preview") else None
        rows += [
            Row(f"{what}: time", ours.seconds, floor.seconds, "s"),
            Row(f"{what}: whole CPU", ours.cpu, floor.cpu, "s", most_ratio=bar),
            Row(
                f"{what}: memory of the provider",
                ours.provider_memory,
                floor.provider_memory,
                "MB",
                most=COMPONENT_MEMORY_BAR,
            ),
        ]
    return rows
