"""``python -m tests.bench``: speed, as ratios against a baseline of the same run, in one table."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.bench import checking, importing, registering

#: The short mode keeps the benchmarks alive in CI; its figures mean little.
SHORT = "--short" in sys.argv


def main() -> int:
    """Measure, print, write build/bench.json; 1 when a ratio misses its bar."""
    rows = [*checking.rows(SHORT), *importing.rows(SHORT), *registering.rows(SHORT)]
    width = max(len(row.what) for row in rows)
    print(f"{'measured':<{width}}  {'ours':>12}  {'baseline':>12}  {'ratio':>6}  bar")
    for row in rows:
        verdict = "" if row.within_bar else "  MISSED"
        print(
            f"{row.what:<{width}}  {row.ours:>9.4g} {row.unit}  {row.baseline:>9.4g} {row.unit}"
            f"  {row.ratio:>6.2f}  {row.bar_text}{verdict}"
        )
    report = Path("build/bench.json")
    report.parent.mkdir(exist_ok=True)
    report.write_text(json.dumps([row.as_dict() for row in rows], indent=2) + "\n", encoding="utf-8")
    return 0 if SHORT or all(row.within_bar for row in rows) else 1


sys.exit(main())
