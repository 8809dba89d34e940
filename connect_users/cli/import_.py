"""``connect-users import``: the people of an instance that exists, as a roster, a program and a file of states.

Nothing is written to Connect. Four files come into a folder, the program and the project only where there is none yet:

- ``agents.csv``: the roster, with names instead of ids;
- ``__main__.py``, ``Pulumi.yaml``: a program with a `ConnectUserRoster` over it;
- ``import.json``: what ``pulumi import --file`` needs, states included, since Pulumi cannot read dynamic resources that
  it does not have yet. A later run describes only users who may have changed since.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_users.cli import connecting
from connect_users.cli.progress import Progress
from connect_users.errors import ConfigurationError

if TYPE_CHECKING:
    import argparse

    from connect_users.importing.files import Folder
    from connect_users.importing.live import Instance, LiveUser
    from connect_users.settings import Settings


def register(subparsers: Any) -> None:
    """Add the command to the parser of ``connect-users``."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "import",
        help="turn the users of an instance into code and state",
        description=(
            "Write a roster of the users of a Connect instance, a program over it, and a file for `pulumi import`. "
            "Nothing is changed in Connect. E-mail addresses cost one request for each user, 2 a second by default."
        ),
    )
    parser.add_argument("--instance", required=True, metavar="ID", help="id, ARN or alias of the instance")
    parser.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="WHAT=VALUE",
        help="only these users: tag=KEY=VALUE (or tag=KEY), routing-profile=NAME, hierarchy=PATH (with all below), "
        "username=GLOB; may be repeated: one of each kind has to be true",
    )
    parser.add_argument("--out", metavar="DIR", help="the folder to write")
    parser.add_argument("--name", default="agents", help="name of the roster in the program (default: agents)")
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; 1 where the folder and the instance differ (for a nightly job)",
    )
    parser.add_argument(
        "--into",
        metavar="FILE",
        help="fill the file that `pulumi preview --import-file FILE` wrote for a program that exists",
    )
    parser.add_argument(
        "--preview",
        metavar="FILE",
        help="with --into: what `pulumi preview --json` wrote of the same program, so that only what it declares is "
        "imported",
    )
    parser.add_argument(
        "--requests-per-second", type=float, default=2.0, metavar="N", help="rate of each API operation (default: 2)"
    )
    connecting.add(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 fine; 1 somebody was left out, not matched, or differs; 2 options that do not go together."""
    problem = _misuse(args)
    if problem:
        print(f"connect-users import: {problem}", file=sys.stderr)
        return 2
    if not args.requests_per_second > 0:
        raise ConfigurationError("--requests-per-second: must be above 0")
    settings = dataclasses.replace(connecting.settings(args), requests_per_second=args.requests_per_second)
    if args.into:
        return _into(args, settings)
    return _check(args, settings) if args.check else _write(args, settings)


def _misuse(args: argparse.Namespace) -> str:
    if bool(args.out) == bool(args.into):
        return "give either --out DIR or --into FILE"
    if args.into and args.check:
        return "--check goes with --out"
    if args.preview and not args.into:
        return "--preview goes with --into"
    return ""


def _read(args: argparse.Namespace, settings: Settings, folder: Folder | None) -> tuple[Instance, list[LiveUser]]:
    from connect_users.connection import gateway_for
    from connect_users.importing.live import Selection, find_instance, read_users

    selection = Selection.parse(args.select)
    gateway = gateway_for(settings)
    with Progress(f"reading Connect instance '{args.instance}'") as progress:
        progress.say("its names")
        instance = find_instance(gateway, args.instance)
        selection.check(instance.names)
        known = folder.known() if folder is not None else {}
        return instance, read_users(gateway, instance, selection, known, progress.at)


def _write(args: argparse.Namespace, settings: Settings) -> int:
    from connect_users.importing.files import Folder

    folder = Folder(Path(args.out), args.name)
    instance, users = _read(args, settings, folder)
    done = folder.write(instance, users, None if settings.emulator else settings.region)
    for username, reason in sorted(done.left_out.items()):
        print(f"{username}: left out: {reason}", file=sys.stderr)
    print(f"{done.people} people of {instance.alias or instance.id} in {args.out}")
    for name in done.changed:
        print(f"  {name} written")
    if not done.changed:
        print("  nothing has changed")
    elif folder.import_name in done.changed:
        print("next, in that folder, with a stack selected:")
        print(f"  pulumi import --file {folder.import_name} --generate-code=false --protect=false --yes")
        print("  pulumi preview")
    return 1 if done.left_out else 0


def _check(args: argparse.Namespace, settings: Settings) -> int:
    from connect_users.importing.files import Folder

    folder = Folder(Path(args.out), args.name)
    if not folder.roster.exists():
        raise ConfigurationError(f"{folder.roster}: there is no roster; run without --check first")
    instance, users = _read(args, settings, folder)
    found = folder.compare(instance, users)
    for line in found:
        print(line, file=sys.stderr)
    if not found:
        print(f"{folder.roster} and the instance say the same of {len(users)} people")
    return 1 if found else 0


def _into(args: argparse.Namespace, settings: Settings) -> int:
    from connect_users.cli.names_of import text_of
    from connect_users.importing import skeleton

    path = Path(args.into)
    document = skeleton.read(text_of(args.into), args.into)
    declared = skeleton.declared(text_of(args.preview)) if args.preview else None
    instance, users = _read(args, settings, None)
    filled = skeleton.fill(document, users, instance.id, declared)
    path.write_text(filled.text, encoding="utf-8")
    for line in filled.unmatched:
        print(line, file=sys.stderr)
    print(f"{filled.people} people matched in {args.into}")
    if filled.people:
        print(f"next: pulumi import --file {args.into} --generate-code=false --protect=false --yes")
    return 1 if filled.unmatched else 0
