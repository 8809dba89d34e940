"""Every row of the fault matrix, in this process and in virtual time; a kill is an exception that nothing catches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connect_users.emulator import Fault
from connect_users.lifecycle import quick_connects
from connect_users.testing import HostError
from tests.contract.hosting import Engine, judged
from tests.contract.provider.matrix import DELETE_WITH_QUICK_CONNECTS, FOREVER, OPERATIONS, ROWS, End, Row, document
from tests.contract.provider.matrix_stage import Play
from tests.contract.provider.timed import Killed, TimedHost, TimedSite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.emulator import Phase, RequestRecord

#: Operations whose state says how far they got: the next run sends only what is missing, from the failed request on.
_RESUMES = {"create", "create with proficiencies", "update", "update of per-channel lists"}


@pytest.fixture(scope="module")
def shared_site() -> Iterator[TimedSite]:
    """A site in virtual time, in place of the real one."""
    with TimedSite() as site:
        yield site


@pytest.fixture
def timed_host(shared_site: TimedSite) -> TimedHost:
    """One that knows nothing of the rows before, which come in any order."""
    return TimedHost(shared_site)


def _look_again(operation: str, site: TimedSite) -> None:
    """What this process knows of quick connects from before is too old: it is as if another one ran."""
    if operation == DELETE_WITH_QUICK_CONNECTS:
        site.timer.wait(quick_connects.MAX_AGE + 1)


def test_the_document_is_the_matrix() -> None:
    """FAULTS.md is written by `python -m tests.contract.provider.matrix`."""
    assert Path(__file__).with_name("FAULTS.md").read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_matrix_knows_every_request(operation: str, site: TimedSite, timed_host: TimedHost) -> None:
    """An undisturbed run sends exactly the requests that have rows."""
    play = Play(operation, site, Engine(timed_host))
    play.prepare()
    _look_again(operation, site)
    play.act()
    assert tuple(site.calls(once=operation == DELETE_WITH_QUICK_CONNECTS)) == OPERATIONS[operation]
    play.judge()


@pytest.mark.parametrize("row", [row for row in ROWS if not row.fault.kills], ids=str)
def test_row(row: Row, site: TimedSite, timed_host: TimedHost) -> None:
    """The fault befalls the request; the end is the declared one."""
    fault, calls = row.fault, OPERATIONS[row.operation]
    play = Play(row.operation, site, Engine(timed_host))
    play.prepare()
    _look_again(row.operation, site)
    befalls = Fault(row.call, fault.kind, skip=row.earlier, times=fault.times, code=fault.code)  # type: ignore[arg-type]
    site.emulator.faults.add(befalls)
    if row.end is End.SAME_RUN:
        play.act()
        assert fault.times == FOREVER or not len(site.emulator.faults), "the fault befell nobody"
    else:
        with pytest.raises(HostError) as caught:
            play.act()
        judged(caught.value, None)
        assert "ada" in str(caught.value)
        if row.end is End.STOPPED:
            assert site.calls(once=True).count(row.call) == row.earlier + 1
        site.emulator.faults.clear()
        site.forget()
        _look_again(row.operation, site)
        play.act()
        if row.end is End.STOPPED and row.operation in _RESUMES:
            assert tuple(site.calls()) == calls[row.index :], "the next run is to do what is missing, and no more"
    play.judge()


def _die_at(row: Row, site: TimedSite, victim: TimedHost) -> None:
    """Let the victim die at the row's phase of the row's request; one that has not arrived yet never does."""
    asked = 0
    answered = row.fault.kind == "answered"
    # Whoever waits for an answer looks at no timer: it gets this one, and dies before it does anything with it.
    last_phase = "received" if answered else row.fault.kind

    def on_event(phase: Phase, record: RequestRecord) -> None:
        nonlocal asked
        if record.operation != row.call or victim.timer.dead:
            return
        # Not every request gets to every phase: one that is refused is not carried out.
        asked += phase == "received"
        if phase != last_phase or asked <= row.earlier:
            return
        victim.timer.dead = True
        if not answered:
            raise ConnectionError("the provider is dead")

    site.on_event = on_event


@pytest.mark.parametrize("row", [row for row in ROWS if row.fault.kills], ids=str)
def test_row_that_kills(row: Row, site: TimedSite, timed_host: TimedHost) -> None:
    """The provider dies at a point of a request, and another one runs the same again, with the state that was saved."""
    engine = Engine(timed_host)
    play = Play(row.operation, site, engine)
    play.prepare()
    engine.host = victim = TimedHost(site)
    _die_at(row, site, victim)
    with pytest.raises(Killed):
        play.act()
    site.on_event = None
    engine.host = timed_host
    _look_again(row.operation, site)
    play.act()
    play.judge()
