"""Whom powerful security profiles of a live instance reach, in access reviews and in the review of a preview."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.cli import main
from connect_users.core import tokens
from connect_users.emulator import Emulator, Fault, seed
from tests.contract.emulator.support import ADMIN, AGENT, connect, create
from tests.models import AI_AGENTS, has

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE = {"InstanceId": seed.INSTANCE_ID}
IN_UK: dict[str, Any] = {
    "HierarchyRestrictedResources": ["User"],
    "AllowedAccessControlHierarchyGroupId": seed.HIERARCHY_GROUPS["EMEA/UK"],
}
TEAM: dict[str, Any] = {"TagRestrictedResources": ["User"], "AllowedAccessControlTags": {"team": "UK"}}


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    with Emulator() as emulator:
        yield emulator


def profile(emulator: Emulator, name: str, *permissions: str, **members: Any) -> str:
    made = connect(emulator).create_security_profile(
        **HERE, SecurityProfileName=name, Permissions=list(permissions), **members
    )
    return str(made["SecurityProfileId"])


def live(emulator: Emulator) -> list[str]:
    return ["--instance", seed.INSTANCE_ID, "--endpoint-url", emulator.endpoint_url, "--region", seed.REGION]


def page_data(emulator: Emulator, page: Path) -> dict[str, Any]:
    assert main(["report", "--html", str(page), *live(emulator)]) == 0
    text = page.read_text(encoding="utf-8").partition('type="application/json">')[2].partition("</script>")[0]
    data: dict[str, Any] = json.loads(text)
    return data


def test_an_access_review_says_whom_power_reaches(emulator: Emulator, tmp_path: Path) -> None:
    """With the paths of hierarchy groups; of profiles that anybody has, at a few requests each."""
    lead = profile(emulator, "Lead", "Users.Edit", "SecurityProfiles.Edit", **IN_UK)
    team = profile(emulator, "Team", "Users.Edit", **TEAM)
    profile(emulator, "Nobodys", "Users.Edit")
    create(connect(emulator), "ada", SecurityProfileIds=[lead, team, ADMIN])
    create(connect(emulator), "bo", SecurityProfileIds=[AGENT])
    emulator.requests.clear()
    assert page_data(emulator, tmp_path / "review.html")["powers"] == {
        "Admin": "",
        "Lead": "SecurityProfiles.Edit; Users.Edit, only hierarchy EMEA/UK",
        "Team": "Users.Edit, only where team=UK",
    }
    operations = [record.operation for record in emulator.requests]
    assert operations.count("DescribeSecurityProfile") == operations.count("ListSecurityProfilePermissions") == 4
    assert operations.count(AI_AGENTS) == (4 if has(AI_AGENTS) else 0)


def test_profiles_of_aws_and_ai_agents_are_marked(emulator: Emulator, tmp_path: Path) -> None:
    """Where the installed boto3 knows of them; nothing is said where it does not."""
    agents = [{"Arn": "arn:aws:wisdom:us-east-1:1:ai-agent/a", "Type": "THIRD_PARTY"}]
    helper = profile(emulator, "Helper", "Users.View", **({"AllowedAIAgents": agents} if has(AI_AGENTS) else {}))
    create(connect(emulator), "ada", SecurityProfileIds=[helper, AGENT])
    with emulator.store.write() as tx:
        tx.execute("UPDATE resources SET doc = json_set(doc, '$.Type', 'AWS_MANAGED') WHERE id = ?", (AGENT,))
    marks = page_data(emulator, tmp_path / "review.html")["marks"]
    described = connect(emulator).describe_security_profile(**HERE, SecurityProfileId=AGENT)["SecurityProfile"]
    assert marks == {
        **({"Agent": ["AWS-managed"]} if "Type" in described else {}),
        **({"Helper": ["1 AI agent"]} if has(AI_AGENTS) else {}),
    }


def explained(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str], *steps: dict[str, Any], status: int = 0
) -> tuple[str, str]:
    """What `explain --instance` prints of a preview, and says on stderr."""
    file = tmp_path / "preview.json"
    file.write_text(json.dumps({"steps": list(steps)}), encoding="utf-8")
    assert main(["explain", str(file), "--width", "300", "--fail-on", "admin-gained", *live(emulator)]) == status
    said = capsys.readouterr()
    return said.out, said.err


def joins(profile_id: str) -> dict[str, Any]:
    inputs = {"username": "ada", "security_profile_ids": [profile_id]}
    return {"op": "create", "urn": "urn:u", "newState": {"urn": "urn:u", "type": tokens.USER, "inputs": inputs}}


def test_a_preview_is_explained_with_the_reach_that_the_instance_has(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Restricted power is power; `aws.connect` cannot declare a restriction, so that writing a profile leaves it."""
    lead = profile(emulator, "Lead", "Users.Edit", **IN_UK)
    words = "ada: joins: + security profile Lead ⚠ (Users.Edit, only hierarchy EMEA/UK)"
    out, err = explained(emulator, tmp_path, capsys, joins(lead), status=1)
    assert words in out
    assert err == "connect-users explain: admin-gained: 1 user gains power; the limit is 0 (ada)\n"
    team = {
        "urn": "urn:pulumi:dev::agents::aws:connect/securityProfile:SecurityProfile::lead",
        "type": "aws:connect/securityProfile:SecurityProfile",
        "inputs": {"name": "Lead", "permissions": ["Users.Edit"]},
        "outputs": {"securityProfileId": lead},
    }
    written = {"op": "update", "urn": team["urn"], "oldState": team, "newState": team}
    assert words in explained(emulator, tmp_path, capsys, written, joins(lead), status=1)[0]


