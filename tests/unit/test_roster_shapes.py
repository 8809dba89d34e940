"""The shapes in which people have their people: AWS's own, maps by username, rows for each proficiency."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from botocore.loaders import Loader

from connect_users.core.fields import FIELDS
from connect_users.roster.cells import snake
from connect_users.roster.columns import find
from connect_users.roster.people import JudgedRoster, Person, RosterOptions, judge
from connect_users.roster.reading import read
from connect_users.roster.tables import UnreadableRoster

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INSTANCE = "10000000-0000-4000-8000-000000000001"
PROFILE = "30000000-0000-4000-8000-000000000002"
AGENT = "40000000-0000-4000-8000-000000000002"
ARN = f"arn:aws:connect:us-west-2:123456789012:instance/{INSTANCE}"
#: As `aws connect describe-user help` shows it, with the members that newer releases answer.
DESCRIBED: dict[str, Any] = {
    "User": {
        "Id": "50000000-0000-4000-8000-000000000001",
        "Arn": f"{ARN}/agent/50000000-0000-4000-8000-000000000001",
        "Username": "Jane",
        "IdentityInfo": {"FirstName": "Jane", "LastName": "Doe", "Email": "jdoe@example.com"},
        "PhoneConfig": {
            "PhoneType": "SOFT_PHONE",
            "AutoAccept": False,
            "AfterContactWorkTimeLimit": 0,
            "DeskPhoneNumber": "",
            "PersistentConnection": True,
        },
        "SecurityProfileIds": [AGENT],
        "RoutingProfileId": PROFILE,
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": False}],
        "AfterContactWorkConfigs": [
            {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}},
        ],
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE", "PhoneNumber": ""}],
        "Tags": {"team": "blue", "connect-users:owner": "some token", "aws:cloudformation:stack-name": "old"},
        "LastModifiedTime": "2026-11-27T10:00:00+00:00",
        "LastModifiedRegion": "us-west-2",
    }
}
#: As `aws connect create-user --generate-cli-skeleton` gives it to be filled in.
SKELETON: dict[str, Any] = {
    "Username": "Jane",
    "Password": "A-First-Passw0rd",
    "IdentityInfo": {"FirstName": "Jane", "LastName": "Doe", "Email": "", "SecondaryEmail": "", "Mobile": ""},
    "PhoneConfig": {"PhoneType": "DESK_PHONE", "AutoAccept": True, "DeskPhoneNumber": "+441632960961"},
    "DirectoryUserId": "",
    "SecurityProfileIds": [AGENT],
    "RoutingProfileId": PROFILE,
    "HierarchyGroupId": "",
    "InstanceId": ARN,
    "Tags": {"Team": "blue"},
}
JANE = {"routing_profile_id": PROFILE, "security_profile_ids": [AGENT]}


@pytest.fixture
def people(tmp_path: Path) -> Callable[..., JudgedRoster]:
    """Judges a document that is written as JSON, as YAML, or given by the program: all three mean the same."""

    def judged(document: Any, **changes: Any) -> JudgedRoster:
        terms = RosterOptions(**{"instance_id": INSTANCE, **changes})
        rosters = [judge(read(document), terms)]
        for name, text in (("a.json", json.dumps(document, indent=1)), ("a.yaml", yaml.safe_dump(document))):
            (tmp_path / name).write_text(text, encoding="utf-8")
            rosters.append(judge(read(tmp_path / name), terms))
        inputs = [[(one.username, _plain(one.inputs)) for one in each.people] for each in rosters]
        assert inputs[0] == inputs[1] == inputs[2]
        problems = [[(problem.column, problem.text) for problem in each.problems] for each in rosters]
        assert sorted(problems[0]) == sorted(problems[1]) == sorted(problems[2])
        return rosters[1]

    return judged


def _plain(inputs: dict[str, Any]) -> str:
    return json.dumps(inputs, sort_keys=True)


def _only(judged: JudgedRoster) -> Person:
    assert judged.problems == ()
    (person,) = judged.people
    return person


def test_words_in_the_plugin_s_spelling_are_columns_and_members(people: Callable[..., JudgedRoster]) -> None:
    """A program in TypeScript or YAML writes camelCase everywhere else."""
    limit = {"after_contact_work_time_limit": 30}
    plain = {
        **JANE,
        "username": "jane",
        "sign_out": "on_loss",
        "identity_info": {"first_name": "Jane", "last_name": "Doe"},
        "after_contact_work_configs": [{"channel": "VOICE", "after_contact_work_config": limit}],
    }
    camel = {
        "username": "jane",
        "routingProfileId": PROFILE,
        "securityProfileIds": [AGENT],
        "signOut": "on_loss",
        "identityInfo": {"firstName": "Jane", "lastName": "Doe"},
        "afterContactWorkConfigs": [
            {"channel": "VOICE", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 30}},
        ],
    }
    assert _only(people([camel])).inputs == _only(people([plain])).inputs


def test_the_defaults_of_a_program_may_be_in_camel_case(people: Callable[..., JudgedRoster]) -> None:
    defaults = {"routingProfileId": PROFILE, "securityProfileIds": [AGENT], "signOut": "on_delete"}
    inputs = _only(people([{"username": "jane"}], defaults=defaults)).inputs
    assert inputs.items() >= {**JANE, "sign_out": "on_delete"}.items()


@pytest.mark.parametrize("document", [DESCRIBED, [DESCRIBED], [DESCRIBED["User"]], {"Users": [DESCRIBED["User"]]}])
def test_what_describe_user_writes_is_read(people: Callable[..., JudgedRoster], document: Any) -> None:
    """Without what nobody can set, what is empty, and the tags that are not the person's."""
    inputs = _only(people(document)).inputs
    assert inputs == {
        "instance_id": INSTANCE,
        "username": "Jane",
        "identity_info": {"first_name": "Jane", "last_name": "Doe", "email": "jdoe@example.com"},
        "phone_config": {"persistent_connection": True},
        "security_profile_ids": [AGENT],
        "routing_profile_id": PROFILE,
        "auto_accept_configs": [{"channel": "VOICE", "auto_accept": True, "agent_first_callback_auto_accept": False}],
        "after_contact_work_configs": [
            {"channel": "CHAT", "after_contact_work_config": {"after_contact_work_time_limit": 30}}
        ],
        "phone_number_configs": [{"channel": "VOICE", "phone_type": "SOFT_PHONE"}],
        "tags": {"team": "blue"},
    }


