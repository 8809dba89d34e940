"""The canary of `dynamic.host`, which reaches around Pulumi's dynamic host by ways that are not public API.

Two kinds of test. That each way still works: when one fails after an update of the SDK, users see tracebacks, lose
partial state, miss messages or wait after Ctrl-C, until `connect_users/dynamic/host.py` is adapted. And that each way
is still needed: when one of those fails, the SDK has learned it, and the message says what to delete.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2

from connect_users.dynamic import host as reach
from connect_users.emulator import Fault, seed
from connect_users.engine import status
from connect_users.testing import HostError
from tests.contract.doors import Host
from tests.contract.hosting import ROOT, Engine, Site, environment, judged, user
from tests.contract.provider import plain_provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from connect_users.emulator import Phase, RequestRecord

pytestmark = pytest.mark.door("dynamic", reason="the plugin has a server of its own; its tests are in ../plugin")

# Each way works.


def test_a_failure_is_exactly_its_one_line(engine: Engine, site: Site) -> None:
    """By the gRPC status details: `host._answer`, `host.fail`."""
    site.emulator.faults.add(Fault("CreateUser", "error-before", code="AccessDeniedException", message="No"))
    with pytest.raises(HostError) as caught:
        engine.up(user())
    assert judged(caught.value).startswith("creating Connect user 'ada': No (CreateUser, AccessDeniedException")
    assert caught.value.code == "UNKNOWN", "the status of the details must be the one that the host aborts with"


def test_partial_work_reaches_the_engine(engine: Engine, site: Site) -> None:
    """By ErrorResourceInitFailed: `host.fail_partly`."""
    site.emulator.faults.add(Fault("AssociateUserProficiencies", "error-before", code="AccessDeniedException"))
    skill = {"attribute_name": "lang", "attribute_value": "en", "level": 3}
    with pytest.raises(HostError) as caught:
        engine.up(user(user_proficiencies=[skill]))
    partial = caught.value.partial
    assert partial is not None
    assert set(partial.outputs) >= {"arn", "ownership_token", "username", "__provider"}


def test_messages_appear_on_the_resource(engine: Engine) -> None:
    """By the engine's Log RPC with the URN: `host.say`, `HostRequest.urn`."""
    engine.host.check(user(username="a.very.long.username.of.30.ch"), urn=engine.urn)
    messages = [message for message in engine.host.log.take() if message.urn]
    assert [(message.severity, message.urn) for message in messages] == [("warning", engine.urn)]


def test_the_old_inputs_reach_diff(engine: Engine) -> None:
    """Drift of the outputs alone is answered with yes, not with "unknown": `Call.inputs`."""
    engine.up(user())
    state = engine.state
    assert state is not None
    drifted = {**state.outputs, "routing_profile_id": "somewhere-else"}
    assert engine.host.diff(state.id, drifted, state.inputs, old_inputs=state.inputs).changes is True
    assert engine.host.diff(state.id, drifted, state.inputs, old_inputs=drifted).changes is None


def test_a_read_returns_inputs_only_where_they_drifted(engine: Engine, site: Site) -> None:
    """The engine keeps its own otherwise, secrets included; inputs that are not the outputs are read: `names_as_in`."""
    engine.up(user(tags={"team": "Blue"}))
    state = engine.state
    assert state is not None
    assert engine.host.read(state.id, state.outputs, inputs=state.inputs, urn=engine.urn).inputs is None
    # As an update leaves them that failed in the middle: new outputs, old inputs.
    before = {**state.inputs, "tags": {"team": "Red"}}
    seen = engine.host.read(state.id, state.outputs, inputs=before, urn=engine.urn)
    assert seen.inputs is not None
    assert seen.inputs["tags"] == {"team": "Blue"}
    site.client.update_user_routing_profile(
        InstanceId=seed.INSTANCE_ID, UserId=state.id, RoutingProfileId=seed.ROUTING_PROFILES["Sales"]
    )
    drifted = engine.host.read(state.id, state.outputs, inputs=state.inputs, urn=engine.urn).inputs
    assert drifted is not None
    assert drifted["routing_profile_id"] == seed.ROUTING_PROFILES["Sales"]


