"""``connect-users check``: check rosters with the rules of a preview, without a stack or credentials.

With ``--instance`` the names are looked up, too. Exit status: 0 no problems (there may be warnings), 1 problems, 2
wrong usage, or a file that cannot be read; the other files are still checked.
"""

from __future__ import annotations

import argparse
import csv
import io
from functools import partial
from typing import TYPE_CHECKING, Any

from connect_users.cli import check_formats, connecting, roster_files
from connect_users.core import limits
from connect_users.core.errors import WrongUsage
from connect_users.core.references import OF_USERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connect_users.roster.days import Now
    from connect_users.roster.people import JudgedRoster, RosterOptions
    from connect_users.roster.personas import Personas


class _PrintSchema(argparse.Action):
    """Prints the schema instead of a check, as ``--help`` prints the help."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        """Print it."""
        from connect_users.roster import personas_schema

        print(personas_schema.text())
        parser.exit()


#: The most digits of a number of people. Python refuses numbers of thousands of digits.
_DIGITS = 9


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's description and options."""
    parser.description = (
        "Check rosters (CSV, TSV, YAML, JSON, Excel) by the rules of ConnectUserRoster, and report every problem with "
        "its line and column. Makes no calls without --instance."
    )
    parser.add_argument(
        "rosters",
        nargs="+",
        metavar="ROSTER",
        help="file of people; the files of a folder or a glob are one roster",
    )
    parser.add_argument(
        "--personas", metavar="FILE", help="YAML or JSON file of personas, like personas= of the program"
    )
    parser.add_argument(
        "--explain-personas",
        action="store_true",
        help="also show who gets which persona and why, and which settings come from the row itself",
    )
    parser.add_argument(
        "--personas-schema",
        action=_PrintSchema,
        nargs=0,
        help="print the JSON schema of persona files, for editors, and exit",
    )
    parser.add_argument(
        "--identity-management",
        choices=limits.IDENTITY_MANAGEMENT_TYPES,
        help="type of the instance; also checks what depends on it, such as passwords",
    )
    for reference in OF_USERS:
        parser.add_argument(
            f"--{reference.word}s",
            action="extend",
            type=_listed,
            metavar="NAME,...",
            help=f"the {reference.nouns} that exist (default: any name is accepted); quote a name with a comma: "
            "'\"A, B\",C'",
        )
    parser.add_argument(
        "--default", action="append", default=[], metavar="COLUMN=VALUE", help="like defaults= of the program"
    )
    parser.add_argument(
        "--ignore-columns",
        action="extend",
        type=_listed,
        default=[],
        metavar="HEADER,...",
        help="headers to leave out, like ignore_columns= of the program",
    )
    parser.add_argument(
        "--no-ownership-tag",
        action="store_true",
        help="the stack has connect-users:ownershipTag: false, so a user may have 50 tags",
    )
    parser.add_argument(
        "--passwords-elsewhere", action="store_true", help="the program has passwords=, so rows need none"
    )
    parser.add_argument(
        "--min-holders",
        action="append",
        default=[],
        metavar="PROFILE=N",
        help="N people or more must have the profile",
    )
    parser.add_argument(
        "--required-holders",
        action="append",
        default=[],
        metavar="PROFILE=USERNAME",
        help="this person must have the profile; may be repeated",
    )
    roster_files.add_timezone(parser)
    parser.add_argument(
        "--days",
        type=_number,
        default=7,
        metavar="N",
        help="name everybody who starts or leaves within N days (default: 7)",
    )
    parser.add_argument("--instance", metavar="ID", help="id, ARN or alias of an instance to look the names up in")
    connecting.add(parser)
    parser.add_argument(
        "--format",
        choices=sorted(check_formats.FORMATS),
        default="text",
        help="text (problems on stderr), json, github (workflow annotations) or sarif (default: text)",
    )
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")


def run(args: argparse.Namespace, now: Now | None = None) -> int:
    """Check every roster; for the exit status see the module's docstring.

    Args:
        now: the clock.
    """
    from connect_users.cli.progress import Progress
    from connect_users.roster import days
    from connect_users.roster.people import JudgedRoster
    from connect_users.roster.problems import RosterProblem
    from connect_users.roster.tables import UnreadableRoster, place

    if args.explain_personas and args.personas is None:
        raise WrongUsage("--explain-personas needs --personas FILE")
    if args.explain_personas and args.format not in check_formats.EXPLAINING:
        raise WrongUsage(f"--explain-personas has no {args.format}; use --format text or json")
    least, required = _counts(args.min_holders), _holders(args.required_holders)
    # Computed only if needed: rosters without days need no calendar.
    today = partial(roster_files.today, args, now)
    if args.timezone:
        today()
    options = _options(args)._replace(today=today)
    rosters, unreadable = [], False
    with Progress("checking rosters") as progress:
        for number, file in enumerate(args.rosters, start=1):
            progress.say(f"{file} ({number} of {len(args.rosters)})")
            try:
                rosters.append(_judged(file, options, least, required))
            except UnreadableRoster as problem:
                unreadable = True
                refusal = RosterProblem(problem.source, problem.line, "", problem.reason)
                # Without a source, what stands in the place of a path may be people's data.
                rosters.append(JudgedRoster(file if problem.source else place("", 0), (), (refusal,)))
    rosters = _in_two_files(rosters)
    coming = [
        [RosterProblem(*place) for place in days.coming(judged.dated, today(), args.days)] if judged.dated else []
        for judged in rosters
    ]
    check_formats.FORMATS[args.format](rosters, coming, *((options,) if args.explain_personas else ()))
    if unreadable:
        return 2
    return 1 if any(judged.problems for judged in rosters) else 0


