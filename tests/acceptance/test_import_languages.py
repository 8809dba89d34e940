"""An instance that exists, as a program in another language than Python: after the import, nothing changes."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest

from connect_users.emulator import Options, seed, seed_users
from tests.acceptance.stack import PROJECT, SALES, Stack

PEOPLE = 12
#: Tags that YAML reads as something else where they are not quoted.
ODD = {"cost: @x": "A=b /c", "yes": "no", "é": "ü +1", "1": "0x1f", "fn:x": "", "-": "- @a:"}

#: In Pulumi's YAML a dollar sign begins a reference.
ODD_NAMES: Any = {
    "FirstName": "$${a} $b ${agents-agent00002.id}",
    "LastName": 'O\'Neil "\\n" #1: {x}',
    "Email": "o@example.com",
}


def command(stack: Stack, *args: str, code: int = 0) -> tuple[str, str]:
    """Run ``connect-users``: stdout and stderr."""
    done = subprocess.run(
        ["connect-users", *args], cwd=stack.folder, env=stack.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


def where(stack: Stack) -> list[str]:
    """Options that lead to the emulator."""
    address = ["--endpoint-url", stack.emulator.endpoint_url, "--region", seed.REGION]
    return [*address, "--requests-per-second", "1000"]


def fill(stack: Stack) -> list[str]:
    """People, of whom one has settings per channel, proficiencies and odd tags."""
    stack.emulator.options = Options(users_quota=None)
    ids = seed_users(stack.emulator.store, PEOPLE)
    one: Any = {"InstanceId": seed.INSTANCE_ID, "UserId": ids[0]}
    stack.connect.associate_user_proficiencies(
        UserProficiencies=[{"AttributeName": "lang", "AttributeValue": "en", "Level": 3}], **one
    )
    stack.connect.update_user_config(
        AutoAcceptConfigs=[{"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": True}],
        AfterContactWorkConfigs=[{"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}],
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+442079460000"}],
        **one,
    )
    stack.connect.tag_resource(resourceArn=f"{seed.INSTANCE_ARN}/agent/{ids[0]}", tags=ODD)
    stack.connect.update_user_identity_info(IdentityInfo=ODD_NAMES, **one)
    stack.calls()
    return ids


def named(stack: Stack) -> None:
    """Give the project that was written the name that the stack has."""
    project = stack.folder / "Pulumi.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace(f"name: {seed.INSTANCE_ALIAS}-users", f"name: {PROJECT}"), encoding="utf-8")


def next_commands(said: str) -> list[str]:
    """What the command tells to run."""
    return [line.strip() for line in said.partition("next,")[2].splitlines()[1:] if line.startswith("  ")]


def follow(stack: Stack, said: str) -> None:
    """Run what was told, word for word, but for the preview at its end."""
    *commands, last = next_commands(said)
    assert last == "pulumi preview"
    for line in commands:
        subprocess.run(line, shell=True, cwd=stack.folder, env=stack.environment, check=True, capture_output=True)


@pytest.fixture
def fresh(stack: Stack) -> Stack:
    """A stack without a program."""
    for name in ("__main__.py", "Pulumi.yaml"):
        (stack.folder / name).unlink()
    return stack


def test_a_program_in_yaml(fresh: Stack) -> None:
    """Nothing changes, nothing is asked of Connect to import, a mover is one update, and they may all go."""
    if shutil.which("pulumi-language-yaml") is None:
        pytest.skip("no `pulumi-language-yaml` on PATH: YAML programs need Pulumi's language host")
    fill(fresh)
    before = fresh.live()
    instance = ("--instance", seed.INSTANCE_ALIAS, *where(fresh))
    said, _ = command(fresh, "import", *instance, "--out", ".", "--language", "yaml")
    assert not (fresh.folder / "__main__.py").exists()
    named(fresh)
    fresh.calls()
    follow(fresh, said)
    assert fresh.calls() == []
    assert fresh.live() == before
    assert fresh.plan() == {}
    assert "unchanged" in fresh.refresh("--diff").text
    assert fresh.plan() == {}

    again, _ = command(fresh, "import", *instance, "--out", ".")
    assert "nothing has changed" in again
    fresh.connect.create_user(
        InstanceId=seed.INSTANCE_ID,
        Username="joiner",
        Password="Sup3rSecretPhrase",
        RoutingProfileId=SALES,
        SecurityProfileIds=[seed.SECURITY_PROFILES["Agent"]],
        PhoneConfig={"PhoneType": "SOFT_PHONE"},
        IdentityInfo={"FirstName": "Jo", "LastName": "Iner"},
    )
    again, _ = command(fresh, "import", *instance, "--out", ".")
    assert "  agents-joiner:\n    type:" in again
    assert "agent00001" not in again

    project = fresh.folder / "Pulumi.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace(f'"{seed.ROUTING_PROFILES["Support"]}"', f'"{SALES}"', 1), encoding="utf-8")
    (moved,) = fresh.plan().values()
    assert moved == ("update", ["routingProfileId"])
    fresh.up()
    fresh.destroy()
    assert set(fresh.live()) == {"joiner"}