def test_what_a_resource_declares_counts_in_place_of_what_is(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the preview writes it; where it leaves it alone, what reaches most counts."""
    lead = profile(emulator, "Lead", "Users.Edit")
    type_ = "aws-native:connect:SecurityProfile"
    arn = f"{seed.INSTANCE_ARN}/security-profile/{lead}"
    declared = {
        "urn": f"urn:pulumi:dev::agents::{type_}::lead",
        "type": type_,
        "inputs": {
            "securityProfileName": "Lead",
            "permissions": ["Users.Edit"],
            "hierarchyRestrictedResources": ["User"],
            "allowedAccessControlHierarchyGroupId": seed.HIERARCHY_GROUPS["EMEA/UK"],
        },
        "outputs": {"securityProfileArn": arn},
    }
    for op, words in (("update", "(Users.Edit, only hierarchy EMEA/UK)"), ("same", "(Users.Edit)")):
        step = {"op": op, "urn": declared["urn"], "oldState": declared, "newState": declared}
        assert f"Lead ⚠ {words}" in explained(emulator, tmp_path, capsys, step, joins(lead), status=1)[0]


def test_without_the_permission_the_review_says_that_the_reach_is_not_shown(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Policies of earlier releases lack it; power is power without it."""
    lead = profile(emulator, "Lead", "Users.Edit", **IN_UK)
    emulator.faults.add(Fault("DescribeSecurityProfile", "error-before", 9, code="AccessDeniedException", message="No"))
    out, err = explained(emulator, tmp_path, capsys, joins(lead), status=1)
    assert "+ security profile Lead ⚠ (Users.Edit)" in out
    first, second = err.splitlines()
    assert first.startswith("connect-users explain: cannot show whom security profiles reach: DescribeSecurityProfile")
    assert "connect:DescribeSecurityProfile" in first
    assert "admin-gained" in second


@pytest.mark.skipif(not has(AI_AGENTS), reason="botocore knows no AI agents yet")
def test_ai_agents_that_may_not_be_listed_cost_nothing_else(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are asked for once, and the reach is shown all the same."""
    lead, team = (profile(emulator, name, "Users.Edit", **IN_UK) for name in ("Lead", "Team"))
    emulator.faults.add(Fault(AI_AGENTS, "error-before", 9, code="AccessDeniedException", message="No"))
    create(connect(emulator), "ada", SecurityProfileIds=[lead, team])
    emulator.requests.clear()
    powers = page_data(emulator, tmp_path / "review.html")["powers"]
    assert powers == dict.fromkeys(("Lead", "Team"), "Users.Edit, only hierarchy EMEA/UK")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("connect-users report: cannot show the AI agents of security profiles")
    assert [record.operation for record in emulator.requests].count(AI_AGENTS) == 1
