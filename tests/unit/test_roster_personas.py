"""Personas: who gets which, what wins over what, and what is wrong with a file of personas."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_users.core.misspellings import NoSuchName
from connect_users.core.references import HIERARCHY_GROUP, ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.core.spec import UNKNOWN
from connect_users.roster.choosing import with_personas
from connect_users.roster.explaining import explanations
from connect_users.roster.names import Names
from connect_users.roster.people import JudgedRoster, Person, RosterOptions, judge
from connect_users.roster.personas import RuleCondition
from connect_users.roster.reading import read, read_personas
from connect_users.roster.selection import select
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from pathlib import Path

INSTANCE = "00000000-0000-4000-8000-000000000001"
SUPPORT, SALES = (f"30000000-0000-4000-8000-00000000000{n}" for n in (2, 3))
AGENT, LEAD = (f"40000000-0000-4000-8000-00000000000{n}" for n in (2, 1))
LONDON = "60000000-0000-4000-8000-000000000003"

FILE = """\
personas:
  agent:
    routing_profile: Support
    security_profiles: Agent
    acw: {chat: 30}
    tags: {team: blue, site: ldn}
  lead:
    routing_profile: Sales
    security_profiles: [Agent, Lead]
    hierarchy_group: EMEA/London
rules:
  - {persona: lead, when: {department: Sales, title: "Team lead*"}}
  - persona: agent
    when: {department: [Sales, Support]}
