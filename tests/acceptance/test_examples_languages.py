"""The examples in YAML, TypeScript and Go on the real engine, as a newcomer runs them: from ``pulumi new`` on.

The SDKs are generated here, from the plugin that is being tested.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Emulator, seed
from connect_users.plugin.version import VERSION
from tests.acceptance.newcomer import EXAMPLES, NEEDS, need, run
from tests.acceptance.stack import client

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.newcomer import Environment


@pytest.mark.parametrize("language", NEEDS)
@pytest.mark.timeout(1200)
def test_an_example_is_a_template_that_runs_on_the_embedded_emulator(
    language: str, newcomer: Environment, tmp_path: Path
) -> None:
    """Made by ``pulumi new``, type-checked, previewed, applied, unchanged, destroyed: without an AWS account."""
    need(language)
    place = tmp_path / f"agents-{language}"
    place.mkdir()
    run(place, newcomer, "connect-users", "plugin", "install")
    run(place, newcomer, "pulumi", "new", str(EXAMPLES / language), "--yes")
    check = {"typescript": ("npm", "run", "check"), "go": ("go", "vet", ".")}.get(language)
    if check:
        run(place, newcomer, *check)
    assert "+ 8 to create" in run(place, newcomer, "pulumi", "preview", "--stack", "dev")
    run(place, newcomer, "pulumi", "up", "--yes", "--skip-preview")
    exported = json.loads(run(place, newcomer, "pulumi", "stack", "output", "--json"))
    team, exported = exported.pop("team"), exported.get("users", exported)
    live = users(place)
    assert set(live) == {"ada.lovelace", "grace.hopper", *team}
    assert len(team) == 3
    assert exported == {"ada": live["ada.lovelace"]["Arn"], "grace": live["grace.hopper"]["Arn"]}
    assert live["ada.lovelace"]["RoutingProfileId"] == seed.ROUTING_PROFILES["Support"]
    assert live["ada.lovelace"]["HierarchyGroupId"] == seed.HIERARCHY_GROUPS["EMEA/UK/London"]
    assert live["grace.hopper"]["PhoneConfig"]["DeskPhoneNumber"] == "+12025550123"
    assert live["grace.hopper"]["SecurityProfileIds"] == sorted(
        seed.SECURITY_PROFILES[name] for name in ("Agent", "CallCenterManager")
    )
    run(place, newcomer, "pulumi", "preview", "--expect-no-changes")
    elsewhere = ["pulumi", "preview", "--config", "instance=nowhere"]
    done = subprocess.run(elsewhere, cwd=place, env=newcomer, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "no Connect instance in us-east-1 has the alias 'nowhere'" in done.stdout
    assert "panic" not in done.stdout
    assert "Change-Me-1" not in run(place, newcomer, "pulumi", "stack", "export")
    run(place, newcomer, "pulumi", "destroy", "--yes", "--skip-preview")
    assert users(place) == {}


def users(project: Path) -> dict[str, dict[str, Any]]:
    """The users in the project's embedded emulator, by name."""
    with Emulator(project / ".connect-users" / "emulator.sqlite") as emulator:
        connect = client(emulator)
        listed = connect.list_users(InstanceId=seed.INSTANCE_ID)["UserSummaryList"]
        found = (connect.describe_user(InstanceId=seed.INSTANCE_ID, UserId=each["Id"])["User"] for each in listed)
        return {each["Username"]: {**each, "SecurityProfileIds": sorted(each["SecurityProfileIds"])} for each in found}


@pytest.mark.parametrize("language", NEEDS)
@pytest.mark.timeout(1200)
def test_every_command_of_a_readme_works(language: str, newcomer: Environment, tmp_path: Path) -> None:
    """One after the other, with the clone beside the project as the README has it."""
    need(language)
    ignored = shutil.ignore_patterns("sdks", "node_modules", "package-lock.json", ".connect-users", "Pulumi.*.yaml")
    shutil.copytree(EXAMPLES / language, tmp_path / "connect-users" / "examples" / language, ignore=ignored)
    text = (EXAMPLES / language / "README.md").read_text(encoding="utf-8")
    commands = [line.strip().removeprefix("$ ") for line in text.splitlines() if line.strip().startswith("$ ")]
    assert {"connect-users plugin install", "pulumi preview", "pulumi up", "pulumi stack rm dev"} <= set(commands)
    run(tmp_path, newcomer, "bash", "-eu", "-c", "\n".join(commands))
    assert users(tmp_path / "agents") == {}


@pytest.mark.timeout(900)
def test_the_contact_centre_in_typescript_compiles(newcomer: Environment, tmp_path: Path) -> None:
    """Beside the SDK of AWS, without which it cannot be run."""
    need("typescript")
    place = tmp_path / "centre"
    ignored = shutil.ignore_patterns("sdks", "node_modules", "package-lock.json")
    shutil.copytree(EXAMPLES / "contact-center-typescript", place, ignore=ignored)
    run(place, newcomer, "connect-users", "plugin", "install")
    sdk = place / "sdks" / "connect-users"
    run(
        place, newcomer, "pulumi", "package", "gen-sdk", f"connect-users@{VERSION}", "--language", "nodejs", "-o", "gen"
    )
    sdk.parent.mkdir()
    (place / "gen" / "nodejs").rename(sdk)
    run(place, newcomer, "npm", "install", "--no-audit", "--no-fund", str(sdk))
    run(place, newcomer, "npm", "run", "check")
    program = place / "index.ts"
    program.write_text(program.read_text(encoding="utf-8").replace("autoAccept: true", "autoAcept: true"), "utf-8")
    done = subprocess.run(["npm", "run", "check"], cwd=place, env=newcomer, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "autoAcept" in done.stdout
