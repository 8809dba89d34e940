"""The IAM policy: exactly what the gateway can call, on nothing but the instance, nothing more than asked for."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader, create_loader

import connect_users
from connect_users.cli import main
from connect_users.cli import policy as command
from connect_users.core.arns import parse_arn
from connect_users.core.fields import FIELDS
from connect_users.core.permissions import ANYTHING, COMMANDS, DEPENDENT, PERMISSIONS, RESOURCES, Feature, iam_policy

INSTANCE = "arn:aws:connect:eu-west-2:123456789012:instance/00000000-0000-4000-8000-000000000001"
SECRET = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:agents/ada-AbC123"
PROFILE = "40000000-0000-4000-8000-000000000002"


def operations_of(service: str) -> set[str]:
    """The names of all operations of a service, from botocore's model."""
    model: Any = Loader(extra_search_paths=[], include_default_search_paths=True).load_service_model(
        service, "service-2"
    )
    return set(model["operations"])


def operations_in_the_gateway() -> set[str]:
    """Every operation that the gateway's source names, and those by which inputs are changed."""
    known = operations_of("connect") | operations_of("secretsmanager")
    folder = Path(connect_users.__file__).parent / "connect"
    named = {
        node.value
        for source in folder.glob("gateway*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in known
    }
    return named.union(*(field.operations for field in FIELDS))


def actions(document: dict[str, Any]) -> set[str]:
    return {action for statement in document["Statement"] for action in statement["Action"]}


def resources_of(document: dict[str, Any], action: str) -> set[str]:
    return {
        resource
        for statement in document["Statement"]
        if action in statement["Action"]
        for resource in statement["Resource"]
    }


def test_permissions_are_those_of_the_operations_that_the_gateway_can_call() -> None:
    """A call without a permission would fail at the user's; a permission without a call is one too many."""
    assert {permission.operation for permission in PERMISSIONS} == operations_in_the_gateway()
    assert len(PERMISSIONS) == len({permission.operation for permission in PERMISSIONS})


def test_the_whole_policy_holds_every_action_once() -> None:
    """And those that AWS documents as dependent ones, nothing else."""
    document = iam_policy(INSTANCE, password_secret_arns=[SECRET])
    listed = [action for statement in document["Statement"] for action in statement["Action"]]
    expected = {permission.action for permission in PERMISSIONS} | set(DEPENDENT.values())
    assert sorted(listed) == sorted(expected)
    assert len({statement["Sid"] for statement in document["Statement"]}) == len(document["Statement"])
    assert all(statement["Sid"].isalnum() for statement in document["Statement"]), "IAM takes letters and digits only"


def test_nothing_but_what_cannot_be_limited_is_allowed_on_everything() -> None:
    """ListInstances has no resource type; neither has the directory action that depends on it."""
    document = iam_policy(INSTANCE, password_secret_arns=[SECRET])
    wide = {action for action in actions(document) if "*" in resources_of(document, action)}
    assert wide == {"connect:ListInstances", "ds:DescribeDirectories"}
    for action in actions(document) - wide:
        assert all(each.startswith((INSTANCE, SECRET)) for each in resources_of(document, action))
    assert "*" not in "".join(actions(document))


@pytest.mark.parametrize("permission", PERMISSIONS, ids=lambda permission: permission.operation)
def test_each_action_is_allowed_on_the_resources_that_it_needs(permission: Any) -> None:
    """No more, no less than the reference page lists."""
    document = iam_policy(INSTANCE, password_secret_arns=[SECRET])
    expected = {ANYTHING if each == ANYTHING else INSTANCE + RESOURCES[each] for each in permission.resources}
    assert resources_of(document, permission.action) == (expected or {SECRET})


def test_tags_can_be_written_on_users_only() -> None:
    """TagResource takes any resource of the instance."""
    assert resources_of(iam_policy(INSTANCE), "connect:TagResource") == {f"{INSTANCE}/agent/*"}


def test_a_read_only_policy_changes_nothing_and_reads_no_password() -> None:
    """By the verbs that AWS uses."""
    document = iam_policy(INSTANCE, read_only=True, password_secret_arns=[SECRET])
    verbs = (
        "connect:List",
        "connect:Describe",
        "connect:Search",
        "connect:GetCurrent",
        "connect:GetMetric",
        "ds:Describe",
    )
    assert all(action.startswith(verbs) for action in actions(document))
    assert {"connect:DescribeUser", "connect:ListUserProficiencies", "connect:SearchUsers"} <= actions(document)


@pytest.mark.parametrize("permission", PERMISSIONS, ids=lambda permission: permission.operation)
def test_what_writes_is_marked_as_writing(permission: Any) -> None:
    """Reading a password counts: a read-only role must not have it."""
    reads = permission.operation.startswith(("List", "Describe", "Search", "GetCurrent", "GetMetric"))
    assert permission.writes == (not reads)


@pytest.mark.parametrize("feature", list(Feature), ids=lambda feature: feature.name)
def test_features_can_be_left_out(feature: Feature) -> None:
    """Each takes its actions with it, and none that another one needs."""
    rest = [each for each in Feature if each is not feature]
    without = actions(iam_policy(INSTANCE, features=rest, password_secret_arns=[SECRET]))
    others = {permission.action for permission in PERMISSIONS if {permission.feature, permission.also} & {*rest}}
    of_feature = {permission.action for permission in PERMISSIONS} - others
    assert without - set(DEPENDENT.values()) == others
    assert of_feature.isdisjoint(without)


def test_secrets_manager_appears_only_where_asked() -> None:
    """Nobody gets access to secrets that are not named."""
    assert not any(action.startswith("secretsmanager:") for action in actions(iam_policy(INSTANCE)))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (SECRET, SECRET),
        (SECRET.removesuffix("-AbC123"), SECRET.removesuffix("AbC123") + "??????"),
        (SECRET.removesuffix("AbC123") + "??????", SECRET.removesuffix("AbC123") + "??????"),
        ("arn:aws:secretsmanager:eu-west-2:123456789012:secret:agents/*",) * 2,
    ],
    ids=["whole", "without its suffix", "with stand-ins", "of a prefix"],
)
def test_secret_arns_get_the_suffix_that_iam_compares(given: str, expected: str) -> None:
    """An ARN without its six random characters would match no secret."""
    document = iam_policy(INSTANCE, password_secret_arns=[given])
    assert resources_of(document, "secretsmanager:GetSecretValue") == {expected}


