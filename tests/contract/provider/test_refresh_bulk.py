"""A bulk refresh gives what describing every user gives, whatever was done to them, and costs a few pages."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.connect import survey as snapshot
from connect_users.core.fields import FIELDS, VERIFIED_KEY, Verdict
from connect_users.emulator import Fault, seed, seed_users
from connect_users.emulator.options import Options
from tests.contract.provider.refreshing import DRIFTS, TAG_DRIFTS, Crew, full, phone, seeded
from tests.contract.provider.timed import TimedSite

if TYPE_CHECKING:
    from collections.abc import Iterator

LAG = 300.0
_NEVER_DRIFT = {"instance_id", "username", "directory_user_id"}


@pytest.fixture
def crew() -> Iterator[Crew]:
    with TimedSite() as site:
        site.timer.wait(0.5)
        yield Crew(site)


def _set(crew: Crew, **changes: Any) -> None:
    emulator = crew.site.emulator
    emulator.options = emulator.options.changed(changes)


def test_every_field_that_connect_returns_drifts_here() -> None:
    """A new input has to come into the comparison below."""
    tried = {name.split(".")[0].split(",")[0] for name in (*DRIFTS, *TAG_DRIFTS)}
    silent = {field.name for field in FIELDS if field.verdict in (Verdict.RECORD, Verdict.PASSWORD)}
    assert {field.name for field in FIELDS} - silent - _NEVER_DRIFT == tried - {
        "gone",
        "owner removed",
        "owner exchanged",
    }


@pytest.mark.parametrize("modified_by", ["settings", "everything"])
@pytest.mark.parametrize("view", ["both", "as-written"])
@pytest.mark.parametrize("lag", [0.0, LAG])
@pytest.mark.parametrize("draw", range(2))
def test_a_bulk_refresh_finds_what_describing_finds(
    crew: Crew, modified_by: str, view: str, lag: float, draw: int
) -> None:
    """Random drifts of every field on random users, twice, made moments before the refresh, with search lagging behind.

    Where LastModifiedTime does not move with tags, nothing tells of a changed tag before SearchUsers does: there, tags
    drift before the lag.
    """
    chance = random.Random(f"{modified_by}{view}{lag}{draw}")
    _set(crew, modified_by=modified_by, phone_view=view, search_lag=lag)
    for number in range(32):
        crew.make(f"user{number:03d}", **(full(number) if number % 4 else phone(number)))
    if draw:
        crew.site.timer.wait(LAG + 1)
    for _ in range(2):
        _drift(crew, chance, TAG_DRIFTS)
        if modified_by == "settings":
            crew.site.timer.wait(LAG + 1)
        _drift(crew, chance, DRIFTS)
        people = chance.sample(crew.people, len(crew.people))
        crew.said.clear()
        in_bulk = crew.refresh(people)
        warned = _warnings(crew)
        directly = {person.name: crew.read_directly(person) for person in people}
        assert _stripped(in_bulk) == _stripped(directly)
        assert warned == _warnings(crew)
        crew.remember(in_bulk)


def _drift(crew: Crew, chance: random.Random, drifts: dict[str, Any]) -> None:
    """Each of the drifts, in random order, on users with all settings; the same user may meet several."""
    candidates = [person for person in crew.people if person.inputs.get("user_proficiencies")]
    for name in chance.sample(sorted(drifts), len(drifts)):
        person = chance.choice(candidates)
        try:
            drifts[name](crew.site.client, person)
        except crew.site.client.exceptions.ClientError:
            # Another drift came before: the user is gone, or has not what this one changes.
            continue
        if chance.random() < 0.5:
            crew.site.timer.wait(0.001)


def _warnings(crew: Crew) -> list[tuple[str, str]]:
    found = sorted(each for each in crew.said if each[0] == "warning")
    crew.said.clear()
    return found


def _stripped(found: dict[str, Any]) -> dict[str, Any]:
    """Without the stamp, which may tell the same moment in two ways."""
    return {
        name: seen and (seen.inputs, {key: value for key, value in seen.outputs.items() if key != VERIFIED_KEY})
        for name, seen in found.items()
    }


def test_after_up_nobody_has_to_be_described(crew: Crew) -> None:
    """CreateUser itself is the evidence: the state of a fresh stack is proven by the pages alone."""
    for number in range(40):
        crew.make(f"user{number:03d}", **phone(number))
    crew.calls()
    found = crew.refresh(crew.people)
    assert crew.calls() == {"DescribeUser": snapshot.BURST, "SearchUsers": 1, "ListUsers": 1}
    assert all(
        seen is not None and seen.inputs == person.inputs
        for person, seen in zip(crew.people, found.values(), strict=True)
    )


def test_an_update_costs_one_description(crew: Crew) -> None:
    """Its own time proves nothing, since somebody may have changed something else before; the next refresh knows."""
    from connect_users.lifecycle import apply

    people = [crew.make(f"user{number:03d}", **phone(number)) for number in range(20)]
    crew.site.timer.wait(60)
    # E-mail addresses are in no search: only DescribeUser tells of this.
    DRIFTS["identity_info.email"](crew.site.client, people[10])
    for person in people[8:12]:
        inputs = {**person.inputs, "routing_profile_id": seed.ROUTING_PROFILES["Sales"]}
        person.outputs = apply.update(crew.operation(person.name), person.id, person.outputs, inputs)
        person.inputs = inputs
    crew.calls()
    found = crew.refresh(people)
    assert crew.calls()["DescribeUser"] == snapshot.BURST + 4
    drifted = found["user010"]
    assert drifted is not None
    assert drifted.inputs["identity_info"]["email"] == "eve@example.com"
    crew.remember(found)
    crew.refresh(people)
    assert crew.calls()["DescribeUser"] == snapshot.BURST


def test_a_state_of_an_older_release_is_described_once(crew: Crew) -> None:
    """It has no evidence; the refresh records it."""
    for number in range(20):
        del crew.make(f"user{number:03d}", **phone(number)).outputs[VERIFIED_KEY]
    crew.site.timer.wait(60)
    crew.calls()
    crew.remember(crew.refresh(crew.people))
    assert crew.calls()["DescribeUser"] == 20
    crew.refresh(crew.people)
    assert crew.calls()["DescribeUser"] == snapshot.BURST


def test_a_change_in_the_second_of_the_creation_is_seen(crew: Crew) -> None:
    """The Date header tells whole seconds only; a change moments after the answer is later than the stamp."""
    people = [crew.make(f"user{number:03d}", **phone(number)) for number in range(12)]
    last = crew.make("last", **phone(1))
    crew.site.timer.wait(0.002)
    DRIFTS["identity_info.email"](crew.site.client, last)
    assert _stripped(crew.refresh([*people, last]))["last"][0]["identity_info"]["email"] == "eve@example.com"


def test_a_tag_that_search_does_not_know_yet_is_found_by_the_next_refresh(crew: Crew) -> None:
    """The one thing that a refresh may tell late: LastModifiedTime stood still and the search index lags."""
    _set(crew, search_lag=LAG)
    people = [crew.make(f"user{number:03d}", **phone(number)) for number in range(12)]
    crew.site.timer.wait(LAG + 1)
    TAG_DRIFTS["tags, changed"](crew.site.client, people[9])
    early = crew.refresh(people)["user009"]
    crew.site.timer.wait(LAG + 1)
    late = crew.refresh(people)["user009"]
    assert early is not None
    assert late is not None
    assert (early.inputs["tags"], late.inputs["tags"]) == ({"team": "red"}, {"team": "green"})


def test_proficiencies_are_listed_until_their_time_proves_itself(crew: Crew) -> None:
    """Where LastModifiedTime moves with them, which the first users show, they are no longer listed."""
    for mode, lists in (("settings", 30), ("everything", snapshot.BURST)):
        _set(crew, modified_by=mode)
        crew.people.clear()
        crew.gateway = Crew(crew.site).gateway
        for number in range(30):
            crew.make(f"{mode}{number:03d}", **full(number))
        crew.remember({person.name: crew.read_directly(person) for person in crew.people})
        crew.gateway = Crew(crew.site).gateway
        crew.calls()
        crew.refresh(crew.people)
        calls = crew.calls()
        assert (calls["DescribeUser"], calls["ListUserProficiencies"]) == (snapshot.BURST, lists)


def test_a_user_that_goes_while_the_pages_still_have_it_is_gone(crew: Crew) -> None:
    """The listing may lag behind a deletion; its proficiencies are not found then, which is no error."""
    people = [crew.make(f"user{number:03d}", **full(number)) for number in range(12)]
    crew.remember({person.name: crew.read_directly(person) for person in people})
    last = people[-1]
    crew.refresh(people[:-1])
    crew.site.client.delete_user(**last.ids)
    assert crew.read(last) is None


def test_a_user_that_goes_between_two_calls_is_gone(crew: Crew) -> None:
    """Also where it is described: between that and the listing of its proficiencies."""
    person = crew.make("user", **full(1))

    def leave(phase: str, event: Any) -> None:
        if phase == "received" and event.operation == "ListUserProficiencies":
            crew.site.on_event = lambda *_: None
            crew.site.client.delete_user(**person.ids)

    crew.site.on_event = leave
    assert crew.read(person) is None


def test_few_users_are_described_directly(crew: Crew) -> None:
    """As are those of --target."""
    for number in range(snapshot.BURST):
        crew.make(f"user{number:03d}", **phone(number))
    crew.calls()
    crew.refresh(crew.people)
    assert crew.calls() == {"DescribeUser": snapshot.BURST}


def test_a_second_refresh_of_one_process_looks_again(crew: Crew) -> None:
    """A rehearsal's host lives on: what was read before is no answer to a new question."""
    people = [crew.make(f"user{number:03d}", **phone(number)) for number in range(12)]
    crew.refresh(people)
    DRIFTS["routing_profile_id"](crew.site.client, people[8])
    found = {person.name: crew.read(person) for person in people}
    assert found["user008"] is not None
    assert found["user008"].inputs["routing_profile_id"] == seed.ROUTING_PROFILES["Sales"]


