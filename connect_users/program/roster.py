"""`ConnectUserRoster`: a file of people, or rows of a program, as users of the stack.

Everything that can be judged is judged before anything is registered: where one row is wrong, nothing of the roster is
made or changed, and all problems are told at once. Reading and judging are `connect_users.roster`'s.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pulumi
from pulumi import Input, Output

from connect_users.core import tokens
from connect_users.core.errors import ConnectUsersError
from connect_users.engine.collector import Registering
from connect_users.program import registration
from connect_users.program.guard import RosterGuard
from connect_users.program.roster_arguments import Ids, Passwords, names_of, password_of, refuse_wrong_forms, texts_of
from connect_users.program.roster_names import InstanceNames
from connect_users.program.user import ConnectUser
from connect_users.roster import leavers
from connect_users.roster.holders import holder_problems
from connect_users.roster.people import Judged, Person, RosterProblem, Terms, judge
from connect_users.roster.reading import read
from connect_users.roster.selection import columns_of_others, select
from connect_users.roster.unknown_names import problems_of_names

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from connect_users.program.args import IdentityManagementType
    from connect_users.program.instance import ConnectInstance
    from connect_users.roster.tables import Table

#: Lines of one error; the rest is told by `connect-users check`.
_LINES_MAX: Final = 1_000

#: People who are registered together; many times what the engine does at a time.
_WAVE: Final = 1_000


@dataclass(frozen=True)
class Parts:
    """What a roster is made of: the plugin's has resources of its own."""

    type_token: str
    user: Callable[..., ConnectUser]
    guard: Callable[..., RosterGuard]