@pytest.mark.parametrize("document", [SKELETON, [SKELETON]])
def test_the_input_of_the_aws_cli_is_read(people: Callable[..., JudgedRoster], document: Any) -> None:
    inputs = _only(people(document)).inputs
    assert inputs == {
        "instance_id": INSTANCE,
        "username": "Jane",
        "password": "A-First-Passw0rd",
        "identity_info": {"first_name": "Jane", "last_name": "Doe"},
        "phone_config": {"phone_type": "DESK_PHONE", "auto_accept": True, "desk_phone_number": "+441632960961"},
        "security_profile_ids": [AGENT],
        "routing_profile_id": PROFILE,
        "tags": {"Team": "blue"},
    }


def test_every_member_that_aws_takes_is_a_column() -> None:
    """Of the installed botocore: a member of a later one fails here, until it has a column."""
    shapes = Loader().load_service_model("connect", "service-2")["shapes"]
    for name in shapes["CreateUserRequest"]["members"]:
        members = {"IdentityInfo": "UserIdentityInfo", "PhoneConfig": "UserPhoneConfig"}.get(name)
        headers = [f"{name}.{member}" for member in shapes[members]["members"]] if members else [name]
        for header in headers:
            assert find(header) is not None, header
    words = {field.name for field in FIELDS}
    assert {snake(name).lower() for name in shapes["CreateUserRequest"]["members"]} <= words


def test_what_connect_returns_once_is_kept(people: Callable[..., JudgedRoster]) -> None:
    """Settings by phone_config alone, as of users who were made with it; the example of the AWS CLI."""
    user = {name: value for name, value in DESCRIBED["User"].items() if not name.endswith("Configs")}
    assert _only(people([user])).inputs["phone_config"] == {
        "phone_type": "SOFT_PHONE",
        "auto_accept": False,
        "after_contact_work_time_limit": 0,
        "persistent_connection": True,
    }


def test_what_search_users_writes_is_refused(tmp_path: Path) -> None:
    """It would make hours of 30 seconds."""
    (tmp_path / "a.json").write_text(json.dumps({"Users": [DESCRIBED["User"]], "ApproximateTotalCount": 1}))
    with pytest.raises(UnreadableRoster, match=r"a.json:1: was written by search-users.*; use describe-user"):
        read(tmp_path / "a.json")


def test_somebody_of_another_instance_is_a_problem(people: Callable[..., JudgedRoster]) -> None:
    """The roster's instance counts; a row that names another was not meant for it."""
    other = INSTANCE.replace("1", "2")
    (problem,) = people([{**SKELETON, "InstanceId": other}]).problems
    assert (problem.column, problem.username) == ("InstanceId", "Jane")
    assert problem.text.startswith(f"'{other}' is not the instance of this roster, which is '{INSTANCE}'")


@pytest.mark.parametrize(
    "document",
    [
        {"ada": JANE, "bo": JANE},
        {"ada": {**JANE, "username": "ada"}, "bo": {**JANE, "Username": "bo"}},
        {"users": [{"username": "ada", **JANE}, {"username": "bo", **JANE}]},
        {"version": 2, "users": {"ada": JANE, "bo": JANE}},
        {"x-shared": JANE, "users": {"ada": JANE, "bo": JANE}},
        {"Users": [{"Username": "ada", **JANE}, {"Username": "bo", **JANE}], "NextToken": None},
    ],
)
def test_people_in_dicts_are_read(people: Callable[..., JudgedRoster], document: Any) -> None:
    judged = people(document)
    assert judged.problems == ()
    assert {one.username: {name: one.inputs[name] for name in JANE} for one in judged.people} == {
        "ada": JANE,
        "bo": JANE,
    }