"""


def _names() -> dict[Any, Names]:
    return {
        ROUTING_PROFILE: Names(ROUTING_PROFILE, {"Support": SUPPORT, "Sales": SALES}),
        SECURITY_PROFILE: Names(SECURITY_PROFILE, {"Agent": AGENT, "Lead": LEAD}),
        HIERARCHY_GROUP: Names(HIERARCHY_GROUP, {"EMEA/London": LONDON}),
    }


def _judged(personas: Any, rows: Any, **terms: Any) -> JudgedRoster:
    read_ = read_personas(personas)
    return judge(read(rows, read_), RosterOptions(INSTANCE, names=_names(), personas=read_, **terms))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "personas.yaml").write_text(FILE, encoding="utf-8")
    return "personas.yaml"


def _by_name(judged: JudgedRoster) -> dict[str, Person]:
    assert list(map(str, judged.problems)) == []
    return {person.username: person for person in judged.people}


def _person(name: str, department: str = "Support", **more: Any) -> dict[str, Any]:
    return {"username": name, "department": department, **more}


def test_the_first_rule_of_which_all_conditions_are_true_gives_the_persona(file: str) -> None:
    rows = [
        _person("ada", "Sales", title="Team lead, EMEA"),
        _person("bo", "Sales", title="Clerk"),
        _person("cy", title="Team lead"),
    ]
    people = _by_name(_judged(file, rows))
    chosen = {name: person.choice.persona for name, person in people.items() if person.choice}
    assert chosen == {"ada": "lead", "bo": "agent", "cy": "agent"}
    assert people["ada"].inputs["routing_profile_id"] == SALES
    assert people["ada"].inputs["security_profile_ids"] == [AGENT, LEAD]
    assert people["ada"].inputs["hierarchy_group_id"] == LONDON
    assert people["ada"].profiles == ("Agent", "Lead")


def test_the_row_wins_over_the_persona_and_the_persona_over_the_defaults(file: str) -> None:
    rows = [_person("ada", routing_profile="Sales", tags="team=red|shift=day")]
    defaults = {"routing_profile": "Support", "acw.chat": 5, "acw.voice": 7, "tags": {"site": "nyc", "x": "y"}}
    inputs = _by_name(_judged(file, rows, defaults=defaults))["ada"].inputs
    assert inputs["routing_profile_id"] == SALES
    limits = {
        each["channel"]: each["after_contact_work_config"]["after_contact_work_time_limit"]
        for each in inputs["after_contact_work_configs"]
    }
    assert limits == {"CHAT": 30, "VOICE": 7}
    assert inputs["tags"] == {"team": "red", "shift": "day", "site": "ldn", "x": "y"}


def test_a_row_without_a_rule_is_reported_with_its_values_and_a_suggestion(file: str) -> None:
    judged = _judged(file, [_person("ada"), _person("bo", "support", title="Clerk"), _person("cy", "")])
    assert list(map(str, judged.problems)) == [
        f"row {line}: no rule of personas.yaml matches this person: {text}"
        for line, text in (
            (2, "department is 'support' and title is 'Clerk'; did you mean department: 'Support', as in rule 2?"),
            (3, "department is '' and title is ''; add a rule or a default"),
        )
    ]


def test_personal_data_that_a_rule_goes_by_is_not_repeated() -> None:
    personas = {"personas": {"a": {}}, "rules": [{"persona": "a", "when": {"identity_info.email": "*@example.org"}}]}
    judged = _judged(personas, [{"username": "ada", "email": "ada@example.com"}])
    assert [each.text for each in judged.problems] == [
        "no rule of personas matches this person; add a rule or a default"
    ]


def test_of_personal_data_that_fits_a_rule_only_the_rule_is_shown() -> None:
    rules = [{"persona": "a", "when": {"email": ["x", "*@example.com"], "department": "S*"}}]
    rows = [{"username": "ada", "email": "ada@example.com", "department": "Sales"}]
    choice = _judged({"personas": {"a": {}}, "rules": rules}, rows).people[0].choice
    assert choice is not None
    assert choice.matched == (("email", "*@example.com"), ("department", "Sales"))


def test_tags_that_cannot_be_read_are_explained_as_none() -> None:
    options = RosterOptions(personas=read_personas({"personas": {"a": {"tags.b": "c"}}, "default": "a"}))
    (ada,) = explanations(judge(read([{"username": "ada", "tags": "no tag"}]), options), options)
    assert ada.settings == {"tags.b": "persona"}


def test_a_persona_that_cannot_be_read_is_a_problem_and_its_people_are_explained_without_it() -> None:
    personas = read_personas({"personas": {"a": {"routing_profile": "x" * 40_000}}, "default": "a"})
    options = RosterOptions(personas=personas)
    judged = judge(read([{"username": "ada", "routing_profile_id": SUPPORT}]), options)
    assert "a cell has 40,000 characters" in str(judged.problems[-1])
    (ada,) = explanations(judged, options)
    assert ada.settings == {"routing_profile_id": "row"}


def test_a_persona_that_only_somebody_who_has_left_would_have_is_not_used(file: str) -> None:
    rows = [_person("ada", "Sales", title="Team lead", last_day="2026-12-30"), _person("bo", title="Clerk")]
    judged = _judged(file, rows, today=lambda: dt.date(2026, 12, 31))
    assert list(_by_name(judged)) == ["bo"]
    assert [str(each) for each in judged.remarks] == ["personas.yaml:7: personas.lead: nobody has this persona"]


def test_the_default_is_for_everybody_else_and_may_be_an_empty_persona() -> None:
    personas = {"personas": {"a": {"routing_profile": "Sales"}, "none": {}}, "rules": [], "default": "none"}
    judged = _judged(personas, [{"username": "ada", "routing_profile": "Support", "security_profiles": "Agent"}])
    assert _by_name(judged)["ada"].inputs["routing_profile_id"] == SUPPORT
    assert [str(each) for each in judged.remarks] == ["personas: personas.a: nobody has this persona"]


def test_a_persona_that_nobody_has_is_a_warning_at_its_line(file: str) -> None:
    judged = _judged(file, [_person("ada", title="x")])
    assert [str(each) for each in judged.remarks] == [
        "personas.yaml:7: personas.lead: nobody has this persona",
    ]


@pytest.mark.parametrize(
    ("values", "held", "matched"),
    [
        (("Sales",), ("Sales",), "Sales"),
        (("Sales",), ("sales",), None),
        (("Sales",), ("Sales EMEA",), None),
        (("Sales*",), ("Sales EMEA",), "Sales EMEA"),
        (("*EMEA",), ("Sales EMEA",), "Sales EMEA"),
        (("S*s*A",), ("Sales EMEA",), "Sales EMEA"),
        (("S*s*s*A",), ("Sales EMEA",), None),
        (("ab*ba",), ("aba",), None),
        (("*",), (), None),
        (("*",), ("x",), "x"),
        (("",), (), ""),
        (("",), ("x",), None),
        (("A.C",), ("ABC",), None),
        (("No", "Yes"), ("Maybe", "Yes"), "Yes"),
    ],
)
def test_a_condition_is_exact_but_for_the_star(
    values: tuple[str, ...], held: tuple[str, ...], matched: str | None
) -> None:
    assert RuleCondition("department", values).match(held) == matched


@given(st.text("ab*", max_size=6), st.text("ab", max_size=8))
def test_the_star_stands_for_any_characters(pattern: str, value: str) -> None:
    """As the pattern of a regular expression does."""
    import re

    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value) is not None
    assert (RuleCondition("x", (pattern,)).match((value,)) is not None) is expected


@pytest.mark.parametrize(
    "groups",
    [["Connect Sales", "VPN"], "VPN;Connect Sales", "VPN|Connect Sales", "VPN, Connect Sales", "Connect Sales"],
)
def test_groups_are_matched_one_by_one(groups: Any) -> None:
    personas = {"personas": {"a": {}, "b": {}}, "rules": [{"persona": "a", "when": {"groups": "Connect S*"}}]}
    judged = _judged(personas, [{"username": "ada", "groups": groups, "routing_profile": "Sales"}])
    assert judged.people[0].choice is not None
    assert judged.people[0].choice.matched == (("groups", "Connect Sales"),)


def test_a_group_may_be_named_as_a_whole_with_its_commas() -> None:
    name = "CN=Sales,OU=Groups,DC=example,DC=org"
    personas = {"personas": {"a": {}}, "rules": [{"persona": "a", "when": {"memberOf": name}}]}
    judged = _judged(personas, [{"username": "ada", "memberOf": name}])
    assert judged.people[0].choice is not None


def test_only_groups_are_several_in_one_cell() -> None:
    """A department with a comma in its name is one department."""
    personas = {"personas": {"a": {}}, "rules": [{"persona": "a", "when": {"department": "Sales"}}]}
    assert _judged(personas, [{"username": "ada", "department": "Sales, EMEA"}]).people[0].choice is None


def test_rules_go_by_the_columns_of_rosters_too() -> None:
    rules = [
        {"persona": "a", "when": {"tags.site": "ldn"}},
        {"persona": "b", "when": {"username": "b*"}},
    ]
    rows = [{"username": "ada", "tags": "site=ldn"}, {"user login": "bo", "tags": "site=nyc"}]
    judged = _judged({"personas": {"a": {}, "b": {}}, "rules": rules}, rows)
    assert [person.choice and person.choice.persona for person in judged.people] == ["a", "b"]


def test_where_and_personas_go_together(file: str) -> None:
    personas = read_personas(file)
    table = select(read([_person("ada", title="x"), _person("bo", "Legal", title="x")]), {"department": "Support"})
    judged = judge(table, RosterOptions(INSTANCE, names=_names(), personas=personas))
    assert list(_by_name(judged)) == ["ada"]


def test_all_problems_of_a_file_are_reported_at_once_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(
        "personas:\n"
        "  agent:\n"
        "    routing_profil: Sales\n"
        "    routing_profile: Suport\n"
        "    username: ada\n"
        "    acw:\n"
        "      chat: 30\n"
        "      telegram: 1\n"
        "  list: [1]\n"
        "rules:\n"
        "  - {persona: agnt, when: {department: Sales}}\n"
        "  - {persona: agent}\n"
        "  - {persona: agent, department: Sales}\n"
        "  - agent\n"
        "  - {when: {department: Sales}}\n"
        "  - {persona: agent, when: {department: {a: b}}}\n"
        "default: agents\n"
        "columns: {usernam: UPN, active: [x]}\n"
        "rule: []\n"
        "x-anchors: {a: b}\n",
        encoding="utf-8",
    )
    judged = _judged(str(file), [{"username": "ada", "department": "Sales"}])
    problems = [str(each).removeprefix(f"{file}:") for each in judged.problems]
    assert problems == [
        "3: personas.agent.routing_profil: no such column; did you mean routing_profile?",
        "4: personas.agent.routing_profile: 'Suport' is not a routing profile of this roster; did you mean 'Support'?",
        "5: personas.agent.username: a username names one person, so it cannot be a persona's",
        "8: personas.agent.acw.telegram: no such column; did you mean acw.task?",
        "9: personas.list: is not a dict of columns and values",
        "11: rules[1].persona: 'agnt' is not a persona of this file; did you mean 'agent'?",
        "12: rules[2]: has no conditions; write when: {COLUMN: VALUE}, or name the persona as default",
        "13: rules[3].department: is not a member of a rule; write it under when: {department: ...}",
        "13: rules[3]: has no conditions; write when: {COLUMN: VALUE}, or name the persona as default",
        "14: rules[4]: is not a dict with persona and when",
        "15: rules[5]: names no persona; there are 'agent', 'list'",
        "16: rules[6].when.department: is neither a string nor a list of strings",
        "17: default: 'agents' is not a persona of this file; did you mean 'agent'?",
        "18: columns.usernam: no such column; did you mean username?",
        "18: columns.active: is not the header of a column",
        "19: rule: is not a member of this file; did you mean 'rules'?",
    ]
    assert judged.remarks == ()


def test_a_column_that_a_file_does_not_have_is_a_problem_of_the_rule(file: str, tmp_path: Path) -> None:
    """Or everybody would get the default because of a letter."""
    (tmp_path / "a.csv").write_text("username,title,departement\nada,x,Sales\n", encoding="utf-8")
    judged = _judged(file, "a.csv", ignore_columns=("departement",))
    assert list(map(str, judged.problems)) == [
        "personas.yaml:12: rules[1].when.department: the roster has no such column; did you mean 'departement'?"
    ]


def test_a_column_in_which_nobody_has_a_value_is_only_a_warning_where_such_columns_are_left_out(file: str) -> None:
    judged = _judged(file, [_person("ada", routing_profile="Sales")])
    assert list(_by_name(judged)) == ["ada"]
    assert "personas.yaml:12: rules[1].when.title: the roster has no such column; there are " in str(judged.remarks[1])


def test_a_wrong_value_is_reported_once_at_the_persona_that_has_it(file: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(FILE.replace("chat: 30", "chat: 9999999"), encoding="utf-8")
    judged = _judged(file, [_person("ada", title="x"), _person("bo", title="x")])
    (problem,) = judged.problems
    assert str(problem).startswith("personas.yaml:5: personas.agent.acw.chat: ")


def test_columns_that_rules_go_by_need_not_be_ignored(file: str) -> None:
    judged = _judged(file, [_person("ada", title="x", floor="3")])
    assert [str(each) for each in judged.problems] == [
        "row 1: floor: no such column; to leave it out, name it in ignore_columns"
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no personas; write personas: {NAME: {routing_profile: ...}}, and rules"),
        ("- a\n", "has no personas; write personas: {NAME: {routing_profile: ...}}, and rules"),
        ("personas:\n", "has no personas; write personas: {NAME: {routing_profile: ...}}, and rules"),
        ("personas: [a]\n", "personas: is not a dict of personas by name"),
        (
            "personas: {a: {}}\nrules: {persona: a}\n",
            "rules: is not a list; write - {persona: NAME, when: {COLUMN: VALUE}}",
        ),
        (
            f"personas: {{a: {{tags.a: {'x' * 40_000}}}}}\ndefault: a\n",
            "personas.a: tags.a: a cell has 40,000 characters; at most 32,767 are read",
        ),
    ],
)
def test_a_file_of_another_shape_is_reported(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "personas.yaml"
    file.write_text(text, encoding="utf-8")
    judged = _judged(str(file), [{"username": "ada", "routing_profile": "Sales", "security_profiles": "Agent"}])
    assert [str(each).removeprefix(f"{file}").lstrip(":12 ") for each in judged.problems] == [reason]


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRoster, match=r"p\.csv: is not a persona file; write YAML or JSON"):
        read_personas(tmp_path / "p.csv")
    with pytest.raises(UnreadableRoster, match=r"p\.yaml: cannot be read: No such file or directory"):
        read_personas(tmp_path / "p.yaml")
    (tmp_path / "p.yaml").write_text("personas:\n  a: {\n", encoding="utf-8")
    with pytest.raises(UnreadableRoster, match=r"p\.yaml:3: is not YAML"):
        read_personas(tmp_path / "p.yaml")
    (tmp_path / "p.yaml").write_text("personas:\n  a: {}\n  a: {}\n", encoding="utf-8")
    with pytest.raises(UnreadableRoster, match=r"p\.yaml:3: the key 'a' is written twice"):
        read_personas(tmp_path / "p.yaml")


def test_json_and_merged_yaml_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(
        json.dumps(
            {"$schema": "x", "personas": {"a": {"routing_profile": "Sales", "acw": {"chat": 3}}}, "default": "a"}
        ),
        encoding="utf-8",
    )
    (tmp_path / "p.yaml").write_text(
        "x-base: &base {routing_profile: Sales, acw: {chat: 1}}\n"
        "personas:\n  a:\n    <<: *base\n    acw: {chat: 3}\ndefault: a\n",
        encoding="utf-8",
    )
    rows = [{"username": "ada", "security_profiles": "Agent"}]
    one, other = (_by_name(_judged(tmp_path / name, rows))["ada"].inputs for name in ("p.json", "p.yaml"))
    assert one == other


def test_it_is_explained_who_has_what_from_where(file: str) -> None:
    personas = read_personas(file)
    rows = [_person("ada", title="x", routing_profile="Sales", **{"identity_info.first_name": "Ada"})]
    options = RosterOptions(INSTANCE, names=_names(), personas=personas, defaults={"acw.voice": 5, "tags.team": "x"})
    (ada,) = explanations(judge(read(rows), options), options)
    assert ada.why == "rule 2: department is 'Support'"
    assert ada.settings == {
        "routing_profile": "row",
        "identity_info.first_name": "row",
        "security_profiles": "persona",
        "acw.chat": "persona",
        "tags.team": "persona",
        "tags.site": "persona",
        "acw.voice": "defaults",
    }


def test_the_explanation_is_what_was_assembled(file: str) -> None:
    """A whole list of the row leaves no place for the persona's part of it."""
    personas = read_personas(file)
    whole = [{"channel": "VOICE", "after_contact_work_config": {"after_contact_work_time_limit": 9}}]
    rows = [_person("ada", title="x", after_contact_work_configs=whole)]
    options = RosterOptions(INSTANCE, names=_names(), personas=personas)
    judged = judge(read(rows), options)
    assert _by_name(judged)["ada"].inputs["after_contact_work_configs"] == whole
    (ada,) = explanations(judged, options)
    assert ada.settings["after_contact_work_configs"] == "row"
    assert "acw.chat" not in ada.settings


