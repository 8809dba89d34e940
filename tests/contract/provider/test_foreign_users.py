"""Users as live instances have them, made by others: answers with empty strings, names of Service Cloud Voice.

AWS CLI, example of describe-user: ``"DeskPhoneNumber": ""`` beside SOFT_PHONE. Salesforce Help, Service Cloud Voice:
users are named ``alias@userId@orgId`` or ``userId@orgId``.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.cli import main
from connect_users.emulator import Emulator, Options, seed, seed_users
from connect_users.roster.people import RosterOptions, judge
from connect_users.roster.reading import read
from tests.contract.emulator import support
from tests.contract.hosting import Engine, ResourceState, Site, user
from tests.contract.importing.instances import Command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SALES = seed.ROUTING_PROFILES["Sales"]
VOICE = ("bstone@005Ah000000ABCEIA2@00DAu000000x110EAA", "005Ah000000ABCDIA2@00DAu000000x110EAA")
#: What the AWS CLI's example shows, and the same in the newer form.
EMPTY: dict[str, Any] = {"DeskPhoneNumber": "", "PhoneType": "SOFT_PHONE"}


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An instance with three users, whose answers have empty strings."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with Emulator(None, Options(unset_strings="empty")) as emulator:
        seed_users(emulator.store, 3)
        emulator.requests.clear()
        yield emulator


@pytest.fixture
def run(emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command `connect-users import` of that instance."""
    return Command(emulator, tmp_path, capsys)


@pytest.fixture
def empty_site(site: Site) -> Site:
    """The module's site, whose answers have empty strings."""
    site.emulator.options = dataclasses.replace(site.emulator.options, unset_strings="empty")
    return site


def _made(site: Site, username: str = "ada") -> ResourceState:
    """A user whom somebody else made, as an import puts it into a state."""
    made = site.client.create_user(**support.user(username))
    inputs = user(username)
    return ResourceState(made["UserId"], inputs, {**inputs, "arn": made["UserArn"]})


def test_the_emulator_shows_what_is_not_set_as_an_empty_string(empty_site: Site) -> None:
    """In DescribeUser and in SearchUsers, as far as each tells it."""
    _made(empty_site)
    shown = empty_site.users()["ada"]
    assert {name: shown["PhoneConfig"][name] for name in EMPTY} == EMPTY
    assert shown["HierarchyGroupId"] == ""
    assert (shown["IdentityInfo"]["SecondaryEmail"], shown["IdentityInfo"]["Mobile"]) == ("", "")
    (found,) = empty_site.client.search_users(InstanceId=seed.INSTANCE_ID)["Users"]
    assert (found["PhoneConfig"]["DeskPhoneNumber"], found["HierarchyGroupId"]) == ("", "")
    assert set(found["IdentityInfo"]) == {"FirstName", "LastName"}


def test_import_reads_empty_strings_as_nothing(run: Command) -> None:
    """Everybody is imported, the roster has no column for what nobody has, and a second run has nothing to do."""
    support.connect(run.emulator).create_user(**support.user("ada"))
    assert run()[::2] == (0, "")
    rows = run.rows()
    assert len(rows) == 4
    assert not {"phone_number.voice", "hierarchy_group_id", "identity_info.mobile"} & set(rows["ada"])
    files = run.files()
    assert run()[1].endswith("nothing has changed\n")
    assert run("--check")[0] == 0
    assert run.files() == files


def test_names_that_a_spreadsheet_would_run_are_guarded_and_read_back(run: Command) -> None:
    """Whoever may change a first name must not run anything on the laptop of who opens the roster."""
    info = {"FirstName": '=HYPERLINK("http://example.com")', "LastName": "@SUM(1+1)|cmd", "Email": "a@example.com"}
    support.connect(run.emulator).create_user(**support.user("ada", IdentityInfo=info, Tags={"a": "x;-1", "b": "\t=1"}))
    assert run()[::2] == (0, "")
    row = run.rows()["ada"]
    assert row["identity_info.first_name"] == '\'=HYPERLINK("http://example.com")'
    assert row["identity_info.last_name"] == "'@SUM(1+1)|cmd"
    assert row["tags"] == "a=x;'-1|b=\\\t\\=1"
    assert run("--check")[0] == 0


