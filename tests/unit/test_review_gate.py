"""The gate fails closed: whatever gives somebody power, or cannot be judged, must not pass `admin-gained`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connect_users import policy
from connect_users.core import tokens
from connect_users.core.references import SECURITY_PROFILE
from connect_users.review import documents, gate, markdown, naming, text
from connect_users.review.building import review
from connect_users.review.model import JOINS, LEAVES, MOVES, Review, UserChange
from connect_users.review.reading import UnreadablePreview, read_preview, read_state

ADMIN = "40000000-0000-4000-8000-000000000001"
AGENT = "40000000-0000-4000-8000-000000000002"
OTHER = "40000000-0000-4000-8000-000000000009"
PROFILES = "arn:aws:connect:eu-west-2:123456789012:instance/i1/security-profile"
LATER = tokens.UNKNOWN_STRING
DYNAMIC = "pulumi-python:dynamic/mine:Agent"


def state(type_: str, inputs: Any, name: str = "ada", **more: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::agents::{type_}::{name}", "type": type_, "inputs": inputs, **more}


def step(op: Any, old: dict[str, Any] | None, new: dict[str, Any] | None, *paths: str, **more: Any) -> dict[str, Any]:
    states = {key: each for key, each in (("oldState", old), ("newState", new)) if each is not None}
    diff = {"detailedDiff": {path: {"kind": "update"} for path in paths}} if paths else {}
    return {"op": op, "urn": (new or old or {})["urn"], **states, **diff, **more}


def ours(profiles: Any = (AGENT,), name: str = "ada", **inputs: Any) -> dict[str, Any]:
    given = {"username": "ada", "instance_id": "i1", "security_profile_ids": list(profiles), **inputs}
    return state(tokens.USER, given, name)


def reviewed(*steps: dict[str, Any], named: bool = True) -> Review:
    read = read_preview(json.dumps({"steps": list(steps)}))
    names = naming.Labels()
    if named:
        naming.from_mapping(names, {"security_profiles": {"Admin": ADMIN, "Agent": AGENT}})
    naming.from_resources(names, (*read.before, *read.resources))
    return review(read, names)


def refused(review_: Review) -> bool:
    return bool(gate.failures(review_, gate.conditions("admin-gained")))


def spelled(type_: str, profile: str) -> dict[str, Any]:
    """A user with one security profile, as resources of this type have it."""
    who = {"username": "ada", "tags": {"CostCenter": "a"}}
    return state(
        type_,
        {
            tokens.PLUGIN_USER: {**who, "instanceId": "i1", "securityProfileIds": [profile]},
            "aws:connect/user:User": {"name": "ada", "instanceId": "i1", "securityProfileIds": [profile]},
            "aws-native:connect:User": {"username": "ada", "securityProfileArns": [f"{PROFILES}/{profile}"]},
            "awscc:connect/user:User": {"username": "ada", "securityProfileArns": [f"{PROFILES}/{profile}"]},
            DYNAMIC: {**who, "security_profile_ids": [profile]},
            "pulumi-nodejs:dynamic:Resource": {"userName": "ada", "securityProfile": profile},
            "pulumi-python:dynamic:Resource": {"name": "ada", "user": {"SecurityProfileIds": [profile]}},
            "pulumi-nodejs:dynamic/x:Y": {"args": [{"roles": [f"{PROFILES}/{profile}"]}]},
            "pulumi-python:dynamic/x:Z": {"roles": {"ada": profile}},
        }[type_],
    )


TYPES = (
    tokens.PLUGIN_USER, "aws:connect/user:User", "aws-native:connect:User", "awscc:connect/user:User", DYNAMIC,
    "pulumi-nodejs:dynamic:Resource", "pulumi-python:dynamic:Resource", "pulumi-nodejs:dynamic/x:Y",
    "pulumi-python:dynamic/x:Z",
)  # fmt: skip


@pytest.mark.parametrize("type_", TYPES)
def test_power_is_seen_in_resources_of_every_type(type_: str) -> None:
    """Made with it, or given it; and nothing is seen where there is none."""
    low, high = spelled(type_, AGENT), spelled(type_, ADMIN)
    for entry in (step("create", None, high), step("update", low, high), step("import", None, high)):
        review_ = reviewed(entry)
        assert [person.gained for person in review_.people] == [("Admin",)]
        assert refused(review_)
    for entry in (step("create", None, low), step("update", high, low), step("same", high, high)):
        assert not refused(reviewed(entry))
    assert refused(reviewed(step("create", None, spelled(type_, ADMIN)), named=False)) == (type_ not in TYPES[-2:])


def test_a_user_of_another_package_is_reviewed_like_ours() -> None:
    """With our words for its inputs, and what it is."""
    old, new = (
        state("aws:connect/user:User", {"name": "ada", "securityProfileIds": [AGENT], "phoneConfig": phone, **more})
        for phone, more in (
            ({"phoneType": "SOFT_PHONE"}, {"tags": {"CostCenter": "a"}}),
            ({"phoneType": "DESK_PHONE"}, {"tags": {"CostCenter": "b"}, "routingProfileId": "r1"}),
        )
    )
    (person,) = reviewed(step("update", old, new)).people
    assert person.username == "ada"
    assert person.words == (
        "routing none → r1; phone: phone type SOFT_PHONE → DESK_PHONE; tag CostCenter changed; "
        "not managed by connect_users, but by aws:connect/user:User"
    )


def test_the_plugins_users_are_reviewed_like_ours() -> None:
    """CamelCase inputs and paths; secrets are compared by the engine's diff; keys of tags keep their spelling."""
    inputs = {"username": "ada", "securityProfileIds": [AGENT], "identityInfo": {"firstName": "A", "email": "[secret]"}}
    new = {**inputs, "identityInfo": {"firstName": "B", "email": "[secret]"}, "tags": {"CostCenter": "[secret]"}}
    old = {**inputs, "tags": {"CostCenter": "[secret]"}}
    paths = ("identityInfo.firstName", "tags.CostCenter")
    entry = step("update", state(tokens.PLUGIN_USER, old), state(tokens.PLUGIN_USER, new), *paths)
    assert reviewed(entry).people[0].words == "identity: first name changed; tag CostCenter changed"
    replaced = step("replace", state(tokens.PLUGIN_USER, old), state(tokens.PLUGIN_USER, {**old, "username": "bo"}),
                    "username", replaceReasons=["username"])  # fmt: skip
    assert reviewed(replaced).people[0].words.startswith("replaced (new username): username ada → bo")
    widened = reviewed(step("update", state(tokens.PLUGIN_USER, old), state(
        tokens.PLUGIN_USER, {**old, "securityProfileIds": ["[secret]"]}), "securityProfileIds[0]"))  # fmt: skip
    assert refused(widened)


