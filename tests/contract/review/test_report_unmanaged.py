"""`connect-users report --unmanaged`: who is in the instance without a stack that owns them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connect_users.cli import main
from connect_users.core import ownership, tokens
from connect_users.emulator import Emulator, Options, seed, seed_users
from tests.contract.emulator.support import connect

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TOKEN = "0" * 24


def _urn(name: str, stack: str = "dev", project: str = "shop") -> str:
    return f"urn:pulumi:{stack}::{project}::{tokens.USER}::{name}"


def _tags(urn: str) -> dict[str, str]:
    return ownership.tag(TOKEN, urn)


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
        resource = {"urn": _urn("ada"), "type": tokens.USER, "inputs": {}, "outputs": {"arn": arns[0]}}
        state = tmp_path / "state.json"
        state.write_text(json.dumps({"version": 3, "deployment": {"resources": [resource]}}), encoding="utf-8")
        emulator.requests.clear()
        place = ["--instance", seed.INSTANCE_ALIAS, "--endpoint-url", emulator.endpoint_url, "--region", seed.REGION]
        assert main(["report", "--unmanaged", *place]) == 1
        assert capsys.readouterr().out.splitlines() == [
            "agent00003: no stack owns this user (no ownership tag)",
            "agent00004: no stack owns this user (no ownership tag)",
        ]
        first, *pages = [record.operation for record in emulator.requests]
        # Both are read at once.
        assert (first, sorted(pages)) == ("ListInstances", ["ListUsers", "SearchUsers"])
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
        theirs = {"urn": _urn("four"), "type": "aws:connect/user:User", "inputs": {}, "outputs": {"arn": arns[3]}}
        other.write_text(json.dumps({"version": 3, "deployment": {"resources": [imported, theirs]}}), encoding="utf-8")
        assert main(["report", "--unmanaged", "--state", str(state), "--state", str(other), *place]) == 1
        assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == ["agent00002"]
        native = {"urn": _urn("four"), "type": tokens.NATIVE_USER, "inputs": {}, "outputs": {"userArn": arns[3]}}
        other.write_text(json.dumps({"version": 3, "deployment": {"resources": [imported, native]}}), encoding="utf-8")
        assert main(["report", "--unmanaged", "--state", str(state), "--state", str(other), *place]) == 1
        assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == ["agent00002"]
        emulator.options = Options(search_lag=3600.0)
        for arn in arns[2:]:
            client.delete_user(InstanceId=seed.INSTANCE_ID, UserId=arn.rpartition("/")[2])
        assert main(["report", "--unmanaged", *place]) == 0
    assert main(["report", "--unmanaged"]) == 2


def test_a_state_that_cannot_be_used_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And not users without an owner; nothing is asked before."""
    state = tmp_path / "state.json"
    for written, said in ((None, "cannot be read"), ("[]", "this is not a state"), ('{"a":' * 100_000, "too deeply")):
        if written is not None:
            state.write_text(written, encoding="utf-8")
        assert main(["report", "--unmanaged", "--instance", "i", "--state", str(state)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert str(state) in line
        assert said in line
