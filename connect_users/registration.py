"""What happens between a program's declaration and the engine: plain copies, refusals, all problems in one go.

The engine stops a preview at the first resource whose check fails. A program's body runs to its end before the SDK
sends its first registration, so the known inputs are judged while the body runs, by the check's own rules, and the
first registration of a bad user fails the program with the problems of all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.settings import SETTINGS

from connect_users import rules
from connect_users.explicit_provider import PACKAGE
from connect_users.shapes import Problem, in_path, shown
from connect_users.spec import UNKNOWN, bare_id

if TYPE_CHECKING:
    from connect_users.spec import Props


class _Problems:
    """The users that one run of a program has declared so far, and their problems."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._declared: dict[tuple[object, ...], str] = {}

    def twins(self, name: str, known: Props, provider: object) -> tuple[Problem, ...]:
        """The problem that another resource declares the same user: the second of them could never be made."""
        instance_id, username = bare_id(known.get("instance_id")), known.get("username")
        if not isinstance(instance_id, str) or not isinstance(username, str):
            return ()
        first = self._declared.setdefault((instance_id, username, provider), name)
        # Two resources of one name are the engine's to tell, or two runs of a test's program in one set of mocks.
        if first == name:
            return ()
        return (Problem("username", f"{shown(username)} is declared by '{first}', too; an instance has a name once"),)

    def add(self, name: str, username: object, problems: tuple[Problem, ...]) -> None:
        self._lines += [f"{name} ({username}): {problem}" for problem in problems]

    def raise_all(self) -> NoReturn:
        count = len(self._lines)
        text = "\n".join(f"  {line}" for line in self._lines)
        raise pulumi.RunError(f"{count} problem{'s' if count > 1 else ''} in the inputs of Connect users:\n{text}")


def judge(name: str, props: Props, opts: pulumi.ResourceOptions | None = None) -> None:
    """Judge what is known of a user's inputs; where something is wrong, its registration will fail the program.

    Args:
        props: plain inputs. Of a bad user, an input is replaced by one that raises when the SDK awaits it.
    """
    known = _known(props)
    run = _this_run()
    problems = (*rules.review(known).problems, *run.twins(name, known, _own_provider(opts)))
    if not problems:
        return
    username = known.get("username")
    told = in_path(username) if isinstance(username, str) else "username not known yet"
    run.add(name, told, problems)

    async def fail() -> str:
        run.raise_all()

    props["username"] = fail()


#: One collection for each run: the Automation API and tests run several programs in one process.
_runs: WeakKeyDictionary[Any, _Problems] = WeakKeyDictionary()


def _this_run() -> _Problems:
    return _runs.setdefault(SETTINGS.rpc_manager, _Problems())


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


def _own_provider(opts: pulumi.ResourceOptions | None) -> pulumi.ProviderResource | None:
    """The explicit provider of this package that applies: it may stand for an account of its own."""
    found = () if opts is None else _providers(opts)
    return next((provider for provider in found if provider.package == PACKAGE), None)


def _providers(opts: pulumi.ResourceOptions) -> list[pulumi.ProviderResource]:
    """The explicit providers that may apply, ours first."""
    found = [opts.provider] if opts.provider is not None else []
    several = opts.providers or []
    found += list(several.values()) if isinstance(several, Mapping) else list(several)
    inherited = getattr(opts.parent, "_providers", None)
    if isinstance(inherited, dict):
        found += inherited.values()
    return sorted(found, key=lambda provider: provider.package != PACKAGE)