def test_several_users_in_one_resource_are_reviewed_one_by_one() -> None:
    """Power that goes from one of them to another is gained."""

    def bulk(ada: str, bo: str) -> dict[str, Any]:
        users = {name: {"securityProfileIds": [each]} for name, each in (("ada", ada), ("bo", bo))}
        return state("pulumi-nodejs:dynamic/bulk:Users", {"users": users}, "all")

    review_ = reviewed(step("update", bulk(ADMIN, AGENT), bulk(AGENT, ADMIN)))
    assert {person.username: (person.gained, person.lost) for person in review_.people} == {
        "all.users.ada": ((), ("Admin",)),
        "all.users.bo": (("Admin",), ()),
    }
    assert reviewed(step("update", bulk(ADMIN, AGENT), bulk(ADMIN, AGENT))).people == ()
    assert refused(reviewed(step("update", state("pulumi-nodejs:dynamic/bulk:Users", {}, "all"), bulk(AGENT, ADMIN))))


@pytest.mark.parametrize(
    "entry",
    [
        ("azure-native:compute:VirtualMachine", {"securityProfile": {"encryptionAtHost": True}}),
        ("aws-native:iot:SecurityProfile", {"securityProfileName": "x"}),
        ("aws:connect/securityProfile:SecurityProfile", {"name": "Plain", "permissions": []}),
        ("pulumi-python:dynamic/mine:Table", {"rows": [OTHER, "Admin"]}),
        ("aws:s3/bucket:Bucket", {"tags": {"security": ADMIN}}),
    ],
    ids=lambda entry: str(entry[0]),
)
def test_resources_without_users_are_not_people(entry: tuple[str, dict[str, Any]]) -> None:
    """They are counted as other resources."""
    review_ = reviewed(step("create", None, state(*entry)))
    assert (review_.people, review_.others) == ((), {"create": 1})


def with_email(value: Any, profile: str = ADMIN) -> dict[str, Any]:
    return ours([profile], identity_info=value if value in ("[secret]", LATER) else {"email": value})


@pytest.mark.parametrize(
    ("old", "new", "paths", "alarm"),
    [
        (with_email("a@x.com"), with_email("b@x.com"), ["identity_info.email"], True),
        (with_email("[secret]"), with_email("[secret]"), ["identity_info.email"], True),
        (with_email("[secret]"), with_email("[secret]"), ["routing_profile_id"], False),
        (with_email("a@x.com"), with_email(LATER), ["identity_info"], True),
        (ours([ADMIN]), with_email("b@x.com"), ["identity_info"], True),
        (with_email("a@x.com", OTHER), with_email("b@x.com", OTHER), ["identity_info.email"], True),
        (with_email("a@x.com", AGENT), with_email("b@x.com", AGENT), ["identity_info.email"], False),
        (with_email("a@x.com"), with_email("a@x.com"), ["identity_info.first_name"], False),
        (with_email("a@x.com"), ours([AGENT], identity_info={"email": "b@x.com"}), ["identity_info.email"], False),
    ],
)
def test_the_address_of_a_user_with_power_does_not_change_unseen(old: Any, new: Any, paths: Any, alarm: bool) -> None:
    """Whoever reads it can set a new password: the account can be taken over."""
    review_ = reviewed(step("update", old, new, *paths))
    assert refused(review_) == alarm
    assert any("the e-mail address for password resets changes" in each for each in review_.people[0].alarms) == alarm


