"""CreateUser, DescribeUser, DeleteUser, ListUsers, and the six operations that each change one part of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.emulator import identity, paging, resources, settings, user_rows
from connect_users.emulator.arns import new_id
from connect_users.emulator.calls import ApiCall, Document, reads, writes
from connect_users.emulator.errors import ApiError, invalid_request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.emulator.user_rows import StoredUser


@writes("CreateUser")
def create_user(call: ApiCall) -> Document:
    """A name that is taken is reported before a full quota [?]."""
    params, instance = call.params, call.instance
    info = params.get("IdentityInfo", {})
    identity.check_new_user(params, info, instance.identity_management_type, call.options.username_limit)
    settings.check(params)
    doc: Document = {
        "Username": params["Username"],
        "IdentityInfo": info,
        # The service sets it for every user [O].
        "DirectoryUserId": params.get("DirectoryUserId") or new_id(),
        "RoutingProfileId": resources.get(call, "routing-profile", params["RoutingProfileId"]).id,
        "SecurityProfileIds": _security_profile_ids(call, params["SecurityProfileIds"]),
        "HierarchyGroupId": _hierarchy_group_id(call),
        "Tags": params.get("Tags", {}),
        "Proficiencies": [],
        "LastModifiedTime": call.now,
    }
    settings.initial(doc, params)
    if user_rows.name_is_taken(call, doc["Username"]):
        raise ApiError("DuplicateResourceException", f"User {doc['Username']} already exists")
    quota = call.options.users_quota
    if quota is not None and user_rows.count(call) >= quota:
        raise ApiError("LimitExceededException", f"Limit of {quota} users for the instance reached")
    user_id = new_id()
    user_rows.add(call.tx, instance.id, [(user_id, call.now, doc)])
    return {"UserId": user_id, "UserArn": f"{instance.arn}/agent/{user_id}"}


@reads("DescribeUser")
def describe_user(call: ApiCall) -> Document:
    """Everything except password and proficiencies [M]."""
    return {"User": user_rows.description(call, user_rows.find(call))}


@writes("DeleteUser")
def delete_user(call: ApiCall) -> None:
    """Quick connects that lead to the user stay, and lead nowhere."""
    user_rows.remove(call, user_rows.find(call, newest=True))


@reads("ListUsers")
def list_users(call: ApiCall) -> Document:
    """Summaries without tags or profiles [M]."""
    start = paging.cursor(call)
    users = user_rows.rows(call, start.after, lag=call.options.consistency_lag)
    page = paging.page(call, start, ((user.seq, user) for user in users))
    return {"UserSummaryList": [user.summary() for user in page.rows], "NextToken": page.next_token}


def _security_profile_ids(call: ApiCall, values: Iterable[str]) -> list[str]:
    """Bare ids of existing profiles. None may occur twice (they are unique in CloudFormation's schema)."""
    ids = [resources.get(call, "security-profile", value).id for value in values]
    if len(set(ids)) != len(ids):
        raise invalid_request("SecurityProfileIds contains a security profile twice")
    return ids


def _hierarchy_group_id(call: ApiCall) -> str | None:
    """The bare id of an existing group, or None: a user need not have one."""
    value = call.params.get("HierarchyGroupId")
    return None if value is None else resources.get(call, "agent-group", value).id


@user_rows.updates("UpdateUserRoutingProfile")
def update_routing_profile(call: ApiCall, user: StoredUser) -> None:
    """A user has one routing profile."""
    user.doc["RoutingProfileId"] = resources.get(call, "routing-profile", call.params["RoutingProfileId"]).id


@user_rows.updates("UpdateUserSecurityProfiles")
def update_security_profiles(call: ApiCall, user: StoredUser) -> None:
    """The list replaces the set."""
    user.doc["SecurityProfileIds"] = _security_profile_ids(call, call.params["SecurityProfileIds"])


@user_rows.updates("UpdateUserHierarchy")
def update_hierarchy(call: ApiCall, user: StoredUser) -> None:
    """A request without an id takes the user out of the hierarchy [I]."""
    user.doc["HierarchyGroupId"] = _hierarchy_group_id(call)


@user_rows.updates("UpdateUserIdentityInfo")
def update_identity_info(call: ApiCall, user: StoredUser) -> None:
    """Whether members that are left out are cleared is an option [?]. A required name is always kept."""
    management = user.instance.identity_management_type
    info = call.params["IdentityInfo"]
    identity.check_change(info, management)
    kept = user.doc["IdentityInfo"]
    if call.options.update_identity_info == "clear":
        required = identity.OWNED if management == "EXISTING_DIRECTORY" else identity.NAMES
        kept = {name: kept[name] for name in required if name in kept}
    user.doc["IdentityInfo"] = {**kept, **info}


@user_rows.updates("UpdateUserPhoneConfig")
def update_phone_config(call: ApiCall, user: StoredUser) -> None:
    """Legacy: writes the whole block, and one ACW limit for all channels [M]."""
    settings.replace_phone(user.doc, call.params["PhoneConfig"])


@user_rows.updates("UpdateUserConfig")
def update_config(call: ApiCall, user: StoredUser) -> None:
    """Lists that are left out stay. For left-out channels, see `Options.update_user_config` [?]."""
    settings.check(call.params)
    settings.write_lists(user.doc, call.params, call.options.update_user_config)
