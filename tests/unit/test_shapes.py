"""Types, choices, required members and unknown names: every field is judged, and no value of a person is repeated."""

from __future__ import annotations

from typing import Any

import pytest

from connect_users.core.fields import BY_NAME, FIELDS, Field, Kind
from connect_users.core.shapes import Problem, id_problems, in_path, shape_problems, shown, sound, sound_parts
from connect_users.core.spec import UNKNOWN
from tests.builders import INSTANCE_ARN, user

_ENTRY = {"channel": "VOICE", "auto_accept": True}

#: Sentence, changes, path and text of the one problem (None: no problem).
_ROWS: list[tuple[str, dict[Any, Any], tuple[str, str] | None]] = [
    ("the default user is fine", {}, None),
    ("keys of the SDK are passed over", {"__provider": "x"}, None),
    ("a missing input is named", {"username": None}, ("username", "missing; it is required")),
    ("a number is not a string", {"username": 7}, ("username", "7 is not a string")),
    ("a text is not a flag", {"adopt_existing": "true"}, ("adopt_existing", "'true' is neither true nor false")),
    ("a flag is one", {"adopt_existing": True}, None),
    (
        "a choice is suggested",
        {"identity_management_type": "connect-managed"},
        (
            "identity_management_type",
            "'connect-managed' is not one of SAML, CONNECT_MANAGED, EXISTING_DIRECTORY; did you mean CONNECT_MANAGED?",
        ),
    ),
    (
        "a lower-case choice is suggested",
        {"on_password_change": "Refuse"},
        ("on_password_change", "'Refuse' is not one of refuse, ignore, replace; did you mean refuse?"),
    ),
    (
        "no choice is near",
        {"identity_management_type": "x"},
        ("identity_management_type", "'x' is not one of SAML, CONNECT_MANAGED, EXISTING_DIRECTORY"),
    ),
    ("a whole float is a number", {"phone_config": {"after_contact_work_time_limit": 30.0}}, None),
    (
        "half a second is none",
        {"phone_config": {"after_contact_work_time_limit": 0.5}},
        ("phone_config.after_contact_work_time_limit", "0.5 is not a whole number"),
    ),
    (
        "true is no number",
        {"phone_config": {"after_contact_work_time_limit": True}},
        ("phone_config.after_contact_work_time_limit", "True is not a whole number"),
    ),
    (
        "infinity is no whole number",
        {"phone_config": {"after_contact_work_time_limit": float("inf")}},
        ("phone_config.after_contact_work_time_limit", "inf is not a whole number"),
    ),
    (
        "nan is no whole number",
        {"phone_config": {"after_contact_work_time_limit": float("nan")}},
        ("phone_config.after_contact_work_time_limit", "nan is not a whole number"),
    ),
    ("a text is no block", {"phone_config": "x"}, ("phone_config", "the value is not a block of settings")),
    ("a block is no list", {"auto_accept_configs": _ENTRY}, ("auto_accept_configs", f"{_ENTRY} is not a list")),
    (
        "a text is no entry",
        {"auto_accept_configs": ["x"]},
        ("auto_accept_configs[0]", "'x' is not a block of settings"),
    ),
    (
        "a missing member of an entry is named",
        {"auto_accept_configs": [_ENTRY, {"channel": "CHAT"}]},
        ("auto_accept_configs[1].auto_accept", "missing; it is required"),
    ),
    (
        "a member that is None is missing",
        {"auto_accept_configs": [{"channel": "CHAT", "auto_accept": None}]},
        ("auto_accept_configs[0].auto_accept", "missing; it is required"),
    ),
    ("an optional member may be None", {"phone_config": {"auto_accept": None}}, None),
    (
        "a channel is one of four",
        {"auto_accept_configs": [{"channel": "voice", "auto_accept": True}]},
        ("auto_accept_configs[0].channel", "'voice' is not one of VOICE, CHAT, TASK, EMAIL; did you mean VOICE?"),
    ),
    (
        "a member two levels down is named",
        {
            "after_contact_work_configs": [
                {"channel": "CHAT", "after_contact_work_config": {"after_contact_work_time_limit": "1"}}
            ]
        },
        (
            "after_contact_work_configs[0].after_contact_work_config.after_contact_work_time_limit",
            "'1' is not a whole number",
        ),
    ),
    ("a text is no map", {"tags": "team=blue"}, ("tags", "the value is not a dict")),
    ("a key is a text", {"tags": {1: "x"}}, ("tags", "has a key that is not a string")),
    ("an unknown input is named", {"colour": "x"}, ("colour", "no such input")),
    (
        "an input that is nearly right is suggested",
        {"userName": "x"},
        ("userName", "no such input; did you mean username?"),
    ),
    ("AWS's spelling is understood", {"TagS": 1}, ("TagS", "no such input; did you mean tags?")),
    (
        "a member that is nearly right is suggested",
        {"identity_info": {"FirstName": "x"}},
        ("identity_info.FirstName", "no such input; did you mean first_name?"),
    ),
    ("a name that would break the line is quoted", {"a\nb": 1}, ("'a\\nb'", "no such input")),
    ("a name that is not a string is reported", {7: 1}, ("7", "no such input")),
    # Ids.
    ("the ARN of the instance is an id", {"instance_id": INSTANCE_ARN}, None),
    ("an ARN of this instance is an id", {"routing_profile_id": f"{INSTANCE_ARN}/routing-profile/p"}, None),
    ("a number is no id", {"routing_profile_id": 1}, ("routing_profile_id", "1 is not an id")),
    (
        "an empty text is no id",
        {"hierarchy_group_id": ""},
        ("hierarchy_group_id", "'' is not an id of 1 to 100 characters without blanks"),
    ),
    ("100 characters are an id", {"hierarchy_group_id": "x" * 100}, None),
    (
        "101 characters are no id",
        {"hierarchy_group_id": "x" * 101},
        ("hierarchy_group_id", f"'{'x' * 101}' is not an id of 1 to 100 characters without blanks"),
    ),
    (
        "an id has no blanks",
        {"security_profile_ids": ["a b"]},
        ("security_profile_ids[0]", "'a b' is not an id of 1 to 100 characters without blanks"),
    ),
    (
        "a composite id names the attribute to use",
        {"routing_profile_id": "instance:profile"},
        (
            "routing_profile_id",
            "'instance:profile' is a composite, not the id of a routing profile; pass the resource's routing_profile",
        ),
    ),
    (
        "a composite in a list names the attribute of one",
        {"security_profile_ids": ["a", "instance:profile"]},
        (
            "security_profile_ids[1]",
            "'instance:profile' is a composite, not the id of a security profile; pass the resource's security_prof",
        ),
    ),
    (
        "a composite hierarchy group is called by its name",
        {"hierarchy_group_id": "a/b"},
        (
            "hierarchy_group_id",
            "'a/b' is a composite, not the id of a hierarchy group; pass the resource's hierarchy_group_id, not its id",
        ),
    ),
    (
        "a composite instance has two ways out",
        {"instance_id": "instance/x"},
        (
            "instance_id",
            "'instance/x' is a composite, not the id of an instance; pass the id or the ARN of the instance",
        ),
    ),
    (
        "the ARN of something else is refused",
        {"routing_profile_id": f"{INSTANCE_ARN}/queue/q"},
        ("routing_profile_id", f"'{INSTANCE_ARN}/queue/q' is not the ARN of a routing profile"),
    ),
    (
        "an ARN of nothing is refused",
        {"instance_id": "arn:x"},
        ("instance_id", "'arn:x' is not the ARN of an instance"),
    ),
    (
        "an ARN of another instance is refused",
        {"routing_profile_id": "arn:aws:connect:r:1:instance/other/routing-profile/p"},
        ("routing_profile_id", f"is in instance other, but the user is in instance {user()['instance_id']}"),
    ),
    (
        "the id in an ARN has at most 100 characters",
        {"routing_profile_id": f"{INSTANCE_ARN}/routing-profile/{'p' * 101}"},
        ("routing_profile_id", "has an id of more than 100 characters"),
    ),
    (
        "an ARN is fine while the instance is not known",
        {"instance_id": UNKNOWN, "routing_profile_id": "arn:aws:connect:r:1:instance/other/routing-profile/p"},
        None,
    ),
]


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in _ROWS], ids=[row[0] for row in _ROWS])
def test_shape(changes: dict[Any, Any], expected: tuple[str, str] | None) -> None:
    props = user()
    props.update(changes)
    found = list(shape_problems({name: value for name, value in props.items() if value is not None}))
    if expected is None:
        assert found == []
    else:
        assert [problem.path for problem in found] == [expected[0]]
        assert expected[1] in found[0].text


