"""A preview as plain data: resources, and what happens to each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from connect_users.core.arns import bare_id

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Path to a value in a resource, as `parts` reads it.
PropertyPath = tuple[str, ...]

#: One part of a path as the engine writes it: ``.name``, ``[0]`` or ``["a name with a dot"]``.
_PART: Final = re.compile(r'\[(?P<index>\d+)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]|\.?(?P<name>[^.\[\]]+)')
_ESCAPE: Final = re.compile(r"\\(.)")


def parts(path: object) -> PropertyPath:
    """``tags["cost.center"]`` -> ``("tags", "cost.center")``; indexes of a list are strings."""
    return tuple(
        match["index"] or match["name"] or _ESCAPE.sub(r"\1", match["quoted"] or "")
        for match in _PART.finditer(str(path))
    )


@dataclass(frozen=True)
class Resource:
    """One resource of a state or a step, without secrets.

    Attributes:
        inputs, outputs: by name; `SECRET` and `UNKNOWN` at any depth. A user's inputs have our names.
        depends: input -> URNs of the resources that its value comes from.
        position: file and line in the program; "" and 0 if the preview does not have them.
        retained: whether it stays after it leaves the stack.
        user: whether it is a Connect user, of this package or of another one.
        id: as in the state; "" if it is not created yet.
    """

    urn: str
    type: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    depends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    position: tuple[str, int] = ("", 0)
    retained: bool = False
    user: bool = False
    id: str = ""

    def listed(self, name: str) -> list[Any]:
        """The elements of a list; a value that is not a list (a secret, an unknown value) counts as one element."""
        value = self.inputs.get(name)
        return value if isinstance(value, list) else [] if value is None else [value]

    def ids(self, name: str) -> list[str]:
        """Its elements that are ids, as bare ids."""
        return [str(bare_id(each)) for each in self.listed(name) if isinstance(each, str)]

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def username(self) -> str:
        """The username of a user, or the resource's name if it is not known yet."""
        value = self.inputs.get("username")
        return value if isinstance(value, str) else self.name


@dataclass(frozen=True)
class PreviewStep:
    """What happens to one resource.

    Attributes:
        operation: create, update, delete, replace, import, move (a user joins another resource of the stack), or ""
            for an unknown operation.
        word: the engine's word for the operation.
        paths: the differences in the engine's diff, ``("tags", "team")``, secrets included.
        reasons: names of inputs that cause the replacement.
    """

    operation: str
    urn: str
    old: Resource | None
    new: Resource | None
    paths: tuple[PropertyPath, ...] = ()
    reasons: tuple[str, ...] = ()
    word: str = ""

    @property
    def resource(self) -> Resource:
        """The resource as it will be; if it is deleted, as it was."""
        return self.new or self.old or Resource(self.urn, "")

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of inputs that differ."""
        return tuple(dict.fromkeys(path[0] for path in self.paths if path))


@dataclass(frozen=True)
class Preview:
    """The content of a preview.

    Attributes:
        resources: all its resources, users and others, in their future state.
        before: the same in their deployed state, as far as the preview has it.
        others: operation -> number of resources that are neither users nor come with users.
        errors: why the preview failed; empty if it did not.
        steps, other_steps: of users, and of everything else.
    """

    steps: tuple[PreviewStep, ...]
    resources: tuple[Resource, ...]
    others: Mapping[str, int]
    errors: tuple[str, ...] = ()
    other_steps: tuple[PreviewStep, ...] = ()
    before: tuple[Resource, ...] = ()
