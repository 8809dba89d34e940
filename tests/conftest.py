"""What every ring does once."""

from __future__ import annotations

import gc


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay until the end: looking for garbage among them was a tenth of a ring's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
