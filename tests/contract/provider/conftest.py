"""Both doors: whoever drives a host drives the dynamic host and the plugin, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.doors import DOORS

if TYPE_CHECKING:
    import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Through which doors a test goes: through both, or through those of its mark `door`, which gives the reason."""
    if "door" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("door")
        doors = [mark.args[0]] if mark else list(DOORS)
        metafunc.parametrize("door", doors, scope="module")
