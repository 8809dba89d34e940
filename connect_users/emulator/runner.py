"""Running emulators: `Emulator` for a separate one, `embedded` for one per process and state file."""

from __future__ import annotations

import atexit
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from connect_users.emulator import seed
from connect_users.emulator.front import Front, OnEvent
from connect_users.emulator.options import Options
from connect_users.emulator.server import Server
from connect_users.emulator.store import Store, usable

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from connect_users.emulator.faults import Faults
    from connect_users.emulator.records import Log


class Emulator:
    """An Amazon Connect on a loopback port, in this process.

    `state` is its SQLite file, which is created if it is missing, and kept; None keeps everything in memory until
    `close`. Any number of emulators, in any number of processes, may share one file. Use it as a context manager, or
    `start` and `close`.
    """

    def __init__(
        self,
        state: Path | str | None = None,
        options: Options | None = None,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        on_event: OnEvent | None = None,
    ) -> None:
        """Open the state; raises UnusableState for what cannot be its file. Nothing listens before `start`."""
        chosen = Options() if options is None else options
        self._address = (host, port)
        self._server: Server | None = None
        with usable(state):
            self.store: Final = Store(state)
        self._front: Final = Front(self.store, chosen, on_event)
        try:
            with usable(state):
                seed.plant(self.store, chosen.identity_management_type, round(chosen.clock(), 3))
        except BaseException:
            self.store.close()
            raise

    def start(self) -> Self:
        """Listen; returns itself. Raises ValueError for a host that is not loopback, OSError for a taken port."""
        if self._server is None:
            self._server = Server(self._front, self._set_options, *self._address)
        return self

    def close(self) -> None:
        """Stop listening and close the state; can be called twice."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self._front.closing.set()
        self.store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    @property
    def endpoint_url(self) -> str:
        """What boto3 takes as `endpoint_url`; RuntimeError before `start` and after `close`."""
        if self._server is None:
            raise RuntimeError("the emulator is not running")
        return self._server.url

    @property
    def requests(self) -> Log:
        """The newest requests, oldest first: iterate, index, `len()`, `.clear()`."""
        return self._front.log

    @property
    def faults(self) -> Faults:
        """The faults to inject: `.add(Fault(...))`, `.clear()`."""
        return self._front.faults

    @property
    def options(self) -> Options:
        """The options in force; set them to change the next requests."""
        return self._front.options

    @options.setter
    def options(self, options: Options) -> None:
        self._set_options(options)

    def _set_options(self, options: Options) -> None:
        if options.identity_management_type not in (None, self._front.options.identity_management_type):
            seed.plant(self.store, options.identity_management_type, round(options.clock(), 3))
        self._front.options = options


_embedded: Final[dict[Path | None, Emulator]] = {}
_embedding: Final = Lock()


def embedded(state: Path | str | None = None) -> Emulator:
    """The running emulator of this process over this file (None: in memory), started on first use.

    Safe to call from any thread; closed when the process ends. Its options are the defaults, except that users have no
    quota (a program may declare thousands of them) and that the instance is in every region (a stack may use any).
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
