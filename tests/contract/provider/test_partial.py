"""Work that is done in part: the state is true, the message says how far it got, the next run does the rest only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core.spec import canonical
from connect_users.emulator import Fault, seed
from connect_users.testing import HostError
from connect_users.testing.values import Secret
from tests.changes import ADMIN, AGENT, EVERYTHING, UPDATES
from tests.contract.hosting import PASSWORD, Engine, Site, judged, user
from tests.contract.provider.matrix_stage import declared, shown
from tests.contract.provider.timed import TimedHost, TimedSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Inputs = dict[str, Any]


def _skill(value: str, level: int) -> Inputs:
    return {"attribute_name": "lang", "attribute_value": value, "level": level}


def _skills(inputs: Inputs, change: Callable[[dict[str, int]], object]) -> Inputs:
    levels = {entry["attribute_value"]: entry["level"] for entry in inputs["user_proficiencies"]}
    change(levels)
    return {"user_proficiencies": [_skill(value, level) for value, level in levels.items()]}


#: Call -> the change of the inputs that needs it, in the order of the calls.
STEPS: dict[str, Callable[[Inputs], Inputs]] = {
    "UpdateUserRoutingProfile": lambda _: {"routing_profile_id": seed.ROUTING_PROFILES["Sales"]},
    "UpdateUserSecurityProfiles": lambda _: {"security_profile_ids": [ADMIN, AGENT]},
    "UpdateUserHierarchy": lambda _: {"hierarchy_group_id": seed.HIERARCHY_GROUPS["AMER"]},
    "UpdateUserIdentityInfo": lambda old: {"identity_info": {**old["identity_info"], "last_name": "Lovelace"}},
    "UpdateUserPhoneConfig": lambda old: {"phone_config": {**old["phone_config"], "after_contact_work_time_limit": 20}},
    "DisassociateUserProficiencies": lambda old: _skills(old, lambda levels: levels.pop("fr")),
    "AssociateUserProficiencies": lambda old: _skills(old, lambda levels: levels.update(de=1)),
    "UpdateUserProficiencies": lambda old: _skills(old, lambda levels: levels.update(en=5)),
    "UntagResource": lambda old: {"tags": {key: value for key, value in old["tags"].items() if key != "site"}},
    "TagResource": lambda old: {"tags": {**old["tags"], "team": "b"}},
}


def _target(count: int) -> Inputs:
    """The inputs that need the first so many calls."""
    inputs = user(**EVERYTHING.before)
    for change in list(STEPS.values())[:count]:
        inputs = {**inputs, **change(inputs)}
    return inputs


@pytest.fixture(scope="module")
def timed() -> Iterator[tuple[TimedSite, TimedHost]]:
    with TimedSite() as site:
        yield site, TimedHost(site)


def test_the_steps_are_all_calls_of_an_update() -> None:
    """Every call that an update can be made of fails here at every place."""
    assert tuple(STEPS) == UPDATES


@pytest.mark.parametrize("count", range(1, len(STEPS) + 1))
def test_a_failure_at_every_step_is_reported_saved_and_resumed(count: int, timed: tuple[TimedSite, TimedHost]) -> None:
    """At step k of n, for every k: reported as done, failed, not tried; the next run sends the missing n - k."""
    site, host = timed
    calls = UPDATES[:count]
    for failing in range(count):
        name = f"ada.{count}.{failing}"
        engine = Engine(host, name)
        engine.up(user(name, **EVERYTHING.before))
        site.forget()
        site.emulator.faults.add(Fault(calls[failing], "error-before", code="AccessDeniedException"))
        target = {**_target(count), "username": name}
        with pytest.raises(HostError) as caught:
            engine.up(target)
        text = judged(caught.value, name)
        if count > 1:
            assert f"done: {', '.join(calls[:failing]) or 'nothing'}; failed: {calls[failing]}" in text
            assert ("not tried: " + ", ".join(calls[failing + 1 :]) in text) == (failing + 1 < count)
            reached = {**_target(failing), "username": name}
            assert engine.state is not None
            assert shown(site.described(engine.state.id)) == declared(reached)
            assert {key: engine.state.outputs.get(key) for key in EVERYTHING.before} == {
                key: value for key, value in canonical(reached).items() if key in EVERYTHING.before
            }
        site.forget()
        assert engine.up(target) == "update"
        assert tuple(site.calls()) == calls[failing:]
        assert engine.state is not None
        assert shown(site.described(engine.state.id)) == declared(target)
        assert engine.up(target) == "same"


@pytest.mark.parametrize("failing", range(len(STEPS)))
def test_the_host_hands_partial_work_to_the_engine(failing: int, engine: Engine, site: Site) -> None:
    """With what the engine needs to keep it: the id, outputs and inputs with the provider, the password as a secret."""
    engine.up(user(**EVERYTHING.before))
    state = engine.state
    assert state is not None
    site.emulator.faults.add(Fault(UPDATES[failing], "error-before", code="AccessDeniedException"))
    with pytest.raises(HostError) as caught:
        engine.up(_target(len(STEPS)))
    partial = caught.value.partial
    assert partial is not None
    assert partial.id == state.id
    assert partial.outputs.items() >= engine.host.own.items()
    assert partial.outputs["password"] == Secret(PASSWORD)
    assert partial.outputs["arn"] == state.outputs["arn"]
    assert partial.outputs["ownership_token"] == state.outputs["ownership_token"]
    site.forget()
    engine.up(_target(len(STEPS)))
    assert tuple(site.calls()) == UPDATES[failing:]


def test_a_creation_whose_proficiencies_fail_keeps_the_user(engine: Engine, site: Site) -> None:
    """The engine saves it; the next run adds the proficiencies and nothing else."""
    site.emulator.faults.add(Fault("AssociateUserProficiencies", "error-before", code="AccessDeniedException"))
    inputs = user(user_proficiencies=[_skill("en", 3)])
    with pytest.raises(HostError) as caught:
        engine.up(inputs)
    text = judged(caught.value)
    assert "creating Connect user 'ada': done: CreateUser; failed: AssociateUserProficiencies" in text
    assert "grant connect:AssociateUserProficiencies" in text
    partial = caught.value.partial
    assert partial is not None
    assert partial.inputs is not None
    assert partial.inputs.items() >= engine.host.own.items() <= partial.outputs.items()
    assert partial.inputs["password"] == Secret(PASSWORD)
    assert partial.outputs["user_proficiencies"] == []
    site.forget()
    assert engine.up(inputs) == "update"
    assert site.calls() == ["AssociateUserProficiencies"]
    assert site.users()["ada"]["Proficiencies"] == {("lang", "en"): 3}
    assert engine.up(inputs) == "same"
    engine.destroy()
    assert site.users() == {}


def test_a_user_that_is_made_in_part_can_be_destroyed(engine: Engine, site: Site) -> None:
    """It is in the state, so destroy finds it."""
    site.emulator.faults.add(Fault("AssociateUserProficiencies", "error-before", code="AccessDeniedException"))
    with pytest.raises(HostError):
        engine.up(user(user_proficiencies=[_skill("en", 3)]))
    engine.destroy()
    assert site.users() == {}


def test_a_takeover_that_fails_after_the_tag_is_saved(engine: Engine, site: Site) -> None:
    """From the tag on the user is this state's, and the state says so."""
    engine.up(user(**EVERYTHING.before))
    engine = Engine(engine.host, "moved")
    site.emulator.faults.add(Fault("UpdateUserHierarchy", "error-before", code="AccessDeniedException"))
    with pytest.raises(HostError) as caught:
        engine.up(_target(len(STEPS)))
    text = judged(caught.value)
    assert "taking over Connect user 'ada': done: TagResource, UpdateUserRoutingProfile" in text
    site.forget()
    assert engine.up(_target(len(STEPS))) == "update"
    assert tuple(call for call in site.calls() if call != "DescribeUser") == UPDATES[2:]
