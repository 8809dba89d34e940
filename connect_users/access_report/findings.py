"""What a reviewer should look at: flags of people, and what differs between two snapshots."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from connect_users.core.limits import ID_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.access_report.model import Entry, Snapshot
    from connect_users.review.powers import Powers

#: Flag -> what it says on the page.
FLAGS: Final = {
    "power": "Powerful security profile",
    "multi-power": "More than one powerful security profile",
    "unnamed-power": "Security profile without a known name",
    "no-hierarchy": "In no hierarchy group",
    "odd-phone": "Another phone type than colleagues",
    "unmanaged": "Not made by a stack",
}
#: A phone type is the odd one out where at least this share of at least so many colleagues (same routing profile) have
#: another one.
_USUAL_SHARE: Final = 0.9
_COLLEAGUES: Final = 5


def flags(snapshot: Snapshot, powers: Powers) -> dict[str, tuple[str, ...]]:
    """Username -> flags, in the order of `FLAGS`."""
    powerful = {each for entry in snapshot.people for each in entry.profiles if powers.has(each, each)}
    nameless = {*unnamed(snapshot, powers)}
    usual = _usual_phones(snapshot)
    return {
        entry.username: tuple(_flags(entry, powerful, nameless, usual.get(entry.routing, "")))
        for entry in snapshot.people
    }


def unnamed(snapshot: Snapshot, powers: Powers) -> tuple[str, ...]:
    """Ids of the security profiles that nothing is known of, so that they may be power."""
    held = {profile for entry in snapshot.people for profile in entry.profiles}
    return tuple(sorted(each for each in held if ID_PATTERN.fullmatch(each) and not powers.knows(each)))


def _flags(entry: Entry, powerful: set[str], nameless: set[str], usual: str) -> Iterable[str]:
    held = sum(profile in powerful for profile in entry.profiles)
    if held:
        yield "power"
    if held > 1:
        yield "multi-power"
    if nameless.intersection(entry.profiles):
        yield "unnamed-power"
    if not entry.hierarchy:
        yield "no-hierarchy"
    if usual and entry.phone and entry.phone != usual:
        yield "odd-phone"
    if entry.managed is False:
        yield "unmanaged"


def _usual_phones(snapshot: Snapshot) -> dict[str, str]:
    """Routing profile -> the phone type that nearly everybody has."""
    phones: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in snapshot.people:
        if entry.phone:
            phones[entry.routing][entry.phone] += 1
    found = {}
    for routing, counted in phones.items():
        phone, number = counted.most_common(1)[0]
        total = counted.total()
        if total >= _COLLEAGUES and number < total and number >= total * _USUAL_SHARE:
            found[routing] = phone
    return found


class Difference(NamedTuple):
    """What happened to one user between two snapshots.

    Attributes:
        kind: joined, left or changed.
        gained: security profiles that the user had not.
    """

    username: str
    kind: str
    words: str
    gained: tuple[str, ...] = ()


def changes(before: Snapshot, after: Snapshot) -> list[Difference]:
    """Everybody who differs, by username; a setting that one of the snapshots tells of nobody is not compared."""
    old = {entry.username: entry for entry in before.people}
    new = {entry.username: entry for entry in after.people}
    compared = [
        name
        for name in ("routing", "hierarchy", "phone")
        if all(any(getattr(entry, name) for entry in snapshot.people) for snapshot in (before, after))
    ]
    told = []
    for username in sorted({*old, *new}):
        if username not in old:
            profiles = new[username].profiles
            told.append(Difference(username, "joined", ", ".join(profiles), profiles))
        elif username not in new:
            told.append(Difference(username, "left", ", ".join(old[username].profiles)))
        elif words := _differences(old[username], new[username], compared):
            gained = tuple(sorted({*new[username].profiles} - {*old[username].profiles}))
            told.append(Difference(username, "changed", "; ".join(words), gained))
    return told


def _differences(old: Entry, new: Entry, compared: Iterable[str]) -> list[str]:
    words = [f"+ {name}" for name in sorted({*new.profiles} - {*old.profiles})]
    words += [f"- {name}" for name in sorted({*old.profiles} - {*new.profiles})]
    for name in compared:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            words.append(f"{name} {was or 'none'} → {now or 'none'}")
    return words
