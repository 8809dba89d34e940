"""The pytest fixture on the real engine, as a user's own test takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connect_users.emulator import seed
from connect_users.testing import Secret, StackError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connect_users.emulator import Emulator
    from connect_users.testing import Stack

PROGRAM = """
import pulumi
from connect_users import ConnectInstance, ConnectUser

config = pulumi.Config()
instance = ConnectInstance("emulator")
ada = ConnectUser(
    "ada",
    instance_id=instance.arn,
    username=config.require("username"),
    password=config.require_secret("password"),
    identity_info={"first_name": "Ada", "last_name": "Lovelace"},
    routing_profile_id=instance.routing_profile_id("Support"),
    security_profile_ids=[instance.security_profile_id("Agent")],
)
pulumi.export("id", ada.id)
pulumi.export("password", ada.password)
"""


def test_a_projects_users_are_made_in_the_emulator(
    connect_stack: Callable[..., Stack], connect_emulator: Emulator, tmp_path: Path
) -> None:
    """On a copy: the project keeps its own stack's file. Outputs, previews as data, failures with what was printed."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    own = "encryptionsalt: v1:somebody:else\nconfig:\n  shop:username: ada\n  shop:password:\n    secure: AAAA\n"
    (tmp_path / "Pulumi.dev.yaml").write_text(own, encoding="utf-8")
    stack = connect_stack(tmp_path, config={"password": Secret("Never-Shown-1!")})
    assert stack.plan() == {"shop-dev": ("create", []), "ada": ("create", [])}
    assert "Never-Shown-1!" not in stack.up("--diff").text
    outputs = stack.outputs
    assert outputs["password"] == Secret("Never-Shown-1!")
    with connect_emulator.store.read() as tx:
        rows = tx.execute("SELECT id, username FROM users WHERE instance_id = ?", (seed.INSTANCE_ID,)).fetchall()
    assert [tuple(row) for row in rows] == [(outputs["id"], "ada")]
    stack.set_config({"shop:username": "a b"})
    with pytest.raises(StackError, match="username: 'a b' has a blank"):
        stack.preview()
    assert "has a blank" in stack.preview(code=1).text
    stack.set_config({"username": "countess", "pin": Secret("-1234")})
    assert stack.plan()["ada"] == ("replace", ["username"])
    assert stack.workspace.get_config("dev", "shop:pin").value == "-1234"
    exported = stack.workspace.export_stack("dev").deployment
    assert exported is not None
    assert {resource["type"] for resource in exported["resources"]} >= {"pulumi:pulumi:Stack"}
    stack.destroy()
    assert (tmp_path / "Pulumi.dev.yaml").read_text(encoding="utf-8") == own
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Pulumi.dev.yaml", "Pulumi.yaml", "__main__.py"]
