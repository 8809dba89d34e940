"""What a rehearsal remembers of each resource, and the file it may keep it in.

The file is for rehearsals only: JSON, mode 0600, secrets marked and not legible (base64), never Pulumi's own state.
Contract: `load(save(x))` gives x back; the order of the list is a topological one, as in the engine's snapshot.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from .values import PropertyMap, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_FORMAT = "connect-users rehearsal state, version 1: for rehearsals only, never a Pulumi state"
STACK_TYPE = "pulumi:pulumi:Stack"
_PROVIDER_PREFIX = "pulumi:providers:"


@dataclass
class ResourceState:
    """One resource as the engine would record it.

    Attributes:
        delete: it was replaced, and is still to be deleted.
        pending_replacement: it was deleted, and is still to be created again.
        init_errors: why it is not complete; the next `up` updates it.
        provider: reference `urn::id` of its provider ("" for components).
    """

    urn: str
    type: str
    custom: bool
    id: str = ""
    parent: str = ""
    inputs: PropertyMap = field(default_factory=dict, repr=False)
    outputs: PropertyMap = field(default_factory=dict, repr=False)
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    protect: bool = False
    retain_on_delete: bool = False
    external: bool = False
    delete: bool = False
    pending_replacement: bool = False
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    init_errors: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    timeouts: dict[str, float] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.split("::", 3)[3]

    @property
    def is_provider(self) -> bool:
        """Whether this is a provider (an explicit or a default one)."""
        return self.type.startswith(_PROVIDER_PREFIX)

    @property
    def is_default_provider(self) -> bool:
        """Whether the engine made it by itself; such a resource is never shown."""
        return self.is_provider and self.name.startswith("default")

    def depends_on(self) -> set[str]:
        """The URNs of everything that must outlive it."""
        urns = {self.parent, self.deleted_with, self.provider.rpartition("::")[0]}
        urns.update(self.dependencies, self.replace_with, *self.property_dependencies.values())
        return urns - {""}


def make_urn(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """The engine's name of a resource; the root stack is no part of its children's types."""
    parent_type = parent.split("::", 3)[2] if parent else ""
    qualified = type_ if parent_type in ("", STACK_TYPE) else f"{parent_type}${type_}"
    return f"urn:pulumi:{stack}::{project}::{qualified}::{name}"


def save(path: Path, states: Iterable[ResourceState]) -> None:
    """Replace the file in one step; only its owner can read it.

    Raises:
        OSError: it cannot be written.
    """
    names = [item.name for item in fields(ResourceState)]
    resources = [{name: _pack(getattr(state, name)) for name in names} for state in states]
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump({"format": _FORMAT, "resources": resources}, out, indent=1)
        out.write("\n")
    partial.replace(path)


def load(path: Path) -> list[ResourceState]:
    """The states of the file, none where there is no file.

    Raises:
        ValueError: the file is not one of a rehearsal.
    """
    if not path.exists():
        return []
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        states = {_FORMAT: content["resources"]}[content["format"]]
        return [_state(resource) for resource in states]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ValueError(f"{path} is not the state of a rehearsal; give another file or delete it") from None


def _state(resource: dict[str, Any]) -> ResourceState:
    values = {key: _unpack(value) for key, value in resource.items()}
    for item in fields(ResourceState):
        if isinstance(values.get(item.name), list):
            values[item.name] = tuple(values[item.name])
    dependencies = values["property_dependencies"]
    return ResourceState(**{**values, "property_dependencies": {k: tuple(v) for k, v in dependencies.items()}})


def _pack(value: Any) -> Any:
    if isinstance(value, Secret):
        return {"$secret": base64.b64encode(json.dumps(value.value).encode()).decode()}
    if isinstance(value, dict):
        return {key: _pack(item) for key, item in value.items()}
    return [_pack(item) for item in value] if isinstance(value, list | tuple) else value


def _unpack(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"$secret"}:
            return Secret(json.loads(base64.b64decode(value["$secret"])))
        return {key: _unpack(item) for key, item in value.items()}
    return [_unpack(item) for item in value] if isinstance(value, list) else value
