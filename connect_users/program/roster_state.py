"""Who is in the stack's state while a program runs: asked of the engine, once in a run.

The engine answers ``pulumi:pulumi:readStackResourceOutputs`` (in its builtin provider since 2020, for every backend)
from the state as it is saved, in previews, too; no call of AWS is made. It costs one more reading of the state, at the
same time as the program's body, and the engine notes its builtin provider in the state. Where there is no answer, that
is said in a warning, and the guards compare with what they remember of their last run.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

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
from connect_users.roster import whereabouts
from connect_users.roster.whereabouts import Declared, Kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOKEN: Final = "pulumi:pulumi:readStackResourceOutputs"
_IN_A_ROSTER: Final = (f"{tokens.ROSTER}${tokens.USER}", f"{tokens.PLUGIN_ROSTER}${tokens.PLUGIN_USER}")
#: Of a stack in a backend without organizations.
_NO_ORGANIZATION: Final = "organization"
_SHOWN: Final = 3


async def whereabouts_of(roster: str) -> whereabouts.Whereabouts | None:
    """Where the people of a roster are; None where the engine does not tell. To be awaited once the body has ended.

    Raises:
        pulumi.RunError: a roster whose people are in the state was taken out of the program; or a user is declared
            twice, as is seen only now that the instances are known.
    """
    known = await kept_in_state()
    if known is None:
        return None
    rosters = registration.declared_rosters()
    # Rosters that the plugin builds are not this program's to judge, unless they become its own.
    kept = [one for one in known if not one.plugin or one.roster in rosters]
    declared = await _declared(kept, rosters)
    _refuse_twins(declared)
    gone = whereabouts.taken_out(kept, declared, rosters)
    if gone:
        raise pulumi.RunError("\n".join(map(_taken_out, sorted(gone), map(gone.__getitem__, sorted(gone)))))
    return whereabouts.of_roster(roster, kept, declared, rosters)


def _taken_out(roster: str, usernames: list[str]) -> str:
    people = plural(len(usernames), "person", "people")
    return (
        f"roster '{roster}' is no longer in the program, and {people} of it would be deleted: "
        f"{some(sorted(usernames), _SHOWN)}; if that is "
        f"meant, run once with the roster empty and max_deletions={len(usernames)}, and take it out then"
    )


#: One question for each run: the Automation API and tests run several programs in one process.
_asked: WeakKeyDictionary[Any, asyncio.Future[list[Kept] | None]] = WeakKeyDictionary()


async def kept_in_state() -> list[Kept] | None:
    """Everybody whom the stack's state has; None where the engine does not tell."""
    if type(SETTINGS.monitor) is MockMonitor:
        # The SDK's own mocks have no state, and their `call` is the test's.
        return None
    if SETTINGS.rpc_manager not in _asked:
        _asked[SETTINGS.rpc_manager] = asyncio.ensure_future(_ask())
    return await _asked[SETTINGS.rpc_manager]


async def _ask() -> list[Kept] | None:
    names = [f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"]
    if pulumi.get_organization() == _NO_ORGANIZATION:
        # Backends that were made before 2023 have no projects, and know a stack by its name only.
        names.append(pulumi.get_stack())
    loop = asyncio.get_running_loop()
    problem = ""
    for name in names:
        try:
            return await loop.run_in_executor(None, contextvars.copy_context().run, _people_of, name)
        except grpc.RpcError as error:
            problem = str(getattr(error, "details", lambda: "")() or type(error).__name__)
    pulumi.log.warn(
        f"the engine does not say who is in the stack ({' '.join(problem.split())[:200]}): max_deletions is judged by "
        "the rows of the last run, even if that failed"
    )
    return None


def _people_of(stack: str) -> list[Kept]:
    args = struct_pb2.Struct()
    args.update({"stackName": stack})
    monitor: Any = SETTINGS.monitor
    answer = monitor.Invoke(resource_pb2.ResourceInvokeRequest(tok=TOKEN, args=args, acceptResources=True))
    resources = getattr(answer, "return").fields["outputs"].struct_value.fields
    return list(_users(resources))


def _users(resources: Any) -> Iterator[Kept]:
    for urn, told in resources.items():
        parts = urn.split("::", 3)
        if len(parts) < 4 or not parts[2].endswith(tuple(tokens.USERS)):
            continue
        outputs = told.struct_value.fields["outputs"].struct_value.fields
        plugin = parts[2].endswith(tokens.PLUGIN_USER)
        username = outputs["username"].string_value
        instance = outputs["instanceId" if plugin else "instance_id"].string_value
        roster = parts[3].removesuffix(f"-{username}") if parts[2].endswith(_IN_A_ROSTER) else ""
        yield Kept(parts[3], username, str(bare_id(instance)), roster, plugin)


def _refuse_twins(declared: Iterable[Declared]) -> None:
    seen: dict[tuple[object, ...], str] = {}
    for one in declared:
        if one.instance is not None:
            twin = seen.setdefault((one.provider, one.instance, one.username), one.resource)
            if twin != one.resource:
                text = f"{one.username!r} is declared as {twin!r} and as {one.resource!r}; declare a user once"
                raise pulumi.RunError(text)


async def _declared(kept: Iterable[Kept], rosters: Iterable[str]) -> list[Declared]:
    """Whom the program declares. An instance is awaited only where it decides whether somebody moves, or is a twin."""
    users = registration.declared_users()
    resources, times = {one.resource for one in users}, Counter(one.username for one in users)
    unclear = {one.username for one in kept if one.resource not in resources}
    unclear |= {username for username, count in times.items() if count > 1}
    found = []
    for one in users:
        instance: Any = one.instance
        if isinstance(instance, pulumi.Output):
            instance = await instance.future() if one.username in unclear else None
        known = bare_id(instance) if isinstance(instance, str) else None
        roster = one.resource.removesuffix(f"-{one.username}")
        found.append(Declared(one.resource, one.username, known, roster if roster in rosters else "", one.provider))
    return found
