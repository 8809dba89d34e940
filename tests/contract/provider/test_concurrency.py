"""Many calls at once in one host, and several hosts at once, against one emulator: no double user, no lost update."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Throttle
from connect_users.testing import HostError
from tests.changes import EVERYTHING
from tests.contract.hosting import OWNER_KEY, Engine, Site, judged, user
from tests.contract.provider.matrix_stage import declared, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from tests.contract.doors import Host

CALLS = 32
HOSTS = 4


@pytest.fixture(scope="module")
def shared_hosts(door: str, shared_site: Site) -> Iterator[list[Host]]:
    with ExitStack() as running:
        hosts = [shared_site.host(door) for _ in range(HOSTS)]
        for host in hosts:
            running.callback(host.close)
        yield hosts


@pytest.fixture
def hosts(shared_hosts: list[Host], site: Site) -> list[Host]:
    """Four processes, each at the beginning of a run."""
    for host in shared_hosts:
        host.begin_run()
    return shared_hosts


def _at_once(work: Sequence[Callable[[], object]]) -> list[Future[object]]:
    """All of them at the same time; their ends, good or bad."""
    with ThreadPoolExecutor(len(work)) as pool:
        return [pool.submit(each) for each in work]


def _all_well(work: Sequence[Callable[[], object]]) -> None:
    for end in _at_once(work):
        end.result()


def test_32_users_live_their_lives_at_once_in_one_host(site: Site, host: Host) -> None:
    """Created, changed, refreshed, destroyed: each as declared, one request of creation each."""
    engines = [Engine(host, f"ada{number}") for number in range(CALLS)]
    _all_well([lambda each=each: each.up(user(each.name, **EVERYTHING.before)) for each in engines])  # type: ignore[misc]
    assert site.calls().count("CreateUser") == CALLS
    _all_well([lambda each=each: each.up(user(each.name, **EVERYTHING.after)) for each in engines])  # type: ignore[misc]
    _all_well([each.refresh for each in engines])
    users = site.users()
    assert set(users) == {each.name for each in engines}
    for each in engines:
        assert each.state is not None
        assert each.state.id == users[each.name]["Id"]
        assert shown(users[each.name]) == declared(user(each.name, **EVERYTHING.after))
        assert each.up(user(each.name, **EVERYTHING.after)) == "same"
    _all_well([each.destroy for each in engines])
    assert site.users() == {}


def test_four_hosts_that_make_the_same_users_make_each_once(site: Site, hosts: list[Host]) -> None:
    """As when the same `up` runs four times at once: whoever comes later takes over, and no user is made twice."""
    names = [f"ada{number}" for number in range(6)]
    engines = [Engine(host, name) for host in hosts for name in names]
    for each in engines:
        # All of them run before the first one makes anybody.
        each.checked(user(each.name, **EVERYTHING.before))
    _at_once([lambda each=each: each.step(user(each.name, **EVERYTHING.before)) for each in engines])  # type: ignore[misc]
    users = site.users()
    assert set(users) == set(names)
    created = [record for record in site.records() if record.operation == "CreateUser" and record.status == 200]
    assert len(created) == len(names)
    for each in engines:
        # Each of them ends with the one user, at the latest when it is run again by itself.
        each.up(user(each.name, **EVERYTHING.before))
        assert each.state is not None
        assert each.state.id == users[each.name]["Id"]
        assert shown(site.described(each.state.id)) == declared(user(each.name, **EVERYTHING.before))


def test_four_stacks_that_want_the_same_name_leave_it_to_one(site: Site, hosts: list[Host]) -> None:
    """The errors of the others say who has it; nobody changes a user of somebody else."""
    engines = [Engine(host, stack=f"stack-{number}") for number, host in enumerate(hosts)]
    _leave_it_to_one(engines, site)


def test_four_resources_of_one_stack_that_want_the_same_name_leave_it_to_one(site: Site, hosts: list[Host]) -> None:
    """Each has a provider, and so a process, of its own: none of them sees that the others are declared, too."""
    _leave_it_to_one([Engine(host, f"ada-{number}") for number, host in enumerate(hosts)], site)


def _leave_it_to_one(engines: Sequence[Engine], site: Site) -> None:
    wishes = [user("ada", tags={"of": each.urn}) for each in engines]
    for each, wish in zip(engines, wishes, strict=True):
        each.checked(wish)
    ends = _at_once([lambda each=each, wish=wish: each.step(wish) for each, wish in zip(engines, wishes, strict=True)])  # type: ignore[misc]
    winners = [each for each, end in zip(engines, ends, strict=True) if end.exception() is None]
    (winner,) = winners
    for end in ends:
        error = end.exception()
        if error is not None:
            assert isinstance(error, HostError)
            assert winner.urn in judged(error)
    (live,) = site.users().values()
    assert live["Tags"]["of"] == winner.urn
    assert live["Tags"][OWNER_KEY].endswith(winner.urn)


def test_four_hosts_that_change_one_user_lose_no_change(site: Site, engine: Engine, hosts: list[Host]) -> None:
    """Each changes a different side of it."""
    engine.up(user(**EVERYTHING.before))
    state = engine.state
    assert state is not None
    sides: list[dict[str, Any]] = [
        {"routing_profile_id": EVERYTHING.after["routing_profile_id"]},
        {
            "security_profile_ids": EVERYTHING.after["security_profile_ids"],
            "hierarchy_group_id": EVERYTHING.after["hierarchy_group_id"],
        },
        {"user_proficiencies": EVERYTHING.after["user_proficiencies"]},
        {
            "tags": EVERYTHING.after["tags"],
            "identity_info": EVERYTHING.after["identity_info"],
            "phone_config": EVERYTHING.after["phone_config"],
        },
    ]
    _all_well(
        [
            lambda host=host, side=side: Engine(host, state=state).up(user(**{**EVERYTHING.before, **side}))  # type: ignore[misc]
            for host, side in zip(hosts, sides, strict=True)
        ]
    )
    assert shown(site.users()["ada"]) == declared(user(**EVERYTHING.after))


def test_four_hosts_that_destroy_one_user_all_end_well(site: Site, engine: Engine, hosts: list[Host]) -> None:
    """Whoever comes later finds it gone."""
    from tests.contract.provider.test_guards import _made

    state = _made(engine, site)
    _all_well([Engine(host, state=state).destroy for host in hosts])
    assert site.users() == {}


def test_calls_at_once_share_the_pace(site: Site, start: Callable[..., Host]) -> None:
    """Of one host and operation: more calls than a burst are spread, and none is throttled."""
    from dataclasses import replace

    site.emulator.options = replace(site.emulator.options, throttles={"CreateUser": Throttle(20, 5)})
    host = start(requestsPerSecond="20", burst="5")
    engines = [Engine(host, f"ada{number}") for number in range(16)]
    _all_well([lambda each=each: each.up(user(each.name)) for each in engines])  # type: ignore[misc]
    assert len(site.users()) == len(engines)
    created = [record for record in site.records() if record.operation == "CreateUser"]
    # A machine that stalls may bring two requests closer together than they were sent.
    assert len(created) <= 1.25 * len(engines)
