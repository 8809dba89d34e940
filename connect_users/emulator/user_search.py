"""SearchUsers (facts, section 2): criteria, filters, and summaries without e-mails, with ACW in milliseconds."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator import paging, resources, settings, user_rows
from connect_users.emulator.arns import bare_id
from connect_users.emulator.calls import Call, Document, Result, reads
from connect_users.emulator.errors import ApiError, invalid_parameter, invalid_request
from connect_users.emulator.search import Field, Predicate, all_tags, criteria, everything, matches, only, tag_filter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connect_users.emulator.user_rows import User

#: At most 25 tag and 20 hierarchy conditions in a UserAttributeFilter (section 2 [M]).
_TAG_CONDITIONS: Final = 25
_GROUP_CONDITIONS: Final = 20

#: UserSearchCriteria$StringCondition [M]; note the small r of resourceId.
_FIELDS: Final[dict[str, Field]] = {
    "Username": lambda user: [user.username],
    "FirstName": lambda user: [user.doc["IdentityInfo"].get("FirstName", "")],
    "LastName": lambda user: [user.doc["IdentityInfo"].get("LastName", "")],
    "RoutingProfileId": lambda user: [user.doc["RoutingProfileId"]],
    "SecurityProfileId": lambda user: user.doc["SecurityProfileIds"],
    "resourceId": lambda user: [user.id],
}
_NUMBER_COMPARISONS: Final = {
    "GREATER_OR_EQUAL": operator.ge,
    "GREATER": operator.gt,
    "LESSER_OR_EQUAL": operator.le,
    "LESSER": operator.lt,
    "EQUAL": operator.eq,
    "NOT_EQUAL": operator.ne,
}


def _tags(user: User) -> Document:
    tags: Document = user.doc["Tags"]
    return tags


@reads("SearchUsers")
def search_users(call: Call) -> Result:
    """The total is counted on the first page and carried along: it is approximate by name."""
    most = call.options.search_page
    if call.params.get("MaxResults", 0) > most:
        raise invalid_parameter(f"MaxResults: at most {most}")
    given = call.params.get("SearchCriteria")
    found = _predicate(call, given)
    start = paging.cursor(call, "SearchUsers")
    lag = max(call.options.consistency_lag, call.options.search_lag)
    folded = _exact_username(given)
    seen = user_rows.after(call, start.after, lag=lag, folded=folded)
    if start.total is not None:
        rows = ((user.seq, user) for user in seen if found(user))
        page = paging.page(call, start, rows, total=start.total)
    elif found is everything and not lag:
        total = user_rows.count(call)
        page = paging.page(call, start, ((user.seq, user) for user in seen), total=total)
    else:
        everyone = [(user.seq, user) for user in seen if found(user)]
        total = len(everyone)
        page = paging.page(call, start, everyone, total=total)
    return {
        "Users": [_summary(call, user) for user in page.rows],
        "NextToken": page.next_token,
        "ApproximateTotalCount": total if start.total is None else start.total,
    }


def _summary(call: Call, user: User) -> Document:
    doc = user.doc
    info = doc["IdentityInfo"]
    summary = {
        "Arn": user.arn,
        "Id": user.id,
        "Username": user.username,
        "DirectoryUserId": doc["DirectoryUserId"],
        "HierarchyGroupId": doc["HierarchyGroupId"],
        "IdentityInfo": {name: info[name] for name in ("FirstName", "LastName") if name in info},
        "RoutingProfileId": doc["RoutingProfileId"],
        "SecurityProfileIds": doc["SecurityProfileIds"],
        "Tags": doc["Tags"],
        **settings.view(doc, call.options.phone_view, milliseconds=True),
    }
    return user_rows.shown(call, summary, addresses=False)


def _exact_username(given: Mapping[str, Any] | None) -> str | None:
    """The one username that can match, without case, where the criteria say so: an index finds it."""
    if given is None:
        return None
    for part in [given, *(given.get("AndConditions") or ())]:
        condition = part.get("StringCondition") or {}
        if condition.get("FieldName") == "Username" and condition.get("ComparisonType") in ("EXACT", None):
            return str(condition["Value"]).casefold()
    return None


def _predicate(call: Call, given: Mapping[str, Any] | None) -> Predicate:
    wanted = criteria(given, _FIELDS, lambda name, value: _leaf(call, name, value))
    filters = call.params.get("SearchFilter") or {}
    by_tag, by_attribute = filters.get("TagFilter"), filters.get("UserAttributeFilter")
    if by_tag is not None and by_attribute is not None:
        # This very code, although nothing is a matter of permissions (section 2 [M]).
        raise ApiError("AccessDeniedException", "TagFilter and UserAttributeFilter cannot be given together")
    allowed = tag_filter(by_tag, _tags) if by_attribute is None else _attribute_filter(call, by_attribute)
    if wanted is everything:
        return allowed
    return wanted if allowed is everything else lambda user: wanted(user) and allowed(user)


def _leaf(call: Call, name: str, value: Mapping[str, Any]) -> Predicate:
    if name == "HierarchyGroupCondition":
        return _group(call, value)
    if name == "ListCondition":
        return _proficiencies(value)
    raise invalid_request(f"{name} is not a condition of SearchUsers")


def _group(call: Call, condition: Mapping[str, Any]) -> Predicate:
    """Users of a group, or of it and all groups below. An unknown group has no users [?]."""
    if condition.get("Value") is None:
        raise invalid_request("HierarchyGroupCondition needs Value")
    groups = {bare_id(condition["Value"], "agent-group", call.instance.arn)}
    if condition.get("HierarchyGroupMatchType") == "WITH_CHILD_GROUPS":
        parents = {group.id: group.doc.get("ParentGroupId") for _, group in resources.after(call, "agent-group")}
        # Parents are older than their children, so one pass in order of creation finds all of them.
        for group, parent in parents.items():
            if parent in groups:
                groups.add(group)
    return lambda user: user.doc["HierarchyGroupId"] in groups


def _attribute_filter(call: Call, given: Mapping[str, Any]) -> Predicate:
    name, value = only(given, "UserAttributeFilter")
    if name == "TagCondition":
        return all_tags([value], _tags)
    if name == "HierarchyGroupCondition":
        return _group(call, value)
    parts = [value] if name == "AndCondition" else value
    if sum(len(part.get("TagConditions") or ()) for part in parts) > _TAG_CONDITIONS:
        raise invalid_request(f"UserAttributeFilter takes at most {_TAG_CONDITIONS} tag conditions")
    if sum(part.get("HierarchyGroupCondition") is not None for part in parts) > _GROUP_CONDITIONS:
        raise invalid_request(f"UserAttributeFilter takes at most {_GROUP_CONDITIONS} hierarchy conditions")
    predicates = [_attributes(call, part) for part in parts]
    return lambda user: any(predicate(user) for predicate in predicates)


def _attributes(call: Call, part: Mapping[str, Any]) -> Predicate:
    tagged = all_tags(part.get("TagConditions") or [], _tags)
    condition = part.get("HierarchyGroupCondition")
    if condition is None:
        return tagged
    grouped = _group(call, condition)
    return lambda user: tagged(user) and grouped(user)


def _proficiencies(condition: Mapping[str, Any]) -> Predicate:
    """A user has one proficiency that satisfies all conditions: on its name, value and level."""
    if condition.get("TargetListType") != "PROFICIENCIES":
        raise invalid_request("ListCondition needs TargetListType PROFICIENCIES")
    parts = [_proficiency(part) for part in condition.get("Conditions") or ()]
    return lambda user: any(all(part(held) for part in parts) for held in user.doc["Proficiencies"])


def _proficiency(part: Mapping[str, Any]) -> Predicate:
    name, value = only(part, "Condition")
    if name == "NumberCondition":
        return _number(value)
    try:
        index = {"name": 0, "value": 1}[value.get("FieldName")]
    except KeyError as error:
        raise invalid_parameter("FieldName: a proficiency has name and value") from error
    return lambda held: matches(held[index], value.get("Value"), value.get("ComparisonType"))


def _number(condition: Mapping[str, Any]) -> Predicate:
    """RANGE needs both bounds, LESSER* the maximum, the others the minimum."""
    comparison = condition.get("ComparisonType")
    low, high = condition.get("MinValue"), condition.get("MaxValue")
    if comparison == "RANGE":
        if low is None or high is None:
            raise invalid_request("NumberCondition RANGE needs MinValue and MaxValue")
        return lambda held: bool(low <= held[2] <= high)
    compare = _NUMBER_COMPARISONS.get(str(comparison))
    bound = high if str(comparison).startswith("LESSER") and high is not None else low if low is not None else high
    if compare is None or bound is None:
        raise invalid_request("NumberCondition needs ComparisonType and a value")
    return lambda held: bool(compare(held[2], bound))
