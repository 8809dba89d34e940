"""From rows to people: names, duplicates, all problems at once, each at its place; the order of rows means nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

import connect_users
from connect_users.core.misspellings import NoSuchName
from connect_users.core.references import HIERARCHY_GROUP, OF_USERS, ROUTING_PROFILE, SECURITY_PROFILE, Reference
from connect_users.roster import cells, notations
from connect_users.roster.csv_text import read, write
from connect_users.roster.names import Names
from connect_users.roster.people import JudgedRoster, RosterOptions, judge
from connect_users.roster.reading import read as read_any

if TYPE_CHECKING:
    import random

INSTANCE = "00000000-0000-4000-8000-000000000001"
ROUTING = {
    "Support": "30000000-0000-4000-8000-000000000002",
    "Sales": "30000000-0000-4000-8000-000000000003",
}
SECURITY = {
    "Agent": "40000000-0000-4000-8000-000000000002",
    "Admin": "40000000-0000-4000-8000-000000000001",
}
GROUPS = {"EMEA/UK/London": "60000000-0000-4000-8000-000000000003"}


def _names() -> dict[Reference, Names]:
    return {
        ROUTING_PROFILE: Names(ROUTING_PROFILE, ROUTING),
        SECURITY_PROFILE: Names(SECURITY_PROFILE, SECURITY),
        HIERARCHY_GROUP: Names(HIERARCHY_GROUP, GROUPS),
    }


def _judged(text: str, **terms: Any) -> JudgedRoster:
    return judge(read(text, "agents.csv"), RosterOptions(instance_id=INSTANCE, names=_names(), **terms))


def _messages(judged: JudgedRoster) -> list[str]:
    return [str(problem) for problem in judged.problems]


GOOD = "username,routing_profile,security_profiles\nada,Support,Agent\n"


@pytest.mark.parametrize(
    ("rows", "messages"),
    [
        ("bo,Suport,Agent", ["'Suport' is not a routing profile of this roster; did you mean 'Support'?"]),
        ("bo,support,Agent", ["'support' is not a routing profile of this roster; did you mean 'Support'?"]),
        ("bo,Xyzzy,Agent", ["'Xyzzy' is not a routing profile of this roster; there are 'Sales', 'Support'"]),
        ("bo,Support,Agent|Amin", ["'Amin' is not a security profile of this roster; did you mean 'Admin'?"]),
        ("ada,Sales,Agent", ["'ada' is on lines 2 and 3; a username may appear once"]),
        ("bo,Support,Agent,more", ["the row has 1 cell more than the header; quote cells that contain the separator"]),
    ],
)
def test_a_bad_row_is_reported_with_its_line(rows: str, messages: list[str]) -> None:
    judged = _judged(f"{GOOD}{rows}\n")
    assert [problem.text for problem in judged.problems] == messages
    assert {problem.line for problem in judged.problems} == {3}


def test_every_problem_is_reported_at_once_in_the_order_of_the_lines() -> None:
    """The whole list, as a user sees it; the rules' own texts among them."""
    text = (
        "username,routing_profile,security_profiles,acw.chat,tags,shoe_size\n"
        "ada,Suport,Agent,30,team=blue,1\n"
        "b o,Support,Agnt,soon,team,2\n"
        "ada,Sales,Agent,,,3\n"
        ",Sales,Agent,,,4\n"
    )
    messages = _messages(_judged(text))
    assert messages[0].startswith("agents.csv:1: shoe_size: no such column")
    assert "agents.csv:2: routing_profile: 'Suport' is not a routing profile" in messages[1]
    assert [line.split(":")[1] for line in messages] == ["1", "2", "3", "3", "3", "3", "4", "5"]
    assert sorted(line.split(": ")[:2] for line in messages[2:]) == [
        ["agents.csv:3", "acw.chat"],
        ["agents.csv:3", "security_profiles"],
        ["agents.csv:3", "tags"],
        ["agents.csv:3", "username"],
        ["agents.csv:4", "username"],
        ["agents.csv:5", "username"],
    ]
    assert "lines 2 and 4" in messages[6]


def test_an_unknown_column_has_a_suggestion_unless_it_is_ignored() -> None:
    """ignore_columns takes the header in any spelling of blanks and case."""
    text = "username,routing_profle,security_profiles,Shoe Size\nada,Support,Agent,42\n"
    messages = _messages(_judged(text))
    assert "agents.csv:1: routing_profle: no such column; did you mean routing_profile?" in messages
    assert "agents.csv:1: Shoe Size: no such column; to leave it out, name it in ignore_columns" in messages
    kept = _judged(text.replace("profle", "profile"), ignore_columns=("shoe_size",))
    assert kept.problems == ()
    assert "shoe" not in str(kept.people[0].inputs).lower()


