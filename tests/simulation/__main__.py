"""``python -m tests.simulation --seeds 5000`` or ``--seed 7``."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from tqdm import tqdm

from tests.simulation.generate import story
from tests.simulation.mutants import MUTANTS, find
from tests.simulation.story import play, shrink


def judged(seed: int) -> tuple[int, str, str]:
    """A seed, the invariant that its story breaks, and how; empty strings where it breaks none."""
    try:
        broken = play(story(seed))
    except Exception as accident:
        accident.add_note(f"seed {seed}")
        raise
    return seed, "" if broken is None else broken.invariant, "" if broken is None else str(broken)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    parser.add_argument("--seed", type=int, help="only this one: its story, and the fewest events that break as much")
    parser.add_argument("--mutants", action="store_true", help="how many seeds it takes to find each mutant")
    arguments = parser.parse_args()
    if arguments.mutants:
        return hunt(20_000)
    if arguments.seed is not None:
        return replay(arguments.seed)
    failed = 0
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for seed, invariant, text in tqdm(pool.map(judged, seeds, chunksize=50), total=len(seeds), disable=None):
            if invariant:
                failed += 1
                tqdm.write(f"seed {seed}: {text}")
    sys.stdout.write(f"{len(seeds)} seeds, {failed} failed\n")
    return 1 if failed else 0


def replay(seed: int) -> int:
    """Tell the story of a seed; where it fails, the shortest that fails in the same way."""
    events = story(seed)
    broken = play(events)
    if broken is not None:
        events = shrink(events, broken.invariant)
    broken = play(events, print)
    sys.stdout.write(f"seed {seed}: {broken or 'fine'}\n")
    return 1 if broken else 0


def hunt(seeds: int) -> int:
    """Find every mutant."""
    missed = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for mutant, found in zip(MUTANTS, pool.map(_found, range(len(MUTANTS)), [seeds] * len(MUTANTS)), strict=True):
            missed += found is None
            how = f"not in {seeds} seeds" if found is None else f"after {found[0]} seeds: {found[1][:150]}"
            sys.stdout.write(f"{mutant.text}: {how}\n")
            sys.stdout.flush()
    return 1 if missed else 0


def _found(number: int, seeds: int) -> tuple[int, str] | None:
    return find(MUTANTS[number], seeds)


if __name__ == "__main__":
    sys.exit(main())
