"""Which security profiles are power: those that are named, and those whose permissions let users make others powerful.

Permissions are told by an instance (``--instance``) or by the ``aws.connect`` security profiles of the stack itself;
where nobody tells them, the name alone decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Final

from connect_users.core.arns import bare_id
from connect_users.review.changed import UNTOLD, untold
from connect_users.review.naming import SECURITY, TYPES, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connect_users.review.steps import Resource

#: Security profiles that count as power: those that Connect itself makes for administrators and managers.
DEFAULT_POWERS: Final = ("Admin", "CallCenterManager")
#: Permissions that make a security profile power: with each of them a user can give power to somebody, take a user
#: away, or take one over (who may edit a user may change the address that a new password is sent to). API names of
#: "List of security profile permissions", Amazon Connect Administrator Guide.
DEFAULT_PERMISSIONS: Final = (
    "Users.Create",
    "Users.Delete",
    "Users.Edit",
    "Users.EditPermission",
    "SecurityProfiles.Create",
    "SecurityProfiles.Delete",
    "SecurityProfiles.Edit",
)
#: Permissions that a text names at most.
_NAMED: Final = 3


@dataclass(frozen=True)
class Powers:
    """What counts as power.

    Attributes:
        profiles: names (case does not count) or ids of security profiles.
        permissions: permissions that make a security profile power; ``*`` stands for any text.
        granted: id or name of a security profile -> all its permissions, as far as they are known.
    """

    profiles: tuple[str, ...] = DEFAULT_POWERS
    permissions: tuple[str, ...] = DEFAULT_PERMISSIONS
    granted: Mapping[str, Iterable[str]] = field(default_factory=dict)

    def has(self, id_: str, name: str | None) -> bool:
        """Whether a security profile is power."""
        return self.named(id_, name) or bool(self.by_permission(id_, name))

    def named(self, id_: str, name: str | None) -> bool:
        """Whether it is power by its name or id alone."""
        return id_.casefold() in self._folded or (name is not None and name.casefold() in self._folded)

    def knows(self, id_: str) -> bool:
        """Whether it can be told without its name: by its id or by its permissions."""
        return self.named(id_, None) or id_ in self.granted

    def unclear(self, id_: str, name: str | None) -> bool:
        """Whether nobody can tell."""
        return name is None and not self.knows(id_)

    def by_permission(self, id_: str, name: str | None) -> tuple[str, ...]:
        """Those of its permissions that make it power, sorted."""
        return tuple(sorted({*self._powerful.get(id_, ()), *self._powerful.get(name or "", ())}))

    def why(self, id_: str, name: str | None) -> str:
        """By which permissions it is power, in words; empty for one that is power by its name."""
        return "" if self.named(id_, name) else some(self.by_permission(id_, name))

    def among(self, permissions: Iterable[str]) -> tuple[str, ...]:
        """Those of some permissions that are power, or may be, sorted."""
        return tuple(sorted(filter(self._is_power, permissions)))

    def _is_power(self, permission: str) -> bool:
        # One that is declared but not told may be any.
        if permission in UNTOLD:
            return bool(self.permissions)
        return any(fnmatchcase(permission, like) for like in self.permissions)

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(profile.casefold() for profile in self.profiles)

    @cached_property
    def _powerful(self) -> Mapping[str, tuple[str, ...]]:
        return {key: self.among(permissions) for key, permissions in self.granted.items()}


def some(permissions: tuple[str, ...]) -> str:
    """The first of some permissions, and how many more there are."""
    more = len(permissions) - _NAMED
    return ", ".join((*permissions[:_NAMED], f"{more} more") if more > 0 else permissions)


def granted_by(resources: Iterable[Resource]) -> dict[str, tuple[str, ...]]:
    """Id and name -> permissions of the ``aws.connect`` security profiles of a stack.

    What is told last of a resource counts; profiles of the same name (of several instances) have those of all.
    """
    told: dict[str, tuple[str, ...]] = {}
    latest: dict[tuple[str, ...], Resource] = {}
    for resource in resources:
        kind, keys = TYPES.get(resource.type, ("", ()))
        if kind == SECURITY:
            # The old half of a replacement, whose deletion is still to come, is a profile of its own.
            ids = (resource.outputs.get(key) for key in keys)
            latest[(resource.urn, *(str(bare_id(id_)) for id_ in ids if isinstance(id_, str)))] = resource
    for (_, *ids_), resource in latest.items():
        for key in filter(None, (name_of(resource), *ids_)):
            told[key] = tuple(dict.fromkeys((*told.get(key, ()), *permissions_of(resource))))
    return told


def permissions_of(resource: Resource | None) -> tuple[str, ...]:
    """The permissions that an ``aws.connect`` security profile declares; those that are not told as `UNTOLD`."""
    if resource is None:
        return ()
    return tuple(each if isinstance(each, str) else untold(each) for each in resource.listed("permissions"))
