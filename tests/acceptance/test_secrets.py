"""No secret, in no form, in any output, file or log; the engine's own record of its wire excepted (see below)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from connect_users.emulator import Fault, seed
from tests.acceptance.stack import PASSWORD, user

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

TAG = "HiddenTagValue"
#: Of each line by which the engine records a property that it sends to a provider or gets from one.
WIRE = "arshaling property for RPC["

PROGRAM = """
import json
from pathlib import Path

import pulumi
from connect_users import ConnectUser

inputs = json.loads(Path("users.json").read_text())["ada"]
inputs["tags"] = {"cost": pulumi.Output.secret(inputs["tags"]["cost"])}
ConnectUser("ada", **inputs, password=pulumi.Config().get_secret("password"))
"""


def _logs(stack: Stack) -> str:
    """What Pulumi's automatic logs say, which it encrypts by the stack's secrets provider."""
    files = [path for path in stack.files() if path.parent.name == "logs"]
    if not files:
        pytest.skip("this Pulumi CLI keeps no automatic logs (3.249 and later do)")
    return "\n".join(stack.pulumi("logs", "decrypt", str(file)).text for file in files)


def _written(stack: Stack, *secrets: str) -> list[str]:
    """The files with one of the secrets as it is."""
    contents = {path: path.read_bytes() for path in stack.files()}
    return [path.name for path, content in contents.items() if any(secret.encode() in content for secret in secrets)]


def _ours(text: str, *secrets: str) -> list[str]:
    """The lines with one of the secrets that the engine did not write of its own wire."""
    return [line for line in text.splitlines() if WIRE not in line and any(secret in line for secret in secrets)]


def test_a_secret_password_is_in_pulumis_own_logs_and_nowhere_else(stack: Stack) -> None:
    """As README says, so that nobody relies on less.

    The engine records all properties that it sends to any provider, those of `pulumi config set --secret` included: on
    the terminal from ``-v=9`` on, and in words in the log that the CLI keeps of every command, which it encrypts.
    """
    stack.write_program(PROGRAM)
    stack.pulumi("config", "set", "--secret", "acceptance:password", PASSWORD)
    stack.users = {"ada": user("ada", password=None, tags={"cost": TAG})}
    printed = stack.up().text + stack.refresh().text + stack.preview("--diff").text
    assert PASSWORD not in printed
    assert TAG not in printed
    logs = _logs(stack)
    assert f"password=map[V:map[Element:map[V:{PASSWORD}]]]" in logs
    assert TAG in logs
    loud = stack.up("--logtostderr", "-v=11").text + stack.refresh("--logtostderr", "-v=11").text
    assert PASSWORD in loud
    assert _ours(f"{logs}\n{loud}", PASSWORD, TAG) == []
    assert _written(stack, PASSWORD, TAG) == []


def test_a_password_of_secrets_manager_reaches_nothing_of_pulumi(stack: Stack) -> None:
    """The way around: neither the terminal nor any log, at any verbosity, encrypted or not."""
    stack.environment["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = stack.emulator.endpoint_url
    vault = boto3.client(
        "secretsmanager",
        endpoint_url=stack.emulator.endpoint_url,
        region_name=seed.REGION,
        aws_access_key_id="acceptance",
        aws_secret_access_key="acceptance",
    )
    arn = vault.create_secret(Name="connect/ada", SecretString=PASSWORD)["ARN"]
    stack.write_program(PROGRAM)
    stack.users = {"ada": user("ada", password=None, password_secret_arn=arn, tags={"cost": "none"})}
    loud = ("--logtostderr", "-v=11")
    output = "".join(command(*options).text for options in ((), loud) for command in (stack.preview, stack.up))
    output += stack.refresh(*loud).text
    assert stack.live()["ada"]["Username"] == "ada"
    assert [record.operation for record in stack.emulator.requests].count("GetSecretValue") == 1
    assert arn in output
    logs = _logs(stack)
    assert arn in logs
    assert PASSWORD not in output + logs
    assert _written(stack, PASSWORD) == []


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
    # Drift in the secret values themselves is a secret in the state, too.
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
    secrets = (PASSWORD, TAG, "Hiddenfirst", "HiddenDrift")
    assert [text for text in texts if any(secret in text for secret in secrets)] == []
    assert _written(stack, *secrets) == []
    assert _ours(_logs(stack), *secrets) == []
