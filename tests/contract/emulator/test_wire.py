"""The protocol as real boto3 sees it: routes, signatures, statuses, headers."""

from __future__ import annotations

import json
from datetime import datetime
from http.client import HTTPConnection
from typing import Any

import botocore.session
import pytest

from connect_users.core.permissions import PERMISSIONS
from connect_users.emulator import Emulator, errors, seed
from connect_users.emulator.calls import CONNECT, SECRETS
from connect_users.emulator.wire import service
from tests.contract.emulator.support import connect, create, described, refused, user
from tests.models import NEWER

SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/connect/aws4_request, Signature=0"
}


def send(
    emulator: Emulator, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", int(emulator.endpoint_url.rpartition(":")[2]), timeout=60)
    try:
        connection.request(method, path, body, SIGNED if headers is None else headers)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def test_a_user_is_found_by_id_and_by_arn_of_user_and_instance(client: Any) -> None:
    """Ids and ARNs are interchangeable in requests (facts, section 0, finding 9)."""
    made = client.create_user(
        **user(
            InstanceId=seed.INSTANCE_ARN,
            RoutingProfileId=f"{seed.INSTANCE_ARN}/routing-profile/{seed.ROUTING_PROFILES['Sales']}",
            SecurityProfileIds=[f"{seed.INSTANCE_ARN}/security-profile/{seed.SECURITY_PROFILES['Agent']}"],
            HierarchyGroupId=f"{seed.INSTANCE_ARN}/agent-group/{seed.HIERARCHY_GROUPS['EMEA']}",
        )
    )
    assert made["UserArn"] == f"{seed.INSTANCE_ARN}/agent/{made['UserId']}"
    by_id = client.describe_user(InstanceId=seed.INSTANCE_ID, UserId=made["UserId"])["User"]
    assert by_id == client.describe_user(InstanceId=seed.INSTANCE_ARN, UserId=made["UserArn"])["User"]
    assert by_id["RoutingProfileId"] == seed.ROUTING_PROFILES["Sales"]
    assert by_id["SecurityProfileIds"] == [seed.SECURITY_PROFILES["Agent"]]
    assert by_id["HierarchyGroupId"] == seed.HIERARCHY_GROUPS["EMEA"]
    client.delete_user(InstanceId=seed.INSTANCE_ARN, UserId=made["UserArn"])
    assert refused(described, client, made["UserId"]) == (404, "ResourceNotFoundException")


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (f"{seed.INSTANCE_ARN}/routing-profile/x", (400, "InvalidParameterException")),
        ("arn:aws:iam::123456789012:user/x", (400, "InvalidParameterException")),
        (seed.INSTANCE_ARN.replace(seed.INSTANCE_ID, "other") + "/agent/x", (404, "ResourceNotFoundException")),
        ("no-such-id", (404, "ResourceNotFoundException")),
    ],
    ids=["of another kind", "of another service", "of another instance", "unknown"],
)
def test_a_user_id_that_is_not_one_is_refused(client: Any, arn: str, expected: tuple[int, str]) -> None:
    assert refused(client.describe_user, InstanceId=seed.INSTANCE_ID, UserId=arn) == expected


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (f"{seed.INSTANCE_ARN}/agent/x", (400, "InvalidParameterException")),
        (seed.INSTANCE_ARN.replace(":aws:", ":aws-cn:"), (404, "ResourceNotFoundException")),
        (seed.INSTANCE_ARN.replace("us-east-1", "us-west-2"), (404, "ResourceNotFoundException")),
        (seed.INSTANCE_ARN.replace(seed.ACCOUNT_ID, "210987654321"), (404, "ResourceNotFoundException")),
    ],
    ids=["of another kind", "of another partition", "of another region", "of another account"],
)
def test_an_instance_id_that_is_not_one_is_refused(client: Any, arn: str, expected: tuple[int, str]) -> None:
    assert refused(client.list_users, InstanceId=arn) == expected
    if expected[0] == 404:
        assert refused(client.list_tags_for_resource, resourceArn=arn) == expected


def test_another_region_knows_nothing_of_the_instance(emulator: Emulator) -> None:
    client = connect(emulator, region="eu-west-2")
    for instance in (seed.INSTANCE_ID, seed.INSTANCE_ARN):
        assert refused(client.describe_instance, InstanceId=instance) == (404, "ResourceNotFoundException")
    assert client.list_instances()["InstanceSummaryList"] == []


