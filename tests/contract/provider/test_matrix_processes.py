"""A sample of the fault matrix on real processes: each operation, fault and kill at least once.

At each door, the provider's process dies by SIGKILL where a row says so; another one runs the same again, with the
state that the engine had saved. The whole matrix runs in this process (`test_matrix`).
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING

import pytest

from connect_users.emulator import Fault
from connect_users.testing import HostError
from tests.contract.hosting import Engine, Site, judged
from tests.contract.provider.matrix import OPERATIONS, ROWS, End, Row, sample
from tests.contract.provider.matrix_stage import Play
from tests.models import has

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connect_users.emulator import Phase, RequestRecord
    from tests.contract.doors import Host

#: Of those whose requests the installed boto3 can all send.
_ROWS = sample([row for row in ROWS if all(map(has, OPERATIONS[row.operation]))])
_VAULT = "AWS_ENDPOINT_URL_SECRETS_MANAGER"


@pytest.fixture(scope="module")
def shared_host(door: str, shared_site: Site) -> Iterator[Host]:
    """The host that survives: it prepares, and runs again what a victim did not finish."""
    host = shared_site.host(door, timeout="1", env_changes={_VAULT: shared_site.emulator.endpoint_url})
    yield host
    host.close()


@pytest.fixture(scope="module")
def patient_host(door: str, shared_site: Site) -> Iterator[Host]:
    """The host that gets over a fault in the same run."""
    host = shared_site.host(door, timeout="20", env_changes={_VAULT: shared_site.emulator.endpoint_url})
    yield host
    host.close()


def _kill_at(row: Row, site: Site, victim: Host) -> Event:
    """Kill the victim at the row's phase of the row's request; one that has not arrived yet never does.

    Returns:
        What is set when the victim is dead.
    """
    asked = 0
    dead = Event()

    def on_event(phase: Phase, record: RequestRecord) -> None:
        nonlocal asked
        if record.operation != row.call:
            return
        # Not every request gets to every phase: one that is refused is not carried out.
        asked += phase == "received"
        if phase != row.fault.kind or asked <= row.earlier:
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


@pytest.mark.parametrize("row", [row for row in _ROWS if row.fault.kills], ids=str)
def test_row_that_kills(row: Row, site: Site, host: Host, start: Callable[..., Host]) -> None:
    """The victim is killed; running again ends well."""
    engine = Engine(host)
    play = Play(row.operation, site, engine)
    play.prepare()
    engine.host = victim = start(timeout="1", env_changes={_VAULT: site.emulator.endpoint_url})
    dead = _kill_at(row, site, victim)
    # The very last answer may come through before the signal does.
    with pytest.raises(HostError) if row.fault.kind != "answered" else suppress(HostError):
        play.act()
    assert dead.wait(30), "the request was never sent"
    site.on_event = None
    # Where quick connects lead to, a process finds out once: the next run is one that never did.
    engine.host = start(timeout="1") if "quick connects" in row.operation else host
    play.act()
    play.judge()


@pytest.mark.parametrize("row", [row for row in _ROWS if not row.fault.kills], ids=str)
def test_row(row: Row, site: Site, host: Host, patient_host: Host, start: Callable[..., Host]) -> None:
    """The fault befalls the request; the end is the declared one."""
    fault = row.fault
    if row.end is End.SAME_RUN:
        host = patient_host
    if "quick connects" in row.operation:
        # Where they lead to, a process finds out once.
        host = start(timeout="20" if row.end is End.SAME_RUN else "1")
    play = Play(row.operation, site, Engine(host))
    play.prepare()
    befalls = Fault(row.call, fault.kind, skip=row.earlier, times=fault.times, code=fault.code)  # type: ignore[arg-type]
    site.emulator.faults.add(befalls)
    if row.end is End.SAME_RUN:
        play.act()
    else:
        with pytest.raises(HostError) as caught:
            play.act()
        judged(caught.value, None)
        site.emulator.faults.clear()
        play.act()
    play.judge()
