"""CreateUser, DescribeUser, DeleteUser and ListUsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.emulator import identity, paging, resources, settings, tags, user_rows
from connect_users.emulator.arns import new_id
from connect_users.emulator.calls import Call, Document, Result, reads, writes
from connect_users.emulator.errors import ApiError, invalid_request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.emulator.user_rows import User


@writes("CreateUser")
def create_user(call: Call) -> Result:
    """Section 2, CreateUser. A name that is taken is reported before a full quota [?]."""
    params, instance = call.params, call.instance
    management = instance.identity_management_type
    info = {name: item for name, item in params.get("IdentityInfo", {}).items() if item is not None}
    identity.check_username(params["Username"], management, call.options.username_limit)
    identity.check_password(params.get("Password"), management)
    identity.check_directory_user_id(params.get("DirectoryUserId"), management)
    identity.check_new(info, management)
    settings.check(params)
    doc: Document = {
        "Username": params["Username"],
        "IdentityInfo": info,
        # Populated by the service for everybody (section 2, DescribeUser [O]).
        "DirectoryUserId": params.get("DirectoryUserId") or new_id(),
        "RoutingProfileId": resources.get(call, "routing-profile", params["RoutingProfileId"]).id,
        "SecurityProfileIds": security_profile_ids(call, params["SecurityProfileIds"]),
        "HierarchyGroupId": hierarchy_group_id(call, params.get("HierarchyGroupId")),
        "Tags": tags.checked(params.get("Tags", {})),
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
    user_rows.add(call.tx, instance.id, iter([(user_id, call.now, doc)]))
    return {"UserId": user_id, "UserArn": f"{instance.arn}/agent/{user_id}"}


@reads("DescribeUser")
def describe_user(call: Call) -> Result:
    """Section 2, DescribeUser: everything but password and proficiencies."""
    return {"User": described(call, user_rows.find(call))}


def described(call: Call, user: User) -> Document:
    """A user as DescribeUser answers it."""
    doc = user.doc
    answer = {
        "Id": user.id,
        "Arn": user.arn,
        "Username": user.username,
        "IdentityInfo": doc["IdentityInfo"],
        "DirectoryUserId": doc["DirectoryUserId"],
        "SecurityProfileIds": doc["SecurityProfileIds"],
        "RoutingProfileId": doc["RoutingProfileId"],
        "HierarchyGroupId": doc["HierarchyGroupId"],
        "Tags": doc["Tags"],
        "LastModifiedTime": doc["LastModifiedTime"],
        "LastModifiedRegion": user.instance.region,
        **settings.view(doc, call.options.phone_view),
    }
    return user_rows.shown(call, answer, addresses=True)


@writes("DeleteUser")
def delete_user(call: Call) -> None:
    """Section 2, DeleteUser: quick connects that point at the user stay, and dangle."""
    user_rows.remove(call, user_rows.find_newest(call))


@reads("ListUsers")
def list_users(call: Call) -> Result:
    """Section 2, ListUsers: a summary without tags or profiles."""
    start = paging.cursor(call, "ListUsers")
    seen = user_rows.after(call, start.after, lag=call.options.consistency_lag)
    found = paging.page(call, start, ((user.seq, user) for user in seen))
    return {"UserSummaryList": [_summary(user) for user in found.rows], "NextToken": found.next_token}


def _summary(user: User) -> Document:
    return {
        "Id": user.id,
        "Arn": user.arn,
        "Username": user.username,
        "LastModifiedTime": user.doc["LastModifiedTime"],
        "LastModifiedRegion": user.instance.region,
    }


def security_profile_ids(call: Call, given: Iterable[str]) -> list[str]:
    """Bare ids of existing profiles, each once (unique in CloudFormation's schema, section 3 [O])."""
    ids = [resources.get(call, "security-profile", value).id for value in given]
    if len(set(ids)) != len(ids):
        raise invalid_request("SecurityProfileIds names a security profile twice")
    return ids


def hierarchy_group_id(call: Call, given: str | None) -> str | None:
    """The bare id of an existing group; no group is a valid choice."""
    return None if given is None else resources.get(call, "agent-group", given).id
