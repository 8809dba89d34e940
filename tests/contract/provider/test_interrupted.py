"""Take-overs and updates that end half-way, and replacements by a user who stays: nobody is deleted by mistake, nothing
is forgotten, nothing is undone that nobody declared."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core import ownership
from connect_users.emulator import Fault, seed
from connect_users.testing import HostError, Secret
from connect_users.testing.values import reveal
from tests.contract.emulator import support
from tests.contract.hosting import OWNER_KEY, Engine, Site, judged, user

if TYPE_CHECKING:
    from tests.contract.doors import Host

SALES = seed.ROUTING_PROFILES["Sales"]
EMEA = seed.HIERARCHY_GROUPS["EMEA"]


def _denied(operation: str, **changes: Any) -> Fault:
    return Fault(operation, "error-before", code="AccessDeniedException", **changes)


@pytest.mark.parametrize("tagged", [False, True])
def test_without_the_tag_a_replacement_does_not_delete_the_user_that_it_took_over(
    site: Site, host: Host, untagged: Host, tagged: bool
) -> None:
    """`up --replace`: the new half adopts the very user of the old half, which is deleted after it."""
    inputs = user(adopt_existing=True)
    site.client.create_user(**support.user(Username="ada"))
    engine = Engine(host if tagged else untagged)
    engine.up(inputs)
    engine.host = untagged
    engine.force_replace(inputs)
    assert engine.state is not None
    assert engine.state.id == site.users()["ada"]["Id"]
    assert engine.doomed == []
    engine.destroy()
    assert site.users() == {}


def test_an_adoption_that_was_interrupted_wipes_nothing_later(engine: Engine, site: Site, host: Host) -> None:
    """The second run finds this resource's tag; what the user had before is still not a leftover."""
    accepting = [{"Channel": "CHAT", "AutoAccept": True}]
    theirs: dict[str, Any] = {"HierarchyGroupId": EMEA, "Tags": {"team": "theirs"}, "AutoAcceptConfigs": accepting}
    site.client.create_user(**support.user(Username="ada", **theirs))
    before = site.users()["ada"]
    site.emulator.faults.add(_denied("DescribeUser", skip=1))
    with pytest.raises(HostError):
        engine.up(user(adopt_existing=True))
    assert OWNER_KEY in site.users()["ada"]["Tags"]
    # The run was killed: no state.
    Engine(host).up(user(adopt_existing=True))
    after = site.users()["ada"]
    assert after["HierarchyGroupId"] == EMEA
    assert after["Tags"]["team"] == "theirs"
    assert after["AutoAcceptConfigs"] == before["AutoAcceptConfigs"]


def test_a_replacement_that_fails_once_the_tag_is_written_can_be_deleted_later(engine: Engine, site: Site) -> None:
    """With the old token in the state, destroy would leave the account live, and say that somebody else has it."""
    skills = [{"attribute_name": "lang", "attribute_value": "en", "level": 3}]
    inputs = user(user_proficiencies=skills, adopt_existing=True)
    site.client.create_user(**support.user(Username="ada"))
    engine.up(inputs)
    site.emulator.faults.add(_denied("ListUserProficiencies"))
    with pytest.raises(HostError) as caught:
        engine.force_replace(inputs)
    assert "done: TagResource" in judged(caught.value)
    site.emulator.faults.clear()
    assert engine.up(inputs) == "update"
    assert set(site.users()) == {"ada"}
    engine.destroy()
    assert site.users() == {}


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_take_over_that_was_interrupted_clears_what_is_left_of_an_earlier_form(
    engine: Engine, site: Site, host: Host, refreshed: bool
) -> None:
    """Also where a refresh came between."""
    engine.up(user(hierarchy_group_id=EMEA))
    again = Engine(host, "moved")
    site.emulator.faults.add(_denied("ListUserProficiencies"))
    with pytest.raises(HostError):
        again.up(user())
    site.emulator.faults.clear()
    if refreshed:
        again.refresh()
        assert again.state is not None
        # A read that went well ends what the engine knows of a failure.
        again.state.failed = False
    assert again.up(user()) == "update"
    assert not site.users()["ada"].get("HierarchyGroupId")
    assert again.up(user()) == "same"


def test_a_take_over_goes_on_although_its_tag_cannot_be_seen_yet(engine: Engine, site: Site, host: Host) -> None:
    """The view is older than the state; no message says to delete anything."""
    engine.up(user())
    again = Engine(host, "moved")
    site.emulator.faults.add(_denied("ListUserProficiencies"))
    with pytest.raises(HostError):
        again.up(user())
    site.emulator.faults.clear()
    site.emulator.options = dataclasses.replace(site.emulator.options, consistency_lag=2.0)
    assert again.up(user()) == "update"
    site.emulator.options = dataclasses.replace(site.emulator.options, consistency_lag=0.0)
    again.destroy()
    assert site.users() == {}


