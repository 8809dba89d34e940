"""``python -m connect_users.testing PROJECT``: what it prints, and its exit codes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from connect_users.core.settings import DEFAULT_EMULATOR_STATE
from connect_users.emulator import Emulator, seed
from connect_users.testing import Rehearsal, Secret
from connect_users.testing.__main__ import main
from tests.contract.emulator.support import connect
from tests.contract.hosting import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXAMPLES = ROOT / "examples"


def _project(folder: Path, program: str, project: str = "name: shop\nruntime: python\n") -> str:
    (folder / "Pulumi.yaml").write_text(project)
    (folder / "__main__.py").write_text(program)
    return str(folder)


def test_the_whole_life_of_the_quick_start(capsys: pytest.CaptureFixture[str]) -> None:
    """Without commands: preview, up, an empty preview, destroy."""
    assert main([str(ROOT / "examples" / "quickstart")]) == 0
    output = capsys.readouterr().out
    commands = [line for line in output.splitlines() if line.startswith("$")]
    assert commands == ["$ pulumi preview", "$ pulumi up", "$ pulumi preview", "$ pulumi destroy"]
    assert [line for line in output.splitlines() if "unchanged" in line] == ["    3 unchanged"]


def test_a_configuration_given_on_the_command_line_is_a_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = "import pulumi\npulumi.export('pin', pulumi.Config().require_secret('pin'))\n"
    assert main([_project(tmp_path, program), "up", "--config", "pin=1234"]) == 0
    output = capsys.readouterr().out
    assert "pin: [secret]" in output
    assert "1234" not in output


def test_it_ends_with_the_first_command_that_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([_project(tmp_path, "raise ValueError('boom')"), "preview", "up"]) == 1
    output = capsys.readouterr().out
    assert "boom" in output
    assert "$ pulumi up" not in output


@pytest.mark.parametrize(
    ("project", "message"),
    [
        (None, "there is no Pulumi program at"),
        ("runtime: python\n", "names no project"),
        ("name: [", "is not valid YAML"),
        ("name: shop\nconfig: 5\n", "config must have a value for each key"),
        ("name: shop\nconfig: [site]\n", "config must have a value for each key"),
        ("name: shop\nconfig:\n  on: site\n", "config must have a value for each key"),
    ],
)
def test_what_is_no_project_is_wrong_usage_in_one_line(
    project: str | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and no traceback."""
    place = str(tmp_path / "nowhere") if project is None else _project(tmp_path, "", project)
    with pytest.raises(SystemExit) as ended:
        main([place])
    assert ended.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("python -m connect_users.testing: error: ")
    assert message in last


def test_an_interrupted_program_ends_like_a_command(tmp_path: Path) -> None:
    """With the status that shells report for SIGINT, and no traceback."""
    assert main([_project(tmp_path, "raise KeyboardInterrupt"), "up"]) == 130


def _users(emulator: Emulator) -> dict[str, str]:
    listed = connect(emulator).list_users(InstanceId=seed.INSTANCE_ID)["UserSummaryList"]
    return {each["Username"]: each["Id"] for each in listed}


def test_a_rehearsal_leaves_the_users_of_the_projects_own_stack_alone(
    tmp_path: Path, connect_rehearsal: Callable[..., Rehearsal], connect_emulator: Emulator
) -> None:
    """They are in the embedded emulator's file, under the URNs of the rehearsal: it would take them for its own."""
    project = tmp_path / "project"
    shutil.copytree(EXAMPLES / "quickstart", project, ignore=shutil.ignore_patterns(".*"))
    file = project / DEFAULT_EMULATOR_STATE
    with Rehearsal(project, config={"connect-users:emulatorState": str(file)}) as stack:
        stack.up().raise_for_errors()
    with Emulator(file) as emulator:
        made = _users(emulator)
    assert set(made) == {"ada.lovelace", "grace.hopper"}
    assert main([str(project)]) == 0
    connect_rehearsal(project).up().raise_for_errors()
    assert set(_users(connect_emulator)) == set(made)
    with Emulator(file) as emulator:
        assert _users(emulator) == made


@pytest.mark.parametrize("example", ["quickstart", "contact-center"])
def test_the_users_of_a_rehearsal_are_kept_with_its_state(example: str, tmp_path: Path) -> None:
    """With the instance and the profiles, whether or not the project turns the emulator on."""
    config = {"firstPassword": Secret("A-First-Passw0rd")}
    for phase, outcome in (("up", "create"), ("refresh", "same"), ("up", "same"), ("destroy", "delete")):
        with Rehearsal(EXAMPLES / example, config=config, state=tmp_path / "kept.json") as rehearsal:
            assert set(getattr(rehearsal, phase)().raise_for_errors().changes) == {outcome}


def test_a_file_that_cannot_keep_the_users_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kept.sqlite").write_text("a poem", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main([str(EXAMPLES / "quickstart"), "--state", str(tmp_path / "kept.json"), "up"])
    assert ended.value.code == 2
    assert "kept.sqlite" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("arguments", [["destory"], ["--config", "pin"]])
def test_wrong_arguments_are_wrong_usage(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([_project(tmp_path, ""), *arguments])
    assert ended.value.code == 2
    assert repr(arguments[-1]) in capsys.readouterr().err


def test_a_preview_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([_project(tmp_path, ""), "preview", "--json", str(tmp_path / "nowhere" / "preview.json")])
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith(" cannot be written: No such file or directory")


def test_a_wrong_file_of_the_emulator_is_one_line_for_resources_of_pulumi_aws(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are made in the emulator by the rehearsal itself."""
    program = "import pulumi_aws\npulumi_aws.connect.SecurityProfile('s', instance_id='x')\n"
    project = _project(tmp_path, program)
    (tmp_path / "junk").mkdir()
    config = ["--config", "connect-users:emulator=true", "--config", "connect-users:emulatorState=junk"]
    assert main([project, "preview", *config]) == 1
    output = capsys.readouterr().out
    assert "connect-users:emulatorState: " in output
    assert "Traceback" not in output
