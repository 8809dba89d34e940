"""``connect-users audit``: the nightly audit of an instance for a security reviewer. It changes nothing."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from connect_users.cli import connecting, gathering, names_of, power, report_unmanaged
from connect_users.cli.progress import Progress
from connect_users.core.errors import ConfigurationError, WrongUsage
from connect_users.core.misspellings import did_you_mean
from connect_users.core.phrases import printable
from connect_users.importing import texts
from connect_users.review import naming
from connect_users.review.access import acceptances, audit, drift, history, page, sources
from connect_users.roster import days
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from datetime import date

    from connect_users.cli.instance import Instance
    from connect_users.review.access.acceptances import Acceptance
    from connect_users.review.access.audit import Finding, Judged
    from connect_users.review.access.history import Earlier
    from connect_users.review.steps import Resource


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's description and options."""
    parser.description = (
        "Audit a live instance (read only): unmanaged users, drift from exported states and rosters, power, and power "
        "that nobody uses. Every finding has an id, with which somebody can accept it for a time. Exit status: 0; 1 if "
        "a finding is new: it is not accepted, and was not an open finding of the previous audit; 2 for wrong usage or "
        "a file that cannot be used."
    )
    parser.add_argument("--instance", required=True, metavar="ID", help="id, ARN or alias of the instance")
    parser.add_argument(
        "--state",
        action="append",
        default=[],
        metavar="FILE",
        help="output of `pulumi stack export`; once for each stack that has users of the instance",
    )
    parser.add_argument(
        "--roster", metavar="FILE", help="roster of everybody who should be in the instance, with their profiles"
    )
    parser.add_argument("--personas", metavar="FILE", help="the personas of --roster")
    parser.add_argument(
        "--timezone",
        metavar="ZONE",
        help="time zone for first_day and last_day, like timezone= of the program (default: UTC)",
    )
    parser.add_argument("--html", metavar="FILE", help="write the access review as a page, which any browser opens")
    parser.add_argument("--json", metavar="FILE", help="write the audit as JSON, which the next audit compares with")
    parser.add_argument(
        "--previous",
        metavar="FILE",
        help="JSON of the previous audit (default: the file of --json before this run; without either, all is new)",
    )
    parser.add_argument(
        "--accepted",
        metavar="FILE",
        help="YAML or JSON: [{finding: ID, by: WHO, until: 2027-03-31, why: TEXT}]; after that day it is open again",
    )
    power.add_options(parser)
    gathering.add_dormancy(parser)
    parser.add_argument("--title", default="Access review", help="heading of the page (default: Access review)")
    connecting.add(parser)


def run(args: argparse.Namespace) -> int:
    """0 if nothing is new, 1 if a finding is new.

    Raises:
        WrongUsage: a file cannot be used.
    """
    from connect_users.cli.instance import Instance
    from connect_users.core.unmanaged import unmanaged

    names_of.refuse_roster_options(args, "roster")
    resources = [each for file in args.state for each in names_of.state_file(file)]
    table = names_of.roster_file(args.roster, args.personas) if args.roster else None
    accepted, sightings = _accepted(args.accepted), gathering.sightings_of(args)
    day = _day(args.timezone)
    instance = Instance(args.instance, connecting.settings(args))
    earlier = _earlier(args.previous, args.json, instance.id)
    names = naming.Labels()
    names_of.from_instance(names, instance)
    naming.from_resources(names, resources)
    users = instance.people()
    declared = report_unmanaged.declared_by(resources) if args.state else None
    unowned = {user.id: user for user in unmanaged(report_unmanaged.tagged(users), declared)}
    live = sources.from_live(args.instance, users, names, instance.id)
    snapshot = dataclasses.replace(
        live, people=tuple(dataclasses.replace(each, managed=each.id not in unowned) for each in live.people)
    )
    powers = gathering.power_of(args, snapshot, names, instance)
    snapshot, dormancy = gathering.dormancy_of(args, snapshot, sightings, instance)
    reasons = [(each.username, each.reason) for each in unowned.values()]
    found = list(audit.of_people(snapshot, powers, reasons, dormancy))
    found += _drift(instance, resources, names)
    if table is not None:
        found += audit.of_roster(sources.from_roster(table, names, day, begun=True), snapshot)
    now = datetime.now(timezone.utc)
    judged = audit.judge(found, accepted, now.date(), earlier.known if earlier else ())
    made, before = now.strftime("%Y-%m-%d %H:%M UTC"), earlier.snapshot if earlier else None
    if args.html:
        html = page.render(
            snapshot, powers=powers, before=before, title=args.title, made=made, dormancy=dormancy, findings=judged
        )
        texts.put(Path(args.html), html)
    # Findings of kinds that this run did not look for may still exist.
    looked = ((audit.DORMANT, dormancy), (audit.DRIFT, args.state), (audit.ROSTER, table))
    kept = {kind for kind, source in looked if not source}
    ids = {finding.id for finding in found}
    unused = [each for each in accepted.values() if each.finding not in ids and _kind(each.finding) not in kept]
    if args.json:
        # The last step: findings in it are no longer new.
        document = history.document(
            snapshot,
            powers,
            judged,
            unused,
            made=made,
            before=before,
            dormancy=dormancy,
            kept=[id_ for id_ in earlier.known if _kind(id_) in kept] if earlier else (),
        )
        texts.put(Path(args.json), json.dumps(document, indent=1) + "\n")
    return _say(args, judged, unused, found)


