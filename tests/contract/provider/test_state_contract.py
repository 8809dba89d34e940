"""What is part of every user's state: recorded values that no release may change, states that every release reads."""

from __future__ import annotations

import base64
import json
import os
import pickle
import pickletools
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import connect_users
from connect_users.core import ownership, tokens
from connect_users.core.fields import ARN_KEY, FIELDS, TOKEN_KEY, VERIFIED_KEY
from connect_users.emulator import seed
from connect_users.testing.values import Secret, reveal
from tests.contract.hosting import Engine, ResourceState, Site, user

#: Recorded with release 0.1.0. A change makes every user of every stack again, or makes its state unreadable.
RECORDED_TYPE_TOKEN = "pulumi-python:dynamic/connect_users:ConnectUser"
RECORDED_BLOB = "gASVLAAAAAAAAACMDWNvbm5lY3RfdXNlcnOUjBNDb25uZWN0VXNlclByb3ZpZGVylJOUKYGULg=="
RECORDED_KEYS = {
    "instance_id",
    "username",
    "routing_profile_id",
    "security_profile_ids",
    "password",
    "password_secret_arn",
    "on_password_change",
    "identity_info",
    "phone_config",
    "directory_user_id",
    "hierarchy_group_id",
    "auto_accept_configs",
    "after_contact_work_configs",
    "phone_number_configs",
    "persistent_connection_configs",
    "voice_enhancement_configs",
    "user_proficiencies",
    "tags",
    "identity_management_type",
    "adopt_existing",
    "delete_quick_connects",
    "sign_out",
    "arn",
    "ownership_token",
    "verified_at",
}
RECORDED_OWNER_TAG = ("connect-users:owner", "6a0000000123456789abcdef urn:pulumi:dev::shop::t::ada")

STATES = sorted(Path(__file__).with_name("states").glob("*.json"))


def test_the_type_token_is_the_recorded_one() -> None:
    assert tokens.USER == RECORDED_TYPE_TOKEN


def test_the_resource_registers_by_that_token_and_provider() -> None:
    """The SDK's own arguments of the class say the same."""
    assert connect_users.ConnectUser._resource_type_name == "dynamic/connect_users:ConnectUser"
    assert tokens.USER_PROVIDER == RECORDED_BLOB


def test_the_provider_pickles_to_the_recorded_bytes() -> None:
    """By reference, without state: fewer than 100 bytes, whatever is in the class."""
    provider = connect_users.ConnectUserProvider()
    assert base64.b64encode(pickle.dumps(provider, protocol=4)).decode() == RECORDED_BLOB
    assert len(RECORDED_BLOB) < 100
    assert vars(provider) == {}


def test_the_sdk_pickles_the_provider_to_the_recorded_bytes() -> None:
    """So a state that the SDK's own Resource class wrote is the same, too."""
    from pulumi.dynamic.dynamic import serialize_provider

    assert serialize_provider(connect_users.ConnectUserProvider()) == RECORDED_BLOB


def test_the_recorded_bytes_are_the_provider() -> None:
    """They name the class where users import it from, and nothing else."""
    blob = base64.b64decode(RECORDED_BLOB)
    assert type(pickle.loads(blob)) is connect_users.ConnectUserProvider
    assert connect_users.ConnectUserProvider.__module__ == "connect_users"
    texts = [value for opcode, value, _ in pickletools.genops(blob) if opcode.name == "SHORT_BINUNICODE"]
    assert texts == ["connect_users", "ConnectUserProvider"]


def test_every_python_here_makes_the_recorded_bytes(tmp_path: Path) -> None:
    """The bytes do not depend on the version of Python (the default protocol does)."""
    (tmp_path / "connect_users.py").write_text("class ConnectUserProvider:\n    pass\n", encoding="utf-8")
    program = (
        "import base64, connect_users, pickle;"
        "print(base64.b64encode(pickle.dumps(connect_users.ConnectUserProvider(), protocol=4)).decode())"
    )
    made = {}
    for minor in range(10, 20):
        python = shutil.which(f"python3.{minor}")
        if python is not None:
            ran = subprocess.run(
                [python, "-c", program], cwd=tmp_path, capture_output=True, text=True, env={"PATH": os.defpath}
            )
            if ran.returncode == 0:
                made[minor] = ran.stdout.strip()
    assert made, "no Python by the name of its version is on PATH"
    assert set(made.values()) == {RECORDED_BLOB}, made


