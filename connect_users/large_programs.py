"""Programs of hundreds of users: Python's full garbage collections, which find nothing in them, are made rare.

Whatever a program declares lives until the program ends, so each full collection looks through all of it in vain: half
of the CPU time of a program of 1,000 users. Young objects are collected as ever.

Only in a process that Pulumi started to run one program, and only while nobody else has changed the collector's
settings: elsewhere (Automation API, tests) the process is not ours to tune.
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
#: Of the default's 10: a full collection is due when as many collections of younger objects were made.
RARELY: Final = 200
_DEFAULT: Final = 10
#: The script by which Pulumi runs a program, among the first words of the command line: after Python's own options.
_RUNNER: Final = "pulumi-language-python-exec"
_OPTIONS: Final = 5

_declared = 0


def count_user() -> None:
    """One user more was declared."""
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
