"""``connect-users plugin``: what is installed starts, serves, and is replaced or refused cleanly."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2

from connect_users.plugin import schema
from connect_users.plugin.install import FOLDER, NAME, home, install
from connect_users.plugin.version import VERSION
from tests.contract.hosting import ROOT, environment

COMMAND = Path(sys.executable).with_name("connect-users")


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "plugin", *arguments], env=environment(**env), capture_output=True, text=True, check=False
    )


def version_of(command: list[str], folder: Path) -> str:
    """What a plugin that is started by a command in a folder says of itself; it ends with its standard input."""
    from pulumi.runtime.proto import provider_pb2_grpc

    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            answer = provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty(), timeout=30)
        process.stdin.close()
        assert process.wait(30) == 0
    return str(answer.version)


def test_what_is_installed_starts_in_any_folder(tmp_path: Path) -> None:
    """Also in one whose modules have the names of those that the plugin needs."""
    home = tmp_path / "a home"
    done = run("install", PULUMI_HOME=str(home))
    launcher = home / "plugins" / FOLDER / NAME
    assert done.returncode == 0
    assert done.stdout.startswith(f"installed {launcher} (runs {sys.executable})\nnext: ")
    assert done.stdout.endswith(f"\n  pulumi package add connect-users@{VERSION}\n")
    project = tmp_path / "project"
    project.mkdir()
    for name in ("grpc", "connect_users", "logging"):
        (project / f"{name}.py").write_text("raise SystemExit('the wrong module')\n", encoding="utf-8")
    assert version_of([str(launcher), "-v=9", "127.0.0.1:1"], project) == VERSION


def test_a_launcher_whose_python_is_gone_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CLI shows its one line; a deleted virtual environment is no bug in the plugin."""
    python = tmp_path / "it's gone" / "python"
    monkeypatch.setattr(sys, "executable", str(python))
    launcher = install(tmp_path).launcher
    done = subprocess.run([launcher, "127.0.0.1:1"], capture_output=True, text=True, check=False)
    advice = "install the package again, then run connect-users plugin install"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"connect-users: {python} is gone; {advice}\n"


def test_an_installed_one_is_replaced_and_a_strange_one_is_not(tmp_path: Path) -> None:
    assert "installed" in run("install", "--pulumi-home", str(tmp_path)).stdout
    assert "replaced" in run("install", "--pulumi-home", str(tmp_path)).stdout
    launcher = tmp_path / "plugins" / FOLDER / NAME
    assert [each.name for each in launcher.parent.iterdir()] == [NAME]
    launcher.write_text("a program of somebody else", encoding="utf-8")
    done = run("install", "--pulumi-home", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"remove it first: pulumi plugin rm resource connect-users {VERSION}" in done.stderr
    assert launcher.read_text(encoding="utf-8") == "a program of somebody else"


@pytest.mark.skipif(os.geteuid() == 0 and sys.platform != "win32", reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = run("install", "--pulumi-home", str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_a_file_in_the_place_of_a_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "plugins").write_text("", encoding="utf-8")
    done = run("install", "--pulumi-home", str(tmp_path))
    assert done.returncode == 1
    assert "the plugin cannot be written to" in done.stderr
    assert done.stderr.count("\n") == 1


def test_pulumi_finds_it_under_its_version(tmp_path: Path) -> None:
    if shutil.which("pulumi") is None:
        pytest.skip("no `pulumi` on PATH")
    run("install", "--pulumi-home", str(tmp_path))
    listed = subprocess.run(
        ["pulumi", "plugin", "ls"],
        env=environment(PULUMI_HOME=str(tmp_path), PULUMI_SKIP_UPDATE_CHECK="true"),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert any(line.split()[:3] == ["connect-users", "resource", VERSION] for line in listed.splitlines())


def test_pulumis_folder_is_in_the_accounts_home_as_for_the_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CLI does not ask HOME, which jobs in containers set to another folder; PULUMI_HOME comes first for both."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    assert home() == Path(pwd.getpwuid(os.getuid()).pw_dir) / ".pulumi"
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi"))
    assert home() == tmp_path / "pulumi"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become an account that does not exist")
def test_an_account_without_a_home_is_one_line() -> None:
    """As in a container that runs as any number."""
    script = "import os; from connect_users.plugin.install import home; import pwd; os.setuid(54321); home()"
    env = {name: value for name, value in environment().items() if name not in ("HOME", "PULUMI_HOME")}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith(
        "this account has no home folder; name Pulumi's by --pulumi-home or PULUMI_HOME"
    )


def test_the_folder_for_git_starts_the_same_plugin(tmp_path: Path) -> None:
    """`pulumi package add` makes an environment in it, where a setting makes it look, and runs the folder."""
    folder = ROOT / "plugin"
    assert (folder / "PulumiPlugin.yaml").read_text(encoding="utf-8") == (
        "runtime:\n  name: python\n  options:\n    virtualenv: venv\n"
    )
    assert (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()[-1] == ".."
    assert version_of([sys.executable, str(folder), "127.0.0.1:1"], tmp_path) == VERSION


def test_the_schema_is_printed() -> None:
    assert run("schema").stdout == schema.text()


def test_run_serves_with_whatever_the_engine_gives(tmp_path: Path) -> None:
    assert version_of([str(COMMAND), "plugin", "run", "--logtostderr", "-v=9", "127.0.0.1:1"], tmp_path) == VERSION


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_help_of_run_serves_nothing(option: str) -> None:
    """Every other option is the engine's, and is ignored."""
    done = run("run", option)
    assert done.returncode == 0
    assert done.stdout.startswith("usage: connect-users plugin run ")
