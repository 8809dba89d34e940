"""Whom power reaches, in the review of a preview: a restriction that goes is power gained."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connect_users.core import tokens
from connect_users.core.references import HIERARCHY_GROUP
from connect_users.review import documents, gate, markdown, text
from connect_users.review.building import review
from connect_users.review.naming import Labels, from_resources
from connect_users.review.powers import Powers
from connect_users.review.reach import ProfileFacts, of_answer
from connect_users.review.reading import read_preview

NATIVE = "aws-native:connect:SecurityProfile"
AWS = "aws:connect/securityProfile:SecurityProfile"
UK = "60000000-0000-4000-8000-000000000002"
ARN = "arn:aws:connect:us-east-1:123456789012:instance/i/security-profile/sp-lead"
IN_UK = {"hierarchyRestrictedResources": ["User"], "allowedAccessControlHierarchyGroupId": UK}
TEAM = {"tagRestrictedResources": ["User"], "allowedAccessControlTags": [{"key": "team", "value": "UK"}]}
EDIT = ["Users.Edit", "Users.View"]


def state(type_: str, name: str, inputs: dict[str, Any], **outputs: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::agents::{type_}::{name}"
    return {"urn": urn, "type": type_, "inputs": inputs, "outputs": outputs}


def profile(permissions: list[str], restricted: dict[str, Any], type_: str = NATIVE) -> dict[str, Any]:
    inputs = {"securityProfileName": "Lead", "name": "Lead", "permissions": permissions, **restricted}
    return state(type_, "lead", inputs, securityProfileArn=ARN, securityProfileId="sp-lead")


def user(**inputs: Any) -> dict[str, Any]:
    return state(tokens.USER, "ada", {"username": "ada", "security_profile_ids": ["sp-lead"], **inputs})


def reviewed(*steps: tuple[str, dict[str, Any] | None, dict[str, Any] | None], powers: Powers | None = None) -> Any:
    entries = [
        {
            "op": op,
            "urn": (new or old or {})["urn"],
            **{key: each for key, each in (("oldState", old), ("newState", new)) if each is not None},
        }
        for op, old, new in steps
    ]
    read = read_preview(json.dumps({"steps": entries, "changeSummary": {}}))
    names = Labels()
    names.add(HIERARCHY_GROUP, UK, "EMEA/UK")
    from_resources(names, read.resources)
    return review(read, names, powers=powers)


@pytest.mark.parametrize("type_", [NATIVE, AWS])
def test_a_restriction_that_goes_is_power_gained(type_: str) -> None:
    """The permissions stay the same, so that nothing else would tell; everybody who has the profile reaches more."""
    found = reviewed(
        ("update", profile(EDIT, IN_UK, type_), profile(EDIT, {}, type_)), ("same", user(), user()), powers=Powers()
    )
    (widened,) = found.widened
    words = "security profile Lead reaches more with Users.Edit: only hierarchy EMEA/UK → not restricted (1 user here)"
    assert widened.words == words
    (failure,) = gate.failures(found, gate.conditions("admin-gained"))
    assert failure == "admin-gained: 1 security profile gains power; the limit is 0 (security profile Lead)"
    for shown in (text.render(found, width=200), markdown.render(found)):
        assert "reaches more with Users.Edit" in shown
    (document,) = documents.document(found)["security_profiles_widened"]
    assert (document["permissions"], document["reach"]) == (
        [],
        ["Users.Edit: only hierarchy EMEA/UK → not restricted"],
    )
    assert documents.as_sarif(found, "1")["runs"][0]["results"][0]["message"]["text"] == words


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (profile(EDIT, {}), profile(EDIT, IN_UK)),
        (profile(EDIT, IN_UK), profile(EDIT, {**IN_UK, **TEAM})),
        (profile(EDIT, IN_UK), profile(["Users.View"], {})),
        (profile(["Users.View"], IN_UK), profile(["Users.View"], {})),
        (profile(EDIT, {}, AWS), profile(EDIT, {}, AWS)),
    ],
)
def test_a_reach_that_is_not_wider_is_not_power_gained(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Restricted further, the same, or without power at all."""
    assert reviewed(("update", before, after)).widened == ()


