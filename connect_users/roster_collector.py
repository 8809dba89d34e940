"""Python's cyclic garbage collector while a large roster is registered.

Every resource keeps some hundred objects alive until the program ends, and the collector, which looks again after each
700 new ones, finds nothing among them: with thousands of people that is a third of the program's time. So it is told to
look less often, until the last person is registered.
"""

from __future__ import annotations

import gc
from typing import Final

#: New objects between two looks; 700 is Python's default.
_OBJECTS: Final = 100_000


class Patience:
    """From its making to `end`, the collector looks less often. A collector that was turned off stays so."""

    def __init__(self) -> None:
        self._before = gc.get_threshold()
        self._during = (max(_OBJECTS, self._before[0]), *self._before[1:])
        if self._before[0]:
            gc.set_threshold(*self._during)

    def end(self) -> None:
        """As before, unless somebody else has changed it meanwhile."""
        if gc.get_threshold() == self._during:
            gc.set_threshold(*self._before)
