"""A bulk refresh of thousands: what it costs, in requests and in virtual time."""

from __future__ import annotations

from connect_users.connect import survey as snapshot
from connect_users.emulator import seed, seed_users
from tests.contract.provider.refreshing import DRIFTS, Crew, Person, seeded
from tests.contract.provider.timed import TimedSite


def test_five_thousand_users_cost_fifteen_pages() -> None:
    """At most 20, and one description for each of those who differ, at AWS's quota and in seconds."""
    with TimedSite(throttle=None) as site:
        crew = Crew(site, requests_per_second=2.0, burst=5)
        seeded(crew, 5_000)
        changed = crew.people[100:3_100:300]
        for person in changed:
            DRIFTS["identity_info.email"](site.client, person)
        began = site.timer.now()
        found = crew.refresh(crew.people)
        assert crew.calls() == {
            "DescribeUser": snapshot.BURST + len(changed),
            "SearchUsers": 10,
            "ListUsers": 5,
        }
        assert {name for name, seen in found.items() if seen and seen.inputs != _by(crew, name).inputs} == {
            person.name for person in changed
        }
        assert site.timer.now() - began < 15


def _by(crew: Crew, name: str) -> Person:
    return crew.people[int(name.removeprefix("agent")) - 1]


def test_a_thousand_users_take_seconds_at_the_default_quota() -> None:
    """In virtual time, at 2 requests a second: one by one they would take more than 8 minutes."""
    with TimedSite() as site:
        crew = Crew(site, requests_per_second=2.0, burst=5)
        seeded(crew, 1_000)
        began = site.timer.now()
        crew.refresh(crew.people)
        assert crew.calls() == {"DescribeUser": snapshot.BURST, "SearchUsers": 2, "ListUsers": 1}
        assert site.timer.now() - began < 15


def test_few_users_of_a_large_instance_are_not_worth_all_its_pages() -> None:
    """10,000 users are 30 pages: a stack with ten of them reads one page, and then the ten users."""
    with TimedSite() as site:
        crew = Crew(site)
        inputs = {"instance_id": seed.INSTANCE_ID, "routing_profile_id": "", "security_profile_ids": []}
        for number, user_id in enumerate(seed_users(site.emulator.store, 10_000)[:30], 1):
            username = f"agent{number:05d}"
            crew.people.append(Person(username, user_id, {**inputs, "username": username}, {**inputs}))
        crew.remember({person.name: crew.read_directly(person) for person in crew.people})
        crew.calls()
        crew.refresh(crew.people[:10])
        assert crew.calls() == {"DescribeUser": 10, "SearchUsers": 1}
        crew.refresh(crew.people)
        assert crew.calls() == {"DescribeUser": 10, "SearchUsers": 20, "ListUsers": 10}
