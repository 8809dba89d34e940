"""Python's cyclic garbage collector in the processes that Pulumi starts: it looks less often, since it finds nothing.

Whatever a program declares lives until the program ends, a hundred objects a resource, and so does what a provider has
loaded. Each full collection looks through all of it in vain: half of the CPU time of a program of 1,000 users, a third
while a large roster is registered. A process that is not Pulumi's (Automation API, tests) is not ours to tune.
"""

from __future__ import annotations

import gc
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Users from which on it matters.
MANY: Final = 100
#: Collections of younger objects between two full ones, instead of Python's default.
RARELY: Final = 200
_DEFAULT: Final = 10
#: New objects between two looks while a roster is registered; 700 is Python's default.
_OBJECTS: Final = 100_000
#: The script by which Pulumi runs a program, among the first words of the command line: after Python's own options.
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
    """Whether this command line is the one by which Pulumi runs a program."""
    return any(PurePath(part).name == _RUNNER for part in command[:_OPTIONS])


def collect_rarely() -> None:
    """Make full collections rare, where the settings are Python's own."""
    young, middle, old = gc.get_threshold()
    if gc.isenabled() and old == _DEFAULT:
        gc.set_threshold(young, middle, RARELY)


def keep_what_is_loaded() -> None:
    """In a provider's process: what is loaded by now stays, and need not be looked through again."""
    gc.freeze()


class Registering:
    """From its making to `end`, while a large roster is registered, the collector looks less often.

    A collector that was turned off stays so.
    """

    def __init__(self) -> None:
        self._before = gc.get_threshold()
        self._during = (max(_OBJECTS, self._before[0]), *self._before[1:])
        if self._before[0]:
            gc.set_threshold(*self._during)

    def end(self) -> None:
        """As before, unless somebody else has changed it meanwhile."""
        if gc.get_threshold() == self._during:
            gc.set_threshold(*self._before)
