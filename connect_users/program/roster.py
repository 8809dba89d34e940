"""`ConnectUserRoster`: a file of people, or rows of a program, as users of the stack.

Everything that can be judged is judged before anything is registered: if one row is wrong, nothing of the roster is
created or changed, and all problems are reported at once. `connect_users.roster` reads and judges.
"""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import pulumi
from pulumi import Input, Output

from connect_users.core import tokens
from connect_users.core.errors import ConnectUsersError
from connect_users.core.phrases import plural
from connect_users.core.references import HIERARCHY_GROUP, ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.engine.collector import RareCollections
from connect_users.program import registration
from connect_users.program.guard import RosterGuard, guard_inputs
from connect_users.program.leaving import kept_options, moves_and_kept
from connect_users.program.require_self import caller_keeps_power
from connect_users.program.roster_arguments import (
    Ids,
    Passwords,
    names_of,
    password_of,
    personas_of,
    refuse_wrong_forms,
    strings_of,
)
from connect_users.program.roster_names import InstanceNames
from connect_users.program.user import ConnectUser
from connect_users.roster import days, leavers
from connect_users.roster.guarding import assigned_personas
from connect_users.roster.holders import holder_problems
from connect_users.roster.people import JudgedRoster, Person, RosterOptions, judge
from connect_users.roster.problems import RosterProblem
from connect_users.roster.reading import read
from connect_users.roster.selection import foreign_columns, select

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from connect_users.program.args import IdentityManagementType
    from connect_users.program.instance import ConnectInstance
    from connect_users.program.roster_names import Missing
    from connect_users.roster.moves import Moves, StateUser
    from connect_users.roster.tables import Table

#: The most lines of one error; `connect-users check` lists the rest.
_LINES_MAX: Final = 1_000

#: The number of people who are registered together. The engine works on far fewer at a time.
_WAVE: Final = 1_000


@dataclass(frozen=True)
class ResourceTypes:
    """The resource types of a roster: the plugin's roster has its own.

    Attributes:
        kept: declares a user who is only kept, from a type, a name and options.
        now: the clock.
    """

    type_token: str
    user_token: str
    user: Callable[..., ConnectUser]
    guard: Callable[..., RosterGuard]
    kept: Callable[[str, str, pulumi.ResourceOptions], pulumi.Resource]
    now: days.Now = days.utc_now


