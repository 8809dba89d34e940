"""The emulator's file on disk: who may read it, what git sees of it, and that files of earlier releases stay valid."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connect_users.connect.connection import gateway_for
from connect_users.core.settings import DEFAULT_EMULATOR_STATE, Settings
from connect_users.emulator import Emulator, seed
from tests.contract.emulator.support import connect, create, described, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def test_a_closed_emulator_leaves_its_file_alone(tmp_path: Path) -> None:
    """A request that outlived it would make a file again that somebody has deleted."""
    state = tmp_path / "state.sqlite"
    emulator = Emulator(state)
    emulator.close()
    state.unlink()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        emulator.agents  # noqa: B018 - a property that reads
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator over a file of an earlier release, kept as SQL. Its user was changed behind a consistency lag."""
    state = tmp_path / "state.sqlite"
    with contextlib.closing(sqlite3.connect(state)) as file:
        file.executescript(Path(__file__).with_name("recorded_state.sql").read_text("utf-8"))
    with Emulator(state) as emulator:
        yield emulator


def test_a_file_of_an_earlier_release_is_read_in_full(recorded: Emulator) -> None:
    client, here = connect(recorded), {"InstanceId": seed.INSTANCE_ID}
    (summary,) = client.search_users(**here, SearchFilter={"TagFilter": {"TagCondition": {"TagKey": "team"}}})["Users"]
    user = described(client, summary["Id"])
    assert (user["Username"], user["RoutingProfileId"]) == ("ada", seed.ROUTING_PROFILES["Sales"])
    assert user["HierarchyGroupId"] == seed.HIERARCHY_GROUPS["EMEA/UK"]
    assert user["PhoneConfig"] == {
        "PhoneType": "DESK_PHONE",
        "AutoAccept": False,
        "AfterContactWorkTimeLimit": 30,
        "DeskPhoneNumber": "+442079460000",
        "PersistentConnection": False,
    }
    assert user["AutoAcceptConfigs"] == [{"Channel": "CHAT", "AutoAccept": True}]
    (proficiency,) = client.list_user_proficiencies(**here, UserId=user["Id"])["UserProficiencyList"]
    assert proficiency == {"AttributeName": "lang", "AttributeValue": "fr", "Level": 3}
    leeds = client.list_user_hierarchy_groups(**here)["UserHierarchyGroupSummaryList"][-1]["Id"]
    path = client.describe_user_hierarchy_group(**here, HierarchyGroupId=leeds)["HierarchyGroup"]["HierarchyPath"]
    assert [path[level]["Name"] for level in ("LevelOne", "LevelTwo", "LevelThree")] == ["EMEA", "UK", "Leeds"]
    night = client.list_security_profiles(**here)["SecurityProfileSummaryList"][-1]["Id"]
    permissions = client.list_security_profile_permissions(**here, SecurityProfileId=night)["Permissions"]
    assert permissions == ["BasicAgentAccess"]
    assert client.describe_predefined_attribute(**here, Name="site")["PredefinedAttribute"]["Values"] == {
        "StringList": ["leeds"]
    }
    assert [row["Name"] for row in client.list_queues(**here)["QueueSummaryList"]] == ["BasicQueue", "Night"]
    assert client.list_quick_connects(**here, QuickConnectTypes=["USER"])["QuickConnectSummaryList"][0]["Name"] == "Ada"
    secrets = connect(recorded, service="secretsmanager")
    assert secrets.get_secret_value(SecretId="pw")["SecretString"] == "Corr3ct-horse"


def test_a_file_of_an_earlier_release_can_be_changed(recorded: Emulator) -> None:
    client, here = connect(recorded), {"InstanceId": seed.INSTANCE_ID}
    assert refused(create, client, "ada") == (409, "DuplicateResourceException")
    create(client, "bob")
    (ada, _) = client.list_users(**here)["UserSummaryList"]
    client.tag_resource(resourceArn=ada["Arn"], tags={"site": "leeds"})
    assert described(client, ada["Id"])["Tags"] == {"team": "red", "site": "leeds"}
    client.delete_user(**here, UserId=ada["Id"])
    assert [row["Username"] for row in client.list_users(**here)["UserSummaryList"]] == ["bob"]
