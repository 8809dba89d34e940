"""What Pulumi's engine does with users and the guards of rosters: one run of one stack over the real lifecycle.

From the engine's step_generator.go, step.go and snapshot.go (3.260). Resources are brought to the program in its order,
deletions come last, and the state is saved after each step. Steps of one run do not overlap here.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connect_users.core.errors import ConnectUsersError, PartialUpdate
from connect_users.core.fields import FIELDS
from connect_users.core.settings import Settings
from connect_users.core.shapes import sound
from connect_users.emulator.seed import INSTANCE_ID, REGION
from connect_users.lifecycle.life import Lifecycle
from connect_users.roster import guarding, moves
from tests.simulation.program import REPLACES, Declaration, Resource, State, roster_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_users.lifecycle.life import Say
    from tests.simulation.program import Props, Stack
    from tests.simulation.wire import Process


@dataclass(frozen=True)
class Done:
    """One call of the provider: what it was for, and what it cost."""

    name: str
    verb: str
    calls: tuple[str, ...]
    error: str = ""
    #: The most calls that the inputs that differ can need.
    changes: int = 0


class Stopped(Exception):
    """A step failed: nothing more is begun."""


class Run:
    """One run; what it did, said and could not do stays readable after it."""

    def __init__(self, stack: Stack, process: Process, *, checkpoints: bool = True) -> None:
        self.stack = stack
        self.process = process
        self.said: list[tuple[str, str, str]] = []
        self.errors: list[str] = []
        self.done: list[Done] = []
        self.killed = False
        #: Resources whose making was under way when the run died.
        self.under_way: list[str] = []
        settings = Settings(region=REGION, ownership_tag=stack.owns)
        self._life = Lifecycle(
            settings, cancelled=threading.Event(), gateway=process.gateway(settings, stack.skew), clock=process.now
        )
        self._checkpoints = checkpoints
        self.before = stack.state
        self._live = {each.name: each for each in stack.state.resources if not each.delete}
        self._doomed = [each for each in stack.state.resources if each.delete]
        self._guards = dict(stack.state.guards)

    def up(self, *, target: str | None = None, forced: str | None = None, refresh: bool = False) -> None:
        """Bring the stack to its program."""
        if refresh:
            self.refresh(target)
        if self.errors:
            return
        try:
            seen = self._bring(target, forced)
        except Stopped:
            return
        gone = [each for name, each in self._live.items() if name not in seen]
        self._delete_all([*gone, *self._doomed], target)
        for roster in self._guards.keys() - self.stack.program.rosters.keys():
            if not self.errors and target is None:
                del self._guards[roster]

    def refresh(self, target: str | None = None) -> None:
        """Read what is true."""
        for each in [*self._live.values(), *self._doomed]:
            if each.pending or target not in (None, each.name):
                continue
            seen = self._read(each)
            if isinstance(seen, str):
                continue
            new = None
            if seen is not None:
                new = replace(each, inputs=seen.inputs, outputs=seen.outputs, failed=False)
            self._put(each, new)

    def _read(self, each: Resource) -> Any:
        urn, state, declared = self._urn(each), sound(each.outputs), sound(each.inputs)
        return self._call(each.name, "read", lambda say: self._life.read(urn, each.id, state, declared, say))

    def destroy(self, target: str | None = None) -> None:
        """Delete everything."""
        self._delete_all([*self._live.values(), *self._doomed], target)
        if not self.errors and target is None:
            self._guards = {}

    def import_(self, name: str, user_id: str) -> Props | None:
        """Take a user into the state; the inputs for the program."""
        found = self._call(
            name, "import", lambda say: self._life.lookup(self.stack.urn(name), f"{INSTANCE_ID}:{user_id}", say)
        )
        if found is None or isinstance(found, str):
            return None
        inputs: Props = found.inputs
        self._live[name] = Resource(name, found.id, inputs, found.outputs)
        self._save()
        return inputs

    def end(self) -> None:
        """The run ends by itself: what it did is saved."""
        self.stack.state = self._state()

    def _bring(self, target: str | None, forced: str | None) -> set[str]:
        """Every resource of the program; the names of those that stay."""
        program, seen = self.stack.program, set[str]()
        self._judge_rosters()
        guarded = set[str]()
        users = program.in_order()
        for roster in program.rosters:
            if not any(roster_of(name) == roster for name, _ in users) and target is None:
                self._guard(roster)
        for name, declaration in users:
            roster = roster_of(name)
            if roster and roster not in guarded and target is None:
                guarded.add(roster)
                self._guard(roster)
            old = self._old(name, declaration, seen)
            seen.add(name)
            if target in (None, name):
                self._step(name, declaration, old, forced=name == forced)
        return seen

    def _old(self, name: str, declaration: Declaration, seen: set[str]) -> Resource | None:
        """The state of a resource, by its name or one of its former names."""
        if name in self._live:
            return self._live[name]
        for alias in declaration.aliases:
            if alias in self._live and alias not in seen and alias not in self.stack.program.users:
                self._live[name] = replace(self._live.pop(alias), name=name)
                self._save()
                return self._live[name]
        return None

    def _step(self, name: str, declaration: Declaration, old: Resource | None, *, forced: bool) -> None:
        urn, inputs = self.stack.urn(name), declaration.inputs()
        retain = "retain" in declaration.options
        forced = old is not None and (forced or old.taint)
        checked = self._check(name, {} if old is None or forced else old.inputs, inputs)
        if old is None:
            self._create(name, checked, retain)
            return
        dbr = "delete_before_replace" in declaration.options
        if forced:
            self._replace(old, checked, retain, delete_first=dbr)
            return
        state = old.outputs
        diff = self._call(
            name, "diff", lambda say: self._life.diff(urn, old.id, state, checked, say, lambda: old.inputs)
        )
        if isinstance(diff, str):
            raise Stopped
        replaces = bool(diff.replaces) or (
            diff.changed and "replace_on_changes" in declaration.options and REPLACES in diff.fields
        )
        if (diff.changed and replaces) or old.pending:
            # The inputs are checked once more, as those of a new resource.
            checked = self._check(name, {}, inputs)
            self._replace(old, checked, retain, delete_first=dbr or diff.delete_first)
        elif diff.changed or old.failed:
            self._update(old, checked, retain)
        else:
            self._put(old, replace(old, inputs=checked, retain=retain))

    def _check(self, name: str, old: Props, new: Props) -> Props:
        checked = self._life.check(self.stack.urn(name), old, new)
        self.said += [(name, "warning", warning) for warning in checked.warnings]
        if checked.problems:
            self._fail(name, "check", checked.problems)
            raise Stopped
        return checked.inputs

    def _create(self, name: str, inputs: Props, retain: bool, *, old: Resource | None = None) -> None:
        """Make a resource; `old` becomes the old half of a replacement."""
        urn = self.stack.urn(name)
        self.under_way.append(name)
        made = self._call(name, "create", lambda say: self._life.create(urn, inputs, say))
        self.under_way.clear()
        if isinstance(made, str):
            raise Stopped
        failed = isinstance(made, PartialUpdate)
        user_id, outputs = (made.id, dict(made.outputs)) if isinstance(made, PartialUpdate) else made
        if old is not None:
            self._doomed.append(replace(old, delete=True))
        self._live[name] = Resource(name, user_id, inputs, outputs, failed=failed, retain=retain)
        self._save()
        if failed:
            raise Stopped

    def _replace(self, old: Resource, inputs: Props, retain: bool, *, delete_first: bool) -> None:
        if not delete_first:
            self._create(old.name, inputs, retain, old=old)
            return
        if not old.pending:
            if not self._delete(old):
                raise Stopped
            # It stays in the state until the new one is made.
            self._put(old, replace(old, pending=True))
        self._create(old.name, inputs, retain)

    def _update(self, old: Resource, inputs: Props, retain: bool) -> None:
        urn = self.stack.urn(old.name)
        changes = sum(len(each.operations) for each in FIELDS if old.outputs.get(each.name) != inputs.get(each.name))
        outputs = self._call(
            old.name, "update", lambda say: self._life.update(urn, old.id, old.outputs, inputs, say), changes
        )
        if isinstance(outputs, str):
            raise Stopped
        if isinstance(outputs, PartialUpdate):
            self._put(old, replace(old, outputs=dict(outputs.outputs), failed=True, retain=retain))
            raise Stopped
        self._put(old, replace(old, inputs=inputs, outputs=outputs, failed=False, retain=retain))

    def _delete_all(self, resources: list[Resource], target: str | None) -> None:
        """They depend on nothing, so one that fails does not keep the others."""
        for each in reversed(resources):
            if target in (None, each.name) and (each.pending or self._delete(each)):
                self._put(each, None)

    def _delete(self, resource: Resource) -> bool:
        """Whether the user of a state was deleted, or is not to be."""
        if resource.retain:
            self.said.append((resource.name, "info", f"the engine retains {resource.id}"))
            return True
        urn = self._urn(resource)
        return not isinstance(
            self._call(resource.name, "delete", lambda say: self._life.delete(urn, resource.id, resource.outputs, say)),
            str,
        )

    def _judge_rosters(self) -> None:
        """What the program itself refuses, before anything is registered."""
        program = self.stack.program
        if not program.rosters:
            return
        removed = moves.removed_rosters(self._in_state(), self._declared(), program.rosters)
        times = [declaration.username for declaration in program.users.values()]
        twice = sorted({username for username in times if times.count(username) > 1})
        if removed or twice:
            self._fail("program", "run", (f"rosters removed: {sorted(removed)}; declared twice: {twice}",))
            raise Stopped

    def _guard(self, roster: str) -> None:
        program = self.stack.program
        known = moves.moves_of(roster, self._in_state(), self._declared(), program.rosters)
        usernames = [each.username for name, each in program.users.items() if roster_of(name) == roster]
        inputs = guarding.inputs_of(roster, usernames, program.rosters[roster], retain_leavers=False)  # type: ignore[arg-type]
        checked = guarding.check(
            self._guards.get(roster, {}),
            {
                **inputs,
                guarding.IN_STATE: "\n".join(sorted(known.in_state)),
                guarding.MOVED_TO: guarding.lines_of(known.moved_to),
                guarding.MOVED_FROM: guarding.lines_of(known.moved_from),
            },
        )
        if checked.problem is not None:
            self._fail(f"guard of {roster}", "check", (checked.problem,))
            raise Stopped
        self._guards[roster] = checked.inputs
        self._save()

    def _in_state(self) -> list[moves.StateUser]:
        """The users in the saved state, as the engine returned it when the run began."""
        return [
            moves.StateUser(each.name, each.outputs["username"], INSTANCE_ID, roster_of(each.name))
            for each in self.before.resources
        ]

    def _declared(self) -> list[moves.DeclaredUser]:
        return [
            moves.DeclaredUser(name, each.username, INSTANCE_ID, roster_of(name))
            for name, each in self.stack.program.users.items()
        ]

    def _call(self, name: str, verb: str, work: Callable[[Say], object], changes: int = 0) -> Any:
        """What a call of the provider returns; the text of its failure; or `PartialUpdate`, which has a state."""
        sent = len(self.process.calls)

        def say(severity: str, text: str) -> None:
            self.said.append((name, severity, text))

        error = ""
        result: object
        try:
            result = work(say)
            self.process.check()
        except PartialUpdate as partial:
            error, result = str(partial), partial
        except ConnectUsersError as problem:
            error = result = str(problem)
        self.done.append(Done(name, verb, tuple(self.process.calls[sent:]), error, changes))
        if error:
            self.errors.append(error)
        return result

    def _fail(self, name: str, verb: str, problems: tuple[str, ...]) -> None:
        for problem in problems:
            self.done.append(Done(name, verb, (), problem))
            self.errors.append(problem)

    def _urn(self, resource: Resource) -> str:
        return self.stack.urn(resource.name)

    def _put(self, old: Resource, new: Resource | None) -> None:
        """Exchange a resource of the state."""
        if any(each is old for each in self._doomed):
            self._doomed = [each for each in self._doomed if each is not old]
            if new is not None:
                self._doomed.append(new)
        elif new is not None:
            self._live[old.name] = new
        else:
            del self._live[old.name]
        self._save()

    def _save(self) -> None:
        if self._checkpoints:
            self.stack.state = self._state()

    def _state(self) -> State:
        return State((*self._live.values(), *self._doomed), dict(self._guards))