@pytest.mark.parametrize("given", [PROFILE, f"{INSTANCE}/security-profile/{PROFILE}"], ids=["id", "ARN"])
def test_security_profiles_can_be_limited(given: str) -> None:
    """Whoever may create users must not be able to make an administrator."""
    document = iam_policy(INSTANCE, security_profile_ids=[given])
    for action in ("connect:CreateUser", "connect:UpdateUserSecurityProfiles"):
        profiles = {each for each in resources_of(document, action) if "/security-profile/" in each}
        assert profiles == {f"{INSTANCE}/security-profile/{PROFILE}"}


@pytest.mark.parametrize("partition", [each["id"] for each in create_loader().load_data("partitions")["partitions"]])
def test_instances_and_secrets_of_every_partition_get_a_policy(partition: str) -> None:
    """Those that botocore knows; aws-eusc is the newest."""
    instance, secret = (arn.replace(":aws:", f":{partition}:") for arn in (INSTANCE, SECRET))
    document = iam_policy(instance, password_secret_arns=[secret])
    assert resources_of(document, "secretsmanager:GetSecretValue") == {secret}
    assert resources_of(document, "connect:DescribeInstance") == {instance}
    arn = parse_arn(f"{instance}/agent/1")
    assert arn is not None
    assert (arn.partition, arn.resource_id) == (partition, "1")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--instance-arn", "00000000-0000-4000-8000-000000000001"],
        ["--instance-arn", f"{INSTANCE}/agent/1"],
        ["--instance-arn", "arn:aws:connect:*:*:instance/*"],
        ["--instance-arn", INSTANCE.replace(":aws:", ":*:")],
        ["--instance-arn", INSTANCE.replace(":aws:", "::")],
        ["--instance-arn", INSTANCE, "--password-secrets", "agents/ada"],
        ["--instance-arn", INSTANCE, "--security-profiles", "*"],
    ],
)
def test_wrong_arns_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 and one line, instead of a policy that allows something else."""
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1
    assert arguments[-1] in shown.err


def test_the_command_prints_the_policy(capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON that IAM takes."""
    assert run(["--instance-arn", INSTANCE]) == 0
    expected = iam_policy(INSTANCE, features=[each for each in Feature if each is not Feature.PASSWORDS])
    assert json.loads(capsys.readouterr().out) == expected
    assert run(["--instance-arn", INSTANCE, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == expected
    assert run(["--instance-arn", INSTANCE, "--only", "users", "--read-only", "--password-secrets", SECRET]) == 0
    assert json.loads(capsys.readouterr().out) == iam_policy(INSTANCE, read_only=True, features=[Feature.USERS])


@pytest.mark.parametrize(
    ("arguments", "warned"),
    [([], True), (["--only", "users"], True), (["--read-only"], False), (["--only", "tags"], False)],
)
def test_an_action_that_access_analyzer_does_not_know_is_named(
    arguments: list[str], warned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside the policy, so that nobody removes an action that the per-channel settings need."""
    assert run(["--instance-arn", INSTANCE, *arguments]) == 0
    shown = capsys.readouterr()
    assert ("connect:UpdateUserConfig" in actions(json.loads(shown.out))) == warned
    assert shown.err.splitlines() == [line for line in (command.NOTE,) if warned]
    assert "connect:UpdateUserConfig" in command.NOTE


def test_the_whole_policy_fits_iams_limit() -> None:
    """6,144 characters without white space for a managed policy (IAM quotas)."""
    longest = INSTANCE.replace("eu-west-2", "ap-southeast-2")
    document = iam_policy(longest, password_secret_arns=[SECRET] * 3, security_profile_ids=[PROFILE] * 3)
    assert len(json.dumps(document, separators=(",", ":"))) < 6144


def run(arguments: list[str]) -> int:
    return main(["policy", *arguments])


def test_directories_are_read_only_where_instances_are() -> None:
    """The dependent action of DescribeInstance does not stay behind without it."""
    tags = iam_policy(INSTANCE, features=[Feature.TAGS])
    assert [statement["Sid"] for statement in tags["Statement"]] == ["Tags1"]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_policy_of_a_command_has_what_it_calls(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of two commands what either calls; a part that is left out stays out."""

    def printed(*arguments: str) -> set[str]:
        assert run(["--instance-arn", INSTANCE, *arguments]) == 0
        found = actions(json.loads(capsys.readouterr().out))
        return {action.removeprefix("connect:") for action in found if action.startswith("connect:")}

    assert printed("--for", name) == COMMANDS[name] - {"GetSecretValue"}
    assert printed("--for", name, "check") == (COMMANDS[name] | COMMANDS["check"]) - {"GetSecretValue"}
    assert printed("--for", name, "--only", "users") < COMMANDS[name]
    assert "GetSecretValue" in COMMANDS["up"], "with --password-secrets"
