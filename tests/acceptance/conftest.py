"""The real Pulumi CLI on a file:// backend against the emulator; skipped where there is no CLI."""

from __future__ import annotations

import itertools
import shutil
from typing import TYPE_CHECKING

import pytest

from connect_users.emulator import Emulator
from connect_users.testing.stack import NO_CLI
from tests.acceptance.newcomer import caches
from tests.acceptance.stack import STACK, Stack, new_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from connect_users.emulator.dispatcher import OnEvent
    from tests.acceptance.newcomer import Environment

    NewStack = Callable[..., Stack]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty stack that tests copy, since making one takes a run of the CLI."""
    if shutil.which("pulumi") is None:
        pytest.skip(NO_CLI)
    root = tmp_path_factory.mktemp("template") / "root"
    new_root(root)
    return root


@pytest.fixture
def new_stack(template: Path, tmp_path: Path) -> Iterator[NewStack]:
    """Makes stacks, each with an emulator of its own."""
    emulators: list[Emulator] = []
    numbers = itertools.count()

    def make(
        *, like: Path | None = None, state: str | None = None, on_event: OnEvent | None = None, name: str = STACK
    ) -> Stack:
        """Args: like: a folder to copy; state: the emulator's file in the new folder; name: of the stack."""
        root = tmp_path / f"stack{next(numbers)}"
        new_root(root, (template if like is None else like) if name == STACK else None, name)
        emulator = Emulator(root / state if state else None, on_event=on_event).start()
        emulators.append(emulator)
        stack = Stack(root, emulator, name=name)
        # As fast as the emulator; a missing user is believed missing after seconds, not after a minute.
        stack.configure(
            endpointUrl=emulator.endpoint_url, region="us-east-1", requestsPerSecond=1000, burst=1000, timeout=5
        )
        return stack

    yield make
    for emulator in emulators:
        emulator.close()


@pytest.fixture
def stack(new_stack: NewStack) -> Stack:
    """An empty stack."""
    return new_stack()


@pytest.fixture
def newcomer(stack: Stack) -> Environment:
    """The environment of somebody with the CLI and this package, who has not installed the plugin yet."""
    ours = ("PULUMI_STACK", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    kept = {name: value for name, value in stack.environment.items() if name not in ours}
    return {**kept, **caches(), "PULUMI_SKIP_CONFIRMATIONS": "true"}
