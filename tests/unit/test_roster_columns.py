"""The headers that are recognised, and what their cells mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_users.core.references import HIERARCHY_GROUP, ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.roster import cells, notations
from connect_users.roster.columns import COLUMNS, Column, find, of_path, unknown
from connect_users.roster.csv_text import read
from connect_users.roster.names import Names
from connect_users.roster.people import RosterOptions, judge

NAMES = {
    ROUTING_PROFILE: Names(ROUTING_PROFILE, {"Support": "30000000-0000-4000-8000-000000000002"}),
    SECURITY_PROFILE: Names(
        SECURITY_PROFILE,
        {"Agent": "40000000-0000-4000-8000-000000000002", "Admin": "40000000-0000-4000-8000-000000000001"},
    ),
    HIERARCHY_GROUP: Names(HIERARCHY_GROUP, {"EMEA/UK/London": "60000000-0000-4000-8000-000000000003"}),
}
TERMS = RosterOptions(instance_id="00000000-0000-4000-8000-000000000001", names=NAMES)


def _reader(header: str) -> Any:
    column = find(header)
    assert isinstance(column, Column)
    return column.read


PROFICIENCIES = _reader("proficiencies")
#: Byte for byte (A), and the documentation's lists (B, C); see the connect administrator guide, "Add users in bulk".
TEMPLATES = {
    "A, 2018-2021": (
        "first name,last name,email address,password,user login,routing profile name,"
        "security_profile_name_1|security_profile_name_2,phone type (soft/desk),phone number,"
        "soft phone auto accept (yes/no),ACW timeout (seconds)\n"
        "Ada,Lovelace,ada@example.com,Passw0rd-1,ada,Support,Agent|Admin,soft,,yes,30\n"
    ),
    "A with SAML": (
        "first name,last name,user login,routing profile name,security_profile_name_1|security_profile_name_2,"
        "phone type (soft/desk),phone number,soft phone auto accept (yes/no),ACW timeout (seconds)\n"
        "Ada,Lovelace,ada,Support,Agent|Admin,soft,,yes,30\n"
    ),
    "B, 2022-2025": (
        "first name,last name,email address,secondary email address,mobile (unused),password,user login,"
        "agent hierarchy,routing profile name,security_profile_name_1|security_profile_name_2,"
        "phone type (soft/desk),phone number,soft phone auto accept (yes/no),ACW timeout (seconds),tags\n"
        "Ada,Lovelace,ada@example.com,,,Passw0rd-1,ada,EMEA|UK|London,Support,Agent|Admin,soft,,yes,30,team=blue\n"
    ),
    "B, the other column for the hierarchy": (
        "first name,last name,user login,routing profile name,security_profile_name_1|security_profile_name_2,"
        "user_hierarchy_1|user_hierarchy_2,phone type (soft/desk),soft phone auto accept (yes/no),"
        "ACW timeout (seconds)\nAda,Lovelace,ada,Support,Agent|Admin,EMEA|UK|London,soft,yes,30\n"
    ),
    "C, 2026": (
        "First name,Last name,User login,Agent hierarchy,Routing profile name,"
        "security_profile_name_1|security_profile_name_2,user_hierarchy_1|user_hierarchy_2,Phone type (soft/desk),"
        "Phone number,Tags,Persistent connection,Audio enhancement(none/isolate voice/suppress noise)\n"
        "Ada,Lovelace,ada,,Support,Agent|Admin,EMEA|UK|London,soft,,team=blue,yes,isolate voice\n"
    ),
    "AWS's blog tool": (
        "first name,last name,user login,routing profile name,security_profile_name_1|security_profile_name_2,"
        "phone type (soft/desk),UserHierarchy\nAda,Lovelace,ada,Support,Agent|Admin,SOFT_PHONE,EMEA/UK/London\n"
    ),
}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_file_of_the_console_works_as_it_is(template: str) -> None:
    """Every generation of the templates, without a problem; what a column is there for arrives."""
    judged = judge(read(template, "console.csv"), TERMS)
    assert judged.problems == ()
    (person,) = judged.people
    inputs = person.inputs
    assert person.username == "ada"
    assert person.profiles == ("Agent", "Admin")
    assert inputs["identity_info"]["first_name"] == "Ada"
    assert inputs["routing_profile_id"] == "30000000-0000-4000-8000-000000000002"
    assert inputs["phone_config"]["phone_type"] == "SOFT_PHONE"
    header = template.lower()
    assert ("hierarchy_group_id" in inputs) == ("hierarchy" in header)
    assert ("password" in inputs) == ("password" in header)
    assert inputs.get("tags") == ({"team": "blue"} if "tags" in header else None)
    if "acw" in header:
        assert inputs["phone_config"]["after_contact_work_time_limit"] == 30
        assert inputs["phone_config"]["auto_accept"] is True
    if "audio" in header:
        assert inputs["voice_enhancement_configs"] == [
            {"channel": "VOICE", "voice_enhancement_mode": "VOICE_ISOLATION"}
        ]


def test_every_documented_header_is_found() -> None:
    """In any case, with blanks for underscores."""
    for column in COLUMNS:
        assert find(column.name) is find(f" {column.name.upper().replace('_', ' ')} ") is column


def test_a_channel_and_a_tag_may_be_a_column() -> None:
    """Keys of tags keep their case."""
    acw, tag = find("acw.chat"), find("tags.CostCentre")
    assert acw is not None
    assert acw.path[:2] == ("after_contact_work_configs", "CHAT")
    assert tag is not None
    assert tag.path == ("tags", "CostCentre")


def test_the_message_about_a_misspelt_header_suggests_another() -> None:
    assert find("usernam") is None
    assert unknown("usernam") == "no such column; did you mean username?"
    assert unknown("shoe size of the person", "; leave it out") == "no such column; leave it out"


def test_an_input_is_documented_by_its_column() -> None:
    column = of_path(("routing_profile_id",))
    assert column is not None
    assert column.name == "routing_profile"
    assert of_path(("nothing",)) is None


@pytest.mark.parametrize(
    ("read_cell", "cell", "value"),
    [
        (cells.flag, "Yes", True),
        (cells.flag, " x ", True),
        (cells.flag, "WAHR", True),
        (cells.flag, 1, True),
        (cells.flag, "n", False),
        (cells.flag, "FALSE", False),
        (cells.flag, 0.0, False),
        (cells.flag, "perhaps", "perhaps"),
        (cells.whole, " 30 ", 30),
        (cells.whole, "30.0", 30),
        (cells.whole, 30.0, 30),
        (cells.whole, "30s", "30s"),
        (cells.whole, 1.5, 1.5),
        (cells.text, 441632960961.0, "441632960961"),
        (cells.text, "Chloe\u0301 ", "Chlo\u00e9"),
        (cells.text, 12345678901234567890, "12345678901234567890"),
        (cells.phone_number, " +441632960961 ", "+441632960961"),
        (cells.phone_number, "0163 2960961", "0163 2960961"),
        (cells.names, "A| B |", ["A", "B"]),
        (cells.names, ["A ", "B"], ["A", "B"]),
        (cells.path, "EMEA|UK| London", "EMEA/UK/London"),
        (cells.path, "/EMEA/UK/", "EMEA/UK"),
        (cells.path, ["EMEA", "UK"], "EMEA/UK"),
        (notations.tags, "team=blue|site=ldn|empty=", {"team": "blue", "site": "ldn", "empty": ""}),
        (notations.tags, r"path=a\|b|k\=v=1=2", {"path": "a|b", "k=v": "1=2"}),
        (notations.tags, {"floor": 3}, {"floor": "3"}),
        (notations.tags, r"note=red, blue; green|sum=a, b\=c", {"note": "red, blue; green", "sum": "a, b=c"}),
        (notations.tags, {"lead": True, "left": None, "note": ""}, {"lead": "true", "note": ""}),
        (
            PROFICIENCIES,
            "lang:en=5|lang:fr=3",
            [
                {"attribute_name": "lang", "attribute_value": "en", "level": 5},
                {"attribute_name": "lang", "attribute_value": "fr", "level": 3},
            ],
        ),
        (PROFICIENCIES, {"lang:en": 5}, [{"attribute_name": "lang", "attribute_value": "en", "level": 5}]),
        (cells.Constant(["SOFT_PHONE"], soft="SOFT_PHONE"), "Soft", "SOFT_PHONE"),
        (cells.Constant(["SOFT_PHONE"]), "soft-phone", "SOFT_PHONE"),
        (cells.Constant(["SOFT_PHONE"]), "other", "other"),
        (cells.Constant(["on_delete"]), "On delete", "on_delete"),
    ],
)
def test_a_cell_means(read_cell: Any, cell: Any, value: Any) -> None:
    """What is not understood stays as it is, for the rules to judge."""
    assert read_cell(cell) == value
    assert type(read_cell(cell)) is type(value)


@pytest.mark.parametrize(
    ("read_cell", "cell", "message"),
    [
        (notations.tags, "team=blue|london", "tag 2 has no '='"),
        (notations.tags, "a=1|a=2", "the key 'a' appears twice"),
        (notations.tags, "team=blue;site=london", r"tag 1 looks like several; write \| between tags"),
        (notations.tags, "a=1|team=blue, site=london", "tag 2 looks like several"),
        (cells.phone_number, "4.41633E+11", "rounded the number"),
        (cells.phone_number, "4,41633E+11", "rounded the number"),
        (cells.phone_number, "441632960961", "has no +"),
        (cells.phone_number, 441632960961.0, "has no +"),
        (cells.refuse_error, " #REF! ", "#REF! is an error of the spreadsheet"),
        (PROFICIENCIES, "lang=5", "'lang=5' is not a proficiency"),
        (PROFICIENCIES, "lang:en", "write attribute:value=level"),
        (PROFICIENCIES, "lang:en=5;lang:fr=3", r"looks like several proficiencies; write \| between them"),
        (PROFICIENCIES, "lang:en=5, lang:fr=3", "looks like several proficiencies"),
    ],
)
def test_a_cell_in_no_notation_is_refused(read_cell: Any, cell: str, message: str) -> None:
    with pytest.raises(cells.BadCell, match=message):
        read_cell(cell)


@pytest.mark.parametrize("empty", [None, "", "  \n", float("nan"), [], {}, type("NAType", (), {})()])
def test_an_empty_cell_says_nothing(empty: Any) -> None:
    assert cells.absent(empty)


@pytest.mark.parametrize("held", [0, False, "0", "-"])
def test_a_zero_says_something(held: Any) -> None:
    assert not cells.absent(held)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12).map(
    lambda text: str(cells.text(text))
)
spaced = st.text("ab|=:\\ é;,", min_size=1, max_size=8)


@settings(max_examples=100)
@given(st.dictionaries(st.one_of(texts.filter(bool), spaced), st.one_of(texts, spaced, st.just("")), max_size=4))
def test_rendered_tags_are_read_as_they_were(tags: dict[str, str]) -> None:
    """Whatever separators, backslashes and blanks are in them."""
    assert notations.tags(notations.render_tags(tags)) == tags


@settings(max_examples=100)
@given(st.lists(st.tuples(spaced, spaced, st.integers(1, 5)), max_size=4))
def test_rendered_proficiencies_are_read_as_they_were(pairs: list[tuple[str, str, int]]) -> None:
    proficiencies = [{"attribute_name": name, "attribute_value": value, "level": level} for name, value, level in pairs]
    assert PROFICIENCIES(notations.render_proficiencies(proficiencies)) == proficiencies


@settings(max_examples=100)
@given(st.lists(texts.filter(lambda text: bool(text) and "|" not in text), max_size=4))
def test_rendered_names_are_read_as_they_were(names: list[str]) -> None:
    assert cells.names(cells.render_names(names)) == names


@pytest.mark.parametrize("value", [True, False])
def test_rendered_flags_are_read_as_they_were(value: bool) -> None:
    assert cells.flag(cells.render_flag(value)) is value
