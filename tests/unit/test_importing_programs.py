"""Programs that an import writes, in every language."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from connect_users.core.errors import ConfigurationError
from connect_users.importing import literals
from connect_users.importing.programs import Content, Language, additions, declarations, files, language_of
from connect_users.plugin import schema
from tests.builders import INSTANCE_ID

ARN = f"arn:aws:connect:eu-west-2:123456789012:instance/{INSTANCE_ID}"
ADA: dict[str, Any] = {
    "instance_id": INSTANCE_ID,
    "username": "ada",
    "routing_profile_id": "r-1",
    "security_profile_ids": ["s-1", "s-2"],
    "identity_info": {"first_name": "Ada", "last_name": 'the "first"'},
    "after_contact_work_configs": [
        {"channel": "CHAT", "after_contact_work_config": {"after_contact_work_time_limit": 120}}
    ],
    "phone_number_configs": [{"channel": "VOICE", "phone_type": "SOFT_PHONE"}],
    "persistent_connection_configs": [{"channel": "VOICE", "persistent_connection": True}],
    "user_proficiencies": [{"attribute_name": "lang", "attribute_value": "en", "level": 3}],
    "tags": {"cost_center": "1", "a b": "$x"},
}
BOB = {"instance_id": INSTANCE_ID, "username": "bob", "routing_profile_id": "r-1", "security_profile_ids": ["s-1"]}


def content(language: Language, people: dict[str, dict[str, Any]] | None = None, *, each: bool = True) -> Content:
    people = {"ada": ADA, "bob": BOB} if people is None else people
    return Content(language, "agents", "agents.csv", ARN, "Acme", "eu-west-2", people, each, None if each else "SAML")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    TEXTS | st.booleans() | st.integers(-3, 3_000_000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES, max_size=3) | st.lists(TEXTS), max_size=4))
def test_yaml_says_what_was_given(value: dict[str, Any]) -> None:
    """With every dollar sign twice, since one begins a reference in Pulumi's YAML."""
    if any(isinstance(item, list) and any(map(is_list, item)) for item in walk(value)):
        # No input is a list of lists.
        return
    text = "\n".join(literals.yaml_lines(value))
    assert (yaml.safe_load(text) or {}) == doubled(value)


def walk(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(each for item in inner for each in walk(item))]


def is_list(value: Any) -> bool:
    return isinstance(value, list)


def doubled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: doubled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [doubled(item) for item in value]
    return value.replace("$", "$$") if isinstance(value, str) else value


@given(TEXTS)
def test_a_quoted_string_is_one_line_of_characters_that_every_language_allows(text: str) -> None:
    quoted = literals.quoted(text)
    assert json.loads(quoted) == text
    assert len(quoted.splitlines()) == 1
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]", quoted)


def test_a_character_that_turns_the_code_around_it_is_escaped() -> None:
    assert literals.quoted("a\u202e\u2066\u200bb é 👩") == '"a\\u202e\\u2066\\u200bb é 👩"'


def test_a_member_that_typescript_would_take_for_the_prototype_is_a_member() -> None:
    assert literals.typescript({"__proto__": "x", "a-b": 1, "ok": True}) == (
        '{\n    ["__proto__"]: "x",\n    "a-b": 1,\n    ok: true,\n}'
    )


def test_a_program_in_typescript() -> None:
    written = files(content(Language.TYPESCRIPT))
    assert list(written) == ["index.ts", "Pulumi.yaml", "package.json", "tsconfig.json"]
    assert written["index.ts"].startswith(
        "// The people of Amazon Connect Acme.\n\n"
        'import * as connectUsers from "pulumi-amazon-connect-users";\n\n'
        'new connectUsers.User("agents-ada", {\n'
        f'    instanceId: "{INSTANCE_ID}",\n'
    )
    assert '    tags: {\n        cost_center: "1",\n        "a b": "$x",\n    },\n' in written["index.ts"]
    # Names of npm's packages are in lower case.
    assert json.loads(written["package.json"])["name"] == "acme-users"
    assert json.loads(written["tsconfig.json"])["files"] == ["index.ts"]
    assert schema.document()["language"]["nodejs"]["packageName"] == "pulumi-amazon-connect-users"


def test_a_program_in_go_has_the_types_of_the_generated_sdk() -> None:
    written = files(content(Language.GO))
    assert list(written) == ["main.go", "Pulumi.yaml", "go.mod"]
    text = written["main.go"]
    for line in (
        'if _, err := connectusers.NewUser(ctx, "agents-ada", &connectusers.UserArgs{',
        'SecurityProfileIds: pulumi.StringArray{pulumi.String("s-1"), pulumi.String("s-2")},',
        "IdentityInfo: &connectusers.IdentityInfoArgs{",
        r'LastName:  pulumi.String("the \"first\""),',
        "AfterContactWorkConfigs: connectusers.AfterContactWorkConfigPerChannelArray{",
        'Channel: connectusers.Channel("CHAT"),',
        "AfterContactWorkTimeLimit: pulumi.Int(120),",
        'PhoneType: connectusers.PhoneType("SOFT_PHONE"),',
        'Channel:              connectusers.VoiceChannel("VOICE"),',
        "PersistentConnection: pulumi.Bool(true),",
        'Tags: pulumi.StringMap{\n\t\t\t\t"cost_center": pulumi.String("1"),',
    ):
        assert line in text
    gofmt = shutil.which("gofmt")
    if gofmt is not None:
        done = subprocess.run([gofmt], input=text, capture_output=True, text=True, encoding="utf-8", check=True)
        assert done.stdout == text


