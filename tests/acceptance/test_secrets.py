"""No secret, in no form, in any output, file or log; the engine's own record of its wire excepted (see below)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.emulator import Fault
from tests.acceptance.stack import PASSWORD, user

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

TAG = "HiddenTagValue"


def test_logs_at_the_highest_verbosity_hold_no_secret(stack: Stack) -> None:
    """Secrets are only where Pulumi itself records what goes over its wire, which it does from ``-v=9`` on.

    The engine prints all properties that it sends to any provider, those of `pulumi config set --secret` included. No
    other line has them, and neither has the log that Pulumi keeps by itself.
    """
    stack.write_program(
        """
import json
from pathlib import Path

import pulumi
from connect_users import ConnectUser

inputs = json.loads(Path("users.json").read_text())["ada"]
inputs["tags"] = {"cost": pulumi.Output.secret(inputs["tags"]["cost"])}
ConnectUser("ada", **inputs, password=pulumi.Config().require_secret("password"))
"""
    )
    stack.pulumi("config", "set", "--secret", "acceptance:password", PASSWORD)
    stack.users = {"ada": user("ada", password=None, tags={"cost": TAG})}
    for command in (("up", "--yes", "--skip-preview"), ("refresh", "--yes", "--skip-preview")):
        text = stack.pulumi(*command, "--logtostderr", "-v=11").text
        ours = [line for line in text.splitlines() if "arshaling property for RPC[" not in line]
        assert [line for line in ours if PASSWORD in line or TAG in line] == []
    for path in stack.files():
        content = path.read_bytes()
        assert PASSWORD.encode() not in content
        assert TAG.encode() not in content


def test_a_secret_stays_one_through_refresh_update_and_failure(stack: Stack) -> None:
    """Whatever happens to the user, state, backups and history hold no secret in plain text, nor does any output."""
    texts = []
    inputs = {
        "tags": {"cost": {"secret": TAG}},
        "identity_info": {"first_name": {"secret": "Hiddenfirst"}, "last_name": "L"},
    }
    stack.users = {"ada": user("ada", **inputs)}
    texts.append(stack.up().text)
    texts.append(stack.refresh().text)
    # Drift in the secret values themselves is told in the state as a secret, too.
    stack.connect.tag_resource(resourceArn=stack.live()["ada"]["Arn"], tags={"cost": "HiddenDrift"})
    texts.append(stack.refresh().text)
    texts.append(stack.preview("--diff").text)
    # An answer that quotes what was sent.
    quoting = "The value 'Hiddenfirst' is not allowed"
    stack.emulator.faults.add(
        Fault("UpdateUserIdentityInfo", "error-before", code="InvalidParameterException", message=quoting)
    )
    stack.users["ada"]["identity_info"]["last_name"] = "Lovelace"
    texts.append(stack.up("--diff", code=1).text)
    texts.append(stack.up("--diff").text)
    for secret in (PASSWORD, TAG, "Hiddenfirst", "HiddenDrift"):
        assert [text for text in texts if secret in text] == []
        assert [path.name for path in stack.files() if secret.encode() in path.read_bytes()] == []
