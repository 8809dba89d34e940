"""A fresh emulator in memory for every test, and an environment without anybody's credentials."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Emulator, Options
from tests.contract.emulator.support import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "PULUMI_")):
            monkeypatch.delenv(name)


class Clock:
    """A clock that a test moves by hand."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start_emulator() -> Iterator[Callable[..., Emulator]]:
    """Start emulators that are closed after the test: `start_emulator(state=None, **options)`."""
    running: list[Emulator] = []

    def start_emulator(state: Any = None, *, on_event: Any = None, **options: Any) -> Emulator:
        running.append(Emulator(state, Options(**options), on_event=on_event).start())
        return running[-1]

    yield start_emulator
    for emulator in running:
        emulator.close()


@pytest.fixture
def emulator(start_emulator: Callable[..., Emulator]) -> Emulator:
    return start_emulator()


@pytest.fixture
def client(emulator: Emulator) -> Any:
    return connect(emulator)