def test_what_a_failed_update_did_is_undone_by_a_revert_after_a_refresh(engine: Engine, site: Site) -> None:
    """The engine keeps the old inputs, which do not know of the group."""
    engine.up(user())
    site.emulator.faults.add(_denied("TagResource"))
    with pytest.raises(HostError):
        engine.up(user(hierarchy_group_id=EMEA, tags={"team": "a"}))
    site.emulator.faults.clear()
    assert site.users()["ada"]["HierarchyGroupId"] == EMEA
    engine.refresh()
    engine.up(user())
    assert not site.users()["ada"].get("HierarchyGroupId")


def test_a_secret_that_a_failed_update_did_not_take_away_stays_a_secret(engine: Engine, site: Site) -> None:
    """The engine finds secrets by the new inputs, which do not have it any more."""
    engine.up(user(tags={"pin": Secret("1234"), "team": "a"}))
    site.emulator.faults.add(_denied("UntagResource"))
    with pytest.raises(HostError) as caught:
        engine.up(user(routing_profile_id=SALES, tags={"team": "a"}))
    assert caught.value.partial is not None
    outputs = caught.value.partial.outputs
    assert outputs["tags"] == _as_kept(engine, {"pin": Secret("1234"), "team": "a"})
    assert outputs["routing_profile_id"] == SALES
    assert "1234" not in judged(caught.value)
    engine.up(user(routing_profile_id=SALES, tags={"team": "a"}))
    assert engine.state is not None
    assert engine.state.outputs["tags"] == {"team": "a"}


def test_a_secret_that_became_plain_stays_a_secret_until_it_is_gone(engine: Engine, site: Site) -> None:
    """The new value is no secret, the old one still is."""
    engine.up(user(tags={"pin": Secret("1234")}))
    site.emulator.faults.add(_denied("TagResource"))
    with pytest.raises(HostError) as caught:
        engine.up(user(routing_profile_id=SALES, tags={"pin": "public"}))
    assert caught.value.partial is not None
    assert caught.value.partial.outputs["tags"] == _as_kept(engine, {"pin": Secret("1234")})


def _as_kept(engine: Engine, tags: dict[str, Any]) -> Any:
    """A map with secrets: the dynamic host, which keeps none apart, makes it a secret as a whole."""
    return tags if engine.host.accepts_secrets else Secret(reveal(tags))


def test_an_adopted_users_password_is_said_to_be_unchanged(engine: Engine, site: Site, host: Host) -> None:
    site.client.create_user(**support.user(Username="ada"))
    engine.up(user(adopt_existing=True))
    assert any("password was not set" in message.message for message in host.log.take())
    owner = ownership.owner_of(site.users()["ada"]["Tags"])
    assert owner is not None


def _half_taken_over(engine: Engine, site: Site) -> dict[str, Any]:
    """A user who is being adopted: the tag is written, and then the run failed; returns the inputs."""
    site.client.create_user(**support.user(Username="ada"))
    inputs = user(
        user_proficiencies=[{"attribute_name": "lang", "attribute_value": "en", "level": 3}], adopt_existing=True
    )
    site.emulator.faults.add(_denied("ListUserProficiencies"))
    with pytest.raises(HostError):
        engine.up(inputs)
    site.emulator.faults.clear()
    return inputs


def test_a_take_over_whose_tag_somebody_removed_goes_on_after_a_refresh(engine: Engine, site: Site) -> None:
    inputs = _half_taken_over(engine, site)
    site.client.untag_resource(resourceArn=site.users()["ada"]["Arn"], tagKeys=[OWNER_KEY])
    with pytest.raises(HostError) as caught:
        engine.up(inputs)
    assert "run pulumi refresh" in judged(caught.value)
    assert engine.refresh() == "same"
    assert engine.up(inputs) == "update"
    live = site.users()["ada"]
    assert OWNER_KEY in live["Tags"]
    assert live["Proficiencies"] == {("lang", "en"): 3}
    assert engine.up(inputs) == "same"
    engine.destroy()
    assert site.users() == {}


def test_a_take_over_whose_user_somebody_deleted_says_so(engine: Engine, site: Site) -> None:
    inputs = _half_taken_over(engine, site)
    site.client.delete_user(InstanceId=seed.INSTANCE_ID, UserId=site.users()["ada"]["Id"])
    with pytest.raises(HostError) as caught:
        engine.up(inputs)
    assert "is gone from Connect" in judged(caught.value)
    assert engine.refresh() == "gone"
    assert engine.up(inputs) == "create"
