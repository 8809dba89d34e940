"""Secrets Manager on the same port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.emulator.support import connect, refused

if TYPE_CHECKING:
    from connect_users.emulator import Emulator

MISSING = (400, "ResourceNotFoundException")


@pytest.fixture
def secrets(emulator: Emulator) -> Any:
    return connect(emulator, service="secretsmanager")


def test_a_secret_is_read_by_name_and_by_arn_with_and_without_suffix(secrets: Any) -> None:
    made = secrets.create_secret(Name="agents/ada", SecretString="s3cret-Value")
    assert made["ARN"].startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:agents/ada-")
    for secret_id in ("agents/ada", made["ARN"], made["ARN"][:-7]):
        value = secrets.get_secret_value(SecretId=secret_id)
        assert (value["SecretString"], value["VersionId"]) == ("s3cret-Value", made["VersionId"])
        assert value["VersionStages"] == ["AWSCURRENT"]


def test_binary_secrets_come_back_as_they_were(secrets: Any) -> None:
    secrets.create_secret(Name="b", SecretBinary=b"\x00\xff")
    assert secrets.get_secret_value(SecretId="b")["SecretBinary"] == b"\x00\xff"


def test_what_is_not_there_is_not_found(emulator: Emulator, secrets: Any) -> None:
    made = secrets.create_secret(Name="here", SecretString="x")
    secrets.create_secret(Name="empty")
    elsewhere = connect(emulator, service="secretsmanager", region="eu-west-1")
    assert refused(secrets.get_secret_value, SecretId="nothing") == MISSING
    assert refused(secrets.get_secret_value, SecretId="empty") == MISSING
    assert refused(elsewhere.get_secret_value, SecretId=made["ARN"]) == MISSING
    elsewhere.create_secret(Name="here", SecretString="another")
    assert refused(elsewhere.get_secret_value, SecretId=made["ARN"][:-7]) == MISSING


def test_a_name_is_unique(secrets: Any) -> None:
    secrets.create_secret(Name="x", SecretString="a")
    assert refused(secrets.create_secret, Name="x", SecretString="a") == (400, "ResourceExistsException")


def test_other_operations_are_not_emulated_and_values_are_in_no_record(emulator: Emulator, secrets: Any) -> None:
    secrets.create_secret(Name="x", SecretString="s3cret-Value")
    assert refused(secrets.list_secrets) == (501, "UnsupportedOperationException")
    assert "s3cret-Value" not in repr(list(emulator.requests))
