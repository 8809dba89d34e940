"""The dynamic hosts of a rehearsal: one process for each provider resource and configuration.

They are kept between runs, as they take long to start; the engine starts new ones for each run.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .engine_log import EngineLog
from .host import DynamicHost
from .host_errors import HostError
from .values import reveal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

    from .state import ResourceState


@dataclass(frozen=True)
class Place:
    """Where hosts run: the program's directory, the project's name, changes to the environment (None = unset).

    `share_modules`: hosts find the modules of this process, as they must where the program is a function of it; a
    project's host only finds what is installed and its own directory, as under the engine.
    """

    directory: Path
    project: str
    environment: Mapping[str, str | None]
    share_modules: bool

    def host_environment(self) -> dict[str, str]:
        """The whole environment of a host."""
        merged = {**os.environ, **self.environment}
        env = {key: value for key, value in merged.items() if value is not None}
        if self.share_modules:
            env["PYTHONPATH"] = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
        return env


class Hosts:
    """Starts hosts when they are first needed, and again where one has died; also a context manager.

    Rehearsals that run one after the other may share one, e.g. those of many tests: `Rehearsal(..., hosts=hosts)`.
    """

    def __init__(self) -> None:
        self.log = EngineLog()
        self._lock = threading.Lock()
        self._running: dict[tuple[str, ...], DynamicHost] = {}

    def serving(self, state: ResourceState, place: Place) -> DynamicHost:
        """The host that is configured with the inputs of a provider resource.

        Raises:
            HostError: it does not start.
        """
        key = (state.urn, repr(sorted(reveal(state.inputs).items())), repr(place))
        with self._lock:
            host = self._running.get(key)
            if host is not None and host.alive:
                return host
            if host is not None:
                host.close()
            self.log.start()
            host = DynamicHost(
                cwd=place.directory, project=place.project, env=place.host_environment(), log=self.log
            ).start()
            host.configure(state.inputs, urn=state.urn, id=state.id)
            self._running[key] = host
            return host

    @property
    def running(self) -> tuple[DynamicHost, ...]:
        """The hosts that were started and not closed."""
        with self._lock:
            return tuple(self._running.values())

    def begin_run(self) -> None:
        """Begin another run in all hosts that are kept."""
        for host in self.running:
            if host.alive:
                host.begin_run()

    def cancel(self) -> None:
        """Ask all hosts to stop early, as the engine does on the first Ctrl-C."""
        for host in self.running:
            with contextlib.suppress(HostError):
                host.cancel()

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            running, self._running = self._running, {}
        for host in running.values():
            host.close()
        self.log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