def test_without_the_right_to_search_users_are_described(crew: Crew) -> None:
    """One warning tells why the refresh is slow."""
    for number in range(12):
        crew.make(f"user{number:03d}", **phone(number))
    crew.site.emulator.faults.add(
        Fault("SearchUsers", "error-before", code="AccessDeniedException", status=403, times=9)
    )
    crew.calls()
    crew.refresh(crew.people)
    assert crew.calls() == {"DescribeUser": 12, "SearchUsers": 1}
    (warning,) = [text for severity, text in crew.said if severity == "warning"]
    assert "one by one" in warning
    assert "SearchUsers" in warning


def test_pages_of_a_hundred_where_aws_refuses_more(crew: Crew) -> None:
    """The model says 500, the best-practices page 100; whichever holds is found out by asking."""
    _set(crew, search_page=100)
    seed_users(crew.site.emulator.store, 250)
    found = snapshot.survey_of(crew.gateway).everyone(seed.INSTANCE_ID, lambda _: None)
    assert len(found) == 250
    assert all(listed.summary for listed in found)
    assert crew.calls() == {"SearchUsers": 4, "ListUsers": 1}


def test_reads_after_a_look_at_everybody_need_no_pages_of_their_own(crew: Crew) -> None:
    """Not even the direct ones that usually come first; who differs is described."""
    seeded(crew, 20)
    DRIFTS["routing_profile_id"](crew.site.client, crew.people[2])
    crew.calls()
    snapshot.survey_of(crew.gateway).everyone(seed.INSTANCE_ID, lambda _: None)
    assert crew.calls() == {"SearchUsers": 1, "ListUsers": 1}
    found = {person.name: crew.read(person) for person in crew.people}
    assert crew.calls() == {"DescribeUser": 1}
    seen = found[crew.people[2].name]
    assert seen is not None
    assert seen.inputs["routing_profile_id"] == seed.ROUTING_PROFILES["Sales"]


def test_pages_are_read_once_however_many_ask() -> None:
    """Four workers of the host wait for one of them."""
    import threading

    with TimedSite() as site:
        crew = Crew(site)
        seeded(crew, 600)
        threads = [
            threading.Thread(target=lambda part=part: [crew.read(person) for person in part])
            for part in (crew.people[offset::4] for offset in range(4))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert crew.calls() == {"DescribeUser": snapshot.BURST, "SearchUsers": 2, "ListUsers": 1}


def test_options_of_the_emulator_say_what_a_page_of_the_search_holds() -> None:
    """A larger one is refused, as AWS may do."""
    with pytest.raises(ValueError, match="search_page"):
        Options(search_page=-1)
