"""What counts as power: names, permissions, and security profiles of the stack that become power."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connect_users.core.powers import DEFAULT_PERMISSIONS
from connect_users.core.references import SECURITY_PROFILE
from connect_users.core.tokens import USER as USER_TYPE
from connect_users.review import documents, gate, markdown, text
from connect_users.review.building import profiles_of, review
from connect_users.review.naming import Labels, from_resources
from connect_users.review.powers import Judgement, Powers, granted_by
from connect_users.review.reading import read_preview

PROFILE_TYPE = "aws:connect/securityProfile:SecurityProfile"
TEAM = f"urn:pulumi:dev::agents::{PROFILE_TYPE}::team"
LOW, HIGH = ["BasicAgentAccess", "Users.View"], ["Users.View", "Users.EditPermission", "SecurityProfiles.Edit"]


def state(type_: str, name: str, inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::agents::{type_}::{name}", "type": type_, "inputs": inputs, **more}


def profile(permissions: Any, id_: str | None = "sp-team") -> dict[str, Any]:
    outputs = {"securityProfileId": id_} if id_ else {}
    return state(PROFILE_TYPE, "team", {"name": "Team Lead", "permissions": permissions}, outputs=outputs)


def user(name: str, profiles: list[str], **more: Any) -> dict[str, Any]:
    return state(USER_TYPE, name, {"username": name, "security_profile_ids": profiles}, **more)


def step(op: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    states = {key: each for key, each in (("oldState", old), ("newState", new)) if each is not None}
    return {"op": op, "urn": (new or old or {})["urn"], **states}


def reviewed(*steps: dict[str, Any], powers: Powers | None = None) -> Any:
    read = read_preview(json.dumps({"steps": list(steps), "changeSummary": {}}))
    names = Labels()
    from_resources(names, read.resources)
    names.add(SECURITY_PROFILE, "sp-plain", "Plain")
    return review(read, names, powers=powers)


@pytest.mark.parametrize("permission", DEFAULT_PERMISSIONS)
def test_each_permission_that_gives_power_makes_a_profile_power(permission: str) -> None:
    """By the id that an instance was asked about; the permission says why."""
    powers = Powers(granted={"sp-plain": ["BasicAgentAccess", permission]})
    assert powers.judge("sp-plain", "Plain") is Judgement.POWER
    assert powers.why("sp-plain", "Plain") == permission
    assert Powers(granted={"sp-plain": ["BasicAgentAccess"]}).judge("sp-plain", "Plain") is not Judgement.POWER
    assert Powers(permissions=(), granted={"sp-plain": [permission]}).judge("sp-plain", "Plain") is not Judgement.POWER


def test_a_profile_that_is_power_by_its_name_needs_no_reason() -> None:
    """Nor does one whose many permissions would fill a line."""
    powers = Powers(granted={"Admin": HIGH, "sp": DEFAULT_PERMISSIONS})
    assert powers.why("x", "Admin") == ""
    assert (
        powers.why("sp", None) == "SecurityProfiles.Create, SecurityProfiles.Delete, SecurityProfiles.Edit and 4 more"
    )


def test_permissions_of_the_stacks_own_profiles_count_without_a_look_up() -> None:
    """Also of a profile that does not exist yet."""
    new = user("ada", ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"], propertyDependencies={"security_profile_ids": [TEAM]})
    (person,) = reviewed(step("create", None, profile(HIGH, None)), step("create", None, new)).people
    assert person.gained == ("Team Lead",)
    assert person.words == "joins: + security profile Team Lead ⚠ (SecurityProfiles.Edit, Users.EditPermission)"
    (person,) = reviewed(step("same", profile(LOW), profile(LOW)), step("create", None, user("bo", ["sp-team"]))).people
    assert (person.gained, person.unnamed) == ((), ())


def test_a_profile_without_a_name_whose_permissions_are_known_is_judged_by_them() -> None:
    """It counts as power only while nothing at all is known of it."""
    change = step("update", user("ada", []), user("ada", ["sp-other"]))
    (person,) = reviewed(change).people
    assert person.unnamed == ("sp-other",)
    (person,) = reviewed(change, powers=Powers(granted={"sp-other": LOW})).people
    assert (person.gained, person.unnamed) == ((), ())
    (person,) = reviewed(change, powers=Powers(granted={"sp-other": HIGH})).people
    assert (person.gained, person.unnamed) == (("sp-other",), ())


def test_a_profile_that_gets_a_powerful_permission_gives_power_to_everybody_who_has_it() -> None:
    """Their own resources do not change, so that nothing else would tell."""
    ada, bo = (
        user("ada", ["sp-team"]),
        user("bo", ["arn:aws:connect:eu-west-2:123456789012:instance/i/security-profile/sp-team"]),
    )
    review_ = reviewed(
        step("update", profile(LOW), profile(HIGH)),
        step("same", ada, ada),
        step("same", bo, bo),
        step("same", user("cy", ["sp-plain"]), user("cy", ["sp-plain"])),
    )
    assert review_.people == ()
    (widened,) = review_.widened
    assert widened.words == (
        "security profile Team Lead gains SecurityProfiles.Edit, Users.EditPermission (2 users here)"
    )
    assert widened.holders == ("ada", "bo")
    (failure,) = gate.failures(review_, gate.conditions("admin-gained"))
    assert failure == "admin-gained: 1 security profile gains power; the limit is 0 (security profile Team Lead)"
    assert "1 security profile gains power ⚠" in text.render(review_)
    assert "security profile Team Lead gains" in text.render(review_, width=200)
    assert "security profile Team Lead gains" in markdown.render(review_)
    assert documents.document(review_)["security_profiles_widened"][0]["holders"] == ["ada", "bo"]
    assert documents.as_sarif(review_, "1")["runs"][0]["results"][0]["ruleId"] == "profile-widened"


@pytest.mark.parametrize(
    ("before", "after"), [(HIGH, LOW), (HIGH, HIGH), (LOW, [*LOW, "OutboundCallAccess"]), (LOW, "not a list")]
)
def test_other_changes_of_a_profile_give_no_power(before: Any, after: Any) -> None:
    """Less power, the same, and what is not power."""
    assert reviewed(step("update", profile(before), profile(after))).widened == ()


def test_only_the_profiles_of_those_who_change_are_worth_a_request() -> None:
    """Old and new ones, by their bare ids."""
    read = read_preview(
        json.dumps(
            {"steps": [step("update", user("a", ["s1"]), user("a", ["s2"])), step("same", None, user("b", ["x"]))]}
        )
    )
    assert profiles_of(read) == {"s1", "s2"}


def test_the_old_half_of_a_replaced_profile_does_not_hide_what_the_new_one_grants() -> None:
    """It comes last in a state, as long as its deletion is still to come."""
    new, old = profile(HIGH, "sp-new"), profile(LOW, "sp-old")
    resources = read_preview(
        json.dumps({"steps": [step("same", new, new), step("delete-replaced", old, None)]})
    ).resources
    granted = granted_by(resources)
    assert "Users.EditPermission" in granted["sp-new"]
    assert "Users.EditPermission" not in granted["sp-old"]


def test_a_profile_of_aws_native_is_power_by_its_name_too() -> None:
    """Its name has another word there."""
    resource = state(
        "aws-native:connect:SecurityProfile",
        "lead",
        {"securityProfileName": "TeamLead", "permissions": LOW},
        outputs={"securityProfileArn": "arn:aws:connect:us-east-1:1:instance/i/security-profile/sp-lead"},
    )
    after = user("ada", ["sp-lead"])
    read = reviewed(
        step("same", resource, resource), step("create", None, after), powers=Powers(profiles=("TeamLead",))
    )
    assert [person.gained for person in read.people] == [("TeamLead",)]
