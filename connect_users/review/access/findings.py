"""What a reviewer has to see in a snapshot: flags of people, and the differences from another snapshot."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from connect_users.core.limits import ID_PATTERN
from connect_users.review.hidden import PLACEHOLDERS
from connect_users.review.powers import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from connect_users.review.access.dormancy import Dormancy
    from connect_users.review.access.sources import Snapshot, UserAccess
    from connect_users.review.powers import Powers

#: Flag -> its text on the page, where ``time`` is that of `Dormancy`.
FLAGS: Final = {
    "power": "Powerful security profile",
    "multi-power": "More than one powerful security profile",
    "dormant-power": "Power, and not online for {time}",
    "unseen-power": "Power, and not known when last online",
    "dormant": "Not online for {time}",
    "unnamed-power": "Security profile without a known name",
    "no-hierarchy": "No hierarchy group",
    "odd-phone": "Phone type differs from colleagues",
    "unmanaged": "Unmanaged user",
}
#: A phone type is odd if at least this share of at least this number of colleagues (same routing profile) have another
#: one.
_USUAL_SHARE: Final = 0.9
_COLLEAGUES: Final = 5


@dataclass(frozen=True)
class AccessReview:
    """The people of a source with what is known about each.

    Attributes:
        before: the people at an earlier time, to compare with.
        dormancy: None if nobody wants to know who was online; then there are no flags about it.
        time: when the people were read, in UTC.
    """

    snapshot: Snapshot
    powers: Powers
    before: Snapshot | None = None
    dormancy: Dormancy | None = None
    time: datetime | None = None

    @property
    def made(self) -> str:
        """The time in words; "" if it is not known."""
        return f"{self.time:%Y-%m-%d %H:%M} UTC" if self.time is not None else ""

    @cached_property
    def judgements(self) -> Mapping[str, Judgement]:
        """The judgement of each security profile of the people, by its name or id in the snapshot."""
        nameless = {profile for entry in self.snapshot.people for profile in entry.unnamed}
        profiles = {profile for entry in self.snapshot.people for profile in entry.profiles}

        def name(profile: str) -> str | None:
            sure = profile not in nameless and profile not in PLACEHOLDERS and not ID_PATTERN.fullmatch(profile)
            return profile if sure else None

        return {profile: self.powers.judge(profile, name(profile)) for profile in profiles}

    @cached_property
    def flags(self) -> Sequence[tuple[str, ...]]:
        """The flags of each of the people, in the order of `FLAGS`."""
        usual = _usual_phones(self.snapshot)
        return [tuple(self._flags(each, usual.get((each.instance, each.routing), ""))) for each in self.snapshot.people]

    @property
    def unclear(self) -> tuple[str, ...]:
        """Ids of security profiles that may be power because nothing is known about them."""
        return tuple(sorted(name for name, judgement in self.judgements.items() if judgement is Judgement.UNKNOWN))

    def reach(self, profile: str) -> str:
        """Whom a powerful profile reaches, in words; "" for everybody, and for other profiles."""
        return self.powers.limits(profile, profile) if self.judgements[profile] is Judgement.POWER else ""

    def power_first(self) -> list[UserAccess]:
        """The people: first those with power who are or may be dormant, then other dormant people, then the rest."""
        order = ("dormant-power", "unseen-power", "dormant")

        def rank(row: tuple[UserAccess, tuple[str, ...]]) -> int:
            entry, flags = row
            unknown = self.dormancy is None or self.dormancy.of(entry) is None
            return next((order.index(flag) for flag in order if flag in flags), len(order) + (not unknown))

        return [entry for entry, _ in sorted(zip(self.snapshot.people, self.flags, strict=True), key=rank)]

    def _flags(self, entry: UserAccess, usual: str) -> Iterable[str]:
        judgements = [self.judgements[profile] for profile in entry.profiles]
        powerful = judgements.count(Judgement.POWER)
        unclear = Judgement.UNKNOWN in judgements
        if powerful:
            yield "power"
        if powerful > 1:
            yield "multi-power"
        if self.dormancy is not None:
            # A profile that may be power counts as power here.
            power = powerful > 0 or unclear
            dormant = self.dormancy.of(entry)
            if dormant:
                yield "dormant-power" if power else "dormant"
            elif dormant is None and power:
                yield "unseen-power"
        if unclear:
            yield "unnamed-power"
        if not entry.hierarchy:
            yield "no-hierarchy"
        if usual and entry.phone and entry.phone != usual:
            yield "odd-phone"
        if entry.managed is False:
            yield "unmanaged"


def _usual_phones(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    """Instance and routing profile -> the phone type of nearly everybody."""
    phones: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for entry in snapshot.people:
        if entry.phone:
            phones[entry.instance, entry.routing][entry.phone] += 1
    usual = {}
    for routing, counted in phones.items():
        phone, number = counted.most_common(1)[0]
        total = counted.total()
        if total >= _COLLEAGUES and number < total and number >= total * _USUAL_SHARE:
            usual[routing] = phone
    return usual


class AccessChange(NamedTuple):
    """The difference of one user between two snapshots.

    Attributes:
        kind: joined, left or changed.
        gained: security profiles that the user did not have.
    """

    username: str
    kind: str
    words: str
    gained: tuple[str, ...] = ()
    instance: str = ""


def changes(before: Snapshot, after: Snapshot) -> list[AccessChange]:
    """The users who differ, by username. Settings that one of the snapshots does not have are not compared.

    If that is the instance, a user is compared with the users of the same name in all instances.
    """

    def has(snapshot: Snapshot, name: str) -> bool:
        # The instance of a complete snapshot may be that of all its people.
        return (snapshot.complete and name != "instance") or any(getattr(entry, name) for entry in snapshot.people)

    settings = ("routing", "hierarchy", "phone", "instance")
    compared = [name for name in settings if has(before, name) and has(after, name)]
    by_instance = "instance" in compared
    old, new = (_by_user(snapshot, by_instance, after.instance) for snapshot in (before, after))
    differences: list[AccessChange] = []
    for user in sorted({*old, *new}):
        for one, other in _pairs(old.get(user, []), new.get(user, [])):
            differences += _difference(one, other, compared)
    return differences


def _by_user(snapshot: Snapshot, by_instance: bool, instance: str) -> dict[tuple[str, str], list[UserAccess]]:
    """Username and instance -> the rows of that user.

    Args:
        by_instance: whether the same username in another instance is another user.
        instance: the only instance whose users are compared; "" for all.
    """
    rows: dict[tuple[str, str], list[UserAccess]] = defaultdict(list)
    for entry in snapshot.people:
        if not (instance and entry.instance) or entry.instance == instance:
            rows[entry.username, entry.instance if by_instance else ""].append(entry)
    return rows


def _pairs(old: list[UserAccess], new: list[UserAccess]) -> Iterable[tuple[UserAccess | None, UserAccess | None]]:
    """Pairs of rows of one user: first rows with the same security profiles, then the rest in order."""
    old = list(old)
    left = []
    for entry in new:
        same = next((each for each in old if each.profiles == entry.profiles), None)
        if same is None:
            left.append(entry)
        else:
            old.remove(same)
            yield same, entry
    yield from zip_longest(old, left)


def _difference(old: UserAccess | None, new: UserAccess | None, compared: Iterable[str]) -> Iterable[AccessChange]:
    if new is None:
        if old is not None:
            yield AccessChange(old.username, "left", ", ".join(old.profiles), (), old.instance)
    elif old is None:
        yield AccessChange(new.username, "joined", ", ".join(new.profiles), new.profiles, new.instance)
    elif words := _differences(old, new, compared):
        gained = tuple(sorted({*new.profiles} - {*old.profiles}))
        yield AccessChange(new.username, "changed", "; ".join(words), gained, new.instance)


def _differences(old: UserAccess, new: UserAccess, compared: Iterable[str]) -> list[str]:
    words = [f"+ {name}" for name in sorted({*new.profiles} - {*old.profiles})]
    words += [f"- {name}" for name in sorted({*old.profiles} - {*new.profiles})]
    for name in compared:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            words.append(f"{name} {was or 'none'} → {now or 'none'}")
    return words
