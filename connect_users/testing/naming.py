"""Which recorded resource a registration is about: by its URN, else by an alias (step_generator.go, getOldResource)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .deployment import Deployment, Stopped
from .state import STACK_TYPE, ResourceState, make_urn

if TYPE_CHECKING:
    from .goals import AliasGoal, Goal


def find_old(run: Deployment, goal: Goal, urn: str) -> ResourceState | None:
    """The recorded resource; a former name under which it was found is remembered in the run's tables.

    Raises:
        Stopped: two registrations claim one resource.
    """
    if urn in run.aliased:
        run.fail(
            urn, f"Duplicate resource URN '{urn}' conflicting with alias on resource with URN '{run.aliased[urn]}'"
        )
        raise Stopped
    for former in (urn, *former_urns(run, goal)):
        old = run.olds.get(former)
        if old is None:
            continue
        if former != urn:
            other = run.aliased.get(former) or (urn if former in run.seen else None)
            if other is not None:
                run.fail(
                    urn,
                    f"Duplicate resource alias '{former}' applied to resource with URN '{urn}' "
                    f"conflicting with resource with URN '{other}'",
                )
                raise Stopped
            run.aliased[former] = urn
            run.aliases[urn] = former
        return old
    return None


def former_urns(run: Deployment, goal: Goal) -> list[str]:
    """Every name that the resource may have had: its aliases, and the same below each former parent."""
    own = [_collapse(run, goal, alias) for alias in goal.aliases]
    found = list(own)
    parent = run.aliases.get(goal.parent)
    if parent is not None:
        parent_name = _name(goal.parent)
        found.append(_inherited(run, goal.type, goal.name, parent_name, parent))
        found.extend(_inherited(run, _type(urn), _name(urn), parent_name, parent) for urn in own)
    return list(dict.fromkeys(found))


def _collapse(run: Deployment, goal: Goal, alias: AliasGoal) -> str:
    if alias.urn:
        return alias.urn
    parent = alias.parent or goal.parent
    if alias.parent:
        parent = run.aliases.get(alias.parent, alias.parent)
    if alias.no_parent or (parent and parent.split("::", 3)[2] == STACK_TYPE):
        parent = ""
    return make_urn(
        alias.stack or run.stack,
        alias.project or run.project,
        parent,
        alias.type or goal.type,
        alias.name or goal.name,
    )


def _inherited(run: Deployment, type_: str, name: str, parent_name: str, parent: str) -> str:
    # A child named after its parent ("app-function") was named after the parent's former name, too.
    if name.startswith(parent_name):
        name = _name(parent) + name[len(parent_name) :]
    return make_urn(run.stack, run.project, parent, type_, name)


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _type(urn: str) -> str:
    return urn.split("::", 3)[2].rsplit("$", 1)[-1]
