"""Whom the power of a security profile reaches: restrictions in words, and when they become wider."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connect_users.core.references import HIERARCHY_GROUP, SECURITY_PROFILE
from connect_users.core.spec import UNKNOWN
from connect_users.review.naming import Labels
from connect_users.review.powers import Judgement, Powers, facts_by
from connect_users.review.reach import ProfileFacts, Reach, Restriction, of_answer, of_resource
from connect_users.review.steps import Resource

UK, EMEA = "60000000-0000-4000-8000-000000000002", "60000000-0000-4000-8000-000000000001"
NATIVE = "aws-native:connect:SecurityProfile"
EDIT, GIVE, PROFILES = "Users.Edit", "Users.EditPermission", "SecurityProfiles.Edit"


def names() -> Labels:
    found = Labels()
    found.add(HIERARCHY_GROUP, EMEA, "EMEA")
    found.add(HIERARCHY_GROUP, UK, "EMEA/UK")
    return found


def reach(**members: Any) -> Reach:
    """The reach of a profile as DescribeSecurityProfile returns it."""
    return of_answer(members, names()).reach


IN_UK = reach(HierarchyRestrictedResources=["User"], AllowedAccessControlHierarchyGroupId=UK)
IN_EMEA = reach(HierarchyRestrictedResources=["User"], AllowedAccessControlHierarchyGroupId=EMEA)
OWN_GROUP = reach(HierarchyRestrictedResources=["User"])
TEAM = reach(TagRestrictedResources=["User", "SecurityProfile"], AllowedAccessControlTags={"team": "UK"})
TEAM_AND_SITE = reach(TagRestrictedResources=["User"], AllowedAccessControlTags={"team": "UK", "site": "Leeds"})


@pytest.mark.parametrize(
    ("restricted", "words"),
    [
        (IN_UK, "only hierarchy EMEA/UK"),
        (OWN_GROUP, "only the user's own hierarchy group"),
        (TEAM, "only where team=UK"),
        (TEAM_AND_SITE, "only where site=Leeds and team=UK"),
        (IN_UK | TEAM, "only hierarchy EMEA/UK or only where team=UK"),
        (
            reach(
                HierarchyRestrictedResources=["User"],
                AllowedAccessControlHierarchyGroupId=UK,
                TagRestrictedResources=["User"],
                AllowedAccessControlTags={"team": "UK"},
            ),
            "only hierarchy EMEA/UK and where team=UK",
        ),
        (IN_UK | Reach(), ""),
        (reach(TagRestrictedResources=["User"], AllowedAccessControlTags={}), ""),
        (reach(TagRestrictedResources=["Queue"], AllowedAccessControlTags={"team": "UK"}), ""),
        (reach(AllowedAccessControlTags={"team": "UK"}, AllowedAccessControlHierarchyGroupId=UK), ""),
        (reach(TagRestrictedResources=UNKNOWN, AllowedAccessControlTags={"team": "UK"}), ""),
        (reach(HierarchyRestrictedResources=["User"], AllowedAccessControlHierarchyGroupId="x"), "only hierarchy x"),
    ],
)
def test_a_restriction_is_described_in_words(restricted: Reach, words: str) -> None:
    """With the path of a group in place of its id; what cannot be read is not taken for a restriction."""
    assert restricted.of(EDIT) == words


def test_a_restriction_is_about_its_own_resources() -> None:
    """A hierarchy restricts users alone; tags restrict what they name."""
    assert IN_UK.of(PROFILES) == ""
    assert TEAM.of(PROFILES) == "only where team=UK"
    assert IN_UK.of("Queues.Edit") == ""


@pytest.mark.parametrize(
    ("before", "after", "wider"),
    [
        (IN_UK, Reach(), (f"{EDIT}: only hierarchy EMEA/UK → not restricted",)),
        (IN_UK, IN_EMEA, (f"{EDIT}: only hierarchy EMEA/UK → only hierarchy EMEA",)),
        (IN_EMEA, IN_UK, ()),
        (IN_UK, IN_UK, ()),
        (Reach(), IN_UK, ()),
        (Reach(), Reach(), ()),
        (IN_UK, OWN_GROUP, (f"{EDIT}: only hierarchy EMEA/UK → only the user's own hierarchy group",)),
        (OWN_GROUP, IN_UK, (f"{EDIT}: only the user's own hierarchy group → only hierarchy EMEA/UK",)),
        (TEAM, TEAM_AND_SITE, ()),
        (TEAM_AND_SITE, TEAM, (f"{EDIT}: only where site=Leeds and team=UK → only where team=UK",)),
        (IN_UK, TEAM, (f"{EDIT}: only hierarchy EMEA/UK → only where team=UK",)),
        (IN_UK | TEAM, TEAM, ()),
    ],
)
def test_a_reach_is_wider_unless_it_is_surely_not(before: Reach, after: Reach, wider: tuple[str, ...]) -> None:
    """A group below the old one and more tags reach less; anything that cannot be compared counts as wider."""
    assert after.wider(before, [EDIT]) == wider


def test_permissions_are_shown_with_their_reach() -> None:
    """Those of the same reach together, those that reach everything first."""
    powers = Powers(granted={"sp": [EDIT, GIVE, PROFILES]}, facts={"sp": ProfileFacts(IN_UK)})
    assert powers.why("sp", "Lead") == f"{PROFILES}; {EDIT}, {GIVE}, only hierarchy EMEA/UK"
    assert powers.judge("sp", "Lead") is Judgement.POWER
    assert Powers(granted={"sp": [EDIT]}).why("sp", "Lead") == EDIT


def test_a_profile_that_is_power_by_its_name_shows_its_reach() -> None:
    """It is power all the same; without a restriction its name says enough."""
    granted = {"sp": [EDIT]}
    assert (
        Powers(granted=granted, facts={"sp": ProfileFacts(IN_UK)}).why("sp", "Admin")
        == f"{EDIT}, only hierarchy EMEA/UK"
    )
    assert Powers(granted=granted, facts={"sp": ProfileFacts()}).why("sp", "Admin") == ""


def test_of_two_sources_what_reaches_most_counts() -> None:
    """A profile that is known by its id from an instance, and by its name from the stack."""
    facts = {"sp": ProfileFacts(IN_UK, True, ("a",)), "Lead": ProfileFacts(Reach(), None, ("a", "b"))}
    about = Powers(facts=facts).about("sp", "Lead")
    assert about.reach.of(EDIT) == ""
    assert about.managed is True
    assert about.marks == ("AWS-managed", "2 AI agents")
    assert Powers(facts=facts).about("other", None) == ProfileFacts()


def test_a_described_profile_has_what_an_older_boto3_cannot_read() -> None:
    """Unknown is not the same as no."""
    assert of_answer({}, names()) == ProfileFacts(Reach(), None, None)
    assert of_answer({"Type": "CUSTOMER_MANAGED"}, names(), []) == ProfileFacts(Reach(), False, ())
    assert of_answer({"Type": "AWS_MANAGED"}, names(), ["bot"]).marks == ("AWS-managed", "1 AI agent")


def test_a_resource_declares_its_reach_in_its_own_words() -> None:
    """CloudFormation's tags are a list; `aws.connect` had no words for any of it, and says nothing then."""
    inputs = {
        "hierarchyRestrictedResources": ["User"],
        "allowedAccessControlHierarchyGroupId": UK,
        "tagRestrictedResources": ["User"],
        "allowedAccessControlTags": [{"key": "team", "value": "UK"}, {"key": "site", "value": UNKNOWN}],
    }
    limit = Restriction("EMEA/UK", frozenset({("team", "UK"), ("site", "[not known yet]")}))
    assert of_resource(Resource("u", NATIVE, inputs), names()) == Reach({"User": frozenset({limit})})
    assert of_resource(Resource("u", NATIVE, {"permissions": [EDIT]}), names()) == Reach()
    aws = "aws:connect/securityProfile:SecurityProfile"
    assert of_resource(Resource("u", aws, {"permissions": [EDIT]}), names()) is None
    assert of_resource(Resource("u", aws, {**inputs, "tagRestrictedResources": None}), names()) == IN_UK


