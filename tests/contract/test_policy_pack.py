"""The adapter and the example pack with the real `pulumi-policy`, where it is installed."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from connect_users import policy

pulumi_policy = pytest.importorskip("pulumi_policy", reason="pulumi-policy is not installed: pip install pulumi-policy")

PACK = Path(__file__).resolve().parents[2] / "examples" / "policy-pack" / "__main__.py"
ADMIN = "40000000-0000-4000-8000-000000000001"


def reported(policies: list[Any], props: dict[str, Any]) -> list[str]:
    """What policies say of a user, as the SDK runs them."""
    told: list[str] = []
    for each in policies:
        timeouts = pulumi_policy.PolicyCustomTimeouts(0, 0, 0)
        options = pulumi_policy.PolicyResourceOptions(False, [], False, [], timeouts, [])
        args = pulumi_policy.ResourceValidationArgs(policy.USER_TYPE, props, "urn", "ada", options, None)
        each.validate(args, lambda message, urn=None: told.append(message))
    return told


def test_the_adapter_speaks_the_sdks_language() -> None:
    """A violation is reported through the SDK's own objects."""
    policies = policy.pack_policies(policy.admins_only("root.ops"), names={ADMIN: "Admin"})
    assert reported(policies, {"username": "ada", "security_profile_ids": [ADMIN]}) == [
        "ada has the security profile 'Admin', which only root.ops may have"
    ]
    assert reported(policies, {"username": "root.ops", "security_profile_ids": [ADMIN]}) == []


def test_the_example_pack_holds_its_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program runs, and hands its policies to the SDK."""
    packs: list[tuple[str, list[Any]]] = []
    monkeypatch.setattr(pulumi_policy, "PolicyPack", lambda name, policies: packs.append((name, policies)))
    runpy.run_path(str(PACK))
    ((name, policies),) = packs
    assert name == "connect-users"
    told = reported(policies, {"username": "ada", "security_profile_ids": [ADMIN], "password": "x"})
    assert len(told) == 5
