"""The JSON schema of persona files, generated from the columns of rosters: editors use it to complete and check.

``connect-users check --personas-schema > personas.schema.json`` writes it. Editors with the YAML language server need
this first line in the persona file: ``# yaml-language-server: $schema=personas.schema.json``.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from connect_users.core.fields import BY_NAME, Field, Kind
from connect_users.core.spelling import camel
from connect_users.roster.cells import Constant, path
from connect_users.roster.columns import COLUMNS, USERNAME, Column
from connect_users.roster.exports import ACTIVE
from connect_users.roster.personas import MEMBERS, RULE_MEMBERS

Json = dict[str, Any]

_STRING: Final[Json] = {"type": "string"}
_STRINGS: Final[Json] = {"type": "array", "items": _STRING}
_SCALAR: Final[Json] = {"type": ["string", "number", "boolean", "null"]}


def text() -> str:
    """The text of the schema's file."""
    return json.dumps(schema(), indent=2)


def schema() -> Json:
    """The schema."""
    settable = [column for column in COLUMNS if column.path != USERNAME]
    about = "Columns of a roster and their values, for people whose cell is empty."
    flat = {column.name: _of_column(column) for column in settable}
    aliases = {alias: flat[column.name] for column in settable for alias in column.aliases}
    settings = _closed(_nested(flat, aliases), about, aliases)
    settings["patternProperties"][r"^tags\."] = _SCALAR
    # A persona may be empty.
    settings["type"] = ["object", "null"]
    value = {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]}
    when = {
        "type": "object",
        "description": "Column -> value, or values. * matches any characters. All columns have to match.",
        "additionalProperties": value,
        "minProperties": 1,
    }
    rule = {**_closed(dict(zip(RULE_MEMBERS, (_STRING, when), strict=True)), ""), "required": list(RULE_MEMBERS)}
    headers = _closed(
        dict.fromkeys((*(column.name for column in COLUMNS), ACTIVE), _STRING),
        "Column of a roster, or `active` -> the file's header for it.",
        {alias: _STRING for column in COLUMNS for alias in column.aliases},
    )
    headers["patternProperties"][r"^tags\."] = _STRING
    members = (
        {"type": "object", "description": "Named settings.", "additionalProperties": {"$ref": "#/$defs/settings"}},
        {"type": "array", "description": "The first rule that matches a row chooses the persona.", "items": rule},
        {"type": ["string", "null"], "description": "The persona of people whom no rule matches."},
        headers,
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


def _closed(properties: Json, about: str, others: Json | None = None) -> Json:
    """A dict with these members. The others, and camelCase, are patterns, which editors do not complete."""
    spelled = {**(others or {}), **{camel(name): value for name, value in {**properties, **(others or {})}.items()}}
    return {
        "type": "object",
        "description": about,
        "properties": properties,
        "patternProperties": {
            f"^{re.escape(name)}$": value for name, value in spelled.items() if name not in properties
        },
        "additionalProperties": False,
    }


def _nested(flat: Json, aliases: Json) -> Json:
    """The columns by name, and those of a group also as members of the group: ``acw: {chat: 30}``.

    A group whose name is an alias, which is removed from ``aliases``, may also be the value of that: ``acw: 30``.
    """
    groups: dict[str, dict[str, Json]] = {}
    for name, value in flat.items():
        group, dot, member = name.partition(".")
        if dot:
            groups.setdefault(group, {})[member] = value
    nested = {group: _closed(members, "") for group, members in groups.items()}
    either = {group: {"anyOf": [of, aliases.pop(group)]} if group in aliases else of for group, of in nested.items()}
    return {**either, **flat}


def _of_column(column: Column) -> Json:
    """The schema of a column: a value, its notation in one string, or its form in YAML."""
    field = _field(column)
    about: Json = {"description": f"Column {column.name} of a roster."}
    if isinstance(column.read, Constant) and field is not None:
        return {**about, "anyOf": [{"enum": list(field.choices)}, _STRING]}
    if column.plural or column.read is path or (field is not None and field.kind is Kind.BLOCKS):
        return {**about, "type": ["string", "array", "object"]}
    if field is not None and field.kind is Kind.TAGS:
        return {**about, "anyOf": [_STRING, {"type": "object", "additionalProperties": _SCALAR}]}
    return {**about, **_SCALAR}


def _field(column: Column) -> Field | None:
    field: Field | None = BY_NAME.get(column.path[0])
    for part in column.path[1:]:
        field = field.by_name.get(part, field) if field is not None else None
    return field
