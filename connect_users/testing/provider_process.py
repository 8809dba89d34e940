"""A provider's process, driven over gRPC as Pulumi's engine drives it: the dynamic host, or a plugin; and what it logs.

Contract: a provider that does not accept secrets gets plain values, replies are decoded, and a call that fails raises
`HostError` with the text that the engine would print.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .values import PropertyMap, decode, encode, reveal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import grpc
    from google.protobuf.message import Message
    from typing_extensions import Self

    from .values import Props

URN = "urn:pulumi:dev::rehearsal::pulumi-python:dynamic:Resource::resource"
#: What starts it; the engine's address comes last.
DYNAMIC_HOST = (sys.executable, "-u", "-m", "pulumi.dynamic")
_START_SECONDS = 60.0

Severity = Literal["info", "warning", "error"]
#: In the order of the engine's LogSeverity; debugging messages are not kept.
_SEVERITIES: dict[int, Severity] = {1: "info", 2: "warning", 3: "error"}


@dataclass(frozen=True)
class Diagnostic:
    """One message: its severity, the resource it is about ("" = the stack), and whether it was progress only."""

    severity: Severity
    urn: str
    message: str
    ephemeral: bool = False


@dataclass(eq=False)
class EngineLog:
    """Collects what is logged to `address`, from `start()` to `close()`. A program logs to the object itself."""

    address: str = ""
    _messages: deque[Diagnostic] = field(default_factory=deque)
    _server: grpc.Server | None = None

    def start(self) -> Self:
        if self._server is None:
            import grpc
            from pulumi.runtime.proto import engine_pb2_grpc

            self._server = grpc.server(ThreadPoolExecutor(max_workers=4, thread_name_prefix="engine-log"))
            servicer = type("Servicer", (engine_pb2_grpc.EngineServicer,), {"Log": staticmethod(self.Log)})
            engine_pb2_grpc.add_EngineServicer_to_server(servicer(), self._server)
            self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
            self._server.start()
        return self

    def close(self) -> None:
        if self._server is not None:
            self._server.stop(0).wait()
            self._server = None

    def add(self, severity: Severity, urn: str, message: str, *, ephemeral: bool = False) -> None:
        self._messages.append(Diagnostic(severity, urn, message, ephemeral))

    def take(self) -> list[Diagnostic]:
        """Return the messages since the last call, in the order of arrival."""
        return [self._messages.popleft() for _ in range(len(self._messages))]

    def Log(self, request: Any, _context: Any = None) -> Any:  # noqa: N802 - gRPC's name
        from google.protobuf import empty_pb2

        if request.severity in _SEVERITIES:
            self.add(_SEVERITIES[request.severity], request.urn, request.message, ephemeral=request.ephemeral)
        return empty_pb2.Empty()


class CheckReply(NamedTuple):
    """The checked inputs and the failures as (property, reason)."""

    inputs: PropertyMap
    failures: tuple[tuple[str, str], ...] = ()


class DiffReply(NamedTuple):
    """`changes` is None where the provider leaves the comparison to the engine; `paths` are of a detailed diff."""

    changes: bool | None
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False
    paths: tuple[str, ...] = ()


class StateReply(NamedTuple):
    """What create, update and read return. A read has no `id` of a resource that is gone, and may have no `inputs`."""

    id: str
    outputs: PropertyMap
    inputs: PropertyMap | None = None


class HostError(Exception):
    """A call failed. `code`: gRPC's name of the status, "" when none was made; `partial`: what exists all the same."""

    def __init__(self, message: str, *, code: str = "", partial: StateReply | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.partial = partial


@dataclass(eq=False)
class ProviderProcess:
    """One provider, from `start()` to `close()`; also a context manager."""

    command: Sequence[str] = DYNAMIC_HOST  # what starts it; it prints its port
    namespace: str = "pulumi-python:config:"  # before the keys of the configuration's variables
    cwd: Path | str = "."  # the project directory; the dynamic host imports modules from it
    project: str = "rehearsal"  # what the provider takes as PULUMI_PROJECT
    env: Mapping[str, str] | None = None  # the whole environment; this process's when None
    urn: str = URN  # the resource of calls that name none; it ends with the resource's type and name
    log: EngineLog = field(default_factory=EngineLog)  # where its messages go; closed with it unless `shared_log`
    shared_log: bool = False
    introduced: bool = True  # its command line ends with the engine's address
    process: subprocess.Popen[bytes] | None = None
    _channel: grpc.Channel | None = None
    _stub: Any = None
    _readers: list[threading.Thread] = field(default_factory=list)
    accepts_secrets: bool = False  # it keeps them apart; known once it is configured
    _configured: Any = None

    @property
    def pid(self) -> int:
        if self.process is None:
            raise HostError("the provider is not running")
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> Self:
        """Start and connect; what it prints becomes messages on the stack. Raises HostError when it ends before."""
        import grpc
        from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
        from pulumi.runtime.proto import provider_pb2_grpc

        self.log.start()
        environment = {**(os.environ if self.env is None else self.env), "PULUMI_PROJECT": self.project}
        command, pipe = [*self.command, *([self.log.address] if self.introduced else [])], subprocess.PIPE
        self.process = subprocess.Popen(  # noqa: S603 - the caller's command, no shell
            command, cwd=self.cwd, env=environment, stdin=pipe, stdout=pipe, stderr=pipe
        )
        self._read(self.process.stderr)
        port = self.process.stdout.readline().strip() if self.process.stdout else b""
        if not port.isdigit():
            self.close()
            said = " ".join(message.message for message in self.log.take()[-3:]) or "nothing"
            raise HostError(f"the provider did not start; it said: {said}")
        self._read(self.process.stdout)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{int(port)}", options=_GRPC_CHANNEL_OPTIONS)
        grpc.channel_ready_future(self._channel).result(timeout=_START_SECONDS)
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        return self

    def _read(self, stream: Any) -> None:
        def pump() -> None:
            with stream:
                for line in stream:
                    if line.strip():
                        self.log.add("info", "", line.decode(errors="replace").rstrip("\n"))

        self._readers.append(threading.Thread(target=pump, name="provider-output", daemon=True))
        self._readers[-1].start()

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = self._stub = None
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for reader in self._readers:
                reader.join(timeout=5)
            for stream in filter(None, (self.process.stdin, self.process.stdout)):
                stream.close()
        if not self.shared_log:
            self.log.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, request: Message, *, timeout: float | None = None) -> Any:
        """Send a raw request ("Check", "Diff", ...) and return the raw reply."""
        import grpc

        if self._stub is None:
            raise HostError("the provider is not running")
        try:
            return getattr(self._stub, method)(request, timeout=timeout)
        except grpc.RpcError as error:
            raise host_error(error) from None

    def configure(self, config: Props) -> None:
        """Give the configuration: keys as the provider takes them, secrets as `Secret`."""
        features = ("acceptSecrets", "acceptResources", "sends_old_inputs", "sends_old_inputs_to_delete")
        variables = {f"{self.namespace}{key}": str(reveal(value)) for key, value in config.items()}
        args = encode(config, secrets=True, unknowns=True)
        request = message("ConfigureRequest", args=args, variables=variables, **dict.fromkeys(features, True))
        self.accepts_secrets = self.call("Configure", request).acceptSecrets
        self._configured = request

    def begin_run(self) -> None:
        """Begin another run with the same configuration: an engine has a new process for each."""
        if self._configured is not None:
            self.call("Configure", self._configured)

    def cancel(self) -> None:
        """Ask the provider to stop early, as the engine does at the first Ctrl-C."""
        from google.protobuf import empty_pb2

        self.call("Cancel", empty_pb2.Empty())

    def check(self, news: Props, olds: Props | None = None, *, urn: str = "") -> CheckReply:
        reply = self._call("Check", urn, unknowns=True, olds=olds or {}, news=news, randomSeed=bytes(32))
        return CheckReply(decode(reply.inputs), tuple((f.property, f.reason) for f in reply.failures))

    def diff(self, id_: str, olds: Props, news: Props, *, old_inputs: Props | None = None, urn: str = "") -> DiffReply:
        """Compare old outputs (`olds`) and new inputs."""
        before = olds if old_inputs is None else old_inputs
        reply = self._call("Diff", urn, unknowns=True, id=id_, olds=olds, news=news, old_inputs=before)
        changes = {reply.DIFF_SOME: True, reply.DIFF_NONE: False}.get(reply.changes)
        return DiffReply(changes, tuple(reply.replaces), reply.deleteBeforeReplace, tuple(sorted(reply.detailedDiff)))

    def create(self, properties: Props, *, urn: str = "") -> StateReply:
        reply = self._call("Create", urn, properties=properties)
        return _state(reply.id, reply)

    def read(self, id_: str, properties: Props, *, inputs: Props | None = None, urn: str = "") -> StateReply:
        reply = self._call("Read", urn, id=id_, properties=properties, inputs=inputs)
        return _state(reply.id, reply)

    def update(
        self, id_: str, olds: Props, news: Props, *, old_inputs: Props | None = None, urn: str = ""
    ) -> StateReply:
        """Update from old outputs (`olds`) to checked new inputs."""
        before = olds if old_inputs is None else old_inputs
        return _state(id_, self._call("Update", urn, id=id_, olds=olds, news=news, old_inputs=before))

    def delete(self, id_: str, properties: Props, *, old_inputs: Props | None = None, urn: str = "") -> None:
        before = properties if old_inputs is None else old_inputs
        self._call("Delete", urn, id=id_, properties=properties, old_inputs=before)

    def _call(self, method: str, urn: str, *, unknowns: bool = False, **fields: Any) -> Any:
        """Dicts go as the provider takes them, None is left out; unknowns only where the engine keeps them."""
        for key, value in fields.items():
            if isinstance(value, Mapping):
                fields[key] = encode(value, secrets=self.accepts_secrets, unknowns=unknowns)
        _, _, types, name = (urn or self.urn).split("::", 3)
        about = {"urn": urn or self.urn, "type": types.rpartition("$")[2], "name": name}
        return self.call(method, message(f"{method}Request", **about, **fields))


