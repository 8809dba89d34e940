"""The invariants: what must hold after every event (`wrote`, `ended`), whatever happened before."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.fields import BY_NAME
from tests.simulation import events as ev
from tests.simulation.facts import settings_of, wanted
from tests.simulation.program import roster_of

if TYPE_CHECKING:
    from tests.simulation.engine import Done, Run
    from tests.simulation.instance import Document, User
    from tests.simulation.program import Resource, Stack
    from tests.simulation.world import World

PASSWORDS: Final = tuple(ev.VALUES["password"])
#: Requests beyond those of the changed inputs: a look at the owner, one at the blocks, the tag, the end of sessions.
_LOOKS: Final = 4
#: The most requests that a fault, a throttle or a lag costs.
_DISTURBED: Final = 100
#: Looks for a user who was made within a minute and is not found, and what follows them.
_MISSING: Final = 26
#: The most that taking a user over, or making one again, costs beside its changes.
_TAKING_OVER: Final = 14


class Broken(Exception):
    """An invariant does not hold."""

    def __init__(self, invariant: str, text: str) -> None:
        super().__init__(f"{invariant}: {text}")
        self.invariant = invariant


@dataclass
class _Memory:
    """What was true when a run began."""

    command: ev.Command
    run: Run
    #: Users that it made.
    made: list[str]


class Judge:
    """Judges one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._memories: dict[int, _Memory] = {}
        #: Set at the end of a story, when nothing disturbs any more.
        self.runs = 0
        self._problem: Broken | None = None

    def begun(self, command: ev.Command, run: Run) -> None:
        """A run begins."""
        self._memories[run.stack.key] = _Memory(command, run, [])

    def wrote(self, stack: Stack, operation: str, params: Document, user: User, before: Document | None) -> None:
        """A write of a run was carried out."""
        memory = self._memories[stack.key]
        if before is None:
            memory.made.append(user.id)
        if before is not None and operation != "DeleteUser":
            before = self._seen_by(memory.run, operation, user) or before
        problem = self._world.ledger.wrote(stack, operation, params, user, before)
        if problem is None and operation == "DeleteUser":
            problem = self._needless(memory, user)
        if problem is not None:
            # Raised later: a run turns whatever is raised within it into an error of its own.
            self._problem = self._problem or Broken("others' users", problem)

    def _seen_by(self, run: Run, operation: str, user: User) -> Document | None:
        """The user as a run could see it before a write."""
        at, count = self._world.instance.now, len(user.versions) - 1
        calls = itertools.dropwhile(lambda call: call in ("TagResource", "UntagResource"), reversed(run.process.calls))
        if operation == "TagResource" and next(calls, None) == "DescribeUser":
            # No request writes a tag only if it is still the one of the look just before it.
            at, count = run.process.looked
        cutoff = at - self._world.instance.habits.lag
        return next((doc for when, doc in reversed(user.versions[:count]) if when <= cutoff), None)

    def _needless(self, memory: _Memory, user: User) -> str | None:
        """A user was deleted whom the program declares as before, and nobody asked for another one."""
        command, stack = memory.command, memory.run.stack
        if not isinstance(command, ev.Up):
            return None
        for each in memory.run.before.resources:
            declared = stack.program.users.get(each.name)
            if each.id != user.id or each.delete or each.pending or each.taint or each.name == command.replace:
                continue
            if command.target not in (None, each.name):
                # Such a run shows the provider nothing of the others.
                continue
            if declared is None or declared.username != user.username or declared.options:
                continue
            first = next(name for name, other in stack.program.in_order() if other.username == user.username)
            if first != each.name:
                # Declared twice: whoever comes second is not known yet when the first is made.
                continue
            if declared.inputs().get("password") != each.inputs.get("password"):
                continue
            return f"user {user.username} ({user.id}) was deleted, and {each.name} declares it as before"
        return None

    def ended(self, command: ev.Command, run: Run) -> None:
        """A run ended, or died."""
        self.runs += 1
        if self._world.tell is not None:
            self._story(run)
        if self._problem is not None:
            raise self._problem
        for done in run.done:
            if done.error:
                _one_line(done.error)
                if done.verb in ("create", "update", "read", "delete") and "Connect user '" not in done.error:
                    raise Broken("one line", f"a message does not say which user: {done.error}")
        for _, _, text in run.said:
            _one_line(text)
        memory = self._memories[run.stack.key]
        self._tell_and_lose(run, memory)
        self._true_states(run, memory)
        if not run.killed:
            self._nobody_forgotten(command, run, memory)
            self._guards(command, run)
            self._calls(run)
            self._sessions(run)

    def _tell_and_lose(self, run: Run, memory: _Memory) -> None:
        """Remember whom the run named, and whom its death hid."""
        spoken = "\n".join((*run.errors, *(text for _, _, text in run.said)))
        known = {each.id for each in run.stack.state.resources}
        for user_id in memory.made:
            entry = self._world.ledger.entries[user_id]
            entry.lost = entry.lost or (run.killed and user_id not in known)
        for user in self._world.instance.users.values():
            if f"'{user.username}'" in spoken or user.id in spoken:
                self._world.ledger.of(user).mentioned = True

    def _true_states(self, run: Run, memory: _Memory) -> None:
        """No state holds a setting or a secret that Connect never got."""
        created = {done.name for done in run.done if done.verb == "create"}
        for each in run.stack.state.resources:
            user = self._world.instance.users.get(each.id)
            adopted = each.name in created and each.id not in memory.made and each.outputs.get("adopt_existing")
            if user is not None and adopted:
                self._world.ledger.of(user).taken = True
        touched = {done.name for done in run.done if done.verb in ("create", "update", "read", "import")}
        for each in run.stack.state.resources:
            if each.name in touched and not each.pending:
                self._true(each)

    def _true(self, resource: Resource) -> None:
        user = self._world.instance.users.get(resource.id) or self._world.instance.gone.get(resource.id)
        if user is None:
            raise Broken("true states", f"{resource.name} has an id that no user ever had: {resource.id}")
        settings = [settings_of(doc) for _, doc in user.versions]
        for path, value in wanted(resource.outputs):
            if not any(_has(each.get(path), value) for each in settings):
                raise Broken("true states", f"{resource.name} holds {path}={value!r}, which Connect never had")
        password = resource.outputs.get("password")
        entry = self._world.ledger.of(user)
        # From then on the program may say what it likes.
        entry.taken = entry.taken or resource.outputs.get("on_password_change") == "ignore"
        if password not in (None, user.password) and not entry.taken:
            raise Broken("true states", f"{resource.name} holds a password that its user never had")

    def _nobody_forgotten(self, command: ev.Command, run: Run, memory: _Memory) -> None:
        """A living user leaves a state only where the run says so; one that was made is in the state, or declared."""
        state, users = run.stack.state, self._world.instance.users
        known = {each.id for each in state.resources}
        for each in run.before.resources:
            user = users.get(each.id)
            if user is None or each.id in known or run.stack.key not in self._world.ledger.of(user).holders:
                continue
            if each.pending or any(name == each.name for name, _, _ in run.said):
                self._world.ledger.of(user).mentioned = True
                continue
            raise Broken("nobody forgotten", f"{each.name} left the state in silence, and {user.username} is alive")
        spoken = " ".join(run.errors)
        for user_id in memory.made:
            user = users.get(user_id)
            if user is not None and user_id not in known and f"'{user.username}'" not in spoken:
                raise Broken(
                    "nobody forgotten", f"{user.username} was made, is not in the state, and no message says so"
                )

    def _guards(self, command: ev.Command, run: Run) -> None:
        """No run deletes more people of a roster than its limit allows."""
        if not isinstance(command, ev.Up) or command.target is not None:
            return
        program = run.stack.program
        declared = {each.username for each in program.users.values()}
        deleted = {done.name for done in run.done if done.verb == "delete" and "DeleteUser" in done.calls}
        people: dict[str, set[str]] = {}
        leavers: dict[str, set[str]] = {}
        movers: dict[str, list[str]] = {}
        for each in run.before.resources:
            roster, username = roster_of(each.name), each.outputs["username"]
            if not roster or each.delete:
                continue
            people.setdefault(roster, set()).add(username)
            movers.setdefault(roster, []).extend(
                roster_of(name) for name, each in program.users.items() if each.username == username
            )
            if each.name in deleted and username not in declared:
                leavers.setdefault(roster, set()).add(username)
        for roster, gone in leavers.items():
            if any(roster in movers[other] for other in movers if other not in program.rosters):
                # It succeeds another roster: unit tests judge their common limit.
                continue
            if roster in program.rosters:
                most = _most(program.rosters[roster], people[roster], declared)
            elif not program.rosters or any(movers[roster]):
                # Nothing judges the last roster of a program; unit tests judge the limit of a successor.
                continue
            else:
                most = 0
            if len(gone) > most:
                raise Broken("guards", f"{len(gone)} of {roster} were deleted, and {most} were allowed: {sorted(gone)}")

    def _calls(self, run: Run) -> None:
        """Calls stay within what the changes cost, where nothing disturbed."""
        process, habits = run.process, self._world.instance.habits
        lags = bool(habits.lag or habits.search_lag or habits.release)
        if not (process.faults_met or process.throttled or lags):
            for done in run.done:
                most = _budget(done)
                if most is not None and len(done.calls) > most:
                    raise Broken("calls", f"{done.verb} of {done.name} took {len(done.calls)}: {', '.join(done.calls)}")
        # An outage and a lag cost each of them as much.
        disturbed = _DISTURBED * (process.faults_met + process.throttled + lags) * len(run.done)
        if len(process.calls) > sum(_budget(done) or _MISSING for done in run.done) + disturbed:
            raise Broken("calls", f"{len(process.calls)} in one run, with {process.faults_met} faults")

    def _sessions(self, run: Run) -> None:
        """Whoever is to be signed out is, before the user is deleted."""
        for done in run.done:
            states = [each for each in run.before.resources if each.name == done.name]
            if done.verb != "delete" or "DeleteUser" not in done.calls or len(states) != 1 or run.process.faults_met:
                continue
            ended = "DeleteAllEntitySessions" in done.calls
            if ended != bool(states[0].outputs.get("sign_out")):
                raise Broken("sessions", f"{done.name} was deleted, and signed out: {ended}")

    def _story(self, run: Run) -> None:
        tell: Any = self._world.tell
        for done in run.done:
            if done.calls or done.error:
                tell(f"    {done.verb} {done.name}: {', '.join(done.calls)}{' -> ' if done.error else ''}{done.error}")
        for name, severity, text in run.said:
            tell(f"    {severity} on {name}: {text}")
        if run.killed:
            tell("    the run died")
        for each in run.stack.state.resources:
            marks = [mark for mark in ("failed", "delete", "pending", "retain", "taint") if getattr(each, mark)]
            tell(f"    state of {each.name}: {each.id[:8]} {' '.join(marks)} {each.outputs.get('ownership_token', '')}")


