"""``connect-users audit``: the nightly audit of an instance for a security reviewer. It changes nothing."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from connect_users.cli import access, connecting, files, power, report_unmanaged, roster_files
from connect_users.cli.progress import Progress
from connect_users.cli.streams import print_line, print_problem
from connect_users.core.errors import WrongUsage
from connect_users.core.misspellings import did_you_mean
from connect_users.review import naming
from connect_users.review.access import acceptances, audit, drift, history, page, sources
from connect_users.roster import days

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Iterator, Sequence

    from connect_users.cli.instance import LiveInstance
    from connect_users.review.access.acceptances import Acceptance
    from connect_users.review.access.audit import Finding, FindingStatus
    from connect_users.review.access.history import PreviousAudit
    from connect_users.review.steps import Resource


def register(parser: argparse.ArgumentParser) -> None:
    """Add the command's description and options."""
    parser.description = (
        "Audit a live instance (read only): unmanaged users, drift from exported states and rosters, power, and power "
        "that nobody uses. Every finding has an id, so that somebody can accept it for a time. Exit status: 0; 1 if "
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
    roster_files.add_timezone(parser)
    parser.add_argument("--html", metavar="FILE", help="write the access review as a page for any browser")
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
    access.add_dormancy(parser)
    parser.add_argument("--title", default="Access review", help="heading of the page (default: Access review)")
    connecting.add(parser)


def run(args: argparse.Namespace) -> int:
    """0 if nothing is new, 1 if a finding is new.

    Raises:
        WrongUsage: a file cannot be used.
    """
    from connect_users.cli.instance import LiveInstance

    roster_files.refuse_options_without(args, "roster")
    resources = [each for file in args.state for each in files.state_of(file)]
    table = roster_files.read(args.roster, args.personas) if args.roster else None
    accepted, online_times = _accepted(args.accepted), access.online_times_of(args)
    day = roster_files.today(args)
    instance = LiveInstance(args.instance, connecting.settings(args))
    previous = _previous(args.previous, args.json, instance.id)
    names = naming.Labels()
    instance.add_names(names)
    naming.from_resources(names, resources)
    snapshot, unmanaged = _people(args, instance, resources, names)
    before = previous.snapshot if previous else None
    review = access.review_people(args, snapshot, before, names, online_times, instance)
    findings = [*audit.of_people(review, unmanaged), *_drift(instance, resources, names)]
    if table is not None:
        findings += audit.of_roster(sources.from_roster(table, names, day, begun=True), review.snapshot)
    statuses = audit.judge(findings, accepted, days.today(), previous.open_ids if previous else ())
    # Findings of kinds that this run did not look for may still exist.
    looked = ((audit.DORMANT, review.dormancy), (audit.DRIFT, args.state), (audit.ROSTER, table))
    kept = {kind for kind, source in looked if not source}
    ids = dict.fromkeys(finding.id for finding in findings)
    unused = [each for each in accepted.values() if each.finding not in ids and _kind(each.finding) not in kept]
    if args.html:
        files.write(args.html, page.render(review, title=args.title, findings=statuses))
    if args.json:
        # The last step: findings in it are no longer new.
        still = [id_ for id_ in previous.open_ids if _kind(id_) in kept] if previous else ()
        document = history.document(review, statuses, unused, still)
        files.write(args.json, json.dumps(document, indent=1) + "\n")
    return _print(args, statuses, unused, ids)


def _people(
    args: argparse.Namespace, instance: LiveInstance, resources: Sequence[Resource], names: naming.Labels
) -> tuple[sources.Snapshot, list[tuple[str, str]]]:
    """The people of the instance; and the unmanaged users, with the reasons."""
    from connect_users.core.unmanaged import unmanaged

    users = instance.people()
    declared = report_unmanaged.declared_by(resources) if args.state else None
    reasons = {user.id: (user.username, user.reason) for user in unmanaged(report_unmanaged.tagged(users), declared)}
    live = sources.from_live(args.instance, users, names, instance.id)
    people = tuple(dataclasses.replace(each, managed=each.id not in reasons) for each in live.people)
    return dataclasses.replace(live, people=people), list(reasons.values())


def _print(
    args: argparse.Namespace, statuses: Sequence[FindingStatus], unused: Sequence[Acceptance], ids: Collection[str]
) -> int:
    """Print what is new, and the counts; returns the exit status."""
    for each in statuses:
        if each.new:
            word = "expired" if each.status == audit.EXPIRED else "new"
            print_line(f"{word}: {each.finding.id}: {each.finding.text}")
    for acceptance in unused:
        text = f"there is no finding '{acceptance.finding}'; "
        text += did_you_mean(acceptance.finding, ids) or "remove the entry"
        print_problem(f"{args.prog}: {args.accepted}:{acceptance.line}: {text}")
    counted = audit.counts(statuses)
    print_problem(", ".join(f"{number:,} {word}" for word, number in counted.items()))
    return 1 if counted["new"] else 0


def _kind(id_: str) -> str:
    return id_.partition("/")[0]


def _accepted(file: str | None) -> dict[str, Acceptance]:
    if file is None:
        return {}
    with roster_files.readable():
        return acceptances.read(files.text_of(file), file)


def _previous(file: str | None, json_file: str | None, instance: str) -> PreviousAudit | None:
    file = file or (json_file if json_file and Path(json_file).exists() else None)
    if file is None:
        return None
    try:
        return history.read(files.json_of(file), instance)
    except ValueError as problem:
        raise WrongUsage(f"{file} is not a previous audit: {problem}") from None


def _drift(instance: LiveInstance, resources: Sequence[Resource], names: naming.Labels) -> Iterator[Finding]:
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
            op = Operation(gateway, user.urn, True, 0.0, lambda *_: None, lambda _: None)
            seen = observe.read(op, id_, state[1], state[0])
            yield from drift.differences(state, None if seen is None else (seen.inputs, seen.outputs), id_, names)
