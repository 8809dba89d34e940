"""The pages for Pulumi's registry: formed as it wants them, and true to the schema."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from connect_users.plugin.schema import document
from tests.contract.plugin.example_programs import go_fields, in_go, in_typescript, in_yaml, problems, references

ROOT = Path(__file__).resolve().parents[3]
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in ("_index", "installation-configuration")}
INDEX = PAGES["_index"]
SCHEMA = document()


def snippets(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_has_the_front_matter_of_a_package(page: str) -> None:
    head = yaml.safe_load(page.split("---\n")[1])
    assert page.startswith("---\n")
    assert head["layout"] == "package"
    assert head["title"].startswith(SCHEMA["displayName"])
    assert 40 < len(head["meta_desc"]) <= 160
    # The registry shows the title itself.
    assert not re.search(r"^# ", page.split("---\n")[2].partition("```")[0], re.MULTILINE)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_chooser_offers_what_it_has(page: str) -> None:
    """Each language once, in order, everything closed, and code in that language."""
    (offered,) = re.findall(r'\{\{< chooser language "([\w,]+)" >\}\}', page)
    sections = re.findall(r"\{\{% choosable language (\w+) %\}\}(.*?)\{\{% /choosable %\}\}", page, re.DOTALL)
    assert [language for language, _ in sections] == offered.split(",")
    assert all(f"```{language}\n" in text for language, text in sections)
    assert page.count("{{< /chooser >}}") == 1
    assert page.count("{{%") == 2 * len(sections)


def test_the_table_of_the_configuration_is_the_settings() -> None:
    """All of them, with types and descriptions of the schema."""
    _, _, table = PAGES["installation-configuration"].partition("|---|---|---|\n")
    expected = [
        f"| `connect-users:{name}` | {each['type']} | {each['description']} |"
        for name, each in SCHEMA["config"]["variables"].items()
    ]
    assert table.partition("\n\n")[0].splitlines() == expected


def test_the_names_of_the_sdks_are_those_of_the_schema() -> None:
    languages = SCHEMA["language"]
    installing = PAGES["installation-configuration"]
    assert f'from "{languages["nodejs"]["packageName"]}"' in installing
    assert f"import {languages['python']['packageName']} as connect" in installing
    assert f"Pulumi.{languages['csharp']['namespaces']['connect-users']};" in installing
    assert f"com.pulumi.{languages['java']['packages']['connect-users']}." in installing


def test_the_examples_are_true_to_the_schema() -> None:
    """The same user in every language."""
    (typescript,), (go,), (text,), (python,) = (
        snippets(INDEX, language) for language in ("typescript", "go", "yaml", "python")
    )
    assert references(text) == []
    for declared in (in_typescript(typescript), in_yaml(text)):
        assert {each.token for each in declared} == {"getInstance", "getRoutingProfile", "getSecurityProfile", "User"}
        assert [problem for each in declared for problem in problems(each)] == []
    for name, fields in in_go(go):
        members, required = go_fields(name)
        assert required <= set(fields) <= members
    compile(python, "docs/_index.md", "exec")


def test_the_first_screen_of_the_readme_names_every_language_and_its_snippet_is_true() -> None:
    """And so is what it says of the functions."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first = "\n".join(readme.splitlines()[:70])
    assert all(language in first for language in ("Python", "TypeScript", "Go", "C#", "Java", "YAML"))
    (typescript,) = snippets(first, "typescript")
    declared = in_typescript(typescript)
    assert {each.token for each in declared} == {"getInstance", "getRoutingProfile", "getSecurityProfile", "User"}
    assert [problem for each in declared for problem in problems(each)] == []
    (row,) = [line for line in readme.splitlines() if line.startswith("| Names to ids |")]
    assert {f"connect-users:index:{name}" for name in re.findall(r"`(get\w+)`", row)} == set(SCHEMA["functions"])
    assert f"pulumi package add connect-users@{SCHEMA['version']} " in readme


def test_every_function_and_resource_that_is_named_exists() -> None:
    tokens = {token.rpartition(":")[2] for kind in ("resources", "functions") for token in SCHEMA[kind]}
    named = re.findall(r"connect-users:(?:index:)?([A-Z]\w+|get[A-Z]\w+)", "".join(PAGES.values()))
    named += re.findall(r"\(`([A-Z]\w+)`\)", INDEX)
    assert {"User", "UserRoster", "getInstance"} <= set(named) <= tokens
