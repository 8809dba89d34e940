"""``connect-users report --unmanaged``: live users that no stack owns. Reads in bulk, writes nothing."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Any

from connect_users.cli import connecting
from connect_users.cli.progress import Progress
from connect_users.core.errors import WrongUsage

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from connect_users.connect.gateway import Gateway
    from connect_users.core.unmanaged import Declared


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this kind of report alone."""
    parser.add_argument(
        "--unmanaged",
        action="store_true",
        help="list the live users of --instance that no stack owns; with --state, also those that its stack no longer "
        "declares",
    )


def run(args: argparse.Namespace) -> int:
    """0 where everybody is managed, 1 where somebody is not.

    Raises:
        WrongUsage: no instance is named.
    """
    from connect_users.cli.instance import Instance
    from connect_users.core.unmanaged import unmanaged

    if not args.instance:
        raise WrongUsage("--unmanaged needs --instance")
    declared = _declared(args.state) if args.state else None
    instance = Instance(args.instance, connecting.settings(args))
    with Progress(f"reading the users of Connect instance '{args.instance}'"):
        users = list(_users(instance.gateway, instance.id))
    found = sorted(unmanaged(users, declared), key=lambda user: user.username)
    if args.json:
        print(json.dumps([dataclasses.asdict(user) for user in found], indent=2))
        return 1 if found else 0
    for user in found:
        owner = f" ({user.owner})" if user.owner else ""
        print(f"{user.username}: {user.reason}{owner}")
    print(f"{len(found)} of {len(users)} users are not managed", file=sys.stderr)
    return 1 if found else 0


def _users(gateway: Gateway, instance: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Id, username and tags of everybody; who is too new for the search is described."""
    from connect_users.connect.survey import survey_of
    from connect_users.core.errors import ResourceNotFound

    for listed in survey_of(gateway).everyone(instance, lambda _: None):
        summary = listed.summary
        if summary is None:
            try:
                summary = gateway.describe_user(instance, listed.id)
            except ResourceNotFound:
                continue
        yield listed.id, listed.username, dict(summary.get("Tags") or {})


def _declared(files: Sequence[str]) -> Declared:
    from connect_users.cli.names_of import state_file
    from connect_users.core.unmanaged import Declared

    resources = [each for file in files for each in state_file(file)]
    users = [(each.urn, each.outputs) for each in resources if each.user]
    return Declared.of(users, [each.urn for each in resources])