def test_an_alarm_is_in_every_format() -> None:
    """Also where no security profile is gained."""
    review_ = reviewed(step("update", with_email("a@x.com"), with_email("b@x.com"), "identity_info.email"))
    said = "the e-mail address for password resets changes, and the user has Admin"
    assert "1 changed; 1 user gains power ⚠" in text.render(review_)
    assert f"{said} ⚠" in text.render(review_, width=300)
    assert f"- **ada** (changes): {said}" in markdown.render(review_)
    assert documents.document(review_)["people"][0]["power_alarms"] == [said]
    assert documents.as_sarif(review_, "1")["runs"][0]["results"][0]["ruleId"] == "power-taken-over"


@pytest.mark.parametrize(
    ("old", "new", "refuse"),
    [
        ({"password": "[secret]"}, {"password": "[secret]"}, True),
        ({}, {"password_secret_arn": "connect/eve"}, True),
        ({"directory_user_id": "d1"}, {"directory_user_id": "d2"}, True),
        ({"tags": {}}, {"tags": {"a": "b"}}, False),
    ],
)
def test_a_user_with_power_who_is_made_again_for_somebody_else_is_refused(old: Any, new: Any, refuse: bool) -> None:
    """With another password, or another person of the directory; not where only the rest differs."""
    (name,) = new
    entry = step("replace", ours([ADMIN], **old), ours([ADMIN], **new), name, replaceReasons=[name])
    assert refused(reviewed(entry)) == refuse
    assert not refused(reviewed(step("replace", ours(**old), ours(**new), name, replaceReasons=[name])))


@pytest.mark.parametrize("op", ["promote", "", "Same", 1, None, ["same"]])
def test_an_operation_that_is_not_known_is_refused(op: Any) -> None:
    """A later engine may do anything by it; it is said what it was."""
    for old in (ours(), None):
        review_ = reviewed(step(op, old, ours()))
        assert refused(review_)
        assert "does not know the operation" in review_.people[0].words
    assert reviewed(step("promote", None, state("aws:s3/bucket:Bucket", {}))).others == {"promote": 1}


@pytest.mark.parametrize("op", ["same", "read", "refresh", "read-replacement", "read-discard", "discard-replaced"])
def test_operations_that_change_nothing_are_quiet(op: str) -> None:
    """As the engine writes them."""
    assert reviewed(step(op, ours([ADMIN]), ours([ADMIN]))).people == ()


@pytest.mark.parametrize("type_", [tokens.USER, tokens.PLUGIN_USER])
def test_a_user_with_outputs_only_is_judged_by_them(type_: str) -> None:
    """A user without inputs and outputs counts as power, too."""
    word = "security_profile_ids" if type_ == tokens.USER else "securityProfileIds"
    for outputs, gained in (({word: [ADMIN]}, ("Admin",)), ({word: [AGENT]}, ()), ({}, ())):
        review_ = reviewed(step("create", None, state(type_, None, outputs=outputs)))
        assert review_.people[0].gained == gained
        assert refused(review_) == (outputs != {word: [AGENT]})
    assert refused(reviewed(step("update", state(type_, {word: [AGENT]}), state(type_, {}), word)))
    urn = f"urn:pulumi:dev::agents::my:mod:Team${type_}::ada"
    assert refused(reviewed({"op": "create", "urn": urn}))


def test_what_only_the_pull_request_names_is_shown_but_does_not_decide() -> None:
    """Its own roster calls the security profile of administrators Helper."""
    read = read_preview(json.dumps({"steps": [step("update", ours([]), ours([OTHER]))]}))
    names = naming.Labels()
    naming.from_roster(names, {"ada": {"security_profile_ids": ("Helper",)}}, read.resources)
    review_ = review(read, names)
    assert refused(review_)
    assert review_.people[0].words == "+ security profile Helper (a name of the roster only)"
    (violation,) = policy.violations(read, names, [policy.admins_only()])
    assert violation.text == f"has the security profile {OTHER}, whose name is not known, so it may be Admin"
    names.add(SECURITY_PROFILE, OTHER, "Helper")
    assert not refused(review(read, names))