@pytest.mark.parametrize("calls", [1, 4, 8])
def test_cancel_ends_waiting_retries_however_many_wait(calls: int, site: Site, start: Callable[..., Host]) -> None:
    """By the exchanged Cancel and its own thread (`host.listen_for_cancel`): more than four calls fill the pool."""
    site.emulator.faults.add(Fault("CreateUser", "error-before", times=100_000))
    host = start(timeout="3000")
    arrived = threading.Event()

    def on_event(_phase: Phase, _record: RequestRecord) -> None:
        if len(site.emulator.requests) >= min(calls, 4):
            arrived.set()

    site.on_event = on_event
    with ThreadPoolExecutor(calls) as pool:
        ends = [pool.submit(Engine(host, f"ada{each}").up, user(f"ada{each}")) for each in range(calls)]
        assert arrived.wait(30)
        try:
            host.call("Cancel", empty_pb2.Empty(), timeout=30)
        except HostError:
            # Nobody else would end the calls that wait.
            host.close()
            raise
        texts = [judged(_failure(end), f"ada{number}") for number, end in enumerate(ends)]
    assert all("cancelled" in text for text in texts)
    assert site.users() == {}


def _failure(end: Any) -> BaseException:
    error = end.exception(timeout=60)
    assert isinstance(error, HostError), "the call did not fail"
    return error


# Each way is needed.


@pytest.fixture(scope="module")
def plain_host() -> Iterator[Host]:
    host = Host(env=environment(), cwd=ROOT, project="shop").start()
    host.configure({})
    yield host
    host.close()


def test_the_host_still_shows_tracebacks_by_itself(plain_host: Host) -> None:
    """The reason for `host.fail`."""
    with pytest.raises(HostError) as caught:
        plain_host.create({"__provider": plain_provider.blob()})
    assert str(caught.value) != "this is what a user should see", (
        "the SDK's host shows an exception as its text now: delete host.fail's trailing metadata and raise instead"
    )


def test_the_sdk_still_has_no_way_to_report_partial_work() -> None:
    """The reason for `host.fail_partly`."""
    import pulumi.dynamic

    found = [name for name in dir(pulumi.dynamic) if "init" in name.lower() and "failed" in name.lower()]
    assert not found, f"the SDK has {found} now: raise it instead of host.fail_partly's status details"


def test_cancel_still_does_nothing_by_itself(plain_host: Host) -> None:
    """The reason for `host.listen_for_cancel`: the host answers, and tells nobody."""
    from pulumi.dynamic import ResourceProvider

    assert not hasattr(ResourceProvider, "cancel"), (
        "the SDK hands Cancel to providers now: implement it and delete host.listen_for_cancel"
    )
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(plain_host.create, {"__provider": plain_provider.blob(), "slow": True})
        plain_host.cancel()
        assert slow.result().id == "id"


def test_the_sdk_still_hands_properties_only() -> None:
    """The reason for `host.current_call`: no URN, no old inputs, no context in the provider's methods."""
    import inspect

    from pulumi.dynamic import ResourceProvider

    for method in ("check", "diff", "create", "read", "update", "delete"):
        taken = set(inspect.signature(getattr(ResourceProvider, method)).parameters)
        assert taken <= {"self", "_olds", "_news", "news", "_id", "id_", "_props", "props", "olds"}, (
            f"{method} of the SDK takes {sorted(taken)} now: read the URN and the old inputs from there"
        )


# Where a way is closed, that part degrades, and nothing else.


