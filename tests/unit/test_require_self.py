"""Who runs a stack, by the ARN that STS returns; and what counts as power."""

from __future__ import annotations

import pytest

from connect_users.core.powers import is_power
from connect_users.program.require_self import caller_names


@pytest.mark.parametrize(
    ("arn", "names"),
    [
        ("arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_1a2b/Ada@Example.com", ("ada@example.com",)),
        ("arn:aws-us-gov:sts::123456789012:assumed-role/deploy/ada", ("ada",)),
        ("arn:aws:iam::123456789012:user/division/ada", ("ada",)),
        ("arn:aws:sts::123456789012:federated-user/ada", ("ada",)),
        ("arn:aws:iam::123456789012:root", ()),
        ("arn:aws:iam::123456789012:role/ada", ()),
        ("arn:aws:sts::123456789012:assumed-role/ada", ()),
        ("arn:aws:iam::123456789012:user/", ()),
        ("", ()),
    ],
)
def test_a_caller_is_called_by_the_user_or_the_session(arn: str, names: tuple[str, ...]) -> None:
    """A role has a name that nobody is called by, and the root user has none."""
    assert caller_names(arn) == names


@pytest.mark.parametrize(
    ("name", "permissions", "power"),
    [
        ("admin", [], True),
        ("Agent", [], False),
        ("Agent", ["BasicAgentAccess"], False),
        ("Team leads", ["BasicAgentAccess", "Users.Edit"], True),
    ],
)
def test_a_profile_is_power_by_its_name_or_a_permission(name: str, permissions: list[str], power: bool) -> None:
    assert is_power(name, permissions) is power
