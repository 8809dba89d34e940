"""What many people share, as personas: reading it back gives everybody exactly, and the sets are those of a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_users.core.live import both_views
from connect_users.core.references import HIERARCHY_GROUP, ROUTING_PROFILE, SECURITY_PROFILE
from connect_users.core.spec import canonical
from connect_users.importing import rows
from connect_users.importing.merging import MergeResult, merge
from connect_users.importing.rows import RosterNames
from connect_users.roster import yaml_text
from connect_users.roster.guarding import AssignedPersona
from connect_users.roster.personas import personas_of
from tests.builders import INSTANCE_ID
from tests.strategies import users

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = RosterNames(
    INSTANCE_ID,
    {
        ROUTING_PROFILE: {"id-0": "Support", "id-1": "Sales & Co, Ltd", "id-3": "no"},
        SECURITY_PROFILE: {"id-0": "Agent", "id-1": "Team Lead", "id-2": 'the "boss"'},
        HIERARCHY_GROUP: {"id-0": "EMEA/UK", "id-1": "AMER", "id-2": "EMEA"},
    },
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
TAGS = st.dictionaries(TEXTS, TEXTS, max_size=3)


def person(username: str, routing: str = "id-0", **inputs: Any) -> dict[str, Any]:
    base = {"instance_id": INSTANCE_ID, "routing_profile_id": routing, "security_profile_ids": ["id-0"]}
    return canonical({**base, "username": username, **inputs})


def people(count: int, start: int = 0, **inputs: Any) -> dict[str, dict[str, Any]]:
    """So many alike, but for their names."""
    names = [f"u{number:02d}" for number in range(start, start + count)]
    return {name: person(name, identity_info={"first_name": name}, **inputs) for name in names}


def acw(**seconds: int) -> list[dict[str, Any]]:
    return [
        {"channel": channel, "after_contact_work_config": {"after_contact_work_time_limit": limit}}
        for channel, limit in seconds.items()
    ]


def written(everybody: dict[str, dict[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """The personas, and the lines of the roster."""
    made = rows.write(everybody, NAMES, "agents.csv", personas=True)
    assert made.inputs == everybody
    return yaml.safe_load(made.files.personas or "")["personas"], made.files.rows.splitlines()


@st.composite
def instances(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """People who are like one of a few, but for single inputs."""
    models = draw(st.lists(users(), min_size=1, max_size=3))
    made = {}
    for number in range(draw(st.integers(1, 24))):
        model, other = draw(st.sampled_from(models)), draw(st.sampled_from(models))
        live = {**both_views(model), **({} if draw(st.booleans()) else {"tags": draw(TAGS)})}
        taken = draw(st.sampled_from([None, "hierarchy_group_id", "security_profile_ids", "user_proficiencies"]))
        if taken is not None and taken in other:
            live[taken] = other[taken]
        name = f"user{number}"
        made[name] = rows.declared(canonical({**live, "username": name}), NAMES)
    return made


@settings(max_examples=120, deadline=None)
@given(instances(), st.randoms())
def test_with_personas_everybody_reads_back_exactly(everybody: dict[str, dict[str, Any]], random: Any) -> None:
    """As without them; each has one; and the order in which the instance lists them means nothing."""
    plain = rows.write(everybody, NAMES)
    made = rows.write(everybody, NAMES, "agents.csv", personas=True)
    assert (made.inputs, made.left_out) == (plain.inputs, plain.left_out)
    assert made.marks.keys() == made.inputs.keys()
    assert (
        len(made.files.rows) <= len(plain.files.rows) + sum(len(mark.persona) + 1 for mark in made.marks.values()) + 9
    )
    shuffled = list(everybody.items())
    random.shuffle(shuffled)
    assert rows.write(dict(shuffled), NAMES, "agents.csv", personas=True).files == made.files


def test_who_shares_the_profiles_has_a_persona_with_what_nearly_all_of_them_have() -> None:
    """Named by the routing profile; a row says what differs, and who somebody is."""
    everybody = people(9, tags={"team": "blue", "site": "ldn"}, after_contact_work_configs=acw(VOICE=30))
    everybody |= people(1, 9, tags={"team": "blue", "site": "aus"}, after_contact_work_configs=acw(VOICE=60))
    everybody |= people(3, 20, routing="id-1", hierarchy_group_id="id-0")
    personas, lines = written(everybody)
    assert personas == {
        "sales-co-ltd": {
            "routing_profile": "Sales & Co, Ltd",
            "security_profiles": "Agent",
            "hierarchy_group": "EMEA/UK",
        },
        "support": {
            "routing_profile": "Support",
            "security_profiles": "Agent",
            "tags": {"site": "ldn", "team": "blue"},
            "acw.voice": 30,
        },
    }
    assert lines[:2] == ["username,persona,identity_info.first_name,tags,acw.voice", "u00,support,u00,,"]
    assert lines[10:12] == ["u09,support,u09,site=aus,60", "u20,sales-co-ltd,u20,,"]


@pytest.mark.parametrize(
    ("leads", "names"),
    [(2, ["support"]), (3, ["support-agent", "support-agent-team-lead"])],
    ids=["few leads are rows", "more are a persona"],
)
def test_security_profiles_of_several_people_are_a_persona_of_their_own(leads: int, names: list[str]) -> None:
    everybody = people(6) | people(leads, 10, security_profile_ids=["id-0", "id-1"])
    personas, lines = written(everybody)
    assert list(personas) == names
    assert sum("Agent|Team Lead" in line for line in lines) == (leads if len(names) == 1 else 0)


def test_too_few_for_a_persona_have_that_of_most_people_with_their_routing_profile() -> None:
    everybody = people(3, security_profile_ids=["id-2"]) | people(9, 10)
    everybody |= people(2, 30, security_profile_ids=["id-1"])
    _, lines = written(everybody)
    assert lines[-2:] == ["u30,support-agent,Team Lead,u30", "u31,support-agent,Team Lead,u31"]


@pytest.mark.parametrize(
    ("without", "names"),
    [(1, ["support", "support-without-acw-chat"]), (20, ["support"])],
    ids=["nearly all have it", "few have it"],
)
def test_people_part_over_a_setting_that_most_have_and_some_lack(without: int, names: list[str]) -> None:
    """A row cannot take away what a persona sets. Where few have it, their rows do."""
    everybody = people(12, after_contact_work_configs=acw(CHAT=30, VOICE=30))
    everybody |= people(without, 40, after_contact_work_configs=acw(VOICE=30))
    personas, lines = written(everybody)
    assert list(personas) == names
    assert ("acw.chat" in lines[0]) is (len(names) == 1)


def test_the_only_ones_with_a_routing_profile_have_the_persona_that_fits_them_or_their_own() -> None:
    """An id, of a profile whose name a roster cannot hold, gives no name."""
    common: Any = {"hierarchy_group_id": "id-0"}
    everybody = people(4, **common) | people(1, 10, routing="id-1", **common) | people(1, 11, routing="id-9")
    personas, lines = written(everybody)
    assert list(personas) == ["persona", "support"]
    assert personas["persona"] == {"routing_profile_id": "id-9", "security_profiles": "Agent"}
    assert 'u10,support,"Sales & Co, Ltd",u10' in lines
    assert "u11,persona,,u11" in lines


def test_names_of_personas_are_words_for_every_reader() -> None:
    """A routing profile called "no" is not false, and two names may give one word."""
    names = RosterNames(
        INSTANCE_ID, {ROUTING_PROFILE: {"a": "no", "b": "No.", "c": "李 Ü"}, SECURITY_PROFILE: {"id-0": "A"}}
    )
    everybody = {name: person(name, profile) for name, profile in (("ann", "a"), ("bob", "b"), ("cyd", "c"))}
    made = rows.write(everybody, names, "agents.csv", personas=True)
    assert made.inputs == everybody
    assert {name: mark.persona for name, mark in made.marks.items()} == {"ann": "no", "bob": "no-2", "cyd": "李-ü"}


def test_a_tag_of_blanks_stays_in_the_rows() -> None:
    """A persona cannot have it: there it would be none."""
    everybody = people(4, tags={"a": " ", "b": ""})
    personas, lines = written(everybody)
    assert personas["support"]["tags"] == {"b": ""}
    assert lines[1] == "u00,support,u00,a=\\ "


def test_an_empty_instance_has_no_personas() -> None:
    assert written({}) == ({}, ["username"])


PERSONAS = {
    "personas": {
        "agent": {"routing_profile": "Support", "security_profiles": "Agent", "tags": {"team": "blue"}},
        "seller": {"routing_profile": "Sales & Co, Ltd", "security_profiles": "Agent", "acw": {"chat": 30}},
    },
    "rules": [
        {"persona": "seller", "when": {"department": "Sales"}},
        {"persona": "seller", "when": {"persona": "S"}},
        {"persona": "agent", "when": {"persona": "A"}},
    ],
}
BLUE: Any = {"tags": {"team": "blue"}}


def merged(
    text: str, last: Iterable[dict[str, Any]], now: Iterable[dict[str, Any]], personas: Any = PERSONAS
) -> MergeResult:
    before = {each["username"]: each for each in last}
    after = {each["username"]: each for each in now}
    lives = {name: both_views(each) for name, each in after.items()}
    return merge(
        text,
        before,
        after,
        lives,
        NAMES,
        personas_of(yaml_text.tree(json.dumps(personas), "personas.yaml"), "personas.yaml"),
    )


def test_a_mover_keeps_the_persona_in_an_edited_roster() -> None:
    """The row says what differs from it, and nothing once nothing does."""
    text = "department,username,persona,routing_profile,tags\nx,ada,A,,\ny,bob,A,no,\n"
    last = [person("ada", **BLUE), person("bob", "id-3", **BLUE)]
    now = [person("ada", "id-1", tags={"team": "blue", "site": "ldn"}), person("bob", **BLUE)]
    found = merged(text, last, now)
    assert (
        found.text
        == 'department,username,persona,routing_profile,tags\nx,ada,A,"Sales & Co, Ltd",site=ldn\ny,bob,A,,\n'
    )


def test_a_joiner_gets_the_closest_persona_that_a_column_can_choose() -> None:
    """By a rule of the column alone: no department is invented."""
    text = "persona,username,department\nA,ada,x\n"
    ada = person("ada", **BLUE)
    bob = person("bob", "id-1", after_contact_work_configs=acw(CHAT=30), tags={"team": "blue"})
    found = merged(text, [ada], [ada, bob])
    assert found.text == "persona,username,department,tags\nA,ada,x,\nS,bob,,team=blue\n"


def test_what_the_personas_cannot_say_is_a_conflict() -> None:
    """A tag that the persona sets was taken away; a joiner who can have none of them."""
    text = "persona,username,department\nA,ada,x\n"
    ada = person("ada", **BLUE)
    assert merged(text, [ada], [person("ada")]).conflicts == ("ada",)
    assert merged(text, [ada], [ada, person("bob")]).conflicts == ("bob",)


def test_edited_personas_wait_for_the_next_up() -> None:
    text = "persona,username,department\nA,ada,\nA,bob,\n"
    last = [person("ada", **BLUE), person("bob", **BLUE)]
    changed = json.loads(json.dumps(PERSONAS).replace("blue", "red"))
    assert merged(text, last, last, changed) == MergeResult(pending=("ada", "bob"))


def test_marks_say_what_a_row_sets_itself() -> None:
    """As the guard of the program will have them."""
    made = rows.write(people(4) | people(1, 5, routing="id-1"), NAMES, "agents.csv", personas=True)
    assert made.marks["u00"] == AssignedPersona("support")
    assert made.marks["u05"] == AssignedPersona("support", ("routing_profile",))
