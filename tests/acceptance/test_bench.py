"""What ``make bench`` compares is comparable: both doors make the same users by the same requests."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from connect_users.testing.stack import NO_CLI
from tests.bench import scale

if TYPE_CHECKING:
    from tests.bench.cli_engine import Contestant

USERS = 2
#: Contestant -> what its program needs on PATH.
HOSTS: dict[Contestant, str] = {"plugin": "pulumi-language-python", "yaml": "pulumi-language-yaml"}


@pytest.mark.parametrize("plugin", HOSTS)
def test_the_plugin_makes_the_users_that_the_dynamic_door_makes(plugin: Contestant) -> None:
    if shutil.which("pulumi") is None:
        pytest.skip(NO_CLI)
    if shutil.which(HOSTS[plugin]) is None:
        pytest.skip(f"no `{HOSTS[plugin]}` on PATH")
    contestants: tuple[Contestant, ...] = ("ours", plugin)
    (phase,) = scale.phases(USERS, rounds=1, contestants=contestants, names=("up new",), scripts=False)
    assert {who: usages[0].requests for who, usages in phase.usages.items()} == dict.fromkeys(contestants, USERS)
    assert all(phase.state[who] > 1000 for who in contestants), "each has its users in a state of its own"
    if sys.platform == "linux":
        # The provider was distinguished from the CLI, the program and its launcher.
        assert all(20 < usages[0].provider_memory < 300 for usages in phase.usages.values())
