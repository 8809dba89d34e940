"""What is true of a user after some of the steps of a plan: the state that a failure in the middle leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.core.fields import BY_NAME
from connect_users.core.ownership import declared_tags
from connect_users.core.spec import Props, canonical, from_wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.core.plan import Step


def after(props: Mapping[str, Any], step: Step, new: Mapping[str, Any]) -> Props:
    """``props`` once ``step`` has been carried out on the way to ``new``."""
    result = dict(props)
    if step.operation == "UntagResource":
        result["tags"] = {
            key: value for key, value in props.get("tags", {}).items() if key not in step.params["tagKeys"]
        }
    elif step.operation == "TagResource":
        fresh = declared_tags(step.params["tags"])
        if fresh:
            result["tags"] = {**props.get("tags", {}), **fresh}
    elif "UserProficiencies" in step.params:
        result["user_proficiencies"] = _proficiencies(props.get("user_proficiencies", []), step)
    else:
        for name in step.fields:
            result.pop(name, None)
            if name in new:
                result[name] = new[name]
    return canonical(result)


def _proficiencies(entries: list[Props], step: Step) -> list[Props]:
    named = from_wire(BY_NAME["user_proficiencies"], step.params["UserProficiencies"])
    pairs = {(entry["attribute_name"], entry["attribute_value"]) for entry in named}
    kept = [entry for entry in entries if (entry["attribute_name"], entry["attribute_value"]) not in pairs]
    return kept if step.operation == "DisassociateUserProficiencies" else kept + named
