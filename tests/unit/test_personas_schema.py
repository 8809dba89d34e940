"""The JSON schema of files of personas and their reader take the same files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from connect_users.roster import personas_schema
from connect_users.roster.assembly import DAYS, Layer, ValueReader
from connect_users.roster.columns import COLUMNS, USERNAME
from connect_users.roster.reading import read_personas

VALIDATOR = jsonschema.Draft202012Validator(personas_schema.schema())


def _refused(document: Any) -> bool:
    """By the reader."""
    personas = read_personas(document)
    layers = [Layer(preset, ValueReader({})) for preset in personas.settings.values()]
    return bool(personas.problems or any(layer.problems for layer in layers))


def _persona(settings: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"personas": {"a": settings}, **more}


def test_both_take_the_personas_of_readme() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    texts = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL))
    (document,) = (each for each in texts if "personas" in each)
    VALIDATOR.validate(document)
    assert not _refused(document)


RULE = {"persona": "a", "when": {"department": "Sales"}}


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(personas_schema.text()))


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_it_knows_every_column_flat_and_nested(column: Any) -> None:
    group, dot, member = column.name.partition(".")
    value = "2026-11-27" if column.path in DAYS else "1"
    for settings in ({column.name: value}, {group: {member: value}} if dot else {column.name: value}):
        allowed = column.path != USERNAME
        assert VALIDATOR.is_valid(_persona(settings)) is allowed
        if column.path[0] not in ("user_proficiencies", "tags"):
            assert _refused(_persona(settings)) is not allowed


@pytest.mark.parametrize(
    "document",
    [
        {"personas": {}},  # as import --personas writes it if people share nothing
        _persona({}),
        _persona({"tags.site": "ldn", "tags": {"team": "blue"}}),
        _persona({"security_profiles": ["Agent", "Lead"], "user_proficiencies": {"lang:en": 5}}),
        _persona({"acw": {"voice": 30, "chat": "30"}, "phone_config": {"phone_type": "soft phone"}}),
        _persona({"auto_accept_configs": [{"channel": "VOICE", "auto_accept": True}], "delete_quick_connects": True}),
        _persona({}, rules=[RULE, {"persona": "a", "when": {"groups": ["A *", "B"], "floor": 3, "x": None}}]),
        _persona({}, default="a", columns={"username": "UPN", "active": "Enabled", "tags.site": "Office"}),
        _persona({}, **{"x-anchors": {"b": []}, "$schema": "personas.schema.json"}),
        _persona({}, default=None),
        {"personas": {"a": None}},
        _persona({"routingProfile": "Sales", "phoneConfig": {"phoneType": "soft"}, "first_name": "Ada", "e_mail": "x"}),
        _persona({"acw": 30, "auto_accept": True, "proficiencies": "lang:en=5", "hierarchy_group": ["EMEA", "UK"]}),
        _persona({"acw.voice.firstCallback": 30, "emailAddress": "x", "identityInfo": {"secondaryEmail": "x"}}),
        _persona({}, columns={"first_name": "givenName", "userLogin": "UPN", "hierarchyGroup": "Office"}),
    ],
)
def test_both_take_it(document: dict[str, Any]) -> None:
    assert not _refused(document)
    VALIDATOR.validate(document)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"rules": []},
        {"personas": ["a"]},
        {"personas": None},
        _persona({"routing_profil": "Sales"}),
        _persona({"username": "ada"}),
        _persona({"acw": {"telegram": 3}}),
        _persona({"acw": {"voicee": 3}}),
        _persona({"routingProfil": "Sales"}),
        _persona({"userLogin": "ada"}),
        _persona({}, rule=[RULE]),
        _persona({}, rules={"a": RULE}),
        _persona({}, rules=[{"persona": "a"}]),
        _persona({}, rules=[{"when": {"department": "Sales"}}]),
        _persona({}, rules=[{**RULE, "department": "Sales"}]),
        _persona({}, rules=[{"persona": "a", "when": {}}]),
        _persona({}, rules=[{"persona": "a", "when": {"department": {"a": "b"}}}]),
        _persona({}, rules=[{"persona": "a", "when": {"department": []}}]),
        _persona({}, columns={"usernam": "UPN"}),
        _persona({}, columns={"username": ["UPN"]}),
        _persona({}, default=["a"]),
    ],
)
def test_both_refuse_it(document: dict[str, Any]) -> None:
    assert _refused(document)
    assert not VALIDATOR.is_valid(document)
