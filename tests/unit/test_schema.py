"""The schema is made of the table of fields, and the committed file is the schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from connect_users.core import descriptions, limits, settings, tokens
from connect_users.core.fields import FIELDS
from connect_users.core.spelling import camel
from connect_users.plugin import functions, schema
from connect_users.plugin.version import VERSION, semantic

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = schema.document()
USER = DOCUMENT["resources"]["connect-users:index:User"]


def test_the_committed_schema_is_this_one() -> None:
    """`connect-users plugin schema > schema.json` writes it."""
    assert (ROOT / "schema.json").read_text(encoding="utf-8") == schema.text()


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_input_is_a_property_with_what_the_table_says(field: Any) -> None:
    found = USER["inputProperties"][camel(field.name)]
    assert {**USER["properties"][camel(field.name)], "description": found["description"]} == found
    assert (camel(field.name) in USER["requiredInputs"]) == field.required
    assert found.get("secret", False) == (field.name == "password")
    assert found.get("willReplaceOnChanges", False) == (field.name in ("instance_id", "username", "directory_user_id"))
    assert len(found["description"]) > 10


def test_a_user_is_read_by_its_bare_id_with_the_instance_beside_it() -> None:
    """An SDK's `get` keeps the id that it was called with: one with the instance in it would not be what AWS takes. Of
    a user that was read, the SDK for TypeScript has the properties that are named there, and no others."""
    assert USER["stateInputs"]["properties"] == USER["properties"]


def test_an_input_is_of_the_type_of_its_kind() -> None:
    def of(path: str) -> Any:
        first, *others = path.split(".")
        found = USER["inputProperties"][first]
        for name in others:
            found = resolved(found.get("items", found))["properties"][name]
        return {key: value for key, value in found.items() if key in ("type", "items", "additionalProperties", "$ref")}

    assert of("username") == {"type": "string"}
    assert of("adoptExisting") == {"type": "boolean"}
    assert of("securityProfileIds") == {"type": "array", "items": {"type": "string"}}
    assert of("tags") == {"type": "object", "additionalProperties": {"type": "string"}}
    assert of("userProficiencies.level") == {"type": "integer"}
    assert of("afterContactWorkConfigs.afterContactWorkConfig.afterContactWorkTimeLimit") == {"type": "integer"}
    assert values(of("autoAcceptConfigs.channel")) == limits.CHANNELS
    assert values(of("phoneNumberConfigs.channel")) == ("VOICE",)
    assert values(of("onPasswordChange")) == limits.ON_PASSWORD_CHANGE


def resolved(found: Any) -> Any:
    return DOCUMENT["types"][found["$ref"].removeprefix("#/types/")]


def values(found: Any) -> tuple[str, ...]:
    return tuple(each["value"] for each in resolved(found)["enum"])


def _parts(value: Any) -> Any:
    yield value
    if isinstance(value, dict):
        for each in value.values():
            yield from _parts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _parts(each)


def test_every_reference_leads_to_a_type_and_every_type_is_referred_to() -> None:
    references = {part["$ref"] for part in _parts(DOCUMENT) if isinstance(part, dict) and "$ref" in part}
    assert references - {"pulumi.json#/Any"} == {f"#/types/{token}" for token in DOCUMENT["types"]}


def test_everything_is_described_in_the_plugins_words() -> None:
    texts = [part["description"] for part in _parts(DOCUMENT) if isinstance(part, dict) and "description" in part]
    assert all(text[0].isupper() or not text[0].isalpha() for text in texts if not text.startswith("e-mail"))
    assert all(text.rstrip("`").endswith(".") or text == DOCUMENT["description"] for text in texts)
    ours = {field.name for field in FIELDS if "_" in field.name}
    assert not [text for text in texts for name in ours if name in text]


def test_the_configuration_has_every_setting() -> None:
    expected = {keys[0].partition(":")[2] for keys, _ in settings.KEYS.values()}
    assert set(DOCUMENT["config"]["variables"]) == set(DOCUMENT["provider"]["inputProperties"]) == expected


def test_the_outputs_are_known_and_the_dynamic_resource_is_an_alias() -> None:
    assert set(USER["properties"]) - set(USER["inputProperties"]) == {"arn", "ownershipToken"}
    assert set(descriptions.OUTPUTS) == {"arn", "directory_user_id", "ownership_token"}
    assert USER["aliases"] == [{"type": tokens.USER}]


def test_every_function_is_there() -> None:
    assert set(DOCUMENT["functions"]) == {f"connect-users:index:{name}" for name in functions.FUNCTIONS}
    for function in DOCUMENT["functions"].values():
        assert set(function["inputs"]["required"]) <= set(function["inputs"]["properties"])


def test_no_sdk_is_called_as_this_distribution() -> None:
    """pip takes `_` for `-`, and an SDK of the same name would replace it."""
    taken = {"connect-users", "pulumi-connect-users"}
    assert not taken & {each.get("packageName", "").replace("_", "-") for each in DOCUMENT["language"].values()}


def test_the_version_is_a_semantic_one() -> None:
    assert DOCUMENT["version"] == VERSION
    assert json.loads(schema.text()) == DOCUMENT


@pytest.mark.parametrize(
    ("python", "expected"),
    [
        ("0.1.0", "0.1.0"),
        ("1.2", "1.2.0"),
        ("1.2.3rc1", "1.2.3-rc.1"),
        ("1.2.3a2", "1.2.3-alpha.2"),
        ("1.2.3.dev4+g123", "1.2.3-dev.4"),
        ("1.2.3b1.dev4", "1.2.3-beta.1.dev.4"),
    ],
)
def test_versions_of_python_become_semantic(python: str, expected: str) -> None:
    assert semantic(python) == expected


def test_a_version_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a version"):
        semantic("one")


def test_the_program_in_readme_has_only_what_the_schema_has() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    texts = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL))
    (program,) = (each for each in texts if "resources" in each)
    for found in program["resources"].values():
        known = DOCUMENT["resources"][found["type"].replace(":", ":index:")]
        assert set(found["properties"]) <= set(known["inputProperties"])
        assert set(known.get("requiredInputs", ())) <= set(found["properties"])
    for found in program["variables"].values():
        call = found["fn::invoke"]
        known = DOCUMENT["functions"][call["function"].replace(":", ":index:")]
        assert set(known["inputs"]["required"]) <= set(call["arguments"]) <= set(known["inputs"]["properties"])