#: Settings that meet each other in different ways: single values, parts of blocks and of lists, whole lists, tags.
SETTINGS: dict[str, Any] = {
    "routing_profile_id": lambda n: f"r{n}",
    "phone_config.phone_type": lambda n: ("SOFT_PHONE", "DESK_PHONE", "soft phone")[n],
    "phone_config.after_contact_work_time_limit": lambda n: n,
    "acw.chat": lambda n: n,
    "acw.voice": lambda n: n,
    "after_contact_work_configs": lambda n: [{"channel": "TASK", "agent_first_callback_after_contact_work_config": n}],
    "tags": lambda n: {"a": f"v{n}", f"only{n}": "x"},
    "tags.b": lambda n: f"w{n}",
    "user_proficiencies": lambda n: {"lang:en": n},
}


@given(st.lists(st.sets(st.sampled_from(sorted(SETTINGS))), min_size=3, max_size=3))
def test_every_origin_that_is_shown_is_that_of_the_value(chosen: list[set[str]]) -> None:
    """What only one of the three says is what it would be without the other two."""
    said = [{name: SETTINGS[name](n) for name in sorted(names)} for n, names in enumerate(chosen)]
    for layer in said:
        if "after_contact_work_configs" in layer:
            layer.pop("acw.chat", None)
            layer.pop("acw.voice", None)

    def run(row: dict[str, Any], persona: dict[str, Any], defaults: dict[str, Any]) -> tuple[Any, dict[str, str]]:
        personas = read_personas({"personas": {"a": persona}, "default": "a"})
        options = RosterOptions(INSTANCE, personas=personas, defaults=defaults)
        judged = judge(read([{"username": "ada", **row}]), options)
        (each,) = explanations(judged, options)
        return each.person.inputs, each.settings

    inputs, settings = run(*said)
    kept: list[dict[str, Any]] = [{}, {}, {}]
    for column, origin in settings.items():
        number = ("row", "persona", "defaults").index(origin)
        whole = said[number].get("tags", {})
        key = column.partition(".")[2]
        kept[number][column] = said[number][column] if column in said[number] else whole[key]
    # Each setting by the one that it is said to come from, and by nobody else: the same person.
    assert run(*kept)[0] == inputs