def _kept_user(type_: str, name: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    return pulumi.CustomResource(type_, name, {tokens.PROVIDER_KEY: tokens.USER_PROVIDER}, opts)


class ConnectUserRoster(pulumi.ComponentResource):
    """A roster of people, each a `ConnectUser` named after the username. The order of the rows does not matter.

    A new row creates a user, a removed row deletes one (see `max_deletions`), and a changed cell takes one call.

    Outputs: `users` (username -> `ConnectUser`), `usernames` (sorted), `user_ids` (username -> id), `personas`
    (username -> name, if the roster has personas).
    """

    users: Mapping[str, ConnectUser]
    usernames: tuple[str, ...]
    personas: Mapping[str, str]

    _types: ClassVar = ResourceTypes(tokens.ROSTER, tokens.USER, ConnectUser, RosterGuard, _kept_user)

    def __init__(
        self,
        name: str,
        *,
        roster: str | os.PathLike[str] | Any,
        personas: str | os.PathLike[str] | Mapping[str, Any] | None = None,
        where: Mapping[str, str | Sequence[str]] | None = None,
        instance_id: Input[str] | None = None,
        instance: ConnectInstance | None = None,
        routing_profiles: Ids | None = None,
        security_profiles: Ids | None = None,
        hierarchy_groups: Ids | None = None,
        defaults: Mapping[str, Any] | None = None,
        passwords: Passwords | None = None,
        identity_management_type: IdentityManagementType | None = None,
        ignore_columns: Sequence[str] = (),
        max_deletions: int | str = leavers.DEFAULT,
        min_holders: Mapping[str, int] | None = None,
        required_holders: Mapping[str, Sequence[str]] | None = None,
        retain_leavers: bool = False,
        timezone: str | None = None,
        require_self: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the people of a roster.

        Args:
            name: the roster's name in the stack; a person's is ``<name>-<username>``.
            roster: path to a CSV, TSV, YAML, JSON or Excel file, relative to the program; a folder, a glob or a list of
                paths, whose files are one roster; or rows: dicts, or a pandas or polars frame. Columns:
                `connect_users.roster.columns`, and those of the console's CSV templates. Exports of Entra ID, Okta and
                SCIM interfaces can be used as they are (`connect_users.roster.exports`). A person is declared from
                ``first_day`` to ``last_day``; the first run after that deletes the user.
            personas: path to a YAML or JSON file, or a dict: named settings, and rules that give people one of them by
                the columns of their rows (`connect_users.roster.personas`). The row's own cells win over its persona,
                and the persona wins over `defaults`.
            where: column -> value, or values: only people who have it belong to this roster, as in
                ``{"tags.site": "london"}``, for a stack of each site. Columns named here need no `ignore_columns`.
            instance_id: id or ARN of the instance. May be left out with `instance`.
            instance: looks up the names that the following dicts do not have.
            routing_profiles: name -> id or ARN, for the names in the roster; may be an output, e.g. of another stack.
            security_profiles: the same.
            hierarchy_groups: the same; a path like ``EMEA/UK/London`` is a name.
            defaults: columns and their values for people whose cell is empty.
            passwords: for CONNECT_MANAGED instances. ``"connect/{username}"`` names a secret in AWS Secrets Manager,
                read when a user is created; or passwords by username, or a function of the username. They are secrets
                in the state. Existing users keep their passwords: see `ConnectUser.on_password_change`.
            identity_management_type: of the instance; with it, more can be judged.
            ignore_columns: headers of the file that the roster does not use.
            max_deletions: how many people may leave in one run: a number, or a percentage of the people in the stack's
                state (with a percentage, 5 may always leave). The preview fails if more would leave, or if the roster
                would lose everybody, unless a number allows all of them. People who move to another roster of the
                program do not leave.
            min_holders: name of a security profile -> how many people must have it.
            required_holders: name of a security profile -> usernames of people who must have it.
            retain_leavers: users who leave the roster stay in Connect, and Pulumi forgets them. It takes effect from
                the next run: turn it on before they leave.
            timezone: IANA name of the time zone for `first_day` and `last_day`; UTC without it.
            require_self: refuse a run in which the person who runs it would lose the last security profile with power.
                It works only if the caller's name in AWS (of an IAM user, or a role's session) is the username or the
                e-mail address of that person.
            opts: resource options of the roster; its users have the same `connect_users.Provider`.

        Raises:
            pulumi.RunError: the roster has problems: a line for each, like ``agents.csv:14: routing_profile: ...``.
        """
        registration.refuse_ignored_options("ConnectUserRoster", name, opts)
        dicts = {"where": where, "min_holders": min_holders, "required_holders": required_holders}
        known = {**dicts, "ignore_columns": ignore_columns, "max_deletions": max_deletions, "timezone": timezone}
        try:
            flags = {"retain_leavers": retain_leavers, "require_self": require_self}
            refuse_wrong_forms(roster, instance_id, instance, {**dicts, "defaults": defaults}, flags, known)
            instance_names = None if instance is None else InstanceNames(name, instance)
            ids = {
                ROUTING_PROFILE: routing_profiles,
                SECURITY_PROFILE: security_profiles,
                HIERARCHY_GROUP: hierarchy_groups,
            }
            allowed = leavers.limit(max_deletions)
            today = days.today(timezone, self._types.now)
            options = RosterOptions(
                instance_id=instance_id if instance_id is not None or instance is None else instance.arn,
                identity_management_type=identity_management_type,
                names=names_of(name, instance_names, ids),
                defaults=defaults or {},
                personas=personas_of(personas),
                ignore_columns=(*strings_of("ignore_columns", ignore_columns), *foreign_columns(where or {})),
                password_of=password_of(name, passwords),
                reserved_tags=registration.reserved_tags(opts),
                today=lambda: today,
            )
            table = select(read(roster, options.personas), where or {})
            judged = _judged(name, table, options, instance_names, min_holders, required_holders, opts)
        except ConnectUsersError as problem:
            raise pulumi.RunError(f"roster '{name}': {problem}") from None

        super().__init__(self._types.type_token, name, None, opts)
        registration.this_run().rosters.add(name)
        for remark in judged.remarks:
            pulumi.log.warn(str(remark), resource=self)
        if last := days.leaving_today(judged.dated, today):
            pulumi.log.info(last, resource=self)
        ended = {username: str(day) for username, day in days.ended(judged.dated, today).items()}
        people = list(judged.people)
        del judged
        self.usernames = tuple(person.username for person in people)
        assigned = assigned_personas(people)
        self.personas = {username: each.persona for username, each in assigned.items()}
        configuration = registration.configuration(opts)
        moves: Output[Moves | None] = Output.from_input(
            cast(Any, moves_and_kept(name, self.urn, configuration, allowed))
        )
        waits_for: list[Output[None]] = []
        if instance_names is not None and instance_names.all_ids is not None:
            waits_for.append(instance_names.all_ids.apply(lambda _: None))
        if require_self:
            waits_for.append(caller_keeps_power(name, instance, instance_id, configuration, people, moves))
        inputs = guard_inputs(
            roster=name,
            usernames=self.usernames,
            max_deletions=allowed,
            retain_leavers=retain_leavers,
            personas=assigned,
            moves=moves,
            ended=ended,
            waits_for=waits_for,
        )
        guard = self._types.guard(f"{name}-guard", inputs=inputs, opts=pulumi.ResourceOptions(parent=self))
        self.users = self._register(name, people, guard, retain_leavers)
        moves.apply(lambda it: self._keep(name, it.kept if it else (), guard, retain_leavers))
        self.register_outputs({"user_count": len(self.users)})

    @functools.cached_property
    def user_ids(self) -> Output[dict[str, str]]:
        """Username -> the user's id."""
        return Output.all(**{username: user.id for username, user in self.users.items()}).apply(dict)

    def _register(self, name: str, people: list[Person], guard: RosterGuard, retain: bool) -> dict[str, ConnectUser]:
        """A user for each person, who is removed from the list. No user is changed before the guard is checked.

        The SDK prepares all registrations at once, and each takes memory until its answer. So each wave of people waits
        for the last wave but one: some are always ready, but never all.
        """
        collector = RareCollections()
        users: dict[str, ConnectUser] = {}
        ends: list[ConnectUser] = []
        opts = None
        people.reverse()
        while people:
            if len(users) % _WAVE == 0:
                ready: Input[pulumi.Resource] = guard if len(ends) < 2 else Output.from_input(_after(ends[-2], guard))
                opts = self._options(ready, retain)
            person = people.pop()
            user = self._types.user(_child(name, person), **person.inputs, opts=opts)
            users[person.username] = user
            if len(users) % _WAVE == 0:
                ends.append(user)
        Output.from_input(cast(Any, _end(collector, user if users else guard)))
        return users

    def _keep(self, name: str, kept: Iterable[StateUser], guard: RosterGuard, retain: bool) -> None:
        """Declare the people who are kept."""
        for user in kept:
            child = _child(name, user)
            opts = self._options(guard, retain)
            # A later roster must not declare the same user.
            registration.declare(child, user.instance, user.username, opts)
            # The dynamic provider has no use for the plugin's state.
            type_ = tokens.PLUGIN_USER if user.plugin else self._types.user_token
            self._types.kept(type_, child, kept_options(user, child, type_, opts))

    def _options(self, ready: Input[pulumi.Resource], retain: bool) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=[ready], retain_on_delete=retain or None)


