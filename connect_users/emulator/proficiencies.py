"""Proficiencies of a user (facts, section 2): pairs of a predefined attribute and one of its values, with a level.

The three writes cannot answer LimitExceeded or Duplicate [M], so a full user and a pair associated twice are
InvalidRequestException [I].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_users.emulator import paging, resources, user_rows
from connect_users.emulator.calls import Call, Result, reads, writes
from connect_users.emulator.errors import invalid_parameter, invalid_request

if TYPE_CHECKING:
    from connect_users.emulator.user_rows import User

Pair = tuple[str, str]


def _levels(user: User) -> dict[Pair, float]:
    return {(name, value): level for name, value, level in user.doc["Proficiencies"]}


def _save(call: Call, user: User, levels: dict[Pair, float]) -> None:
    user.doc["Proficiencies"] = [[name, value, level] for (name, value), level in levels.items()]
    user.doc["ProficienciesTime"] = call.now
    if call.options.modified_by == "everything":
        user.doc["LastModifiedTime"] = call.now
    user_rows.save(call, user)


def _given(call: Call) -> dict[Pair, Any]:
    given: dict[Pair, Any] = {}
    for entry in call.params["UserProficiencies"]:
        pair = (entry["AttributeName"], entry["AttributeValue"])
        if pair in given:
            raise invalid_request(f"UserProficiencies names {pair[0]} / {pair[1]} twice")
        given[pair] = entry.get("Level")
        # 1.0 to 5.0 in shape, only whole levels are valid (section 2 [M]).
        if "Level" in entry and entry["Level"] != int(entry["Level"]):
            raise invalid_parameter(f"Level: {entry['Level']} is not one of 1, 2, 3, 4, 5")
    return given


@writes("AssociateUserProficiencies")
def associate(call: Call) -> None:
    """New pairs only: associating an existing one is refused [?]."""
    user = user_rows.find_newest(call)
    levels, given = _levels(user), _given(call)
    for pair in given:
        _check_attribute(call, *pair)
        if pair in levels:
            raise invalid_request(f"The user already has the proficiency {pair[0]} / {pair[1]}")
    quota = call.options.proficiencies_quota
    if quota is not None and len(levels) + len(given) > quota:
        raise invalid_request(f"A user can have at most {quota} proficiencies")
    _save(call, user, {**levels, **given})


def _check_attribute(call: Call, name: str, value: str) -> None:
    """Name and value must exist as a predefined attribute of the instance (section 2 [M])."""
    attribute = resources.get(call, "predefined-attribute", name)
    validated = attribute.doc["AttributeConfiguration"]["EnableValueValidationOnAssociation"]
    if validated and value not in attribute.doc["Values"].get("StringList", ()):
        raise invalid_parameter(f"{value} is not a value of the predefined attribute {name}")


@writes("UpdateUserProficiencies")
def update(call: Call) -> None:
    """Levels of pairs that the user has (section 2 [M])."""
    user = user_rows.find_newest(call)
    levels, given = _levels(user), _given(call)
    _check_held(levels, given)
    _save(call, user, {**levels, **given})


@writes("DisassociateUserProficiencies")
def disassociate(call: Call) -> None:
    """Pairs that the user has; one that it has not is refused [?], so a caller must list before a second attempt."""
    user = user_rows.find_newest(call)
    levels, given = _levels(user), _given(call)
    _check_held(levels, given)
    _save(call, user, {pair: level for pair, level in levels.items() if pair not in given})


def _check_held(levels: dict[Pair, float], given: dict[Pair, Any]) -> None:
    for pair in given:
        if pair not in levels:
            raise invalid_request(f"The user does not have the proficiency {pair[0]} / {pair[1]}")


@reads("ListUserProficiencies")
def list_proficiencies(call: Call) -> Result:
    """Pages of at most 100 (section 1)."""
    user = user_rows.find(call)
    start = paging.cursor(call, "ListUserProficiencies")
    rows = list(enumerate(user.doc["Proficiencies"], 1))[start.after :]
    found = paging.page(call, start, rows)
    return {
        "UserProficiencyList": [
            {"AttributeName": name, "AttributeValue": value, "Level": level} for name, value, level in found.rows
        ],
        "NextToken": found.next_token,
        "LastModifiedTime": user.doc.get("ProficienciesTime", user.doc["LastModifiedTime"]),
        "LastModifiedRegion": user.instance.region,
    }
