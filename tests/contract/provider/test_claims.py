"""Whose a user is, where the tag says something else than the state: overwritten tags, states that are older than the
user, other owners, forced replacements, and users who move between resources of one stack."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core import ownership
from connect_users.emulator import seed
from connect_users.testing import HostError
from connect_users.testing.values import reveal
from tests.contract.emulator import support
from tests.contract.hosting import OWNER_KEY, PASSWORD, Engine, ResourceState, Site, judged, run, urn, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.doors import Host

AGENT, ADMIN = seed.SECURITY_PROFILES["Agent"], seed.SECURITY_PROFILES["Admin"]
SALES = seed.ROUTING_PROFILES["Sales"]
EMEA = seed.HIERARCHY_GROUPS["EMEA"]
NEW_PASSWORD = "N3w-password"
LONG_AGO = 1_600_000_000


def _aged(engine: Engine, site: Site) -> ResourceState:
    """Make the user of the state, and its tag, one of long ago."""
    assert engine.state is not None
    token = ownership.new_token(LONG_AGO, engine.urn)
    outputs = {**engine.state.outputs, "ownership_token": token, "verified_at": "<1600000000.123"}
    engine.state = replace(engine.state, outputs=outputs)
    _tag(site, engine.state, ownership.tag(token, engine.urn)[OWNER_KEY])
    site.forget()
    return engine.state


def _tag(site: Site, state: ResourceState, value: str) -> None:
    site.client.tag_resource(resourceArn=state.outputs["arn"], tags={OWNER_KEY: value})


def _warnings(host: Host) -> list[str]:
    return [each.message for each in host.log.take() if each.severity == "warning"]


# A tag that somebody wrote another value into.


@pytest.mark.parametrize("value", ["team-blue", "owned by ops", ""])
def test_a_leaver_whose_tag_was_overwritten_is_not_lost(value: str, engine: Engine, site: Site) -> None:
    """As with a tag that was removed: refused, until a refresh has accepted it."""
    engine.up(user())
    state = _aged(engine, site)
    _tag(site, state, value)
    with pytest.raises(HostError) as caught:
        engine.destroy()
    text = judged(caught.value)
    assert "overwritten" in text
    assert "pulumi refresh" in text
    assert set(site.users()) == {"ada"}
    assert engine.state is not None
    engine.refresh()
    engine.destroy()
    assert site.users() == {}


def test_a_refresh_reports_an_overwritten_tag_and_the_next_change_puts_it_back(
    engine: Engine, site: Site, host: Host
) -> None:
    engine.up(user())
    _tag(site, _aged(engine, site), "team-blue")
    engine.refresh()
    assert any("names no resource" in warning for warning in _warnings(host))
    engine.up(user(routing_profile_id=SALES))
    owner = ownership.owner_of(site.users()["ada"]["Tags"])
    assert owner is not None
    assert engine.state is not None
    assert engine.state.outputs["ownership_token"] == owner.token
    engine.destroy()
    assert site.users() == {}


def test_a_user_with_an_overwritten_tag_is_adopted_only_when_asked(engine: Engine, site: Site) -> None:
    """It has no owner: neither refused for good, nor taken."""
    site.client.create_user(**support.user(Username="ada", Tags={OWNER_KEY: "team-blue"}))
    with pytest.raises(HostError) as caught:
        engine.up(user())
    assert "names no resource" in judged(caught.value)
    assert engine.up(user(adopt_existing=True)) == "create"
    engine.destroy()
    assert site.users() == {}


# A write to a user that another stack owns.


def _handed_over(engine: Engine, site: Site) -> str:
    """The tag was removed by hand, and another stack adopted the user; the URN of its resource."""
    other = urn("bbb", stack="other")
    _tag(site, _aged(engine, site), ownership.tag(ownership.new_token(2_000_000_000, other), other)[OWNER_KEY])
    return other


@pytest.mark.parametrize("change", [{"routing_profile_id": SALES}, {"security_profile_ids": [ADMIN]}], ids=str)
def test_nothing_is_written_to_a_user_that_a_refresh_found_to_be_anothers(
    change: dict[str, Any], engine: Engine, site: Site, host: Host
) -> None:
    """Not before a look shows that it is ours again."""
    engine.up(user())
    other = _handed_over(engine, site)
    engine.refresh()
    assert any(other in warning for warning in _warnings(host))
    before = site.users()
    site.forget()
    with pytest.raises(HostError) as caught:
        engine.up(user(**change))
    text = judged(caught.value)
    assert other in text
    assert "nothing was changed" in text
    assert site.users() == before
    assert set(site.calls()) == {"DescribeUser"}
    assert any(other in warning for warning in _warnings(host)), "the preview says so, too"
    assert engine.state is not None
    _tag(site, engine.state, ownership.tag(engine.state.outputs["ownership_token"], engine.urn)[OWNER_KEY])
    assert engine.up(user(**change)) == "update"
    assert "other_owner" not in engine.state.outputs
    site.forget()
    engine.up(user())
    assert len(site.calls()) == len(change) + ("security_profile_ids" in change)


def test_a_refresh_that_sees_ours_again_settles_it(engine: Engine, site: Site) -> None:
    engine.up(user())
    _handed_over(engine, site)
    engine.refresh()
    assert engine.state is not None
    assert "other_owner" in engine.state.outputs
    _tag(site, engine.state, ownership.tag(engine.state.outputs["ownership_token"], engine.urn)[OWNER_KEY])
    engine.refresh()
    assert "other_owner" not in engine.state.outputs
    site.forget()
    engine.up(user(routing_profile_id=SALES))
    assert site.calls() == ["UpdateUserRoutingProfile"]


def test_power_is_given_to_a_user_of_long_ago_only_after_one_look(engine: Engine, site: Site) -> None:
    """Also where no refresh has said whose it is. Of one that was made minutes ago the state is enough."""
    engine.up(user())
    site.forget()
    engine.up(user(security_profile_ids=[AGENT, ADMIN]))
    assert site.calls() == ["UpdateUserSecurityProfiles"]
    _aged(engine, site)
    engine.up(user())
    assert site.calls() == ["DescribeUser", "UpdateUserSecurityProfiles"]
    other = _handed_over(engine, site)
    before = site.users()
    with pytest.raises(HostError) as caught:
        engine.up(user(security_profile_ids=[ADMIN]))
    assert other in judged(caught.value)
    assert site.users() == before
    assert site.calls() == ["DescribeUser"]


@pytest.mark.parametrize("profiles", [[AGENT], [ADMIN]], ids=["without power", "with power"])
def test_one_look_serves_all_that_need_it(profiles: list[str], engine: Engine, site: Site) -> None:
    """The proof of the owner, and the members of two blocks that are not declared."""
    engine.up(user(phone_config={"auto_accept": True}))
    _aged(engine, site)
    engine.up(
        user(
            security_profile_ids=profiles,
            identity_info={"first_name": "Ada", "last_name": "Lovelace"},
            phone_config={"auto_accept": False},
        )
    )
    assert site.calls() == [
        "DescribeUser",
        *(["UpdateUserSecurityProfiles"] if profiles == [ADMIN] else []),
        "UpdateUserIdentityInfo",
        "UpdateUserPhoneConfig",
    ]


# A state that is older than the user.


def _restored(engine: Engine, site: Site) -> None:
    """The state is one of before the user was taken over by a later one of the same resource."""
    engine.up(user())
    state = _aged(engine, site)
    _tag(site, state, ownership.tag(ownership.new_token(LONG_AGO + 1000, engine.urn), engine.urn)[OWNER_KEY])


def test_a_leaver_of_an_older_state_is_not_forgotten(engine: Engine, site: Site, host: Host) -> None:
    """Its deletion fails in one line; a refresh takes the live token over, and then it leaves."""
    _restored(engine, site)
    with pytest.raises(HostError) as caught:
        engine.destroy()
    assert "pulumi refresh" in judged(caught.value)
    assert set(site.users()) == {"ada"}
    engine.refresh()
    assert any("newer than the state" in warning for warning in _warnings(host))
    engine.destroy()
    assert site.users() == {}


def test_an_update_of_an_older_state_that_looks_corrects_it(engine: Engine, site: Site) -> None:
    _restored(engine, site)
    engine.up(user(security_profile_ids=[ADMIN]))
    assert site.calls() == ["DescribeUser", "UpdateUserSecurityProfiles"]
    engine.destroy()
    assert site.users() == {}


def test_a_refreshed_old_half_of_a_replacement_does_not_take_the_user_of_the_new_half_away(
    engine: Engine, site: Site
) -> None:
    """Pulumi refreshes what is still to be deleted, too; a run was killed before it was."""
    site.client.create_user(**support.user(Username="ada"))
    inputs = user(adopt_existing=True)
    engine.up(inputs)
    old = engine.state
    assert old is not None
    engine.state = None
    engine.up(inputs)
    half = engine.twin(state=old)
    half.refresh()
    assert half.state is not None
    engine.doomed = [half.state]
    assert engine.up(inputs) == "same"
    assert set(site.users()) == {"ada"}
    engine.destroy()
    assert site.users() == {}


# A replacement that was forced.


@pytest.mark.parametrize("mode", ["refuse", "ignore", "replace"])
@pytest.mark.parametrize("delete_first", [False, True])
def test_a_forced_replacement_makes_a_user_with_the_new_password(
    delete_first: bool, mode: str, engine: Engine, site: Site
) -> None:
    """The old one goes first, whoever deletes it; what the state says is what Connect was sent."""
    engine.up(user(on_password_change=mode))
    before = site.users()["ada"]
    site.forget()
    engine.force_replace(user(on_password_change=mode, password=NEW_PASSWORD), delete_first=delete_first)
    after = site.users()["ada"]
    assert after["Id"] != before["Id"]
    assert engine.state is not None
    assert engine.state.id == after["Id"]
    assert engine.doomed == []
    made = [record for record in site.records() if record.operation == "CreateUser" and record.status == 200]
    assert len(made) == 1
    assert reveal(engine.state.outputs)["password"] == NEW_PASSWORD
    assert engine.up(user(on_password_change=mode, password=NEW_PASSWORD)) == "same"
    engine.destroy()
    assert site.users() == {}


@pytest.mark.parametrize("mode", ["refuse", "ignore", "replace"])
def test_a_forced_replacement_of_a_user_who_is_in_use_is_refused(mode: str, engine: Engine, site: Site) -> None:
    """The engine does not say that it has a state of the user: it could be one that the state lost. With
    delete_before_replace the engine deletes it first."""
    engine.up(user(on_password_change=mode))
    state = _aged(engine, site)
    before = site.users()
    news = user(on_password_change=mode, password=NEW_PASSWORD)
    with pytest.raises(HostError) as caught:
        engine.force_replace(news)
    text = judged(caught.value)
    assert engine.host.worded("delete_before_replace=True") in text
    assert "2020-09-13" in text
    assert NEW_PASSWORD not in text
    assert site.users() == before
    assert engine.state == state
    engine.force_replace(news, delete_first=True)
    assert site.users()["ada"]["Id"] != state.id
    engine.destroy()
    assert site.users() == {}


def test_a_user_of_long_ago_that_the_state_lost_is_neither_deleted_nor_changed(
    engine: Engine, site: Site, host: Host
) -> None:
    """Also where everybody may be adopted: it is not said that it has the declared password."""
    engine.up(user())
    _aged(engine, site)
    before = site.users()
    for inputs in (user(routing_profile_id=SALES), user(routing_profile_id=SALES, adopt_existing=True)):
        with pytest.raises(HostError) as caught:
            Engine(host).up(inputs)
        assert "connect-users import" in judged(caught.value)
        assert site.users() == before


def test_a_user_of_a_crash_has_the_password_of_the_run_that_mended_it(engine: Engine, site: Site, host: Host) -> None:
    """It was edited in between, and no API would have changed it."""
    engine.up(user())
    site.forget()
    again = Engine(host)
    again.up(user(password=NEW_PASSWORD))
    assert site.calls() == ["CreateUser", "SearchUsers", "DescribeUser", "DeleteUser", "CreateUser"]
    assert [record.params["Password"] for record in site.records() if "Password" in record.params]
    assert any("created again" in warning for warning in _warnings(host))
    assert again.state is not None
    assert again.state.id == site.users()["ada"]["Id"]


# A user who moves between two resources of a stack.


def _mover(engine: Engine, **changes: Any) -> Engine:
    """The resource to which the user of `engine` moves."""
    engine.up(user(**changes))
    return Engine(engine.host, "countess")


def test_a_user_moves_to_another_resource_and_keeps_its_id(engine: Engine, site: Site, host: Host) -> None:
    """The old resource leaves it alone, and says so. What only that one had declared is cleared."""
    new = _mover(engine, hierarchy_group_id=EMEA, tags={"team": "a"})
    before = site.users()["ada"]
    host.log.take()
    done = run({"countess": user(routing_profile_id=SALES)}, [engine, new])
    assert done == {"countess": "create"}
    live = site.users()["ada"]
    assert live["Id"] == before["Id"]
    assert live["RoutingProfileId"] == SALES
    assert not live.get("HierarchyGroupId")
    assert set(live["Tags"]) == {OWNER_KEY}
    assert engine.state is None
    said = {(each.urn, each.severity): each.message for each in host.log.take() if "waiting" not in each.message}
    assert "moved to" in said[engine.urn, "info"]
    assert new.state is not None
    assert new.state.outputs["ownership_token"] == _token(site)
    assert run({"countess": user(routing_profile_id=SALES)}, [new]) == {"countess": "same"}
    new.destroy()
    assert site.users() == {}


def _token(site: Site) -> str:
    owner = ownership.owner_of(site.users()["ada"]["Tags"])
    assert owner is not None
    return owner.token


def test_two_users_swap_their_resources(engine: Engine, site: Site, host: Host) -> None:
    """Each tag names a resource that the program declares, for somebody else: nobody is made twice or lost."""
    bob = Engine(host, "bob")
    engine.up(user("ada"))
    bob.up(user("bob"))
    ids = {name: live["Id"] for name, live in site.users().items()}
    run({"ada": user("bob"), "bob": user("ada")}, [engine, bob])
    assert {name: live["Id"] for name, live in site.users().items()} == ids
    assert engine.state is not None
    assert bob.state is not None
    assert (engine.state.id, bob.state.id) == (ids["bob"], ids["ada"])
    assert run({"ada": user("bob"), "bob": user("ada")}, [engine, bob]) == {"ada": "same", "bob": "same"}


@pytest.mark.parametrize("died", ["before the state was saved", "before the old resource left"])
def test_a_move_that_was_interrupted_goes_on(died: str, engine: Engine, site: Site) -> None:
    """Nobody is deleted, made again, or left behind; what the old resource had declared is still cleared."""
    new = _mover(engine, hierarchy_group_id=EMEA)
    before = site.users()["ada"]["Id"]
    new.up(user())
    if died == "before the state was saved":
        new.state = None
        state = engine.state
        assert state is not None
        site.client.update_user_hierarchy(InstanceId=seed.INSTANCE_ID, UserId=state.id, HierarchyGroupId=EMEA)
    run({"countess": user()}, [engine, new])
    assert engine.state is None
    live = site.users()["ada"]
    assert live["Id"] == before
    assert not live.get("HierarchyGroupId")
    assert new.state is not None
    assert new.state.outputs["ownership_token"] == _token(site)


def test_a_move_whose_new_resource_nobody_declares_any_more_loses_nobody(engine: Engine, site: Site) -> None:
    """A run was killed in the middle of the move, and then both left: refused, with the way out."""
    new = _mover(engine)
    new.up(user())
    with pytest.raises(HostError) as caught:
        engine.destroy()
    text = judged(caught.value)
    assert new.urn in text
    assert "remove the tag" in text
    assert set(site.users()) == {"ada"}


def test_a_name_that_two_resources_declare_is_refused_when_the_second_is_made(engine: Engine, site: Site) -> None:
    """Where no preview could see it."""
    twin = _mover(engine)
    before = site.users()
    with pytest.raises(HostError) as caught:
        run({"ada": user(), "countess": user(tags={"a": "b"})}, [engine, twin])
    assert "declare the user once" in judged(caught.value)
    assert engine.urn in judged(caught.value)
    assert site.users() == before
    assert twin.state is None


def test_a_name_that_two_resources_declare_is_refused_when_the_first_comes_later(engine: Engine, site: Site) -> None:
    """By then the second has the user: the first is updated to find that out, and writes nothing. So it is in each run
    after that, whichever comes first, until one of them leaves; the user stays."""
    twin = _mover(engine)
    id_ = site.users()["ada"]["Id"]
    programs = [{"countess": user(), "ada": user()}, {"countess": user(), "ada": user(tags={"a": "b"})}]
    for program in (*programs, {"ada": user(), "countess": user()}):
        with pytest.raises(HostError) as caught:
            run(program, [engine, twin])
        text = judged(caught.value)
        assert twin.urn in text or engine.urn in text
        assert "nothing was changed" in text
        assert set(site.users()["ada"]["Tags"]) == {OWNER_KEY}
    run({"countess": user()}, [engine, twin])
    assert engine.state is None
    assert site.users()["ada"]["Id"] == id_


def test_who_has_the_user_of_a_name_that_was_declared_twice_does_not_take_it_away(
    engine: Engine, site: Site, host: Host
) -> None:
    """The one that had taken it over leaves, the first one stays: reported, and not deleted."""
    twin = _mover(engine)
    with pytest.raises(HostError):
        run({"countess": user(), "ada": user()}, [engine, twin])
    host.log.take()
    run({"ada": user()}, [engine, twin])
    assert twin.state is None
    assert set(site.users()) == {"ada"}
    assert any(engine.urn in warning for warning in _warnings(host))


def test_the_user_of_an_older_state_that_went_to_a_later_resource_is_not_deleted_first(
    engine: Engine, site: Site
) -> None:
    """The later resource is not known yet when the first one is replaced: refused, and the advice works."""
    engine.up(user())
    older, twin = engine.state, engine.twin(name="countess", state=None)
    run({"ada": user("bob"), "countess": user()}, [engine, twin])
    ids = {name: each["Id"] for name, each in site.users().items()}
    engine.state, twin.state = older, None
    engine.host.begin_run()
    change = engine.plan(engine.checked(user("cyd")))
    with pytest.raises(HostError) as caught:
        engine.apply(replace(change, delete_first=True))
    text = judged(caught.value)
    assert twin.urn in text
    assert engine.host.worded("run once without delete_before_replace") in text
    run({"ada": user("cyd"), "countess": user()}, [engine, twin])
    assert site.users()["ada"]["Id"] == ids["ada"]
    assert set(site.users()) == {"ada", "bob", "cyd"}


def test_without_the_tag_a_user_does_not_move(engine: Engine, site: Site, start: Callable[..., Host]) -> None:
    """Nothing could be written that keeps the old resource from deleting it."""
    engine.up(user())
    before = site.users()
    with pytest.raises(HostError) as caught:
        Engine(start(ownershipTag="false"), "countess").up(user())
    assert "pulumi.Alias(name='ada')" in judged(caught.value)
    assert site.users() == before


def test_an_adopted_user_who_moves_keeps_what_it_had_before(engine: Engine, site: Site) -> None:
    """No program of this stack has ever set it."""
    site.client.create_user(**support.user(Username="ada", HierarchyGroupId=EMEA))
    new = _mover(engine, adopt_existing=True)
    run({"countess": user()}, [engine, new])
    assert site.users()["ada"]["HierarchyGroupId"] == EMEA
    assert PASSWORD not in repr(site.users())
