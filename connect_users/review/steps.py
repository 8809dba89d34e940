"""What a preview is about, as plain data: resources, and what happens to each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connect_users.core.arns import bare_id

if TYPE_CHECKING:
    from collections.abc import Mapping


def top(path: object) -> str:
    """The input that a path of a detailed diff is about: ``tags.team`` -> ``tags``."""
    return str(path).partition(".")[0].partition("[")[0]


@dataclass(frozen=True)
class Resource:
    """One resource as a state or a step tells it: values without secrets.

    Attributes:
        inputs, outputs: by name; `SECRET` and `UNKNOWN` at any depth.
        depends: input -> URNs that its value comes from.
        position: file and line in the program, "" and 0 when they are not told.
        retained: leaving the stack does not delete it.
    """

    urn: str
    type: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    depends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    position: tuple[str, int] = ("", 0)
    retained: bool = False

    def listed(self, name: str) -> list[Any]:
        """The elements of a list; what is no list (a secret, a value to come) stands for its elements."""
        value = self.inputs.get(name)
        return value if isinstance(value, list) else [] if value is None else [value]

    def ids(self, name: str) -> list[str]:
        """Those of its elements that are ids, bare."""
        return [str(bare_id(each)) for each in self.listed(name) if isinstance(each, str)]


@dataclass(frozen=True)
class Step:
    """What happens to one resource.

    Attributes:
        operation: create, update, delete, replace or import.
        paths: what differs, as the engine says, ``tags.team``; also tells of secrets.
        reasons: names of inputs that make the replacement.
    """

    operation: str
    urn: str
    old: Resource | None
    new: Resource | None
    paths: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of inputs that differ."""
        return tuple(dict.fromkeys(map(top, self.paths)))


@dataclass(frozen=True)
class Preview:
    """What a preview says.

    Attributes:
        resources: everything that it shows, users and others, as it will be.
        others: operation -> number of resources that are neither users nor what comes with them.
        errors: why the preview failed; empty when it did not.
        steps, other_steps: of users, and of everything else.
    """

    steps: tuple[Step, ...]
    resources: tuple[Resource, ...]
    others: Mapping[str, int]
    errors: tuple[str, ...] = ()
    other_steps: tuple[Step, ...] = ()
