"""Reviews of previews that do not show everything: secrets, values to come, and values of wrong types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core.tokens import USER as USER_TYPE
from connect_users.review import documents, gate, markdown, naming, text
from connect_users.review.building import profiles_of, review
from connect_users.review.powers import Powers
from connect_users.review.reading import UnreadablePreview, read_preview, read_state
from connect_users.review.steps import parts

if TYPE_CHECKING:
    from connect_users.review.model import Review, UserChange

PROFILE_TYPE = "aws:connect/securityProfile:SecurityProfile"
SECRET = "[secret]"
LATER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ADMIN = "40000000-0000-4000-8000-000000000001"
AGENT = "40000000-0000-4000-8000-000000000002"
SIGNED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}


def state(inputs: Any, type_: str = USER_TYPE, name: str = "ada", **more: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::agents::{type_}::{name}", "type": type_, "inputs": inputs, **more}


def step(op: str, old: Any, new: Any, *paths: str, **more: Any) -> dict[str, Any]:
    states = {key: each for key, each in (("oldState", old), ("newState", new)) if each is not None}
    diff = {"detailedDiff": {path: {"kind": "update"} for path in paths}} if paths else {}
    return {"op": op, "urn": (new or old or {})["urn"], **states, **diff, **more}


def user(op: str, old: Any, new: Any, *paths: str, **more: Any) -> dict[str, Any]:
    """A step of a user; an old and a new username may be in the inputs."""
    before, after = (None if each is None else state({"username": "ada", **each}) for each in (old, new))
    return step(op, before, after, *paths, **more)


def reviewed(*steps: Any, personal: bool = False, powers: Powers | None = None) -> Review:
    read = read_preview(json.dumps({"steps": list(steps)}))
    names = naming.Labels()
    naming.from_resources(names, read.resources)
    naming.from_mapping(names, {"security_profiles": {"Admin": ADMIN, "Agent": AGENT}})
    return review(read, names, personal=personal, powers=powers)


def only(*steps: Any, personal: bool = False) -> UserChange:
    (person,) = reviewed(*steps, personal=personal).people
    return person


def profiles(value: Any) -> dict[str, Any]:
    return {"security_profile_ids": value}


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        (SECRET, SECRET, ["security_profile_ids[0]"]),
        ([SECRET], [SECRET], ["security_profile_ids[0]"]),
        ([SECRET], [SECRET], ["security_profile_ids"]),
        ([SECRET], [SECRET, SECRET], ["security_profile_ids[1]"]),
        ([AGENT, SECRET], [SECRET], ["security_profile_ids[0]", "security_profile_ids[1]"]),
        ([AGENT], SECRET, ["security_profile_ids"]),
        (SIGNED, SIGNED, ["security_profile_ids[0]"]),
        (SECRET, SECRET, []),
        ([AGENT], [AGENT, LATER], ["security_profile_ids[1]"]),
        ([LATER], [LATER], ["security_profile_ids[0]"]),
        (LATER, LATER, ["security_profile_ids"]),
        ([AGENT], [AGENT, {"a": 1}], ["security_profile_ids[1]"]),
        ([AGENT], 7, ["security_profile_ids"]),
        ([7], [7], ["security_profile_ids[0]"]),
    ],
)
def test_security_profiles_that_are_not_shown_count_as_power_where_they_change(old: Any, new: Any, paths: Any) -> None:
    """They may be the powerful ones; also where old and new look the same."""
    review_ = reviewed(user("update", profiles(old), profiles(new), *paths))
    (person,) = review_.people
    assert person.unnamed
    assert "+ security profile" in person.words
    assert gate.failures(review_, gate.conditions("admin-gained"))


@pytest.mark.parametrize(
    ("old", "new"), [(SECRET, SECRET), ([SECRET], [SECRET]), ([AGENT, SECRET], [SECRET]), ([ADMIN], [AGENT])]
)
def test_secret_security_profiles_that_stay_give_no_power(old: Any, new: Any) -> None:
    """The engine compares the values themselves, and says what differs."""
    gone = ["security_profile_ids[0]"] if old == [ADMIN] else []
    before, after = {**profiles(old), "routing_profile_id": "r1"}, {**profiles(new), "routing_profile_id": "r2"}
    person = only(user("update", before, after, "routing_profile_id", *gone))
    assert (person.gained, person.unnamed) == ((), ())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ({"username": "alice"}, {"username": "mallory"}, "username alice → mallory; + security profile Admin ⚠"),
        ({"instance_id": "i1"}, {"instance_id": "i2"}, "instance i1 → i2; + security profile Admin ⚠"),
        ({"instance_id": "i1"}, {"instance_id": LATER}, "instance i1 → [not known yet]; + security profile Admin ⚠"),
        ({"username": SECRET}, {"username": SECRET}, "username changed; + security profile Admin ⚠"),
    ],
)
def test_power_that_moves_to_another_user_is_gained(old: Any, new: Any, words: str) -> None:
    """Under another name, or in another instance, nobody had it."""
    (who,) = old
    entry = user("replace", {**profiles([ADMIN]), **old}, {**profiles([ADMIN]), **new}, who, replaceReasons=[who])
    review_ = reviewed(entry)
    (person,) = review_.people
    assert (person.gained, person.lost) == (("Admin",), ())
    assert words in person.words
    assert gate.failures(review_, gate.conditions("admin-gained"))


@pytest.mark.parametrize(
    "inputs", [{"instance_id": "i1"}, {"instance_id": "arn:aws:connect:eu-west-2:123456789012:instance/i1"}]
)
def test_a_user_who_is_replaced_under_the_same_name_had_its_power(inputs: dict[str, Any]) -> None:
    """As with a new password; an ARN names the same instance as its id."""
    old, new = {**profiles([ADMIN]), "instance_id": "i1"}, {**profiles([ADMIN]), **inputs}
    person = only(user("replace", old, new, "password", replaceReasons=["password"]))
    assert (person.gained, person.unnamed) == ((), ())
    assert "security profile" not in person.words


@pytest.mark.parametrize("permissions", [SECRET, [SECRET], LATER, ["Users.View", LATER], 7])
def test_a_profile_of_the_stack_whose_permissions_are_not_shown_counts_as_power(permissions: Any) -> None:
    """Also when only its id is known."""
    outputs = {"securityProfileId": "sp-team"}
    for name in ("Team", SECRET):
        profile = state({"name": name, "permissions": permissions}, PROFILE_TYPE, "team", outputs=outputs)
        review_ = reviewed(step("same", profile, profile), user("update", profiles([]), profiles(["sp-team"])))
        assert gate.failures(review_, gate.conditions("admin-gained"))
        assert review_.people[0].gained == ("sp-team" if name == SECRET else "Team",)


@pytest.mark.parametrize(
    ("old", "new", "paths", "gained"),
    [
        (SECRET, SECRET, ["permissions[0]"], ("[new secret]",)),
        ([SECRET], [SECRET], ["permissions[0]"], ("[new secret]",)),
        (SECRET, SECRET, ["description"], ()),
        (["Users.View"], LATER, ["permissions"], ("[not known yet]",)),
        (["Users.View"], ["Users.View", SECRET], ["permissions[1]"], ("[new secret]",)),
    ],
)
def test_permissions_that_change_unseen_widen_a_profile(old: Any, new: Any, paths: Any, gained: Any) -> None:
    """They may be the powerful ones."""
    before, after = (state({"name": "Team", "permissions": each}, PROFILE_TYPE, "team") for each in (old, new))
    review_ = reviewed(step("update", before, after, *paths))
    assert tuple(each for widened in review_.widened for each in widened.permissions) == gained
    assert reviewed(step("update", before, after, *paths), powers=Powers(permissions=())).widened == ()


def test_profiles_of_the_same_name_have_the_permissions_of_all() -> None:
    """Of two instances: by its name alone it is not known which of them a user gets."""
    high, low = (
        state({"name": "Lead", "permissions": permissions}, PROFILE_TYPE, name)
        for name, permissions in (("a", ["Users.Edit"]), ("b", ["Users.View"]))
    )
    new = state({"username": "ada", **profiles([LATER])}, propertyDependencies={"security_profile_ids": [high["urn"]]})
    review_ = reviewed(step("create", None, high), step("create", None, low), step("create", None, new))
    assert review_.people[0].gained == ("Lead",)


@pytest.mark.parametrize(
    ("old", "new", "paths", "words"),
    [
        (
            {"identity_info": {"first_name": "a", "email": SECRET}},
            {"identity_info": {"first_name": "b", "email": SECRET}},
            ["identity_info.first_name", "identity_info.email"],
            "identity: first name, email changed",
        ),
        (
            {"identity_info": {"first_name": "a", "email": SECRET}},
            {"identity_info": {"first_name": "b", "email": SECRET}},
            ["identity_info.first_name"],
            "identity: first name changed",
        ),
        (
            {"tags": {"team": "a", "x": SECRET, "a.b": SECRET, "y": SECRET}},
            {"tags": {"team": "b", "x": SECRET, "a.b": SECRET, "y": SECRET}},
            ["tags.team", "tags.x", 'tags["a.b"]'],
            "tag a.b changed; tag team changed; tag x changed",
        ),
        ({"tags": SECRET}, {"tags": SECRET}, ["tags.team"], "tags changed"),
        ({"tags": {"a": "1"}}, {"tags": SECRET}, ["tags"], "tags changed"),
        ({"identity_info": SECRET}, {"identity_info": SECRET}, ["identity_info.email"], "identity changed"),
        ({"routing_profile_id": SECRET}, {"routing_profile_id": SECRET}, ["routing_profile_id"], "routing changed"),
        ({"password": SECRET}, {"password": SECRET}, ["password"], "new password"),
        (
            {"phone_number_configs": [{"channel": "VOICE", "phone_number": SECRET}]},
            {"phone_number_configs": [{"channel": "VOICE", "phone_number": SECRET}]},
            ["phone_number_configs[0].phone_number"],
            "phone number VOICE changed",
        ),
        (
            {"phone_number_configs": [{"channel": "VOICE", "phone_type": "SOFT_PHONE"}]},
            {"phone_number_configs": SECRET},
            ["phone_number_configs"],
            "phone number changed",
        ),
        (
            {"user_proficiencies": [{"attribute_name": "l", "attribute_value": SECRET, "level": 1}, 7]},
            {"user_proficiencies": [{"attribute_name": "l", "attribute_value": SECRET, "level": 1}, 8]},
            ["user_proficiencies[0].attribute_value", "user_proficiencies[1]"],
            "user proficiencies changed",
        ),
    ],
)
def test_secrets_that_change_are_shown_beside_what_else_changes(old: Any, new: Any, paths: Any, words: str) -> None:
    """Their values are not shown, so that old and new look the same."""
    person = only(user("update", {**profiles([AGENT]), **old}, {**profiles([AGENT]), **new}, *paths))
    assert person.words == words
    assert SECRET not in person.words


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tags.team", ("tags", "team")),
        ('tags["a.b"].c', ("tags", "a.b", "c")),
        (r'tags["a\"b"]', ("tags", 'a"b')),
        ("user_proficiencies[10].level", ("user_proficiencies", "10", "level")),
        ("", ()),
    ],
)
def test_paths_are_read_as_the_engine_writes_them(path: str, expected: Any) -> None:
    """With names in quotes where they have dots."""
    assert parts(path) == expected


def test_a_user_is_shown_by_each_of_two_steps() -> None:
    """One that deletes does not hide another."""
    steps = (user("update", profiles([]), profiles([ADMIN]), "security_profile_ids[0]"), user("delete", {}, None))
    assert {person.action: person.gained for person in reviewed(*steps).people} == {"leaves": (), "changes": ("Admin",)}


NUMBERS = (True, 7, -1.5, float("inf"), float("nan"))
TEXTS = ("x", "\ud800", SECRET, LATER)
ODD: tuple[Any, ...] = (None, *NUMBERS, *TEXTS, [], [[]], {}, {"a": {"b": [SECRET]}}, [7, None], SIGNED)
INPUTS = (
    "username", "instance_id", "routing_profile_id", "security_profile_ids", "hierarchy_group_id", "password",
    "identity_info", "phone_config", "phone_number_configs", "after_contact_work_configs", "auto_accept_configs",
    "persistent_connection_configs", "voice_enhancement_configs", "user_proficiencies", "tags", "adopt_existing",
)  # fmt: skip
MEMBERS = (
    ("identity_info", "email"), ("phone_config", "after_contact_work_time_limit"), ("phone_config", "phone_type"),
    ("tags", "team"),
)  # fmt: skip


def shown(review_: Review) -> str:
    """The review in every format, as bytes take it."""
    parts_ = (
        text.render(review_),
        markdown.render(review_),
        json.dumps(documents.document(review_)),
        json.dumps(documents.as_sarif(review_, "1")),
    )
    return "\n".join(parts_).encode().decode()


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_no_value_of_an_input_breaks_a_review(odd: Any) -> None:
    """Old, new, and as a part of either: what a fork hands over may be anything."""
    blocks = [{name: odd} for name in INPUTS]
    blocks += [{block: {name: odd}} for block, name in MEMBERS]
    blocks += [{name: [odd, {"channel": odd, "level": odd, "phone_number": odd}]} for name in INPUTS[8:14]]
    for inputs in blocks:
        for old, new in ((inputs, {}), ({}, inputs), (inputs, inputs)):
            (name,) = inputs
            steps = (user("update", old, new, name), user("create", None, new), user("delete", old, None))
            for personal in (False, True):
                shown(reviewed(*steps, personal=personal))
            profiles_of(read_preview(json.dumps({"steps": steps})))


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("part", ["op", "urn", "oldState", "newState", "detailedDiff", "diffReasons", "replaceReasons"])
def test_no_part_of_a_step_breaks_a_review(part: str, odd: Any) -> None:
    """Of a user, and of a security profile."""
    for before, after in (
        (state(profiles([AGENT])), state(profiles([ADMIN]))),
        (state({"permissions": []}, PROFILE_TYPE), state({"permissions": ["Users.Edit"]}, PROFILE_TYPE)),
    ):
        shown(reviewed({**step("replace", before, after), part: odd}))


def test_a_replaced_user_who_is_still_to_be_deleted_is_of_a_state_on_request() -> None:
    """In Connect there are both; one that waits for its replacement has been deleted."""
    marks: tuple[dict[str, Any], ...] = ({}, {"delete": True}, {"pendingReplacement": True})
    entries = [state({}, name=name, **mark) for name, mark in zip(("ada", "bo", "cy"), marks, strict=True)]
    document = json.dumps({"deployment": {"resources": entries}})
    for leaving, expected in ((False, ["ada"]), (True, ["ada", "bo"])):
        found = read_state(document, leaving=leaving)
        assert [each.urn.rpartition("::")[2] for each in found] == expected


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("part", ["urn", "type", "inputs", "outputs", "propertyDependencies", "sourcePosition"])
def test_no_part_of_a_state_breaks_a_review(part: str, odd: Any) -> None:
    """Nor the reading of a state."""
    for type_ in (USER_TYPE, PROFILE_TYPE, "aws:connect/userHierarchyGroup:UserHierarchyGroup"):
        entry = {**state(profiles([ADMIN]), type_), part: odd}
        shown(reviewed(step("update", state({}, type_), entry)))
        depends = {"parentGroupId": odd, "security_profile_ids": [odd]}
        shown(reviewed(step("update", state({}, type_), {**state({}, type_), "propertyDependencies": depends})))
        read_state(json.dumps({"deployment": {"resources": [entry]}}))


@pytest.mark.parametrize("position", ["project:///a.py#²", "project:///a.py#" + "9" * 5_000, "/\ud800.py#3", "../x#1"])
def test_no_place_in_the_program_breaks_a_review(position: str) -> None:
    """It is only shown where it is known."""
    shown(reviewed(step("create", None, state(profiles([ADMIN]), sourcePosition=position))))


@pytest.mark.parametrize(
    "document", [{"steps": 7}, {"steps": {"a": 1}}, {"steps": [], "diagnostics": 7}, {"steps": None}]
)
def test_steps_that_are_none_are_refused_or_empty(document: Any) -> None:
    """A gate must not take them for no changes."""
    if document["steps"]:
        with pytest.raises(UnreadablePreview, match="steps are not a list"):
            read_preview(json.dumps(document))
    else:
        assert read_preview(json.dumps(document)).steps == ()


def test_a_state_that_is_nested_without_end_is_refused() -> None:
    """As a preview is."""
    for depth in (200, 100_000):
        inputs = '{"a":' * depth + "1" + "}" * depth
        document = json.dumps({"deployment": {"resources": [state("inputs")]}}).replace('"inputs"}', f"{inputs}}}")
        with pytest.raises(UnreadablePreview, match="nested too deeply"):
            read_state(document)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"security_profiles": {"Agent": ["x"]}}, "security profiles: Agent: not an id"),
        ({"security_profiles": {"Agent": "x", "Admin": "x"}}, "Agent and Admin have the same id"),
        ({"security_profiles": ["x"]}, "not a dict of names to ids"),
    ],
)
def test_names_that_say_nothing_sure_are_refused(document: Any, problem: str) -> None:
    """A powerful profile must not get the name of another one."""
    with pytest.raises(ValueError, match=problem):
        naming.from_mapping(naming.Labels(), document)


def test_a_roster_names_no_profile_beside_a_secret_one() -> None:
    """The secret one may be the one that is named."""
    read = read_preview(json.dumps({"steps": [user("create", None, profiles([ADMIN, SECRET]))]}))
    names = naming.Labels()
    naming.from_roster(names, {"ada": {"security_profile_ids": ("Agent",)}}, read.resources)
    assert dict(names.known) == {}