def test_outside_of_a_host_everything_is_plain() -> None:
    """No request, no engine, no server: texts are raised, messages are logged, nothing else breaks."""
    call = reach.current_call()
    assert call == reach.HostRequest()
    assert call.urn == ""
    assert call.inputs("old_inputs") is None
    assert reach.listen_for_cancel() is False
    with pytest.raises(status.CallFailed, match="a line"):
        reach.fail(call, "a line")
    with pytest.raises(status.CallFailed, match="a line"):
        reach.fail_partly(call, "a line", "id", {"a": 1}, {"b": 2})


@pytest.fixture
def strange_host(site: Site, tmp_path: Path) -> Iterator[Host]:
    """A host in which nothing has the names that we look for, as after a rewrite of the SDK."""
    (tmp_path / "sitecustomize.py").write_text(
        "import re\n"
        "from importlib.machinery import SourceFileLoader\n"
        "class Renaming:\n"
        "    plain = SourceFileLoader.source_to_code\n"
        "    def source_to_code(self, data, path, **options):\n"
        "        if str(path).replace('\\\\', '/').endswith('pulumi/dynamic/__main__.py'):\n"
        "            for name in (b'context', b'request', b'monitor'):\n"
        "                data = re.sub(rb'\\b' + name + rb'\\b', b'strange_' + name, bytes(data))\n"
        "        return Renaming.plain(self, data, path, **options)\n"
        "SourceFileLoader.source_to_code = Renaming.source_to_code\n",
        encoding="utf-8",
    )
    strange = {"PYTHONPATH": str(tmp_path), "PYTHONPYCACHEPREFIX": str(tmp_path / "cache")}
    host = Host(env=environment(**strange), cwd=ROOT, project="shop").start()
    host.configure(site.config())
    yield host
    host.close()


def test_in_a_strange_host_users_are_still_made_changed_and_deleted(strange_host: Host, site: Site) -> None:
    """The life of a user needs none of the ways."""
    engine = Engine(strange_host)
    engine.up(user())
    engine.up(user(tags={"team": "a"}))
    engine.refresh()
    assert set(site.users()) == {"ada"}
    engine.destroy()
    assert site.users() == {}


def test_in_a_strange_host_an_error_is_its_own_form_of_our_line(strange_host: Host, site: Site) -> None:
    """A traceback (before SDK 3.261 one line of gRPC's), without the exceptions behind it."""
    site.emulator.faults.add(Fault("CreateUser", "error-before", code="AccessDeniedException", message="No"))
    with pytest.raises(HostError) as caught:
        Engine(strange_host).up(user())
    text = str(caught.value)
    assert ": creating Connect user 'ada': No (CreateUser, AccessDeniedException" in text
    assert "During handling" not in text
    assert "ClientError" not in text


def test_in_a_strange_host_messages_and_cancel_fall_back(strange_host: Host, site: Site) -> None:
    """Messages appear on the stack, Cancel is answered."""
    strange_host.check(user(username="a.very.long.username.of.30.ch"))
    # What a process prints is read by a thread: a call that prints after it has surely been read when it is, too.
    deadline = threading.Event()
    for _ in range(200):
        said = [message.message for message in strange_host.log.take()]
        if any("20" in text for text in said):
            break
        deadline.wait(0.02)
    else:
        pytest.fail("the warning was lost")
    strange_host.cancel()


def test_the_trailer_is_the_documented_one() -> None:
    """`grpc-status-details-bin` holds a google.rpc.Status whose code is the call's: grpc-go takes its message."""
    from pulumi.runtime.proto import status_pb2

    sent: list[Any] = []

    class Context:
        """Of a call, as far as it is needed."""

        def set_trailing_metadata(self, metadata: Any) -> None:
            sent.extend(metadata)

    with pytest.raises(status.CallFailed):
        reach.fail(reach.HostRequest(None, Context()), "a line")
    ((name, value),) = sent
    parsed = status_pb2.Status.FromString(value)
    assert name == "grpc-status-details-bin"
    assert (parsed.code, parsed.message) == (grpc.StatusCode.UNKNOWN.value[0], "a line")
