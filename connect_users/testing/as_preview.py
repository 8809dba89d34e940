"""A run in the form of `pulumi preview --json`, so that whatever reads previews reads rehearsals (``explain`` does).

Contract: no secret's value is in it, at any depth; no configuration is; what is not known yet has the engine's sign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.core.tokens import UNKNOWN_STRING

from .values import UNKNOWN, Secret

if TYPE_CHECKING:
    from .result import Result, Step
    from .state import ResourceState


def as_preview(result: Result) -> dict[str, Any]:
    """The run as a document that can be written as JSON."""
    errors = [{"severity": "error", "message": f"error: {message}"} for message in result.errors]
    return {
        "steps": [_step(step) for step in result.steps],
        "diagnostics": errors,
        "changeSummary": result.changes,
    }


def _step(step: Step) -> dict[str, Any]:
    told: dict[str, Any] = {"op": step.op, "urn": step.urn}
    for key, state in (("oldState", step.old), ("newState", step.new)):
        if state is not None:
            told[key] = _state(state)
    if step.diff:
        told["diffReasons"] = sorted({change.path.partition(".")[0].partition("[")[0] for change in step.diff})
        told["detailedDiff"] = {change.path: {"kind": change.kind, "inputDiff": True} for change in step.diff}
    if step.replace_keys:
        told["replaceReasons"] = list(step.replace_keys)
    return told


def _state(state: ResourceState) -> dict[str, Any]:
    return {
        "urn": state.urn,
        "type": state.type,
        "custom": state.custom,
        "id": state.id,
        "parent": state.parent,
        "inputs": _plain(state.inputs),
        "outputs": _plain(state.outputs),
        "propertyDependencies": {name: list(urns) for name, urns in state.property_dependencies.items()},
        "protect": state.protect,
        "retainOnDelete": state.retain_on_delete,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Secret):
        return "[secret]"
    if value is UNKNOWN:
        return UNKNOWN_STRING
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    # Numbers come as floats from the wire.
    return int(value) if isinstance(value, float) and value.is_integer() else value
