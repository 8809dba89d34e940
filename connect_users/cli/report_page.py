"""``connect-users report --html``: the access review as a page, from a roster, a state or a live instance."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from connect_users.cli import connecting, names_of, power
from connect_users.cli.progress import Progress
from connect_users.core.errors import WrongUsage
from connect_users.core.phrases import plural, some
from connect_users.core.references import SECURITY_PROFILE
from connect_users.importing import texts
from connect_users.review import naming
from connect_users.review.access import page, sources
from connect_users.review.access.findings import unclear
from connect_users.review.powers import granted_by
from connect_users.review.text import printable

if TYPE_CHECKING:
    import argparse

    from connect_users.cli.instance import Instance
    from connect_users.review.access.sources import Snapshot
    from connect_users.review.powers import Powers
    from connect_users.review.steps import Resource
    from connect_users.roster.tables import Table


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that only the page has; ``--instance`` and ``--state`` are `connect_users.cli.report`'s."""
    group = parser.add_argument_group("access review as a page")
    group.add_argument("--html", metavar="FILE", help="write a self-contained page, which any browser opens from disk")
    group.add_argument("--roster", metavar="FILE", help="show the people of this roster")
    group.add_argument("--since", metavar="FILE", help="also show what changed since this roster or exported state")
    group.add_argument(
        "--names", metavar="FILE", help='JSON: {"security_profiles": {"Admin": "<id>"}, "routing_profiles": ...}'
    )
    power.add_options(group)
    group.add_argument("--title", default="Access review", help="heading of the page (default: Access review)")


def run(args: argparse.Namespace) -> int:
    """0.

    Raises:
        WrongUsage: not exactly one source of people is given, or a file cannot be used.
    """
    _refuse_other_sources(args)
    snapshot, before, powers = _gathered(args)
    made = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    text = page.render(snapshot, powers=powers, before=before, title=args.title, made=made)
    texts.put(Path(args.html), text)
    nameless = unclear(snapshot, powers)
    if nameless:
        print(
            f"connect-users report: {plural(len(nameless), 'security profile has', 'security profiles have')} no known "
            f"name and may be power ({printable(some(nameless, _SHOWN))}): give --instance or --names",
            file=sys.stderr,
        )
    if args.json:
        print(json.dumps({"file": args.html, **page.summary(snapshot, powers=powers, before=before)}, indent=2))
    else:
        print(f"{args.html}: {plural(len(snapshot.people), 'person', 'people')} of {snapshot.source}")
    return 0


def _refuse_other_sources(args: argparse.Namespace) -> None:
    files = [name for name in ("roster", "state") if getattr(args, name) is not None]
    if len(files) > 1 or not (files or args.instance):
        named = " and ".join(f"--{name}" for name in files) or "none of them"
        raise WrongUsage(f"--html shows one of --roster, --state and --instance, not {named}")
    if args.state and len(args.state) > 1:
        raise WrongUsage("--html shows one --state")


def _gathered(args: argparse.Namespace) -> tuple[Snapshot, Snapshot | None, Powers]:
    """The people, those of ``--since``, and what is power."""
    names = naming.Names()
    if args.names is not None:
        names_of.names_file(names, args.names)
    file = args.state[0] if args.state else args.roster
    shown = _read(file, state=bool(args.state)) if file is not None else _File("")
    since = _read(args.since) if args.since is not None else None
    live = None
    if args.instance:
        from connect_users.cli.instance import Instance

        live = Instance(args.instance, connecting.settings(args))
        names_of.from_instance(names, live)
    # All names before any people: what only one of the files names is named in both.
    for source in filter(None, (shown, since)):
        naming.from_resources(names, source.resources)
    snapshot = _live(args.instance, live, names) if file is None and live is not None else shown.snapshot(names)
    granted = granted_by(shown.resources)
    if live is not None:
        for profile, live_ones in permissions(args, live, snapshot, names).items():
            # Of a profile of the stack both count: what it is, and what it will be.
            granted[profile] = (*granted.get(profile, ()), *live_ones)
    return snapshot, since.snapshot(names) if since is not None else None, power.powers(args, granted)


#: Ids that a message shows.
_SHOWN = 3


class _File(NamedTuple):
    """What a file holds: a roster, or the resources of a state."""

    name: str
    table: Table | None = None
    resources: tuple[Resource, ...] = ()

    def snapshot(self, names: naming.Names) -> Snapshot:
        """Its people."""
        if self.table is not None:
            return sources.from_roster(self.table, names)
        return sources.from_state(self.name, self.resources, names)


def _read(file: str, *, state: bool = False) -> _File:
    """A state where it is the JSON of one, or has to be; else a roster.

    Raises:
        WrongUsage
    """
    name = Path(file).name
    if state or (Path(file).suffix.lower() == ".json" and _is_state(file)):
        return _File(name, resources=names_of.state_file(file, leaving=True))
    return _File(name, names_of.roster_file(file, name))


def _is_state(file: str) -> bool:
    try:
        document = names_of.json_of(file)
    except ValueError:
        return False
    return isinstance(document, dict) and "deployment" in document


def _live(name: str, instance: Instance, names: naming.Names) -> Snapshot:
    users = []
    with Progress(f"reading the users of {name}") as progress:
        for found, total in instance.gateway.search_all_users(instance.id):
            users += found
            progress.at(len(users), total)
    return sources.from_live(name, users, names, instance.id)


def permissions(
    args: argparse.Namespace, instance: Instance, snapshot: Snapshot, names: naming.Names
) -> dict[str, tuple[str, ...]]:
    """Name -> permissions of the security profiles that anybody has; the page knows them by their names."""
    used = {profile for entry in snapshot.people for profile in entry.profiles}
    ids = {profile: name for profile, name in names.known[SECURITY_PROFILE].items() if name in used}
    return {ids[profile]: granted for profile, granted in power.asked(instance, ids, args).items()}
