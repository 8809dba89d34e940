"""``connect-users report --dormant``: when people were last online, and who was not for long, power first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from connect_users.cli import access, files
from connect_users.cli.streams import print_json, print_line, print_problem
from connect_users.core.phrases import plural
from connect_users.review.powers import Judgement
from connect_users.roster import csv_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from connect_users.review.access.dormancy import Dormancy
    from connect_users.review.access.findings import AccessReview

#: Columns of the CSV, which are the members of the JSON.
_COLUMNS: Final = ("username", "instance", "dormant", "last_online", "signed_in", "absent_since", "text", "power")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this report only; ``--dormant`` also belongs to the page."""
    group = parser.add_argument_group("who was not online (--dormant without --html)")
    group.add_argument("--csv", metavar="FILE", help="also write everybody to this file, for a spreadsheet")


def run(args: argparse.Namespace) -> int:
    """0 if everybody was online or it is not known; 1 if somebody was not."""
    review = access.review_of(args, "--dormant")
    rows = list(_rows(review, cast("Dormancy", review.dormancy)))  # there is one with --dormant
    if args.csv is not None:
        files.write(args.csv, csv_text.write(_COLUMNS, [_cells(row) for row in rows]))
    if args.json:
        print_json(rows)
    else:
        for row in rows:
            # For people without power, the number of unknown ones is enough.
            if row["dormant"] or (row["dormant"] is None and row["power"]):
                print_line(f"{row['username']}: {row['text']}{_power(row)}")
    dormant, unknown = (sum(row["dormant"] is each for row in rows) for each in (True, None))
    print_problem(
        f"{dormant:,} of {plural(len(rows), 'person was', 'people were')} not online in the last "
        f"{plural(args.dormant, 'day')}" + (f"; unknown for {unknown:,}" if unknown else "")
    )
    return 1 if dormant else 0


def _rows(review: AccessReview, dormancy: Dormancy) -> Iterator[dict[str, Any]]:
    """A row for each of the people; those with power who were not online come first."""
    for entry in review.power_first():
        seen = dormancy.last_online(entry)
        yield {
            "username": entry.username,
            "instance": entry.instance,
            "dormant": dormancy.of(entry),
            "last_online": seen.at.isoformat(sep=" ") if seen.at is not None else None,
            "signed_in": seen.signed_in,
            "absent_since": f"{seen.absent_since:%Y-%m-%d}" if seen.absent_since is not None else None,
            "text": str(seen),
            "power": {
                profile: review.powers.why(profile, profile)
                for profile in entry.profiles
                if review.judgements[profile] is not Judgement.PLAIN
            },
        }


def _power(row: dict[str, Any]) -> str:
    return f" ⚠ {', '.join(_profiles(row))}" if row["power"] else ""


def _profiles(row: dict[str, Any]) -> Iterator[str]:
    for profile, why in row["power"].items():
        yield f"{profile} ({why})" if why else profile


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    words = {None: "", True: "yes", False: "no"}
    cells = {column: words.get(cell, cell) for column, cell in row.items() if column != "power"}
    return {**cells, "power": "; ".join(_profiles(row))}