class ConnectUserRoster(pulumi.ComponentResource):
    """A roster of people, each a `ConnectUser` named after the username: the order of the rows means nothing.

    A row more is a user more, a row less a user less (see `max_deletions`), a changed cell one call.

    Outputs: `users` (username -> `ConnectUser`), `usernames` (sorted), `user_ids` (username -> id).
    """

    users: Mapping[str, ConnectUser]
    usernames: tuple[str, ...]

    _parts: ClassVar = Parts(tokens.ROSTER, ConnectUser, RosterGuard)

    def __init__(
        self,
        name: str,
        *,
        roster: str | os.PathLike[str] | Any,
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
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the people of a roster.

        Args:
            name: the roster's name in the stack; a person's is ``<name>-<username>``.
            roster: path to a CSV, TSV, YAML, JSON or Excel file, relative to the program; or rows: maps, or a pandas or
                polars frame. Columns: `connect_users.roster.columns`, and those of the console's CSV templates.
            where: column -> value, or values: only the people who have it belong to this roster, as in
                ``{"tags.site": "london"}``; for a stack of each site. Columns named here need no `ignore_columns`.
            instance_id: id or ARN of the instance. May be left out with `instance`.
            instance: looks up the names that no mapping has.
            routing_profiles: name -> id or ARN, for the names in the roster; also an output, such as another stack's.
            security_profiles: likewise.
            hierarchy_groups: likewise; a path like ``EMEA/UK/London`` is a name.
            defaults: columns and their values for people whose cell is empty.
            passwords: for CONNECT_MANAGED instances. ``"connect/{username}"`` names a secret in AWS Secrets Manager,
                read when a user is made; or passwords by username, or a function of the username. They are secrets in
                the state. Who has one already keeps it: see `ConnectUser.on_password_change`.
            identity_management_type: as the instance has it; lets more be judged.
            ignore_columns: headers of the file that are none of ours.
            max_deletions: how many people may leave in one run: a number, or a percentage of those who are there (of
                a percentage, 5 may always leave). More fail the preview, and so does a roster that loses everybody,
                unless a number covers them all. Who is there is what the stack's state says, whatever earlier runs
                failed to do; people who move to another roster of the program do not leave.
            min_holders: name of a security profile -> how many people must have it.
            required_holders: name of a security profile -> usernames that must have it.
            retain_leavers: who leaves the roster is forgotten by Pulumi, but kept in Connect. It counts for people who
                were in the stack with it: turn it on in a run before they leave.
            opts: resource options of the roster; a `connect_users.Provider` is used for its people.

        Raises:
            pulumi.RunError: every problem of the roster, one a line, as ``agents.csv:14: routing_profile: ...``.
        """
        registration.refuse_ignored_options(name, opts)
        maps = {"where": where, "defaults": defaults, "min_holders": min_holders, "required_holders": required_holders}
        refuse_wrong_forms(name, roster, instance_id, instance, **maps)
        asked = None if instance is None else InstanceNames(name, instance)
        names = names_of(
            name,
            asked,
            routing_profiles=routing_profiles,
            security_profiles=security_profiles,
            hierarchy_groups=hierarchy_groups,
        )
        ignored = texts_of(name, "ignore_columns", ignore_columns)
        try:
            most = leavers.limit(max_deletions)
            terms = Terms(
                instance_id=instance_id if instance_id is not None or instance is None else instance.arn,
                identity_management_type=identity_management_type,
                names=names,
                defaults=defaults or {},
                ignore_columns=(*ignored, *columns_of_others(where or {})),
                password_of=password_of(name, passwords),
                reserved_tags=registration.reserved_tags(opts),
            )
            table = select(read(roster), where or {})
            judged = _judged(name, table, terms, asked, min_holders, required_holders, opts)
        except ConnectUsersError as problem:
            raise pulumi.RunError(f"roster '{name}': {problem}") from None

        super().__init__(self._parts.type_token, name, None, opts)
        registration.declare_roster(name)
        for remark in judged.remarks:
            pulumi.log.warn(str(remark), resource=self)
        people = list(judged.people)
        del judged
        self.usernames = tuple(person.username for person in people)
        guard = self._parts.guard(
            f"{name}-guard",
            roster=name,
            usernames=self.usernames,
            max_deletions=most,
            retain_leavers=retain_leavers,
            waits_for=None if asked is None else asked.looked_up,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.users = _declared(name, people, self, guard, retain_leavers)
        self.register_outputs({"user_count": len(self.users)})

    @functools.cached_property
    def user_ids(self) -> Output[dict[str, str]]:
        """Username -> the user's id."""
        return Output.all(**{username: user.id for username, user in self.users.items()}).apply(dict)


def _judged(
    name: str,
    table: Table,
    terms: Terms,
    asked: InstanceNames | None,
    min_holders: Mapping[str, int] | None,
    required_holders: Mapping[str, Sequence[str]] | None,
    opts: pulumi.ResourceOptions | None,
) -> Judged:
    """The people of a roster that has no problems.

    Raises:
        pulumi.RunError: everything that is wrong with its rows.
    """
    judged = judge(table, terms)
    holders = () if judged.problems else holder_problems(judged, terms.names, min_holders, required_holders)
    problems = [str(problem) for problem in (*judged.problems, *holders, *_twins(name, judged, terms, opts))]
    if problems:
        raise pulumi.RunError(_refusal(name, problems, judged.more[0]))
    if asked is not None:
        asked.error_text = lambda missing: _refusal(name, list(map(str, problems_of_names(table, terms, missing))))
    return judged


def _twins(name: str, judged: Judged, terms: Terms, opts: pulumi.ResourceOptions | None) -> Iterator[RosterProblem]:
    """People whom another roster, or another resource of the program, has already."""
    for person in judged.people:
        twin = registration.twin_of(_child(name, person), terms.instance_id, person.username, opts)
        if twin is not None:
            text = f"{person.username!r} is declared as {twin!r} already; declare a user once"
            yield RosterProblem(judged.source, person.line, "username", text, person.username)


def _declared(
    name: str, people: list[Person], parent: ConnectUserRoster, guard: RosterGuard, retain_leavers: bool
) -> dict[str, ConnectUser]:
    """A user for each person, whom the list loses; nobody is touched before the guard has spoken.

    The SDK prepares all registrations at once, each of which takes memory until it is answered. So a wave of people
    waits for the wave before the last one: some are always ready, and not all.
    """
    collector = Registering()
    users: dict[str, ConnectUser] = {}
    ends: list[ConnectUser] = []
    opts = None
    people.reverse()
    while people:
        if len(users) % _WAVE == 0:
            ready: Input[pulumi.Resource] = guard if len(ends) < 2 else Output.from_input(_after(ends[-2], guard))
            opts = pulumi.ResourceOptions(
                parent=parent, depends_on=[ready], retain_on_delete=True if retain_leavers else None
            )
        person = people.pop()
        user = parent._parts.user(_child(name, person), **person.inputs, opts=opts)  # noqa: SLF001 - of this module
        users[person.username] = user
        if len(users) % _WAVE == 0:
            ends.append(user)
    if users:
        user.urn.apply(lambda _: collector.end())
    else:
        collector.end()
    return users


def _child(name: str, person: Person) -> str:
    """The logical name of a person's resource: whatever the order of the rows."""
    return f"{name}-{person.username}"


async def _after(user: ConnectUser, guard: RosterGuard) -> RosterGuard:
    """The guard, once the engine has answered for a user: only the guard becomes a dependency."""
    await user.urn.future()
    return guard


def _refusal(name: str, problems: Sequence[str], more: int = 0) -> str:
    all_ = len(problems) + more
    count = f"{all_} problem{'s' if all_ > 1 else ''}"
    lines = list(problems[:_LINES_MAX])
    if all_ > len(lines):
        lines.append(f"... and {all_ - len(lines)} more; connect-users check lists {'all' if not more else 'more'}")
    return "\n".join([f"{count} of roster '{name}'; nothing was changed:", *(f"  {line}" for line in lines)])