def test_a_program_in_python_declares_each_person_with_the_words_of_its_resource() -> None:
    text = files(content(Language.PYTHON))["__main__.py"]
    declared: dict[str, dict[str, Any]] = {}

    def declare(name: str, **inputs: Any) -> None:
        declared[name] = inputs

    exec(text.replace("from connect_users import ConnectUser\n", ""), {"ConnectUser": declare})
    assert declared == {"agents-ada": ADA, "agents-bob": BOB}


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            Language.PYTHON,
            (
                f'ConnectUserRoster(\n    "agents",\n    roster="agents.csv",\n    instance=ConnectInstance("{ARN}"),\n'
                '    identity_management_type="SAML",\n)\n'
            ),
        ),
        (
            Language.YAML,
            (
                '  agents:\n    type: "connect-users:UserRoster"\n    properties:\n      roster: "agents.csv"\n'
                f'      instance: "{ARN}"\n      identityManagementType: "SAML"\n'
            ),
        ),
        (
            Language.TYPESCRIPT,
            (
                'new connectUsers.UserRoster("agents", {\n    roster: "agents.csv",\n'
                f'    instance: "{ARN}",\n    identityManagementType: "SAML",\n}});\n'
            ),
        ),
        (
            Language.GO,
            (
                '\t\tif _, err := connectusers.NewUserRoster(ctx, "agents", &connectusers.UserRosterArgs{\n'
                '\t\t\tRoster:                 pulumi.StringRef("agents.csv"),\n'
                f'\t\t\tInstance:               pulumi.String("{ARN}"),\n'
                '\t\t\tIdentityManagementType: connectusers.IdentityManagementType("SAML"),\n\t\t}); err != nil {\n'
            ),
        ),
    ],
)
def test_a_program_with_a_roster(language: Language, lines: str) -> None:
    """It names nobody, and is complete once it names the file."""
    written = content(language, each=False)
    text = files(written)[language.main]
    assert lines in text
    assert "ada" not in text
    assert declarations(written, text) == ""
    assert declarations(written, "another.csv") == declarations(written)


@pytest.mark.parametrize(
    ("language", "sdk"),
    [
        (Language.PYTHON, "from connect_users import ConnectInstance, ConnectUserRoster\n"),
        (Language.YAML, ""),
        (Language.TYPESCRIPT, 'import * as connectUsers from "pulumi-amazon-connect-users";\n'),
        (Language.GO, 'import "example.com/pulumi-connect-users/sdk/go/connectusers"\n'),
    ],
)
def test_what_is_to_be_added_has_the_import_that_it_needs(language: Language, sdk: str) -> None:
    """Where the program does not have it yet."""
    written = content(language, each=False)
    assert additions(written, "another program") == f"{sdk}{declarations(written)}"
    program = files(written)[language.main]
    assert additions(written, program) == ""
    assert additions(written, program.replace("agents.csv", "team.csv")) == declarations(written)


@pytest.mark.parametrize("language", list(Language))
def test_only_people_who_are_missing_are_to_be_added_to_a_program(language: Language) -> None:
    """Also where the name of one is the beginning of another's."""
    other = {"ada.b": {**BOB, "username": "ada.b"}}
    both = content(language, {"ada": ADA, **other})
    program = files(content(language, other))[language.main]
    lacking = declarations(both, program)
    assert "agents-ada" in lacking
    assert "agents-ada.b" not in lacking
    assert declarations(both, files(both)[language.main]) == ""


@pytest.mark.parametrize("language", list(Language))
def test_a_program_that_declares_nobody_is_one(language: Language) -> None:
    text = files(content(language, {}))[language.main]
    assert text.endswith("resources: {}\n") is (language is Language.YAML)
    assert ("sdk/go/connectusers" in text) is False


@pytest.mark.parametrize(
    ("project", "language"),
    [
        ("", Language.PYTHON),
        ("name: x\n", Language.PYTHON),
        ("name: x\nruntime: yaml\n", Language.YAML),
        ("name: x\nruntime:\n  name: python\n  options:\n    virtualenv: venv\n", Language.PYTHON),
        ("runtime:\n  options:\n    packagemanager: npm\n  name: nodejs\nname: go\n", Language.TYPESCRIPT),
        ("runtime: 'go'\r\nname: x\r\n", Language.GO),
        ("description: |\n  runtime: go\nruntime: yaml\n", Language.YAML),
    ],
)
def test_a_folder_keeps_its_language(project: str, language: Language) -> None:
    assert language_of(project, None) is language
    if "runtime" in project:
        assert language_of(project, language) is language


@pytest.mark.parametrize(
    ("runtime", "wanted", "text"),
    [
        ("python", Language.YAML, "has the runtime python, not yaml"),
        ("dotnet", None, "has the runtime dotnet, which import does not write"),
        ("java", Language.GO, "has the runtime java, not go"),
    ],
)
def test_a_project_in_another_language_is_refused(runtime: str, wanted: Language | None, text: str) -> None:
    with pytest.raises(ConfigurationError, match=text):
        language_of(f"runtime: {runtime}\n", wanted)
