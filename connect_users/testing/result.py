"""The result of a rehearsal: as data, as the JSON of `pulumi preview --json`, as text; and the states of its resources.

The file of states is for rehearsals only: mode 0600, secrets marked and not legible (base64), never Pulumi's own state.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from connect_users.core.tokens import STACK, UNKNOWN_STRING

from .driver import ResourceState
from .values import UNKNOWN, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from .provider_process import Diagnostic
    from .values import PropertyChange, Props

_FORMAT = "connect-users rehearsal state, version 2: for rehearsals only, never a Pulumi state"

_TITLES = {"preview": "Previewing update", "up": "Updating", "refresh": "Refreshing", "destroy": "Destroying"}
_SYMBOLS = {"create": "+ ", "update": "~ ", "delete": "- ", "replace": "+-"}
_CHANGE_SYMBOLS = {"add": "+", "delete": "-", "update": "~"}


class RehearsalError(AssertionError):
    """A run had errors; the text lists them."""


@dataclass(frozen=True)
class RehearsedStep:
    """What was done, or would be done, to one resource."""

    op: Literal["same", "create", "update", "replace", "delete-replaced", "delete"]
    urn: str
    type: str
    name: str
    #: The changed inputs of an update or replacement; the changed state of a refresh.
    diff: tuple[PropertyChange, ...] = ()
    replace_keys: tuple[str, ...] = ()  # the properties that force the replacement
    old: ResourceState | None = field(default=None, repr=False)
    new: ResourceState | None = field(default=None, repr=False)  # a preview's new state has unknowns
    failed: bool = False


@dataclass(frozen=True)
class Result:
    """One run: its steps, deletions last, every message, and the stack's outputs."""

    operation: Literal["preview", "up", "refresh", "destroy"]
    stack: str
    project: str
    steps: tuple[RehearsedStep, ...]
    diagnostics: tuple[Diagnostic, ...]
    failed: bool  # the engine would exit with 1; an error that was only logged fails nothing
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

    def step(self, name: str) -> RehearsedStep:
        """Return the step of the resource of that name; raises KeyError."""
        return {step.name: step for step in reversed(self.steps)}[name]

    def raise_for_errors(self) -> Result:
        """Return itself when nothing failed and no error was logged; raises RehearsalError."""
        if self.errors or self.failed:
            raise RehearsalError(f"{self.operation} failed:\n" + "\n".join(self.errors))
        return self

    def render(self, *, width: int | None = None) -> str:
        """Return the plan as Pulumi prints it; `width` in characters."""
        room = width or max(40, shutil.get_terminal_size((100, 24)).columns)
        lines = [f"REHEARSAL of {self.project}/{self.stack}: no Pulumi engine, nothing is deployed"]
        lines.append(f"{_TITLES[self.operation]} ({self.stack}):")
        depths: dict[str, int] = {}
        for step in self.steps:
            state = step.new or step.old
            depths[step.urn] = depths.get(state.parent, -1) + 1 if state is not None else 0
            if step.op in _SYMBOLS:
                lines.extend(_step_lines(step, "    " * depths[step.urn], room))
        if self.outputs and self.operation in ("preview", "up"):
            lines.extend(["    --outputs:--", *_value_lines(self.outputs, "    ", room)])
        return "\n".join(line.rstrip() for line in (*lines, *_diagnostics(self), *_summary(self)))

    def as_preview(self) -> dict[str, Any]:
        """Return the run as `pulumi preview --json` would write it; no secret's value and no configuration is in it."""
        errors = [{"severity": "error", "message": f"error: {message}"} for message in self.errors]
        return {"steps": list(map(_step, self.steps)), "diagnostics": errors, "changeSummary": self.changes}


