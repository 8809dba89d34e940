"""``connect-users check``: judge rosters with no stack and no credentials, by the rules that a preview has.

With ``--instance`` the names are looked up, too. Exit status: 0 no problems (there may be warnings), 1 problems, 2
wrong usage, or a file that cannot be read; the other files are judged all the same.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from connect_users.cli import check_formats, connecting
from connect_users.core import limits
from connect_users.core.errors import WrongUsage
from connect_users.core.references import OF_USERS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from connect_users.roster.people import Judged, Terms
#: Digits of a number of people; Python refuses to read thousands of digits.
_DIGITS = 9


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's description and options."""
    parser.description = (
        "Judge rosters (CSV, TSV, YAML, JSON, Excel) by the rules of ConnectUserRoster: every problem with its "
        "line and column. Nothing is called, unless --instance is given."
    )
    parser.add_argument("rosters", nargs="+", metavar="ROSTER", help="a file of people")
    parser.add_argument(
        "--identity-management",
        choices=limits.IDENTITY_MANAGEMENT_TYPES,
        help="of the instance; judges what depends on it, such as passwords",
    )
    for reference in OF_USERS:
        parser.add_argument(
            f"--{reference.word}s",
            action="extend",
            type=_listed,
            metavar="NAME,...",
            help=f"the {reference.nouns} that exist (default: any name is accepted); quote a name that has a comma: "
            "'\"A, B\",C'",
        )
    parser.add_argument(
        "--default", action="append", default=[], metavar="COLUMN=VALUE", help="as defaults= of the program"
    )
    parser.add_argument(
        "--ignore-columns",
        action="extend",
        type=_listed,
        default=[],
        metavar="HEADER,...",
        help="headers to leave out; as ignore_columns= of the program",
    )
    parser.add_argument(
        "--no-ownership-tag",
        action="store_true",
        help="the stack has connect-users:ownershipTag: false, so 50 tags fit",
    )
    parser.add_argument("--passwords-elsewhere", action="store_true", help="the program has passwords=; rows need none")
    parser.add_argument(
        "--min-holders", action="append", default=[], metavar="PROFILE=N", help="so many people must have the profile"
    )
    parser.add_argument(
        "--required-holders",
        action="append",
        default=[],
        metavar="PROFILE=USERNAME",
        help="this person must have the profile; may be repeated",
    )
    parser.add_argument("--instance", metavar="ID", help="id, ARN or alias of an instance that knows the names")
    connecting.add(parser)
    parser.add_argument(
        "--format",
        choices=sorted(check_formats.FORMATS),
        default="text",
        help="text (problems on stderr), json, github (workflow annotations) or sarif (default: text)",
    )
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")


def run(args: argparse.Namespace) -> int:
    """Judge every roster; see the module for the exit status."""
    from connect_users.cli.progress import Progress
    from connect_users.roster.people import Judged, RosterProblem
    from connect_users.roster.tables import UnreadableRoster
    from connect_users.roster.twins import in_two_files

    least, required = _counts(args.min_holders), _holders(args.required_holders)
    terms = _terms(args)
    found, unreadable = [], False
    with Progress("judging rosters") as progress:
        for number, file in enumerate(args.rosters, start=1):
            progress.say(f"{file} ({number} of {len(args.rosters)})")
            try:
                found.append(_judged(file, terms, least, required))
            except UnreadableRoster as problem:
                unreadable = True
                found.append(Judged(file, (), (RosterProblem(file, problem.line, "", problem.reason),)))
    check_formats.FORMATS[args.format](in_two_files(found))
    if unreadable:
        return 2
    return 1 if any(judged.problems for judged in found) else 0


def _judged(file: str, terms: Terms, least: Mapping[str, int], required: Mapping[str, Sequence[str]]) -> Judged:
    from pathlib import Path

    from connect_users.roster.holders import holder_problems
    from connect_users.roster.people import Judged, judge
    from connect_users.roster.reading import read_file

    judged = judge(read_file(Path(file), file), terms)
    if judged.problems:
        return judged
    holders = tuple(holder_problems(judged, terms.names, least, required))
    return Judged(file, judged.people, holders, judged.warnings, judged.remarks)


def _terms(args: argparse.Namespace) -> Terms:
    from connect_users.core.settings import Settings
    from connect_users.core.spec import UNKNOWN
    from connect_users.roster.names import Names
    from connect_users.roster.people import Terms

    names = {}
    for reference in OF_USERS:
        listed = getattr(args, reference.argument)
        names[reference] = Names(reference, None if listed is None else dict.fromkeys(listed, UNKNOWN), strict=False)
    identity: str | None = args.identity_management
    instance_id: Any = UNKNOWN
    if args.instance is not None:
        from connect_users.cli.instance import Instance

        instance = Instance(args.instance, connecting.settings(args))
        instance_id, identity = instance.id, identity or instance.identity_management_type
        for reference in OF_USERS:
            names[reference].look_up = instance.look_up(reference)
    return Terms(
        instance_id=instance_id,
        identity_management_type=identity,
        names=names,
        defaults=dict(_pairs("--default", args.default)),
        ignore_columns=tuple(args.ignore_columns),
        reserved_tags=Settings(ownership_tag=not args.no_ownership_tag).reserved_tags,
        password_of=(lambda _: ("password", UNKNOWN)) if args.passwords_elsewhere else None,
    )


def _listed(text: str) -> list[str]:
    """A list with commas or line ends between its items, and quotes around those that have some themselves."""
    rows = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    return [item.strip() for row in rows for item in row if item.strip()]


def _pairs(option: str, texts: list[str]) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in texts]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise WrongUsage(f"{option} {name}: write {option} NAME=VALUE")
    return [(name, value) for name, _, value in pairs]


def _counts(texts: list[str]) -> dict[str, int]:
    found = {}
    for profile, count in _pairs("--min-holders", texts):
        if not count.isdecimal() or len(count) > _DIGITS:
            raise WrongUsage(f"--min-holders {profile}={count[:80]}: write a number of people")
        found[profile] = int(count)
    return found


def _holders(texts: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for profile, username in _pairs("--required-holders", texts):
        found.setdefault(profile, []).append(username)
    return found
