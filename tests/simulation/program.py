"""What the two stacks are: their programs, and their states as the engine keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from connect_users.emulator.seed import INSTANCE_ID
from tests.simulation.events import ROSTERS, VALUES

Props = dict[str, Any]

#: Inputs that a resource with `replace_on_changes` is replaced for.
REPLACES: Final = "routing_profile_id"


@dataclass
class Declaration:
    """One user of a program.

    Attributes:
        imported: the inputs that an import wrote into the program.
        values: input -> its place in `VALUES`.
        options: see `events.OPTIONS`.
        aliases: former names of the resource.
    """

    username: str
    imported: Props = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    options: set[str] = field(default_factory=set)
    aliases: tuple[str, ...] = ()

    def inputs(self) -> Props:
        """The inputs as the program registers them."""
        chosen = {name: VALUES[name][place] for name, place in self.values.items()}
        if self.imported:
            inputs = {**self.imported, **chosen}
        else:
            inputs = {name: values[0] for name, values in VALUES.items()} | chosen
        inputs |= {"instance_id": INSTANCE_ID, "username": self.username}
        return {name: value for name, value in inputs.items() if value is not None}


@dataclass
class Program:
    """A program: its users by the names of their resources, and its rosters with their `max_deletions`."""

    users: dict[str, Declaration] = field(default_factory=dict)
    rosters: dict[str, str] = field(default_factory=dict)

    def in_order(self) -> list[tuple[str, Declaration]]:
        """The users in the order of registration: those of no roster first, then roster by roster."""
        places = {"": 0, **{roster: place for place, roster in enumerate(self.rosters, 1)}}
        return sorted(self.users.items(), key=lambda item: places[roster_of(item[0])])


def roster_of(name: str) -> str:
    """The roster that the name of a resource says; "" for a user of none."""
    roster, dash, _ = name.partition("-")
    return roster if dash and roster in ROSTERS else ""


@dataclass(frozen=True)
class Resource:
    """A resource in a state.

    Attributes:
        failed: made or changed in part only.
        delete: the old half of a replacement, which is still to be deleted.
        pending: deleted, so that its replacement can be made.
        retain: `retain_on_delete`, as of the run that wrote it.
        taint: to be replaced.
    """

    name: str
    id: str
    inputs: Props
    outputs: Props
    failed: bool = False
    delete: bool = False
    pending: bool = False
    retain: bool = False
    taint: bool = False


@dataclass(frozen=True)
class State:
    """What the backend keeps of a stack."""

    resources: tuple[Resource, ...] = ()
    guards: dict[str, Props] = field(default_factory=dict)


@dataclass
class Stack:
    """A stack: `key` stays the same when it gets another name; `former` are the names that it had before."""

    key: int
    name: str
    owns: bool = True
    skew: float = 0.0
    former: list[str] = field(default_factory=list)
    program: Program = field(default_factory=Program)
    state: State = field(default_factory=State)
    history: list[State] = field(default_factory=list)

    def urn(self, resource: str) -> str:
        """The URN of a user's resource."""
        return f"urn:pulumi:{self.name}::shop::pulumi-python:dynamic/connect_users:ConnectUser::{resource}"
