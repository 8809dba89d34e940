"""A contestant without `pulumi`: the real dynamic host over gRPC, with the requests that the engine would send.

What the engine itself does (program, state, secrets) is missing here on both sides, so ratios are worse than a user
would see. CPU and memory are the host's alone.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from connect_users.core import tokens
from connect_users.testing import ProviderProcess, ResourceDriver
from tests.bench import users
from tests.bench.bare import Bare
from tests.bench.cli_engine import PHASES
from tests.bench.emulation import environment
from tests.bench.meter import ROOT, Usage, cpu_of, memory_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.bench.cli_engine import Contestant

#: Calls that the engine has under way at once.
_PARALLEL: Final = 16


class HostEngine:
    """One contestant's users, their state kept here."""

    def __init__(self, who: Contestant, count: int, config: Mapping[str, object]) -> None:
        self._blob = tokens.USER_PROVIDER if who == "ours" else _pickled()
        self._token = tokens.USER if who == "ours" else "pulumi-python:dynamic/bench:User"
        self._count = count
        self._config = {key: str(value) for key, value in config.items()}
        self._drivers: dict[str, ResourceDriver] = {}

    def run(self, phase: str) -> Usage:
        """Run one of `PHASES` with a host of its own, as the engine starts one for each run."""
        start = time.perf_counter()
        with self.host() as host:
            self.drive(host, phase)
            memory, cpu = memory_of(host.pid), cpu_of(host.pid)
        return Usage(time.perf_counter() - start, cpu, memory, memory)

    @contextmanager
    def host(self) -> Iterator[ProviderProcess]:
        """A configured host."""
        with ProviderProcess(cwd=ROOT, env=environment(), project="bench") as host:
            host.configure(self._config)
            yield host

    def drive(self, host: ProviderProcess, phase: str) -> None:
        """Ask what the engine asks in that phase.

        Raises:
            HostError
        """
        work: dict[str, Callable[[ProviderProcess, str, dict[str, Any]], None]] = {
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

    def _driver(self, host: ProviderProcess, name: str) -> ResourceDriver:
        if name not in self._drivers:
            self._drivers[name] = ResourceDriver(host, self._urn(name))
        self._drivers[name].provider = host
        return self._drivers[name]

    def _preview(self, host: ProviderProcess, name: str, inputs: dict[str, Any]) -> None:
        driver = self._driver(host, name)
        driver.plan(driver.checked(inputs))

    def _up(self, host: ProviderProcess, name: str, inputs: dict[str, Any]) -> None:
        driver = self._driver(host, name)
        driver.apply(driver.plan(driver.checked(inputs)))

    def _refresh(self, host: ProviderProcess, name: str, _: dict[str, Any]) -> None:
        self._driver(host, name).refresh()

    def _destroy(self, host: ProviderProcess, name: str, _: dict[str, Any]) -> None:
        driver = self._driver(host, name)
        assert driver.state is not None
        driver.delete(driver.state)
        driver.state = None

    def state_bytes(self) -> float:
        """Bytes of inputs and outputs for each user, as the engine would write them."""
        states = [driver.state for driver in self._drivers.values() if driver.state is not None]
        return len(repr([(state.id, state.inputs, state.outputs) for state in states])) / self._count


def _pickled() -> str:
    from pulumi.dynamic.dynamic import serialize_provider

    return str(serialize_provider(Bare()))
