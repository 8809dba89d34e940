"""How a resource differs from its record: the provider's Diff, completed by the engine's own comparison.

Source: diff, diffResource, applyReplaceOnChanges and calculateDependentReplacements in
pkg/resource/deploy/step_generator.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .diffing import Path, changes, contains, ignore_changes, parse_path
from .providers import DiffUnavailable, Provider, ProviderError
from .values import UNKNOWN, PropertyMap, equal, has_unknowns, reveal

if TYPE_CHECKING:
    from .deployment import Deployment
    from .goals import Goal
    from .state import ResourceState

INIT_ERROR = "#initerror"


@dataclass(frozen=True)
class Verdict:
    """The comparison of an old and a new resource."""

    changed: bool
    keys: tuple[str, ...] = ()
    delete_first: bool = False


def judge(run: Deployment, goal: Goal, provider: Provider | None, old: ResourceState, new: ResourceState) -> Verdict:
    """How a registered resource differs from the recorded one."""
    if run.replaces.intersection(new.replace_with):
        return Verdict(True, ("replaceWith",))
    if new.deleted_with in run.replaces:
        return Verdict(True, ("deletedWith",))
    if bool(old.provider) != bool(new.provider):
        return Verdict(True, ("provider",))
    if provider is None:
        return Verdict(not equal(old.inputs, new.inputs))
    return compare(
        run,
        provider,
        old,
        new.inputs,
        ignore=goal.ignore_changes,
        replace_on=goal.replace_on_changes,
        init_errors=bool(old.init_errors),
        unknowns=run.dry_run,
    )


def compare(
    run: Deployment,
    provider: Provider,
    old: ResourceState,
    inputs: PropertyMap,
    *,
    ignore: tuple[str, ...],
    replace_on: tuple[str, ...],
    init_errors: bool,
    unknowns: bool,
) -> Verdict:
    """The provider's Diff; where it leaves the question open, the engine compares the inputs itself.

    Raises:
        ProviderError: the Diff fails, or `replace_on` has something that is no property path.
    """
    try:
        said = provider.diff(old, inputs, unknowns=unknowns, ignore=ignore)
    except DiffUnavailable as error:
        run.log.add("warning", old.urn, str(error))
        return Verdict(True)
    keys = set(said.replaces)
    changed = said.changes
    paths: list[Path] = []
    if changed is None:
        ignored, _ = ignore_changes(inputs, old.inputs, ignore)
        found = changes(dict(reveal(old.inputs)), dict(reveal(ignored)))
        paths = [parse_path(change.path) for change in found]
        changed = bool(paths)
    patterns = _patterns(replace_on) if changed or init_errors else []
    # One path that matches is enough, whatever else of the same input has changed.
    keys.update(str(path[0]) for path in paths if any(contains(pattern, path) for pattern in patterns))
    if init_errors and any(contains(pattern, (INIT_ERROR,)) for pattern in patterns):
        changed = True
        keys.add(INIT_ERROR)
    return Verdict(changed, tuple(sorted(keys)) if changed else (), said.delete_before_replace)


def _patterns(texts: tuple[str, ...]) -> list[Path]:
    try:
        return [parse_path(text) for text in texts]
    except ValueError as error:
        raise ProviderError(f"replace_on_changes: {error}") from None


def replaced_by(run: Deployment, state: ResourceState, gone: set[str]) -> tuple[str, ...] | None:
    """The keys that force a replacement once the resources in `gone` are replaced; None = it stays."""
    if not state.custom or state.external:
        return None
    if state.provider.rpartition("::")[0] in gone or state.deleted_with in gone:
        return ()
    if gone.intersection(state.replace_with):
        return ()
    inputs = dict(state.inputs)
    for key in state.inputs:
        if gone.intersection(state.property_dependencies.get(key, ())):
            inputs[key] = UNKNOWN
    if not has_unknowns(inputs):
        return None
    provider = run.registry.serving(state)
    if provider is None:
        return None
    verdict = compare(
        run,
        provider,
        state,
        inputs,
        ignore=state.ignore_changes,
        replace_on=state.replace_on_changes,
        init_errors=False,
        unknowns=True,
    )
    return verdict.keys if verdict.changed and verdict.keys else None
