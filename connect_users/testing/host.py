"""The dynamic host: Pulumi's own process for dynamic providers, driven over gRPC as the engine drives it.

Owns the process, its configuration and one method per call. Contract: requests are what the engine sends (a host
without secrets gets plain values, unknowns only where the engine keeps them), replies are decoded, and a failure is
a `HostError` with the text that the engine would print.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .engine_log import EngineLog
from .host_errors import HostError, host_error
from .host_messages import CheckReply, DiffReply, StateReply, message, name_of, plain, set_fields, type_of
from .values import decode, encode, reveal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import grpc
    from google.protobuf.message import Message
    from typing_extensions import Self

URN = "urn:pulumi:dev::rehearsal::pulumi-python:dynamic:Resource::resource"
_START_SECONDS = 60.0


class DynamicHost:
    """One `python -m pulumi.dynamic`, from `start()` to `close()`; also a context manager.

    Args:
        cwd: the project directory; the host imports modules from it.
        project: what the host takes as PULUMI_PROJECT.
        env: the whole environment; this process's when None.
        log: where its messages go; one of its own when None.
        python: the interpreter.
    """

    def __init__(
        self,
        *,
        cwd: Path | str | None = None,
        project: str = "rehearsal",
        env: Mapping[str, str] | None = None,
        log: EngineLog | None = None,
        python: str = sys.executable,
    ) -> None:
        self.log = log or EngineLog()
        self._own_log = log is None
        self._cwd = Path(cwd) if cwd is not None else Path.cwd()
        self._env = {**(os.environ if env is None else env), "PULUMI_PROJECT": project}
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: grpc.Channel | None = None
        self._stub: Any = None
        self._configured: Any = None
        self._readers: list[threading.Thread] = []

    @property
    def pid(self) -> int:
        """The process id.

        Raises:
            HostError: it does not run.
        """
        if self._process is None:
            raise HostError("the dynamic host is not running")
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Start the process and connect; what it prints becomes messages on the stack.

        Raises:
            HostError: it ended before it listened.
        """
        if self._own_log:
            self.log.start()
        command = [self._python, "-u", "-m", "pulumi.dynamic", self.log.address]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            command,
            cwd=self._cwd,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._read(self._process.stderr)
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        port = self._process.stdout.readline().strip()
        if not port.isdigit():
            self.close()
            said = " ".join(message.message for message in self.log.take()[-3:]) or "nothing"
            raise HostError(f"the dynamic host did not start; it said: {said}")
        self._read(self._process.stdout)
        self._connect(int(port))
        return self

    def _connect(self, port: int) -> None:
        import grpc
        from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
        from pulumi.runtime.proto import provider_pb2_grpc

        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=_GRPC_CHANNEL_OPTIONS)
        grpc.channel_ready_future(self._channel).result(timeout=_START_SECONDS)
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def _read(self, stream: Any) -> None:
        def pump() -> None:
            with stream:
                for line in stream:
                    text = line.decode(errors="replace").rstrip("\n")
                    if text.strip():
                        self.log.add("info", "", text)

        thread = threading.Thread(target=pump, name="rehearsal-host-output", daemon=True)
        thread.start()
        self._readers.append(thread)

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code, once it has ended; None when it does not run. `timeout` in seconds."""
        return self._process.wait(timeout) if self._process is not None else None

    def close(self) -> None:
        """End the process, as the engine does when a run is over."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for reader in self._readers:
                reader.join(timeout=5)
            if self._process.stdout is not None:
                self._process.stdout.close()
        if self._own_log:
            self.log.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, request: Message, *, timeout: float | None = None) -> Any:
        """Send a raw request ("Check", "Diff", ...) and return the raw reply; `timeout` in seconds.

        Raises:
            HostError: the call failed or the process is gone.
        """
        import grpc

        if self._stub is None:
            raise HostError("the dynamic host is not running")
        try:
            return getattr(self._stub, method)(request, timeout=timeout)
        except grpc.RpcError as error:
            raise host_error(error) from None

    def configure(self, config: Mapping[str, Any], *, urn: str = "", id: str = "") -> None:  # noqa: A002
        """Give the configuration: full keys (`connect-users:region`) to text, secrets as `Secret`."""
        request = message(
            "ConfigureRequest",
            args=encode(config, secrets=True, unknowns=True),
            variables={f"pulumi-python:config:{key}": str(reveal(value)) for key, value in config.items()},
            acceptSecrets=True,
            acceptResources=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
        )
        if urn:
            set_fields(request, urn=urn, name=name_of(urn), type=type_of(urn), id=id)
        self.call("Configure", request)
        self._configured = request

    def begin_run(self) -> None:
        """Begin another run with the same configuration: an engine has a new host for each."""
        if self._configured is not None:
            self.call("Configure", self._configured)

    def cancel(self) -> None:
        """The engine's request to stop early (the first Ctrl-C)."""
        from google.protobuf import empty_pb2

        self.call("Cancel", empty_pb2.Empty())

    def check(
        self,
        news: Mapping[str, Any],
        olds: Mapping[str, Any] | None = None,
        *,
        urn: str = URN,
        random_seed: bytes = b"\0" * 32,
        unknowns: bool = True,
    ) -> CheckReply:
        """Check new inputs; `olds` are the old inputs, none for a new resource."""
        reply = self._resource_call(
            "Check",
            urn,
            olds=plain(olds or {}, unknowns),
            news=plain(news, unknowns),
            randomSeed=random_seed,
        )
        return CheckReply(decode(reply.inputs), tuple((f.property, f.reason) for f in reply.failures))

    def diff(
        self,
        id: str,  # noqa: A002 - the engine's word
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        *,
        old_inputs: Mapping[str, Any] | None = None,
        urn: str = URN,
        ignore_changes: Sequence[str] = (),
        unknowns: bool = True,
    ) -> DiffReply:
        """Compare old outputs (`olds`) and new inputs."""
        reply = self._resource_call(
            "Diff",
            urn,
            id=id,
            olds=plain(olds, unknowns),
            news=plain(news, unknowns),
            old_inputs=plain(olds if old_inputs is None else old_inputs, unknowns),
            ignoreChanges=list(ignore_changes),
        )
        changes = {reply.DIFF_SOME: True, reply.DIFF_NONE: False}.get(reply.changes)
        return DiffReply(changes, tuple(reply.replaces), reply.deleteBeforeReplace)

    def create(
        self, properties: Mapping[str, Any], *, urn: str = URN, timeout: float = 0.0, preview: bool = False
    ) -> StateReply:
        """Create from checked inputs; `timeout` in seconds (0 = none) is told to the provider only."""
        reply = self._resource_call(
            "Create", urn, properties=plain(properties, preview), timeout=timeout, preview=preview
        )
        return StateReply(reply.id, decode(reply.properties))

    def read(
        self,
        id: str,  # noqa: A002
        properties: Mapping[str, Any],
        *,
        inputs: Mapping[str, Any] | None = None,
        urn: str = URN,
    ) -> StateReply:
        """Read the live state; an empty id in the reply says that it is gone."""
        fields: dict[str, Any] = {} if inputs is None else {"inputs": plain(inputs, False)}
        reply = self._resource_call("Read", urn, id=id, properties=plain(properties, False), **fields)
        found = decode(reply.inputs) if reply.HasField("inputs") else None
        return StateReply(reply.id, decode(reply.properties), found)

    def update(
        self,
        id: str,  # noqa: A002
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        *,
        old_inputs: Mapping[str, Any] | None = None,
        urn: str = URN,
        timeout: float = 0.0,
        preview: bool = False,
        ignore_changes: Sequence[str] = (),
    ) -> StateReply:
        """Update from old outputs (`olds`) to checked new inputs."""
        reply = self._resource_call(
            "Update",
            urn,
            id=id,
            olds=plain(olds, False),
            news=plain(news, preview),
            old_inputs=plain(olds if old_inputs is None else old_inputs, False),
            timeout=timeout,
            preview=preview,
            ignoreChanges=list(ignore_changes),
        )
        return StateReply(id, decode(reply.properties))

    def delete(
        self,
        id: str,  # noqa: A002
        properties: Mapping[str, Any],
        *,
        old_inputs: Mapping[str, Any] | None = None,
        urn: str = URN,
        timeout: float = 0.0,
    ) -> None:
        """Delete; `properties` are the old outputs."""
        self._resource_call(
            "Delete",
            urn,
            id=id,
            properties=plain(properties, False),
            old_inputs=plain(properties if old_inputs is None else old_inputs, False),
            timeout=timeout,
        )

    def _resource_call(self, method: str, urn: str, **fields: Any) -> Any:
        return self.call(method, message(f"{method}Request", urn=urn, name=name_of(urn), type=type_of(urn), **fields))