def test_an_access_key_of_twelve_digits_is_another_account(emulator: Emulator) -> None:
    client = connect(emulator, key="210987654321")
    assert refused(client.describe_instance, InstanceId=seed.INSTANCE_ID) == (404, "ResourceNotFoundException")
    made = client.create_instance(
        IdentityManagementType="SAML", InstanceAlias="theirs", InboundCallsEnabled=True, OutboundCallsEnabled=True
    )
    assert made["Arn"].startswith("arn:aws:connect:us-east-1:210987654321:instance/")


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-2", "aws"),
        ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-east-1", "aws-iso"),
        ("no-such-region", "aws"),
    ],
)
def test_a_new_instance_is_in_the_region_that_the_request_was_signed_for(
    emulator: Emulator, region: str, partition: str
) -> None:
    client = connect(emulator, region=region)
    made = client.create_instance(
        IdentityManagementType="SAML", InstanceAlias="there", InboundCallsEnabled=True, OutboundCallsEnabled=False
    )
    assert made["Arn"] == f"arn:{partition}:connect:{region}:{seed.ACCOUNT_ID}:instance/{made['Id']}"


def test_an_error_carries_code_request_id_and_message_as_aws_does(emulator: Emulator) -> None:
    status, headers, body = send(emulator, "GET", f"/users/{seed.INSTANCE_ID}/nobody")
    assert status == 404
    assert headers["x-amzn-errortype"] == "ResourceNotFoundException"
    assert headers["content-type"] == "application/json"
    assert len(headers["x-amzn-requestid"]) == 36
    assert list(json.loads(body)) == ["Message"]


def test_an_operation_without_output_answers_200_and_nothing(emulator: Emulator, client: Any) -> None:
    user_id = create(client)
    status, headers, body = send(emulator, "DELETE", f"/users/{seed.INSTANCE_ID}/{user_id}")
    assert (status, body, headers["content-length"]) == (200, b"", "0")


def test_times_are_epoch_seconds(client: Any) -> None:
    shown = described(client, create(client))
    assert isinstance(shown["LastModifiedTime"], datetime)
    assert shown["LastModifiedRegion"] == "us-east-1"


def test_an_operation_that_is_not_emulated_is_named(client: Any) -> None:
    assert refused(client.list_prompts, InstanceId=seed.INSTANCE_ID) == (501, "UnsupportedOperationException")
    with pytest.raises(Exception, match="ListPrompts is not emulated"):
        client.list_prompts(InstanceId=seed.INSTANCE_ID)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nothing/like/that/anywhere", (404, "UnknownOperationException")),
        ("GET", "/", (404, "UnknownOperationException")),
        ("GET", f"/users//{seed.INSTANCE_ID}", (404, "UnknownOperationException")),
        ("POST", "/instance", (404, "UnknownOperationException")),
        ("GET", "instance", (404, "UnknownOperationException")),
        ("GET", "?instance", (404, "UnknownOperationException")),
    ],
)
def test_other_paths_and_methods_are_refused(
    emulator: Emulator, method: str, path: str, expected: tuple[int, str]
) -> None:
    status, headers, _ = send(emulator, method, path)
    assert (status, headers["x-amzn-errortype"]) == expected


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "MissingAuthenticationTokenException"),
        ("Basic dTpw", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=AKID", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/s3/aws4_request", "InvalidSignatureException"),
    ],
)
def test_a_request_needs_a_signature_for_this_service(emulator: Emulator, authorization: str | None, code: str) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    status, answered, _ = send(emulator, "GET", "/instance", headers=headers)
    assert (status, answered["x-amzn-errortype"]) == (403, code)


def test_statuses_of_errors_are_those_of_the_service_model() -> None:
    """The table in `errors` is written by hand; the model judges every code that it knows."""
    shapes = botocore.session.get_session().get_service_model("connect")
    known = {shape: shapes.shape_for(shape).metadata for shape in shapes.shape_names if shape in errors.STATUS}
    assert len(known) >= 11
    for code, metadata in known.items():
        assert errors.STATUS[code] == metadata["error"]["httpStatusCode"], code


def test_duplicates_quotas_and_things_in_use_are_errors_that_their_operations_know() -> None:
    """The other tests provoke exactly these; the model must list them for the operation."""

    def codes(operation: str) -> set[str]:
        return {shape.name for shape in service("connect").operation_model(operation).error_shapes}

    for operation in ("CreateUser", "CreateRoutingProfile", "CreateSecurityProfile", "CreateUserHierarchyGroup"):
        assert {"DuplicateResourceException", "LimitExceededException"} <= codes(operation)
    for operation in ("DeleteRoutingProfile", "DeleteSecurityProfile", "DeleteUserHierarchyGroup", "DeleteQueue"):
        assert "ResourceInUseException" in codes(operation)


def test_every_emulated_operation_is_in_the_service_model() -> None:
    """But for those that are newer than the oldest boto3."""
    known = set(service("connect").operation_names)
    assert set(CONNECT) - known == NEWER - known


def test_every_operation_that_the_package_may_call_is_emulated() -> None:
    assert {permission.operation for permission in PERMISSIONS} <= CONNECT.keys() | SECRETS.keys()
