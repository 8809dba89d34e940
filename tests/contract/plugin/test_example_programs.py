"""The examples in YAML, TypeScript and Go are judged by the plugin's schema, where nothing of those languages is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connect_users.core.settings import KEYS
from connect_users.emulator import seed
from connect_users.plugin.version import VERSION
from tests.contract.plugin.example_programs import (
    ANY,
    Declared,
    go_fields,
    in_go,
    in_typescript,
    in_yaml,
    problems,
    project,
    references,
)

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
TEMPLATES = ("yaml", "typescript", "go", "contact-center-typescript")
ADA: dict[str, Any] = {"instanceId": ANY, "username": "ada", "routingProfileId": ANY, "securityProfileIds": [ANY]}


def text(path: str) -> str:
    return (EXAMPLES / path).read_text(encoding="utf-8")


def programs() -> dict[str, list[Declared]]:
    return {
        "yaml": in_yaml(text("yaml/Pulumi.yaml")),
        "typescript": in_typescript(text("typescript/index.ts")),
        "a whole contact centre": in_typescript(text("contact-center-typescript/index.ts")),
    }


@pytest.mark.parametrize("name", programs())
def test_every_property_of_an_example_is_one_of_the_schema(name: str) -> None:
    """Names, types, enums, and what is required."""
    declared = programs()[name]
    assert {each.token for each in declared} >= (
        {"User"} if "centre" in name else {"User", "UserRoster", "getInstance"}
    )
    assert [problem for each in declared for problem in problems(each)] == []


def test_every_interpolation_of_the_yaml_program_leads_somewhere() -> None:
    found = text("yaml/Pulumi.yaml")
    assert references(found) == []
    assert references(found.replace("${ada.arn}", "${ada.arm}")) == ["${ada.arm}"]
    assert references(found.replace("${london.id}", "${lodnon.id}")) == ["${lodnon.id}"]


def test_every_field_of_the_go_program_is_one_of_the_schema() -> None:
    literals = in_go(text("go/main.go"))
    assert {"UserArgs", "IdentityInfoArgs", "GetInstanceOutputArgs"} <= {name for name, _ in literals}
    for name, fields in literals:
        members, required = go_fields(name)
        assert set(fields) <= members, name
        assert required <= set(fields), name


def test_the_same_users_are_declared_in_every_language() -> None:
    """What is known of them without running the programs; the readers miss nothing."""
    users = [
        {given["username"]: given for token, given in ((each.token, each.given) for each in found) if token == "User"}
        for found in (in_yaml(text("yaml/Pulumi.yaml")), in_typescript(text("typescript/index.ts")))
    ]
    assert users[0] == users[1]
    assert set(users[0]) == {"ada.lovelace", "grace.hopper"}
    go = dict(zip(users[0], (fields for name, fields in in_go(text("go/main.go")) if name == "UserArgs"), strict=True))
    rosters = [
        [each.given for each in found if each.token == "UserRoster"]
        for found in (in_yaml(text("yaml/Pulumi.yaml")), in_typescript(text("typescript/index.ts")))
    ]
    assert len(rosters[0]) == 1
    assert rosters[0] == rosters[1]
    assert len({text(f"{language}/team.csv") for language in ("yaml", "typescript", "go")}) == 1
    for username, fields in go.items():
        assert {name[0].lower() + name[1:] for name in fields} == set(users[0][username])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"userName": "ada"}, "userName: no such property"),
        ({"tags": {"team": 1}}, "tags.team: not of type string"),
        ({"adoptExisting": 1}, "adoptExisting: not of type boolean"),
        ({"securityProfileIds": "Agent"}, "securityProfileIds: not of type array"),
        ({"identityInfo": {"firstname": "Ada"}}, "identityInfo.firstname: no such property"),
        ({"phoneConfig": "SOFT_PHONE"}, "phoneConfig: not of type object"),
        ({"phoneConfig": {"phoneType": "HARD_PHONE"}}, "phoneConfig.phoneType: 'HARD_PHONE' is not one of"),
        ({"phoneConfig": {"afterContactWorkTimeLimit": True}}, "phoneConfig.afterContactWorkTimeLimit: not of type"),
        ({"autoAcceptConfigs": [{"channel": "VOICE"}]}, "autoAcceptConfigs[0].autoAccept: missing"),
    ],
)
def test_a_program_with_a_mistake_is_reported(change: dict[str, Any], expected: str) -> None:
    assert problems(Declared("User", ADA)) == []
    (problem,) = problems(Declared("User", {**ADA, **change}))
    assert problem.startswith(expected)


def test_either_of_two_types_will_do() -> None:
    for good in (5, "20%", ANY):
        assert problems(Declared("UserRoster", {"maxDeletions": good})) == []
    assert problems(Declared("UserRoster", {"maxDeletions": True})) == ["maxDeletions: not of type integer"]
    assert problems(Declared("UserRoster", {"rows": [{"username": "ada", "level": 5}]})) == []


def test_missing_and_unknown_properties_are_reported() -> None:
    assert problems(Declared("User", {})) == [f"{name}: missing" for name in ADA]
    assert problems(Declared("getUserz", {})) == ["getUserz: no such resource or function"]


def test_typescript_is_read_as_it_is_written() -> None:
    """Short forms, calls, templates, comments and nested lists."""
    program = """
        const a = connect.getInstanceOutput({ instance: config.require("instance") });
        new connect.User(name, {
            username, // {not: this}
            password: `${first}-${last}`,
            tags: { "a b": "c" + d, e: 'f' },
            autoAcceptConfigs: [{ channel: "VOICE", autoAccept: true }, ...more],
            level: 5,
        }).arn;
    """
    assert in_typescript(program) == [
        Declared("getInstance", {"instance": ANY}),
        Declared(
            "User",
            {
                "username": ANY,
                "password": ANY,
                "tags": {"a b": ANY, "e": ANY},
                "autoAcceptConfigs": [{"channel": "VOICE", "autoAccept": True}, ANY],
                "level": 5,
            },
        ),
    ]


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_example_is_a_template_whose_configuration_is_the_programs(name: str) -> None:
    """`pulumi new` asks for what the program and the plugin read, and nothing else; defaults are the emulator's."""
    document = project(EXAMPLES / name)
    asked = document["template"]["config"]
    assert set(asked) == set(document["config"])
    assert all(each["description"] for each in (document["template"], *asked.values()))
    settings = {key for keys, _ in KEYS.values() for key in keys}
    assert {key for key in asked if ":" in key} <= settings
    for key, each in asked.items():
        assert document["config"][key].get("secret", False) == each.get("secret", False)
    if name == "contact-center-typescript":
        assert "connect-users:emulator" not in asked
        assert "default" not in asked["firstPassword"]
    else:
        assert asked["connect-users:emulator"]["default"] == document["config"]["connect-users:emulator"]["value"]
        assert asked["instance"]["default"] == seed.INSTANCE_ALIAS
    if document["runtime"] != "yaml":
        assert document["packages"] == {"connect-users": f"connect-users@{VERSION}"}
