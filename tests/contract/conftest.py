"""Sites and hosts for the provider's judges, and the count of the fault matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import seed
from connect_users.emulator.queues import QUICK_CONNECTS
from tests.contract.hosting import Engine, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.contract.doors import Host


@pytest.fixture(scope="module")
def shared_site() -> Iterator[Site]:
    """One emulator for the tests of a module, which keep apart by usernames."""
    with Site() as site:
        yield site


@pytest.fixture(scope="module")
def door() -> str:
    """The dynamic host; the tests of a user's life go through both doors (`provider/conftest.py`)."""
    return "dynamic"


@pytest.fixture(scope="module")
def shared_host(door: str, shared_site: Site) -> Iterator[Host]:
    """One host for the tests of a module."""
    host = shared_site.host(door)
    yield host
    host.close()


@pytest.fixture(scope="module")
def shared_untagged(door: str, shared_site: Site) -> Iterator[Host]:
    """Another one, of a stack that has switched the ownership tag off."""
    host = shared_site.host(door, ownershipTag="false")
    yield host
    host.close()


@pytest.fixture
def site(shared_site: Site) -> Iterator[Site]:
    """The module's emulator, without the users, quick connects, faults and requests of other tests."""
    emulator = shared_site.emulator
    with emulator.store.write() as tx:
        tx.execute("DELETE FROM users")
        tx.execute("DELETE FROM secrets")
        tx.execute(
            f"DELETE FROM resources WHERE kind = ? AND id NOT IN ({','.join('?' * len(seed.QUICK_CONNECTS))})",
            (QUICK_CONNECTS.kind, *seed.QUICK_CONNECTS.values()),
        )
    emulator.faults.clear()
    shared_site.forget()
    options = emulator.options
    yield shared_site
    emulator.options = options
    emulator.faults.clear()
    shared_site.on_event = None


@pytest.fixture
def host(shared_host: Host) -> Host:
    """The module's host, with an empty log."""
    shared_host.log.take()
    return shared_host


@pytest.fixture
def untagged(shared_untagged: Host) -> Host:
    """The module's host without the ownership tag, with an empty log."""
    shared_untagged.log.take()
    return shared_untagged


@pytest.fixture
def engine(site: Site, host: Host) -> Engine:
    """An engine with nothing in its state."""
    return Engine(host)


@pytest.fixture
def start(door: str, site: Site) -> Iterator[Callable[..., Host]]:
    """Start further hosts of the site, which are ended after the test: `start(timeout="1")`."""
    hosts: list[Host] = []

    def start(**changes: Any) -> Host:
        hosts.append(site.host(door, **changes))
        return hosts[-1]

    yield start
    for each in hosts:
        each.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many rows of the fault matrix were tried, and how many ended as they should."""
    rows = [
        (outcome, report)
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if "provider/test_matrix.py::test_row" in report.nodeid
    ]
    if rows:
        good = sum(outcome == "passed" for outcome, _ in rows)
        kills = sum("killed" in report.nodeid for _, report in rows)
        terminalreporter.write_line(
            f"fault matrix: {good} of {len(rows)} rows ended as declared ({kills} of them deaths of the provider)"
        )
