"""pytest fixtures, loaded by pytest itself where this package is installed. Imports nothing heavy until used."""

from __future__ import annotations

from contextlib import ExitStack
from shutil import which
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connect_users.emulator import Emulator

    from .rehearsal import Rehearsal
    from .stack import Stack


@pytest.fixture
def connect_emulator() -> Iterator[Emulator]:
    """A running emulator in memory, with the seeded instance in every region."""
    from connect_users.emulator import Emulator, Options

    with Emulator(None, Options(every_region=True)) as emulator:
        yield emulator


@pytest.fixture
def connect_stack(connect_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Stack]:
    """A function of a project's folder and the options of `Stack.create`; skipped where no `pulumi` is on PATH."""
    from .stack import NO_CLI, Stack

    if which("pulumi") is None:
        pytest.skip(NO_CLI)
    return lambda project, **options: Stack.create(
        project, tmp_path_factory.mktemp("stack"), **{"emulator": connect_emulator, **options}
    )


@pytest.fixture
def connect_rehearsal(connect_emulator: Emulator) -> Iterator[Callable[..., Rehearsal]]:
    """A function of the arguments of `Rehearsal`; what it made is closed after the test."""
    from .rehearsal import Rehearsal

    with ExitStack() as made:
        yield lambda program, **options: made.enter_context(
            Rehearsal(program, **{"emulator": connect_emulator, **options})
        )