_WRONG: dict[Kind, list[Any]] = {
    Kind.TEXT: [7, True, ["x"], {"x": "y"}],
    Kind.FLAG: [0, "true", [True], {}],
    Kind.WHOLE: ["1", 1.5, True, [1]],
    Kind.ID: [7, "a b", "a:b", ["x"]],
    Kind.IDS: ["x", {"x": 1}, [7], ["a:b"]],
    Kind.BLOCK: ["x", [{}], {"strange": 1}],
    Kind.BLOCKS: ["x", {}, ["x"], [{"strange": 1}], [{}]],
    Kind.TAGS: ["x", ["x"], {1: "x"}],
}


def _all_fields(fields: tuple[Field, ...], prefix: str = "") -> list[tuple[str, Field]]:
    return [
        pair
        for field in fields
        for pair in [(prefix + field.name, field), *_all_fields(field.members, f"{prefix}{field.name}.")]
    ]


@pytest.mark.parametrize(("path", "field"), _all_fields(FIELDS), ids=[path for path, _ in _all_fields(FIELDS)])
def test_every_input_refuses_wrong_types_and_lets_unknowns_pass(path: str, field: Field) -> None:
    """At every place of the table; and a place that was refused counts as not known for the rules."""
    for wrong in _WRONG[field.kind]:
        props = _with(path, wrong)
        problems = list(shape_problems(props))
        assert [problem for problem in problems if problem.path.startswith(path.split(".")[0])], wrong
        assert [problem for problem in shape_problems(sound_parts(props)) if "missing" not in problem.text] == [], wrong
    assert list(shape_problems(_with(path, UNKNOWN))) == []


