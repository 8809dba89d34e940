"""The users in the stack's state while a program runs. The engine returns them, once in a run.

The engine answers ``pulumi:pulumi:readStackResourceOutputs`` (in its builtin provider since 2020, for every backend)
from the saved state, also in previews; AWS is not called. It takes one more read of the state, at the same time as the
program's body, and the engine adds its builtin provider to the state. Without an answer there is a warning, and the
guards compare with the inputs of their last run.
"""

from __future__ import annotations

import asyncio
import contextvars
import dataclasses
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import grpc
import pulumi
from google.protobuf import struct_pb2
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS

from connect_users.core import tokens
from connect_users.core.arns import bare_id
from connect_users.core.phrases import plural, some
from connect_users.program import registration
from connect_users.roster import moves
from connect_users.roster.moves import DeclaredUser, Moves, StateUser

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

TOKEN: Final = "pulumi:pulumi:readStackResourceOutputs"
#: The organization of a stack in a backend that has none.
_NO_ORGANIZATION: Final = "organization"
_SHOWN: Final = 3


async def moves_of(
    roster: str, urn: pulumi.Output[str], matters: Callable[[Collection[str], Collection[str]], bool] = lambda *_: False
) -> Moves | None:
    """The moves of the people of a roster; None if the engine does not answer. Await it once the body has ended.

    Args:
        urn: of the roster.
        matters: whether to wait for rosters that may still be declared; called with the people of the roster in the
            state, and with those whom the program has not declared so far.

    Raises:
        pulumi.RunError: a roster with people in the state was removed from the program; or a user is declared twice,
            which is clear only once the instances are known.
    """
    users = await users_in_state()
    if users is None:
        return None
    program = registration.this_run()
    await program.settle(lambda: _may_move(roster, users, program, matters))
    rosters = frozenset(program.rosters)
    # A program does not judge the plugin's rosters, unless they become its own.
    state = [user for user in users if not user.plugin or user.roster in rosters or not program.complete]
    declared = await _with_instances(program.declared(), state)
    _refuse_declared_twice(declared)
    removed = moves.removed_rosters(state, declared, rosters) if program.complete else {}
    if removed:
        raise pulumi.RunError("\n".join(_removed(former, removed[former]) for former in sorted(removed)))
    types = str(await urn.future()).split("::")[2]
    return moves.moves_of(roster, state, declared, rosters, types=types, complete=program.complete)


def _may_move(
    roster: str,
    users: Collection[StateUser],
    program: registration.Declarations,
    matters: Callable[[Collection[str], Collection[str]], bool],
) -> bool:
    """Whether people of a roster are not declared yet, but may be in a roster that is declared later."""
    people = {user.username for user in users if user.roster == roster}
    undeclared = people.difference(user.username for user in program.declared())
    if not undeclared:
        return False
    plugin_rosters = {user.roster for user in users if user.plugin and user.roster}
    return not plugin_rosters <= program.rosters or matters(people, undeclared)


def _removed(roster: str, usernames: list[str]) -> str:
    people = plural(len(usernames), "person", "people")
    return (
        f"roster '{roster}' is no longer in the program, and {people} of it would be deleted: "
        f"{some(sorted(usernames), _SHOWN)}; to delete them, first run with the roster empty and "
        f"max_deletions={len(usernames)}, then remove it"
    )


async def users_in_state() -> list[StateUser] | None:
    """All users in the stack's state; None if the engine does not answer."""
    if type(SETTINGS.monitor) is MockMonitor:
        # The SDK's own mocks have no state, and the test defines their `call`.
        return None
    return await registration.kept_by_run("users_in_state", lambda: asyncio.ensure_future(_ask()))


async def _ask() -> list[StateUser] | None:
    names = [f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"]
    if pulumi.get_organization() == _NO_ORGANIZATION:
        # Backends from before 2023 have no projects: a stack has only a name.
        names.append(pulumi.get_stack())
    loop = asyncio.get_running_loop()
    problem = ""
    for name in names:
        try:
            return await loop.run_in_executor(None, contextvars.copy_context().run, _users_of, name)
        except grpc.RpcError as error:
            problem = str(getattr(error, "details", lambda: "")() or type(error).__name__)
    pulumi.log.warn(
        f"the engine did not return the stack's users ({' '.join(problem.split())[:200]}); max_deletions is measured "
        "against the rows of the last run, even if that run failed"
    )
    return None


def _users_of(stack: str) -> list[StateUser]:
    args = struct_pb2.Struct()
    args.update({"stackName": stack})
    monitor: Any = SETTINGS.monitor
    answer = monitor.Invoke(resource_pb2.ResourceInvokeRequest(tok=TOKEN, args=args, acceptResources=True))
    resources = getattr(answer, "return").fields["outputs"].struct_value.fields
    return list(_users(resources))


def _users(resources: Any) -> Iterator[StateUser]:
    for urn, resource in resources.items():
        parts = urn.split("::", 3)
        if len(parts) < 4 or not parts[2].endswith(tuple(tokens.USERS)):
            continue
        outputs = resource.struct_value.fields["outputs"].struct_value.fields
        plugin = parts[2].endswith(tokens.PLUGIN_USER)
        username = outputs["username"].string_value
        instance = outputs["instanceId" if plugin else "instance_id"].string_value
        roster = moves.roster_in(urn, username)
        listed = outputs["securityProfileIds" if plugin else "security_profile_ids"].list_value.values
        profiles = tuple(str(bare_id(each.string_value)) for each in listed if each.string_value)
        info = outputs["identityInfo" if plugin else "identity_info"].struct_value.fields
        email = info["email"].string_value if "email" in info else ""
        yield StateUser(parts[3], username, str(bare_id(instance)), roster, plugin, urn, profiles, email)


def _refuse_declared_twice(declared: Iterable[DeclaredUser]) -> None:
    resources: dict[tuple[object, ...], str] = {}
    for user in declared:
        if user.instance is not None:
            other = resources.setdefault((user.provider, user.instance, user.username), user.resource)
            if other != user.resource:
                text = f"{user.username!r} is declared as {other!r} and as {user.resource!r}; declare each user once"
                raise pulumi.RunError(text)


async def _with_instances(users: Collection[DeclaredUser], state: Iterable[StateUser]) -> list[DeclaredUser]:
    """The declared users with the ids of their instances.

    An instance is awaited only if it decides whether somebody moves, or is declared twice.
    """
    resources = {(user.resource, user.roster) for user in users}
    unclear = {user.username for user in state if (user.resource, user.roster) not in resources}
    times = Counter(user.username for user in users)
    unclear |= {username for username, count in times.items() if count > 1}
    declared, loop = [], registration.this_loop()
    for user in users:
        instance: Any = user.instance
        if isinstance(instance, pulumi.Output):
            # An output of another event loop cannot be awaited here.
            ours = user.loop == loop
            instance = await instance.future() if ours and user.username in unclear else None
        instance_id = bare_id(instance) if isinstance(instance, str) else None
        declared.append(dataclasses.replace(user, instance=instance_id))
    return declared
