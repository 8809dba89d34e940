"""The JSON schema of files of personas, from the columns that the reader knows: editors complete and check by it.

``connect-users check --personas-schema > personas.schema.json``, and as the first line of the file, for editors with
the YAML language server: ``# yaml-language-server: $schema=personas.schema.json``.
"""

from __future__ import annotations

import json
from typing import Any, Final

from connect_users.core.fields import BY_NAME, Field, Kind
from connect_users.roster.cells import Choice
from connect_users.roster.columns import COLUMNS, USERNAME, Column
from connect_users.roster.exports import ACTIVE
from connect_users.roster.personas import MEMBERS, RULE_MEMBERS

Json = dict[str, Any]

_STRING: Final[Json] = {"type": "string"}
_STRINGS: Final[Json] = {"type": "array", "items": _STRING}
_SCALAR: Final[Json] = {"type": ["string", "number", "boolean", "null"]}


def text() -> str:
    """The schema as a file."""
    return json.dumps(schema(), indent=2)


def schema() -> Json:
    """The schema."""
    settable = [column for column in COLUMNS if column.path != USERNAME]
    about = "Columns of a roster, and their values for people whose cell is empty."
    flat = {column.name: _of_column(column) for column in settable}
    settings = _closed(_nested(flat), about)
    settings["patternProperties"] = {r"^tags\.": _SCALAR}
    value = {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]}
    when = {
        "type": "object",
        "description": "Column -> value, or values. * stands for any characters. All columns have to hold theirs.",
        "additionalProperties": value,
        "minProperties": 1,
    }
    rule = {**_closed(dict(zip(RULE_MEMBERS, (_STRING, when), strict=True)), ""), "required": list(RULE_MEMBERS)}
    members = (
        {"type": "object", "description": "Named settings.", "additionalProperties": {"$ref": "#/$defs/settings"}},
        {"type": "array", "description": "The first rule that is true of a row counts.", "items": rule},
        {"type": ["string", "null"], "description": "The persona of people of whom no rule is true."},
        {
            **_closed(dict.fromkeys((*(column.name for column in COLUMNS), ACTIVE), _STRING), ""),
            "patternProperties": {r"^tags\.": _STRING},
            "description": "Column of a roster, or `active` -> the header of the file that holds it.",
        },
    )
    whole = _closed(dict(zip(MEMBERS, members, strict=True)), "Personas of rosters of Amazon Connect users.")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "connect-users personas",
        **whole,
        "patternProperties": {r"^(x-|\$schema)": {}},
        "required": ["personas"],
        "$defs": {"settings": settings},
    }


def _closed(properties: Json, about: str) -> Json:
    return {"type": "object", "description": about, "properties": properties, "additionalProperties": False}


def _nested(flat: dict[str, Json]) -> Json:
    """The columns by their names, and those of a group also as members of it: ``acw: {chat: 30}``."""
    groups: dict[str, dict[str, Json]] = {}
    for name, value in flat.items():
        group, dot, member = name.partition(".")
        if dot:
            groups.setdefault(group, {})[member] = value
    return {**{group: _closed(members, "") for group, members in groups.items() if group not in flat}, **flat}


def _of_column(column: Column) -> Json:
    """What a column holds: a value, its notation in one string, or what YAML has for it."""
    field = _field(column)
    about: Json = {"description": f"Column {column.name} of a roster."}
    if isinstance(column.read, Choice) and field is not None:
        return {**about, "anyOf": [{"enum": list(field.choices)}, _STRING]}
    if column.plural or (field is not None and field.kind is Kind.BLOCKS):
        return {**about, "type": ["string", "array", "object"]}
    if field is not None and field.kind is Kind.TAGS:
        return {**about, "anyOf": [_STRING, {"type": "object", "additionalProperties": _SCALAR}]}
    return {**about, **_SCALAR}


def _field(column: Column) -> Field | None:
    field: Field | None = BY_NAME.get(column.path[0])
    for part in column.path[1:]:
        field = field.by_name.get(part, field) if field is not None else None
    return field
