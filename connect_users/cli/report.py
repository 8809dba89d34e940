"""``connect-users report``: who is in an instance, and with which power. Each kind of report has its own module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.cli import access, connecting, report_dormant, report_page, report_unmanaged, roster_files
from connect_users.core.errors import WrongUsage

if TYPE_CHECKING:
    import argparse


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's description and options."""
    parser.description = (
        "Report on the people of a roster, an exported state or a live instance (read only). Exit status: 0; 1 if "
        "--unmanaged finds somebody, or --dormant without --html; 2 for wrong usage or a file that cannot be used."
    )
    parser.add_argument(
        "--instance",
        metavar="ID",
        help="id, ARN or alias of a live instance; with --roster or --state, only the source of names, permissions and "
        "online time",
    )
    parser.add_argument(
        "--state",
        action="append",
        metavar="FILE",
        help="output of `pulumi stack export`; with --unmanaged, once for each stack that has users of the instance",
    )
    access.add_options(parser.add_argument_group("the people of an access review, and what is power"))
    report_page.add_options(parser)
    report_dormant.add_options(parser)
    report_unmanaged.add_options(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    connecting.add(parser)


def run(args: argparse.Namespace) -> int:
    """Run the chosen report; returns its exit status.

    Raises:
        WrongUsage: no report is chosen, or two; or an option is for a roster, and there is none.
    """
    roster_files.refuse_options_without(args, "roster", "since")
    if args.html is not None and args.unmanaged:
        raise WrongUsage("--html and --unmanaged are two reports; ask for one at a time")
    if args.csv is not None and (args.html is not None or args.dormant is None):
        raise WrongUsage("--csv is for --dormant without --html; the page itself has a button for a CSV")
    if args.html is not None:
        return report_page.run(args)
    if args.unmanaged and args.dormant is not None:
        raise WrongUsage("--dormant and --unmanaged are two reports; ask for one at a time")
    if args.unmanaged:
        return report_unmanaged.run(args)
    if args.dormant is not None:
        return report_dormant.run(args)
    raise WrongUsage("say which report: --html FILE, --dormant DAYS or --unmanaged")
