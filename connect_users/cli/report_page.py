"""``connect-users report --html``: the access review as a page, from a roster, a state or a live instance."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from connect_users.access_report import page, sources
from connect_users.access_report.findings import unnamed
from connect_users.cli import connecting, names_of, power
from connect_users.cli.progress import Progress
from connect_users.core.errors import ConfigurationError
from connect_users.review import naming
from connect_users.review.model import plural
from connect_users.review.powers import granted_by

if TYPE_CHECKING:
    import argparse

    from connect_users.access_report.model import Snapshot
    from connect_users.effects.gateway import Gateway


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that only the page has; ``--instance`` and ``--state`` are `connect_users.cli.report`'s."""
    group = parser.add_argument_group("access review as a page")
    group.add_argument("--html", metavar="FILE", help="write one self-contained page that a browser opens from disk")
    group.add_argument("--roster", metavar="FILE", help="show the people of this roster")
    group.add_argument("--since", metavar="FILE", help="also show the changes since this roster or exported state")
    group.add_argument(
        "--names", metavar="FILE", help='JSON: {"security_profiles": {"Admin": "<id>"}, "routing_profiles": ...}'
    )
    power.add_options(group)
    group.add_argument("--title", default="Access review", help="heading of the page (default: Access review)")


def run(args: argparse.Namespace) -> int:
    """0; 2 where it is not one source of people that is named."""
    files = [name for name in ("roster", "state") if getattr(args, name) is not None]
    if len(files) > 1 or not (files or args.instance):
        named = " and ".join(f"--{name}" for name in files) or "none"
        print(
            f"connect-users report: --html shows one of --roster, --state, --instance; {named} given", file=sys.stderr
        )
        return 2
    if args.state and len(args.state) > 1:
        print("connect-users report: --html shows one --state", file=sys.stderr)
        return 2
    names = naming.Names()
    granted: dict[str, tuple[str, ...]] = {}
    if args.names is not None:
        names_of.names_file(names, args.names)
    asked = names_of.from_instance(names, args.instance, connecting.settings(args)) if args.instance else None
    if asked is None or files:
        snapshot = _file(args.roster or args.state[0], names, granted)
    else:
        snapshot = _live(args.instance, *asked, names)
    before = _file(args.since, names, {}) if args.since is not None else None
    if asked is not None:
        granted |= _permissions(args, *asked, snapshot, names)
    powers = power.powers(args, granted)
    made = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    text = page.render(snapshot, powers=powers, before=before, title=args.title, made=made)
    try:
        Path(args.html).write_text(text, encoding="utf-8")
    except OSError as problem:
        raise ConfigurationError(f"{args.html} cannot be written: {problem.strerror}") from None
    nameless = unnamed(snapshot, powers)
    if nameless:
        print(
            f"connect-users report: {plural(len(nameless), 'security profile has', 'security profiles have')} no name "
            "here and may be power: give --instance or --names "
            f"({', '.join(nameless[:3])}{' ...' if nameless[3:] else ''})",
            file=sys.stderr,
        )
    print(f"{args.html}: {plural(len(snapshot.people), 'person', 'people')} of {snapshot.source}")
    return 0


def _file(file: str, names: naming.Names, granted: dict[str, tuple[str, ...]]) -> Snapshot:
    """The snapshot of a file: a state where it is the JSON of one, else a roster. Permissions go into ``granted``."""
    if Path(file).suffix.lower() == ".json" and _is_state(file):
        resources = names_of.state_file(file)
        naming.from_resources(names, resources)
        granted |= granted_by(resources)
        return sources.from_state(Path(file).name, resources, names)
    from connect_users.roster.reading import read_file

    return sources.from_roster(read_file(Path(file), Path(file).name))


def _is_state(file: str) -> bool:
    try:
        document = json.loads(names_of.text_of(file))
    except ValueError:
        return False
    return isinstance(document, dict) and "deployment" in document


def _live(instance: str, gateway: Gateway, id_: str, names: naming.Names) -> Snapshot:
    users = []
    with Progress(f"reading the users of {instance}") as progress:
        for found, total in gateway.search_all_users(id_):
            users += found
            progress.at(len(users), total)
    return sources.from_live(instance, users, names)


def _permissions(
    args: argparse.Namespace, gateway: Gateway, id_: str, snapshot: Snapshot, names: naming.Names
) -> dict[str, tuple[str, ...]]:
    """Name -> permissions of the security profiles that anybody has; the page knows them by their names."""
    held = {profile for entry in snapshot.people for profile in entry.profiles}
    ids = {profile: name for profile, name in names.told[naming.SECURITY].items() if name in held}
    told = power.asked(gateway, id_, ids, args)
    return {ids[profile]: permissions for profile, permissions in told.items()}
