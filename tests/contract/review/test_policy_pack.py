"""The adapter and the example pack with the real `pulumi-policy`, and in the process that the engine starts for it."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from connect_users import policy
from connect_users.core import tokens
from connect_users.testing.values import UNKNOWN, Secret, encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

pulumi_policy = pytest.importorskip("pulumi_policy", reason="pulumi-policy is not installed: pip install pulumi-policy")

PACK = Path(__file__).resolve().parents[3] / "examples" / "policy-pack" / "__main__.py"
PROFILE_ARN = "arn:aws:connect:eu-west-2:123456789012:instance/i/security-profile"
ADMIN = "40000000-0000-4000-8000-000000000001"


def reported(policies: list[Any], props: dict[str, Any]) -> list[str]:
    """What policies say of a user, as the SDK runs them."""
    messages: list[str] = []
    for each in policies:
        timeouts = pulumi_policy.PolicyCustomTimeouts(0, 0, 0)
        options = pulumi_policy.PolicyResourceOptions(False, [], False, [], timeouts, [])
        args = pulumi_policy.ResourceValidationArgs(tokens.USER, props, "urn", "ada", options, None)
        each.validate(args, lambda message, urn=None: messages.append(message))
    return messages


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
    messages = reported(policies, {"username": "ada", "security_profile_ids": [ADMIN], "password": "x"})
    assert len(messages) == 6


class Engine:
    """Drives a policy pack as the engine does: the process of the language host, and the Analyzer service in it."""

    def __init__(self, pack: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:9", str(pack)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self._process.stdout.readline().strip()}")
        self._analyzer = analyzer_pb2_grpc.AnalyzerStub(self._channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._channel.close()
        self._process.terminate()
        self._process.communicate(timeout=30)

    def info(self) -> Any:
        return self._analyzer.GetAnalyzerInfo(empty_pb2.Empty(), timeout=30)

    def analyze(self, props: dict[str, Any], type_: str = tokens.USER) -> dict[str, str]:
        """Policy -> message; those that could not be judged have ``?``."""
        request = analyzer_pb2.AnalyzeRequest(
            type=type_,
            urn=f"urn:pulumi:dev::agents::{type_}::ada",
            name="ada",
            properties=encode(props, secrets=True, unknowns=True),
        )
        diagnostics = self._analyzer.Analyze(request, timeout=30).diagnostics
        assert {each.policyPackName for each in diagnostics} <= {"connect-users"}
        levels = {each.policyName: each.enforcementLevel for each in diagnostics}
        return {
            each.policyName.removeprefix("connect-users-"): each.message.strip().splitlines()[-1]
            if levels[each.policyName] == analyzer_pb2.MANDATORY
            else "?"
            for each in diagnostics
        }


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(PACK.parent) as started:
        yield started


def test_the_pack_introduces_itself_to_the_engine(engine: Engine) -> None:
    """With all its policies, which stop a deployment."""
    info = engine.info()
    assert info.name == "connect-users"
    assert {each.name for each in info.policies} == {
        "connect-users-admins-only",
        "connect-users-no-plain-passwords",
        "connect-users-hierarchy-required",
        "connect-users-tags-required",
        "connect-users-sign-out-required",
        "connect-users-dotted-names",
    }
    assert {each.enforcementLevel for each in info.policies} == {analyzer_pb2.MANDATORY}


GOOD = {
    "username": "ada.lovelace",
    "security_profile_ids": ["40000000-0000-4000-8000-000000000002"],
    "hierarchy_group_id": "60000000-0000-4000-8000-000000000003",
    "tags": {"team": "support"},
}


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({}, {}),
        ({"username": "root.ops", "security_profile_ids": [ADMIN], "sign_out": "on_delete"}, {}),
        (
            {"security_profile_ids": [ADMIN]},
            {
                "admins-only": "ada.lovelace has the security profile 'Admin', which only root.ops may have",
                "sign-out-required": "ada.lovelace has power (Admin) that open sessions keep; set sign_out to "
                "'on_delete' or 'on_loss'",
            },
        ),
        (
            {"password": Secret("Hush-hush-1"), "tags": None, "hierarchy_group_id": None},
            {
                "no-plain-passwords": "ada.lovelace has a password in the program; name a secret with "
                "password_secret_arn instead",
                "hierarchy-required": "ada.lovelace is not in a hierarchy group; set hierarchy_group_id",
                "tags-required": "ada.lovelace lacks the tag team",
            },
        ),
        (
            {"password": UNKNOWN},
            {
                "no-plain-passwords": "ada.lovelace has a password in the program; name a secret with "
                "password_secret_arn instead"
            },
        ),
        (
            {"security_profile_ids": [UNKNOWN], "tags": Secret({"team": "a"})},
            {"admins-only": "?", "sign-out-required": "?"},
        ),
    ],
    ids=["good", "the one admin", "an admin", "secret password", "password to come", "profile to come"],
)
def test_the_pack_judges_what_the_engine_sends(
    engine: Engine, changes: dict[str, Any], messages: dict[str, str]
) -> None:
    """Secrets are judged without being shown; what is not known yet is reported as not judged."""
    props = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    assert engine.analyze(props) == messages


@pytest.mark.parametrize(
    ("type_", "props"),
    [
        (tokens.PLUGIN_USER, {"username": "ada", "securityProfileIds": [ADMIN]}),
        ("aws:connect/user:User", {"name": "ada", "securityProfileIds": [ADMIN], "password": UNKNOWN}),
        ("aws-native:connect:User", {"username": "ada", "securityProfileArns": [f"{PROFILE_ARN}/{ADMIN}"]}),
        ("pulumi-python:dynamic/mine:Agent", {"username": "ada", "security_profile_ids": [ADMIN]}),
        ("pulumi-nodejs:dynamic:Resource", {"users": [{"username": "ada", "securityProfileIds": [ADMIN]}]}),
        ("pulumi-nodejs:dynamic/x:Y", {"username": "ada", "roles": [ADMIN]}),
        ("awscc:connect/user:User", {"username": "ada", "securityProfileArns": [f"{PROFILE_ARN}/{ADMIN}"]}),
    ],
)
def test_the_pack_judges_users_of_every_type(engine: Engine, type_: str, props: dict[str, Any]) -> None:
    """Power is power, whichever resource gives it; of other values nothing has to be known."""
    text = engine.analyze(props, type_)["admins-only"]
    assert text == "ada has the security profile 'Admin', which only root.ops may have"


def test_the_pack_says_that_it_cannot_judge_yet_whatever_the_type(engine: Engine) -> None:
    """A security profile that is still to be made."""
    for type_ in ("aws:connect/user:User", "pulumi-python:dynamic/mine:Agent"):
        assert engine.analyze({"name": "ada", "securityProfileIds": [UNKNOWN]}, type_)["admins-only"] == "?"


@pytest.mark.parametrize("hidden", ["[secret]", ["[secret]"], None])
def test_the_pack_lets_nothing_pass_that_an_exported_state_hides(engine: Engine, hidden: Any) -> None:
    """`pulumi policy analyze --file` writes a string in place of each secret, whatever it was."""
    props = {name: value for name, value in {**GOOD, "security_profile_ids": hidden}.items() if value is not None}
    assert "whose name is not known, so it may be Admin" in engine.analyze(props)["admins-only"]


def test_the_pack_leaves_other_resources_alone(engine: Engine) -> None:
    """Whatever they hold."""
    assert engine.analyze({"username": "ada", "password": "x"}, "aws:rds/instance:Instance") == {}
    assert engine.analyze({"username": "ada", "password": UNKNOWN}, "pulumi-python:dynamic/db:User") == {}
    assert engine.analyze({"securityProfile": {"x": UNKNOWN}}, "azure-native:compute:VirtualMachine") == {}