def test_the_keys_of_a_state_are_the_recorded_ones() -> None:
    """A key may be added here with a release; none may go or change its name."""
    assert {field.name for field in FIELDS} | {ARN_KEY, TOKEN_KEY, VERIFIED_KEY} == RECORDED_KEYS


def test_the_ownership_tag_is_read_as_recorded() -> None:
    """It is in Connect, beside states of older releases."""
    key, value = RECORDED_OWNER_TAG
    assert key == ownership.TAG_KEY
    owner = ownership.owner_of({key: value})
    assert owner == ownership.Owner("6a0000000123456789abcdef", "urn:pulumi:dev::shop::t::ada")
    assert ownership.made_at(owner.token) == 0x6A000000
    assert ownership.tag(owner.token, "urn:pulumi:dev::shop::t::ada") == {key: value}


@pytest.fixture(params=STATES, ids=lambda path: path.stem)
def old(request: pytest.FixtureRequest, engine: Engine, site: Site) -> Engine:
    """An engine with a recorded state, whose user is live under the recorded id."""
    recorded: dict[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    engine.up({**user(), **recorded["inputs"]})
    outputs = recorded["outputs"]
    if "password" in outputs:
        # Every release wrote it as a secret; the files are without marks.
        outputs["password"] = Secret(outputs["password"])
    state = ResourceState(recorded["id"], recorded["inputs"], outputs)
    with site.emulator.store.write() as tx:
        tx.execute("UPDATE users SET id = ?", (state.id,))
    if TOKEN_KEY in state.outputs:
        site.client.tag_resource(
            resourceArn=state.outputs["arn"], tags=ownership.tag(state.outputs[TOKEN_KEY], engine.urn)
        )
    else:
        site.client.untag_resource(resourceArn=state.outputs["arn"], tagKeys=[ownership.TAG_KEY])
    engine.state = state
    site.forget()
    return engine


def test_an_old_state_needs_no_change(old: Engine, site: Site) -> None:
    """The same program: no difference, no call."""
    assert old.state is not None
    assert old.up(old.state.inputs) == "same"
    assert site.calls() == []


def test_an_old_state_is_refreshed_without_drift(old: Engine) -> None:
    """The inputs come back as they were, and the token, the ARN and the id with them."""
    assert old.state is not None
    before = old.state
    assert old.refresh() == "same"
    assert reveal(old.state.inputs) == before.inputs
    for key in ("arn", "ownership_token"):
        assert old.state.outputs.get(key) == before.outputs.get(key)


def test_an_old_state_is_updated(old: Engine, site: Site) -> None:
    """With the one call that the change needs (and, where it never had a tag, a look at whose it is, and the tag)."""
    assert old.state is not None
    sales = seed.ROUTING_PROFILES["Sales"]
    tagged = TOKEN_KEY in old.state.outputs
    assert old.up({**old.state.inputs, "routing_profile_id": sales}) == "update"
    change = ["UpdateUserRoutingProfile"]
    assert site.calls() == (change if tagged else ["DescribeUser", *change, "TagResource"])
    assert site.users()["ada"]["RoutingProfileId"] == sales


def test_an_old_state_is_deleted(old: Engine, site: Site) -> None:
    """Its token is the live one."""
    old.destroy()
    assert site.users() == {}


@pytest.mark.door("dynamic", reason="the plugin is no part of a state")
def test_the_host_loads_the_provider_from_the_recorded_bytes(engine: Engine) -> None:
    """As the engine hands them over."""
    assert engine.checked({"__provider": RECORDED_BLOB, **_minimal()})["__provider"] == RECORDED_BLOB


def _minimal() -> dict[str, Any]:
    recorded = json.loads(next(path for path in STATES if path.stem == "minimal").read_text(encoding="utf-8"))
    return {name: value for name, value in recorded["inputs"].items() if name != "__provider"}
