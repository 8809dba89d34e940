"""``connect-users explain``: what a preview would do to people, in words, and a gate for pull requests."""

from __future__ import annotations

import argparse
import dataclasses
import os
import shutil
import sys
from typing import TYPE_CHECKING

from connect_users.cli import connecting, contacts, files, policy_file, power, roster_files
from connect_users.cli.progress import Progress
from connect_users.cli.streams import json_text, print_problem
from connect_users.core import __version__
from connect_users.core.errors import WrongUsage
from connect_users.core.references import SECURITY_PROFILE
from connect_users.policy import violations
from connect_users.review import documents, gate, markdown, naming, text
from connect_users.review.building import profiles_of, review
from connect_users.review.powers import Powers, facts_by, granted_by
from connect_users.review.reading import read_preview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connect_users.cli.instance import LiveInstance
    from connect_users.review.model import Review
    from connect_users.review.reach import ProfileFacts
    from connect_users.review.steps import Preview

FORMATS = ("text", "markdown", "json", "sarif")


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's description and options."""
    parser.description = (
        "Read the output of `pulumi preview --json`, and say who joins, leaves, moves, changes and is replaced, and "
        "who gains power, with names instead of ids. It never shows secrets, and no personal data except usernames. "
        "Exit status: 0; 1 if a condition of --fail-on is met or the preview failed; 2 for wrong usage or a file that "
        "cannot be used."
    )
    parser.add_argument("preview", nargs="?", default="-", metavar="FILE", help="the preview (default: stdin)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="(default: text)")
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    parser.add_argument("--output", metavar="FILE", help="write to this file instead of stdout")
    parser.add_argument(
        "--write",
        action="append",
        type=_written,
        default=[],
        metavar="FORMAT=FILE",
        help="also write the review to this file, in this format; may be repeated",
    )
    parser.add_argument("--title", default="Amazon Connect users", help="heading of the Markdown")
    parser.add_argument(
        "--log", metavar="FILE", help="attach this text, such as the program's output, to the Markdown as a code block"
    )
    parser.add_argument(
        "--fail-on",
        type=_conditions,
        default=(),
        metavar="CONDITIONS",
        help="exit with 1 if any of these conditions is met, such as 'admin-gained,deletions>10' (quote it because of "
        f"the >); the words are {', '.join(gate.WORDS)}",
    )
    power.add_options(parser)
    parser.add_argument("--policy", metavar="FILE", help="YAML or JSON file of policies (see connect_users.policy)")
    parser.add_argument(
        "--personal",
        action="store_true",
        help="also show names, e-mail addresses, phone numbers and tags (never secrets)",
    )
    sources = parser.add_argument_group("where names come from (besides the aws.connect resources of the preview)")
    sources.add_argument(
        "--roster",
        metavar="FILE",
        help="roster of the stack (a file, a folder or a glob): its names are shown, but do not decide what is power. "
        "SARIF refers to its lines",
    )
    sources.add_argument("--personas", metavar="FILE", help="the personas of --roster")
    sources.add_argument("--state", metavar="FILE", help="output of `pulumi stack export`: the deployed stack")
    sources.add_argument(
        "--names",
        metavar="FILE",
        help='JSON: {"security_profiles": {"Admin": "<id>"}, "routing_profiles": ...}; these names decide what is '
        "power: take the file from the base branch, not from the pull request",
    )
    sources.add_argument(
        "--instance",
        metavar="ID",
        help="id, ARN or alias of an instance, to read names, permissions and who is on a contact",
    )
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="(default: auto)")
    parser.add_argument("--width", type=int, metavar="COLUMNS", help="(default: the terminal's)")
    connecting.add(parser)


def _conditions(words: str) -> tuple[gate.GateCondition, ...]:
    try:
        return gate.conditions(words)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def _written(text: str) -> tuple[str, str]:
    format_, _, file = text.partition("=")
    if format_ not in FORMATS or not file:
        raise argparse.ArgumentTypeError(f"{text!r} is not FORMAT=FILE with one of {', '.join(FORMATS)}")
    return format_, file