def _judged(
    name: str,
    table: Table,
    options: RosterOptions,
    instance_names: InstanceNames | None,
    min_holders: Mapping[str, int] | None,
    required_holders: Mapping[str, Sequence[str]] | None,
    opts: pulumi.ResourceOptions | None,
) -> JudgedRoster:
    """The people of a roster that has no problems.

    Raises:
        pulumi.RunError: all problems of its rows.
    """
    judged = judge(table, options)
    holders = () if judged.problems else holder_problems(judged, options.names, min_holders, required_holders)
    declared_twice = _declared_twice(name, judged, options, opts)
    if problems := (*judged.problems, *holders, *declared_twice):
        raise pulumi.RunError(_refusal(name, problems, judged.more[0]))
    if instance_names is not None:
        instance_names.error_text = lambda missing: _missing_names(name, table, options, missing)
    return judged


def _missing_names(name: str, table: Table, options: RosterOptions, missing: Missing) -> str:
    """The error with every place that has one of these names, which were looked up after the roster was judged."""
    for (reference, wanted), problem in missing.items():
        options.names[reference].refuse(wanted, problem)
    judged = judge(table, options)
    return _refusal(name, judged.problems, judged.more[0])


def _declared_twice(
    name: str, judged: JudgedRoster, options: RosterOptions, opts: pulumi.ResourceOptions | None
) -> Iterator[RosterProblem]:
    """People whom the program already declares, in another roster or as another resource."""
    for person in judged.people:
        other = registration.declared_as(_child(name, person), options.instance_id, person.username, opts)
        if other is not None:
            text = f"{person.username!r} is already declared as {other!r}; declare each user once"
            yield RosterProblem(person.source, person.line, "username", text, person.username)


def _child(name: str, person: Person | StateUser) -> str:
    """The logical name of a person's resource, which does not depend on the order of the rows."""
    return f"{name}-{person.username}"


async def _after(user: ConnectUser, guard: RosterGuard) -> RosterGuard:
    """The guard, once the engine has registered a user: only the guard becomes a dependency."""
    await user.urn.future()
    return guard


async def _end(collector: RareCollections, last: pulumi.Resource) -> None:
    """End rare collections once the engine has registered the last resource, or has refused one."""
    try:
        with contextlib.suppress(Exception):
            await last.urn.future()
    finally:
        collector.end()


def _refusal(name: str, problems: Sequence[RosterProblem], more: int) -> str:
    count, shown = len(problems) + more, problems[:_LINES_MAX]
    lines = [f"roster '{name}' has {plural(count, 'problem')}; nothing was changed:"]
    lines += [f"  {problem}" for problem in shown]
    if count > len(shown):
        lines.append(f"  ... and {count - len(shown):,} more; connect-users check lists {'more' if more else 'all'}")
    return "\n".join(lines)
