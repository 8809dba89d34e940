"""One run over a stack's state: the tables that the engine keeps while it decides and acts.

Owns who was seen, what became of each resource, the recorded steps and the resulting state; decides nothing.
Contract: `snapshot()` is at every moment a state that is true and in topological order, whatever failed.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from .result import Step, StepOp
from .state import STACK_TYPE, ResourceState
from .values import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .diffing import PropertyChange
    from .engine_log import EngineLog
    from .registry import Registry

#: Where a step stands in the result: phase, declaration, number.
Order = tuple[int, int, int]


class Stopped(Exception):
    """The run was stopped by a failure that is recorded already; nothing more is done."""


class Deployment:
    """The tables of one run.

    Args:
        prev: the state before; never modified.
        dry_run: a preview.
        targets: the only URNs to touch; None = all.
    """

    def __init__(
        self,
        *,
        stack: str,
        project: str,
        prev: Iterable[ResourceState],
        registry: Registry,
        log: EngineLog,
        dry_run: bool,
        targets: frozenset[str] | None = None,
    ) -> None:
        self.stack = stack
        self.project = project
        self.dry_run = dry_run
        self.targets = targets
        self.log = log
        self.registry = registry
        #: The states before, as copies: their marks (delete, pending_replacement) change during the run.
        self.prev = [replace(state) for state in prev]
        self.olds = {state.urn: state for state in self.prev if not state.delete}
        self.news: dict[str, ResourceState] = {}
        self.seen: set[str] = set()
        self.operated: set[str] = set()
        self.replaces: set[str] = set()
        self.deletes: set[str] = set()
        self.skipped: set[str] = set()
        self.pending_deletes: set[int] = set()
        #: URN of a resource -> the former URN under which it was found, and the other way round.
        self.aliases: dict[str, str] = {}
        self.aliased: dict[str, str] = {}
        self.dependent_keys: dict[str, tuple[str, ...]] = {}
        self.stack_outputs: dict[str, object] = {}
        self.generation = threading.Lock()
        self.tables = threading.Lock()
        self._stopped = False
        self.failed = False
        self._dropped: set[int] = set()
        self._kept: list[ResourceState] = []
        self._steps: list[tuple[Order, Step]] = []
        registry.bind(self)

    def is_target(self, state: ResourceState) -> bool:
        """Whether the run may touch it; providers and the stack always."""
        return self.targets is None or state.is_provider or state.type == STACK_TYPE or state.urn in self.targets

    def fail(self, urn: str, message: str, *, stop: bool = True) -> None:
        """Record an error on a resource ("" = the stack); by default nothing new is started after it."""
        self.log.add("error", urn, message)
        with self.tables:
            self.failed = True
            self._stopped = self._stopped or stop

    def stop(self) -> None:
        """Start nothing new."""
        with self.tables:
            self.failed = self._stopped = True

    def is_stopped(self) -> bool:
        """Whether nothing new may be started."""
        return self._stopped

    def proceed(self) -> None:
        """Go on only if nothing stopped the run.

        Raises:
            Stopped: something did.
        """
        if self._stopped:
            raise Stopped

    def place(self, new: ResourceState) -> None:
        """Give a new state its position: the order in which registrations were decided is a topological one."""
        with self.tables:
            self._kept.append(new)
            self._dropped.add(id(new))

    def commit(self, new: ResourceState, old: ResourceState | None = None) -> None:
        """The new state is true; the old one (when given) is no longer."""
        with self.tables:
            self.news[new.urn] = new
            self._dropped.discard(id(new))
            if old is not None:
                self._dropped.add(id(old))

    def drop(self, old: ResourceState) -> None:
        """The resource is gone."""
        with self.tables:
            self._dropped.add(id(old))

    def gone(self, state: ResourceState) -> bool:
        """Whether the state is no longer true."""
        with self.tables:
            return id(state) in self._dropped

    def record(
        self,
        order: Order,
        op: StepOp,
        old: ResourceState | None,
        new: ResourceState | None,
        *,
        diff: tuple[PropertyChange, ...] = (),
        replace_keys: Iterable[str] = (),
        failed: bool = False,
    ) -> None:
        """Record a step; the engine's own default providers are none."""
        state = new or old
        if state is None or state.is_default_provider:
            return
        frozen_old = replace(old) if old is not None else None
        frozen_new = replace(new) if new is not None else None
        keys = tuple(sorted(replace_keys))
        step = Step(op, state.urn, state.type, state.name, diff, keys, frozen_old, frozen_new, failed)
        with self.tables:
            self._steps.append((order, step))

    def steps(self) -> tuple[Step, ...]:
        """All steps in the order of the program."""
        return tuple(step for _, step in sorted(self._steps, key=lambda entry: entry[0]))

    def snapshot(self) -> list[ResourceState]:
        """The state now: what was registered, then what was not touched."""
        with self.tables:
            new = [state for state in self._kept if id(state) not in self._dropped]
            old = [state for state in self.prev if id(state) not in self._dropped]
        return [self._renamed(state) for state in [*new, *old]]

    def _renamed(self, state: ResourceState) -> ResourceState:
        """The state with the new URNs of resources that were found by an alias."""
        if not self.aliased:
            return state
        now = self.aliased.get
        provider, _, identifier = state.provider.rpartition("::")
        return replace(
            state,
            parent=now(state.parent, state.parent),
            provider=f"{now(provider, provider)}::{identifier}" if provider else "",
            dependencies=tuple(now(urn, urn) for urn in state.dependencies),
            property_dependencies={
                key: tuple(now(urn, urn) for urn in urns) for key, urns in state.property_dependencies.items()
            },
            deleted_with=now(state.deleted_with, state.deleted_with),
        )


def mark_secret_outputs(state: ResourceState) -> None:
    """Additional secret outputs, and outputs named like a secret input, become secret (step_executor.go)."""
    outputs = dict(state.outputs)
    for key, value in state.outputs.items():
        if isinstance(value, Secret):
            continue
        if key in state.additional_secret_outputs or isinstance(state.inputs.get(key), Secret):
            outputs[key] = Secret(value)
    state.outputs = outputs


def check_targets(run: Deployment) -> None:
    """Record an error for each target that neither the state nor the program has."""
    known = run.seen | {state.urn for state in run.prev}
    for urn in sorted((run.targets or frozenset()) - known):
        run.fail("", f"Target '{urn}' could not be found in the stack.")
