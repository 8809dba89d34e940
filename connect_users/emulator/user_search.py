"""SearchUsers: criteria, filters, and summaries without e-mails, with ACW in milliseconds."""

from __future__ import annotations

import operator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator import paging, resources, search, user_rows
from connect_users.emulator.arns import bare_id
from connect_users.emulator.calls import ApiCall, Document, reads
from connect_users.emulator.errors import invalid_parameter, invalid_request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connect_users.emulator.search import Predicate, SearchCondition, SearchField
    from connect_users.emulator.user_rows import StoredUser

#: UserSearchCriteria$StringCondition [M]; note the small r of resourceId.
_FIELDS: Final[dict[str, SearchField]] = {
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


@reads("SearchUsers")
def search_users(call: ApiCall) -> Document:
    """The total is counted on the first page and kept in the token: it is approximate by name."""
    limit = call.options.search_page
    if call.params.get("MaxResults", 0) > limit:
        raise invalid_parameter(f"MaxResults: at most {limit}")
    condition = call.params.get("SearchCriteria")
    in_group = partial(_in_group, call)
    satisfied = search.all_of(
        search.criteria(condition, _FIELDS, {"HierarchyGroupCondition": in_group, "ListCondition": _has_proficiency}),
        search.search_filter(call.params.get("SearchFilter"), lambda user: user.doc["Tags"], in_group),
    )
    start = paging.cursor(call)
    lag = max(call.options.consistency_lag, call.options.search_lag)
    users = user_rows.rows(call, start.after, lag=lag, folded=_exact_username(condition))
    results: Iterable[tuple[int, StoredUser]] = ((user.seq, user) for user in users if satisfied(user))
    total = start.total
    if total is None and satisfied is search.everything and not lag:
        total = user_rows.count(call)
    elif total is None:
        results = list(results)
        total = len(results)
    page = paging.page(call, start, results, total=total)
    return {
        "Users": [user_rows.description(call, user, milliseconds=True) for user in page.rows],
        "NextToken": page.next_token,
        "ApproximateTotalCount": total,
    }


def _exact_username(condition: SearchCondition | None) -> str | None:
    """The only username that can match, in any case, if the criteria have one: an index finds it."""
    if condition is None:
        return None
    for part in [condition, *(condition.get("AndConditions") or ())]:
        string = part.get("StringCondition") or {}
        if string.get("FieldName") == "Username" and string.get("ComparisonType") in ("EXACT", None):
            return str(string["Value"]).casefold()
    return None


def _in_group(call: ApiCall, condition: SearchCondition) -> Predicate:
    """Users of a group, or of it and all groups below it. An unknown group has no users [?]."""
    if condition.get("Value") is None:
        raise invalid_request("HierarchyGroupCondition needs Value")
    groups = {bare_id(condition["Value"], "agent-group", call.instance.arn)}
    if condition.get("HierarchyGroupMatchType") == "WITH_CHILD_GROUPS":
        # Parents are older than their children, so one pass in the order of creation finds all of them.
        for _, group in resources.rows(call, "agent-group"):
            if group.doc.get("ParentGroupId") in groups:
                groups.add(group.id)
    return lambda user: user.doc["HierarchyGroupId"] in groups


def _has_proficiency(condition: SearchCondition) -> Predicate:
    """Users with one proficiency that satisfies all conditions on its name, value and level."""
    if condition.get("TargetListType") != "PROFICIENCIES":
        raise invalid_request("ListCondition needs TargetListType PROFICIENCIES")
    parts = [_proficiency(part) for part in condition.get("Conditions") or ()]
    return lambda user: any(all(part(item) for part in parts) for item in user.doc["Proficiencies"])


def _proficiency(part: SearchCondition) -> Predicate:
    name, value = search.only(part, "Condition")
    if name == "NumberCondition":
        return _level(value)
    index = {"name": 0, "value": 1}.get(value.get("FieldName"))
    if index is None:
        raise invalid_parameter("FieldName: a proficiency has name and value")
    return lambda item: search.matches(item[index], value.get("Value"), value.get("ComparisonType"))


def _level(condition: SearchCondition) -> Predicate:
    """RANGE needs both bounds, LESSER* the maximum, the others the minimum."""
    comparison = str(condition.get("ComparisonType"))
    low, high = condition.get("MinValue"), condition.get("MaxValue")
    if comparison == "RANGE":
        if low is None or high is None:
            raise invalid_request("NumberCondition RANGE needs MinValue and MaxValue")
        return lambda item: bool(low <= item[2] <= high)
    compare: Any = _NUMBER_COMPARISONS.get(comparison)
    bounds = (high, low) if comparison.startswith("LESSER") else (low, high)
    bound = next((bound for bound in bounds if bound is not None), None)
    if compare is None or bound is None:
        raise invalid_request("NumberCondition needs ComparisonType and a value")
    return lambda item: bool(compare(item[2], bound))
