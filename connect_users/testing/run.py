"""One rehearsed run over a stack's state: what is registered is made one by one, as the registrations come.

Contract: `states()` is true at every moment, in an order in which no resource depends on a later one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from .driver import CheckFailed, ResourceDriver
from .provider_process import HostError
from .result import RehearsedStep
from .values import PropertyMap, changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from .driver import ResourceState
    from .provider_process import EngineLog

    Maybe = ResourceState | None


class RunStopped(Exception):
    """The run was stopped by a failure that is recorded already; nothing more is done."""


@dataclass
class RehearsedRun:
    """One run: its states before and after, and its steps."""

    before: list[ResourceState]  # the state before; its items are copies
    #: Returns what serves a package, configured with the inputs of a provider resource (None = the stack's).
    provider: Callable[[str, PropertyMap | None], Any]
    log: EngineLog
    dry_run: bool  # a preview, which calls nothing that changes anything
    failed: bool = False
    steps: list[RehearsedStep] = field(default_factory=list)
    news: dict[str, ResourceState] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _gone: set[int] = field(default_factory=set)

    def states(self) -> list[ResourceState]:
        return [*self.news.values(), *(state for state in self.before if id(state) not in self._gone)]

    def fail(self, urn: str, message: str) -> None:
        """Record an error on a resource ("" = the stack); nothing is started after it."""
        self.log.add("error", urn, message)
        self.failed = True

    def register(self, new: ResourceState) -> ResourceState:
        """Bring one resource to what is declared; returns its state, in a preview the new one. Raises RunStopped."""
        if new.urn in self._seen:
            self.fail(new.urn, f"Duplicate resource URN '{new.urn}'; try giving it a unique name")
        if self.failed:
            raise RunStopped
        self._seen.add(new.urn)
        old = next((state for state in self.before if state.urn == new.urn and not state.delete), None)
        if new.served:
            return self._make(new, old)
        new.id, new.outputs = ("rehearsal", new.inputs) if new.custom else ("", old.outputs if old else {})
        self._keep(new, old)
        changed = new.custom and old is not None and old.inputs != new.inputs
        self._record("create" if old is None else "update" if changed else "same", old, new)
        return new

    def _driver(self, new: ResourceState, old: Maybe) -> ResourceDriver:
        """Drive a resource with the provider that it names, or raise RunStopped."""
        urn = new.provider.rpartition("::")[0]
        explicit = next((it.inputs for it in [*self.news.values(), *self.before] if urn and it.urn == urn), None)
        try:
            return ResourceDriver(self.provider(new.type.split(":")[0], explicit), new.urn, old, new)
        except HostError as error:
            self.fail(new.urn, str(error))
            raise RunStopped from None

    def _make(self, new: ResourceState, old: Maybe) -> ResourceState:
        driver, change = self._driver(new, old), None
        try:
            change = driver.plan(driver.checked(new.inputs))
            (driver.preview if self.dry_run else driver.apply)(change)
        except (CheckFailed, HostError) as error:
            self.fail(new.urn, str(error))
        made = driver.state
        if made is not old:
            self._keep(made, None if driver.doomed else old)
        if old is not None and driver.doomed:
            old.delete = True
        if change is not None:
            self._record(change.op, old, made or replace(new, inputs=change.inputs), change.keys, failed=self.failed)
        if made is None or self.failed:
            raise RunStopped
        return made

    def _keep(self, new: Maybe, old: Maybe) -> None:
        if new is not None:
            self.news[new.urn] = new
        if old is not None:
            self._gone.add(id(old))

    def delete_rest(self) -> None:
        """Delete what was replaced and what was not registered, dependents first; the first failure ends it."""
        for old in reversed(self.before):
            if self.failed:
                return
            if id(old) in self._gone or (old.urn in self._seen and not old.delete):
                continue
            try:
                if old.served and not old.retain_on_delete and not self.dry_run:
                    self._driver(old, None).delete(old)
                self._keep(None, old)
            except HostError as error:
                self.fail(old.urn, str(error))
            self._record("delete-replaced" if old.delete else "delete", old, None, failed=self.failed)

    def refresh(self) -> None:
        """Read the live resources; a failed read leaves its resource as it was."""
        for old in (state for state in self.before if not state.delete):
            new: Maybe = old
            op, failed = "same", False
            try:
                if old.served:
                    driver = self._driver(old, old)
                    driver.refresh()
                    # What an up right now would undo is the drift.
                    op = "update" if driver.state and driver.plan(old.inputs).op != "same" else "same"
                    new = driver.state
            except HostError as error:
                failed = True
                self.fail(old.urn, str(error))
            self._keep(new, old)
            self._record(op if new else "delete", old, new, failed=failed)

    def _record(self, op: Any, old: Maybe, new: Maybe, keys: tuple[str, ...] = (), *, failed: bool = False) -> None:
        diff = changes(old.inputs, new.inputs) if op in ("update", "replace") and old and new else ()
        if op == "update" and old and new and not diff and not old.failed:
            diff = changes(old.outputs, new.outputs)
        state = cast("ResourceState", new or old)
        before, after = old and replace(old), new and replace(new)
        self.steps.append(RehearsedStep(op, state.urn, state.type, state.name, diff, keys, before, after, failed))
