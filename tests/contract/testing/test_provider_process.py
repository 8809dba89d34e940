"""A provider's process alone, the dynamic host and another one: what is sent, what comes back, and how it fails."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_users.emulator import Fault
from connect_users.testing import UNKNOWN, HostError, ProviderProcess, Secret
from connect_users.testing.values import annotate_secrets, changes, decode, encode, has_secrets, has_unknowns, reveal
from tests.contract.hosting import PASSWORD, Site, urn, user

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCALARS = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc.", max_size=3), inner, max_size=3),
    max_leaves=8,
)
MAPS = st.dictionaries(st.text("abcd", min_size=1, max_size=3), VALUES | VALUES.map(Secret), max_size=4)

#: A plugin as small as can be: it accepts secrets, says which paths differ, and shows its configuration.
PLUGIN = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    def Configure(self, request, context):
        self.variables = dict(request.variables)
        return provider_pb2.ConfigureResponse(acceptSecrets=True)

    def Check(self, request, context):
        reply = provider_pb2.CheckResponse(inputs=request.news)
        reply.inputs["request"] = [request.type, request.name, *sorted(self.variables.items())[0]]
        return reply

    def Diff(self, request, context):
        detailed = {"tags.a": provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.UPDATE)}
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_SOME, detailedDiff=detailed)


server = grpc.server(ThreadPoolExecutor())
provider_pb2_grpc.add_ResourceProviderServicer_to_server(Plugin(), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
threading.Event().wait()
"""


def test_a_plugin_is_driven_as_the_dynamic_host_is(tmp_path: Path) -> None:
    """By its command and the type of its resource; secrets go as such, since it accepts them."""
    script = tmp_path / "plugin.py"
    script.write_text(PLUGIN, encoding="utf-8")
    about = "urn:pulumi:dev::shop::my:mod:Team$connect-users:index:User::ada"
    command = [sys.executable, str(script)]
    with ProviderProcess(command, namespace="connect-users:config:", urn=about) as plugin:
        plugin.configure({"region": "eu-west-2"})
        checked = plugin.check({"password": Secret("p")}).inputs
        assert checked["password"] == Secret("p")
        assert checked["request"] == ["connect-users:index:User", "ada", "connect-users:config:region", "eu-west-2"]
        assert plugin.diff("id", {}, {}).paths == ("tags.a",)
        with pytest.raises(HostError) as missing:
            plugin.create({})
        assert missing.value.code == "UNIMPLEMENTED"


def test_the_dynamic_host_gets_plain_values(site: Site, host: ProviderProcess) -> None:
    """It does not accept secrets; unknowns come back as such."""
    checked = host.check(user(tags={"team": Secret("blue"), "site": UNKNOWN}), urn=urn()).inputs
    assert checked["tags"] == {"team": "blue", "site": UNKNOWN}
    assert has_unknowns(checked)
    assert host.check(user("a b"), urn=urn()).failures[0][0] == ""


def test_a_failure_may_carry_what_was_made(site: Site, host: ProviderProcess) -> None:
    """It is neither in the text of the error nor in its repr."""
    site.emulator.faults.add(Fault("AssociateUserProficiencies", "error-before", 9, code="InvalidParameterException"))
    skills = [{"attribute_name": "lang", "attribute_value": "en", "level": 3}]
    with pytest.raises(HostError) as failed:
        host.create(host.check(user(user_proficiencies=skills), urn=urn()).inputs, urn=urn())
    partial = failed.value.partial
    assert partial is not None
    assert partial.id in {live["Id"] for live in site.users().values()}
    assert "\n" not in str(failed.value)
    assert PASSWORD not in repr(failed.value)


def test_a_killed_host_is_an_error(start: Callable[..., ProviderProcess]) -> None:
    """As the engine would see it: the service is unavailable."""
    host = start()
    os.kill(host.pid, signal.SIGKILL)
    assert host.process is not None
    host.process.wait(10)
    assert not host.alive
    with pytest.raises(HostError) as gone:
        host.check(user(), urn=urn())
    assert gone.value.code == "UNAVAILABLE"
    host.close()
    for call in (lambda: host.check({}), lambda: ProviderProcess().check({}), lambda: ProviderProcess().pid):
        with pytest.raises(HostError, match="not running"):
            call()


def test_a_host_that_does_not_start_says_why(tmp_path: Path) -> None:
    """With what it printed."""
    (tmp_path / "pulumi.py").write_text("raise SystemExit('a broken installation')")
    with pytest.raises(HostError, match=r"did not start; it said: .*a broken installation"):
        ProviderProcess(cwd=tmp_path).start()


@settings(deadline=None)
@given(MAPS)
def test_decoding_undoes_encoding(properties: dict[str, Any]) -> None:
    """Where secrets and unknowns are kept."""
    assert decode(encode(properties, secrets=True, unknowns=True)) == properties


@settings(deadline=None)
@given(MAPS)
def test_secrets_that_are_not_accepted_are_marked_again_by_key(properties: dict[str, Any]) -> None:
    plain = decode(encode(properties, secrets=False, unknowns=True))
    assert not has_secrets(plain)
    assert plain == reveal(properties)
    marked = annotate_secrets(plain, properties)
    assert reveal(marked) == plain
    assert {key for key, value in properties.items() if has_secrets(value)} == {
        key for key, value in marked.items() if has_secrets(value)
    }


def test_what_differs_is_named_by_path_and_never_shown() -> None:
    """Lists by index, keys that need it in quotes, what begins with two underscores left out."""
    old = {"a": [1, {"b": 1}], "t": {"x.y": "1", "z": "1"}, "p": Secret("old-value"), "__provider": "1", "gone": 1}
    new = {"a": [1, {"b": 2}, 3], "t": {"x.y": "2", "z": "1"}, "p": Secret("new-value"), "__provider": "2"}
    found = changes(old, new)
    assert [(change.path, change.kind) for change in found] == [
        ("a[1].b", "update"),
        ("a[2]", "add"),
        ("gone", "delete"),
        ("p", "update"),
        ('t["x.y"]', "update"),
    ]
    assert "value" not in repr(found)
    assert changes(old, reveal(old)) == ()
