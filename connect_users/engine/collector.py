"""Python's cyclic garbage collector runs less often in the processes that Pulumi starts, where it finds nothing.

What a program declares lives until the program ends, a hundred objects for each resource, and so does what a provider
has loaded. Full collections that free none of it take half of the CPU time of a program of 1,000 users, and a third
while a large roster is registered. The collector of any other process (Automation API, tests) stays as it is.
"""

from __future__ import annotations

import gc
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Users from which the collector matters.
MANY: Final = 100
#: Collections of younger objects between two full ones, instead of Python's default.
RARELY: Final = 200
_DEFAULT: Final = 10
#: New objects between two collections while a roster is registered; 700 is Python's default.
_OBJECTS: Final = 100_000
#: The script that runs Pulumi's programs, which comes early in the command line: after Python's own options.
_RUNNER: Final = "pulumi-language-python-exec"
_OPTIONS: Final = 5

_declared = 0


def count_user() -> None:
    """A program has declared one more user."""
    global _declared
    _declared += 1
    if _declared == MANY and run_by_pulumi(sys.orig_argv):
        collect_rarely()


def run_by_pulumi(command: Sequence[str]) -> bool:
    """Whether this is the command line of a program that Pulumi runs."""
    return any(PurePath(part).name == _RUNNER for part in command[:_OPTIONS])


def collect_rarely() -> None:
    """Make full collections rare, unless the program has settings of its own."""
    young, middle, old = gc.get_threshold()
    if gc.isenabled() and old == _DEFAULT:
        gc.set_threshold(young, middle, RARELY)


def keep_what_is_loaded() -> None:
    """In a provider's process: exclude what is loaded by now from collections."""
    gc.freeze()


class RareCollections:
    """Makes collections rarer until `end`, while a roster is registered. A collector that is off stays off."""

    def __init__(self) -> None:
        self._before = gc.get_threshold()
        self._during = (max(_OBJECTS, self._before[0]), *self._before[1:])
        if self._before[0]:
            gc.set_threshold(*self._during)

    def end(self) -> None:
        """Restore the settings, unless something else has changed them."""
        if gc.get_threshold() == self._during:
            gc.set_threshold(*self._before)
