"""The options for what counts as power, the same for all commands, and the requests that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.cli.connecting import in_options
from connect_users.cli.progress import Progress
from connect_users.cli.streams import print_problem
from connect_users.core.errors import AccessDenied, InvalidRequest, ResourceNotFound
from connect_users.core.powers import DEFAULT_PERMISSIONS, DEFAULT_POWERS
from connect_users.review.reach import of_answer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from connect_users.cli.instance import LiveInstance
    from connect_users.review.naming import Labels
    from connect_users.review.reach import ProfileFacts


def add_options(parser: argparse._ActionsContainer) -> None:
    """Add the options."""
    parser.add_argument(
        "--power",
        type=_several,
        default=DEFAULT_POWERS,
        metavar="NAMES",
        help="security profiles that are power, by name or id, separated by commas (default: "
        f"{', '.join(DEFAULT_POWERS)})",
    )
    parser.add_argument(
        "--power-permission",
        type=_several,
        default=DEFAULT_PERMISSIONS,
        metavar="PERMISSIONS",
        help="permissions that make any security profile power, by their API names, with * as a wildcard; they come "
        "from --instance and from the aws.connect security profiles of the stack; with '' only names decide (default: "
        f"{', '.join(DEFAULT_PERMISSIONS)})",
    )


def _several(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def permissions_of(instance: LiveInstance, ids: Iterable[str], args: argparse.Namespace) -> dict[str, tuple[str, ...]]:
    """Id -> permissions of security profiles, one request each; empty if permissions do not count."""
    wanted = sorted(set(ids)) if args.power_permission else []
    permissions = {}
    with Progress("reading the permissions of security profiles") as progress:
        for number, id_ in enumerate(wanted, start=1):
            progress.at(number, len(wanted))
            try:
                permissions[id_] = tuple(instance.gateway.list_security_profile_permissions(instance.id, id_))
            except ResourceNotFound:
                # It is in another instance, or is gone: its name decides.
                continue
    return permissions


def facts_of(
    instance: LiveInstance, ids: Iterable[str], args: argparse.Namespace, names: Labels
) -> dict[str, ProfileFacts]:
    """Id -> whom a security profile reaches, and other facts: two requests each, if boto3 has both.

    Facts that the credentials may not read are unknown, and a line says so.
    """
    wanted = sorted(set(ids)) if args.power_permission else []
    facts: dict[str, ProfileFacts] = {}
    list_agents: Callable[[str, str], list[str] | None] = instance.gateway.list_security_profile_ai_agents
    with Progress("reading the reach of security profiles") as progress:
        for number, id_ in enumerate(wanted, start=1):
            progress.at(number, len(wanted))
            try:
                profile = instance.gateway.describe_security_profile(instance.id, id_)
            except ResourceNotFound:
                continue
            except AccessDenied as problem:
                print_problem(in_options(f"{args.prog}: cannot show whom security profiles reach: {problem}"))
                break
            try:
                agents = list_agents(instance.id, id_)
            except (AccessDenied, InvalidRequest) as problem:
                print_problem(in_options(f"{args.prog}: cannot show the AI agents of security profiles: {problem}"))
                agents, list_agents = None, lambda *_: None
            facts[id_] = of_answer(profile, names, agents)
    return facts
