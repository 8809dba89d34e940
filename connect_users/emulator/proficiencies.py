"""Predefined attributes and the proficiencies of users.

A proficiency is a pair of a predefined attribute and one of its values, with a level. The three writes cannot return
LimitExceeded or Duplicate [M], so too many proficiencies and a pair associated twice are InvalidRequestException [I].
"""

from __future__ import annotations

from typing import Any, Final

from connect_users.emulator import paging, resources, user_rows
from connect_users.emulator.calls import ApiCall, Document, reads, writes
from connect_users.emulator.errors import invalid_parameter, invalid_request
from connect_users.emulator.resources import ResourceType, StoredResource
from connect_users.emulator.user_rows import StoredUser, updates

#: The name of a predefined attribute, and one of its values.
Pair = tuple[str, str]

#: Names and values must not start with these [D].
_RESERVED: Final = ("aws:", "connect:")


def _has_users(call: ApiCall, attribute: StoredResource) -> bool:
    return any(attribute.id == name for user in user_rows.rows(call) for name, _, _ in user.doc["Proficiencies"])


#: The name is the id, and there is no ARN. The quota is that of an instance [D].
ATTRIBUTES: Final = ResourceType(
    kind="predefined-attribute", noun="PredefinedAttribute", quota=150, used=_has_users, identifier="Name"
)


@writes("CreatePredefinedAttribute")
def create_attribute(call: ApiCall) -> None:
    """It has a name instead of an id."""
    name, values = call.params["Name"], call.params.get("Values") or {}
    for text in (name, *values.get("StringList", ())):
        if text.startswith(_RESERVED):
            raise invalid_parameter(f"{text!r} must not start with {' or '.join(_RESERVED)}")
    ATTRIBUTES.create(call, attribute_document(call.params), id_=name)


def attribute_document(params: Document) -> Document:
    """A new attribute. Its values are validated unless AttributeConfiguration says otherwise."""
    validated = (params.get("AttributeConfiguration") or {}).get("EnableValueValidationOnAssociation")
    return {
        "Name": params["Name"],
        "Values": params.get("Values") or {},
        "Purposes": params.get("Purposes"),
        "AttributeConfiguration": {"EnableValueValidationOnAssociation": validated is not False, "IsReadOnly": False},
    }


Levels = dict[Pair, Any]


def _entries(call: ApiCall) -> Levels:
    """The levels in the request, None for a pair without one."""
    entries: Levels = {}
    for entry in call.params["UserProficiencies"]:
        pair = (entry["AttributeName"], entry["AttributeValue"])
        if pair in entries:
            raise invalid_request(f"UserProficiencies contains {pair[0]} / {pair[1]} twice")
        entries[pair] = entry.get("Level")
        # The shape allows 1.0 to 5.0, but only whole levels are valid [M].
        if "Level" in entry and entry["Level"] != int(entry["Level"]):
            raise invalid_parameter(f"Level: {entry['Level']} is not one of 1, 2, 3, 4, 5")
    return entries


def _levels(user: StoredUser) -> Levels:
    return {(name, value): level for name, value, level in user.doc["Proficiencies"]}


def _set(call: ApiCall, user: StoredUser, levels: Levels) -> None:
    user.doc["Proficiencies"] = [[name, value, level] for (name, value), level in levels.items()]
    user.doc["ProficienciesTime"] = call.now


@updates("AssociateUserProficiencies", settings=False)
def associate(call: ApiCall, user: StoredUser) -> None:
    """New pairs only: associating an existing pair is refused [?]."""
    levels, entries = _levels(user), _entries(call)
    for name, value in entries:
        _check_attribute(call, name, value)
        if (name, value) in levels:
            raise invalid_request(f"The user already has the proficiency {name} / {value}")
    quota = call.options.proficiencies_quota
    if quota is not None and len(levels) + len(entries) > quota:
        raise invalid_request(f"A user can have at most {quota} proficiencies")
    _set(call, user, {**levels, **entries})


def _check_attribute(call: ApiCall, name: str, value: str) -> None:
    """Name and value must exist as a predefined attribute of the instance [M]."""
    attribute = resources.get(call, "predefined-attribute", name)
    validated = attribute.doc["AttributeConfiguration"]["EnableValueValidationOnAssociation"]
    if validated and value not in attribute.doc["Values"].get("StringList", ()):
        raise invalid_parameter(f"{value} is not a value of the predefined attribute {name}")


@updates("UpdateUserProficiencies", settings=False)
def update(call: ApiCall, user: StoredUser) -> None:
    """Changes the levels of pairs that the user has [M]."""
    entries = _existing(call, user)
    _set(call, user, {**_levels(user), **entries})


@updates("DisassociateUserProficiencies", settings=False)
def disassociate(call: ApiCall, user: StoredUser) -> None:
    """Removes pairs that the user has. Any other pair is refused [?], so a caller must list before a second attempt."""
    entries = _existing(call, user)
    _set(call, user, {pair: level for pair, level in _levels(user).items() if pair not in entries})


def _existing(call: ApiCall, user: StoredUser) -> Levels:
    levels, entries = _levels(user), _entries(call)
    for name, value in entries:
        if (name, value) not in levels:
            raise invalid_request(f"The user does not have the proficiency {name} / {value}")
    return entries


@reads("ListUserProficiencies")
def list_proficiencies(call: ApiCall) -> Document:
    """Pages of at most 100."""
    user = user_rows.find(call)
    page = paging.numbered_page(call, user.doc["Proficiencies"])
    return {
        "UserProficiencyList": [
            {"AttributeName": name, "AttributeValue": value, "Level": level} for name, value, level in page.rows
        ],
        "NextToken": page.next_token,
        "LastModifiedTime": user.doc.get("ProficienciesTime", user.doc["LastModifiedTime"]),
        "LastModifiedRegion": user.instance.region,
    }
