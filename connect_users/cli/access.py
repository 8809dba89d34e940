"""The access review of the people of a roster, a state or a live instance: their power, and who was online."""

from __future__ import annotations

import argparse
import dataclasses
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from connect_users.cli import connecting, files, power, roster_files
from connect_users.cli.progress import Progress
from connect_users.cli.streams import print_problem
from connect_users.core.errors import AccessDenied, WrongUsage
from connect_users.core.references import SECURITY_PROFILE, USER
from connect_users.review import naming
from connect_users.review.access import dormancy, logins, sources
from connect_users.review.access.findings import AccessReview
from connect_users.review.powers import Powers, facts_by, granted_by

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from connect_users.cli.instance import LiveInstance
    from connect_users.review.access.dormancy import OnlineTimes
    from connect_users.review.access.sources import Snapshot
    from connect_users.review.steps import Resource
    from connect_users.roster.days import Now
    from connect_users.roster.tables import Table

_DAYS: Final = re.compile(r"(?P<days>[1-9]\d{0,3})d?")


def add_options(group: argparse._ActionsContainer) -> None:
    """Add the options for the people of a review, except ``--instance`` and ``--state``, which all reports have."""
    group.add_argument("--roster", metavar="FILE", help="show the people of this roster: a file, a folder or a glob")
    group.add_argument("--personas", metavar="FILE", help="the personas of --roster, and of a roster of --since")
    roster_files.add_timezone(group)
    group.add_argument(
        "--names", metavar="FILE", help='JSON: {"security_profiles": {"Admin": "<id>"}, "routing_profiles": ...}'
    )
    power.add_options(group)
    add_dormancy(group)


