"""Search criteria and filters as predicates: the part that all Search operations share.

String comparison takes no notice of case [?]: the looser reading, under which a caller that needs one exact username
must compare what it gets. CONTAINS works for 2 to 25 characters; outside that "results are invalid" (facts, section 2
[M]), and here there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator.errors import invalid_parameter, invalid_request

if TYPE_CHECKING:
    from connect_users.emulator.calls import Document

Predicate = Callable[[Any], bool]
#: The values of one field of a row; several where the field is a list (SecurityProfileId).
Field = Callable[[Any], "list[str]"]
Leaf = Callable[[str, Mapping[str, Any]], Predicate]

_CONTAINS: Final = range(2, 26)


def matches(text: str, value: str | None, comparison: str | None) -> bool:
    """Whether `text` satisfies one string comparison; no value satisfies all, no comparison means EXACT."""
    if value is None:
        return True
    text, value = text.casefold(), value.casefold()
    if comparison == "STARTS_WITH":
        return text.startswith(value)
    if comparison == "CONTAINS":
        return len(value) in _CONTAINS and value in text
    return text == value


def everything(_row: Any) -> bool:
    """The predicate of a search without criteria."""
    return True


def criteria(given: Mapping[str, Any] | None, fields: Mapping[str, Field], leaf: Leaf | None = None) -> Predicate:
    """The predicate of a criteria structure: exactly one of AND, OR and the leaf conditions is set (section 2 [M]).

    `leaf` builds predicates of the conditions beyond StringCondition. Raises InvalidRequestException for none or
    several, InvalidParameterException for an unknown field.
    """
    if given is None:
        return everything
    (name, value) = only(given, "SearchCriteria")
    if name in ("AndConditions", "OrConditions"):
        parts = [criteria(part, fields, leaf) for part in value]
        combine = all if name == "AndConditions" else any
        return lambda row: combine(part(row) for part in parts)
    if name == "StringCondition":
        return _string(value, fields)
    if leaf is None:
        raise invalid_request(f"{name} is not supported by this search")
    return leaf(name, value)


def only(given: Mapping[str, Any], where: str) -> tuple[str, Any]:
    """The one member that is set; raises InvalidRequestException for none or several."""
    members = [(name, value) for name, value in given.items() if value is not None]
    if len(members) != 1:
        raise invalid_request(f"{where} must set exactly one condition, {len(members)} are set")
    return members[0]


def _string(condition: Mapping[str, Any], fields: Mapping[str, Field]) -> Predicate:
    name, value, comparison = (condition.get(key) for key in ("FieldName", "Value", "ComparisonType"))
    if name is None or value is None:
        raise invalid_request("StringCondition needs FieldName and Value")
    field = fields.get(name)
    if field is None:
        raise invalid_parameter(f"FieldName: {name!r} is not one of {', '.join(sorted(fields))}")
    return lambda row: any(matches(text, value, comparison) for text in field(row))


def tag_filter(given: Mapping[str, Any] | None, tags: Callable[[Any], Document]) -> Predicate:
    """The predicate of a ControlPlaneTagFilter: OR of ANDs, an AND, or one condition."""
    if given is None:
        return everything
    name, value = only(given, "TagFilter")
    if name == "TagCondition":
        return all_tags([value], tags)
    if name == "AndConditions":
        return all_tags(value, tags)
    parts = [all_tags(part, tags) for part in value]
    return lambda row: any(part(row) for part in parts)


def all_tags(conditions: list[Mapping[str, Any]], tags: Callable[[Any], Document]) -> Predicate:
    """Every condition holds; a condition without a value asks for the key alone. Tags are case-sensitive [D]."""
    wanted = []
    for condition in conditions:
        if condition.get("TagKey") is None:
            raise invalid_request("TagCondition needs TagKey")
        wanted.append((condition["TagKey"], condition.get("TagValue")))

    def holds(row: Any) -> bool:
        held = tags(row)
        return all(key in held and (value is None or held[key] == value) for key, value in wanted)

    return holds
