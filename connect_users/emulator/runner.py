"""Running an emulator: `Emulator`, and `embedded`, which is one for each process and state file."""

from __future__ import annotations

import atexit
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator import activity, metrics, seed
from connect_users.emulator.dispatcher import Dispatcher, OnEvent
from connect_users.emulator.options import Options
from connect_users.emulator.server import Server
from connect_users.emulator.store import Store, usable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

    from connect_users.emulator.faults import Faults
    from connect_users.emulator.records import RequestLog


class Emulator:
    """An Amazon Connect on a loopback port, in this process.

    `state` is its SQLite file, which is created if it is missing; None keeps everything in memory until `close`. Any
    number of emulators, in any number of processes, may share one file. Use it as a context manager, or call `start`
    and `close`.
    """

    def __init__(
        self,
        state: Path | str | None = None,
        options: Options | None = None,
        *,
        port: int = 0,
        on_event: OnEvent | None = None,
    ) -> None:
        """Open the state. Raises UnusableState if the file cannot be used. Nothing listens before `start`."""
        options = Options() if options is None else options
        self._port = port
        self._server: Server | None = None
        with usable(state):
            self.store: Final = Store(state)
        self._dispatcher: Final = Dispatcher(self.store, options, on_event)
        try:
            with usable(state):
                seed.seed_instance(self.store, options)
        except BaseException:
            self.store.close()
            raise

    def start(self) -> Self:
        """Listen, and return itself. Raises OSError if the port is taken."""
        if self._server is None:
            self._server = Server(self._dispatcher, self._port)
        return self

    def close(self) -> None:
        """Stop listening and close the state. May be called twice."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self._dispatcher.closing.set()
        self.store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    @property
    def endpoint_url(self) -> str:
        """What boto3 takes as `endpoint_url`. Raises RuntimeError before `start` and after `close`."""
        if self._server is None:
            raise RuntimeError("the emulator is not running")
        return self._server.url

    @property
    def requests(self) -> RequestLog:
        """The newest requests, oldest first: iterate, index, use `len()` and `.clear()`."""
        return self._dispatcher.log

    @property
    def faults(self) -> Faults:
        """The faults to inject: `.add(Fault(...))`, `.clear()`."""
        return self._dispatcher.faults

    @property
    def agents(self) -> dict[str, Any]:
        """Username -> activity of everybody who is signed in."""
        return activity.signed_in(self.store)

    def set_agents(self, agents: Mapping[str, Any]) -> None:
        """Sign users in or out, and put them on contacts: see `activity.set_activity`. Raises ValueError."""
        activity.set_activity(self.store, agents, self.options.clock())

    def set_online(self, people: Mapping[str, Any]) -> None:
        """Set the days on which users were online: see `metrics.set_online`. Raises ValueError."""
        metrics.set_online(self.store, people)

    @property
    def options(self) -> Options:
        """The options in force. Set them to change the next requests."""
        return self._dispatcher.options

    @options.setter
    def options(self, options: Options) -> None:
        self._dispatcher.options = options


_embedded: Final[dict[Path | None, Emulator]] = {}
_embedding: Final = Lock()


def embedded(state: Path | str | None = None) -> Emulator:
    """The running emulator of this process over a file (None: in memory), started on first use.

    Safe to call from any thread. It is closed when the process ends. Its options are the defaults, except that users
    have no quota (a program may declare thousands) and that the instance is in every region (a stack may use any).
    """
    key = None if state is None else Path(state).absolute()
    with _embedding:
        emulator = _embedded.get(key)
        if emulator is None or not emulator.running:
            if not _embedded:
                atexit.register(_close_embedded)
            emulator = _embedded[key] = Emulator(key, Options(users_quota=None, every_region=True)).start()
        return emulator


def _close_embedded() -> None:
    with _embedding:
        for emulator in _embedded.values():
            emulator.close()
        _embedded.clear()
