"""Which persona a person gets from unusual cells and files, and where each setting comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.roster.explaining import explanations
from connect_users.roster.people import RosterOptions, judge
from connect_users.roster.reading import read, read_personas
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from pathlib import Path


def test_the_escapes_of_json_are_those_of_json(tmp_path: Path) -> None:
    """YAML, of which JSON is nearly a part, has no pairs of surrogates, as Python's own writer makes them."""
    document = {"personas": {"lead": {"tags.team": "blue \N{LARGE BLUE CIRCLE}"}}, "default": "lead"}
    (tmp_path / "p.json").write_text(json.dumps(document, indent="\t"), encoding="utf-8")
    personas = read_personas(tmp_path / "p.json")
    assert personas.problems == ()
    assert personas.settings["lead"].cells == [("tags.team", "blue \N{LARGE BLUE CIRCLE}")]
    assert (personas.settings["lead"].line, personas.settings["lead"].line_of("tags.team")) == (3, 4)


def test_everybody_on_one_line_is_explained_by_their_own_row(tmp_path: Path) -> None:
    rows = [{"username": "ada", "routing_profile": "Sales"}, {"username": "bo"}]
    (tmp_path / "a.json").write_text(json.dumps(rows), encoding="utf-8")
    personas = read_personas({"personas": {"agent": {"routing_profile": "Support"}}, "default": "agent"})
    options = RosterOptions(personas=personas, names={})
    judged = judge(read(tmp_path / "a.json"), options)
    assert {each.person.username: each.settings for each in explanations(judged, options)} == {
        "ada": {"routing_profile": "row"},
        "bo": {"routing_profile": "persona"},
    }


def test_a_proficiency_in_three_columns_is_the_row_s_own(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("username,attribute_name,attribute_value,level\nada,lang,en,5\n", encoding="utf-8")
    personas = read_personas({"personas": {"agent": {"proficiencies": "lang:fr=1"}}, "default": "agent"})
    options = RosterOptions(personas=personas)
    (explanation,) = explanations(judge(read(tmp_path / "a.csv"), options), options)
    assert explanation.settings == {"user_proficiencies": "row"}


def test_a_separator_after_the_last_group_is_not_an_empty_cell() -> None:
    """A rule for people without a group does not apply to it."""
    rules = [{"persona": "guest", "when": {"groups": ""}}]
    personas = read_personas({"personas": {"guest": {}, "agent": {}}, "rules": rules, "default": "agent"})
    rows = [{"username": "ada", "groups": "Sales;"}, {"username": "bo", "groups": ""}]
    people = judge(read(rows), RosterOptions(personas=personas)).people
    assert [person.choice and person.choice.persona for person in people] == ["agent", "guest"]


def test_a_value_that_is_known_later_chooses_no_persona() -> None:
    """It would count as an empty cell."""

    async def later() -> str:
        return "Sales"

    rules = [{"persona": "seller", "when": {"department": "Sales"}}]
    personas = read_personas({"personas": {"seller": {}, "agent": {}}, "rules": rules, "default": "agent"})
    department = later()
    judged = judge(read([{"username": "ada", "department": department}]), RosterOptions(personas=personas))
    department.close()
    assert [str(problem) for problem in judged.problems] == [
        "row 1: department is not known while the program runs, but a rule of personas uses it"
    ]


@pytest.mark.parametrize(
    ("rule", "groups", "persona"),
    [
        ("Connect * Leads", "Connect Agents|Sales Leads", "agent"),
        ("Connect * Leads", "Connect Agents, Sales Leads", "agent"),
        ("Connect * Leads", "Connect EMEA Leads;VPN", "lead"),
        ("Admins", ["Not of A, Admins"], "agent"),
        ("Not *Admins", ["Not of A, Admins"], "lead"),
        ("CN=Admins,OU=*", "CN=VPN,OU=G;CN=Admins,OU=G", "lead"),
        ("CN=Admins,OU=G", "CN=VPN,OU=G;CN=Admins,OU=G", "lead"),
        ("CN=VPN,*OU=X", "CN=VPN,OU=G;CN=Admins,OU=X", "agent"),
        ("A, *", "A, B", "lead"),
    ],
)
def test_a_rule_matches_one_group_and_not_parts_of_two(rule: str, groups: Any, persona: str) -> None:
    """Otherwise an agent would get the security profiles of a lead."""
    rules = [{"persona": "lead", "when": {"groups": rule}}]
    personas = read_personas({"personas": {"lead": {}, "agent": {}}, "rules": rules, "default": "agent"})
    people = judge(read([{"username": "ada", "groups": groups}]), RosterOptions(personas=personas)).people
    assert [person.choice and person.choice.persona for person in people] == [persona]


@pytest.mark.parametrize(
    ("settings", "problems"),
    [
        ({"acw": {"chat": 30}, "acw.chat": 60}, ["acw.chat: contradicts 'acw.chat'; keep one of them"]),
        ({"acw": {"chat": 30}, "acw.chat": "30"}, []),
        ({"email": "a@b.org", "Email address": "c@b.org"}, ["Email address: contradicts 'email'; keep one of them"]),
        ({"tags": "team=a|x=y", "tags.team": "b"}, ["tags.team: contradicts 'tags'; keep one of them"]),
        (
            {"after_contact_work_configs": [], "acw.chat": 60, "auto_accept_configs": [{}], "auto_accept.chat": "yes"},
            ["auto_accept.chat: is set beside auto_accept_configs; keep one of them"],
        ),
    ],
)
def test_a_persona_that_contradicts_itself_is_a_problem_like_a_row(settings: Any, problems: list[str]) -> None:
    personas = read_personas({"personas": {"a": settings}, "default": "a"})
    row = {"username": "ada", "routing_profile_id": "x", "security_profile_ids": "y"}
    judged = judge(read([row]), RosterOptions(personas=personas))
    texts = [str(problem) for problem in judged.problems]
    assert [text for text in texts if "keep one" in text] == [f"personas: personas.a.{text}" for text in problems]


def test_a_column_is_named_once(tmp_path: Path) -> None:
    text = "personas: {a: {}}\ncolumns:\n  Username: UPN\n  user_login: Login\n  Active: Enabled\n"
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    personas = read_personas(tmp_path / "p.yaml")
    assert personas.headers == {"username": "UPN", "active": "Enabled"}
    (problem,) = personas.problems
    assert (problem.line, problem.column, problem.text) == (
        4,
        "columns.user_login",
        "names the column 'username' again; keep one of them",
    )


@pytest.mark.parametrize("value", ["*Leads", "* Leads", "*"])
def test_a_value_that_begins_with_a_star_needs_quotes(tmp_path: Path, value: str) -> None:
    """To YAML it is an alias."""
    text = f"personas: {{a: {{}}}}\nrules:\n  - {{persona: a, when: {{title: {value}}}}}\n"
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableRoster, match=r"p.yaml:3: is not YAML: .*; a value that begins with \* needs quotes"):
        read_personas(tmp_path / "p.yaml")
