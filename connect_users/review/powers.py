"""The rule for power: `Powers.judge` for a security profile, `gain` for a user.

A security profile is power by its name, or by permissions that let its users make others powerful. Permissions come
from an instance (``--instance``) or from the ``aws.connect`` security profiles of the stack itself; without them the
name alone decides, and without a name the security profile counts as power. Power that reaches only some people
(`reach`) is still power: the reach is shown, but decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Final

from connect_users.core.limits import ID_PATTERN
from connect_users.core.powers import DEFAULT_PERMISSIONS, DEFAULT_POWERS
from connect_users.core.references import SECURITY_PROFILE
from connect_users.review.hidden import PLACEHOLDERS, placeholder
from connect_users.review.naming import id_of, kind_of, name_of
from connect_users.review.reach import ProfileFacts, of_resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connect_users.review.naming import Labels
    from connect_users.review.profiles import Profiles
    from connect_users.review.steps import Resource

#: The most permissions in a message.
_NAMED: Final = 3


class Judgement(Enum):
    """The judgement of a security profile."""

    PLAIN = "no power"
    POWER = "power"
    UNKNOWN = "may be power"


@dataclass(frozen=True)
class Powers:
    """What counts as power.

    Attributes:
        profiles: names (case does not count) or ids of security profiles.
        permissions: permissions that make a security profile power; ``*`` matches any characters.
        granted: id or name of a security profile -> all its permissions, as far as they are known.
        facts: id or name of a security profile -> its reach, and other facts.
    """

    profiles: tuple[str, ...] = DEFAULT_POWERS
    permissions: tuple[str, ...] = DEFAULT_PERMISSIONS
    granted: Mapping[str, Iterable[str]] = field(default_factory=dict)
    facts: Mapping[str, ProfileFacts] = field(default_factory=dict)

    def judge(self, id_: str, name: str | None) -> Judgement:
        """Judge a security profile; its name is None if it is not known."""
        if self._named(id_, name) or self.by_permission(id_, name):
            return Judgement.POWER
        if name is not None or id_ in self.granted or (self._ids_only and not id_.startswith("[")):
            return Judgement.PLAIN
        return Judgement.UNKNOWN

    def by_permission(self, id_: str, name: str | None) -> tuple[str, ...]:
        """Its permissions that make it power, sorted."""
        return tuple(sorted({*self._powerful.get(id_, ()), *self._powerful.get(name or "", ())}))

    def why(self, id_: str, name: str | None) -> str:
        """The permissions that make it power, and whom they reach, in words.

        Empty if it is power by its name and reaches everybody.
        """
        permissions, reach = self.by_permission(id_, name), self.about(id_, name).reach
        limited = any(map(reach.of, permissions))
        return "" if self._named(id_, name) and not limited else reach.words(permissions, _NAMED)

    def limits(self, id_: str, name: str | None) -> str:
        """Whom its power reaches, in words; empty for everybody, and if its permissions are unknown."""
        permissions = self.by_permission(id_, name)
        reaches = {self.about(id_, name).reach.of(permission) for permission in permissions}
        return "" if "" in reaches else " or ".join(sorted(reaches))

    def about(self, id_: str, name: str | None) -> ProfileFacts:
        """The facts of a security profile besides its permissions; if sources differ, the wider reach counts."""
        facts = [self.facts[key] for key in dict.fromkeys((id_, name or "")) if key in self.facts]
        return reduce(or_, facts) if facts else ProfileFacts()

    def among(self, permissions: Iterable[str]) -> tuple[str, ...]:
        """The permissions that are or may be power, sorted."""
        return tuple(sorted(filter(self._is_power, permissions)))

    def _named(self, id_: str, name: str | None) -> bool:
        return id_.casefold() in self._folded or (name is not None and name.casefold() in self._folded)

    def _is_power(self, permission: str) -> bool:
        # A hidden permission may be any.
        if permission in PLACEHOLDERS:
            return bool(self.permissions)
        return any(fnmatchcase(permission, like) for like in self.permissions)

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(profile.casefold() for profile in self.profiles)

    @cached_property
    def _ids_only(self) -> bool:
        """Whether names do not matter, because only ids define power."""
        return not self.permissions and all(map(ID_PATTERN.fullmatch, self.profiles))

    @cached_property
    def _powerful(self) -> Mapping[str, tuple[str, ...]]:
        return {key: self.among(permissions) for key, permissions in self.granted.items()}


@dataclass(frozen=True)
class Gain:
    """The power that a user gains and loses.

    Attributes:
        power: names (or ids) of security profiles.
        unclear: ids (or placeholders) of those that may be power.
        lost: names (or ids).
        why: name -> the permissions that make it power, for those that are not power by their names.
        kept: names (or ids) of profiles that the user keeps and that are or may be power.
    """

    power: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()


def gain(powers: Powers, before: Profiles, after: Profiles) -> Gain:
    """The gain of a user between the security profiles ``before`` and ``after``."""
    new = {id_: name for id_, name in after.items() if id_ not in before}
    kept = {id_: name for id_, name in after.items() if id_ in before}
    judgements = {id_: powers.judge(id_, name) for id_, name in (*before.items(), *after.items())}

    def named(profiles: Profiles, judgement: Judgement) -> tuple[str, ...]:
        return tuple(sorted(name or id_ for id_, name in profiles.items() if judgements[id_] is judgement))

    return Gain(
        named(new, Judgement.POWER),
        tuple(sorted(id_ for id_ in new if judgements[id_] is Judgement.UNKNOWN)),
        named({id_: name for id_, name in before.items() if id_ not in after}, Judgement.POWER),
        {name or id_: why for id_, name in new.items() if (why := powers.why(id_, name))},
        (*named(kept, Judgement.POWER), *named(kept, Judgement.UNKNOWN)),
    )


def granted_by(resources: Iterable[Resource]) -> dict[str, tuple[str, ...]]:
    """Id and name -> permissions of the ``aws.connect`` security profiles of a stack.

    Profiles with the same name (in several instances) have the permissions of all of them.
    """
    granted: dict[str, tuple[str, ...]] = {}
    for key, resource in _profiles(resources):
        granted[key] = tuple(dict.fromkeys((*granted.get(key, ()), *permissions_of(resource))))
    return granted


def facts_by(resources: Iterable[Resource], names: Labels) -> dict[str, ProfileFacts]:
    """Id and name -> facts of the security profiles of a stack whose resources can declare whom they reach."""
    facts: dict[str, ProfileFacts] = {}
    for key, resource in _profiles(resources):
        reach = of_resource(resource, names)
        if reach is not None:
            facts[key] = facts[key] | ProfileFacts(reach) if key in facts else ProfileFacts(reach)
    return facts


def _profiles(resources: Iterable[Resource]) -> Iterator[tuple[str, Resource]]:
    """Id and name of each security profile of a stack; the last entry of a resource counts."""
    latest: dict[tuple[str, str], Resource] = {}
    for resource in resources:
        if kind_of(resource) == SECURITY_PROFILE:
            # The old half of a replacement, which is still to be deleted, is another profile.
            latest[resource.urn, id_of(resource)] = resource
    for (_, id_), resource in latest.items():
        for key in filter(None, (name_of(resource), id_)):
            yield key, resource


def permissions_of(resource: Resource | None) -> tuple[str, ...]:
    """The permissions that an ``aws.connect`` security profile declares, with `PLACEHOLDERS` for hidden ones."""
    if resource is None:
        return ()
    return tuple(each if isinstance(each, str) else placeholder(each) for each in resource.listed("permissions"))
