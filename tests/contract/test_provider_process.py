"""The dynamic host alone: what the engine would send, what comes back, and how it fails."""

from __future__ import annotations

import base64
import os
import pickle
import signal
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.testing import UNKNOWN, DynamicHost, HostError, Secret
from tests.contract.programs.toy import ToyProvider
from tests.contract.programs.toys import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROVIDER = base64.b64encode(pickle.dumps(ToyProvider(), protocol=4)).decode()
URN = "urn:pulumi:dev::rehearsal::my:mod:Group$pulumi-python:dynamic/toy:Toy::one"


@pytest.fixture(scope="module")
def host() -> Iterator[DynamicHost]:
    """A host that can import the toy."""
    with DynamicHost(cwd=ROOT) as started:
        started.configure({"toy:greeting": Secret("hello")})
        yield started


def toy(tmp_path: Path, **inputs: Any) -> dict[str, Any]:
    """Inputs of a toy."""
    return {"__provider": PROVIDER, "cloud": str(tmp_path), "name": "one", **inputs}


def test_the_whole_life_of_a_resource(host: DynamicHost, tmp_path: Path) -> None:
    """Secrets arrive as plain values, and the configuration does too."""
    checked = host.check(toy(tmp_path, password=Secret("p")), urn=URN)
    assert (checked.inputs["password"], checked.failures) == ("p", ())
    made = host.create(checked.inputs, urn=URN, timeout=60)
    assert (made.outputs["greeting"], made.outputs["arn"]) == ("hello", f"arn:{made.id}")
    assert host.diff(made.id, made.outputs, checked.inputs, urn=URN).changes is False
    difference = host.diff(made.id, made.outputs, toy(tmp_path, password="p", slot=1), urn=URN)
    assert difference == (None, ("slot",), True)
    updated = host.update(made.id, made.outputs, toy(tmp_path, note="n"), urn=URN)
    live = host.read(made.id, updated.outputs, inputs=checked.inputs, urn=URN)
    assert live.inputs is not None
    assert (live.outputs["note"], live.inputs["note"], live.id) == ("n", "n", made.id)
    host.delete(made.id, updated.outputs, urn=URN)
    assert host.read(made.id, updated.outputs, urn=URN).id == ""
    log = (tmp_path / "calls.log").read_text().split()
    assert log == ["create", "one", "update", "one", "read", "one", "delete", "one", "read", "one"]


def test_unknowns_reach_check_and_diff(host: DynamicHost, tmp_path: Path) -> None:
    """And come back as unknowns; without them they are left out."""
    assert host.check(toy(tmp_path, note=UNKNOWN)).inputs["note"] is UNKNOWN
    assert "note" not in host.check(toy(tmp_path, note=UNKNOWN), unknowns=False).inputs


def test_failures_of_check_are_pairs(host: DynamicHost, tmp_path: Path) -> None:
    """The property and the reason."""
    assert host.check(toy(tmp_path, size=101)).failures == (("size", "must be at most 100"),)


def test_a_failure_is_the_text_of_the_engine_and_may_carry_state(host: DynamicHost, tmp_path: Path) -> None:
    """The state is not in the text of the error, nor in its repr."""
    with pytest.raises(HostError, match=r"\Acreate refused\Z") as refused:
        host.create(toy(tmp_path, fail="create"))
    assert (refused.value.code, refused.value.partial) == ("UNKNOWN", None)
    with pytest.raises(HostError) as partial:
        host.create(toy(tmp_path, partial=True, note="in-the-state"))
    assert partial.value.partial is not None
    assert (partial.value.partial.reasons, partial.value.partial.outputs["note"]) == (
        ("made, but not complete",),
        "in-the-state",
    )
    assert "in-the-state" not in repr(partial.value) + repr(partial.value.partial)


def test_messages_are_collected_with_their_resource(host: DynamicHost, tmp_path: Path) -> None:
    """What the host logs over the engine's service."""
    host.log.take()
    host.check(toy(tmp_path, note="loud"), urn=URN)
    assert [(message.urn, message.message) for message in host.log.take()] == [(URN, "a loud note")]


def test_a_killed_host_is_an_error(tmp_path: Path) -> None:
    """As the engine would see it: the service is unavailable."""
    with DynamicHost(cwd=ROOT) as host:
        assert host.alive
        os.kill(host.pid, signal.SIGKILL)
        host.wait(10)
        with pytest.raises(HostError) as gone:
            host.check(toy(tmp_path))
        assert gone.value.code == "UNAVAILABLE"
    with pytest.raises(HostError, match="not running"):
        DynamicHost().check({})


def test_a_host_that_does_not_start_says_why(tmp_path: Path) -> None:
    """With what it printed."""
    (tmp_path / "pulumi.py").write_text("raise SystemExit('a broken installation')")
    with pytest.raises(HostError, match=r"did not start; it said: .*a broken installation"):
        DynamicHost(cwd=tmp_path).start()
