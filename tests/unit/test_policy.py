"""Ready policies: each lets through what it should, and says what it does not."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from connect_users import policy
from connect_users.core import tokens
from connect_users.core.errors import ConfigurationError
from connect_users.core.references import SECURITY_PROFILE
from connect_users.core.spec import UNKNOWN
from connect_users.review.naming import Labels
from connect_users.review.powers import Powers
from connect_users.review.reach import ProfileFacts, Reach, Restriction
from connect_users.review.reading import read_preview

if TYPE_CHECKING:
    from collections.abc import Callable

ADMIN, AGENT = "40000000-0000-4000-8000-000000000001", "40000000-0000-4000-8000-000000000002"
NAMES = {ADMIN: "Admin", AGENT: "Agent"}
CHANGE = Path(__file__).resolve().parents[1] / "data" / "previews" / "change.json"


def said(rule: policy.Policy, **props: Any) -> list[str]:
    return list(rule.check(policy.Subject({"username": "ada", **props}, NAMES)))


@pytest.mark.parametrize(
    ("rule", "props", "texts"),
    [
        (policy.admins_only("root.ops"), {"security_profile_ids": [AGENT]}, []),
        (
            policy.admins_only("root.ops"),
            {"security_profile_ids": [ADMIN, AGENT]},
            ["has the security profile 'Admin', which only root.ops may have"],
        ),
        (policy.admins_only("root.ops", "ada"), {"security_profile_ids": [ADMIN]}, []),
        (
            policy.admins_only(),
            {"security_profile_ids": ["unheard-of"]},
            ["has the security profile unheard-of, whose name is not known, so it may be Admin"],
        ),
        (policy.admins_only(profiles=[ADMIN]), {"security_profile_ids": ["unheard-of"]}, []),
        (
            policy.admins_only(profiles=[ADMIN]),
            {"security_profile_ids": [f"arn:aws:connect:us-east-1:123456789012:instance/i/security-profile/{ADMIN}"]},
            ["has the security profile 'Admin', which nobody may have"],
        ),
        (policy.admins_only(), {"security_profile_ids": UNKNOWN}, []),
        (policy.no_plain_passwords(), {"password_secret_arn": "connect/ada"}, []),
        (
            policy.no_plain_passwords(),
            {"password": "Pa55word"},
            ["has a password in the program; name a secret with password_secret_arn instead"],
        ),
        (policy.hierarchy_required(), {"hierarchy_group_id": UNKNOWN}, []),
        (policy.hierarchy_required(), {}, ["is not in a hierarchy group; set hierarchy_group_id"]),
        (policy.tags_required("team", "site"), {"tags": {"team": "a", "site": "b", "more": ""}}, []),
        (policy.tags_required("team", "site"), {"tags": {"team": ""}}, ["lacks the tags team, site"]),
        (policy.tags_required("team"), {}, ["lacks the tag team"]),
        (policy.tags_required("team"), {"tags": UNKNOWN}, []),
        (policy.tags_required("team"), {"tags": object()}, ["has tags that are not shown, so team may be missing"]),
        (policy.sign_out_required(), {"security_profile_ids": [AGENT]}, []),
        (policy.sign_out_required(), {"security_profile_ids": [ADMIN], "sign_out": "on_loss"}, []),
        (policy.sign_out_required(), {"security_profile_ids": [ADMIN], "sign_out": UNKNOWN}, []),
        (
            policy.sign_out_required(),
            {"security_profile_ids": [ADMIN, "unheard-of"]},
            ["has power (Admin, unheard-of) that open sessions keep; set sign_out to 'on_delete' or 'on_loss'"],
        ),
        (
            policy.sign_out_required("on_loss"),
            {"security_profile_ids": [ADMIN], "sign_out": "on_delete"},
            ["has power (Admin) that open sessions keep; set sign_out to 'on_loss'"],
        ),
        (policy.power_restricted("ada"), {"security_profile_ids": [ADMIN]}, []),
        (policy.power_restricted(restricted=["Admin"]), {"security_profile_ids": [ADMIN, AGENT]}, []),
        (
            policy.power_restricted("root.ops"),
            {"security_profile_ids": [ADMIN, "unheard-of"]},
            [
                (
                    "has the security profile 'Admin', whose power reaches everybody: give one that is restricted by "
                    "hierarchy or tags; only root.ops may have such power"
                ),
                "has the security profile unheard-of, whose name is not known, so it may be power over everybody",
            ],
        ),
        (policy.personas_only({"agent": ["Agent"]}), {"security_profile_ids": [AGENT]}, []),
        (policy.personas_only({"lead": [ADMIN, "Agent"]}), {"security_profile_ids": [AGENT, ADMIN]}, []),
        (policy.personas_only({"agent": ["Agent"]}), {"security_profile_ids": UNKNOWN}, []),
        (
            policy.personas_only({"agent": ["Agent"], "lead": ["Agent", "Lead"]}),
            {"security_profile_ids": [AGENT, ADMIN]},
            ["has the security profiles Admin and Agent, which no persona has; the personas are agent and lead"],
        ),
    ],
)
def test_a_policy_says_what_is_wrong(rule: policy.Policy, props: dict[str, Any], texts: list[str]) -> None:
    """And nothing about what is right, or not known yet."""
    assert said(rule, **props) == texts


def test_rules_of_a_file_are_the_same_policies() -> None:
    """Rules that are off are left out."""
    rules = policy.from_rules(
        {
            "admins_only": {"usernames": ["ada"], "profiles": ["Admin"]},
            "no_plain_passwords": True,
            "hierarchy_required": False,
            "tags_required": ["team"],
            "power_restricted": {"usernames": ["ada"], "restricted": ["Lead"]},
            "sign_out_required": "on_loss",
            "personas_only": {"agent": ["Agent"]},
        }
    )
    assert [rule.name for rule in rules] == [
        "admins-only",
        "no-plain-passwords",
        "tags-required",
        "power-restricted",
        "sign-out-required",
        "personas-only",
    ]
    assert policy.from_rules({"power_restricted": False, "sign_out_required": False}) == ()
    assert len(policy.from_rules({"power_restricted": ["ada"], "sign_out_required": True})) == 2
    assert said(rules[0], security_profile_ids=[ADMIN]) == []
    assert [rule.name for rule in policy.from_rules({"admins_only": ["ada"]})] == ["admins-only"]


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        (None, "not a dict of rules"),
        ({"admin_only": []}, "unknown rule 'admin_only'; the rules are admins_only"),
        ({"tags_required": "team"}, "tags_required: is not a list of strings"),
        ({"hierarchy_required": "yes"}, "hierarchy_required: is not true or false"),
        ({"admins_only": {"users": []}}, "unknown key users"),
        ({"power_restricted": {"profiles": []}}, "unknown key profiles; the keys are usernames, restricted"),
        ({"sign_out_required": "never"}, "sign_out_required: 'never' is not on_delete or on_loss"),
        ({"sign_out_required": 3}, "sign_out_required: '3' is not on_delete or on_loss"),
        ({"personas_only": ["Agent"]}, "personas_only: is not a dict of personas"),
    ],
)
def test_rules_that_nobody_knows_are_refused(rules: Any, problem: str) -> None:
    """A misspelt rule must not be a rule that is not there."""
    with pytest.raises(ConfigurationError, match=problem):
        policy.from_rules(rules)


def test_a_preview_is_judged_by_the_people_whom_it_changes() -> None:
    """Leavers are not judged, nor those who stay as they are; values of secrets are not needed."""
    names = Labels()
    for id_, name in NAMES.items():
        names.add(SECURITY_PROFILE, id_, name)
    rules = (policy.admins_only("root.ops"), policy.tags_required("team"))
    messages = policy.violations(read_preview(CHANGE.read_text(encoding="utf-8")), names, rules)
    assert ("ada", "admins-only") in {(each.username, each.policy) for each in messages}
    assert {each.username for each in messages if each.policy == "tags-required"} == {"chloe", "dae.kim", "eve", "hugo"}


def test_power_that_is_known_to_be_restricted_passes() -> None:
    """By what the instance says of it, also where the file says otherwise."""
    granted = {"Lead": ["Users.Edit"]}
    limited = ProfileFacts(Reach({"User": frozenset({Restriction("EMEA/UK")})}))

    def texts(rule: policy.Policy, facts: ProfileFacts) -> list[str]:
        powers = Powers(granted=granted, facts={"Lead": facts})
        return list(rule.check(policy.Subject({"security_profile_ids": ["l"]}, {"l": "Lead"}, powers=powers)))

    assert texts(policy.power_restricted(), limited) == []
    (text,) = texts(policy.power_restricted(restricted=["Lead"]), ProfileFacts())
    assert text.startswith("has the security profile 'Lead', whose power reaches everybody")
    assert text.endswith("nobody may have such power")


def test_security_profiles_that_a_preview_does_not_show_are_judged() -> None:
    """By the name of what they come from; without one they may be any. `hugo` gets one that is still to be made."""
    names = Labels()
    read = read_preview(CHANGE.read_text(encoding="utf-8").replace(f'"{ADMIN}"', '"[secret]"'))
    for rule in (policy.admins_only(), policy.admins_only(profiles=[ADMIN])):
        messages = {each.username: each.text for each in policy.violations(read, names, [rule])}
        assert "[secret 1], whose name is not known, so it may be" in messages["ada"]
        assert "[not known yet 1], whose name is not known" in messages["hugo"]
    (urn,) = (urn for each in read.resources for urn in each.depends.get("security_profile_ids", ()))
    names.by_urn[urn] = (SECURITY_PROFILE, "Night")
    names.add(SECURITY_PROFILE, AGENT, "Agent")
    assert "hugo" not in {each.username for each in policy.violations(read, names, [policy.admins_only()])}
    (text,) = (
        each.text
        for each in policy.violations(read, names, [policy.admins_only(profiles=["Night"])])
        if each.username == "hugo"
    )
    assert text == "has the security profile 'Night', which nobody may have"


@dataclass
class _Sdk:
    """Stands for `pulumi_policy.ResourceValidationPolicy`."""

    name: str
    description: str
    validate: Callable[..., None]
    enforcement_level: str


@dataclass
class _Args:
    """Stands for `pulumi_policy.ResourceValidationArgs`."""

    props: dict[str, Any]
    resource_type: str = tokens.USER


@dataclass
class _Reported:
    texts: list[str] = field(default_factory=list)

    def __call__(self, message: str, urn: str | None = None) -> None:
        self.texts.append(message)


def test_policies_work_in_a_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    """For users only; each is reported with the username."""
    sdk = ModuleType("pulumi_policy")
    sdk.EnforcementLevel = str  # type: ignore[attr-defined]
    sdk.ResourceValidationPolicy = _Sdk  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pulumi_policy", sdk)
    (made,) = policy.pack_policies(policy.admins_only("root.ops"), names=NAMES, enforcement_level="advisory")
    assert (made.name, made.enforcement_level) == ("connect-users-admins-only", "advisory")
    reported = _Reported()
    made.validate(_Args({"username": "ada", "security_profile_ids": [ADMIN]}), reported)
    made.validate(_Args({"username": "ada", "tags": {"security_profile_ids": ADMIN}}, "aws:s3/bucket:Bucket"), reported)
    assert reported.texts == ["ada has the security profile 'Admin', which only root.ops may have"]


def test_a_pack_without_pulumi_policy_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks themselves need nothing."""
    monkeypatch.setitem(sys.modules, "pulumi_policy", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'connect-users\[policy\]'"):
        policy.pack_policies(policy.hierarchy_required())