def _step(step: RehearsedStep) -> dict[str, Any]:
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
        return "[secret]" if isinstance(value, Secret) else UNKNOWN_STRING
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    # Numbers come as floats from the wire.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def save(path: Path, states: Iterable[ResourceState]) -> None:
    """Replace the file in one step; only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump({"format": _FORMAT, "resources": list(map(vars, states))}, out, indent=1, default=_conceal)
    partial.replace(path)


def load(path: Path) -> list[ResourceState]:
    """Return the states in the file, none without a file; raises ValueError for any other file."""
    if not path.exists():
        return []
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_hook=_unconceal)
        return [ResourceState(**resource) for resource in {_FORMAT: content["resources"]}[content["format"]]]
    except (ValueError, TypeError, KeyError):
        raise ValueError(f"{path} is not the state of a rehearsal; give another file or delete it") from None


def _conceal(secret: Secret) -> dict[str, str]:
    return {"$secret": base64.b64encode(json.dumps(secret.value).encode()).decode()}


def _unconceal(value: dict[str, Any]) -> Any:
    return Secret(json.loads(base64.b64decode(value["$secret"]))) if value.keys() == {"$secret"} else value


def _step_lines(step: RehearsedStep, pad: str, room: int) -> Iterator[str]:
    why = f" [replaces: {', '.join(step.replace_keys)}]" if step.replace_keys else ""
    yield f"{pad}{_SYMBOLS[step.op]}{step.type} {step.name}: ({step.op}{' failed' if step.failed else ''}){why}"
    if step.old is not None and step.old.id:
        yield f"{pad}    [id={step.old.id}]"
    if step.op == "create" and step.new is not None:
        yield from _value_lines(step.new.inputs, f"{pad}    ", room)
    for change in step.diff:
        # Never cut: what differs may be at the end.
        values = " => ".join(inline(value) for value in (change.old, change.new) if value is not None)
        yield f"{pad}  {_CHANGE_SYMBOLS[change.kind]} {change.path}: {values}"


def _value_lines(properties: Props, pad: str, room: int) -> Iterator[str]:
    keys = [key for key in sorted(properties) if not key.startswith("__") and properties[key] not in (None, "", [], {})]
    for key in keys:
        line = f"{pad}{key:<{max(map(len, keys))}}: {inline(properties[key])}"
        yield line if len(line) <= room else line[: room - 1] + "…"


def inline(value: Any) -> str:
    """Return a value on one line; secrets as `[secret]`, unknowns as `[unknown]`."""
    if isinstance(value, Secret) or value is UNKNOWN:
        return "[secret]" if isinstance(value, Secret) else "[unknown]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {inline(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=isinstance(value, str) and not value.isprintable())


def _diagnostics(result: Result) -> Iterator[str]:
    shown = [message for message in result.diagnostics if not message.ephemeral]
    if shown:
        yield "Diagnostics:"
    for urn in dict.fromkeys(message.urn for message in shown):
        _, _, type_, name = (urn or f"::::{STACK}::{result.project}-{result.stack}").split("::", 3)
        yield f"  {type_.rpartition('$')[2]} ({name}):"
        for message in (it for it in shown if it.urn == urn):
            severity = "" if message.severity == "info" else f"{message.severity}: "
            yield from (f"    {line}" for line in f"{severity}{message.message.rstrip()}".split("\n"))


def _summary(result: Result) -> Iterator[str]:
    changes = result.changes
    yield "Resources:"
    kinds = [op for op in _SYMBOLS if changes.get(op)]
    for op in kinds:
        yield f"    {_SYMBOLS[op]}{changes[op]} {f'to {op}' if result.operation == 'preview' else f'{op}d'}"
    total = [f"{sum(changes[op] for op in kinds)} changes"] if len(kinds) > 1 else []
    parts = [*total, *([f"{changes['same']} unchanged"] if changes.get("same") else [])]
    if parts:
        yield "    " + ". ".join(parts)
    if result.errors:
        yield f"    {len(result.errors)} error{'s' if len(result.errors) > 1 else ''}"
