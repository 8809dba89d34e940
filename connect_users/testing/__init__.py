"""Rehearsals: run a Pulumi program with ConnectUsers without the Pulumi CLI and without AWS, e.g. in a test.

`Rehearsal` runs a program as the engine would, against the emulator, with the real dynamic host; `DynamicHost` is
that host alone. For tests there are the pytest fixtures `connect_rehearsal` and `connect_emulator`. A rehearsal is
never a deployment. Everything is imported when first used, so that pytest's plugin costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .diffing import PropertyChange
    from .engine_log import Diagnostic, EngineLog
    from .host import DynamicHost
    from .host_errors import HostError, InitFailed
    from .host_messages import CheckReply, DiffReply, StateReply
    from .hosts import Hosts
    from .rehearsal import Rehearsal
    from .result import RehearsalError, Result, Step
    from .state import ResourceState
    from .values import UNKNOWN, Secret

_HOMES = {
    "PropertyChange": "diffing",
    "Diagnostic": "engine_log",
    "EngineLog": "engine_log",
    "CheckReply": "host_messages",
    "DiffReply": "host_messages",
    "DynamicHost": "host",
    "StateReply": "host_messages",
    "Hosts": "hosts",
    "HostError": "host_errors",
    "InitFailed": "host_errors",
    "Rehearsal": "rehearsal",
    "RehearsalError": "result",
    "Result": "result",
    "Step": "result",
    "ResourceState": "state",
    "UNKNOWN": "values",
    "Secret": "values",
}

__all__ = [
    "UNKNOWN",
    "CheckReply",
    "Diagnostic",
    "DiffReply",
    "DynamicHost",
    "EngineLog",
    "HostError",
    "Hosts",
    "InitFailed",
    "PropertyChange",
    "Rehearsal",
    "RehearsalError",
    "ResourceState",
    "Result",
    "Secret",
    "StateReply",
    "Step",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
