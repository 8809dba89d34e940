"""A run as text for a terminal, in the look of `pulumi preview --diff`.

Contract: the first line says that this is a rehearsal; a secret is never printed; the same result gives the same text.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from .result import STACK_TYPE
from .values import UNKNOWN, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .result import Result, Step
    from .values import Props

BANNER = "REHEARSAL of {project}/{stack}: no Pulumi engine, nothing is deployed"
_TITLES = {"preview": "Previewing update", "up": "Updating", "refresh": "Refreshing", "destroy": "Destroying"}
_SYMBOLS = {"create": "+ ", "update": "~ ", "delete": "- ", "replace": "+-"}
_CHANGE_SYMBOLS = {"add": "+", "delete": "-", "update": "~"}


def render(result: Result, *, width: int | None = None) -> str:
    room = width or max(40, shutil.get_terminal_size((100, 24)).columns)
    lines = [BANNER.format(project=result.project, stack=result.stack)]
    lines.append(f"{_TITLES[result.operation]} ({result.stack}):")
    depths: dict[str, int] = {}
    for step in result.steps:
        state = step.new or step.old
        depths[step.urn] = depths.get(state.parent, -1) + 1 if state is not None else 0
        if step.op in _SYMBOLS:
            lines.extend(_step(step, "    " * depths[step.urn], room))
    if result.outputs and result.operation in ("preview", "up"):
        lines.extend(["    --outputs:--", *_values(result.outputs, "    ", room)])
    lines.extend(_diagnostics(result))
    lines.extend(_summary(result))
    return "\n".join(line.rstrip() for line in lines)


def _step(step: Step, pad: str, room: int) -> Iterator[str]:
    why = f" [replaces: {', '.join(step.replace_keys)}]" if step.replace_keys else ""
    yield f"{pad}{_SYMBOLS[step.op]}{step.type} {step.name}: ({step.op}{' failed' if step.failed else ''}){why}"
    if step.old is not None and step.old.id:
        yield f"{pad}    [id={step.old.id}]"
    if step.op == "create" and step.new is not None:
        yield from _values(step.new.inputs, f"{pad}    ", room)
    for change in step.diff:
        # Never cut: what differs may be at the end.
        values = " => ".join(inline(value) for value in (change.old, change.new) if value is not None)
        yield f"{pad}  {_CHANGE_SYMBOLS[change.kind]} {change.path}: {values}"


def _values(properties: Props, pad: str, room: int) -> Iterator[str]:
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
        _, _, type_, name = (urn or f"::::{STACK_TYPE}::{result.project}-{result.stack}").split("::", 3)
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
