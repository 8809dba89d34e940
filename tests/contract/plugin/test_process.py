"""The plugin's process: how it starts, stops and ends; what it says of itself, and of what it does not have."""

from __future__ import annotations

import ctypes
import json
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2

from connect_users.core import __version__
from connect_users.emulator import Fault, seed
from connect_users.plugin.version import semantic
from connect_users.testing import HostError
from connect_users.testing.provider_process import message
from connect_users.testing.values import UNKNOWN, Secret
from tests.contract.doors import PLUGIN_COMMAND
from tests.contract.hosting import ROOT, environment, judged
from tests.contract.plugin.conftest import plain_config
from tests.contract.plugin.driver import Plugin, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.hosting import Site

MANY = 64
#: The SDK does not keep the options of components.
OLD_SDK = tuple(map(int, version("pulumi").split(".")[:2])) < (3, 255)


def test_the_port_is_printed_before_the_package_is_loaded() -> None:
    """Nobody waits for what is not needed to listen; the SDK is never imported."""
    program = (
        "import os, sys\n"
        "from connect_users.plugin import serve\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "assert loaded.isdisjoint({'pulumi', 'boto3', 'botocore', 'google'}), loaded\n"
        "ours = {name for name in sys.modules if name.startswith('connect_users.')}\n"
        "assert ours == {'connect_users.core', 'connect_users.plugin', 'connect_users.plugin.serve'}, ours\n"
        "from connect_users.plugin import service\n"
        "assert not {'pulumi', 'boto3', 'botocore'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_ends_by_itself_when_standard_input_ends() -> None:
    """Which the engine holds: a killed engine leaves nothing behind."""
    plugin = Plugin().start("-v=9", "--logtostderr")
    try:
        assert plugin.process is not None
        assert plugin.process.stdin is not None
        assert plugin.process.poll() is None
        plugin.process.stdin.close()
        assert plugin.process.wait(30) == 0
    finally:
        plugin.close()


def test_calls_that_wait_end_with_the_engine(site: Site, start_plugin: Callable[..., Plugin]) -> None:
    """Nobody would keep what they still do, and the next run would meet them."""
    site.emulator.faults.add(Fault("CreateUser", "error-before", code="ThrottlingException", times=100_000))
    plugin = start_plugin(timeout="3000")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(plugin.create, user())
        while not site.calls():
            threading.Event().wait(0.02)
        assert plugin.process is not None
        assert plugin.process.stdin is not None
        plugin.process.stdin.close()
        assert plugin.process.wait(30) == 0
        error = waiting.exception(30)
        assert isinstance(error, HostError)
        assert "cancelled" in judged(error), "an answer that is lost looks like a crash"


class _Silent(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic for type checkers only
    """A monitor that takes calls and answers none of them."""

    def __init__(self) -> None:
        self.called = threading.Event()
        self.released = threading.Event()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        return grpc.unary_unary_rpc_method_handler(self._wait)

    def _wait(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        self.called.set()
        self.released.wait()
        return b""


@pytest.mark.skipif(OLD_SDK, reason="a UserRoster needs pulumi 3.255")
def test_a_roster_that_waits_for_the_engine_does_not_keep_the_plugin_alive(
    start_plugin: Callable[..., Plugin],
) -> None:
    """The engine interrupts plugins one after the other, and reports the next one as a crash after five seconds."""
    monitor = _Silent()
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((monitor,))
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    plugin = start_plugin()
    request = message(
        "ConstructRequest",
        type="connect-users:index:UserRoster",
        name="team",
        project="project",
        stack="dev",
        monitorEndpoint=address,
    )
    try:
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(plugin.call, "Construct", request)
            assert monitor.called.wait(60)
            assert plugin.process is not None
            plugin.process.send_signal(signal.SIGINT)
            assert plugin.process.wait(30) == 0
            assert isinstance(waiting.exception(30), HostError)
    finally:
        monitor.released.set()
        server.stop(None).wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a folder of the threads of a process")
def test_a_signal_that_another_thread_receives_ends_the_plugin(start_plugin: Callable[..., Plugin]) -> None:
    """The system chooses the thread; gRPC's cannot raise what Python makes of it."""
    process = start_plugin().process
    assert process is not None
    others = sorted(
        int(each.name) for each in Path(f"/proc/{process.pid}/task").iterdir() if each.name != str(process.pid)
    )
    assert ctypes.CDLL(None).tgkill(process.pid, others[-1], int(signal.SIGINT)) == 0
    assert process.wait(30) == 0


def test_a_plugin_of_a_shell_that_ignores_the_signal_ends_by_it_all_the_same(
    start_plugin: Callable[..., Plugin],
) -> None:
    """As `pulumi up &` in a script does."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = start_plugin().process
    finally:
        signal.signal(signal.SIGINT, before)
    assert process is not None
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0


def test_without_a_pipe_it_stays(site: Site) -> None:
    """Started by hand, or in the background, where standard input is empty."""
    with subprocess.Popen(
        PLUGIN_COMMAND,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdigit()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.kill()


def test_cancel_ends_every_call_that_waits(site: Site, start_plugin: Callable[..., Plugin]) -> None:
    """Also where all that can be worked on at a time are waiting."""
    site.emulator.faults.add(Fault("CreateUser", "error-before", code="ThrottlingException", times=100_000))
    plugin = start_plugin(timeout="3000")
    with ThreadPoolExecutor(MANY) as pool:
        ends = [pool.submit(plugin.create, user(f"ada{n}"), name=f"ada{n}") for n in range(MANY)]
        while len(site.calls()) < MANY:
            threading.Event().wait(0.02)
        plugin.call("Cancel", empty_pb2.Empty(), timeout=30)
        for number, end in enumerate(ends):
            error = end.exception(timeout=60)
            assert isinstance(error, HostError)
            assert "cancelled" in judged(error, f"ada{number}")
    assert site.users() == {}


def test_many_calls_are_worked_on_at_the_same_time(site: Site, start_plugin: Callable[..., Plugin]) -> None:
    """All of them are under way before the first one is answered."""
    arrived = threading.Barrier(MANY)

    def on_event(phase: Any, record: Any) -> None:
        if phase == "received" and record.operation == "CreateUser":
            arrived.wait(60)

    plugin = start_plugin()
    site.on_event = on_event
    with ThreadPoolExecutor(MANY) as pool:
        ends = [pool.submit(plugin.create, user(f"ada{n}"), name=f"ada{n}") for n in range(MANY)]
        ids = {end.result(120).id for end in ends}
    assert len(ids) == MANY
    assert not [each for each in plugin.log.take() if "pool" in each.message], "the connections are enough for all"


def test_it_returns_its_version_its_schema_and_what_it_accepts(plugin: Plugin) -> None:
    assert plugin.call("GetPluginInfo", empty_pb2.Empty()).version == semantic(__version__)
    schema = json.loads(plugin.call("GetSchema", message("GetSchemaRequest", version=0)).schema)
    assert schema["name"] == "connect-users"
    answer = plugin.call("Handshake", message("ProviderHandshakeRequest", engine_address="127.0.0.1:1"))
    assert (answer.accept_secrets, answer.accept_resources, answer.accept_outputs) == (True, True, True)
    mapping = plugin.call("GetMapping", message("GetMappingRequest", key="terraform"))
    assert (mapping.provider, mapping.data) == ("", b"")


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("Call", "CallRequest"),
        ("Parameterize", "ParameterizeRequest"),
        ("GetMappings", "GetMappingsRequest"),
    ],
)
def test_what_it_does_not_have_is_answered_as_unimplemented(method: str, request_: str, plugin: Plugin) -> None:
    with pytest.raises(HostError) as caught:
        plugin.call(method, message(request_))
    assert caught.value.code == "UNIMPLEMENTED"
    assert plugin.log.take() == []


def test_a_resource_that_it_does_not_have_is_refused(plugin: Plugin) -> None:
    strange = "urn:pulumi:dev::shop::connect-users:index:Usr::ada"
    with pytest.raises(HostError, match="has no resource connect-users:index:Usr; it has connect-users:index:User"):
        plugin.call("Check", message("CheckRequest", urn=strange))


def test_a_component_that_it_does_not_have_is_refused(plugin: Plugin) -> None:
    with pytest.raises(HostError, match="has no component connect-users:index:Rostr; it has connect-users:index:UserR"):
        plugin.call("Construct", message("ConstructRequest", type="connect-users:index:Rostr"))


def test_a_component_needs_an_sdk_that_keeps_its_options(plugin: Plugin) -> None:
    """An older one is an error that says what to do; nothing else of the plugin needs a newer one."""
    with pytest.raises(HostError) as caught:
        plugin.call("Construct", message("ConstructRequest", type="connect-users:index:UserRoster", name="team"))
    expected = (
        "a UserRoster needs pulumi 3.255 or later in the plugin's Python"
        if OLD_SDK
        else "roster 'team': roster or rows"
    )
    assert str(caught.value).startswith(expected)
    assert "\n" not in str(caught.value)


def test_two_large_libraries_are_never_loaded_at_once(site: Site, tmp_path: Path) -> None:
    """A function that loads boto3 while a roster loads pulumi: each may see half of a module that both import."""
    (tmp_path / "sitecustomize.py").write_text(
        "import builtins, sys, threading\n"
        "plain, under_way = builtins.__import__, []\n"
        "def watched(name, *rest, **named):\n"
        "    root = name.partition('.')[0]\n"
        "    if root not in ('boto3', 'botocore', 'pulumi') or root in sys.modules:\n"
        "        return plain(name, *rest, **named)\n"
        "    thread = threading.get_ident()\n"
        "    if set(under_way) - {thread}:\n"
        "        print(root, 'is loaded beside another one', file=sys.stderr, flush=True)\n"
        "    under_way.append(thread)\n"
        "    try:\n"
        "        return plain(name, *rest, **named)\n"
        "    finally:\n"
        "        under_way.remove(thread)\n"
        "builtins.__import__ = watched\n",
        encoding="utf-8",
    )
    with Plugin(environment(PYTHONPATH=str(tmp_path))) as plugin, ThreadPoolExecutor(2) as pool:
        plugin.configure(plain_config(site))
        roster = message("ConstructRequest", type="connect-users:index:UserRoster", name="team")
        refused = pool.submit(plugin.call, "Construct", roster)
        assert plugin.invoke("getInstance", instance=seed.INSTANCE_ALIAS)["id"] == seed.INSTANCE_ID
        assert isinstance(refused.exception(60), HostError)
        assert [each.message for each in plugin.log.take()] == []


def test_large_inputs_pass_in_both_directions(plugin: Plugin) -> None:
    """More than gRPC's own four megabytes."""
    reply = plugin.check(user(tags={"big": "x" * (8 << 20)}))
    assert len(reply.inputs["tags"]["big"]) == 8 << 20
    assert len(reply.failures) == 1


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"region": "eu-west-2", "burst": "7", "ownershipTag": "false", "version": "0.1.0"}, ""),
        ({"region": UNKNOWN, "timeout": 5}, ""),
        ({"timeOut": "5"}, "connect-users:timeOut: no such setting; the settings are connect-users:burst"),
        ({"timeout": "soon", "burst": "x"}, "is not a number; connect-users:timeout"),
        ({"region": Secret("no where")}, 'connect-users:region: "[secret]" is not a region'),
    ],
)
def test_the_configuration_is_judged_in_one_line(config: dict[str, Any], expected: str, plugin: Plugin) -> None:
    reply = plugin.ask("CheckConfig", "provider", olds={}, news=config)
    reasons = [failure.reason for failure in reply.failures]
    assert len(reasons) == bool(expected)
    assert all(expected in reason and "\n" not in reason for reason in reasons)


