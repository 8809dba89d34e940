"""A contestant where there is no `pulumi`: the real dynamic host over gRPC, asked what the engine would ask.

What the engine itself does (program, state, secrets) is missing here on both sides, so ratios are harsher than a user
would see. CPU and memory are the host's alone.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from connect_users.program.user import PROVIDER_BLOB, TYPE_TOKEN
from connect_users.testing import DynamicHost
from tests.bench import users
from tests.bench.bare import Bare
from tests.bench.cli_engine import PHASES
from tests.bench.emulation import environment
from tests.bench.meter import ROOT, Usage, cpu_of, memory_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connect_users.testing import StateReply
    from tests.bench.cli_engine import Contestant

#: Calls that the engine has under way at once.
_PARALLEL: Final = 16


class HostEngine:
    """One contestant's users, their state kept here."""

    def __init__(self, who: Contestant, count: int, config: Mapping[str, object]) -> None:
        self._blob = PROVIDER_BLOB if who == "ours" else _pickled()
        self._token = TYPE_TOKEN if who == "ours" else "pulumi-python:dynamic/bench:User"
        self._count = count
        self._config = {key: str(value) for key, value in config.items()}
        self._inputs: dict[str, Any] = {}
        self._state: dict[str, StateReply] = {}

    def run(self, phase: str) -> Usage:
        """Run one of `PHASES` with a host of its own, as the engine starts one for each run."""
        start = time.perf_counter()
        with self.host() as host:
            self.drive(host, phase)
            memory, cpu = memory_of(host.pid), cpu_of(host.pid)
        return Usage(time.perf_counter() - start, cpu, memory, memory)

    @contextmanager
    def host(self) -> Iterator[DynamicHost]:
        """A configured host."""
        with DynamicHost(cwd=ROOT, env=environment(), project="bench") as host:
            host.configure(self._config)
            yield host

    def drive(self, host: DynamicHost, phase: str) -> None:
        """Ask what the engine asks in that phase.

        Raises:
            HostError
        """
        work: dict[str, Callable[[DynamicHost, str, dict[str, Any]], None]] = {
            "preview new": self._preview,
            "up new": self._up,
            "preview unchanged": self._preview,
            "up unchanged": self._up,
            "refresh": self._refresh,
            "up 1 % changed": self._up,
            "destroy": self._destroy,
        }
        with ThreadPoolExecutor(_PARALLEL) as pool:
            for done in [
                pool.submit(work[phase], host, name, {**inputs, "__provider": self._blob})
                for name, inputs in users.declared(self._count, changed=PHASES[phase][1]).items()
            ]:
                done.result()

    def _urn(self, name: str) -> str:
        return f"urn:pulumi:dev::bench::{self._token}::{name}"

    def _checked(self, host: DynamicHost, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
        checked: dict[str, Any] = host.check(inputs, self._inputs.get(name), urn=self._urn(name)).inputs
        return checked

    def _differs(self, host: DynamicHost, name: str, checked: dict[str, Any]) -> bool:
        old = self._state[name]
        reply = host.diff(old.id, old.outputs, checked, old_inputs=self._inputs[name], urn=self._urn(name))
        return reply.changes is True or (reply.changes is None and checked != self._inputs[name])

    def _preview(self, host: DynamicHost, name: str, inputs: dict[str, Any]) -> None:
        checked = self._checked(host, name, inputs)
        if name in self._state:
            self._differs(host, name, checked)

    def _up(self, host: DynamicHost, name: str, inputs: dict[str, Any]) -> None:
        checked = self._checked(host, name, inputs)
        old = self._state.get(name)
        if old is None:
            self._state[name] = host.create(checked, urn=self._urn(name))
        elif self._differs(host, name, checked):
            self._state[name] = host.update(
                old.id, old.outputs, checked, old_inputs=self._inputs[name], urn=self._urn(name)
            )
        self._inputs[name] = checked

    def _refresh(self, host: DynamicHost, name: str, _: dict[str, Any]) -> None:
        old = self._state[name]
        self._state[name] = host.read(old.id, old.outputs, inputs=self._inputs[name], urn=self._urn(name))

    def _destroy(self, host: DynamicHost, name: str, _: dict[str, Any]) -> None:
        old = self._state.pop(name)
        host.delete(old.id, old.outputs, old_inputs=self._inputs.pop(name), urn=self._urn(name))

    def state_bytes(self) -> float:
        """Bytes of inputs and outputs for each user, as the engine would write them."""
        return len(repr([self._inputs, [tuple(state) for state in self._state.values()]])) / self._count

    def close(self) -> None:
        """Nothing is left."""


def _pickled() -> str:
    from pulumi.dynamic.dynamic import serialize_provider

    return str(serialize_provider(Bare()))
