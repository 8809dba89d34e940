"""Search criteria and filters as predicates: the part that all Search operations share.

Comparisons of strings ignore case [?]. This is the looser choice, so a caller that needs one exact username must
compare the results. CONTAINS works for 2 to 25 characters; otherwise "results are invalid" [M]: here there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator.errors import ApiError, invalid_parameter, invalid_request

if TYPE_CHECKING:
    from connect_users.emulator.calls import Document

Predicate = Callable[[Any], bool]
#: The values of one field of a row: several if the field is a list (SecurityProfileId).
SearchField = Callable[[Any], "list[str]"]
SearchCondition = Mapping[str, Any]

#: A UserAttributeFilter has at most 25 tag and 20 hierarchy conditions [M].
_LIMITS: Final = {"TagConditions": 25, "HierarchyGroupCondition": 20}


def matches(text: str, value: str | None, comparison: str | None) -> bool:
    """Whether `text` satisfies one comparison. Every text matches no value; no comparison means EXACT."""
    if value is None:
        return True
    text, value = text.casefold(), value.casefold()
    if comparison == "STARTS_WITH":
        return text.startswith(value)
    if comparison == "CONTAINS":
        return 2 <= len(value) <= 25 and value in text
    return text == value


def everything(_row: Any) -> bool:
    """The predicate of a search without criteria."""
    return True


def criteria(
    condition: SearchCondition | None,
    fields: Mapping[str, SearchField],
    others: Mapping[str, Callable[[SearchCondition], Predicate]] | None = None,
) -> Predicate:
    """The predicate of a criteria structure: exactly one of AND, OR and the conditions is set [M].

    `others` are the conditions besides StringCondition. Raises InvalidRequestException if none or several are set, and
    InvalidParameterException for an unknown field.
    """
    if condition is None:
        return everything
    name, value = only(condition, "SearchCriteria")
    if name in ("AndConditions", "OrConditions"):
        parts = [criteria(part, fields, others) for part in value]
        combine = all if name == "AndConditions" else any
        return lambda row: combine(part(row) for part in parts)
    if name == "StringCondition":
        return _string(value, fields)
    if others is None or name not in others:
        raise invalid_request(f"this search does not support {name}")
    return others[name](value)


def only(members: SearchCondition, where: str) -> tuple[str, Any]:
    """The one member that is set. Raises InvalidRequestException for none or several."""
    items = list(members.items())
    if len(items) != 1:
        raise invalid_request(f"{where} must set exactly one condition, not {len(items)}")
    return items[0]


def _string(condition: SearchCondition, fields: Mapping[str, SearchField]) -> Predicate:
    name, value, comparison = (condition.get(key) for key in ("FieldName", "Value", "ComparisonType"))
    if name is None or value is None:
        raise invalid_request("StringCondition needs FieldName and Value")
    field = fields.get(name)
    if field is None:
        raise invalid_parameter(f"FieldName: {name!r} is not one of {', '.join(sorted(fields))}")
    return lambda row: any(matches(text, value, comparison) for text in field(row))


def search_filter(
    filters: SearchCondition | None,
    tags: Callable[[Any], Document],
    in_group: Callable[[SearchCondition], Predicate] | None = None,
) -> Predicate:
    """The predicate of a SearchFilter, which has a tag filter or an attribute filter.

    Each of them is one condition, an AND, or an OR of ANDs. An AND of a tag filter is a list of tag conditions; an AND
    of an attribute filter has TagConditions and, for users, a HierarchyGroupCondition.
    """
    if not filters:
        return everything
    if len(filters) > 1:
        # AWS's own code for this, although it is not about permissions [M].
        raise ApiError("AccessDeniedException", f"{' and '.join(filters)} cannot be used together")
    ((where, condition),) = filters.items()
    name, value = only(condition, where)
    parts: list[Any] = {
        "OrConditions": value,
        "TagCondition": [[value]],
        "HierarchyGroupCondition": [{name: value}],
    }.get(name, [value])
    ands: list[dict[str, Any]] = [{"TagConditions": part} if isinstance(part, list) else part for part in parts]
    for member, limit in _LIMITS.items() if where == "UserAttributeFilter" else ():
        count = sum(len(part[member]) if member == "TagConditions" else 1 for part in ands if part.get(member))
        if count > limit:
            raise invalid_request(f"{where} has {count} {member}; it may have at most {limit}")
    predicates = []
    for part in ands:
        condition = part.get("HierarchyGroupCondition")
        grouped = everything if condition is None or in_group is None else in_group(condition)
        predicates.append(all_of(_tagged(part.get("TagConditions") or [], tags), grouped))
    return lambda row: any(predicate(row) for predicate in predicates)


def all_of(first: Predicate, second: Predicate) -> Predicate:
    """The predicate that both satisfy."""
    if everything in (first, second):
        return first if second is everything else second
    return lambda row: first(row) and second(row)


def _tagged(conditions: list[SearchCondition], tags: Callable[[Any], Document]) -> Predicate:
    """All conditions are met. A condition without a value asks for the key alone. Tags are case-sensitive [D]."""
    if any(condition.get("TagKey") is None for condition in conditions):
        raise invalid_request("TagCondition needs TagKey")
    pairs = [(condition["TagKey"], condition.get("TagValue")) for condition in conditions]

    def predicate(row: Any) -> bool:
        row_tags = tags(row)
        return all(key in row_tags and (value is None or row_tags[key] == value) for key, value in pairs)

    return predicate
