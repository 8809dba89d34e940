"""`connect-users import --into`: the people of a program that exists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connect_users.core import tokens
from connect_users.emulator import seed
from tests.contract.emulator.support import connect
from tests.contract.importing.instances import HERE, Command

if TYPE_CHECKING:
    from pathlib import Path

    from connect_users.emulator import Emulator


def _skeleton(tmp_path: Path, *names: str, parent: str | None = None) -> Path:
    file = tmp_path / "skeleton.json"
    entries: list[dict[str, Any]] = [{"type": "aws:connect/queue:Queue", "name": "queue", "id": "<PLACEHOLDER>"}]
    for name in names:
        entry = {"type": tokens.USER, "name": name, "id": "<PLACEHOLDER>"}
        entries.append({**entry, "parent": parent} if parent else entry)
    file.write_text(json.dumps({"resources": entries}), encoding="utf-8")
    return file


def test_into_a_program_by_names(run: Command, tmp_path: Path) -> None:
    """Only what every user has is imported, so that nothing the program does not declare is ever cleared."""
    file = _skeleton(tmp_path, "agents-agent00004", "agent00005", "agents-AGENT00006", "agents-joiner", parent="agents")
    status, said, problems = run("--into", str(file), "--select", "username=agent0000[4-7]")
    assert status == 1
    assert "2 people matched" in said
    hint = "give --preview FILE if resources are not named after usernames"
    assert problems.splitlines() == [
        "agents-AGENT00006: the instance has no user 'AGENT00006', but 'agent00006'; usernames are case-sensitive",
        f"agents-joiner: the instance has no user 'joiner'; {hint}",
        "agent00006: in the instance, not in the program",
        "agent00007: in the instance, not in the program",
    ]
    queue, first, second = json.loads(file.read_text(encoding="utf-8"))["resources"]
    assert queue["id"] == "<PLACEHOLDER>"
    assert (first["outputs"]["username"], second["outputs"]["username"]) == ("agent00004", "agent00005")
    assert set(first["inputs"]) == {
        "instance_id",
        "username",
        "routing_profile_id",
        "security_profile_ids",
        "__provider",
    }


def test_into_a_program_whose_preview_is_known(run: Command, tmp_path: Path) -> None:
    """Exactly what the program declares is imported, as it is live."""
    file = _skeleton(tmp_path, "ada")
    inputs = {
        "instance_id": seed.INSTANCE_ID,
        "username": "agent00004",
        "routing_profile_id": seed.ROUTING_PROFILES["Sales"],
        "security_profile_ids": [seed.SECURITY_PROFILES["Agent"]],
        "phone_config": {"phone_type": "DESK_PHONE", "desk_phone_number": "+10000000000"},
        "password": "[secret]",
    }
    preview = _previewed(tmp_path, (f"{tokens.USER}::ada", inputs))
    status, _, problems = run("--into", str(file), "--preview", str(preview), "--select", "username=agent00004")
    assert (status, problems) == (0, "")
    _, entry = json.loads(file.read_text(encoding="utf-8"))["resources"]
    assert {name: value for name, value in entry["inputs"].items() if name != "__provider"} == {
        "instance_id": seed.INSTANCE_ID,
        "username": "agent00004",
        "routing_profile_id": seed.ROUTING_PROFILES["Support"],
        "security_profile_ids": [seed.SECURITY_PROFILES["Agent"]],
        "phone_config": {"phone_type": "DESK_PHONE", "desk_phone_number": "+442079460000"},
    }


def _previewed(tmp_path: Path, *programs: tuple[str, dict[str, Any]]) -> Path:
    """A preview that makes users, each given by the end of its URN and its inputs."""
    steps = []
    for place, inputs in programs:
        urn = f"urn:pulumi:dev::shop::{place}"
        steps.append({"op": "create", "urn": urn, "newState": {"urn": urn, "type": tokens.USER, "inputs": inputs}})
    file = tmp_path / "preview.json"
    file.write_text(json.dumps({"steps": steps, "changeSummary": {"create": len(steps)}}), encoding="utf-8")
    return file


def test_into_never_takes_users_of_another_stack(run: Command, emulator: Emulator, tmp_path: Path) -> None:
    """Nor of another resource; of this very one, after its state was lost."""
    client = connect(emulator)
    ids = {user["Username"]: user["Id"] for user in client.list_users(**HERE)["UserSummaryList"]}
    mine = f"urn:pulumi:dev::shop::{tokens.USER}::agent00002"
    for username, urn in (("agent00001", "urn:pulumi:prod::shop::x::bob"), ("agent00002", mine), ("agent00003", mine)):
        arn = f"{seed.INSTANCE_ARN}/agent/{ids[username]}"
        client.tag_resource(resourceArn=arn, tags={"connect-users:owner": f"{'0' * 24} {urn}"})
    names = [f"agent0000{number}" for number in range(1, 5)]
    preview = _previewed(tmp_path, *((f"{tokens.USER}::{name}", {"username": name}) for name in names))
    file = _skeleton(tmp_path, *names)
    choice = ("--select", "username=agent0000[1-4]")
    status, _, problems = run("--into", str(file), "--preview", str(preview), *choice)
    assert status == 1
    assert problems.splitlines() == [
        "agent00001: 'agent00001' belongs to urn:pulumi:prod::shop::x::bob; a user has one stack",
        f"agent00003: 'agent00003' belongs to {mine}; a user has one stack",
    ]
    _, second, fourth = json.loads(file.read_text(encoding="utf-8"))["resources"]
    assert (second["name"], fourth["name"]) == ("agent00002", "agent00004")
    assert second["outputs"]["ownership_token"] == "0" * 24
    _, _, problems = run("--into", str(_skeleton(tmp_path, *names)), *choice)
    assert len(problems.splitlines()) == 3


def test_into_components_that_use_the_same_name(run: Command, tmp_path: Path) -> None:
    """Their types tell which is which; a username that the preview does not tell is said to be the reason."""
    kinds = ("shop:Left", "shop:Right")
    preview = _previewed(
        tmp_path,
        *(
            (f"{kind}${tokens.USER}::boss", {"username": f"agent0000{number}"})
            for number, kind in enumerate(kinds, start=1)
        ),
        (f"{tokens.USER}::hidden", {"username": "[secret]"}),
        (f"{tokens.USER}::loud", {"username": "AGENT00001"}),
    )
    entries: list[dict[str, Any]] = [{"type": kind, "name": kind[5:], "component": True} for kind in kinds]
    for name, logical, parent in (("boss", None, "Left"), ("bossRight", "boss", "Right")):
        entry = {"type": tokens.USER, "name": name, "id": "<PLACEHOLDER>", "parent": parent}
        entries.append({**entry, "logicalName": logical} if logical else entry)
    entries += [{"type": tokens.USER, "name": name, "id": "<PLACEHOLDER>"} for name in ("hidden", "loud")]
    file = tmp_path / "skeleton.json"
    file.write_text(json.dumps({"resources": entries}), encoding="utf-8")
    status, _, problems = run("--into", str(file), "--preview", str(preview), "--select", "username=agent0000[12]")
    assert status == 1
    assert problems.splitlines() == [
        "hidden: its username is secret or not known in the preview",
        "loud: the instance has no user 'AGENT00001', but 'agent00001'; usernames are case-sensitive",
    ]
    *_, left, right = json.loads(file.read_text(encoding="utf-8"))["resources"]
    assert (left["name"], left["outputs"]["username"]) == ("boss", "agent00001")
    assert (right["name"], right["outputs"]["username"]) == ("bossRight", "agent00002")


def test_a_user_has_one_resource_and_one_instance(run: Command, tmp_path: Path) -> None:
    """Of rosters for several instances only one can have the user; the preview tells which."""
    names = ("left-agent00001", "right-agent00001", "agent00002")
    select = ("--select", "username=agent0000[12]")
    file = tmp_path / "skeleton.json"
    entries = [{"type": tokens.USER, "name": name, "id": "?", "parent": name.partition("-")[0]} for name in names]
    file.write_text(json.dumps({"resources": entries}), encoding="utf-8")
    status, said, problems = run("--into", str(file), *select)
    assert status == 1
    assert problems == (
        "left-agent00001 and right-agent00001: only one of them can be 'agent00001'; give --preview FILE\n"
    )
    assert said.startswith("1 person matched in ")
    other = seed.INSTANCE_ID[:-1] + "9"
    preview = _previewed(
        tmp_path,
        *(
            (f"{tokens.USER}::{name}", {"username": name.rpartition("-")[2], "instance_id": instance})
            for name, instance in zip(names, (other, seed.INSTANCE_ID, seed.INSTANCE_ARN), strict=True)
        ),
    )
    file.write_text(json.dumps({"resources": entries}), encoding="utf-8")
    status, _, problems = run("--into", str(file), "--preview", str(preview), *select)
    assert (status, problems) == (1, f"left-agent00001: it is a user of another Connect instance, {other}\n")
    right, second = json.loads(file.read_text(encoding="utf-8"))["resources"]
    assert (right["name"], right["outputs"]["username"]) == ("right-agent00001", "agent00001")
    assert second["outputs"]["username"] == "agent00002"


def test_a_file_that_is_no_skeleton_is_refused(run: Command, tmp_path: Path) -> None:
    """Before anything is asked."""
    file = tmp_path / "x.json"
    file.write_text("[1]", encoding="utf-8")
    status, _, said = run("--into", str(file))
    assert status == 1
    assert "is not what pulumi preview --import-file writes" in said
