"""The rows of the matrix that kill the provider: the real dynamic host dies by SIGKILL at a point of a request, and
another one runs the same again, with the state that the engine had saved."""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext, suppress
from threading import Event
from typing import TYPE_CHECKING

import pytest

from connect_users.testing import HostError
from tests.contract.hosting import Engine, Site
from tests.contract.matrix import DELETE_WITH_QUICK_CONNECTS, ROWS, Row
from tests.contract.matrix_stage import Play

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from connect_users.emulator import Phase, RequestRecord
    from connect_users.testing import DynamicHost

_VAULT = "AWS_ENDPOINT_URL_SECRETS_MANAGER"


class Victims:
    """Hosts to be killed, the next one started while the one before dies."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._pool = ThreadPoolExecutor(1)
        self._ready: deque[Future[DynamicHost]] = deque()
        self._start()

    def _start(self) -> None:
        vault = {_VAULT: self._site.emulator.endpoint_url}
        self._ready.append(self._pool.submit(lambda: self._site.host(timeout="1", env_changes=vault)))

    def take(self) -> DynamicHost:
        """A host that has done nothing yet; to be closed by the caller."""
        self._start()
        return self._ready.popleft().result()

    def close(self) -> None:
        """End those that nobody took."""
        for each in self._ready:
            each.result().close()
        self._pool.shutdown()


@pytest.fixture(scope="module")
def victims(shared_site: Site) -> Iterator[Victims]:
    victims = Victims(shared_site)
    yield victims
    victims.close()


@pytest.fixture(scope="module")
def shared_host(shared_site: Site) -> Iterator[DynamicHost]:
    """The host that survives: it prepares, and runs again what the victim did not finish."""
    host = shared_site.host(timeout="1", env_changes={_VAULT: shared_site.emulator.endpoint_url})
    yield host
    host.close()


def _kill_at(row: Row, site: Site, victim: DynamicHost) -> Event:
    """Kill the victim at the row's phase of the row's request; one that has not arrived yet never does.

    Returns:
        What is set when the victim is dead.
    """
    left = row.earlier
    dead = Event()

    def on_event(phase: Phase, record: RequestRecord) -> None:
        nonlocal left
        if phase != row.fault.kind or record.operation != row.call:
            return
        if left:
            left -= 1
            return
        if not dead.is_set():
            os.kill(victim.pid, signal.SIGKILL)
            while victim.alive:
                time.sleep(0.001)
            dead.set()
        if phase == "received":
            raise ConnectionError("the provider is dead")

    site.on_event = on_event
    return dead


@pytest.mark.parametrize("row", [row for row in ROWS if row.fault.kills], ids=str)
def test_row(row: Row, site: Site, host: DynamicHost, victims: Victims) -> None:
    """The victim is killed; running again ends well."""
    engine = Engine(host)
    play = Play(row.operation, site, engine)
    play.prepare()
    with closing(victims.take()) as victim:
        engine.host = victim
        dead = _kill_at(row, site, victim)
        # The very last answer may come through before the signal does.
        with pytest.raises(HostError) if row.fault.kind != "answered" else suppress(HostError):
            play.act()
        assert dead.wait(30), "the request was never sent"
    site.on_event = None
    # Where quick connects are, a process finds out once.
    with closing(victims.take()) if row.operation == DELETE_WITH_QUICK_CONNECTS else nullcontext(host) as survivor:
        engine.host = survivor
        play.act()
        play.judge()
