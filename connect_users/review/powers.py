"""What power is, by one rule: `Powers.judge` for a security profile, `gain` for a user.

A security profile is power by its name, or by permissions that let its users make others powerful. Permissions come
from an instance (``--instance``) or from the ``aws.connect`` security profiles of the stack itself; without them the
name alone decides, and without a name the security profile counts as power. Power that reaches only some (`reach`) is
power all the same: whom it reaches is said, and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Final

from connect_users.core.arns import bare_id
from connect_users.core.limits import ID_PATTERN
from connect_users.core.powers import DEFAULT_PERMISSIONS, DEFAULT_POWERS
from connect_users.core.references import SECURITY_PROFILE
from connect_users.review.hidden import PLACEHOLDERS, placeholder
from connect_users.review.naming import TYPES, name_of
from connect_users.review.reach import Facts, of_resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connect_users.review.naming import Names
    from connect_users.review.profiles import Profiles
    from connect_users.review.steps import Resource

#: Permissions that a text names at most.
_NAMED: Final = 3


class Judgement(Enum):
    """What a security profile is."""

    PLAIN = "no power"
    POWER = "power"
    UNKNOWN = "may be power"


@dataclass(frozen=True)
class Powers:
    """What counts as power.

    Attributes:
        profiles: names (case does not count) or ids of security profiles.
        permissions: permissions that make a security profile power; ``*`` stands for any text.
        granted: id or name of a security profile -> all its permissions, as far as they are known.
        facts: id or name of a security profile -> what it reaches, and what else is known of it.
    """

    profiles: tuple[str, ...] = DEFAULT_POWERS
    permissions: tuple[str, ...] = DEFAULT_PERMISSIONS
    granted: Mapping[str, Iterable[str]] = field(default_factory=dict)
    facts: Mapping[str, Facts] = field(default_factory=dict)

    def judge(self, id_: str, name: str | None) -> Judgement:
        """What a security profile is; its name is None where nobody knows it."""
        if self._named(id_, name) or self.by_permission(id_, name):
            return Judgement.POWER
        if name is not None or id_ in self.granted or (self._ids_only and not id_.startswith("[")):
            return Judgement.PLAIN
        return Judgement.UNKNOWN

    def has(self, id_: str, name: str | None) -> bool:
        """Whether a security profile is sure to be power."""
        return self.judge(id_, name) is Judgement.POWER

    def by_permission(self, id_: str, name: str | None) -> tuple[str, ...]:
        """Those of its permissions that make it power, sorted."""
        return tuple(sorted({*self._powerful.get(id_, ()), *self._powerful.get(name or "", ())}))

    def why(self, id_: str, name: str | None) -> str:
        """By which permissions it is power, and whom they reach, in words.

        Empty for one that is power by its name and reaches everybody.
        """
        permissions, reach = self.by_permission(id_, name), self.about(id_, name).reach
        limited = any(map(reach.of, permissions))
        return "" if self._named(id_, name) and not limited else reach.words(permissions, _NAMED)

    def limits(self, id_: str, name: str | None) -> str:
        """Whom its power reaches, in words; empty for everybody, and where its permissions are unknown."""
        permissions = self.by_permission(id_, name)
        found = {self.about(id_, name).reach.of(permission) for permission in permissions}
        return "" if "" in found else " or ".join(sorted(found))

    def about(self, id_: str, name: str | None) -> Facts:
        """What is known of a security profile beside its permissions; of several sources what reaches most counts."""
        known = [self.facts[key] for key in dict.fromkeys((id_, name or "")) if key in self.facts]
        return reduce(or_, known) if known else Facts()

    def among(self, permissions: Iterable[str]) -> tuple[str, ...]:
        """Those of some permissions that are power, or may be, sorted."""
        return tuple(sorted(filter(self._is_power, permissions)))

    def _named(self, id_: str, name: str | None) -> bool:
        return id_.casefold() in self._folded or (name is not None and name.casefold() in self._folded)

    def _is_power(self, permission: str) -> bool:
        # One that is declared but not shown may be any.
        if permission in PLACEHOLDERS:
            return bool(self.permissions)
        return any(fnmatchcase(permission, like) for like in self.permissions)

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(profile.casefold() for profile in self.profiles)

    @cached_property
    def _ids_only(self) -> bool:
        """Whether names do not matter: power is some ids, and no permission."""
        return not self.permissions and all(map(ID_PATTERN.fullmatch, self.profiles))

    @cached_property
    def _powerful(self) -> Mapping[str, tuple[str, ...]]:
        return {key: self.among(permissions) for key, permissions in self.granted.items()}


@dataclass(frozen=True)
class Gain:
    """Which power a user gains and loses.

    Attributes:
        power: names (or ids) of security profiles.
        unclear: ids (or placeholders) of those that may be power.
        lost: names (or ids).
        why: name -> the permissions that make it power, for those that are not power by their names.
        kept: names (or ids) of everything that the user had and keeps, and that is power, or may be.
    """

    power: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()


def gain(powers: Powers, before: Profiles, after: Profiles) -> Gain:
    """What a user gains whose security profiles were ``before`` and are ``after``."""
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

    Profiles of the same name (of several instances) have those of all.
    """
    found: dict[str, tuple[str, ...]] = {}
    for key, resource in _profiles(resources):
        found[key] = tuple(dict.fromkeys((*found.get(key, ()), *permissions_of(resource))))
    return found


def facts_by(resources: Iterable[Resource], names: Names) -> dict[str, Facts]:
    """Id and name -> facts of the security profiles of a stack whose resources can declare whom they reach."""
    found: dict[str, Facts] = {}
    for key, resource in _profiles(resources):
        reach = of_resource(resource, names)
        if reach is not None:
            found[key] = found[key] | Facts(reach) if key in found else Facts(reach)
    return found


def _profiles(resources: Iterable[Resource]) -> Iterator[tuple[str, Resource]]:
    """Id and name of each security profile of a stack; of a resource the last entry counts."""
    latest: dict[tuple[str, ...], Resource] = {}
    for resource in resources:
        kind, keys = TYPES.get(resource.type, ("", ()))
        if kind == SECURITY_PROFILE:
            # The old half of a replacement, whose deletion is still to come, is a profile of its own.
            ids = (resource.outputs.get(key) for key in keys)
            latest[(resource.urn, *(str(bare_id(id_)) for id_ in ids if isinstance(id_, str)))] = resource
    for (_, *ids_), resource in latest.items():
        for key in filter(None, (name_of(resource), *ids_)):
            yield key, resource


def permissions_of(resource: Resource | None) -> tuple[str, ...]:
    """The permissions that an ``aws.connect`` security profile declares; those that are not shown as `PLACEHOLDERS`."""
    if resource is None:
        return ()
    return tuple(each if isinstance(each, str) else placeholder(each) for each in resource.listed("permissions"))