def test_a_changed_configuration_never_replaces_anybody(plugin: Plugin) -> None:
    reply = plugin.ask("DiffConfig", "provider", olds={"region": "eu-west-2"}, news={"region": "us-east-1"})
    assert (reply.changes, list(reply.replaces)) == (reply.DIFF_SOME, [])
    assert plugin.ask("DiffConfig", "provider", olds={}, news={}).changes == reply.DIFF_NONE


def test_a_configuration_that_cannot_be_used_fails_each_check_in_one_line(start_plugin: Callable[..., Plugin]) -> None:
    plugin = start_plugin(timeout="soon")
    assert ("", 'connect-users:timeout: "soon" is not a number') in plugin.check(user()).failures
    with pytest.raises(HostError, match="creating Connect user 'ada': connect-users:timeout: \"soon\" is not a number"):
        plugin.create(user())


def test_an_engine_that_attaches_gets_the_messages(site: Site) -> None:
    """PULUMI_DEBUG_PROVIDERS: the plugin was started by hand, without an address."""
    with Plugin(introduced=False) as plugin:
        plugin.configure(plain_config(site))
        long = user(username="a.very.long.username.of.30.ch")
        plugin.check(long)
        plugin.call("Attach", _attach(plugin.log.address))
        plugin.check(long)
        said = [each for each in plugin.log.take() if each.urn]
        assert [each.severity for each in said] == ["warning"]


def _attach(address: str) -> Any:
    from pulumi.runtime.proto import plugin_pb2

    return plugin_pb2.PluginAttach(address=address)
