"""The examples and the demo do what their READMEs say, in rehearsals."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connect_users.cli import main
from connect_users.cli.demo_stage import stage_of
from connect_users.emulator import seed
from connect_users.testing import Rehearsal, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
USER_TYPE = "pulumi-python:dynamic/connect_users:ConnectUser"


@pytest.fixture(params=[".", "examples/quickstart"], ids=["the root project", "the example's own project"])
def quickstart(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rehearsal]:
    """The quick start, its emulator's file out of the way of a real one."""
    config = {"connect-users:emulatorState": str(tmp_path / "emulator.sqlite")}
    with Rehearsal(ROOT / request.param, config=config) as rehearsal:
        yield rehearsal


def test_the_quick_start_is_made_once_and_then_unchanged(quickstart: Rehearsal) -> None:
    """Preview and up agree, the second preview is empty, destroy leaves nothing."""
    assert quickstart.preview().raise_for_errors().changes["create"] == 3
    assert quickstart.up().raise_for_errors().changes["create"] == 3
    assert set(quickstart.preview().raise_for_errors().changes) == {"same"}
    assert quickstart.resource("ada").outputs["routing_profile_id"] == seed.ROUTING_PROFILES["Support"]
    assert quickstart.resource("grace").outputs["security_profile_ids"] == sorted(
        seed.SECURITY_PROFILES[name] for name in ("Agent", "CallCenterManager")
    )
    assert quickstart.destroy().raise_for_errors().changes["delete"] == 3
    assert not quickstart.state


def test_the_contact_centre_passes_outputs_of_pulumi_aws_to_its_users() -> None:
    """Instance, queue, profiles and groups are made in the emulator, and the users get their ids."""
    config = {"firstPassword": Secret("A-First-Passw0rd")}
    with Rehearsal(ROOT / "examples" / "contact-center", config=config) as rehearsal:
        rehearsal.preview().raise_for_errors()
        rehearsal.up().raise_for_errors()
        users = [state for state in rehearsal.state.values() if state.type == USER_TYPE]
        assert sorted(user.name for user in users) == ["ada", "edsger", "grace"]
        profile = next(state for state in rehearsal.state.values() if state.type.endswith("RoutingProfile"))
        assert {user.outputs["routing_profile_id"] for user in users} == {profile.outputs["routingProfileId"]}
        assert set(rehearsal.preview().raise_for_errors().changes) == {"same"}
        rehearsal.destroy().raise_for_errors()


def test_the_roster_takes_joiners_movers_and_leavers(tmp_path: Path) -> None:
    """What its README walks through: a row added, a cell changed, a row removed; and a stack for each site."""
    project = tmp_path / "roster"
    shutil.copytree(ROOT / "examples" / "roster", project, ignore=shutil.ignore_patterns(".connect-users"))
    agents = project / "agents.csv"
    people = agents.read_text(encoding="utf-8").splitlines(keepends=True)
    with Rehearsal(project, config={"connect-users:emulatorState": str(tmp_path / "all.sqlite")}) as rehearsal:
        assert rehearsal.up().raise_for_errors().changes["create"] == 3 + 8
        agents.write_text("".join([people[0], *reversed(people[1:])]), encoding="utf-8")
        assert set(rehearsal.preview().raise_for_errors().changes) == {"same"}
        joiner = people[1].replace("ada", "joan").replace("Ada,Lovelace", "Joan,Clarke")
        changed = [*people[:2], people[2].replace("Support", "Sales"), *people[3:-1], joiner]
        agents.write_text("".join(changed), encoding="utf-8")
        result = rehearsal.preview().raise_for_errors()
        # The guard, which remembers who was there, is the second update.
        assert result.changes == {"same": 8, "create": 1, "update": 2, "delete": 1}
        assert [change.path for change in result.step("agents-alan.turing").diff] == ["routing_profile_id"]
        agents.write_text("".join(people).replace("Support", "Suport"), encoding="utf-8")
        assert "agents.csv:2: routing_profile: " in rehearsal.preview().errors[0]
    agents.write_text("".join(people), encoding="utf-8")
    for site, count in (("london", 3), ("austin", 3), ("home", 2)):
        config = {"connect-users:emulatorState": str(tmp_path / f"{site}.sqlite"), "site": site}
        with Rehearsal(project, stack=site, config=config) as rehearsal:
            assert rehearsal.preview().raise_for_errors().changes == {"create": 3 + count}
            agents.write_text("".join(people).replace("Sales", "Sals"), encoding="utf-8")
            # At the file's line, and only of the site's own people.
            lines = [number for number, row in enumerate(people, start=1) if f",{site}," in row and ",Sales," in row]
            shown = [
                line.split(": ")[0].strip() for error in rehearsal.preview().errors for line in error.splitlines()[1:]
            ]
            assert shown == [f"agents.csv:{number}" for number in lines]
            agents.write_text("".join(people), encoding="utf-8")


@pytest.mark.skipif(os.name != "posix", reason="the broken CLI is a script of a shell")
def test_the_demo_goes_on_without_a_cli_that_does_not_work(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README's first command; somebody's first impression."""
    broken = tmp_path / "pulumi"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with closing(stage_of(ROOT / "examples" / "quickstart", tmp_path / "stack", rehearsal=False)) as stage:
        assert "rehearsal" in stage.description
    assert capfd.readouterr().err.startswith("connect-users demo: the Pulumi CLI cannot be used: ")


def test_the_demo_shows_its_whole_story(capsys: pytest.CaptureFixture[str]) -> None:
    """Every scene goes as announced; the bad input is refused with all its problems."""
    assert main(["demo", "--rehearsal", "--no-pause"]) == 0
    shown = capsys.readouterr().out
    for expected in (
        "as a rehearsal",
        "+ 4 to create",
        "4 unchanged",
        "username: 'edsger dijkstra' has a blank",
        "phone_config.auto_acept: no such input; did you mean auto_accept?",
        "tags.aws:team: keys that start with aws:",
        "replace",
        "delete",
    ):
        assert expected in shown
    assert "Traceback" not in shown
    assert "Demo-Passw0rd" not in shown