@pytest.mark.parametrize("hidden", ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "[secret]", None])
def test_a_restriction_that_is_not_shown_may_be_any(hidden: str | None) -> None:
    """A group that is still to come, a secret one, or one that is taken away, so that the user's own counts."""
    after = {**IN_UK, "allowedAccessControlHierarchyGroupId": hidden}
    (widened,) = reviewed(("update", profile(EDIT, IN_UK), profile(EDIT, after))).widened
    assert widened.wider[0].startswith("Users.Edit: only hierarchy EMEA/UK → only ")


def test_a_permission_that_is_gained_is_shown_with_its_reach() -> None:
    """It is power all the same."""
    found = reviewed(("update", profile(["Users.View"], IN_UK), profile([*EDIT, "SecurityProfiles.Edit"], IN_UK)))
    (widened,) = found.widened
    words = "gains SecurityProfiles.Edit; Users.Edit, only hierarchy EMEA/UK (no user here has it)"
    assert widened.words == f"security profile Lead {words}"
    assert widened.permissions == ("SecurityProfiles.Edit", "Users.Edit")
    both = reviewed(("update", profile(EDIT, IN_UK), profile([*EDIT, "Users.Create"], {})))
    assert both.widened[0].words == (
        "security profile Lead gains Users.Create and reaches more with Users.Edit: only hierarchy EMEA/UK → "
        "not restricted (no user here has it)"
    )


def test_a_person_who_gains_restricted_power_gains_power() -> None:
    """The reach stands beside the permissions."""
    found = reviewed(("same", profile(EDIT, IN_UK), profile(EDIT, IN_UK)), ("create", None, user()))
    (person,) = found.people
    assert person.gained == ("Lead",)
    assert "+ security profile Lead ⚠ (Users.Edit, only hierarchy EMEA/UK)" in person.words


@pytest.mark.parametrize(
    ("granted", "words"),
    [
        (EDIT, "+ security profile sp-lead ⚠ (Users.Edit; AWS-managed; 2 AI agents)"),
        (["Users.View"], "+ security profile sp-lead (AWS-managed; 2 AI agents)"),
    ],
)
def test_profiles_of_aws_and_ai_agents_are_marked(granted: list[str], words: str) -> None:
    """With power and without it."""
    powers = Powers(granted={"sp-lead": granted}, facts={"sp-lead": ProfileFacts(managed=True, ai_agents=("a", "b"))})
    (person,) = reviewed(("create", None, user()), powers=powers).people
    assert person.words == f"joins: {words}"


OWN = {"sp-lead": ProfileFacts(of_answer({"HierarchyRestrictedResources": ["User"]}, Labels()).reach)}


@pytest.mark.parametrize(
    ("facts", "granted", "after", "alarmed"),
    [
        (OWN, EDIT, {"hierarchy_group_id": "g2"}, True),
        (OWN, EDIT, {"hierarchy_group_id": None}, True),
        (OWN, EDIT, {"hierarchy_group_id": "g1"}, False),
        (OWN, ["Users.View"], {"hierarchy_group_id": "g2"}, False),
        ({}, EDIT, {"hierarchy_group_id": "g2"}, False),
        (OWN, EDIT, {"hierarchy_group_id": "g2", "security_profile_ids": []}, False),
    ],
)
def test_who_moves_reaches_another_group_where_power_goes_by_the_users_own(
    facts: dict[str, ProfileFacts], granted: list[str], after: dict[str, Any], alarmed: bool
) -> None:
    """Neither the user's security profiles nor any of theirs change."""
    powers = Powers(granted={"sp-lead": granted}, facts=facts)
    (person,) = reviewed(("update", user(hierarchy_group_id="g1"), user(**after)), powers=powers).people
    words = "the hierarchy group changes, and with it who is within reach of the user's sp-lead"
    assert person.alarms == ((words,) if alarmed else ())
    assert person.gains_power is alarmed
