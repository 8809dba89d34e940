"""STS on the same port: who calls, by the access key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.emulator.support import connect

if TYPE_CHECKING:
    from connect_users.emulator import Emulator


@pytest.mark.parametrize(
    ("key", "region", "arn"),
    [
        ("ada@example.com", "us-east-1", "arn:aws:iam::123456789012:user/ada@example.com"),
        ("a&b", "eu-west-2", "arn:aws:iam::123456789012:user/a&b"),
        ("210987654321", "us-east-1", "arn:aws:iam::210987654321:root"),
        ("ada", "us-gov-west-1", "arn:aws-us-gov:iam::123456789012:user/ada"),
    ],
)
def test_the_access_key_stands_for_the_caller(key: str, region: str, arn: str, emulator: Emulator) -> None:
    who = connect(emulator, service="sts", key=key, region=region, check=False).get_caller_identity()
    assert (who["Arn"], who["Account"]) == (arn, arn.split(":")[4])
    assert emulator.requests[-1].operation == "GetCallerIdentity"
