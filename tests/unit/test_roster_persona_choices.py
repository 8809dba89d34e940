"""Which persona a person gets from unusual cells and files, and where each setting comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connect_users.roster.explaining import explanations
from connect_users.roster.people import RosterOptions, judge
from connect_users.roster.reading import read, read_personas

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