def test_a_person_may_be_called_users(people: Callable[..., JudgedRoster]) -> None:
    """By what is in the map."""
    assert [one.username for one in people({"users": JANE, "ada": JANE}).people] == ["ada", "users"]
    blocks = {"identity_info": {"first_name": "Ada"}}
    judged = people({"users": {"users": blocks}}, defaults=JANE)
    assert [(one.username, one.inputs["identity_info"]) for one in judged.people] == [("users", {"first_name": "Ada"})]


@pytest.mark.parametrize("nothing", [None, "", " ", {}])
def test_a_person_may_be_only_a_username(people: Callable[..., JudgedRoster], nothing: object) -> None:
    assert [one.username for one in people({"ada": nothing}, defaults=JANE).people] == ["ada"]


def test_an_empty_list_of_users_is_an_empty_roster(people: Callable[..., JudgedRoster]) -> None:
    documents: list[Any] = [{"users": []}, {"users": {}}, {"users": None}, []]
    for document in documents:
        assert people(document).people == ()


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("a.json", '{\n "ada": {"routing_profile_id": "x"},\n\n "bo": {\n  "routing_profile_id": "x"}}', [2, 4]),
        ("a.json", '{"version": 1,\n "users": [\n {"username": "ada"},\n {"username": "bo"}]}', [3, 4]),
        ("a.json", '{"users":\n {"ada": {"first_name": "A"},\n "bo": {"first_name": "A"}}}', [2, 3]),
        ("a.yaml", "ada:\n  first_name: A\nbo:\n  first_name: B\n", [1, 3]),
        ("a.yaml", "users:\n- username: ada\n\n- username: bo\n", [2, 4]),
        ("a.yaml", "x-all: &all {first_name: A}\nusers:\n- {<<: *all, username: ada}\n- username: bo\n", [3, 4]),
        ("a.json", '\n{"User":\n {"Username": "ada"}}', [2]),
    ],
)
def test_people_in_maps_have_lines(tmp_path: Path, name: str, text: str, lines: list[int]) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert [row.line for row in read(tmp_path / name).rows] == lines


HEADER = "username,routing_profile_id,security_profile_ids,"
ADA, BO = f"ada,{PROFILE},{AGENT},", f"bo,{PROFILE},{AGENT},"


def _of_csv(folder: Path, text: str) -> JudgedRoster:
    (folder / "a.csv").write_text(text, encoding="utf-8")
    return judge(read(folder / "a.csv"), RosterOptions(instance_id=INSTANCE))


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}proficiencies\n{ADA}lang:en=5\n{BO}\n{ADA}lang:fr=3\n",
        f"{HEADER}proficiency\n{ADA}lang:en=5\nada,,,lang:fr=3\n{BO}\n",
        f"{HEADER}attribute_name,attribute_value,level\n{ADA}lang,en,5\n{ADA}lang,fr,3\n{BO},,\n",
        f"{HEADER}AttributeName,AttributeValue,Level\n{ADA}lang,en,5\n{ADA}lang,fr,3\n{BO},,\n",
        f"{HEADER}Proficiency name,Proficiency value,Proficiency level\n{ADA}lang,en,5\n{ADA}lang,fr,3.0\n{BO},,\n",
    ],
)
def test_rows_that_differ_in_the_proficiency_only_are_one_person(tmp_path: Path, text: str) -> None:
    judged = _of_csv(tmp_path, text)
    assert judged.problems == ()
    ada, bo = judged.people
    assert ada.inputs["user_proficiencies"] == [
        {"attribute_name": "lang", "attribute_value": "en", "level": 5},
        {"attribute_name": "lang", "attribute_value": "fr", "level": 3},
    ]
    assert (ada.line, bo.username, "user_proficiencies" in bo.inputs) == (2, "bo", False)


@pytest.mark.parametrize(
    "second",
    [ADA.replace(PROFILE, AGENT) + "lang:fr=3", f"{ADA}lang:en=5", ADA],
    ids=["another profile", "the same", "no proficiency"],
)
def test_other_rows_of_one_person_are_still_a_problem(tmp_path: Path, second: str) -> None:
    """And the message says what would be none."""
    (problem,) = _of_csv(tmp_path, f"{HEADER}proficiencies\n{ADA}lang:en=5\n{second}\n").problems
    assert problem.text.startswith(
        "'ada' is on lines 2 and 3; a username may appear once, or in several rows that differ only in the proficiency"
    )


def test_columns_that_are_not_all_three_are_unknown(tmp_path: Path) -> None:
    columns = [problem.column for problem in _of_csv(tmp_path, f"{HEADER}attribute_name,level\n{ADA}lang,5\n").problems]
    assert columns == ["attribute_name", "level"]
