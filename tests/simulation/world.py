"""One world: an instance, two stacks and a person; `happen` lets an event happen. An event that cannot be, is not."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.spec import to_wire
from connect_users.emulator.errors import ApiError
from tests.simulation import events as ev
from tests.simulation.clock import Clock
from tests.simulation.engine import Run
from tests.simulation.instance import Habits, Instance
from tests.simulation.judge import Judge
from tests.simulation.ledger import TAG, Ledger
from tests.simulation.program import Declaration, Stack, roster_of
from tests.simulation.wire import Killed, Process, Throttles

if TYPE_CHECKING:
    from collections.abc import Callable

#: Input -> the operation by which the person changes it, and the parameter.
_CHANGES: Final = {
    "routing_profile_id": "update_user_routing_profile",
    "security_profile_ids": "update_user_security_profiles",
    "hierarchy_group_id": "update_user_hierarchy",
    "identity_info": "update_user_identity_info",
    "phone_config": "update_user_phone_config",
    "after_contact_work_configs": "update_user_config",
    "user_proficiencies": "associate_user_proficiencies",
}
#: Seconds that the engine and the program take before the first resource is looked at.
_STARTING: Final = 2.0
#: Where a word of an event's name begins.
_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_IDS: Final = {"InstanceId": "i"}


class World:
    """Everything of one story."""

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self.clock = Clock()
        self.instance = Instance(self.clock, Habits())
        self.throttles = Throttles()
        self.stacks = (Stack(0, "dev"), Stack(1, "prod"))
        self.ledger = Ledger()
        self.judge = Judge(self)
        self.tell = tell
        self._names = 0

    def happen(self, event: ev.Event) -> None:
        """Let an event happen; raises `judge.Broken` where it broke an invariant."""
        if self.tell is not None:
            self.tell(str(event))
        if isinstance(event, ev.Command):
            self.run(event)
        else:
            handler: Any = getattr(self, f"_{_CAPITAL.sub('_', type(event).__name__).lower()}")
            handler(event)

    # The program

    def _declare(self, event: ev.Declare) -> None:
        program = self.stacks[event.stack].program
        if event.name not in program.users:
            program.users[event.name] = Declaration(event.username)
            self._join_roster(self.stacks[event.stack], event.name)

    def _join_roster(self, stack: Stack, name: str) -> None:
        """A resource that is named so is in a roster, which the program then has."""
        if roster_of(name):
            stack.program.rosters.setdefault(roster_of(name), "20%")

    def _declared(self, stack: int, name: str) -> Declaration | None:
        return self.stacks[stack].program.users.get(name)

    def _set(self, event: ev.Set) -> None:
        declaration = self._declared(event.stack, event.name)
        if declaration is not None:
            declaration.values[event.field] = event.value

    def _option(self, event: ev.Option) -> None:
        declaration = self._declared(event.stack, event.name)
        if declaration is not None:
            (declaration.options.add if event.on else declaration.options.discard)(event.option)

    def _undeclare(self, event: ev.Undeclare) -> None:
        self.stacks[event.stack].program.users.pop(event.name, None)

    def _rename(self, event: ev.Rename) -> None:
        program = self.stacks[event.stack].program
        if event.name in program.users and event.new not in program.users:
            declaration = program.users.pop(event.name)
            if event.alias:
                declaration.aliases = (event.name, *declaration.aliases)
            else:
                declaration.aliases = ()
            program.users[event.new] = declaration
            self._join_roster(self.stacks[event.stack], event.new)

    def _username(self, event: ev.Username) -> None:
        declaration = self._declared(event.stack, event.name)
        if declaration is not None and not roster_of(event.name):
            declaration.username = event.username

    def _move(self, event: ev.Move) -> None:
        stack, other = self.stacks[event.stack], self.stacks[1 - event.stack]
        if event.name not in stack.program.users or event.name in other.program.users:
            return
        moved = [each for each in stack.state.resources if each.name == event.name]
        if event.state:
            if not moved or any(each.name == event.name for each in other.state.resources):
                return
            stack.state = replace(
                stack.state, resources=tuple(each for each in stack.state.resources if each.name != event.name)
            )
            other.state = replace(other.state, resources=(*other.state.resources, *moved))
            for each in moved:
                user = self.instance.users.get(each.id)
                if user is not None and stack.key in self.ledger.of(user).holders:
                    entry = self.ledger.of(user)
                    entry.holders = {*entry.holders, other.key} - {stack.key}
                    entry.former.add(stack.key)
        declaration = stack.program.users.pop(event.name)
        declaration.aliases = ()
        other.program.users[event.name] = declaration
        self._join_roster(other, event.name)

    def _limit(self, event: ev.Limit) -> None:
        rosters = self.stacks[event.stack].program.rosters
        if event.roster in rosters:
            rosters[event.roster] = event.limit

    def _drop(self, event: ev.Drop) -> None:
        program = self.stacks[event.stack].program
        program.rosters.pop(event.roster, None)
        for name in [name for name in program.users if roster_of(name) == event.roster]:
            del program.users[name]

    def _ownership_tag(self, event: ev.OwnershipTag) -> None:
        self.stacks[event.stack].owns = event.on

    def _skew(self, event: ev.Skew) -> None:
        self.stacks[event.stack].skew = event.seconds

    # The state

    def _rename_stack(self, event: ev.RenameStack) -> None:
        self._names += 1
        stack = self.stacks[event.stack]
        stack.former.append(stack.name)
        stack.name = f"{stack.name.rstrip('0123456789')}{self._names}"

    def _taint(self, event: ev.Taint) -> None:
        stack = self.stacks[event.stack]
        stack.state = replace(
            stack.state,
            resources=tuple(
                replace(each, taint=True) if each.name == event.name and not each.delete else each
                for each in stack.state.resources
            ),
        )

    def _restore(self, event: ev.Restore) -> None:
        stack = self.stacks[event.stack]
        if not 0 < event.back <= len(stack.history):
            return
        known = {each.id for each in stack.state.resources}
        stack.state = stack.history[-event.back]
        stack.history = stack.history[: -event.back]
        for user_id in known - {each.id for each in stack.state.resources}:
            if user_id in self.ledger.entries:
                self.ledger.entries[user_id].lost = True

    # Runs

    def run(self, command: ev.Command) -> Run:
        """One run from its beginning to its end; what it did is judged."""
        run, work = self._begin(command)
        work()
        self.judge.ended(command, run)
        return run

    def _together(self, event: ev.Together) -> None:
        if event.one.stack == event.other.stack:
            return
        begun = [(each, *self._begin(each)) for each in (event.one, event.other)]
        self.clock.together([work for _, _, work in begun], event.schedule)
        for command, run, _ in begun:
            self.judge.ended(command, run)

    def _begin(self, command: ev.Command) -> tuple[Run, Callable[[], None]]:
        stack = self.stacks[command.stack]
        self.clock.sleep(_STARTING)
        stack.history.append(stack.state)
        process = Process(
            self.instance, self.clock, self.throttles, dict(command.faults), partial(self.judge.wrote, stack)
        )
        run = Run(stack, process, checkpoints=command.checkpoints)
        self.judge.begun(command, run)

        def work() -> None:
            try:
                self._work(command, run)
                run.end()
            except Killed:
                run.killed = True

        return run, work

    def _work(self, command: ev.Command, run: Run) -> None:
        if isinstance(command, ev.Up):
            run.up(target=command.target, forced=command.replace, refresh=command.refresh)
        elif isinstance(command, ev.Refresh):
            run.refresh(command.target)
        elif isinstance(command, ev.Destroy):
            run.destroy(command.target)
        else:
            self._import(command, run)

    def _import(self, command: ev.Import, run: Run) -> None:
        user = self.instance.named(command.username)
        names = {each.name for each in run.stack.state.resources}
        if user is None or command.name in names or command.name in run.stack.program.users:
            return
        if any(each.id == user.id for each in run.stack.state.resources):
            return
        inputs = run.import_(command.name, user.id)
        if inputs is not None:
            run.stack.program.users[command.name] = Declaration(command.username, imported=inputs)
            self._join_roster(run.stack, command.name)
            self.ledger.imported(run.stack, user)

    # Connect, and the person

    def _behave(self, event: ev.Behave) -> None:
        kind = type(getattr(Habits(), event.habit))
        self.instance.habits = replace(self.instance.habits, **{event.habit: kind(event.value)})

    def _wait(self, event: ev.Wait) -> None:
        self.clock.sleep(event.seconds)

    def _console(self, event: ev.Console) -> None:
        habits, self.instance.habits = self.instance.habits, replace(self.instance.habits, lag=0.0)
        try:
            self._act(event)
        except ApiError:
            # The console says why, and the person lets it be.
            pass
        finally:
            self.instance.habits = habits
        self.clock.sleep(1.0)

    def _act(self, event: ev.Console) -> None:
        user = self.instance.named(event.username)
        if event.action in ("create", "re-create"):
            if user is not None and event.action == "re-create":
                self.instance.delete_user(InstanceId="i", UserId=user.id)
            made = self.instance.create_user(
                InstanceId="i",
                Username=event.username,
                Password="Th3-person",
                RoutingProfileId=ev.VALUES["routing_profile_id"][0],
                SecurityProfileIds=ev.VALUES["security_profile_ids"][0],
                IdentityInfo={"FirstName": "By", "LastName": "Hand"},
            )
            self.ledger.of(self.instance.users[made["UserId"]])
        elif user is None:
            return
        elif event.action == "delete":
            self.instance.delete_user(InstanceId="i", UserId=user.id)
        elif event.action == "remove the tag":
            self.ledger.of(user).untagged = True
            self.instance.untag_resource(resourceArn=user.arn, tagKeys=[TAG])
        elif event.action == "overwrite the tag":
            self.ledger.of(user).untagged = True
            self.instance.tag_resource(resourceArn=user.arn, tags={TAG: "facilities"})
        elif event.action == "fill the tags":
            more = range(50 - len(user.doc["Tags"]))
            self.instance.tag_resource(resourceArn=user.arn, tags={f"k{number}": "" for number in more})
        elif event.action in _CHANGES:
            value = ev.VALUES[event.action][event.value]
            if value is not None or event.action == "hierarchy_group_id":
                params = {} if value is None else to_wire({event.action: value})
                getattr(self.instance, _CHANGES[event.action])(UserId=user.id, **_IDS, **params)
        elif event.action == "tags":
            self.instance.tag_resource(resourceArn=user.arn, tags=ev.VALUES["tags"][event.value] or {})
