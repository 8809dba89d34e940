"""One story: its events played in a world of its own. The same events always end the same way."""

from __future__ import annotations

import random
import secrets
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connect_users.connect import survey
from tests.simulation.ending import finish
from tests.simulation.events import Command, Together, Up
from tests.simulation.judge import Broken
from tests.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Self

    from tests.simulation.events import Event


class _AtOnce:
    """In place of the thread that reads one listing beside another: it would make the order of requests random."""

    def __init__(self, *_: object) -> None:
        """As `ThreadPoolExecutor`."""

    def __enter__(self) -> Self:
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

    def token_hex(nbytes: int | None = None) -> str:
        return f"{numbers.getrandbits(8 * (nbytes or 32)):0{2 * (nbytes or 32)}x}"

    replaced: tuple[tuple[Any, str, Any], ...] = (
        (secrets, "token_hex", token_hex),
        (survey, "ThreadPoolExecutor", _AtOnce),
    )
    state, kept = random.getstate(), [getattr(place, name) for place, name, _ in replaced]
    random.seed(0)
    for place, name, value in replaced:
        setattr(place, name, value)
    try:
        yield
    finally:
        random.setstate(state)
        for (place, name, _), value in zip(replaced, kept, strict=True):
            setattr(place, name, value)


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
    for index, event in enumerate(events):
        for option in _simpler(event):
            candidate = [*events[:index], option, *events[index + 1 :]]
            if breaks(candidate):
                return _simplified(candidate, breaks)
    return events


def _simpler(event: Event) -> Iterator[Event]:
    """The same event with something less."""
    if isinstance(event, Together):
        yield from (event.one, event.other)
    if isinstance(event, Command):
        for at in range(len(event.faults)):
            yield replace(event, faults=event.faults[:at] + event.faults[at + 1 :])
        if not event.checkpoints:
            yield replace(event, checkpoints=True)
    if isinstance(event, Up) and event.refresh:
        yield replace(event, refresh=False)