def run(args: argparse.Namespace) -> int:
    """0; 1 if a condition is met or the preview failed.

    Raises:
        WrongUsage: a condition needs --policy, or a file cannot be used.
    """
    roster_files.refuse_options_without(args, "roster")
    words = {condition.word for condition in args.fail_on}
    if args.policy is None and "policy" in words:
        raise WrongUsage("--fail-on policy needs --policy FILE")
    if args.instance is None and gate.ON_CONTACT in words:
        raise WrongUsage(f"--fail-on {gate.ON_CONTACT} needs --instance ID, to read who is on a contact")
    policies = policy_file.policies(args.policy) if args.policy is not None else ()
    with Progress("reading the preview") as progress:
        source = files.text_of(args.preview)
        progress.say(f"{len(source):,} characters")
        preview = read_preview(source)
    instance = _instance(args)
    names, lines, powers = _names(args, preview, instance)
    log = files.text_of(args.log) if args.log is not None else ""
    with Progress("reviewing users") as progress:
        reviewed = review(preview, names, powers=powers, personal=args.personal, lines=lines, progress=progress.at)
    if instance is not None:
        reviewed = contacts.with_current_contacts(reviewed, instance, required=gate.ON_CONTACT in words)
    if args.policy is not None:
        reviewed = dataclasses.replace(reviewed, violations=violations(preview, names, policies, powers))
    failures = gate.failures(reviewed, args.fail_on)
    for format_, file in args.write:
        _write(file, _rendered(format_, args, reviewed, failures, log, color=args.color == "always"))
    _write(args.output, _rendered(args.format, args, reviewed, failures, log, color=_color(args)))
    for failure in failures:
        print_problem(f"connect-users explain: {failure}")
    for error in reviewed.errors:
        print_problem(f"connect-users explain: the preview failed: {error}")
    return 1 if failures or reviewed.errors else 0


def _instance(args: argparse.Namespace) -> LiveInstance | None:
    if args.instance is None:
        return None
    from connect_users.cli.instance import LiveInstance

    return LiveInstance(args.instance, connecting.settings(args))


def _names(
    args: argparse.Namespace, preview: Preview, instance: LiveInstance | None
) -> tuple[naming.Labels, dict[str, tuple[str, int]], Powers]:
    names = naming.Labels()
    lines: dict[str, tuple[str, int]] = {}
    state = files.state_of(args.state) if args.state is not None else ()
    granted = granted_by((*state, *preview.resources))
    live: dict[str, ProfileFacts] = {}
    if args.names is not None:
        files.add_names(names, args.names)
    if instance is not None:
        instance.add_names(names)
        # The preview has the future profiles. A profile that the instance does not have cannot be read.
        future = [step.new for step in preview.other_steps if step.new is not None]
        live_ids = names.known[SECURITY_PROFILE].keys() & profiles_of(preview)
        for profile, permissions in power.permissions_of(instance, live_ids - granted_by(future).keys(), args).items():
            # A profile that the preview does not change may have been changed by hand: both count.
            granted[profile] = (*granted.get(profile, ()), *permissions)
        # Most resources cannot declare whom a profile reaches, so their updates do not change it.
        live = power.facts_of(instance, live_ids - facts_by(future, names).keys(), args, names)
    # Deployed names come first: the pull request's name for a deployed profile does not decide.
    naming.from_resources(names, (*state, *preview.before, *preview.resources))
    if args.roster is not None:
        people, lines = roster_files.names_in(roster_files.read(args.roster, args.personas))
        naming.from_roster(names, people, preview.resources)
    facts = facts_by((*state, *preview.resources), names)
    facts.update({profile: facts[profile] | each if profile in facts else each for profile, each in live.items()})
    return names, lines, Powers(args.power, args.power_permission, granted, facts)


def _rendered(
    format_: str, args: argparse.Namespace, reviewed: Review, failures: Sequence[str], log: str, *, color: bool
) -> str:
    if format_ == "markdown":
        return markdown.render(reviewed, failures=failures, title=args.title, log=log)
    if format_ == "json":
        return json_text(documents.document(reviewed, failures))
    if format_ == "sarif":
        return json_text(documents.as_sarif(reviewed, __version__))
    return text.render(reviewed, width=args.width or shutil.get_terminal_size().columns, color=color)


def _color(args: argparse.Namespace) -> bool:
    if args.color != "auto":
        return bool(args.color == "always")
    return args.output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _write(file: str | None, written: str) -> None:
    if file is None:
        print(written)
    else:
        files.write(file, f"{written}\n")
