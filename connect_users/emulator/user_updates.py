"""The six operations that each change one part of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.emulator import identity, resources, settings, user_rows
from connect_users.emulator.calls import Call, writes
from connect_users.emulator.users import hierarchy_group_id, security_profile_ids

if TYPE_CHECKING:
    from connect_users.emulator.user_rows import User


def _save(call: Call, user: User) -> None:
    user.doc["LastModifiedTime"] = call.now
    user_rows.save(call, user)


@writes("UpdateUserRoutingProfile")
def update_routing_profile(call: Call) -> None:
    """One routing profile per user (section 2)."""
    user = user_rows.find_newest(call)
    user.doc["RoutingProfileId"] = resources.get(call, "routing-profile", call.params["RoutingProfileId"]).id
    _save(call, user)


@writes("UpdateUserSecurityProfiles")
def update_security_profiles(call: Call) -> None:
    """The list given replaces the set (section 2)."""
    user = user_rows.find_newest(call)
    user.doc["SecurityProfileIds"] = security_profile_ids(call, call.params["SecurityProfileIds"])
    _save(call, user)


@writes("UpdateUserHierarchy")
def update_hierarchy(call: Call) -> None:
    """A request without an id takes the user out of the hierarchy (section 2 [I])."""
    user = user_rows.find_newest(call)
    user.doc["HierarchyGroupId"] = hierarchy_group_id(call, call.params.get("HierarchyGroupId"))
    _save(call, user)


@writes("UpdateUserIdentityInfo")
def update_identity_info(call: Call) -> None:
    """Whether omitted members are cleared or kept is an option (section 2 [?]); a required name is always kept."""
    user = user_rows.find_newest(call)
    management = user.instance.identity_management_type
    given = {name: item for name, item in call.params["IdentityInfo"].items() if item is not None}
    identity.check_change(given, management)
    before = user.doc["IdentityInfo"]
    kept = before if call.options.update_identity_info == "keep" else _unclearable(before, management)
    user.doc["IdentityInfo"] = {**kept, **given}
    _save(call, user)


def _unclearable(info: dict[str, str], management: str) -> dict[str, str]:
    names = ("FirstName", "LastName", "Email") if management == "EXISTING_DIRECTORY" else ("FirstName", "LastName")
    return {name: info[name] for name in names if name in info}


@writes("UpdateUserPhoneConfig")
def update_phone_config(call: Call) -> None:
    """Legacy: writes the whole block and flattens ACW over all channels (section 2 [M])."""
    user = user_rows.find_newest(call)
    settings.replace_phone(user.doc, call.params["PhoneConfig"])
    _save(call, user)


@writes("UpdateUserConfig")
def update_config(call: Call) -> None:
    """Lists that are not given stay; see `Options.update_user_config` for channels that are not (section 2 [?])."""
    user = user_rows.find_newest(call)
    settings.check(call.params)
    settings.write_lists(user.doc, call.params, call.options.update_user_config)
    _save(call, user)