def test_a_missing_column_is_reported_once_and_not_for_every_row() -> None:
    rows = "".join(f"agent{number},Agent\n" for number in range(50))
    assert [line.split(": ")[:2] for line in _messages(_judged(f"username,security_profiles\n{rows}"))] == [
        ["agents.csv:1", "routing_profile"]
    ]
    assert _messages(_judged("routing_profile\nSupport\n")) == [
        "agents.csv:1: username: the column is missing; it names the people"
    ]


def test_whom_to_sign_out_is_a_column_and_a_default() -> None:
    """In any case, and with a blank; a value that there is not is refused with the one that may have been meant."""
    text = f"{GOOD.splitlines()[0]},sign_out\nada,Support,Agent,On loss\nbo,Support,Agent,\ncy,Support,Agent,on-delet\n"
    judged = _judged(text, defaults={"sign_out": "on_delete"})
    assert [person.inputs["sign_out"] for person in judged.people] == ["on_loss", "on_delete", "on-delet"]
    (problem,) = judged.problems
    assert "'on-delet' is not one of never, on_delete, on_loss; did you mean on_delete?" in str(problem)


def test_defaults_fill_empty_cells_and_their_problems_are_their_own() -> None:
    """Tags key by key; a bad default is reported once, as a default."""
    text = "username,routing_profile,security_profiles,tags\nada,,Agent,team=blue\nbo,Sales,Agent,\n"
    defaults = {"routing_profile": "Support", "tags": {"team": "red", "site": "ldn"}, "phone_config.phone_type": "soft"}
    ada, bo = _judged(text, defaults=defaults).people
    assert ada.inputs["routing_profile_id"] == ROUTING["Support"]
    assert bo.inputs["routing_profile_id"] == ROUTING["Sales"]
    assert (ada.inputs["tags"], bo.inputs["tags"]) == (
        {"team": "blue", "site": "ldn"},
        {"team": "red", "site": "ldn"},
    )
    assert ada.inputs["phone_config"] == bo.inputs["phone_config"] == {"phone_type": "SOFT_PHONE"}
    messages = _messages(_judged(text, defaults={"routing_profile": "Suport", "shoe": 1}))
    assert len([line for line in messages if line.startswith("agents.csv: defaults.routing_profile: 'Suport'")]) == 1
    assert any(line.startswith("agents.csv: defaults.shoe: no such column") for line in messages)


def test_a_plain_password_is_accepted_with_one_remark_and_never_repeated() -> None:
    """Of the roster, not of each row; nor is a bad one in a message."""
    text = "username,routing_profile,security_profiles,password\nada,Support,Agent,Passw0rd-1\nbo,Support,Agent,{}\n"
    judged = _judged(text.format("Passw0rd-2"))
    assert judged.problems == ()
    (remark,) = judged.remarks
    assert str(remark) == (
        "agents.csv: password: the roster holds 2 passwords in plain text; use passwords= instead "
        "(secrets of the stack, or of AWS Secrets Manager)"
    )
    bad = _judged(text.format("onlylowercase"))
    assert [(problem.line, problem.column) for problem in bad.problems] == [(3, "password")]
    assert "onlylowercase" not in str(bad.problems)


def test_a_password_may_not_come_from_two_places() -> None:
    text = "username,routing_profile,security_profiles,password\nada,Support,Agent,Passw0rd-1\n"
    judged = _judged(text, password_of=lambda _: ("password", "Passw0rd-2"))
    assert _messages(judged) == ["agents.csv:2: password: is also set by passwords=; keep one of them"]


def test_usernames_that_differ_in_case_only_are_remarked() -> None:
    """For Connect they are two users."""
    judged = _judged(f"{GOOD}Ada,Support,Agent\n")
    assert judged.problems == ()
    assert [str(remark) for remark in judged.remarks] == [
        "agents.csv:3: username: 'Ada' differs from 'ada' on line 2 only in case"
    ]


def test_two_columns_for_the_same_input_must_agree() -> None:
    text = "username,routing_profile,routing_profile_id,security_profiles\nada,Support,{},Agent\n"
    assert _judged(text.format(ROUTING["Support"])).problems == ()
    expected = "contradicts 'routing_profile'; keep one of them"
    assert [problem.text for problem in _judged(text.format(ROUTING["Sales"])).problems] == [expected]


