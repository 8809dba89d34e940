"""The emulator's file on disk: who may read it, and what git sees of it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from connect_users.connect.connection import gateway_for
from connect_users.core.settings import DEFAULT_EMULATOR_STATE, Settings
from connect_users.emulator import Emulator, seed
from tests.contract.emulator.support import connect, create

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

posix = pytest.mark.skipif(os.name != "posix", reason="permissions of files are POSIX's")


@pytest.fixture
def lax() -> Iterator[None]:
    """A shell that lets everybody read and write new files."""
    before = os.umask(0)
    yield
    os.umask(before)


def _modes(folder: Path) -> dict[str, str]:
    return {file.name: oct(stat.S_IMODE(file.stat().st_mode)) for file in folder.iterdir()}


@posix
@pytest.mark.usefixtures("lax")
def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    """So are the two files that SQLite keeps beside it while it is open."""
    with Emulator(tmp_path / "state.sqlite") as emulator:
        create(connect(emulator))
        assert _modes(tmp_path) == dict.fromkeys(("state.sqlite", "state.sqlite-wal", "state.sqlite-shm"), "0o600")
    assert _modes(tmp_path) == {"state.sqlite": "0o600"}


@posix
@pytest.mark.usefixtures("lax")
def test_what_a_person_allowed_for_an_existing_file_stays(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with Emulator(state) as emulator:
        create(connect(emulator))
    state.chmod(0o660)
    with Emulator(state) as emulator:
        assert len(connect(emulator).list_users(InstanceId=seed.INSTANCE_ID)["UserSummaryList"]) == 1
    assert _modes(tmp_path) == {"state.sqlite": "0o660"}


def test_git_sees_nothing_of_the_folder_that_a_project_gets(tmp_path: Path) -> None:
    """By a `.gitignore` of its own, so that the project's need not know of it."""
    if shutil.which("git") is None:
        pytest.skip("no git on PATH")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    gateway = gateway_for(Settings(emulator=True, emulator_state=str(tmp_path / DEFAULT_EMULATOR_STATE)))
    assert gateway.describe_instance(seed.INSTANCE_ID)["Id"] == seed.INSTANCE_ID
    assert (tmp_path / DEFAULT_EMULATOR_STATE).exists()
    status = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert status.stdout == ""


def test_a_gitignore_that_is_there_stays_and_no_other_folder_gets_one(tmp_path: Path) -> None:
    ours = (tmp_path / DEFAULT_EMULATOR_STATE).parent
    ours.mkdir()
    (ours / ".gitignore").write_text("*.sqlite-wal\n", encoding="utf-8")
    for state in (ours / "emulator.sqlite", tmp_path / "data" / "emulator.sqlite"):
        Emulator(state).close()
    assert (ours / ".gitignore").read_text("utf-8") == "*.sqlite-wal\n"
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["emulator.sqlite"]