def test_a_group_that_does_not_exist_yet_is_shown_by_its_name() -> None:
    """By the resource that makes it, where the preview says which."""
    known = names()
    known.by_urn["urn-group"] = (HIERARCHY_GROUP, "EMEA/FR")
    member = "allowedAccessControlHierarchyGroupId"
    inputs = {"hierarchyRestrictedResources": ["User"], member: UNKNOWN}
    found = of_resource(Resource("u", NATIVE, inputs, depends={member: ("urn-group",)}), known)
    assert found is not None
    assert found.of(EDIT) == "only hierarchy EMEA/FR"
    found = of_resource(Resource("u", NATIVE, inputs), known)
    assert found is not None
    assert found.of(EDIT) == "only hierarchy [not known yet]"


def test_facts_of_a_stack_are_known_by_id_and_name() -> None:
    """Of two profiles of one name, in two instances, what either reaches."""
    arn = f"arn:aws:connect:us-east-1:123456789012:instance/i/security-profile/{SECURITY_PROFILE.word}"

    def profile(urn: str, arn: str, **inputs: Any) -> Resource:
        return Resource(urn, NATIVE, {"securityProfileName": "Lead", **inputs}, {"securityProfileArn": arn})

    restricted = profile("one", f"{arn}-1", hierarchyRestrictedResources=["User"])
    facts = facts_by([restricted, profile("two", f"{arn}-2")], names())
    assert json.dumps(sorted(facts)) == json.dumps(["Lead", "security-profile-1", "security-profile-2"])
    assert facts["security-profile-1"].reach == OWN_GROUP
    assert facts["Lead"].reach == Reach()
