"""`connect-users policy --for`: the policy of a command has what the command calls, no more and no less.

Each is run against the emulator in the ways in which it can call something, and its requests are compared.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from connect_users.cli import COMMANDS as ALL_COMMANDS
from connect_users.cli import main, parser
from connect_users.core import tokens
from connect_users.core.permissions import COMMANDS
from connect_users.emulator import Emulator, Fault, Options, seed, seed_users
from tests.contract.emulator.support import ADMIN, AGENT, connect, create
from tests.contract.provider.matrix import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: More than a page of ListUsers holds, so that paging shows in the figures.
_MANY = 1_200


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    with Emulator(None, Options(users_quota=None)) as emulator:
        yield emulator


class _Stage:
    """Files that the commands read, and the commands as somebody runs them."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self._emulator = emulator
        self._folder = folder

    def run(self, *words: str) -> Counter[str]:
        """Run a command; how often it called each operation."""
        self._emulator.requests.clear()
        place = ("--endpoint-url", self._emulator.endpoint_url, "--region", seed.REGION)
        assert main([*words, *place]) in (0, 1)
        return Counter(record.operation for record in self._emulator.requests)

    def roster(self) -> str:
        file = self._folder / "agents.csv"
        file.write_text(
            "username,routing profile name,security_profile_name_1,agent hierarchy\nada,Support,Agent,EMEA/UK\n",
            encoding="utf-8",
        )
        return str(file)

    def preview(self, *ids: str) -> str:
        """Of a stack in which everybody leaves."""
        file = self._folder / "preview.json"
        steps = []
        for id_ in ids:
            inputs = {"username": id_, "instance_id": seed.INSTANCE_ID, "security_profile_ids": [AGENT, ADMIN]}
            urn = f"urn:pulumi:dev::a::{tokens.USER}::{id_}"
            old = {"urn": urn, "type": tokens.USER, "id": id_, "inputs": inputs}
            steps.append({"op": "delete", "urn": urn, "oldState": old})
        file.write_text(json.dumps({"steps": steps}), encoding="utf-8")
        return str(file)

    def state(self, *ids: str) -> str:
        """Of a stack whose users have no proof that they are unchanged."""
        file = self._folder / "state.json"
        resources = []
        for id_ in ids:
            inputs = {"username": id_, "instance_id": seed.INSTANCE_ID, "user_proficiencies": []}
            arn = f"arn:aws:connect:{seed.REGION}:123456789012:instance/{seed.INSTANCE_ID}/agent/{id_}"
            urn = f"urn:pulumi:dev::a::{tokens.USER}::{id_}"
            resources.append({"urn": urn, "type": tokens.USER, "inputs": inputs, "outputs": {**inputs, "arn": arn}})
        file.write_text(json.dumps({"deployment": {"resources": resources}}), encoding="utf-8")
        return str(file)

    def words(self, command: str, ids: list[str]) -> list[tuple[str, ...]]:
        """The command lines that together call whatever a command can call; the instance is found by its alias."""
        instance, out = ("--instance", seed.INSTANCE_ALIAS), str(self._folder)
        lines: dict[str, list[tuple[str, ...]]] = {
            "audit": [("audit", *instance, "--dormant", "60d", "--state", self.state(*ids[:1], "gone"))],
            "check": [("check", self.roster(), *instance), ("check", self.roster(), "--instance", seed.INSTANCE_ID)],
            "explain": [("explain", self.preview(*ids), *instance)],
            "import": [("import", *instance, "--out", f"{out}/people", "--requests-per-second", "10000")],
            "report": [
                ("report", "--html", f"{out}/page.html", *instance),
                ("report", "--unmanaged", *instance),
                ("report", "--dormant", "30", *instance),
            ],
        }
        return lines[command]


@pytest.fixture
def stage(emulator: Emulator, tmp_path: Path) -> _Stage:
    return _Stage(emulator, tmp_path)


#: The commands of ours that ask an instance.
OURS = sorted(COMMANDS.keys() - {"up", "preview"})


def test_every_command_that_asks_an_instance_has_a_policy() -> None:
    """A new one comes into the table of `connect_users.core.permissions`, and onto this stage."""
    asking = set()
    for command in ALL_COMMANDS:
        subparsers = next(
            action for action in parser([command])._actions if isinstance(action, argparse._SubParsersAction)
        )
        options = {option for action in subparsers.choices[command]._actions for option in action.option_strings}
        asking |= {command} if "--instance" in options else set()
    assert asking == set(OURS)


@pytest.mark.parametrize("command", OURS)
def test_a_command_calls_what_its_policy_has_and_nothing_else(command: str, stage: _Stage, emulator: Emulator) -> None:
    """With a user who is too new for the search; with few groups, many, and a search of them that is not allowed."""
    ids = seed_users(emulator.store, 3)
    called: set[str] = set()
    for denied in ((), ("SearchUserHierarchyGroups",)):
        for operation in denied:
            emulator.faults.add(Fault(operation, "error-before", 1_000, code="AccessDeniedException", message="IAM"))
        for words in stage.words(command, ids):
            called |= stage.run(*words).keys()
    emulator.faults.clear()
    emulator.options = emulator.options.changed({"search_lag": 600})
    client = connect(emulator)
    create(client, "newcomer", SecurityProfileIds=[AGENT, ADMIN])
    for number in range(20):
        client.create_user_hierarchy_group(InstanceId=seed.INSTANCE_ID, Name=f"group{number}")
    for words in stage.words(command, ids):
        called |= stage.run(*words).keys()
    assert called == COMMANDS[command]


def test_the_policy_of_pulumis_commands_has_what_a_user_needs_in_its_whole_life() -> None:
    """The fault matrix knows every request of a life, and tests hold it; many quick connects are searched for."""
    life = {operation for calls in OPERATIONS.values() for operation in calls} | {"SearchQuickConnects"}
    assert life <= COMMANDS["up"]
    assert COMMANDS["up"] - life == COMMANDS["preview"] - life
    assert COMMANDS["preview"] < COMMANDS["up"]
    reads = ("List", "Describe", "Search")
    assert all(operation.startswith(reads) for operation in COMMANDS["preview"])


def test_the_figures_of_readme_are_those_of_1200_users(stage: _Stage, emulator: Emulator) -> None:
    """By N: a page of ListUsers has 1,000, one of SearchUsers 500, a request of GetCurrentUserData 100."""
    ids = seed_users(emulator.store, _MANY)
    about_users = {*COMMANDS["import"]} - {*COMMANDS["check"]} | {"GetCurrentUserData"}

    def calls(command: str, leaving: list[str], line: int = 0, *more: str) -> dict[str, int]:
        counts = stage.run(*stage.words(command, leaving)[line], *more)
        return {operation: count for operation, count in counts.items() if operation in about_users}

    assert calls("explain", ids[:401]) == {"GetCurrentUserData": 5}
    assert calls("report", []) == {"SearchUsers": 3}
    assert calls("report", [], 1) == {"ListUsers": 2, "SearchUsers": 3}
    selected = calls("import", [], 0, "--select", "username=agent000*")
    assert selected == {"ListUsers": 2, "SearchUsers": 3, "DescribeUser": 99, "ListUserProficiencies": 99}