def _say(args: argparse.Namespace, judged: Sequence[Judged], unused: Sequence[Acceptance], found: list[Finding]) -> int:
    for each in judged:
        if each.new:
            word = "expired" if each.status == audit.EXPIRED else "new"
            print(printable(f"{word}: {each.finding.id}: {each.finding.text}"))
    for acceptance in unused:
        near = did_you_mean(acceptance.finding, [each.id for each in found])
        text = f"there is no finding '{acceptance.finding}'; {near or 'remove the entry'}"
        print(printable(f"connect-users audit: {args.accepted}:{acceptance.line}: {text}"), file=sys.stderr)
    counted = audit.counts(judged)
    print(", ".join(f"{number:,} {word}" for word, number in counted.items()), file=sys.stderr)
    return 1 if counted["new"] else 0


def _kind(id_: str) -> str:
    return id_.partition("/")[0]


def _day(timezone: str | None) -> date:
    try:
        return days.today(timezone)
    except ConfigurationError as error:
        raise WrongUsage(f"--{error}") from None


def _accepted(file: str | None) -> dict[str, Acceptance]:
    if file is None:
        return {}
    try:
        return acceptances.read(names_of.text_of(file), file)
    except UnreadableRoster as problem:
        raise WrongUsage(str(problem)) from None


def _earlier(previous: str | None, json_file: str | None, instance: str) -> Earlier | None:
    file = previous or (json_file if json_file and Path(json_file).exists() else None)
    if file is None:
        return None
    try:
        return history.read(names_of.json_of(file), instance)
    except ValueError as problem:
        raise WrongUsage(f"{file} is not a previous audit: {problem}") from None


def _drift(instance: Instance, resources: Sequence[Resource], names: naming.Labels) -> Iterator[Finding]:
    """The drift that a refresh would find. Users that bulk reads prove unchanged need no call, others one or two."""
    from connect_users.lifecycle import observe
    from connect_users.lifecycle.operation import Operation

    users = [(id_, user) for user in resources if (id_ := drift.user_id(user, instance.id))]
    gateway = instance.gateway
    with Progress("comparing users with their states") as progress:
        for number, (id_, user) in enumerate(users, start=1):
            progress.at(number, len(users))
            state = drift.comparable(user, instance.id)
            # Nothing was just created, and nothing will be deleted, so it does not wait.
            op = Operation(gateway, user.urn, True, 0.0, lambda *_: None, lambda _: None, lambda: gateway.now)
            seen = observe.read(op, id_, state[1], state[0])
            yield from drift.differences(state, None if seen is None else (seen.inputs, seen.outputs), id_, names)
