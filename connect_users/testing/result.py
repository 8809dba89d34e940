"""What a rehearsal did: steps, messages, errors, outputs. Immutable; `render` makes the text for a terminal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .diffing import PropertyChange
    from .engine_log import Diagnostic
    from .state import ResourceState

Operation = Literal["preview", "up", "refresh", "destroy"]
StepOp = Literal[
    "same",
    "create",
    "update",
    "replace",
    "create-replacement",
    "delete-replaced",
    "delete",
    "read",
    "remove-pending-replace",
]
#: Parts of a replacement; the engine counts the replacement once.
_PARTS = frozenset({"create-replacement", "delete-replaced", "remove-pending-replace"})


class RehearsalError(AssertionError):
    """A run had errors; the text lists them."""


@dataclass(frozen=True)
class Step:
    """One step of the engine: a replacement is `create-replacement`, `replace` and `delete-replaced`.

    Attributes:
        diff: the changed inputs of an update or replacement; the changed state of a refresh.
        replace_keys: the properties that force the replacement.
        old, new: the states before and after; a preview's new state has unknowns.
    """

    op: StepOp
    urn: str
    type: str
    name: str
    diff: tuple[PropertyChange, ...] = ()
    replace_keys: tuple[str, ...] = ()
    old: ResourceState | None = field(default=None, repr=False)
    new: ResourceState | None = field(default=None, repr=False)
    failed: bool = False


@dataclass(frozen=True)
class Result:
    """One run.

    Attributes:
        operation: which run this was.
        steps: every step in the order of the program, deletions at the end; a failed step is marked.
        diagnostics: every message, with the resource it is about.
        failed: something failed; the engine would exit with 1.
        outputs: the stack's outputs; secrets are `Secret`.
    """

    operation: Operation
    stack: str
    project: str
    steps: tuple[Step, ...]
    diagnostics: tuple[Diagnostic, ...]
    failed: bool
    outputs: Mapping[str, Any] = field(default_factory=dict)
    states: tuple[ResourceState, ...] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        """What the engine's exit code says: an error that was only logged (`pulumi.log.error`) fails nothing."""
        return not self.failed

    @property
    def errors(self) -> tuple[str, ...]:
        """The message of each failure, and each logged error."""
        return tuple(message.message for message in self.diagnostics if message.severity == "error")

    @property
    def changes(self) -> dict[str, int]:
        """How many resources each operation was for, as in the engine's summary (the stack counts too)."""
        done = (step for step in self.steps if not step.failed and step.op not in _PARTS)
        return dict(Counter(step.op for step in done))

    def step(self, name: str) -> Step:
        """The step of the resource of that name; of a replacement, the `replace` step.

        Raises:
            KeyError: there is none.
        """
        found = [step for step in self.steps if step.name == name]
        whole = [step for step in found if step.op not in _PARTS]
        if not found:
            raise KeyError(f"no step for {name!r}; there are {sorted({step.name for step in self.steps})}")
        return (whole or found)[0]

    def raise_for_errors(self) -> Result:
        """Itself, when nothing failed and no error was logged.

        Raises:
            RehearsalError: listing every error.
        """
        if self.errors or self.failed:
            raise RehearsalError(f"{self.operation} failed:\n" + "\n".join(self.errors))
        return self

    def render(self, *, color: bool | None = None, width: int | None = None) -> str:
        """The plan as text in Pulumi's look; `color` None = where the terminal can, `width` in characters."""
        from .render import render

        return render(self, color=color, width=width)
