"""From a seed to a story: the events, their order, and everything about them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

from tests.simulation import events as ev
from tests.simulation import wire

if TYPE_CHECKING:
    from collections.abc import Callable

#: Habits of Connect and their values, the plain one first.
_HABITS: Final[dict[str, tuple[Any, ...]]] = {
    "lag": (0.0, 4.0, 20.0),
    "search_lag": (0.0, 30.0, 120.0),
    "release": (0.0, 10.0, 60.0),
    "merges": (True, False),
    "clears": (True, False),
    "moves": (False, True),
    "empty": (False, True),
}
_INPUTS: Final = tuple(name for name in ev.VALUES if name not in ("adopt_existing", "on_password_change", "password"))


#: What the person edits in the console.
EDITED: Final = (
    "routing_profile_id",
    "security_profile_ids",
    "hierarchy_group_id",
    "identity_info",
    "phone_config",
    "after_contact_work_configs",
    "user_proficiencies",
    "tags",
)


class _Author:
    """Draws the events of one story. It remembers which names it gave, so that most events are about somebody."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.events: list[ev.Event] = []
        self._stacks = self._random.choice((1, 1, 2, 2))
        self._names: list[list[str]] = [[], []]
        self._usernames = self._random.sample(ev.USERNAMES, self._random.choice((1, 2, 2, 3, len(ev.USERNAMES))))
        self._rosters = self._random.random() < 0.4
        #: Seldom a roster of many: refreshes read in bulk, and percentages count.
        self._many = self._random.random() < 0.08
        #: Seldom a story without any trouble on the wire.
        self._trouble = self._random.random() < 0.8

    def write(self) -> list[ev.Event]:
        """The whole story."""
        for habit, values in _HABITS.items():
            if self._random.random() < 0.2:
                self.events.append(ev.Behave(habit, self._random.choice(values)))
        if self._many:
            self._usernames = list(ev.USERNAMES)
            for username in ev.USERNAMES:
                self._join(0, f"team-{username}", username)
        for _ in range(self._random.choice((1, 1, 2, 3))):
            self._declare()
        self.events.append(self._up())
        names, weights = zip(*_KINDS.items(), strict=True)
        for kind in self._random.choices(names, weights, k=self._random.randint(3, 16)):
            kind(self)
            if self._random.random() < 0.3:
                self.events.append(self._up())
        return self.events

    def _stack(self) -> int:
        return self._random.randrange(self._stacks)

    def _name(self, stack: int) -> str:
        """A name that the stack has, most often."""
        return self._random.choice(self._names[stack]) if self._names[stack] else self._username()

    def _username(self) -> str:
        return self._random.choice(self._usernames)

    def _new_name(self, username: str) -> str:
        if self._rosters and self._random.random() < 0.8:
            return f"{self._random.choice(ev.ROSTERS)}-{username}"
        return self._random.choice((username, username, f"{username}2"))

    def _declare(self) -> None:
        username = self._username()
        self._join(self._stack(), self._new_name(username), username)

    def _join(self, stack: int, name: str, username: str) -> None:
        self._names[stack].append(name)
        self.events.append(ev.Declare(stack, name, username))
        for field in _INPUTS:
            if self._random.random() < 0.12:
                self.events.append(ev.Set(stack, name, field, self._value(field)))
        if self._random.random() < 0.2:
            self.events.append(ev.Set(stack, name, "adopt_existing", 1))

    def _value(self, field: str) -> int:
        return self._random.randrange(len(ev.VALUES[field]))

    def _change(self) -> None:
        stack = self._stack()
        field = self._random.choice(_INPUTS)
        self.events.append(ev.Set(stack, self._name(stack), field, self._value(field)))

    def _adopt(self) -> None:
        stack = self._stack()
        self.events.append(ev.Set(stack, self._name(stack), "adopt_existing", self._random.choice((0, 1, 1))))

    def _password(self) -> None:
        stack = self._stack()
        name = self._name(stack)
        self.events.append(ev.Set(stack, name, "on_password_change", self._value("on_password_change")))
        self.events.append(ev.Set(stack, name, "password", self._value("password")))

    def _option(self) -> None:
        stack = self._stack()
        on = self._random.random() < 0.7
        self.events.append(ev.Option(stack, self._name(stack), self._random.choice(ev.OPTIONS), on))

    def _undeclare(self) -> None:
        stack = self._stack()
        self.events.append(ev.Undeclare(stack, self._name(stack)))

    def _rename(self) -> None:
        stack = self._stack()
        name = self._name(stack)
        new = self._new_name(name.rpartition("-")[2])
        self._names[stack].append(new)
        self.events.append(ev.Rename(stack, name, new, alias=self._random.random() < 0.5))

    def _rename_user(self) -> None:
        stack = self._stack()
        self.events.append(ev.Username(stack, self._name(stack), self._random.choice(ev.USERNAMES)))

    def _move(self) -> None:
        if self._stacks > 1:
            stack = self._stack()
            name = self._name(stack)
            self._names[1 - stack].append(name)
            self.events.append(ev.Move(stack, name, state=self._random.random() < 0.5))

    def _limit(self) -> None:
        limit = self._random.choice(("0", "1", "2", "20%", "100%", "100"))
        self.events.append(ev.Limit(self._stack(), self._random.choice(ev.ROSTERS), limit))

    def _drop(self) -> None:
        self.events.append(ev.Drop(self._stack(), self._random.choice(ev.ROSTERS)))

    def _tag(self) -> None:
        self.events.append(ev.OwnershipTag(self._stack(), self._random.random() < 0.5))

    def _skew(self) -> None:
        self.events.append(ev.Skew(self._stack(), self._random.choice((0.0, -7200.0, 90.0, 7200.0, 200_000.0))))

    def _rename_stack(self) -> None:
        self.events.append(ev.RenameStack(self._stack()))

    def _taint(self) -> None:
        stack = self._stack()
        self.events.append(ev.Taint(stack, self._name(stack)))

    def _restore(self) -> None:
        self.events.append(ev.Restore(self._stack(), self._random.choice((1, 1, 2, 3))))

    def _import(self) -> None:
        stack, username = self._stack(), self._username()
        name = self._new_name(username)
        self._names[stack].append(name)
        self.events.append(ev.Import(stack, name, username, self._faults(), self._checkpoints()))

    def _console(self) -> None:
        actions = ("create", "delete", "re-create", "remove the tag", "overwrite the tag", "fill the tags", "edit")
        action = self._random.choice(actions)
        if action == "edit":
            action = self._random.choice(EDITED)
        value = self._value(action) if action in ev.VALUES else 0
        self.events.append(ev.Console(action, self._username(), value))

    def _habit(self) -> None:
        habit = self._random.choice(tuple(_HABITS))
        self.events.append(ev.Behave(habit, self._random.choice(_HABITS[habit])))

    def _wait(self) -> None:
        self.events.append(ev.Wait(self._random.choice((5.0, 60.0, 700.0, 90_000.0))))

    def _run(self) -> None:
        self.events.append(self._command(self._stack()))

    def _together(self) -> None:
        if self._stacks > 1:
            one, other = self._command(0), self._command(1)
            self.events.append(ev.Together(one, other, self._random.randrange(1000)))

    def _command(self, stack: int) -> ev.Command:
        kind = self._random.random()
        if kind < 0.65:
            return self._up(stack)
        target = self._name(stack) if self._random.random() < 0.15 else None
        cls = ev.Refresh if kind < 0.9 else ev.Destroy
        return cls(stack, self._faults(), self._checkpoints(), target)

    def _up(self, stack: int | None = None) -> ev.Up:
        stack = self._stack() if stack is None else stack
        refresh = self._random.random() < 0.1
        target = self._name(stack) if self._random.random() < 0.08 else None
        forced = self._name(stack) if self._random.random() < 0.08 else None
        return ev.Up(stack, self._faults(), self._checkpoints(), refresh, target, forced)

    def _checkpoints(self) -> bool:
        return self._random.random() < 0.85

    def _faults(self) -> ev.Faults:
        if not self._trouble or self._random.random() < 0.6:
            return ()
        faults: dict[int, str] = {}
        for _ in range(self._random.choice((1, 1, 1, 2, 3))):
            kinds = wire.DEATHS if self._random.random() < 0.35 else wire.FAULTS
            late = 0.08 if self._many else 0.25
            faults[min(int(self._random.expovariate(late)), 60)] = self._random.choice(kinds)
        return tuple(sorted(faults.items()))


_KINDS: Final[dict[Callable[[_Author], None], int]] = {
    _Author._run: 26,
    _Author._change: 12,
    _Author._declare: 8,
    _Author._undeclare: 8,
    _Author._console: 10,
    _Author._rename: 6,
    _Author._rename_user: 4,
    _Author._move: 4,
    _Author._together: 6,
    _Author._restore: 4,
    _Author._adopt: 4,
    _Author._password: 3,
    _Author._option: 3,
    _Author._import: 3,
    _Author._limit: 2,
    _Author._drop: 1,
    _Author._tag: 2,
    _Author._rename_stack: 2,
    _Author._skew: 1,
    _Author._taint: 2,
    _Author._habit: 3,
    _Author._wait: 4,
}


def story(seed: int) -> list[ev.Event]:
    """The story of a seed."""
    return _Author(seed).write()
