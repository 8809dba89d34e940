"""The plugin's archives: built as the release workflow builds them, started, and installed by the real CLI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connect_users.plugin.install import NAME
from connect_users.plugin.version import VERSION
from release import archives, check
from tests.acceptance.newcomer import EXAMPLES, need, run

if TYPE_CHECKING:
    from tests.acceptance.newcomer import Environment

ROOT = Path(__file__).parents[2]
THIS_PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
HERE = {"linux": "linux", "darwin": "darwin"}.get(sys.platform)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of this machine's platform, for this Python alone."""
    uv = shutil.which("uv", path=Path(sys.executable).parent) or shutil.which("uv")
    if HERE is None or uv is None:
        pytest.skip("no `uv` on PATH: archives are built with it, on Linux or macOS")
    place = tmp_path_factory.mktemp("archive")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", place, ROOT], check=True)
    (wheel,) = place.glob("*.whl")
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}[os.uname().machine]
    return archives.build(wheel, f"{HERE}-{machine}", place, [THIS_PYTHON])


@pytest.fixture(autouse=True)
def this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive's libraries are for this Python; another one may come first on PATH."""
    monkeypatch.setenv("CONNECT_USERS_PYTHON", sys.executable)


def test_the_plugin_of_an_archive_answers_and_ends(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the version and the schema of this source, from its own libraries alone, in one process."""
    assert re.fullmatch(rf"{NAME}-v{re.escape(VERSION)}-\w+-\w+\.tar\.gz", archive.name)
    assert check.main([str(archive)]) == 0
    assert capsys.readouterr().out == f"{archive.name}: answers as version {VERSION}\n"


def test_an_archive_holds_every_library_once(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        names = tar.getnames()
        modes = {member.name: member.mode for member in tar.getmembers()}
    assert {name.split("/")[0] for name in names} == {NAME, "start.py", "lib"}
    assert modes[NAME] == 0o755
    assert {name.split("/")[2] for name in names if name.startswith("lib/any/")} >= {"connect_users", "pulumi", "boto3"}
    assert not [name for name in names if re.search(rf"/({'|'.join(archives.UNUSED)})/|\.pyc$", name)]


def test_the_cli_installs_an_archive_and_a_program_runs_with_it(
    archive: Path, newcomer: Environment, tmp_path: Path
) -> None:
    """Nothing is downloaded; the plugin's own Python has neither the package nor its libraries."""
    need("yaml")
    run(tmp_path, newcomer, "pulumi", "plugin", "install", "resource", "connect-users", VERSION, "--file", str(archive))
    place = tmp_path / "agents"
    place.mkdir()
    run(place, newcomer, "pulumi", "new", str(EXAMPLES / "yaml"), "--yes")
    run(place, newcomer, "pulumi", "up", "--yes", "--skip-preview")
    run(place, newcomer, "pulumi", "preview", "--expect-no-changes")
    run(place, newcomer, "pulumi", "destroy", "--yes", "--skip-preview")


def test_libraries_that_are_the_same_for_every_python_are_kept_once(tmp_path: Path) -> None:
    for python, compiled in (("cp310", b"3.10"), ("cp311", b"3.11")):
        for name, content in (("pure/a.py", b"a"), ("pure/b/c.py", b"c"), ("six.py", b"six"), ("grpc/x.so", compiled)):
            file = tmp_path / python / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    (tmp_path / "cp311" / "only.py").write_bytes(b"")
    lib = tmp_path / "plugin" / "lib"
    archives.divide([tmp_path / "cp310", tmp_path / "cp311"], lib)
    found = {file.relative_to(lib).as_posix() for file in lib.rglob("*") if file.is_file()}
    assert found == {
        "any/pure/a.py",
        "any/pure/b/c.py",
        "any/six.py",
        "cp310/grpc/x.so",
        "cp311/grpc/x.so",
        "cp311/only.py",
    }


def test_the_same_files_give_the_same_archive(tmp_path: Path) -> None:
    """Whenever they were made."""
    files = tmp_path / "plugin"
    files.mkdir()
    (files / NAME).write_text("#!/bin/sh\n", encoding="utf-8")
    archives.pack(files, tmp_path / "one.tar.gz")
    os.utime(files / NAME, (0, 0))
    archives.pack(files, tmp_path / "other.tar.gz")
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "other.tar.gz").read_bytes()


@pytest.mark.parametrize(
    ("launcher", "expected"),
    [
        (None, f"it has no {NAME}"),
        ("#!/bin/sh\necho 'no such library' >&2\nexit 1\n", "it does not start: no such library"),
        ("#!/bin/sh\nexit 0\n", "it does not start: it says nothing"),
        ("#!/bin/sh\necho 1\nread end\n", "it does not answer: UNAVAILABLE"),
    ],
)
def test_an_archive_that_is_wrong_is_found_out(launcher: str | None, expected: str, tmp_path: Path) -> None:
    files = tmp_path / "plugin"
    files.mkdir()
    (files / "start.py").touch()
    if launcher is not None:
        (files / NAME).write_text(launcher, encoding="utf-8")
    archives.pack(files, tmp_path / "archive.tar.gz")
    assert check.check(tmp_path / "archive.tar.gz") == expected
    assert check.main([str(tmp_path / "archive.tar.gz")]) == 1


def test_a_python_without_libraries_is_told_so_in_one_line(tmp_path: Path) -> None:
    launchers = ROOT / "release" / "launchers"
    (tmp_path / "lib" / "any").mkdir(parents=True)
    for name in (NAME, "start.py"):
        shutil.copy(launchers / name, tmp_path)
    done = subprocess.run([sys.executable, "-I", tmp_path / "start.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"is Python {THIS_PYTHON}, for which this archive has no libraries" in done.stderr
    done = subprocess.run([tmp_path / NAME], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    newest = archives.PYTHONS[-1]
    assert done.stderr == (
        f"connect-users: the plugin needs Python {archives.PYTHONS[0]} to {newest} on PATH, "
        "or its path in CONNECT_USERS_PYTHON\n"
    )
    assert all(f"python{each}" in (launchers / NAME).read_text(encoding="utf-8") for each in archives.PYTHONS)


def test_an_archive_serves_every_python_that_the_package_is_for() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert set(re.findall(r"Python :: (3\.\d+)", text)) <= set(archives.PYTHONS)
