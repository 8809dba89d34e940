"""The JSON of an audit, and what the next one reads in it: who had what, and what was not accepted. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.review.access.audit import ACCEPTED, counts
from connect_users.review.access.findings import flags, judgements
from connect_users.review.access.sources import Entry, Snapshot
from connect_users.review.powers import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connect_users.review.access.acceptances import Acceptance
    from connect_users.review.access.audit import Judged
    from connect_users.review.access.dormancy import Dormancy
    from connect_users.review.powers import Powers

#: Of the JSON: raised when a member changes its meaning; members may be added.
SCHEMA: Final = 1
#: Members of an entry -> their names, those of the columns of a roster.
_NAMES: Final = {"routing": "routing_profile", "hierarchy": "hierarchy_group", "phone": "phone_type"}


@dataclass(frozen=True)
class Earlier:
    """An earlier audit.

    Attributes:
        known: ids of the findings that were not accepted.
    """

    snapshot: Snapshot
    known: frozenset[str]


def document(
    snapshot: Snapshot,
    powers: Powers,
    judged: Sequence[Judged],
    unused: Iterable[Acceptance] = (),
    *,
    made: str,
    before: Snapshot | None = None,
    dormancy: Dormancy | None = None,
    kept: Iterable[str] = (),
) -> dict[str, Any]:
    """An audit as plain data.

    Args:
        unused: acceptances of what is not found any more.
        made: when.
        before: of the earlier audit.
        dormancy: where it was asked for.
        kept: ids that the earlier audit knew, of kinds that this one did not look for.
    """
    sure = judgements(snapshot, powers)
    return {
        "schema": SCHEMA,
        "instance": snapshot.instance,
        "source": snapshot.source,
        "made": made,
        "since": None if before is None else before.source,
        "counts": counts(judged),
        "findings": [_finding(each) for each in judged],
        "not_looked_for": sorted(kept),
        "unused_acceptances": [each.finding for each in unused],
        "people": [
            {
                "username": entry.username,
                **{name: getattr(entry, member) for member, name in _NAMES.items()},
                "security_profiles": list(entry.profiles),
                "security_profiles_without_name": sorted(entry.unnamed),
                "reach": {
                    profile: powers.limits(profile, profile) or "everybody"
                    for profile in entry.profiles
                    if sure[profile] is Judgement.POWER
                },
                "last_online": None if dormancy is None else str(dormancy.last_online(entry)),
                "managed": entry.managed,
                "flags": list(flagged),
            }
            for entry, flagged in zip(snapshot.people, flags(snapshot, powers, dormancy), strict=True)
        ],
    }


def _finding(judged: Judged) -> dict[str, Any]:
    finding, acceptance = judged.finding, judged.acceptance
    return {
        "id": finding.id,
        "kind": finding.kind,
        "username": finding.username,
        "text": finding.text,
        "status": judged.status,
        "new": judged.new,
        "accepted": None
        if acceptance is None
        else {"by": acceptance.by, "until": acceptance.until.isoformat(), "why": acceptance.why},
    }


def read(document: Any, instance: str) -> Earlier:
    """The audit of a document.

    Args:
        instance: id of the instance that it has to be about.

    Raises:
        ValueError: it is not the document of an audit, or is about another instance.
    """
    try:
        if document["schema"] != SCHEMA:
            raise ValueError(f"it has the schema {document['schema']!r}, and this version reads {SCHEMA}")
        if document["instance"] != instance:
            raise ValueError(f"it is about another instance, {document['instance']}")
        known = [str(each["id"]) for each in document["findings"] if each["status"] != ACCEPTED]
        known += map(str, document["not_looked_for"])
        people = tuple(map(_entry, document["people"]))
        source = f"the audit of {document['made']}"
    except (AttributeError, KeyError, TypeError):
        raise ValueError("it is not what connect-users audit --json writes") from None
    return Earlier(Snapshot(source, people, instance), frozenset(known))


def _entry(person: Mapping[str, Any]) -> Entry:
    routing, hierarchy, phone = (str(person[name]) for name in _NAMES.values())
    return Entry(
        str(person["username"]),
        routing,
        tuple(map(str, person["security_profiles"])),
        hierarchy,
        phone,
        person["managed"],
        unnamed=frozenset(map(str, person["security_profiles_without_name"])),
    )