def _judged(
    file: str, options: RosterOptions, least: Mapping[str, int], required: Mapping[str, Sequence[str]]
) -> JudgedRoster:
    from connect_users.roster.people import judge
    from connect_users.roster.reading import read

    judged = judge(read(file, options.personas), options)
    if judged.problems or not (least or required):
        return judged
    from connect_users.roster.holders import holder_problems

    return judged._replace(problems=tuple(holder_problems(judged, options.names, least, required)))


def _in_two_files(rosters: list[JudgedRoster]) -> list[JudgedRoster]:
    """The rosters with a warning about each person who is in an earlier file, too.

    A user of one instance belongs to one roster: if two stacks have the user, the second one fails when it creates it.
    It is only a warning because the files may be for different instances. A file may be named twice.
    """
    from pathlib import Path

    from connect_users.roster.problems import RosterProblem
    from connect_users.roster.tables import place

    first: dict[str, RosterProblem] = {}
    warned = []
    for judged in rosters:
        remarks = list(judged.remarks)
        for person in judged.people:
            mention = RosterProblem(person.source, person.line, "username", "", person.username)
            other = first.setdefault(person.username, mention)
            if Path(other.source).absolute() != Path(mention.source).absolute():
                where = place(other.source, other.line)
                text = f"{person.username!r} is also in {where}; a user of one instance belongs to one roster"
                remarks.append(mention._replace(text=text))
        warned.append(judged._replace(remarks=tuple(remarks)))
    return warned


def _options(args: argparse.Namespace) -> RosterOptions:
    from connect_users.core.spec import UNKNOWN
    from connect_users.roster.names import Names
    from connect_users.roster.people import RosterOptions

    names = {}
    for reference in OF_USERS:
        listed = getattr(args, reference.argument)
        names[reference] = Names(reference, None if listed is None else dict.fromkeys(listed, UNKNOWN), strict=False)
    identity: str | None = args.identity_management
    instance_id: Any = UNKNOWN
    if args.instance is not None:
        from connect_users.cli.instance import LiveInstance

        instance = LiveInstance(args.instance, connecting.settings(args))
        instance_id, identity = instance.id, identity or instance.identity_management_type
        for reference in OF_USERS:
            names[reference].look_up = instance.look_up(reference)
    return RosterOptions(
        instance_id=instance_id,
        identity_management_type=identity,
        names=names,
        defaults=dict(_pairs("--default", args.default)),
        personas=None if args.personas is None else _personas(args.personas),
        ignore_columns=tuple(args.ignore_columns),
        reserved_tags=0 if args.no_ownership_tag else limits.OWNERSHIP_TAGS,
        password_of=(lambda _: ("password", UNKNOWN)) if args.passwords_elsewhere else None,
    )


def _personas(file: str) -> Personas:
    from connect_users.roster.reading import read_personas

    with roster_files.readable():
        return read_personas(file)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS:
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is not a number of days")
    return int(text)


def _listed(text: str) -> list[str]:
    """A list with commas or line ends between its items. Items that contain one are quoted."""
    rows = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    return [item.strip() for row in rows for item in row if item.strip()]


def _pairs(option: str, texts: list[str]) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in texts]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise WrongUsage(f"{option} {name}: write {option} NAME=VALUE")
    return [(name, value) for name, _, value in pairs]


def _counts(texts: list[str]) -> dict[str, int]:
    counts = {}
    for profile, count in _pairs("--min-holders", texts):
        if not count.isdecimal() or len(count) > _DIGITS:
            raise WrongUsage(f"--min-holders {profile}={count[:80]}: write a number of people")
        counts[profile] = int(count)
    return counts


def _holders(texts: list[str]) -> dict[str, list[str]]:
    holders: dict[str, list[str]] = {}
    for profile, username in _pairs("--required-holders", texts):
        holders.setdefault(profile, []).append(username)
    return holders
