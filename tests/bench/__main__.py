"""``python -m tests.bench``: speed and scale, compared with a baseline in the same run. Writes build/bench.json.

Parts (``--only`` runs one of them):

- ``small``: without an engine: check and diff, imports, registering, a roster of 10,000 people, the plugin's start.
- ``rosters``: a Python roster, and a roster of the plugin in YAML, compared with bare resources.
- ``doors``: the plugin compared with the dynamic door, by phase, and both at a latency of 0.5 s.
- ``scale``: the dynamic door compared with bare resources and boto3, by phase.
- ``quota``: new users under a quota of requests.

Options: ``--users 100,1000`` and ``--rounds 3`` for other sizes (the bars are for 1,000 users), ``--short``
(takes seconds and shows in CI that the benchmarks work; ignore its figures), ``--large`` (also 1,000 and 5,000 users,
and AWS's own quota in real time), ``--yaml`` (the plugin's program is in YAML, not in Python).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench import checking, cli_engine, doors, importing, registering, rosters, scale, throttled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.cli_engine import Contestant
    from tests.bench.rows import Row

#: From this number of users on, the state is not saved at every step, since saving would dominate the time.
FAST_FROM = 500
PARTS = ("small", "rosters", "doors", "scale", "quota")
#: Users in the rosters; users that are created at a latency, and that latency in seconds.
ROSTER, WAITING, LATENCY = 1000, 64, 0.5


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, write the report; 1 if a bar is missed."""
    args = _arguments(argv)
    report: dict[str, Any] = {"engine": "pulumi" if cli_engine.available() else "gRPC host"}
    missed = 0
    if "small" in args.only:
        small = (checking, importing, registering, rosters)
        rows = [row for part in small for row in part.rows(args.short)]
        missed += _print_rows("ours", [*rows, doors.starting(1 if args.short else 11)], report, "rows")
    if "rosters" in args.only and cli_engine.available():
        people, rounds = (10, 1) if args.short else (max(ROSTER, *args.users), args.rounds)
        rows = [*rosters.previews(people, rounds), *rosters.components(people, rounds, _tell)]
        missed += _print_rows("ours", rows, report, "rosters")
    if "doors" in args.only and cli_engine.available():
        missed += _print_rows("plugin", _doors(args), report, "doors")
    if "scale" in args.only:
        phases = [phase for count in args.users for phase in _phases(count, args)]
        print(*scale.table(phases), sep="\n")
        report["scale"] = [phase.as_dict() for phase in phases]
        missed += sum(bool(phase.missed()) for phase in phases)
    if "quota" in args.only:
        # Ten times AWS's quota unless there is time.
        quota = throttled.measure(10 if args.short else 100, 2.0 if args.large else 20.0)
        print(*quota.lines(), sep="\n")
        report["quota"] = quota.as_dict()
        missed += bool(quota.missed())
    args.report.parent.mkdir(parents=True, exist_ok=True)
    args.report.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if args.short or not missed else 1


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--users", type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--yaml", action="store_true")
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--report", type=Path, default=Path("build/bench.json"))
    args = parser.parse_args(argv)
    args.only = args.only or PARTS
    args.users = args.users or ([10] if args.short else [100, 1000, 5000] if args.large else [100])
    args.rounds = args.rounds or (1 if args.short else 3)
    return args


def _phases(count: int, args: argparse.Namespace) -> list[scale.Phase]:
    return scale.phases(
        count,
        rounds=args.rounds,
        fast=count >= FAST_FROM,
        report=_tell,
    )


def _doors(args: argparse.Namespace) -> list[Row]:
    plugin: Contestant = "yaml" if args.yaml else "plugin"
    phases = [
        phase
        for count in args.users
        for phase in doors.phases(count, plugin, args.rounds, fast=count >= FAST_FROM, report=_tell)
    ]
    waiting = doors.waiting(8 if args.short else WAITING, 0.1 if args.short else LATENCY, plugin, args.rounds)
    return [*(row for phase in phases for row in doors.rows(phase, plugin)), *waiting]


def _tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def _print_rows(ours: str, rows: Sequence[Row], report: dict[str, Any], part: str) -> int:
    """Print rows and add them to the report; returns how many missed a bar."""
    report[part] = [row.as_dict() for row in rows]
    width = max(len(row.what) for row in rows)
    print(f"{'measured':<{width}}  {ours:>12}  {'baseline':>12}  {'ratio':>6}  bar")
    for row in rows:
        print(
            f"{row.what:<{width}}  {row.ours:>9.4g} {row.unit:<2}  {row.baseline:>9.4g} {row.unit:<2}"
            f"  {row.ratio:>6.2f}  {row.bar_text}  {row.verdict}".rstrip()
        )
    return sum(not row.within_bar for row in rows)


if __name__ == "__main__":
    sys.exit(main())