def test_names_that_nobody_judges_must_agree_in_columns_of_one_kind() -> None:
    """A profile in a column of its own would be lost without a word; a name and an id may be the same."""
    any_name = {kind: Names(kind, strict=False) for kind in OF_USERS}
    text = "username,routing_profile,security_profile_name_1,security_profile_name_2\nada,Support,Agent,Admin\n"
    (problem,) = judge(read(text, "a.csv"), RosterOptions(instance_id=INSTANCE, names=any_name)).problems
    assert str(problem).startswith("a.csv:2: security_profile_name_2: contradicts 'security_profile_name_1'")
    text = f"username,routing_profile,routing_profile_id,security_profiles\nada,Support,{ROUTING['Sales']},Agent\n"
    assert judge(read(text, "a.csv"), RosterOptions(instance_id=INSTANCE, names=any_name)).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "ada,Support,Agent,Secret-Word-1,ada@example.com\nbo,Support,Agent,Secret-Word-2,bo@example.com\n",
        "Agents of London,,\nusername,routing_profile,security_profiles\nada,Support,Agent\n",
        "username|routing_profile|security_profiles\nada|Support|Agent\n",
    ],
)
def test_a_file_without_a_header_is_one_problem_that_repeats_nobody(text: str) -> None:
    """Its first line is the first person's, password and all, or a title, or has other separators."""
    (message,) = _messages(_judged(text))
    assert message.startswith(
        "agents.csv:1: names no column; the first line must name the columns, as in username,routing_"
    )


def test_a_dict_where_a_list_for_each_channel_belongs_is_reported() -> None:
    rows = [
        {
            "username": "ada",
            "routing_profile": "Support",
            "security_profiles": ["Agent"],
            "auto_accept_configs": {"channel": "VOICE", "auto_accept": True},
        }
    ]
    (problem,) = judge(read_any(rows), RosterOptions(instance_id=INSTANCE, names=_names())).problems
    assert problem.text == "is a dict; write a list with an entry for each channel"


def test_a_header_that_is_there_twice_is_reported() -> None:
    messages = _messages(_judged("username,routing_profile,security_profiles,username\nada,Support,Agent,bo\n"))
    assert messages[0] == "agents.csv:1: username: two columns have this header"
    header = "username,routing_profile,security_profiles,attribute_name,attribute_value,level,level"
    messages = _messages(_judged(f"{header}\nada,Support,Agent,lang,en,5,4\n"))
    assert messages == ["agents.csv:1: level: two columns have this header"]


def test_the_names_of_a_mapping_may_be_written_as_in_a_roster() -> None:
    """Blanks count as little there as in a cell."""
    groups = Names(HIERARCHY_GROUP, {"EMEA / UK": GROUPS["EMEA/UK/London"]})
    terms = RosterOptions(instance_id=INSTANCE, names=_names() | {HIERARCHY_GROUP: groups})
    text = "username,routing_profile,security_profiles,hierarchy_group\nada,Support,Agent,EMEA | UK\n"
    judged = judge(read(text, "agents.csv"), terms)
    assert judged.problems == ()
    assert judged.people[0].inputs["hierarchy_group_id"] == GROUPS["EMEA/UK/London"]


def test_cells_that_have_moved_under_other_headers_are_not_repeated() -> None:
    """One comma too many, and a password stands where a number belongs."""
    header = "username,first_name,password,acw,routing_profile,security_profiles"
    (message,) = _messages(_judged(f"{header}\nada,Lovelace, Ada,Secret-Word-1,30,Support,Agent\n"))
    assert message == "agents.csv:2: the row has 1 cell more than the header; quote cells that contain the separator"


def test_a_roster_of_nobody_is_remarked() -> None:
    """It may be a site that has no people yet, or an export that went wrong."""
    judged = _judged("username,routing_profile,security_profiles\n")
    assert (judged.problems, [str(remark) for remark in judged.remarks]) == (
        (),
        ["agents.csv: the roster has no people"],
    )


def test_the_message_about_a_string_where_columns_belong_says_what_to_write() -> None:
    rows = [{"username": "ada", "routing_profile": "Support", "security_profiles": ["Agent"], "phone_config": "soft"}]
    (problem,) = judge(read_any(rows), RosterOptions(instance_id=INSTANCE, names=_names())).problems
    assert problem.text == "is a group of columns, such as phone_config.phone_type"


@pytest.mark.parametrize("username", [["ada"], {"first": "ada"}, 10.5, True])
def test_a_username_that_is_not_a_string_is_one_problem(username: Any) -> None:
    rows = [{"username": username, "routing_profile": "Support", "security_profiles": ["Agent"]}]
    (problem,) = judge(read_any(rows), RosterOptions(instance_id=INSTANCE, names=_names())).problems
    assert "is not a string" in problem.text


