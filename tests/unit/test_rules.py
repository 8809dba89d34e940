"""Every documented rule of CreateUser, on both sides of its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core.rules import Findings, password_problems, review
from connect_users.core.spec import UNKNOWN
from tests.builders import PERSONAL, user
from tests.unit import rule_rows_people, rule_rows_settings

if TYPE_CHECKING:
    from connect_users.core.shapes import Problem

_ROWS = [*rule_rows_people.ROWS, *rule_rows_settings.ROWS]
_LIMIT = rule_rows_settings.LIMIT
_SECRETS = ("password", "password_secret_arn")


def _match(found: tuple[Problem, ...], expected: list[str]) -> None:
    assert len(found) == len(expected), [str(problem) for problem in found]
    for problem, beginning in zip(found, expected, strict=True):
        assert str(problem).startswith(beginning)


@pytest.mark.parametrize(("changes", "problems", "warnings"), [row[1:] for row in _ROWS], ids=[row[0] for row in _ROWS])
def test_rule(changes: dict[str, Any], problems: list[str], warnings: list[str]) -> None:
    """One change of the default user, and all that is said of it."""
    found = review(user(**changes), reserved_tags=1)
    _match(found.problems, problems)
    _match(found.warnings, warnings)


@pytest.mark.parametrize("changes", [row[1] for row in _ROWS], ids=[row[0] for row in _ROWS])
def test_no_message_repeats_a_personal_value_or_the_password(changes: dict[str, Any]) -> None:
    """The provider cannot tell which values were given as secrets: none is ever repeated."""
    props = user(**changes)
    blocks = [props.get("identity_info"), props.get("phone_config"), {name: props.get(name) for name in _SECRETS}]
    values = [value for block in blocks if isinstance(block, dict) for value in block.values()]
    personal = {*PERSONAL, *(value for value in values if isinstance(value, str) and len(value) > 3)}
    found = review(props, reserved_tags=1)
    text = " ".join(map(str, (*found.problems, *found.warnings))).replace("DESK_PHONE needs it", "")
    assert [value for value in personal if value in text] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"identity_info": ["hunter2-Ada"]},
        {"identity_info": "hunter2-Ada"},
        {"identity_info": {"first_name": ["hunter2-Ada"]}},
        {"phone_config": "hunter2-Ada"},
        {"phone_number_configs": "hunter2-Ada"},
        {"phone_number_configs": ["hunter2-Ada"]},
        {"password": ["hunter2-Ada"]},
        {"password": {"value": "hunter2-Ada"}},
        {"password_secret_arn": {"SecretString": "hunter2-Ada"}},
        {"password_secret_arn": "hunter2-Ada is it"},
        {"Password": "hunter2-Ada"},
        {"tags": ["hunter2-Ada"]},
        {"tags": {"k": ["hunter2-Ada"]}},
    ],
    ids=str,
)
def test_personal_values_in_the_wrong_place_are_not_repeated_either(changes: dict[str, Any]) -> None:
    problems = review(user(**changes)).problems
    assert problems
    assert "hunter2" not in " ".join(map(str, problems))


def test_all_problems_of_a_user_are_reported_at_once() -> None:
    """A part of the wrong type hides no problem of its neighbours."""
    found = review(
        user(
            username="a b",
            security_profile_ids=["a", "a", "b:c"],
            password="short",
            identity_info={"first_name": 7, "mobile": "x", "secondary_email": "x"},
            phone_config={"phone_type": 7, _LIMIT: -1, "desk_phone_number": "x"},
            auto_accept_configs=[{"channel": "VOICE"}, {"channel": "VOICE", "auto_accept": True}],
            user_proficiencies=[{"attribute_name": "", "level": 9}, {"attribute_name": "x", "attribute_value": 7}],
            tags={"a*b": "x", 7: "y"},
            colour="blue",
        )
    )
    assert [problem.path for problem in found.problems] == [
        "security_profile_ids[2]",
        "identity_info.first_name",
        "phone_config.phone_type",
        "auto_accept_configs[0].auto_accept",
        "user_proficiencies[0].attribute_value",
        "user_proficiencies[1].attribute_value",
        "user_proficiencies[1].level",
        "tags",
        "colour",
        "username",
        "password",
        "password",
        "identity_info.secondary_email",
        "identity_info.mobile",
        "security_profile_ids",
        "phone_config.desk_phone_number",
        f"phone_config.{_LIMIT}",
        "auto_accept_configs[1].channel",
        "user_proficiencies[0].attribute_name",
        "user_proficiencies[0].level",
        "tags.a*b",
    ]


def test_nothing_known_is_nothing_wrong() -> None:
    """A first preview may know nothing at all."""
    assert review(dict.fromkeys(user(), UNKNOWN)) == Findings()


def test_without_the_ownership_tag_50_tags_are_allowed() -> None:
    assert review(user(tags={f"k{n}": "" for n in range(50)})) == Findings()
    (problem,) = review(user(tags={f"k{n}": "" for n in range(51)})).problems
    assert str(problem) == "tags: 51 given; AWS allows at most 50"


def test_a_password_that_was_read_elsewhere_is_judged_by_the_same_rules() -> None:
    assert list(password_problems("Correct-Horse-1")) == []
    assert [problem.text for problem in password_problems("")] == [
        "has 0 characters; AWS allows 8 to 64",
        "lacks a lower-case letter and an upper-case letter and a digit; AWS requires one of each",
    ]
