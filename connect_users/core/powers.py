"""Which security profiles let their users make others powerful, as long as nobody says otherwise. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def is_power(name: str, permissions: Iterable[str]) -> bool:
    """Whether a security profile is power, by its name or by its permissions."""
    by_name = name.casefold() in {each.casefold() for each in DEFAULT_POWERS}
    return by_name or not set(permissions).isdisjoint(DEFAULT_PERMISSIONS)
