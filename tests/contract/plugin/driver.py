"""The plugin's process, driven over gRPC as Pulumi's engine drives it: camelCase, secrets as `Secret`, `UNKNOWN`."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc

from connect_users.emulator import seed
from connect_users.testing import EngineLog
from connect_users.testing.host_errors import host_error
from connect_users.testing.host_messages import CheckReply, StateReply, message
from connect_users.testing.values import decode, encode
from tests.contract.hosting import PASSWORD, ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

TYPE = "connect-users:index:User"
COMMAND = (sys.executable, "-m", "connect_users.plugin")


def urn(name: str = "ada", type_: str = TYPE) -> str:
    return f"urn:pulumi:dev::shop::{type_}::{name}"


def user(username: Any = "ada", **changes: Any) -> dict[str, Any]:
    """The inputs of one valid user, as a program gives them; a change to None leaves the input out."""
    inputs = {
        "instanceId": seed.INSTANCE_ID,
        "username": username,
        "routingProfileId": seed.ROUTING_PROFILES["Support"],
        "securityProfileIds": [seed.SECURITY_PROFILES["Agent"]],
        "password": PASSWORD,
        "identityInfo": {"firstName": "Ada", "lastName": "Byron", "email": "ada@example.com"},
        **changes,
    }
    return {name: value for name, value in inputs.items() if value is not None}


class Diff(NamedTuple):
    """What a diff answers; `details` are path -> (kind, whether the inputs differ there)."""

    changes: bool
    replaces: tuple[str, ...]
    delete_before_replace: bool
    details: dict[str, tuple[str, bool]]


class Plugin:
    """One plugin, from `start()` to `close()`; also a context manager.

    Args:
        introduced: its command line has the engine's address.
    """

    def __init__(self, env: Mapping[str, str] | None = None, *, introduced: bool = True) -> None:
        self._introduced = introduced
        self.log = EngineLog()
        self.process: subprocess.Popen[bytes] | None = None
        self._env = environment() if env is None else env
        self._channel: grpc.Channel | None = None
        self._stub: Any = None

    def start(self, *options: str) -> Self:
        """Start it; `options` come before the engine's address."""
        from pulumi.runtime.proto import provider_pb2_grpc

        self.log.start()
        self.process = subprocess.Popen(
            [*COMMAND, *options, *([self.log.address] if self._introduced else [])],
            cwd=ROOT,
            env=self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        port = int(self.process.stdout.readline())
        for stream in (self.process.stdout, self.process.stderr):
            threading.Thread(target=self._pump, args=(stream,), daemon=True).start()
        large = (("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20))
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=large)
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        return self

    def _pump(self, stream: Any) -> None:
        with stream:
            for line in stream:
                self.log.add("info", "", line.decode(errors="replace").rstrip("\n"))

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdin is not None
            self.process.stdin.close()
        self.log.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, request: Any, *, timeout: float | None = 60) -> Any:
        """A raw call; HostError where it fails."""
        try:
            return getattr(self._stub, method)(request, timeout=timeout)
        except grpc.RpcError as error:
            raise host_error(error) from None

    def configure(self, config: Mapping[str, Any]) -> None:
        """Give the configuration: `{"region": ...}`, every value as a string."""
        self.call("Configure", message("ConfigureRequest", args=encode(config, secrets=True, unknowns=True)))

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None, *, name: str = "ada") -> CheckReply:
        reply = self.ask("Check", name, olds=olds or {}, news=news)
        return CheckReply(decode(reply.inputs), tuple((f.property, f.reason) for f in reply.failures))

    def diff(
        self, olds: Mapping[str, Any], news: Mapping[str, Any], old_inputs: Mapping[str, Any] | None = None
    ) -> Diff:
        reply = self.ask(
            "Diff", "ada", id="id", olds=olds, news=news, old_inputs=olds if old_inputs is None else old_inputs
        )
        details = {
            path: (type(detail).Kind.Name(detail.kind), detail.inputDiff) for path, detail in reply.detailedDiff.items()
        }
        return Diff(reply.changes == reply.DIFF_SOME, tuple(reply.replaces), reply.deleteBeforeReplace, details)

    def create(self, properties: Mapping[str, Any], *, name: str = "ada", preview: bool = False) -> StateReply:
        reply = self.ask("Create", name, properties=properties, preview=preview)
        return StateReply(reply.id, decode(reply.properties))

    def read(
        self,
        id_: str,
        properties: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        *,
        name: str = "ada",
    ) -> StateReply:
        reply = self.ask("Read", name, id=id_, properties=properties or {}, inputs=inputs or {})
        return StateReply(
            reply.id, decode(reply.properties), decode(reply.inputs) if reply.HasField("inputs") else None
        )

    def update(
        self,
        id_: str,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        *,
        name: str = "ada",
        preview: bool = False,
    ) -> StateReply:
        reply = self.ask("Update", name, id=id_, olds=olds, news=news, old_inputs=olds, preview=preview)
        return StateReply(id_, decode(reply.properties))

    def delete(self, id_: str, properties: Mapping[str, Any], *, name: str = "ada") -> None:
        self.ask("Delete", name, id=id_, properties=properties, old_inputs=properties)

    def invoke(self, function: str, **arguments: Any) -> dict[str, Any]:
        """Call a function of the package."""
        arguments_ = encode(arguments, secrets=True, unknowns=True, references=True)
        reply = self.call("Invoke", message("InvokeRequest", tok=f"connect-users:index:{function}", args=arguments_))
        assert not reply.failures
        return decode(getattr(reply, "return"))

    def ask(self, method: str, name: str, **fields: Any) -> Any:
        """A call about the resource of that name; property bags are encoded."""
        encoded = {
            key: encode(value, secrets=True, unknowns=True, references=True) if isinstance(value, dict) else value
            for key, value in fields.items()
        }
        kind = method.removesuffix("Config")
        return self.call(method, message(f"{kind}Request", urn=urn(name), name=name, type=TYPE, **encoded))
