"""One story: its events played in a world of its own. The same events always end the same way."""

from __future__ import annotations

import random
import secrets
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from connect_users.connect import survey
from tests.simulation.ending import finish
from tests.simulation.judge import Broken
from tests.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.simulation.events import Event


class _AtOnce:
    """In place of the thread that reads one listing beside another: it would make the order of requests random."""

    def __init__(self, *_: object) -> None:
        """As `ThreadPoolExecutor`."""

    def __enter__(self) -> _AtOnce:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to end."""

    def submit(self, work: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(work(*args))
        return future


@contextmanager
def _determined() -> Iterator[None]:
    """Everything that is random in the product follows from the story alone."""
    numbers = random.Random(0)
    kept = random.getstate(), secrets.token_hex, survey.ThreadPoolExecutor
    random.seed(0)
    secrets.token_hex = lambda nbytes=None: f"{numbers.getrandbits(8 * (nbytes or 32)):0{2 * (nbytes or 32)}x}"
    survey.ThreadPoolExecutor = _AtOnce  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        random.setstate(kept[0])
        secrets.token_hex, survey.ThreadPoolExecutor = kept[1:]  # type: ignore[misc]


def play(events: Sequence[Event], tell: Callable[[str], None] | None = None) -> Broken | None:
    """Play a story to its end; the invariant that it breaks, or None.

    Args:
        tell: gets the story, line by line.
    """
    with _determined():
        world = World(tell)
        try:
            for event in events:
                world.happen(event)
            finish(world)
        except Broken as broken:
            return broken
    return None


def shrink(events: Sequence[Event], invariant: str) -> list[Event]:
    """The fewest events (nearly) that still break an invariant."""
    left = list(events)

    def breaks(candidate: list[Event]) -> bool:
        broken = play(candidate)
        return broken is not None and broken.invariant == invariant

    size = max(1, len(left) // 2)
    while True:
        start, shrunk = 0, False
        while start < len(left):
            candidate = left[:start] + left[start + size :]
            if breaks(candidate):
                left, shrunk = candidate, True
            else:
                start += size
        if size == 1 and not shrunk:
            return _simplified(left, breaks)
        size = max(1, size // 2)


def _simplified(events: list[Event], breaks: Callable[[list[Event]], bool]) -> list[Event]:
    """The same events with fewer faults and the usual settings, where that breaks as much."""
    from tests.simulation.events import Together
    from dataclasses import replace

    for index, event in enumerate(events):
        options: list[Event] = []
        if isinstance(event, Together):
            options = [event.one, event.other]
        faults = getattr(event, "faults", ())
        options += [replace(event, faults=faults[:at] + faults[at + 1 :]) for at in range(len(faults))]  # type: ignore[call-arg]
        if getattr(event, "checkpoints", True) is False:
            options.append(replace(event, checkpoints=True))  # type: ignore[call-arg]
        if getattr(event, "refresh", False):
            options.append(replace(event, refresh=False))  # type: ignore[call-arg]
        for option in options:
            candidate = [*events[:index], option, *events[index + 1 :]]
            if breaks(candidate):
                return _simplified(candidate, breaks)
    return events
