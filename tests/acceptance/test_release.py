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
from plugin.release import archives, check, sdks, tag
from tests.acceptance.newcomer import EXAMPLES, need, run

if TYPE_CHECKING:
    from tests.acceptance.newcomer import Environment

ROOT = Path(__file__).parents[2]
THIS_PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of this machine's platform, for this Python alone."""
    if shutil.which(archives.uv()) is None or archives.here() not in archives.PLATFORMS:
        pytest.skip("no `uv` on PATH, with which archives are built, or no archive for this platform")
    place = tmp_path_factory.mktemp("archive")
    subprocess.run([archives.uv(), "build", "--quiet", "--wheel", "--out-dir", place, ROOT], check=True)
    (wheel,) = place.glob("*.whl")
    return archives.build(wheel, archives.here(), place, [THIS_PYTHON])


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
    newcomer["CONNECT_USERS_PYTHON"] = sys.executable  # another one may come first on PATH
    run(tmp_path, newcomer, "pulumi", "plugin", "install", "resource", "connect-users", VERSION, "--file", str(archive))
    place = tmp_path / "agents"
    place.mkdir()
    run(place, newcomer, "pulumi", "new", str(EXAMPLES / "yaml"), "--yes")
    run(place, newcomer, "pulumi", "up", "--yes", "--skip-preview")
    run(place, newcomer, "pulumi", "preview", "--expect-no-changes")
    run(place, newcomer, "pulumi", "destroy", "--yes", "--skip-preview")


def test_the_sdks_that_are_published_can_be_installed(newcomer: Environment, tmp_path: Path) -> None:
    """That of npm is compiled; that of PyPI is not called as this distribution is."""
    need("typescript")
    package = sdks.npm(tmp_path, tmp_path / "npm")
    with tarfile.open(package) as tar:
        assert {"package/index.js", "package/index.d.ts", "package/user.js", "package/LICENSE"} <= set(tar.getnames())
    place = tmp_path / "project"
    place.mkdir()
    run(place, newcomer, "npm", "install", "--no-audit", "--no-fund", str(package))
    script = "console.log(typeof require('pulumi-amazon-connect-users').User)"
    assert run(place, newcomer, "node", "--eval", script) == "function\n"
    if shutil.which(archives.uv()):
        wheel = sdks.pypi(tmp_path, tmp_path / "pypi")
        assert wheel.name == f"pulumi_amazon_connect_users-{VERSION}-py3-none-any.whl"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("v9.9.9", "o/r"), f"the tag is v9.9.9, but the package is v{VERSION}"),
        ((f"v{VERSION}", "o/r"), "pluginDownloadURL is "),
        ((f"v{VERSION}", "o/r"), "the schema's repository is not https://github.com/o/r"),
    ],
)
def test_a_tag_that_cannot_be_released_is_refused(
    wrong: tuple[str, str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tag.main(wrong) == 1
    assert any(line.startswith(message) for line in capsys.readouterr().err.splitlines())


def test_examples_and_schema_of_another_version_cannot_be_released(tmp_path: Path) -> None:
    place = tmp_path / "examples" / "typescript"
    place.mkdir(parents=True)
    (place / "Pulumi.yaml").write_text("packages:\n  connect-users: connect-users@9.9.9\n", encoding="utf-8")
    (tmp_path / "schema.json").write_text("{}", encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text("## Unreleased\n", encoding="utf-8")
    problems = list(tag.problems(f"v{VERSION}", "o/r", tmp_path))
    assert "examples/typescript/Pulumi.yaml: the plugin's version is 9.9.9, but the package's is " + VERSION in problems
    assert "schema.json is out of date: run connect-users plugin schema > schema.json" in problems
    assert f"CHANGELOG.md has no section {VERSION}" in problems
    (tmp_path / "CHANGELOG.md").write_text(f"## {VERSION} - 2026-12-01\n", encoding="utf-8")
    assert f"CHANGELOG.md has no section {VERSION}" not in tag.problems(f"v{VERSION}", "o/r", tmp_path)


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
        ("#!/bin/sh\nexit 0\n", "it does not start: it prints nothing"),
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


def test_a_python_without_libraries_is_reported_in_one_line(tmp_path: Path) -> None:
    launchers = ROOT / "plugin" / "release" / "launchers"
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
