"""The step between a program's declarations and the engine: refusals, and the problems of all users in one error.

The engine stops a preview at the first resource whose check fails. The SDK sends the first registration after the
program's body has ended. So known inputs are judged while the body runs, by the rules of the check, and the first
registration of a user with a problem fails the program with the problems of all users.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, cast

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import SETTINGS

from connect_users.core import rules, settings, tokens
from connect_users.core.arns import bare_id
from connect_users.core.phrases import plural
from connect_users.core.shapes import Problem, in_path
from connect_users.program.provider import PACKAGE, Provider, stack_config
from connect_users.roster.assembly import with_unknowns
from connect_users.roster.moves import DeclaredUser

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_users.core.spec import Props

T = TypeVar("T")

#: Before the name of each thing that a run keeps.
_KEPT: Final = "_connect_users_"
_DECLARATIONS: Final = "declarations"


class Declarations:
    """The declarations of one run of a program so far: users and their problems.

    Attributes:
        rosters: the names of all rosters, with or without people.
        stack: the stack's configuration, which is slow to read.
        complete: whether nothing more is declared once the body of the program has ended.
    """

    complete = True

    def __init__(self, stack: Mapping[str, object] | None = None) -> None:
        self.stack: Mapping[str, object] = stack_config() if stack is None else stack
        self.users: dict[tuple[object, ...], DeclaredUser] = {}
        self.rosters: set[str] = set()
        self.problems: list[str] = []

    def declared(self) -> list[DeclaredUser]:
        """The users whom the program has declared so far."""
        return list(self.users.values())

    async def settle(self, is_open: Callable[[], bool]) -> None:
        """Wait for more declarations, as long as they matter (``is_open``)."""

    async def fail(self) -> NoReturn:
        """Raise all problems."""
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        count = plural(len(self.problems), "problem")
        raise pulumi.RunError(f"{count} in the inputs of Connect users:\n{lines}")


def judge(name: str, props: Props, opts: pulumi.ResourceOptions | None) -> None:
    """Judge a user's inputs, as far as they are known. If there is a problem, its registration fails the program.

    Args:
        props: plain inputs. If there is a problem, one is replaced by an awaitable that raises.
    """
    inputs = with_unknowns(props)
    username = inputs.get("username")
    problems = rules.review(inputs, reserved_tags=reserved_tags(opts)).problems
    declared = this_run()
    if isinstance(username, str):
        instance = props.get("instance_id")
        other = declared_as(name, instance, username, opts)
        if other is None:
            declare(name, instance, username, opts)
        else:
            problems = (*problems, Problem("username", f"is already declared as {other!r}; declare each user once"))
    if problems:
        shown = in_path(username) if isinstance(username, str) else "username not known yet"
        declared.problems += [f"{name} ({shown}): {problem}" for problem in problems]
        props["username"] = declared.fail()


def declare(name: str, instance_id: object, username: str, opts: pulumi.ResourceOptions | None) -> None:
    """Note that this run declares a user."""
    key = _key(instance_id, username, opts)
    parent, roster = (None if opts is None else opts.parent), ""
    if parent is not None and parent.pulumi_resource_type in tokens.ROSTERS:
        # A user who is declared alone may have a roster as its parent, too.
        roster = parent.pulumi_resource_name if name == f"{parent.pulumi_resource_name}-{username}" else ""
    this_run().users[key] = DeclaredUser(name, username, instance_id, roster, key[1], this_loop())


def declared_as(name: str, instance_id: object, username: str, opts: pulumi.ResourceOptions | None) -> str | None:
    """The name of another resource that this run has already declared for a user; None if there is none.

    Without this, two resources (or rosters) with the same user pass every preview, and one fails when it is created.
    Two resources with the same name are refused by the engine, or belong to a program that a test runs twice.

    Args:
        name: of the resource that is being declared.
        instance_id: as in the program; outputs are compared by identity, not by their values.
    """
    if type(SETTINGS.monitor) is MockMonitor:
        # With the SDK's own mocks, the programs of many tests look like one run.
        return None
    other = this_run().users.get(_key(instance_id, username, opts))
    return None if other is None or other.resource == name else other.resource


def _key(instance_id: object, username: str, opts: pulumi.ResourceOptions | None) -> tuple[object, ...]:
    # An output keeps its identity, since `DeclaredUser` keeps it.
    instance = bare_id(instance_id) if isinstance(instance_id, str) else id(instance_id)
    return instance, settings.reached(configuration(opts)), username


def this_loop() -> object:
    """Identifies the event loop of the calling program, or of the component: outputs can be awaited only in their own.

    It is not kept alive, and neither is a run that is over.
    """
    return weakref.ref(SETTINGS.rpc_manager)


def kept_by_run(name: str, make: Callable[[], T]) -> T:
    """What the run of the calling program keeps under a name; it is made when it is first asked for.

    The Automation API and tests run several programs in one process. The SDK's own object of a run holds what belongs
    to it: outputs and tasks refer to their run, so that a weak dictionary would keep both for ever.
    """
    kept: dict[str, Any] = vars(SETTINGS.rpc_manager)
    key = f"{_KEPT}{name}"
    if key not in kept:
        kept.setdefault(key, make())
    return cast(T, kept[key])


def this_run() -> Declarations:
    """The declarations of the calling program so far."""
    return kept_by_run(_DECLARATIONS, Declarations)


def join(declared: Declarations) -> None:
    """Make the calling program a part of another one, to which its users and rosters belong."""
    vars(SETTINGS.rpc_manager)[f"{_KEPT}{_DECLARATIONS}"] = declared


def refuse_ignored_options(resource: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Refuse options that Pulumi would ignore without a message, or that would end in a traceback.

    Args:
        resource: the class, for the message.

    Raises:
        pulumi.RunError
    """
    if opts is None:
        return
    if opts.import_ is not None:
        raise pulumi.RunError(
            f"{resource} '{name}': Pulumi cannot import dynamic resources by import_; "
            "use connect-users import or adopt_existing=True"
        )
    for provider in _providers(opts):
        if provider.package == PACKAGE:
            return
        if provider.package == "aws" or provider is opts.provider:
            raise pulumi.RunError(
                f"{resource} '{name}': Pulumi would ignore its {provider.package} provider and use the stack's region "
                "and credentials; use a connect_users.Provider"
            )


def reserved_tags(opts: pulumi.ResourceOptions | None) -> int:
    """The number of tags that a user's provider sets itself."""
    return settings.reserved_tags(configuration(opts))


def configuration(opts: pulumi.ResourceOptions | None) -> Mapping[str, object]:
    """The configuration of a user's explicit provider, else the stack's."""
    for provider in () if opts is None else _providers(opts):
        if isinstance(provider, Provider):
            return provider.configuration
    return this_run().stack


def _providers(opts: pulumi.ResourceOptions) -> list[pulumi.ProviderResource]:
    """The explicit providers that may apply; those for dynamic resources come first."""
    several = opts.providers or []
    inherited = getattr(opts.parent, "_providers", None)
    providers = [
        *([] if opts.provider is None else [opts.provider]),
        *(several.values() if isinstance(several, Mapping) else several),
        *(inherited.values() if isinstance(inherited, dict) else ()),
    ]
    return sorted(providers, key=lambda provider: provider.package != PACKAGE)
