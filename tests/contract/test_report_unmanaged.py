"""`connect-users report --unmanaged`: who is in the instance without a stack that owns them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from connect_users import ownership
from connect_users.cli import main
from connect_users.emulator import Emulator, Options, seed, seed_users
from connect_users.resource import TYPE_TOKEN
from connect_users.unmanaged import Declared, unmanaged
from tests.contract.emulator.support import connect

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "0" * 24


def _urn(name: str, stack: str = "dev", project: str = "shop") -> str:
    return f"urn:pulumi:{stack}::{project}::{TYPE_TOKEN}::{name}"


def _tags(urn: str) -> dict[str, str]:
    return ownership.tag(TOKEN, urn)


#: Sentence, tags of the user, is it in the state by its id, is it unmanaged (without a state, with one).
ROWS = [
    ("nobody owns it", {}, False, (True, True)),
    ("imported, not changed since", {}, True, (True, False)),
    ("of this stack", _tags(_urn("ada")), True, (False, False)),
    ("of this stack, its id is another's", _tags(_urn("ada")), False, (False, False)),
    ("no longer declared by this stack", _tags(_urn("gone")), False, (False, True)),
    ("of another stack of the project", _tags(_urn("gone", stack="prod")), False, (False, False)),
    ("of another project", _tags(_urn("gone", project="other")), False, (False, False)),
    ("of a name too long to be told", _tags(_urn("x" * 300)), False, (False, False)),
]


@pytest.mark.parametrize(("tags", "by_id", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_who_is_unmanaged(tags: dict[str, str], by_id: bool, expected: tuple[bool, bool]) -> None:
    """A state speaks for its own stack alone."""
    outputs = {"arn": f"{seed.INSTANCE_ARN}/agent/{'u-1' if by_id else 'other'}"}
    declared = Declared.of([(_urn("ada"), outputs)], [_urn("ada")])
    user = [("u-1", "ada", tags)]
    assert (bool(list(unmanaged(user, None))), bool(list(unmanaged(user, declared)))) == expected


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Bulk reads only; 1 while somebody is not managed."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with Emulator(None, Options(users_quota=None)) as emulator:
        seed_users(emulator.store, 4)
        client = connect(emulator)
        arns = [user["Arn"] for user in client.list_users(InstanceId=seed.INSTANCE_ID)["UserSummaryList"]]
        client.tag_resource(resourceArn=arns[0], tags=_tags(_urn("ada")))
        client.tag_resource(resourceArn=arns[1], tags=_tags(_urn("gone")))
        resource = {"urn": _urn("ada"), "type": TYPE_TOKEN, "inputs": {}, "outputs": {"arn": arns[0]}}
        state = tmp_path / "state.json"
        state.write_text(json.dumps({"version": 3, "deployment": {"resources": [resource]}}), encoding="utf-8")
        emulator.requests.clear()
        place = ["--instance", seed.INSTANCE_ALIAS, "--endpoint-url", emulator.endpoint_url, "--region", seed.REGION]
        assert main(["report", "--unmanaged", *place]) == 1
        assert capsys.readouterr().out.splitlines() == [
            "agent00003: no stack owns it (no ownership tag)",
            "agent00004: no stack owns it (no ownership tag)",
        ]
        assert [record.operation for record in emulator.requests] == ["ListInstances", "SearchUsers", "ListUsers"]
        assert main(["report", "--unmanaged", "--json", "--state", str(state), *place]) == 1
        found = json.loads(capsys.readouterr().out)
        assert [(user["username"], user["owner"]) for user in found] == [
            ("agent00002", _urn("gone")),
            ("agent00003", ""),
            ("agent00004", ""),
        ]
        imported = {**resource, "urn": _urn("three").replace("shop", "other"), "outputs": {"arn": arns[2]}}
        other = tmp_path / "other.json"
        other.write_text(json.dumps({"version": 3, "deployment": {"resources": [imported]}}), encoding="utf-8")
        assert main(["report", "--unmanaged", "--state", str(state), "--state", str(other), *place]) == 1
        assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == ["agent00002", "agent00004"]
        emulator.options = Options(search_lag=3600.0)
        for arn in arns[2:]:
            client.delete_user(InstanceId=seed.INSTANCE_ID, UserId=arn.rpartition("/")[2])
        assert main(["report", "--unmanaged", *place]) == 0
    assert main(["report", "--unmanaged"]) == 2
