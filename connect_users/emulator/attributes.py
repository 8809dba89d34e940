"""Predefined attributes, which proficiencies refer to (facts, section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_users.emulator import resources
from connect_users.emulator.calls import Call, Document, Result, reads, writes
from connect_users.emulator.errors import invalid_parameter
from connect_users.emulator.listing import list_kind

if TYPE_CHECKING:
    from connect_users.emulator.resources import Resource

#: Per instance (section 4 [D]).
_QUOTA: Final = 150
#: Names and values may not start so (section 2 [D]).
_RESERVED: Final = ("aws:", "connect:")


@writes("CreatePredefinedAttribute")
def create_attribute(call: Call) -> None:
    """Addressed by its name; it has no id and no ARN."""
    params = call.params
    values = params.get("Values") or {}
    for text in (params["Name"], *values.get("StringList", ())):
        if text.startswith(_RESERVED):
            raise invalid_parameter(f"{text!r} must not start with {' or '.join(_RESERVED)}")
    resources.add(call, "predefined-attribute", params["Name"], attribute_document(params), quota=_QUOTA)


def attribute_document(params: Document) -> Document:
    """A new attribute; its values are checked where nothing else is said."""
    configuration = params.get("AttributeConfiguration") or {}
    checked = configuration.get("EnableValueValidationOnAssociation")
    return {
        "Name": params["Name"],
        "Values": params.get("Values") or {},
        "Purposes": params.get("Purposes"),
        "AttributeConfiguration": {
            "EnableValueValidationOnAssociation": True if checked is None else checked,
            "IsReadOnly": False,
        },
    }


@reads("DescribePredefinedAttribute")
def describe_attribute(call: Call) -> Result:
    """With its values."""
    attribute = resources.get(call, "predefined-attribute", call.params["Name"])
    return {"PredefinedAttribute": {**attribute.doc, **attribute.modified()}}


@reads("ListPredefinedAttributes")
def list_attributes(call: Call) -> Result:
    """Names alone."""
    return list_kind(
        call,
        "ListPredefinedAttributes",
        "predefined-attribute",
        "PredefinedAttributeSummaryList",
        summary=_summary,
    )


def _summary(attribute: Resource) -> Document:
    return {"Name": attribute.name, **attribute.modified()}


@writes("DeletePredefinedAttribute")
def delete_attribute(call: Call) -> None:
    """ResourceInUse while a user has a proficiency of it [M]."""
    attribute = resources.get(call, "predefined-attribute", call.params["Name"])
    if call.tx.execute(
        "SELECT 1 FROM users, json_each(users.doc, '$.Proficiencies') AS held"
        " WHERE instance_id = ? AND json_extract(held.value, '$[0]') = ? LIMIT 1",
        (attribute.instance.id, attribute.id),
    ).fetchone():
        raise resources.in_use(attribute)
    resources.remove(call, attribute)
