"""What a rehearsal did, also as the JSON of `pulumi preview --json`; and what it remembers of each resource.

The file of states is for rehearsals only: mode 0600, secrets marked and not legible (base64), never Pulumi's own state.
"""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from .driver import State
from .values import UNKNOWN, UNKNOWN_WIRE, PropertyMap, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .provider_process import Diagnostic
    from .values import PropertyChange

STACK_TYPE = "pulumi:pulumi:Stack"
_FORMAT = "connect-users rehearsal state, version 2: for rehearsals only, never a Pulumi state"


@dataclass
class ResourceState(State):
    """One resource as the engine would record it."""

    id: str = ""
    inputs: PropertyMap = field(default_factory=dict, repr=False)
    outputs: PropertyMap = field(default_factory=dict, repr=False)
    urn: str = ""
    type: str = ""
    custom: bool = False
    parent: str = ""
    #: The reference `urn::id` of its explicit provider, "" for the stack's.
    provider: str = ""
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict, repr=False)
    secret_outputs: list[str] = field(default_factory=list)
    retain_on_delete: bool = False
    #: It was replaced, and is still to be deleted.
    delete: bool = False

    @property
    def name(self) -> str:
        return self.urn.split("::", 3)[3]

    @property
    def served(self) -> bool:
        """Whether a provider makes it; components and providers themselves are only registered."""
        return self.custom and not self.type.startswith("pulumi:providers:")


class RehearsalError(AssertionError):
    """A run had errors; the text lists them."""


@dataclass(frozen=True)
class Step:
    """What was done, or would be, about one resource."""

    op: Literal["same", "create", "update", "replace", "delete-replaced", "delete"]
    urn: str
    type: str
    name: str
    #: The changed inputs of an update or replacement; the changed state of a refresh.
    diff: tuple[PropertyChange, ...] = ()
    #: The properties that force the replacement.
    replace_keys: tuple[str, ...] = ()
    old: ResourceState | None = field(default=None, repr=False)
    #: A preview's new state has unknowns.
    new: ResourceState | None = field(default=None, repr=False)
    failed: bool = False


@dataclass(frozen=True)
class Result:
    """One run: its steps, deletions last, every message, and the stack's outputs."""

    operation: Literal["preview", "up", "refresh", "destroy"]
    stack: str
    project: str
    steps: tuple[Step, ...]
    diagnostics: tuple[Diagnostic, ...]
    #: The engine would exit with 1; an error that was only logged fails nothing.
    failed: bool
    outputs: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        return not self.failed

    @property
    def errors(self) -> tuple[str, ...]:
        """The message of each failure, and each logged error."""
        return tuple(message.message for message in self.diagnostics if message.severity == "error")

    @property
    def changes(self) -> dict[str, int]:
        """How many resources each operation was for (the stack counts too); a replacement counts once."""
        return dict(Counter(step.op for step in self.steps if not step.failed and step.op != "delete-replaced"))

    def step(self, name: str) -> Step:
        """Return the step of the resource of that name; raises KeyError."""
        return {step.name: step for step in reversed(self.steps)}[name]

    def raise_for_errors(self) -> Result:
        """Return itself when nothing failed and no error was logged; raises RehearsalError."""
        if self.errors or self.failed:
            raise RehearsalError(f"{self.operation} failed:\n" + "\n".join(self.errors))
        return self

    def render(self, *, width: int | None = None) -> str:
        """Return the plan as text in Pulumi's look; `width` in characters."""
        from .render import render

        return render(self, width=width)

    def as_preview(self) -> dict[str, Any]:
        """Return the run as `pulumi preview --json` would write it; no secret's value and no configuration is in it."""
        errors = [{"severity": "error", "message": f"error: {message}"} for message in self.errors]
        return {"steps": list(map(_step, self.steps)), "diagnostics": errors, "changeSummary": self.changes}


def _step(step: Step) -> dict[str, Any]:
    states = {key: _state(it) for key, it in (("oldState", step.old), ("newState", step.new)) if it is not None}
    detailed = {change.path: {"kind": change.kind, "inputDiff": True} for change in step.diff}
    return {"op": step.op, "urn": step.urn, **states, "detailedDiff": detailed, "replaceReasons": step.replace_keys}


def _state(state: ResourceState) -> dict[str, Any]:
    return {
        **{key: _plain(getattr(state, key)) for key in ("urn", "type", "custom", "id", "parent", "inputs", "outputs")},
        "propertyDependencies": state.property_dependencies,
        "retainOnDelete": state.retain_on_delete,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Secret) or value is UNKNOWN:
        return "[secret]" if isinstance(value, Secret) else UNKNOWN_WIRE
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    # Numbers come as floats from the wire.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def save(path: Path, states: Iterable[ResourceState]) -> None:
    """Replace the file in one step; only its owner can read it."""

    def conceal(secret: Secret) -> dict[str, str]:
        return {"$secret": base64.b64encode(json.dumps(secret.value).encode()).decode()}

    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump({"format": _FORMAT, "resources": list(map(asdict, states))}, out, indent=1, default=conceal)
    partial.replace(path)


def load(path: Path) -> list[ResourceState]:
    """Return the states of the file, none where there is no file; raises ValueError where it is another's."""

    def reveal(value: dict[str, Any]) -> Any:
        return Secret(json.loads(base64.b64decode(value["$secret"]))) if value.keys() == {"$secret"} else value

    if not path.exists():
        return []
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_hook=reveal)
        return [ResourceState(**resource) for resource in {_FORMAT: content["resources"]}[content["format"]]]
    except (ValueError, TypeError, KeyError):
        raise ValueError(f"{path} is not the state of a rehearsal; give another file or delete it") from None