def test_a_deployed_security_profile_keeps_its_name_until_it_is_renamed() -> None:
    """What the pull request calls it does not decide; what AWS answers to a read does."""
    type_ = "aws:connect/securityProfile:SecurityProfile"
    outputs = {"securityProfileId": OTHER, "name": "Admin", "permissions": ["BasicAgentAccess"]}
    old, new = (state(type_, {"name": name}, "p", outputs=outputs) for name in ("Admin", "Helper"))
    gains = step("update", ours([]), ours([OTHER]))
    assert refused(reviewed(step("update", old, new), gains))
    assert refused(reviewed(step("read", None, new), gains))
    plain = state(type_, {"name": "Helper"}, "p", outputs={**outputs, "name": "Helper"})
    assert not refused(reviewed(step("read", None, plain), gains))


def test_policies_judge_users_of_every_type() -> None:
    """As the gate does."""
    names = naming.Labels()
    naming.from_mapping(names, {"security_profiles": {"Admin": ADMIN, "Agent": AGENT}})
    for type_ in TYPES:
        read = read_preview(json.dumps({"steps": [step("create", None, spelled(type_, ADMIN))]}))
        (violation,) = policy.violations(read, names, [policy.admins_only("root.ops")])
        assert violation.text == "has the security profile 'Admin', which only root.ops may have"


@pytest.mark.parametrize("entry", [7, "x", None, [], [{}]])
def test_a_step_that_is_not_an_object_is_not_passed_over(entry: Any) -> None:
    """It may be any."""
    with pytest.raises(UnreadablePreview, match="one of its steps is not an object"):
        read_preview(json.dumps({"steps": [step("same", ours(), ours()), entry]}))


def test_users_of_other_packages_are_in_a_state_as_well() -> None:
    """For the access review, and for the search of users without an owner."""
    document = {"deployment": {"resources": [spelled("aws:connect/user:User", ADMIN), state("aws:s3/bucket:B", {})]}}
    found = read_state(json.dumps(document))
    assert [(each.user, each.inputs.get("security_profile_ids")) for each in found] == [(True, [ADMIN]), (False, None)]


def moving(before: str = "a", after: str = "b", **inputs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    old, new = ours(name=before), ours(**inputs, name=after)
    return step("delete", old, None), step("create", None, new)


def test_a_user_who_joins_another_resource_of_the_stack_moves() -> None:
    """The new resource takes the user over: nobody leaves, nobody joins, and only what differs is new."""
    review_ = reviewed(*moving(routing_profile_id="r1"))
    (person,) = review_.people
    assert (person.action, review_.counts[LEAVES], review_.counts[JOINS]) == (MOVES, 0, 0)
    assert person.words == "routing none → r1; stays the same user: resource a becomes b"
    assert not gate.failures(review_, gate.conditions("admin-gained,deletions,leavers,joiners"))
    assert reviewed(*moving()).people[0].words == "stays the same user: resource a becomes b"
    same_name = reviewed(*moving("a", "a")).people[0].words
    assert same_name == "stays the same user: the resource has another parent"
    assert reviewed(*moving(profiles=[AGENT, ADMIN])).people[0].gained == ("Admin",)
    assert reviewed(*reversed(moving())).counts[MOVES] == 1


@pytest.mark.parametrize(
    ("extra", "inputs"),
    [
        ([], {"instance_id": "i2"}),
        ([], {"instance_id": LATER}),
        ([], {"username": "[secret]"}),
        ([step("create", None, ours(name="c"))], {}),
        ([step("delete", ours(name="c"), None)], {}),
    ],
    ids=["another instance", "unknown instance", "secret name", "declared twice", "left twice"],
)
def test_who_does_not_surely_stay_the_same_user_leaves_and_joins(extra: Any, inputs: Any) -> None:
    """And the new one has no power from before."""
    review_ = reviewed(*moving(profiles=[ADMIN], **inputs), *extra)
    assert review_.counts[MOVES] == 0
    assert review_.counts[LEAVES] >= 1 <= review_.counts[JOINS]
    assert refused(review_)


@pytest.mark.parametrize(
    ("reasons", "note"),
    [
        (
            ["id"],
            "replaced; the name stays, so this needs delete_before_replace: the user gets a new id, and loses the",
        ),
        (["routing_profile_id"], "so this needs delete_before_replace"),
        (["password"], "deleted first, then created again with a new id"),
        (["directory_user_id"], "deleted first, then created again with a new id"),
    ],
)
def test_a_replacement_under_the_same_name_is_shown_as_it_is(reasons: list[str], note: str) -> None:
    """A forced one, too: the id is new, and the old password is gone."""
    person: UserChange
    old, new = ours(password="[secret]"), ours(password="[secret]")
    (person,) = reviewed(step("replace", old, new, replaceReasons=reasons)).people
    assert note in person.words
    assert ("new password" in person.words) == (reasons == ["password"])