def test_refresh_finds_no_drift_in_empty_strings(empty_site: Site, engine: Engine) -> None:
    """Nor does the up after it; what was taken away in Connect is gone from the inputs."""
    declared = user(phone_config={"phone_type": "SOFT_PHONE", "auto_accept": True})
    engine.up(declared)
    assert engine.state is not None
    before = engine.state.inputs
    engine.refresh()
    assert engine.state.inputs == before
    empty_site.forget()
    assert engine.up(declared) == "same"
    assert empty_site.calls() == []
    engine.up({**declared, "hierarchy_group_id": seed.HIERARCHY_GROUPS["EMEA/UK"]})
    empty_site.client.update_user_hierarchy(InstanceId=seed.INSTANCE_ID, UserId=engine.state.id)
    engine.refresh()
    assert engine.state.inputs == before


def test_adopting_and_updating_send_no_empty_string_back(empty_site: Site, engine: Engine) -> None:
    """AWS would refuse an empty phone number, and parts of a block are written with what Connect has of the rest."""
    _made(empty_site)
    empty_site.client.update_user_config(
        InstanceId=seed.INSTANCE_ID,
        UserId=empty_site.users()["ada"]["Id"],
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}],
        AfterContactWorkConfigs=[{"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 9}}],
    )
    empty_site.forget()
    phone = {"phone_type": "SOFT_PHONE", "auto_accept": True}
    info = {"first_name": "Eve", "last_name": "Byron"}
    assert engine.up(user(adopt_existing=True, phone_config=phone, identity_info=info)) == "create"
    live = empty_site.users()["ada"]
    assert live["PhoneConfig"]["AutoAccept"] is True
    assert live["IdentityInfo"] == {
        "FirstName": "Eve",
        "LastName": "Byron",
        "Email": "ada@example.com",
        "SecondaryEmail": "",
        "Mobile": "",
    }
    assert engine.up(user(adopt_existing=True, phone_config={**phone, "auto_accept": False}, identity_info=info))
    assert empty_site.users()["ada"]["PhoneConfig"]["AutoAccept"] is False
    # Nothing is refused but the name, which is taken.
    assert [record.operation for record in empty_site.records() if (record.status or 0) >= 400] == ["CreateUser"]


@pytest.mark.parametrize("username", VOICE)
def test_a_service_cloud_voice_user_is_like_any_other(site: Site, engine: Engine, username: str) -> None:
    """Made, changed, refreshed and adopted without a word about its name."""
    messages = engine.host.log
    assert engine.up(user(username)) == "create"
    assert engine.up(user(username, routing_profile_id=SALES)) == "update"
    engine.refresh()
    assert engine.up(user(username, routing_profile_id=SALES)) == "same"
    engine.destroy()
    _made(site, username)
    assert engine.up(user(username, adopt_existing=True)) == "create"
    assert [each.message for each in messages.take() if username in each.message and "@" in each.message][1:] == []


def test_import_keeps_service_cloud_voice_users(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """And `check` and a program take the roster as it was written."""
    client = support.connect(run.emulator)
    for username in VOICE:
        client.create_user(**support.user(username))
    assert run()[::2] == (0, "")
    assert set(VOICE) < set(run.rows())
    roster = str(run.folder / "agents.csv")
    assert main(["check", roster]) == 0
    assert "warning" not in capsys.readouterr().err
    judged = judge(read(roster), RosterOptions())
    assert {person.username for person in judged.people} == set(run.rows())


def test_an_import_of_nobody_names_no_next_step(run: Command) -> None:
    """There is nothing that pulumi import could take over."""
    status, said, _ = run("--select", "username=nobody*")
    assert status == 0
    assert said.startswith("0 people of ")
    assert "next" not in said
    entries = json.loads((run.folder / "import.json").read_text(encoding="utf-8"))["resources"]
    assert [entry["name"] for entry in entries] == ["agents", "agents-guard"]
