"""Both doors: whoever drives a host drives the dynamic host and the plugin, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.doors import DOORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.provider.looking_up import World


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Through which doors a test goes: through both, or through those of its mark `door`, which gives the reason."""
    if "door" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("door")
        doors = [mark.args[0]] if mark else list(DOORS)
        metafunc.parametrize("door", doors, scope="module")


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    """One emulator for the look-ups of a module."""
    # Imported here: other modules need no program.
    from tests.contract.provider.looking_up import World

    with World() as world:
        yield world


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """The module's world, without the requests and faults of other tests."""
    shared_world.calls()
    yield shared_world
    shared_world.on_event = None
    shared_world.emulator.faults.clear()
