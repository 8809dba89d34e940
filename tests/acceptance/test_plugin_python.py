"""The plugin's generated SDK for Python, beside this package in one environment: neither gets into the other's way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from connect_users.emulator import seed
from connect_users.plugin.version import VERSION
from tests.acceptance.stack import PASSWORD, PROJECT, SALES, SUPPORT
from tests.acceptance.test_plugin_yaml import install

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

SCHEMA = Path(__file__).resolve().parents[2] / "schema.json"
PROGRAM = f"""
import pulumi
import pulumi_amazon_connect_users as connect
from connect_users import ConnectUser

profile = connect.get_routing_profile_output(instance_id={seed.INSTANCE_ID!r}, name="Support")
ada = connect.User(
    "ada",
    instance_id={seed.INSTANCE_ARN!r},
    username="ada",
    password={PASSWORD!r},
    routing_profile_id=profile.id,
    security_profile_ids=[{seed.SECURITY_PROFILES["Agent"]!r}],
    identity_info=connect.IdentityInfoArgs(first_name="Ada", last_name="Byron"),
    auto_accept_configs=[{{"channel": connect.Channel.VOICE, "auto_accept": True}}],
    tags={{"cost_center": "1"}},
)
ConnectUser(
    "alan",
    instance_id={seed.INSTANCE_ARN!r},
    username="alan",
    password={PASSWORD!r},
    routing_profile_id=ada.routing_profile_id,
    security_profile_ids=ada.security_profile_ids,
    identity_info={{"first_name": "Alan", "last_name": "Turing"}},
)
roster = connect.UserRoster(
    "team",
    instance={seed.INSTANCE_ALIAS!r},
    rows=[{{"username": "grace", "first_name": "Grace", "last_name": "Hopper", "routing_profile": "Support",
            "security_profiles": ["Agent"]}}],
    passwords={{"grace": {PASSWORD!r}}},
)
pulumi.export("first", connect.User.get("again", id=ada.id, instance_id=ada.instance_id).identity_info.first_name)
pulumi.export("ids", roster.user_ids)
"""


def test_both_doors_serve_one_python_program(stack: Stack) -> None:
    """Users of the plugin, of this package, and of a roster, in one stack."""
    install(stack)
    stack.pulumi("package", "gen-sdk", str(SCHEMA), "--language", "python", "--out", "sdk")
    package = stack.folder / "sdk" / "python" / "pulumi_amazon_connect_users"
    shutil.move(package, stack.folder / package.name)
    # What an installer would write: the SDK looks for its own version.
    metadata = stack.folder / f"{package.name}-{VERSION}.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Metadata-Version: 2.1\nName: {package.name}\nVersion: {VERSION}\n", encoding="utf-8")
    (stack.folder / "Pulumi.yaml").write_text(json.dumps({"name": PROJECT, "runtime": "python"}), encoding="utf-8")
    stack.write_program(PROGRAM)
    stack.up()
    live = stack.live()
    assert set(live) == {"ada", "alan", "grace"}
    outputs = json.loads(stack.pulumi("stack", "output", "--json").text)
    assert outputs == {"first": "Ada", "ids": {"grace": live["grace"]["Id"]}}
    assert live["ada"]["Tags"]["cost_center"] == "1"
    assert live["alan"]["RoutingProfileId"] == SUPPORT
    assert stack.plan() == {}
    stack.write_program(PROGRAM.replace("routing_profile_id=profile.id", f"routing_profile_id={SALES!r}"))
    assert {name: operation for name, (operation, _) in stack.plan().items()} == {"ada": "update", "alan": "update"}
    stack.destroy()
    assert stack.live() == {}
