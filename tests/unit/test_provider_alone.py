"""The provider as somebody's own test may use it: no host, no configuration."""

from __future__ import annotations

from connect_users import ConnectUserProvider
from connect_users.emulator import seed

USER = {
    "instance_id": seed.INSTANCE_ID,
    "username": "ada",
    "routing_profile_id": seed.ROUTING_PROFILES["Support"],
    "security_profile_ids": [seed.SECURITY_PROFILES["Agent"]],
}


def test_check_and_diff_need_no_configuration() -> None:
    """Both are pure."""
    provider = ConnectUserProvider()
    checked = provider.check({}, dict(USER))
    assert checked.failures == []
    assert checked.inputs == USER
    assert provider.diff("id", dict(USER), dict(USER)).changes is False
    assert provider.check({}, {**USER, "username": "a b"}).failures
