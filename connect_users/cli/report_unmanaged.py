"""``connect-users report --unmanaged``: live users that no stack owns. It reads in bulk and changes nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from connect_users.cli import connecting
from connect_users.cli.streams import print_json, print_line, print_problem
from connect_users.core.errors import WrongUsage
from connect_users.core.phrases import plural

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from connect_users.core.unmanaged import ExportedStacks
    from connect_users.review.steps import Resource


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this report only."""
    parser.add_argument(
        "--unmanaged",
        action="store_true",
        help="list the live users of --instance that no stack owns; with --state, also those that its stack no longer "
        "declares",
    )


def run(args: argparse.Namespace) -> int:
    """0 if everybody is managed, 1 if somebody is not.

    Raises:
        WrongUsage: no instance is named.
    """
    from connect_users.cli.files import state_of
    from connect_users.cli.instance import LiveInstance
    from connect_users.core.unmanaged import unmanaged

    if not args.instance:
        raise WrongUsage("--unmanaged needs --instance")
    resources = [each for file in args.state or () for each in state_of(file)]
    declared = declared_by(resources) if args.state else None
    users = LiveInstance(args.instance, connecting.settings(args)).people()
    unowned = sorted(unmanaged(tagged(users), declared), key=lambda user: user.username)
    if args.json:
        print_json([dataclasses.asdict(user) for user in unowned])
        return 1 if unowned else 0
    for user in unowned:
        owner = f" ({user.owner})" if user.owner else ""
        print_line(f"{user.username}: {user.reason}{owner}")
    print_problem(f"{len(unowned):,} of {plural(len(users), 'user is', 'users are')} not managed")
    return 1 if unowned else 0


def tagged(people: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Id, username and tags of all users."""
    for user in people:
        yield str(user["Id"]), str(user["Username"]), dict(user.get("Tags") or {})


def declared_by(resources: Sequence[Resource]) -> ExportedStacks:
    """The users and owners of stacks, from the resources of their exported states."""
    from connect_users.core.unmanaged import ExportedStacks

    users = [(each.urn, each.outputs) for each in resources if each.user]
    return ExportedStacks.of(users, [each.urn for each in resources])
