"""`connect-users explain --instance` asks who is on a contact now, in few requests; `--fail-on leaver-on-contact`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.cli import main
from connect_users.core import tokens
from connect_users.emulator import Emulator, Fault, seed, seed_users
from tests.contract.emulator.support import AGENT, SALES, connect, create

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_CALL = {"contacts": [{"channel": "VOICE", "state": "CONNECTED"}]}
_ASK = "GetCurrentUserData"
_SUPPORT = seed.ROUTING_PROFILES["Support"]


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    with Emulator() as emulator:
        yield emulator


def _state(name: str, id_: str, routing: str = _SUPPORT) -> dict[str, Any]:
    inputs = {
        "username": name,
        "instance_id": seed.INSTANCE_ID,
        "routing_profile_id": routing,
        "security_profile_ids": [AGENT],
    }
    return {"urn": f"urn:pulumi:dev::a::{tokens.USER}::{name}", "type": tokens.USER, "id": id_, "inputs": inputs}


def _leaver(name: str, id_: str) -> dict[str, Any]:
    old = _state(name, id_)
    return {"op": "delete", "urn": old["urn"], "oldState": old}


def _mover(name: str, id_: str) -> dict[str, Any]:
    old = _state(name, id_)
    return {"op": "update", "urn": old["urn"], "oldState": old, "newState": _state(name, id_, SALES)}


def _explain(emulator: Emulator, folder: Path, steps: Sequence[dict[str, Any]], *arguments: str) -> int:
    file = folder / "preview.json"
    file.write_text(json.dumps({"steps": steps}), encoding="utf-8")
    place = ["--instance", seed.INSTANCE_ID, "--endpoint-url", emulator.endpoint_url, "--region", seed.REGION]
    return main(["explain", str(file), "--width", "300", *place, *arguments])


def _requests(emulator: Emulator) -> int:
    return sum(record.operation == _ASK for record in emulator.requests)


def test_leavers_and_movers_on_a_contact_are_named_and_the_gate_stops_the_leaver(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once the call is over, the same preview passes."""
    client = connect(emulator)
    ids = {name: create(client, name) for name in ("ada", "bob", "eve")}
    steps = [_leaver("ada", ids["ada"]), _leaver("bob", ids["bob"]), _mover("eve", ids["eve"])]
    emulator.set_agents({"ada": _CALL, "bob": {}, "eve": _CALL})
    assert _explain(emulator, tmp_path, steps, "--fail-on", "leaver-on-contact") == 1
    captured = capsys.readouterr()
    assert "security profiles were Agent; on a contact now (VOICE connected)" in captured.out
    assert "eve: routing Support → Sales; on a contact now (VOICE connected)" in captured.out
    assert captured.err == (
        "connect-users explain: leaver-on-contact: 1 user who leaves or is replaced is on a contact now; the limit "
        "is 0 (ada)\n"
    )
    emulator.set_agents({"ada": {"contacts": [{"state": "MISSED"}]}})
    assert _explain(emulator, tmp_path, steps, "--fail-on", "leaver-on-contact") == 0
    assert _requests(emulator) == 2


def test_a_request_asks_about_100_users_and_nobody_asks_about_nobody(emulator: Emulator, tmp_path: Path) -> None:
    ids = seed_users(emulator.store, 201)
    leavers = [_leaver(f"agent{number:05d}", id_) for number, id_ in enumerate(ids, 1)]
    assert _explain(emulator, tmp_path, leavers) == 0
    assert _requests(emulator) == 3
    emulator.requests.clear()
    joiner = {"op": "create", "urn": leavers[0]["urn"], "newState": leavers[0]["oldState"]}
    assert _explain(emulator, tmp_path, [joiner]) == 0
    assert _requests(emulator) == 0


def test_one_who_is_gone_by_now_does_not_hide_the_others(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """AWS may leave out an id that it does not know, or refuse the request: both are played."""
    ids = seed_users(emulator.store, 4)
    leavers = [_leaver(f"agent{number:05d}", id_) for number, id_ in enumerate(ids, 1)]
    emulator.set_agents({"agent00004": _CALL})
    gone = "90000000-0000-4000-8000-000000000001"
    leavers.append(_leaver("gone", gone))
    for refusing in (False, True):
        if refusing:
            emulator.faults.add(
                Fault(_ASK, "error-before", 100, match=gone, code="ResourceNotFoundException", message="no such agent")
            )
        assert _explain(emulator, tmp_path, leavers, "--json") == 0
        document = json.loads(capsys.readouterr().out)
        assert document["counts"]["on_contact"] == 1


def test_without_the_right_to_ask_one_line_says_so(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The review is as it was before there was such a question, unless a condition depends on the answer."""
    leaver = _leaver("ada", create(connect(emulator), "ada"))
    denied = Fault(_ASK, "error-before", 100, code="AccessDeniedException", message="not authorized")
    emulator.faults.add(denied)
    assert _explain(emulator, tmp_path, [leaver]) == 0
    captured = capsys.readouterr()
    assert "1 leaver" in captured.out
    (line,) = captured.err.splitlines()
    assert "who is on a contact now is not known" in line
    assert "grant connect:GetCurrentUserData" in line
    assert _explain(emulator, tmp_path, [leaver], "--fail-on", "leaver-on-contact") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "grant connect:GetCurrentUserData" in line


def test_a_leaver_whom_nobody_can_ask_about_is_named_where_the_condition_counts(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of another instance, or without an id: nobody is to believe that they are on no contact."""
    elsewhere = _leaver("ada", "90000000-0000-4000-8000-000000000001")
    elsewhere["oldState"]["inputs"]["instance_id"] = "90000000-0000-4000-8000-000000000009"
    leavers = [elsewhere, _leaver("bob", ""), _leaver("eve", create(connect(emulator), "eve"))]
    assert _explain(emulator, tmp_path, leavers, "--fail-on", "leaver-on-contact") == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "whether ada, bob may be on a contact is not known" in line
    assert _explain(emulator, tmp_path, leavers) == 0
    assert capsys.readouterr().err == ""


def test_the_condition_needs_an_instance_to_ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would pass whoever is on a call."""
    file = tmp_path / "preview.json"
    file.write_text(json.dumps({"steps": []}), encoding="utf-8")
    assert main(["explain", str(file), "--fail-on", "leaver-on-contact"]) == 2
    assert "--fail-on leaver-on-contact needs --instance ID" in capsys.readouterr().err