@pytest.mark.parametrize(
    ("header", "value", "message"),
    [
        ("acw.voice", dt.timedelta(minutes=30), "is a duration, not a number; write the seconds, such as 1800"),
        ("first_name", b"Ada", "is of type bytes; write a string"),
        ("tags", {"team": {"blue": b"x"}}, "is of type bytes; write a string"),
        ("security_profiles", (name for name in ("Agent",)), "is of type generator; write a string"),
    ],
)
def test_a_cell_of_a_foreign_type_is_reported_at_its_place(header: str, value: Any, message: str) -> None:
    """Workbooks have durations, data frames anything: none of it is an output, which a preview may not know."""
    row = {"username": "ada", "routing_profile": "Support", "security_profiles": "Agent", header: value}
    judged = judge(read_any([row]), RosterOptions(instance_id=INSTANCE, names=_names()))
    assert [(problem.line, problem.column) for problem in judged.problems] == [(1, header)]
    assert message in judged.problems[0].text


def test_a_password_of_a_foreign_type_is_refused_and_not_repeated() -> None:
    judged = _judged(GOOD, password_of=lambda _: ("password", b"Abcdefg1"))
    (problem,) = judged.problems
    assert "is not a string" in problem.text
    assert "Abcdefg1" not in str(problem)


def test_outputs_are_judged_as_unknown() -> None:
    """Also in a list, and of a password; so are objects of Pulumi's input types, which the resource knows."""
    auto_accept = connect_users.AutoAcceptConfigArgs(channel="VOICE", auto_accept=True)

    async def program() -> JudgedRoster:
        routing, security = pulumi.Output.from_input("x"), pulumi.Output.from_input("y")
        row = {"username": "ada", "routing_profile": routing, "security_profiles": ["Agent", security]}
        password = pulumi.Output.secret("z")
        terms = RosterOptions(INSTANCE, names=_names(), password_of=lambda _: ("password", password))
        return judge(read_any([{**row, "auto_accept_configs": [auto_accept]}]), terms)

    judged = asyncio.run(program())
    assert judged.problems == ()
    assert judged.people[0].inputs["auto_accept_configs"] == [auto_accept]


def test_blocks_in_the_words_of_the_resource_are_read_as_columns_are() -> None:
    """YAML gives texts for everything; AWS's long form means the same as `acw.voice`."""
    long = {
        "after_contact_work_configs": [
            {"channel": "voice", "after_contact_work_config": {"after_contact_work_time_limit": "30"}}
        ],
        "user_proficiencies": [{"attribute_name": "lang", "attribute_value": "en", "level": "5"}],
    }
    short = {"acw.voice": "30", "proficiencies": "lang:en=5"}
    person = {"username": "ada", "routing_profile": "Support", "security_profiles": "Agent"}
    terms = RosterOptions(instance_id=INSTANCE, names=_names())
    first, second = (judge(read_any([person | more]), terms) for more in (long, short))
    assert first.problems == ()
    assert first.people[0].inputs == second.people[0].inputs


def test_rows_of_a_program_are_named_by_their_number() -> None:
    table = read_any([{"username": "ada", "routing_profile": "Suport", "security_profiles": ["Agent"]}])
    judged = judge(table, RosterOptions(instance_id=INSTANCE, names=_names()))
    assert _messages(judged) == [
        "row 1: routing_profile: 'Suport' is not a routing profile of this roster; did you mean 'Support'?"
    ]


def test_without_a_mapping_or_an_instance_names_cannot_be_looked_up() -> None:
    """Unless the names are not judged at all."""
    with pytest.raises(NoSuchName, match="'Support' cannot be looked up; give the roster routing_profiles="):
        Names(ROUTING_PROFILE).id_of("Support")
    assert Names(ROUTING_PROFILE, strict=False).id_of("Support") is not None


HEADERS = (
    "username",
    "routing_profile",
    "security_profiles",
    "hierarchy_group",
    "identity_info.first_name",
    "acw.chat",
    "phone_config.auto_accept",
    "user_proficiencies",
    "tags",
)
given_names = st.text("abcÅé ,;\"'\n", min_size=1, max_size=8).map(str.strip).filter(bool)
words = st.text("abc|=:\\ ", min_size=1, max_size=5).map(str.strip).filter(bool)
#: What AWS allows in tags.
tag_words = st.text("abc=: ", min_size=1, max_size=5).map(str.strip).filter(bool)
#: What has few values, as one draw.
places = st.sampled_from(
    [
        {"routing_profile": routing, "security_profiles": security, "hierarchy_group": group, "auto_accept": flag}
        for routing in sorted(ROUTING)
        for security in (["Admin"], ["Agent"], ["Admin", "Agent"], ["Agent", "Admin"])
        for group in sorted(GROUPS)
        for flag in (False, True)
    ]
)