def test_reviews_see_the_settings_of_personas_in_the_rows(file: str) -> None:
    rows = [_person("ada", title="x", routing_profile="Sales"), _person("bo", "Legal")]
    table = with_personas(read(rows), read_personas(file))
    ada, bo = (dict(row.cells) for row in table.rows)
    assert (ada["routing_profile"], ada["security_profiles"]) == ("Sales", "Agent")
    assert bo == {"username": "bo", "department": "Legal"}


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ([{"persona": "a", "when": {"x": "y"}}] * 501, "has more than 500 rules; name several values in one"),
        (
            [{"persona": "a", "when": {"x": [f"{n}*" for n in range(501)]}}],
            "have more than 500 values with *; write them without",
        ),
    ],
)
def test_rules_that_would_take_long_are_refused(rules: list[Any], reason: str) -> None:
    personas = read_personas({"personas": {"a": {}}, "rules": rules})
    assert [str(each) for each in personas.problems] == [f"personas: rules: {reason}"]


def test_a_rule_may_name_thousands_of_people() -> None:
    """As an import writes it, where no column says who has what."""
    names = [f"agent{number}" for number in range(5_000)]
    personas = {"personas": {"a": {}}, "rules": [{"persona": "a", "when": {"username": names}}]}
    judged = _judged(personas, [{"username": name} for name in (*names, "agent_7")])
    assert sum(person.choice is not None for person in judged.people) == 5_000
    assert any("did you mean username: 'agent7', as in rule 1?" in each.text for each in judged.problems)


def test_a_name_that_a_look_up_did_not_find_is_a_problem_at_every_place_that_has_it(file: str) -> None:
    names = {
        reference: Names(reference, look_up=lambda _: UNKNOWN) for reference in (SECURITY_PROFILE, ROUTING_PROFILE)
    }
    defaults = {"routing_profile": "Sales"}
    options = RosterOptions(INSTANCE, personas=read_personas(file), defaults=defaults, names=names)
    table = read([_person("ada", title="x", security_profiles="Lead")])
    assert judge(table, options).problems == ()
    names[SECURITY_PROFILE].refuse("Lead", NoSuchName("no such profile"))
    names[ROUTING_PROFILE].refuse("Sales", NoSuchName("no such routing"))
    assert [str(each) for each in judge(table, options).problems] == [
        "roster: defaults.routing_profile: no such routing",
        "row 1: security_profiles: no such profile",
        "personas.yaml:8: personas.lead.routing_profile: no such routing",
        "personas.yaml:9: personas.lead.security_profiles: no such profile",
    ]
