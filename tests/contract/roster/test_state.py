"""What is part of every roster's state: recorded values that no release may change."""

from __future__ import annotations

import base64
import json
import pickle
import pickletools

import connect_users
from connect_users.core import tokens
from connect_users.importing.entries import EntryUser, document
from connect_users.program.guard import RosterGuard
from connect_users.roster import guarding
from connect_users.roster.leavers import limit

#: Recorded with the first release that has rosters. A change makes every guard, or every person, again.
RECORDED_GUARD_TOKEN = "pulumi-python:dynamic/connect_users:RosterGuard"
RECORDED_ROSTER_TOKEN = "connect_users:index:ConnectUserRoster"
RECORDED_BLOB = "gASVLAAAAAAAAACMDWNvbm5lY3RfdXNlcnOUjBNSb3N0ZXJHdWFyZFByb3ZpZGVylJOUKYGULg=="


def test_the_tokens_are_the_recorded_ones() -> None:
    """The roster's is a part of the URN of everybody in it."""
    assert tokens.GUARD == RECORDED_GUARD_TOKEN
    assert tokens.ROSTER == RECORDED_ROSTER_TOKEN
    assert RosterGuard._resource_type_name == "dynamic/connect_users:RosterGuard"


def test_the_guard_pickles_to_the_recorded_bytes() -> None:
    """By reference, without state."""
    provider = connect_users.RosterGuardProvider()
    assert base64.b64encode(pickle.dumps(provider, protocol=4)).decode() == RECORDED_BLOB
    assert tokens.GUARD_PROVIDER == RECORDED_BLOB
    assert len(RECORDED_BLOB) < 100
    assert vars(provider) == {}


def test_the_sdk_pickles_the_guard_to_the_recorded_bytes() -> None:
    """So a state that the SDK's own Resource class wrote is the same, too."""
    from pulumi.dynamic.dynamic import serialize_provider

    assert serialize_provider(connect_users.RosterGuardProvider()) == RECORDED_BLOB


def test_the_recorded_bytes_are_the_guard() -> None:
    """They name the class where users import it from, and nothing else."""
    blob = base64.b64decode(RECORDED_BLOB)
    assert type(pickle.loads(blob)) is connect_users.RosterGuardProvider
    assert connect_users.RosterGuardProvider.__module__ == "connect_users"
    texts = [value for opcode, value, _ in pickletools.genops(blob) if opcode.name == "SHORT_BINUNICODE"]
    assert texts == ["connect_users", "RosterGuardProvider"]


def test_the_inputs_of_a_guard_are_the_recorded_ones() -> None:
    """The next run compares with what this one wrote: one name a line, sorted."""
    inputs = guarding.inputs_of("agents", ["bo", "ada"], limit("20%"), retain_leavers=False)
    assert inputs == {"roster": "agents", "usernames": "ada\nbo\n", "max_deletions": "20%"}
    people = {username: EntryUser("id", {"username": username}, {}) for username in ("bo", "ada")}
    _, guard, *_ = json.loads(document("agents", people, plugin=False, each=False))["resources"]
    assert guard["inputs"] == {**inputs, "__provider": RECORDED_BLOB}
    retained = guarding.inputs_of("agents", ["ada"], limit(3), retain_leavers=True)
    assert (retained["max_deletions"], retained["retain_leavers"]) == ("3", True)