def _with(path: str, value: Any) -> dict[str, Any]:
    """The default user with ``value`` at ``path``, beside valid values of everything that is required there."""
    name, *rest = path.split(".")
    field = next(field for field in FIELDS if field.name == name)
    return {**user(), name: _nest(field, rest, value)}


def _nest(field: Field, rest: list[str], value: Any) -> Any:
    if not rest:
        return value
    block: dict[str, Any] = {member.name: UNKNOWN for member in field.members if member.required}
    block[rest[0]] = _nest(field.by_name[rest[0]], rest[1:], value)
    return [block] if field.kind is Kind.BLOCKS else block


def test_parts_that_are_not_sound_count_as_unknown_and_the_rest_stays() -> None:
    """So that the rules judge all the rest in the same run."""
    assert sound_parts(
        {
            "username": 7,
            "security_profile_ids": ["a", "b:c", UNKNOWN, 7],
            "identity_info": {"first_name": "Ada", "mobile": 7, "email": None, "strange": 1},
            "phone_config": "x",
            "auto_accept_configs": ["x", {"channel": "VOICE", "auto_accept": "yes"}],
            "phone_number_configs": "x",
            "tags": {"a": 7, 1: "b"},
            "strange": 1,
        }
    ) == {
        "username": UNKNOWN,
        "security_profile_ids": ["a", UNKNOWN, UNKNOWN, UNKNOWN],
        "identity_info": {"first_name": "Ada", "mobile": UNKNOWN},
        "phone_config": UNKNOWN,
        "auto_accept_configs": [UNKNOWN, {"channel": "VOICE", "auto_accept": UNKNOWN}],
        "phone_number_configs": UNKNOWN,
        "tags": {"a": 7},
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", "'x'"),
        ("x" * 158, f"'{'x' * 158}'"),
        ("x" * 159, f"'{'x' * 156}..."),
        (10**5_000, "a value too large to show"),
    ],
    ids=["short", "160 characters", "161 characters", "5,000 digits"],
)
def test_shown_values_have_at_most_160_characters(value: Any, expected: str) -> None:
    assert shown(value) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [("cost centre", "cost centre"), ("", "''"), ("a\nb", "'a\\nb'"), (7, "7"), ("x" * 129, f"'{'x' * 129}'")],
)
def test_keys_in_paths_never_break_the_line(key: Any, expected: str) -> None:
    assert in_path(key) == expected


def test_a_problem_reads_path_and_text() -> None:
    assert str(Problem("tags", "is wrong")) == "tags: is wrong"


def test_a_state_is_read_without_the_inputs_that_have_another_shape() -> None:
    """They count as never set; everything else stays, in canonical form."""
    state = {**user(), "arn": "arn", "security_profile_ids": "a string", "tags": ["team"], "phone_config": None}
    kept = {name: value for name, value in user().items() if name not in ("security_profile_ids", "tags")}
    assert sound(state) == {**kept, "arn": "arn"}
    whole = {**user(), "ownership_token": "t"}
    assert sound(whole) == whole


def test_an_id_that_is_no_input_is_judged_like_one() -> None:
    """Filters of the plugin's functions take the ids of inputs; a list of a user's ids is judged one by one."""
    profiles = BY_NAME["security_profile_ids"]
    assert list(id_problems(profiles, "filter", "an-id", {})) == []
    (problem,) = id_problems(profiles, "filter", "instance:profile", {})
    assert str(problem).startswith("filter: 'instance:profile' is a composite, not the id of a security profile")
