"""``python -m connect_users.testing PROJECT``: what it prints, and its exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connect_users.testing.__main__ import main
from tests.contract.hosting import ROOT

if TYPE_CHECKING:
    from pathlib import Path


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
