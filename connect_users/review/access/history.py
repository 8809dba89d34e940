"""The JSON of an audit, which the next audit reads: people with their profiles, and open findings. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connect_users.review.access.audit import ACCEPTED, counts
from connect_users.review.access.sources import Snapshot, UserAccess
from connect_users.review.powers import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connect_users.review.access.acceptances import Acceptance
    from connect_users.review.access.audit import FindingStatus
    from connect_users.review.access.findings import AccessReview

#: The version of the JSON. It is raised if a member changes its meaning; members may be added.
SCHEMA: Final = 1
#: Members of an entry -> the names of a roster's columns.
_NAMES: Final = {"routing": "routing_profile", "hierarchy": "hierarchy_group", "phone": "phone_type"}


@dataclass(frozen=True)
class PreviousAudit:
    """The previous audit.

    Attributes:
        open_ids: of the findings that were not accepted.
    """

    snapshot: Snapshot
    open_ids: frozenset[str]


def document(
    review: AccessReview,
    statuses: Sequence[FindingStatus],
    unused: Iterable[Acceptance] = (),
    kept: Iterable[str] = (),
) -> dict[str, Any]:
    """An audit as plain data.

    Args:
        unused: acceptances without a finding.
        kept: ids that the previous audit knew, of kinds that this one did not look for.
    """
    snapshot, dormancy = review.snapshot, review.dormancy
    return {
        "schema": SCHEMA,
        "instance": snapshot.instance,
        "source": snapshot.source,
        "made": review.made,
        "since": None if review.before is None else review.before.source,
        "counts": counts(statuses),
        "findings": [_finding(each) for each in statuses],
        "not_looked_for": sorted(kept),
        "unused_acceptances": [each.finding for each in unused],
        "people": [
            {
                "username": entry.username,
                **{name: getattr(entry, member) for member, name in _NAMES.items()},
                "security_profiles": list(entry.profiles),
                "security_profiles_without_name": sorted(entry.unnamed),
                "reach": {
                    profile: review.reach(profile) or "everybody"
                    for profile in entry.profiles
                    if review.judgements[profile] is Judgement.POWER
                },
                "last_online": None if dormancy is None else str(dormancy.last_online(entry)),
                "managed": entry.managed,
                "flags": list(flags),
            }
            for entry, flags in zip(snapshot.people, review.flags, strict=True)
        ],
    }


def _finding(status: FindingStatus) -> dict[str, Any]:
    finding, acceptance = status.finding, status.acceptance
    accepted = None
    if acceptance is not None:
        accepted = {"by": acceptance.by, "until": acceptance.until.isoformat(), "why": acceptance.why}
    return {
        "id": finding.id,
        "kind": finding.kind,
        "username": finding.username,
        "text": finding.text,
        "status": status.status,
        "new": status.new,
        "accepted": accepted,
    }


def read(document: Any, instance: str) -> PreviousAudit:
    """Read the audit of a document.

    Args:
        instance: id of the required instance.

    Raises:
        ValueError: it is not an audit, or is the audit of another instance.
    """
    try:
        if document["schema"] != SCHEMA:
            raise ValueError(f"its schema is {document['schema']!r}, but this version reads {SCHEMA}")
        if document["instance"] != instance:
            raise ValueError(f"it is the audit of another instance, {document['instance']}")
        open_ids = [str(each["id"]) for each in document["findings"] if each["status"] != ACCEPTED]
        open_ids += map(str, document["not_looked_for"])
        people = tuple(map(_entry, document["people"]))
        source = f"the audit of {document['made']}"
    except (AttributeError, KeyError, TypeError):
        raise ValueError("it was not written by connect-users audit --json") from None
    return PreviousAudit(Snapshot(source, people, instance, complete=True), frozenset(open_ids))


def _entry(person: Mapping[str, Any]) -> UserAccess:
    routing, hierarchy, phone = (str(person[name]) for name in _NAMES.values())
    return UserAccess(
        str(person["username"]),
        routing,
        tuple(map(str, person["security_profiles"])),
        hierarchy,
        phone,
        person["managed"],
        unnamed=frozenset(map(str, person["security_profiles_without_name"])),
    )
