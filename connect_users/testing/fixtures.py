"""pytest fixtures, loaded by pytest itself where this package is installed. Imports nothing heavy until used.

`connect_emulator` is a running emulator of the test's own; `connect_rehearsal` makes rehearsals on it:

    def test_every_agent_gets_a_user(connect_rehearsal):
        rehearsal = connect_rehearsal("infra/")
        assert rehearsal.up().raise_for_errors().changes["create"] == 12
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connect_users.emulator import Emulator

    from .rehearsal import Rehearsal


@pytest.fixture
def connect_emulator() -> Iterator[Emulator]:
    """A running emulator in memory, with the seeded instance in every region."""
    from connect_users.emulator import Emulator, Options

    with Emulator(None, Options(every_region=True)) as emulator:
        yield emulator


@pytest.fixture
def connect_rehearsal(connect_emulator: Emulator) -> Iterator[Callable[..., Rehearsal]]:
    """A function that takes the arguments of `Rehearsal`, on `connect_emulator` unless told otherwise; what it made
    is closed after the test."""
    from .rehearsal import Rehearsal

    made: list[Rehearsal] = []

    def make(program: Any, **options: Any) -> Rehearsal:
        options.setdefault("emulator", connect_emulator)
        rehearsal = Rehearsal(program, **options)
        made.append(rehearsal)
        return rehearsal

    yield make
    for rehearsal in made:
        rehearsal.close()