def message(kind: str, **fields: Any) -> Any:
    """A request of `provider_pb2`; fields that the installed SDK does not know yet are left out."""
    from pulumi.runtime.proto import provider_pb2

    request = getattr(provider_pb2, kind)
    return request(**{key: value for key, value in fields.items() if key in request.DESCRIPTOR.fields_by_name})


def _state(id_: str, reply: Any) -> StateReply:
    has_inputs = "inputs" in reply.DESCRIPTOR.fields_by_name and reply.HasField("inputs")
    return StateReply(id_, decode(reply.properties), decode(reply.inputs) if has_inputs else None)


def host_error(error: Any) -> HostError:
    """The trailer's details win over the plain text, and may carry what was made (provider_plugin.go, parseError)."""
    from pulumi.runtime.proto import provider_pb2, status_pb2

    code, message = error.code(), error.details() or ""
    trailer = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    status = status_pb2.Status.FromString(trailer or b"")
    # grpc-go takes the whole status from the details when both codes agree.
    if trailer is None or status.code != code.value[0]:
        return HostError(message, code=code.name)
    failed = provider_pb2.ErrorResourceInitFailed()
    if not any(detail.Unpack(failed) for detail in status.details):
        return HostError(status.message, code=code.name)
    return HostError("; ".join(failed.reasons), code=code.name, partial=_state(failed.id, failed))
