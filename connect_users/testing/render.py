"""A run as text for a terminal, in the look of `pulumi preview --diff`.

Contract: the first line says that this is a rehearsal; a secret is never printed; the same result gives the same text.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .state import STACK_TYPE
from .values import UNKNOWN, PropertyMap, Secret, equal, go_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .engine_log import Diagnostic
    from .result import Result, Step
    from .state import ResourceState

BANNER = "REHEARSAL of {project}/{stack}: no Pulumi engine, nothing is deployed"
_TITLES = {
    "preview": "Previewing update ({stack}):",
    "up": "Updating ({stack}):",
    "refresh": "Refreshing ({stack}):",
    "destroy": "Destroying ({stack}):",
}
_SYMBOLS = {"create": "+ ", "update": "~ ", "replace": "+-", "delete": "- ", "read": "> ", "same": "  "}
_COLORS = {"create": "32", "update": "33", "replace": "35", "delete": "31", "read": "36", "error": "31;1"}
_COLORS |= {"warning": "33", "info": "36"}
_PAST = {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted", "read": "read"}
_SHOWN = ("create", "update", "delete", "replace", "read")
_MIN_WIDTH = 40


@dataclass(frozen=True)
class _Pen:
    """Colours and cuts."""

    color: bool
    width: int

    def paint(self, kind: str, text: str) -> str:
        code = _COLORS.get(kind)
        return f"\033[{code}m{text}\033[0m" if self.color and code else text

    def cut(self, text: str, used: int) -> str:
        room = max(_MIN_WIDTH, self.width - used)
        return text if len(text) <= room else text[: room - 1] + "…"


def render(result: Result, *, color: bool | None = None, width: int | None = None) -> str:
    """The text of a run, without a final newline."""
    if color is None:
        color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    pen = _Pen(color, width or shutil.get_terminal_size((100, 24)).columns)
    lines = [BANNER.format(project=result.project, stack=result.stack)]
    lines.append(_TITLES[result.operation].format(stack=result.stack))
    depths: dict[str, int] = {}
    for step in result.steps:
        state = step.new or step.old
        depth = depths.get(state.parent, -1) + 1 if state is not None else 0
        depths[step.urn] = depth
        if step.op in _SHOWN or (step.op == "same" and step.type == STACK_TYPE):
            lines.extend(_step(step, result, pen, 4 * depth))
    lines.extend(_outputs(result, pen))
    lines.extend(_diagnostics(result, pen))
    lines.extend(_summary(result, pen))
    return "\n".join(line.rstrip() for line in lines)


def _step(step: Step, result: Result, pen: _Pen, indent: int) -> Iterator[str]:
    pad = " " * indent
    failed = " failed" if step.failed else ""
    why = f" [replaces: {', '.join(step.replace_keys)}]" if step.op == "replace" and step.replace_keys else ""
    head = f"{_SYMBOLS[step.op]}{step.type} {step.name}: ({step.op}{failed}){why}"
    yield pad + pen.paint(step.op, head)
    if step.old is not None and step.old.id and step.op != "create":
        yield f"{pad}    [id={step.old.id}]"
    if step.op in ("create", "read") and step.new is not None:
        shown = step.new.inputs if step.op == "create" else step.new.outputs
        yield from _object(shown, pen, indent + 4)
    elif step.op in ("update", "replace") and step.old is not None and step.new is not None:
        yield from _change(step.old, step.new, result, pen, indent + 4)


def _change(old: ResourceState, new: ResourceState, result: Result, pen: _Pen, indent: int) -> Iterator[str]:
    before, after = old.inputs, new.inputs
    if result.operation == "refresh" and equal(before, after):
        before, after = old.outputs, new.outputs
    yield from _objects(before, after, pen, indent)
    if old.init_errors:
        yield f"{' ' * indent}(completes what failed before)"


def _objects(old: PropertyMap, new: PropertyMap, pen: _Pen, indent: int) -> Iterator[str]:
    keys = [key for key in sorted(old.keys() | new.keys()) if not key.startswith("__")]
    changed = [key for key in keys if not equal(old.get(key), new.get(key))]
    width = max((len(key) for key in changed), default=0)
    for key in changed:
        yield from _values(f"{key:<{width}}: ", old.get(key), new.get(key), pen, indent)


def _values(title: str, old: Any, new: Any, pen: _Pen, indent: int) -> Iterator[str]:
    pad = " " * (indent - 2)
    if isinstance(old, dict) and isinstance(new, dict):
        yield pad + pen.paint("update", f"~ {title}{{")
        yield from _objects(old, new, pen, indent + 4)
        yield pad + pen.paint("update", "  }")
    elif isinstance(old, list) and isinstance(new, list):
        yield pad + pen.paint("update", f"~ {title}[")
        for index in range(max(len(old), len(new))):
            a = old[index] if index < len(old) else None
            b = new[index] if index < len(new) else None
            if not equal(a, b):
                yield from _values(f"[{index}]: ", a, b, pen, indent + 4)
        yield pad + pen.paint("update", "  ]")
    elif old is None or new is None:
        kind, value = ("create", new) if old is None else ("delete", old)
        text = pen.cut(title + inline(value), indent)
        yield pad + pen.paint(kind, _SYMBOLS[kind] + text)
    else:
        # Never cut: what differs may be at the end.
        yield pad + pen.paint("update", f"~ {title}{inline(old)} => {inline(new)}")


def _object(properties: PropertyMap, pen: _Pen, indent: int) -> Iterator[str]:
    keys = [key for key in sorted(properties) if not key.startswith("__") and properties[key] not in (None, "", [], {})]
    width = max((len(key) for key in keys), default=0)
    for key in keys:
        yield " " * indent + pen.cut(f"{key:<{width}}: {inline(properties[key])}", indent)


def inline(value: Any) -> str:
    """A value on one line, as Pulumi prints it; secrets as `[secret]`, unknowns as `[unknown]`."""
    if isinstance(value, Secret):
        return "[secret]"
    if value is UNKNOWN:
        return "[unknown]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {inline(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    if isinstance(value, str):
        return '"' + "".join(_escaped(character) for character in value) + '"'
    return "<null>" if value is None else go_scalar(value)


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def _outputs(result: Result, pen: _Pen) -> Iterator[str]:
    if result.outputs and result.operation in ("preview", "up"):
        yield "    --outputs:--"
        yield from _object(dict(result.outputs), pen, 4)


def _diagnostics(result: Result, pen: _Pen) -> Iterator[str]:
    shown = [message for message in result.diagnostics if not message.ephemeral]
    if not shown:
        return
    yield "Diagnostics:"
    for urn in dict.fromkeys(message.urn for message in shown):
        type_, name = STACK_TYPE, f"{result.project}-{result.stack}"
        if urn:
            type_, name = urn.split("::", 3)[2].rsplit("$", 1)[-1], urn.split("::", 3)[3]
        yield f"  {type_} ({name}):"
        for message in shown:
            if message.urn == urn:
                yield from _message(message, pen)


def _message(message: Diagnostic, pen: _Pen) -> Iterator[str]:
    prefix = "" if message.severity == "info" else pen.paint(message.severity, f"{message.severity}: ")
    first, *rest = message.message.rstrip().split("\n")
    yield f"    {prefix}{first}"
    for line in rest:
        yield f"    {line}"


def _summary(result: Result, pen: _Pen) -> Iterator[str]:
    changes = result.changes
    yield "Resources:"
    kinds = [op for op in _SHOWN if op != "read" and changes.get(op)]
    for op in kinds:
        done = f"to {op}" if result.operation == "preview" else _PAST[op]
        yield "    " + pen.paint(op, f"{_SYMBOLS[op]}{changes[op]} {done}")
    total = sum(changes[op] for op in kinds)
    parts = [f"{total} changes"] if len(kinds) > 1 else []
    if changes.get("same"):
        parts.append(f"{changes['same']} unchanged")
    if parts:
        yield "    " + ". ".join(parts)
    if result.errors:
        count = len(result.errors)
        yield "    " + pen.paint("error", f"{count} error{'s' if count > 1 else ''}")
