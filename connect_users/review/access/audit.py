"""The findings of an audit: power, unmanaged users and drift; which are accepted, and which are new. Pure.

A finding has an id that stays the same from night to night: its kind, the username and the object
(``power/ada/Admin``). A difference in substance gives another id: another security profile, another reach, another
value of a setting (as a short hash, since settings are personal data).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connect_users.review.access.findings import changes
from connect_users.review.access.sources import Snapshot
from connect_users.review.powers import Judgement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from connect_users.review.access.acceptances import Acceptance
    from connect_users.review.access.findings import AccessReview
    from connect_users.review.access.sources import UserAccess

DORMANT, DRIFT, ROSTER = "dormant-power", "drift", "roster"
#: Kinds of findings, the most important first: unused power, power, possible power, unmanaged users, differences from a
#: state, differences from a roster.
KINDS: Final = (DORMANT, "power", "unnamed-power", "unmanaged", DRIFT, ROSTER)
ACCEPTED, EXPIRED, OPEN = "accepted", "expired", "open"
_ORDER: Final = (EXPIRED, OPEN, ACCEPTED)


@dataclass(frozen=True)
class Finding:
    """Something that somebody has to change or accept.

    Attributes:
        kind: of `KINDS`.
        about: the object, which distinguishes findings of one kind and user; may be empty.
        text: the description with the reason.
    """

    kind: str
    username: str
    about: str
    text: str

    @property
    def id(self) -> str:
        """The id in acceptances and earlier audits."""
        return "/".join(filter(None, (self.kind, self.username, self.about)))


@dataclass(frozen=True)
class FindingStatus:
    """A finding and its acceptance.

    Attributes:
        status: accepted, expired (its acceptance has ended) or open.
        new: whether it is not accepted, and the previous audit did not have it as not accepted.
    """

    finding: Finding
    status: str
    new: bool
    acceptance: Acceptance | None = None


def judge(
    findings: Iterable[Finding], accepted: Mapping[str, Acceptance], today: date, previous: Collection[str] = ()
) -> list[FindingStatus]:
    """The findings with their acceptances: new ones first, then those that are not accepted.

    Args:
        accepted: id -> acceptance.
        previous: ids of the open findings of the previous audit.
    """
    statuses = []
    for finding in {each.id: each for each in findings}.values():
        acceptance = accepted.get(finding.id)
        status = OPEN if acceptance is None else ACCEPTED if today <= acceptance.until else EXPIRED
        statuses.append(FindingStatus(finding, status, status != ACCEPTED and finding.id not in previous, acceptance))

    def rank(each: FindingStatus) -> tuple[object, ...]:
        finding = each.finding
        return not each.new, _ORDER.index(each.status), KINDS.index(finding.kind), finding.username, finding.id

    return sorted(statuses, key=rank)


def counts(statuses: Iterable[FindingStatus]) -> dict[str, int]:
    """The number of new findings, and of those with each status."""
    numbers = Counter(status for each in statuses for status in (each.status, "new" if each.new else ""))
    return {word: numbers[word] for word in ("new", OPEN, EXPIRED, ACCEPTED)}


def of_people(review: AccessReview, unmanaged: Iterable[tuple[str, str]] = ()) -> Iterator[Finding]:
    """Findings of power, one for each security profile; of unused power; and of unmanaged users.

    Args:
        unmanaged: usernames with the reasons.
    """
    powers, judgements = review.powers, review.judgements
    for entry, flags in zip(review.snapshot.people, review.flags, strict=True):
        powerful = [profile for profile in entry.profiles if judgements[profile] is Judgement.POWER]
        for profile in powerful:
            reach, why = review.reach(profile), powers.why(profile, profile)
            about = f"{profile} ({reach})" if reach else profile
            yield Finding("power", entry.username, about, f"security profile {profile}{f' ({why})' if why else ''}")
        unclear = [profile for profile in entry.profiles if judgements[profile] is Judgement.UNKNOWN]
        for profile in unclear:
            text = f"security profile {profile}, whose name is not known"
            yield Finding("unnamed-power", entry.username, profile, text)
        if review.dormancy is not None and DORMANT in flags:
            seen = review.dormancy.last_online(entry)
            last = f"last online {seen}" if seen.at is not None else str(seen)
            yield Finding(DORMANT, entry.username, "", f"{', '.join((*powerful, *unclear))}; {last}")
    for username, reason in unmanaged:
        yield Finding("unmanaged", username, "", reason)


def of_roster(roster: Snapshot, live: Snapshot) -> Iterator[Finding]:
    """Differences from a roster. Empty cells (which may have defaults) and phones are not compared."""
    live_entries = {entry.username: entry for entry in live.people}
    words = {"joined": "is not in the roster", "left": "is in the roster, but not in the instance"}
    filled = Snapshot("", tuple(_filled(entry, live_entries) for entry in roster.people), complete=True)
    for each in changes(filled, live):
        about = each.kind if each.kind in words else each.words
        yield Finding(ROSTER, each.username, about, words.get(each.kind, f"roster → instance: {each.words}"))


def _filled(entry: UserAccess, live_entries: Mapping[str, UserAccess]) -> UserAccess:
    live = live_entries.get(entry.username, entry)
    open_ = {name: getattr(live, name) for name in ("routing", "profiles", "hierarchy") if not getattr(entry, name)}
    return dataclasses.replace(entry, phone=live.phone, **open_)