def _has(live: Any, value: Any) -> bool:
    """Whether a user had a setting; of tags and proficiencies, others may have been there beside it."""
    return bool(live.items() >= value.items() if isinstance(value, dict) else live == value)


def _one_line(text: str) -> None:
    problem = ""
    if "\n" in text:
        problem = "has more than one line"
    elif "unexpected" in text or "Traceback" in text:
        problem = "is an accident"
    elif any(password in text for password in PASSWORDS):
        problem = "shows a password"
    if problem:
        raise Broken("one line", f"a message {problem}: {text}")


def _most(limit: str, people: set[str], declared: set[str]) -> int:
    """How many may leave, as README says it."""
    if not limit.endswith("%"):
        return int(limit)
    return 0 if people.isdisjoint(declared) else max(5, len(people) * int(limit[:-1]) // 100)


def _budget(done: Done) -> int | None:
    """The most requests of a call of the provider that nothing disturbed."""
    if done.error or done.verb in ("diff", "check", "import"):
        return None
    if done.verb in ("read", "delete"):
        return _MISSING
    if done.verb == "create" and "SearchUsers" not in done.calls:
        return 2
    # Of an update, the tag comes last, unless the user is taken over.
    if done.verb == "create" or "TagResource" in done.calls[:-1]:
        return _TAKING_OVER + sum(len(field.operations) for field in BY_NAME.values())
    return _LOOKS + done.changes