def add_dormancy(group: argparse._ActionsContainer) -> None:
    """Add the options about who was online."""
    group.add_argument(
        "--dormant",
        type=days_of,
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


def days_of(text: str) -> int:
    """``60d`` (or ``60``) -> 60.

    Raises:
        ArgumentTypeError: it is not that.
    """
    match = _DAYS.fullmatch(text.strip())
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days, such as 60d")
    return int(match["days"])


def review_of(args: argparse.Namespace, kind: str, now: Now | None = None) -> AccessReview:
    """The people, those of ``--since``, what is power, and when people were online.

    Args:
        kind: the option of the review, for messages.
        now: the clock for the days of a roster.

    Raises:
        WrongUsage: there is not exactly one source of people, or a file cannot be used.
        ConnectUsersError
    """
    _refuse_other_sources(args, kind)
    day, online_times = roster_files.today(args, now), online_times_of(args)
    names = naming.Labels()
    if args.names is not None:
        files.add_names(names, args.names)
    file = args.state[0] if args.state else args.roster
    shown = _read(file, args.personas, state=bool(args.state)) if file is not None else _File("")
    since = _read(args.since, args.personas) if args.since is not None else None
    live = None
    if args.instance:
        from connect_users.cli.instance import LiveInstance

        live = LiveInstance(args.instance, connecting.settings(args))
        live.add_names(names)
    # All names come before any people, so that a name from one file is used for both.
    for source in filter(None, (shown, since)):
        naming.from_resources(names, source.resources)
    snapshot = _live(args.instance, live, names) if file is None and live is not None else shown.snapshot(names, day)
    before = since.snapshot(names, day) if since is not None else None
    return review_people(args, snapshot, before, names, online_times, live, shown.resources)


def review_people(
    args: argparse.Namespace,
    snapshot: Snapshot,
    before: Snapshot | None,
    names: naming.Labels,
    online_times: Sequence[OnlineTimes],
    live: LiveInstance | None,
    resources: Sequence[Resource] = (),
) -> AccessReview:
    """The review of people: what is power, from the options, a stack and the instance, and when people were online."""
    powers = _powers(args, snapshot, names, live, resources)
    time, dormant = datetime.now(timezone.utc), None
    if args.dormant is not None:
        if live is not None:
            snapshot, online = _online(args, snapshot, live, needed=not online_times)
            online_times = [*online_times, *online]
        # AWS's time, if it has answered.
        now = datetime.fromtimestamp(live.gateway.now, timezone.utc) if live is not None else time
        dormant = dormancy.Dormancy(tuple(online_times), now.replace(tzinfo=None), args.dormant)
    return AccessReview(snapshot, powers, before, dormant, time)


def _powers(
    args: argparse.Namespace,
    snapshot: Snapshot,
    names: naming.Labels,
    live: LiveInstance | None,
    resources: Sequence[Resource],
) -> Powers:
    granted, facts = granted_by(resources), facts_by(resources, names)
    if live is not None:
        profiles = _profiles(snapshot, names)
        for id_, permissions in power.permissions_of(live, profiles, args).items():
            # For a profile of the stack, both its live and its declared permissions count. The page has it by name.
            granted[profiles[id_]] = (*granted.get(profiles[id_], ()), *permissions)
        for id_, live_facts in power.facts_of(live, profiles, args, names).items():
            facts[profiles[id_]] = facts[profiles[id_]] | live_facts if profiles[id_] in facts else live_facts
    return Powers(args.power, args.power_permission, granted, facts)


def _refuse_other_sources(args: argparse.Namespace, kind: str) -> None:
    named = [name for name in ("roster", "state") if getattr(args, name) is not None]
    if len(named) > 1 or not (named or args.instance):
        words = " and ".join(f"--{name}" for name in named) or "none of them"
        raise WrongUsage(f"{kind} shows one of --roster, --state and --instance, not {words}")
    if args.state and len(args.state) > 1:
        raise WrongUsage(f"{kind} shows one --state")
    if args.dormant is not None and not (args.logins or args.instance):
        raise WrongUsage("--dormant needs --logins FILE or --instance: rosters and states do not have online times")


class _File(NamedTuple):
    """The content of a file: a roster, or the resources of a state."""

    name: str
    table: Table | None = None
    resources: tuple[Resource, ...] = ()

    def snapshot(self, names: naming.Labels, day: date) -> Snapshot:
        """Its people on a day."""
        if self.table is not None:
            return sources.from_roster(self.table, names, day)
        return sources.from_state(self.name, self.resources, names)


def _read(file: str, personas: str | None, *, state: bool = False) -> _File:
    """Read a state, if the file has the JSON of one or has to; else a roster."""
    name = Path(file).name
    if state or (Path(file).suffix.lower() == ".json" and _is_state(file)):
        return _File(name, resources=files.state_of(file, leaving=True))
    return _File(name, roster_files.read(file, personas)._replace(source=name))


def _is_state(file: str) -> bool:
    try:
        document = files.json_of(file)
    except ValueError:
        return False
    return isinstance(document, dict) and "deployment" in document


def _live(name: str, instance: LiveInstance, names: naming.Labels) -> Snapshot:
    users = []
    with Progress(f"reading the users of {name}") as progress:
        for page, total in instance.gateway.search_all_users(instance.id):
            users += page
            progress.at(len(users), total)
    return sources.from_live(name, users, names, instance.id)


def _profiles(snapshot: Snapshot, names: naming.Labels) -> dict[str, str]:
    """Id -> name of the security profiles of all people."""
    used = {profile for entry in snapshot.people for profile in entry.profiles}
    return {profile: name for profile, name in names.known[SECURITY_PROFILE].items() if name in used}


def online_times_of(args: argparse.Namespace) -> list[OnlineTimes]:
    """The logins in the files of ``--logins``.

    Raises:
        WrongUsage: a file cannot be used, or there is no ``--dormant``.
    """
    if args.logins and args.dormant is None:
        raise WrongUsage("--logins needs --dormant DAYS, such as --dormant 60d")
    return [_logins(file) for file in args.logins]


def _logins(file: str) -> OnlineTimes:
    try:
        return logins.read(files.text_of(file), Path(file).name)
    except ValueError as problem:
        raise WrongUsage(f"{file}: {problem}") from None


def _online(
    args: argparse.Namespace, snapshot: Snapshot, live: LiveInstance, *, needed: bool
) -> tuple[Snapshot, Sequence[OnlineTimes]]:
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
        print_problem(connecting.in_options(f"{args.prog}: the online time of agents is not known: {problem}"))
        return snapshot, ()
    return dataclasses.replace(snapshot, people=people), (dormancy.from_online_days(*online),)
