"""For tests of programs with ConnectUsers: the real engine where there is a Pulumi CLI, else rehearsals.

`Stack` drives the real engine, `Rehearsal` plays the little that a demo and an example need, `ProviderProcess` is a
provider alone; pytest's `fixtures` make them. Each is imported when first used, so that the fixtures cost nothing.
It may import everything but `cli`. Start reading at `stack`, then `rehearsal`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .driver import CheckFailed, PlannedChange, ResourceDriver, ResourceState
    from .provider_process import CheckReply, DiffReply, HostError, ProviderProcess, StateReply
    from .rehearsal import Rehearsal
    from .result import RehearsalError, RehearsedStep, Result
    from .stack import Outcome, Stack, StackError
    from .values import UNKNOWN, Secret

__all__ = ["UNKNOWN", "CheckFailed", "CheckReply", "DiffReply", "HostError", "Outcome", "PlannedChange"]
__all__ += ["ProviderProcess", "Rehearsal", "RehearsalError", "RehearsedStep", "ResourceDriver", "ResourceState"]
__all__ += ["Result", "Secret", "Stack", "StackError", "StateReply"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        for home in ("values", "provider_process", "driver", "stack", "result", "rehearsal"):
            module = import_module(f".{home}", __name__)
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
