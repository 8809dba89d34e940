"""``connect-users report --html``: the access review as a page, from a roster, a state or a live instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.cli import access, files
from connect_users.cli.streams import print_json, print_line, print_problem
from connect_users.core.phrases import plural, some
from connect_users.review.access import page

if TYPE_CHECKING:
    import argparse

#: The most ids in a message.
_SHOWN = 3


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the page only."""
    group = parser.add_argument_group("access review as a page")
    group.add_argument("--html", metavar="FILE", help="write a self-contained page, which any browser opens from disk")
    group.add_argument("--since", metavar="FILE", help="also show what changed since this roster or exported state")
    group.add_argument("--title", default="Access review", help="heading of the page (default: Access review)")


def run(args: argparse.Namespace) -> int:
    """Write the page; 0."""
    review = access.review_of(args, "--html")
    files.write(args.html, page.render(review, title=args.title))
    nameless = review.unclear
    if nameless:
        print_problem(
            f"connect-users report: {plural(len(nameless), 'security profile has', 'security profiles have')} no known "
            f"name and may be power ({some(nameless, _SHOWN)}): give --instance or --names"
        )
    if args.json:
        print_json({"file": args.html, **page.summary(review)})
    else:
        people = plural(len(review.snapshot.people), "person", "people")
        print_line(f"{args.html}: {people} of {review.snapshot.source}")
    return 0
