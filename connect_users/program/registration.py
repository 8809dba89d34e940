"""What happens between a program's declaration and the engine: plain copies, refusals, all problems in one go.

The engine stops a preview at the first resource whose check fails. A program's body runs to its end before the SDK
sends its first registration, so the known inputs are judged while the body runs, by the check's own rules, and the
first registration of a bad user fails the program with the problems of all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import SETTINGS

from connect_users.core import rules, settings
from connect_users.core.arns import bare_id
from connect_users.core.shapes import Problem, in_path
from connect_users.core.spec import UNKNOWN
from connect_users.program.provider import PACKAGE, Provider, stack_config

if TYPE_CHECKING:
    from connect_users.core.spec import Props


class _Declared:
    """The users that one run of a program has declared so far, and their problems.

    Attributes:
        names: of the resources. The instances are kept with them, or another output could get the place of one.
        rosters: their names.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self.names: dict[tuple[object, ...], tuple[str, object]] = {}
        self.rosters: set[str] = set()

    def add(self, name: str, username: object, problems: tuple[Problem, ...]) -> None:
        self._lines += [f"{name} ({username}): {problem}" for problem in problems]

    def raise_all(self) -> NoReturn:
        count = len(self._lines)
        text = "\n".join(f"  {line}" for line in self._lines)
        raise pulumi.RunError(f"{count} problem{'s' if count > 1 else ''} in the inputs of Connect users:\n{text}")


def judge(name: str, props: Props, opts: pulumi.ResourceOptions | None) -> None:
    """Judge what is known of a user's inputs; where something is wrong, its registration will fail the program.

    Args:
        props: plain inputs. Of a bad user, an input is replaced by one that raises when the SDK awaits it.
    """
    known = _known(props)
    username = known.get("username")
    problems = rules.review(known, reserved_tags=reserved_tags(opts)).problems
    declared = _declared_by_this_run()
    if isinstance(username, str):
        instance = props.get("instance_id")
        other = declared_as(name, instance, username, opts)
        if other is None:
            declared.names[_key(instance, username, opts)] = (name, instance)
        else:
            problems = (*problems, Problem("username", f"is already declared as {other!r}; declare each user once"))
    if not problems:
        return
    shown = in_path(username) if isinstance(username, str) else "username not known yet"
    declared.add(name, shown, problems)

    async def fail() -> str:
        declared.raise_all()

    props["username"] = fail()


def declared_as(name: str, instance_id: object, username: str, opts: pulumi.ResourceOptions | None) -> str | None:
    """The name of another resource that this run has already declared for a user; None where there is none.

    Without this, two resources (or rosters) with one user pass every preview, and one fails when it is made. Two
    resources of one name are refused by the engine, or belong to a program that a test runs twice.

    Args:
        name: of the resource that is being declared.
        instance_id: as it was given; outputs are compared by identity, not by their values.
    """
    if type(SETTINGS.monitor) is MockMonitor:
        # With the SDK's own mocks, the programs of many tests are declared in what looks like one run.
        return None
    other, _ = _declared_by_this_run().names.get(_key(instance_id, username, opts), (None, None))
    return None if other == name else other


@dataclass(frozen=True)
class DeclaredUser:
    """A user of this run: the resource's name, and the instance as it was given.

    Attributes:
        provider: tells apart users of instances that have one id in two regions.
    """

    resource: str
    username: str
    instance: object
    provider: object = None


def declared_users() -> list[DeclaredUser]:
    """All users that this run has declared so far whose usernames are known."""
    names = _declared_by_this_run().names.items()
    return [DeclaredUser(name, str(key[-1]), instance, key[1]) for key, (name, instance) in names]


def declare_roster(name: str) -> None:
    """Note that this run has a roster of this name, with or without people."""
    _declared_by_this_run().rosters.add(name)


def declared_rosters() -> frozenset[str]:
    """The names of all rosters that this run has declared so far."""
    return frozenset(_declared_by_this_run().rosters)


def _key(instance_id: object, username: str, opts: pulumi.ResourceOptions | None) -> tuple[object, ...]:
    instance = bare_id(instance_id) if isinstance(instance_id, str) else id(instance_id)
    # The same instance may exist in two regions (replicas), and then has two providers.
    provider = next((id(it) for it in _providers(opts) if it.package == PACKAGE), None) if opts is not None else None
    return instance, provider, username


#: One collection for each run: the Automation API and tests run several programs in one process.
_runs: WeakKeyDictionary[Any, _Declared] = WeakKeyDictionary()


def _declared_by_this_run() -> _Declared:
    return _runs.setdefault(SETTINGS.rpc_manager, _Declared())


def _known(value: Any) -> Any:
    """``value`` with `UNKNOWN` in place of outputs and awaitables."""
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_known(item) for item in value]
    if isinstance(value, pulumi.Output) or asyncio.isfuture(value) or asyncio.iscoroutine(value):
        return UNKNOWN
    return value


def refuse_ignored_options(name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Refuse what Pulumi would ignore in silence, or fail on with a traceback.

    Raises:
        pulumi.RunError
    """
    if opts is None:
        return
    if opts.import_ is not None:
        raise pulumi.RunError(
            f"ConnectUser '{name}': Pulumi cannot import dynamic resources by import_; "
            "use connect-users import, or adopt_existing=True"
        )
    for provider in _providers(opts):
        if provider.package == PACKAGE:
            return
        if provider.package == "aws" or provider is opts.provider:
            raise pulumi.RunError(
                f"ConnectUser '{name}': Pulumi would ignore the {provider.package} provider given to it and use the "
                "stack's region and credentials; give it a connect_users.Provider"
            )


def reserved_tags(opts: pulumi.ResourceOptions | None) -> int:
    """Of the tags that AWS allows a user, those that its provider sets: an explicit one, or the stack's."""
    found = () if opts is None else _providers(opts)
    own = next((provider for provider in found if provider.package == PACKAGE), None)
    if isinstance(own, Provider):
        return own.reserved_tags
    return settings.reserved_tags(stack_config())


def _providers(opts: pulumi.ResourceOptions) -> list[pulumi.ProviderResource]:
    """The explicit providers that may apply, ours first."""
    found = [opts.provider] if opts.provider is not None else []
    several = opts.providers or []
    found += list(several.values()) if isinstance(several, Mapping) else list(several)
    inherited = getattr(opts.parent, "_providers", None)
    if isinstance(inherited, dict):
        found += inherited.values()
    return sorted(found, key=lambda provider: provider.package != PACKAGE)
