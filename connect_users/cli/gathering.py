"""The data of an access review: the people of a roster, a state or a live instance, their power, and who was online."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from connect_users.cli import connecting, names_of, power
from connect_users.cli.progress import Progress
from connect_users.core.errors import AccessDenied, WrongUsage
from connect_users.core.phrases import printable
from connect_users.core.references import SECURITY_PROFILE, USER
from connect_users.review import naming
from connect_users.review.access import dormancy, logins, sources
from connect_users.review.powers import facts_by, granted_by
from connect_users.roster import days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connect_users.cli.instance import Instance
    from connect_users.review.access.dormancy import Dormancy, Sightings
    from connect_users.review.access.sources import Snapshot
    from connect_users.review.powers import Powers
    from connect_users.review.steps import Resource
    from connect_users.roster.tables import Table


def add_options(group: argparse._ActionsContainer) -> None:
    """Add the options for the people of a review, except ``--instance`` and ``--state``, which all reports have."""
    group.add_argument("--roster", metavar="FILE", help="show the people of this roster: a file, a folder or a glob")
    group.add_argument("--personas", metavar="FILE", help="the personas of --roster, and of a roster of --since")
    group.add_argument(
        "--names", metavar="FILE", help='JSON: {"security_profiles": {"Admin": "<id>"}, "routing_profiles": ...}'
    )
    power.add_options(group)
    add_dormancy(group)


def add_dormancy(group: argparse._ActionsContainer) -> None:
    """Add the options about who was online."""
    group.add_argument(
        "--dormant",
        type=_days,
        metavar="DAYS",
        help="show when people were last online, and who was not online for this number of days, such as 60d; from "
        "--logins, and from the online time of agents in --instance, which AWS keeps for three months",
    )
    group.add_argument(
        "--logins",
        action="append",
        default=[],
        metavar="FILE",
        help="with --dormant: a Login/Logout report of Amazon Connect as CSV (first show all its rows on one page, or "
        "the CSV lacks them); may be repeated, since a report covers seven days at most",
    )


def _days(text: str) -> int:
    try:
        return dormancy.days_of(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


class Gathered(NamedTuple):
    """The data of a review.

    Attributes:
        before: the people of ``--since``.
    """

    snapshot: Snapshot
    powers: Powers
    before: Snapshot | None = None
    dormancy: Dormancy | None = None


def gather(args: argparse.Namespace, kind: str) -> Gathered:
    """The people, those of ``--since``, what is power, and when people were online.

    Args:
        kind: the option of the review, for messages.

    Raises:
        WrongUsage: there is not exactly one source of people, or a file cannot be used.
        ConnectUsersError
    """
    _refuse_other_sources(args, kind)
    sightings = sightings_of(args)
    names = naming.Labels()
    if args.names is not None:
        names_of.names_file(names, args.names)
    file = args.state[0] if args.state else args.roster
    shown = _read(file, args.personas, state=bool(args.state)) if file is not None else _File("")
    since = _read(args.since, args.personas) if args.since is not None else None
    live = None
    if args.instance:
        from connect_users.cli.instance import Instance

        live = Instance(args.instance, connecting.settings(args))
        names_of.from_instance(names, live)
    # All names come before any people, so that a name from one file is used for both.
    for source in filter(None, (shown, since)):
        naming.from_resources(names, source.resources)
    snapshot = _live(args.instance, live, names) if file is None and live is not None else shown.snapshot(names)
    powers = power_of(args, snapshot, names, live, shown.resources)
    snapshot, dormant = dormancy_of(args, snapshot, sightings, live)
    return Gathered(snapshot, powers, since.snapshot(names) if since is not None else None, dormant)


def power_of(
    args: argparse.Namespace,
    snapshot: Snapshot,
    names: naming.Labels,
    live: Instance | None,
    resources: Sequence[Resource] = (),
) -> Powers:
    """What is power, from the options, the resources of a stack, and the security profiles of the instance."""
    granted, facts = granted_by(resources), facts_by(resources, names)
    if live is not None:
        known = _profiles(snapshot, names)
        for id_, permissions in power.asked(live, known, args).items():
            # For a profile of the stack, both its live and its declared permissions count. The page has it by name.
            granted[known[id_]] = (*granted.get(known[id_], ()), *permissions)
        for id_, found in power.described(live, known, args, names).items():
            facts[known[id_]] = facts[known[id_]] | found if known[id_] in facts else found
    return power.powers(args, granted, facts)


def _refuse_other_sources(args: argparse.Namespace, kind: str) -> None:
    files = [name for name in ("roster", "state") if getattr(args, name) is not None]
    if len(files) > 1 or not (files or args.instance):
        named = " and ".join(f"--{name}" for name in files) or "none of them"
        raise WrongUsage(f"{kind} shows one of --roster, --state and --instance, not {named}")
    if args.state and len(args.state) > 1:
        raise WrongUsage(f"{kind} shows one --state")
    if args.dormant is not None and not (args.logins or args.instance):
        raise WrongUsage("--dormant needs --logins FILE or --instance: rosters and states do not have online times")


class _File(NamedTuple):
    """The content of a file: a roster, or the resources of a state."""

    name: str
    table: Table | None = None
    resources: tuple[Resource, ...] = ()

    def snapshot(self, names: naming.Labels) -> Snapshot:
        """Its people."""
        if self.table is not None:
            return sources.from_roster(self.table, names, days.today())
        return sources.from_state(self.name, self.resources, names)


def _read(file: str, personas: str | None, *, state: bool = False) -> _File:
    """Read a state, if the file has the JSON of one or has to; else a roster.

    Raises:
        WrongUsage
    """
    name = Path(file).name
    if state or (Path(file).suffix.lower() == ".json" and _is_state(file)):
        return _File(name, resources=names_of.state_file(file, leaving=True))
    return _File(name, names_of.roster_file(file, personas)._replace(source=name))


def _is_state(file: str) -> bool:
    try:
        document = names_of.json_of(file)
    except ValueError:
        return False
    return isinstance(document, dict) and "deployment" in document


def _live(name: str, instance: Instance, names: naming.Labels) -> Snapshot:
    users = []
    with Progress(f"reading the users of {name}") as progress:
        for found, total in instance.gateway.search_all_users(instance.id):
            users += found
            progress.at(len(users), total)
    return sources.from_live(name, users, names, instance.id)


def _profiles(snapshot: Snapshot, names: naming.Labels) -> dict[str, str]:
    """Id -> name of the security profiles of all people."""
    used = {profile for entry in snapshot.people for profile in entry.profiles}
    return {profile: name for profile, name in names.known[SECURITY_PROFILE].items() if name in used}


def sightings_of(args: argparse.Namespace) -> list[Sightings]:
    """The logins in the files of ``--logins``.

    Raises:
        WrongUsage: a file cannot be used, or there is no ``--dormant``.
    """
    if args.logins and args.dormant is None:
        raise WrongUsage("--logins needs --dormant DAYS, such as --dormant 60d")
    return [_logins(file) for file in args.logins]


def _logins(file: str) -> Sightings:
    try:
        return logins.read(names_of.text_of(file), Path(file).name)
    except ValueError as problem:
        raise WrongUsage(f"{file}: {printable(str(problem))}") from None


def _online(
    args: argparse.Namespace, snapshot: Snapshot, live: Instance, *, needed: bool
) -> tuple[Snapshot, Sequence[Sightings]]:
    """The people with their ids, and the online time of the people in the instance.

    Args:
        needed: whether there is no other source.
    """
    from connect_users.connect.online_time import last_online_days

    people = snapshot.people
    if not snapshot.instance:
        # AWS does not document its answer for users that the instance does not have, so they are not requested.
        users = live.labels(USER)
        ids = {username: id_ for id_, username in users.items()}
        people = tuple(
            dataclasses.replace(entry, id=entry.id if entry.id in users else ids.get(entry.username, ""))
            if entry.instance in ("", live.id)
            else entry
            for entry in people
        )
    requested = [entry.id for entry in people if entry.id and entry.instance in ("", live.id)]
    try:
        with Progress("reading the online time of agents") as progress:
            online = last_online_days(live.gateway, live.arn, requested, progress.at)
    except AccessDenied as problem:
        if needed:
            raise
        print(f"{args.prog}: the online time of agents is not known: {problem}", file=sys.stderr)
        return snapshot, ()
    return dataclasses.replace(snapshot, people=people), (dormancy.from_online_days(*online),)


def dormancy_of(
    args: argparse.Namespace, snapshot: Snapshot, sightings: Sequence[Sightings], live: Instance | None
) -> tuple[Snapshot, Dormancy | None]:
    """The people, with ids if they were read, and when they were online (None without ``--dormant``)."""
    if args.dormant is None:
        return snapshot, None
    if live is not None:
        snapshot, online = _online(args, snapshot, live, needed=not sightings)
        sightings = [*sightings, *online]
    # AWS's time, if it has answered.
    now = datetime.fromtimestamp(live.gateway.now, timezone.utc) if live is not None else datetime.now(timezone.utc)
    return snapshot, dormancy.Dormancy(tuple(sightings), now.replace(tzinfo=None), args.dormant)
