"""``connect-users report --html``: the access review as a page, from a roster, a state or a live instance."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from connect_users.cli.gathering import gather
from connect_users.core.phrases import plural, printable, some
from connect_users.importing import texts
from connect_users.review.access import page
from connect_users.review.access.findings import unclear

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
    """0.

    Raises:
        WrongUsage: there is not exactly one source of people, or a file cannot be used.
    """
    snapshot, powers, before, dormancy = gather(args, "--html")
    made = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    text = page.render(snapshot, powers=powers, before=before, title=args.title, made=made, dormancy=dormancy)
    texts.put(Path(args.html), text)
    nameless = unclear(snapshot, powers)
    if nameless:
        print(
            f"connect-users report: {plural(len(nameless), 'security profile has', 'security profiles have')} no known "
            f"name and may be power ({printable(some(nameless, _SHOWN))}): give --instance or --names",
            file=sys.stderr,
        )
    if args.json:
        summary = page.summary(snapshot, powers=powers, before=before, dormancy=dormancy)
        print(json.dumps({"file": args.html, **summary}, indent=2))
    else:
        print(f"{args.html}: {plural(len(snapshot.people), 'person', 'people')} of {snapshot.source}")
    return 0