@st.composite
def people(draw: st.DrawFn) -> list[dict[str, Any]]:
    """People with inputs, as `judge` gives them."""
    names = draw(st.lists(st.text("abyz019._-", min_size=1, max_size=12), min_size=1, max_size=4, unique=True))
    return [
        {
            "username": name,
            **draw(places),
            "first_name": draw(given_names),
            "acw": draw(st.integers(0, 2_000_000)),
            "proficiencies": draw(st.dictionaries(st.tuples(words, words), st.integers(1, 5), min_size=1, max_size=2)),
            "tags": draw(st.dictionaries(tag_words, tag_words, min_size=1, max_size=2)),
        }
        for name in names
    ]


def _row(person: dict[str, Any]) -> dict[str, str]:
    skills = [
        {"attribute_name": name, "attribute_value": value, "level": level}
        for (name, value), level in person["proficiencies"].items()
    ]
    values = (
        person["username"],
        person["routing_profile"],
        cells.render_names(person["security_profiles"]),
        person["hierarchy_group"],
        person["first_name"],
        str(person["acw"]),
        cells.render_flag(person["auto_accept"]),
        notations.render_proficiencies(skills),
        notations.render_tags(person["tags"]),
    )
    return dict(zip(HEADERS, values, strict=True))


def _inputs(person: dict[str, Any]) -> dict[str, Any]:
    return {
        "instance_id": INSTANCE,
        "username": person["username"],
        "routing_profile_id": ROUTING[person["routing_profile"]],
        "security_profile_ids": [SECURITY[name] for name in person["security_profiles"]],
        "hierarchy_group_id": GROUPS[person["hierarchy_group"]],
        "identity_info": {"first_name": person["first_name"]},
        "phone_config": {"auto_accept": person["auto_accept"]},
        "after_contact_work_configs": [
            {"channel": "CHAT", "after_contact_work_config": {"after_contact_work_time_limit": person["acw"]}}
        ],
        "user_proficiencies": [
            {"attribute_name": name, "attribute_value": value, "level": level}
            for (name, value), level in person["proficiencies"].items()
        ],
        "tags": person["tags"],
    }


def _by_name(judged: JudgedRoster) -> dict[str, dict[str, Any]]:
    return {person.username: person.inputs for person in judged.people}


@given(people(), st.sampled_from(",;\t"))
def test_rendered_people_are_read_as_they_were(wanted: list[dict[str, Any]], separator: str) -> None:
    """Render, then parse: the identity, with every separator."""
    judged = _judged(write(HEADERS, [_row(person) for person in wanted], separator))
    assert judged.problems == ()
    assert _by_name(judged) == {person["username"]: _inputs(person) for person in wanted}


@given(people(), st.randoms(use_true_random=False))
def test_shuffling_the_rows_changes_nothing(wanted: list[dict[str, Any]], chance: random.Random) -> None:
    """The same people in the same order; so is the order of the columns."""
    rows, headers = [_row(person) for person in wanted], list(HEADERS)
    first = _judged(write(headers, rows))
    chance.shuffle(rows)
    chance.shuffle(headers)
    second = _judged(write(headers, rows))
    assert [(p.username, p.inputs) for p in first.people] == [(p.username, p.inputs) for p in second.people]


BAD = {
    "username": "two words",
    "routing_profile": "Suport",
    "security_profiles": "Agent|Agnt",
    "hierarchy_group": "EMEA/UK/Londn",
    "identity_info.first_name": "x" * 256,
    "acw.chat": "soon",
    "phone_config.auto_accept": "perhaps",
    "user_proficiencies": "lang=5",
    "tags": "team",
}


@given(people().filter(lambda wanted: len(wanted) > 1), st.sampled_from(HEADERS), st.integers(0, 3))
def test_one_bad_cell_is_exactly_one_problem_at_its_place(wanted: list[dict[str, Any]], header: str, at: int) -> None:
    """Its line and its header; there is no other message."""
    rows = [_row(person) for person in wanted]
    at %= len(rows)
    rows[at][header] = BAD[header]
    lines = [row.line for row in read(write(HEADERS, rows), "agents.csv").rows]
    judged = _judged(write(HEADERS, rows))
    assert [(problem.line, problem.column) for problem in judged.problems] == [(lines[at], header)]
