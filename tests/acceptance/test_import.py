"""An instance full of people becomes code and state, and the next preview has nothing to say."""

from __future__ import annotations

import subprocess
from collections import Counter
from typing import TYPE_CHECKING

from connect_users.emulator import Options, seed, seed_users
from tests.acceptance.stack import SALES, Stack

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = 40


def _import(stack: Stack, *args: str, code: int = 0) -> str:
    """Run the command as a user would; what it says on stderr."""
    where = ["--instance", seed.INSTANCE_ALIAS, "--endpoint-url", stack.emulator.endpoint_url, "--region", seed.REGION]
    done = subprocess.run(
        ["connect-users", "import", *where, "--requests-per-second", "1000", *args],
        cwd=stack.root,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr


def _filled(stack: Stack) -> list[str]:
    """An instance with people; one has settings per channel, and proficiencies."""
    stack.emulator.options = Options(users_quota=None)
    ids = seed_users(stack.emulator.store, PEOPLE)
    one = {"InstanceId": seed.INSTANCE_ID, "UserId": ids[0]}
    stack.connect.associate_user_proficiencies(
        UserProficiencies=[{"AttributeName": "lang", "AttributeValue": "en", "Level": 3}], **one
    )
    stack.connect.update_user_config(
        AutoAcceptConfigs=[{"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": True}],
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+442079460000"}],
        InstanceId=seed.INSTANCE_ID,
        UserId=ids[0],
    )
    stack.calls()
    return ids


def _taken_over(stack: Stack, file: Path | str) -> None:
    text = stack.pulumi("import", "--file", str(file), "--generate-code=false", "--protect=false", "--yes").text
    assert "imported" in text


def test_an_instance_becomes_a_stack(stack: Stack) -> None:
    """Import, preview without changes, cheap refresh, a mover, a nightly check, and in the end they may all go."""
    ids = _filled(stack)
    (stack.folder / "__main__.py").unlink()
    before = stack.live()
    stack.calls()
    _import(stack, "--out", str(stack.folder))
    _taken_over(stack, "import.json")
    assert stack.live() == before
    preview = stack.preview("--diff").text
    assert f"{PEOPLE + 3} unchanged" in preview
    stack.calls()

    stack.refresh()
    calls = Counter(stack.calls())
    assert calls["DescribeUser"] < 10
    assert calls["SearchUsers"] == calls["ListUsers"] == 1
    assert f"{PEOPLE + 3} unchanged" in stack.preview().text

    roster = stack.folder / "agents.csv"
    lines = roster.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("Sales", "Support")
    roster.write_text("\n".join(lines), encoding="utf-8")
    assert list(stack.plan()) == ["agents-agent00002"]
    stack.up()
    _import(stack, "--out", str(stack.folder), "--check")

    stack.connect.update_user_routing_profile(
        InstanceId=seed.INSTANCE_ID, UserId=ids[4], RoutingProfileId=seed.ROUTING_PROFILES["Support"]
    )
    assert "agent00005: differs in routing_profile_id" in _import(stack, "--out", str(stack.folder), "--check", code=1)
    stack.refresh()
    assert list(stack.plan()) == ["agents-agent00005"]
    stack.destroy()
    assert stack.live() == {}


def test_the_project_that_was_written_is_one(stack: Stack) -> None:
    """Its Pulumi.yaml names the region, so that nothing has to be configured."""
    _filled(stack)
    project = stack.folder / "Pulumi.yaml"
    for file in (project, stack.folder / "__main__.py"):
        file.unlink()
    _import(stack, "--out", str(stack.folder))
    text = project.read_text(encoding="utf-8")
    assert "connect-users:region" in text
    project.write_text(text.replace("emulator-users", "acceptance"), encoding="utf-8")
    stack.configure(region=None)
    _taken_over(stack, "import.json")
    assert f"{PEOPLE + 3} unchanged" in stack.preview().text


def test_into_a_program_that_exists(stack: Stack) -> None:
    """What it declares and Connect has is imported; what is missing is created; what differs is shown."""
    ids = _filled(stack)
    users = {}
    for number in (1, 2):
        live = stack.connect.describe_user(InstanceId=seed.INSTANCE_ID, UserId=ids[number])["User"]
        users[f"agent0000{number + 1}"] = {
            "instance_id": seed.INSTANCE_ARN,
            "username": live["Username"],
            "routing_profile_id": live["RoutingProfileId"],
            "security_profile_ids": live["SecurityProfileIds"],
            "phone_config": {"after_contact_work_time_limit": 30},
            "tags": live["Tags"],
        }
    users["agent00003"]["routing_profile_id"] = SALES
    users["joiner"] = {**users["agent00002"], "username": "joiner", "password": "Sup3rSecretPhrase"}
    users["joiner"]["identity_info"] = {"first_name": "Jo", "last_name": "Iner"}
    stack.users = users
    skeleton, preview = stack.root / "skeleton.json", stack.root / "preview.json"
    stack.preview("--import-file", str(skeleton))
    preview.write_text(stack.preview("--json").text, encoding="utf-8")
    output = _import(
        stack, "--into", str(skeleton), "--preview", str(preview), "--select", "username=agent0000[23]", code=1
    )
    assert output.splitlines() == ["joiner: the instance has no user 'joiner'"]
    _taken_over(stack, skeleton)
    assert stack.plan() == {"agent00003": ("update", ["routing_profile_id"]), "joiner": ("create", [])}
