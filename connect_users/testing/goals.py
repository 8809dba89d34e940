"""What a program asks for: one registration, read from the SDK's request."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .values import PropertyMap, decode

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


@dataclass(frozen=True)
class AliasGoal:
    """A former name of a resource: a whole URN, or the parts that differ."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


@dataclass(frozen=True)
class Goal:
    """A resource as the program wants it; `id` is set for an import."""

    type: str
    name: str
    custom: bool
    parent: str = ""
    inputs: PropertyMap = field(default_factory=dict)
    provider: str = ""
    id: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[AliasGoal, ...] = ()
    timeouts: dict[str, float] = field(default_factory=dict)
    version: str = ""


def seconds(text: str) -> float:
    """A Go duration (`7m`, `1h30m`) in seconds; 0 for none.

    Raises:
        ValueError: it is no duration.
    """
    if not text:
        return 0.0
    if _DURATION.sub("", text):
        raise ValueError(f"unable to parse customTimeout value {text}")
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(text))


def goal_of(request: Any) -> Goal:
    """The goal of a RegisterResourceRequest.

    Raises:
        ValueError: a custom timeout is no duration.
    """
    timeouts = {key: seconds(getattr(request.customTimeouts, key)) for key in ("create", "update", "delete")}
    dependencies = {key: tuple(sorted(value.urns)) for key, value in request.propertyDependencies.items()}
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        inputs={key: value for key, value in decode(request.object).items() if value is not None},
        provider=request.provider,
        id=request.importId,
        dependencies=tuple(sorted(request.dependencies)),
        property_dependencies=dependencies,
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        deleted_with=request.deletedWith,
        replace_with=tuple(sorted(getattr(request, "replace_with", ()))),
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=tuple([_alias(alias) for alias in request.aliases] + [AliasGoal(urn=u) for u in request.aliasURNs]),
        timeouts={key: value for key, value in timeouts.items() if value},
        version=request.version,
    )


def _alias(alias: Any) -> AliasGoal:
    if alias.WhichOneof("alias") == "urn":
        return AliasGoal(urn=alias.urn)
    spec = alias.spec
    return AliasGoal(
        name=spec.name,
        type=spec.type,
        stack=spec.stack,
        project=spec.project,
        parent=spec.parentUrn,
        no_parent=spec.noParent,
    )
