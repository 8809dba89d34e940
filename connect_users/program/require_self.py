"""``require_self``: a roster cannot take the last powerful security profile from the person who runs the stack.

If nobody else has power, nobody could undo that. The check works only if AWS's name of the caller (the session of a
role, an IAM user) is the username or the e-mail address of somebody in the roster, as it is for people who sign in
through IAM Identity Center. It does nothing for a pipeline's role, or if AWS does not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pulumi
from pulumi import Input, Output

from connect_users.core.arns import bare_id
from connect_users.core.errors import ConnectUsersError
from connect_users.core.powers import is_power
from connect_users.core.references import SECURITY_PROFILE
from connect_users.program import roster_state
from connect_users.program.instance import ConnectInstance, LookUpSettings
from connect_users.program.provider import read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connect_users.connect.directory import Directory
    from connect_users.roster.moves import Moves, StateUser
    from connect_users.roster.people import Person


def caller_names(arn: str) -> tuple[str, ...]:
    """The names of the caller in the ARN from STS, folded; none for the root user or a string that is not an ARN.

    ``arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION``, ``arn:aws:iam::ACCOUNT:user/PATH/NAME`` and
    ``arn:aws:sts::ACCOUNT:federated-user/NAME`` (IAM User Guide, "IAM identifiers"). A role's name is not a person.
    """
    kind, _, names = arn.rpartition(":")[2].partition("/")
    name = names.rpartition("/")[2]
    if kind not in ("assumed-role", "user", "federated-user") or (kind == "assumed-role" and "/" not in names):
        return ()
    return (name.casefold(),) if name else ()


def caller_keeps_power(
    roster: str,
    instance: ConnectInstance | None,
    instance_id: Input[str] | None,
    configuration: Mapping[str, Any],
    people: Sequence[Person],
    moves: Output[Moves | None],
) -> Output[None]:
    """Resolves once it is known that the caller keeps some power, or that the caller is not known.

    Raises:
        pulumi.RunError: in the output, if the caller would lose the last powerful security profile.
    """
    if instance is None:
        settings = Output.all(**configuration).apply(lambda config: read(config or {}))
        instance = ConnectInstance(cast(Any, instance_id), provider=LookUpSettings(settings))
    profiles = {person.username: person.inputs.get("security_profile_ids") for person in people}

    async def judge(directory: Directory) -> None:
        problem, people_moves = None, await moves.future()
        try:
            problem = people_moves and await _problem(directory, profiles, people_moves)
        except ConnectUsersError as error:
            pulumi.log.info(f"roster '{roster}': require_self: not checked: {error}")
        if problem:
            raise pulumi.RunError(f"roster '{roster}': require_self: {problem}")

    return instance._ask(("self", roster), judge)  # noqa: SLF001 - the package's own


async def _problem(directory: Directory, profiles: Mapping[str, Any], moves: Moves) -> str | None:
    names = caller_names(await directory.caller())
    users = await roster_state.users_in_state() or []
    affected = moves.in_state - moves.moved_to.keys() - {user.username for user in moves.kept} | moves.moved_from.keys()
    for user in users:
        if user.username not in affected or {user.username.casefold(), user.email.casefold()}.isdisjoint(names):
            continue
        lost = await _powers(directory, user.profiles)
        after = await _declared_profiles(profiles.get(user.username, []))
        if lost and after is not None and not await _powers(directory, after):
            return _text(user, lost)
    return None


async def _declared_profiles(ids: Any) -> tuple[str, ...] | None:
    """The ids of security profiles that a program declares; None if one is not known yet."""
    values: Any = await Output.all(*ids).future() if isinstance(ids, list) else None
    if values is None or not all(isinstance(each, str) for each in values):
        return None
    return tuple(str(bare_id(each)) for each in values)


async def _powers(directory: Directory, ids: Sequence[str]) -> list[str]:
    """The names of the powerful security profiles among them."""
    labels = await directory.labels(SECURITY_PROFILE) if ids else {}
    named = [(labels[id_], await directory.permissions(id_)) for id_ in ids if id_ in labels]
    return sorted(name for name, permissions in named if is_power(name, permissions))


def _text(user: StateUser, lost: Sequence[str]) -> str:
    what = f"the security profile{'s' if len(lost) > 1 else ''} {', '.join(map(repr, lost))}"
    return (
        f"{user.username!r} runs this stack and would lose {what}, the last with power; keep one, or let somebody else "
        "run this change"
    )
