"""The ownership tag over a user's life: renamed resources, tags that a state lost, settings that were changed between
runs, and two who want the same user."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core import ownership
from connect_users.emulator import seed
from connect_users.testing import HostError
from tests.contract.emulator import support
from tests.contract.hosting import OWNER_KEY, Engine, ResourceState, Site, judged, run, urn, user

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connect_users.emulator import Phase, RequestRecord
    from tests.contract.doors import Host

SALES = seed.ROUTING_PROFILES["Sales"]


def _renamed(engine: Engine, name: str) -> Engine:
    """The same resource with another URN: a stack rename, an alias, `pulumi state move` or `state rename`."""
    return Engine(engine.host, name, engine.state)


def _kept(engine: Engine) -> Mapping[str, Any]:
    """The outputs of the state."""
    assert engine.state is not None
    return engine.state.outputs


def _owner(site: Site, username: str = "ada") -> ownership.Owner | None:
    return ownership.owner_of(site.users()[username].get("Tags", {}))


def _imported(site: Site) -> ResourceState:
    made = site.client.create_user(**support.user())
    inputs = user()
    return ResourceState(made["UserId"], inputs, {**inputs, "arn": made["UserArn"]})


def test_the_next_up_of_a_renamed_resource_writes_its_tag_again(engine: Engine, site: Site, host: Host) -> None:
    """Nothing else is done, it is said why, and the up after that does nothing."""
    engine.up(user())
    site.forget()
    renamed = _renamed(engine, "countess")
    assert renamed.up(user()) == "update"
    assert site.calls() == ["DescribeUser", "TagResource"]
    assert any("renamed or moved" in each.message and each.urn == renamed.urn for each in host.log.take())
    owner = _owner(site)
    assert owner is not None
    assert owner.name == ownership.owner_name(renamed.urn)
    assert renamed.state is not None
    assert renamed.state.outputs["ownership_token"] == owner.token
    assert renamed.up(user()) == "same"
    renamed.destroy()
    assert site.users() == {}


def test_many_renamed_resources_are_reported_once(engine: Engine, host: Host, start: Callable[..., Host]) -> None:
    both = [engine, engine.twin(name="bo", state=None)]
    for each in both:
        each.up(user(each.name))
    new = start()
    for each in both:
        each.twin(name=f"{each.name}2", host=new).step(user(each.name))
    assert len([each for each in new.log.take() if "renamed or moved" in each.message]) == 1


def test_a_renamed_resource_is_destroyed_without_an_up_before(engine: Engine, site: Site) -> None:
    """The token is proof enough, whatever the name."""
    engine.up(user())
    _renamed(engine, "countess").destroy()
    assert site.users() == {}


def test_a_refresh_of_a_renamed_resource_keeps_it(engine: Engine, site: Site, host: Host) -> None:
    engine.up(user())
    renamed = _renamed(engine, "countess")
    assert renamed.refresh() == "same"
    assert [each.message for each in host.log.take() if each.severity == "warning"] == []
    renamed.destroy()
    assert site.users() == {}


def test_who_gets_the_former_name_of_a_stack_does_not_get_its_users(engine: Engine, site: Site) -> None:
    """A stack `dev` that became `prod`, and a new `dev` of the same program: refused, with the name of the owner."""
    engine.up(user())
    renamed = engine.twin(stack="prod")
    renamed.up(user())
    before = site.users()
    with pytest.raises(HostError) as caught:
        engine.twin(state=None).up(user(routing_profile_id=SALES, adopt_existing=True))
    assert renamed.urn in judged(caught.value)
    assert site.users() == before


@pytest.mark.parametrize("new", [{"name": "countess"}, {"stack": "prod"}], ids=["name", "stack"])
def test_a_run_that_died_between_the_new_tag_and_its_state_loses_nobody(
    new: dict[str, str], engine: Engine, site: Site
) -> None:
    """The state still has the former token, from which the new one follows."""
    engine.up(user())
    kept = engine.state
    renamed = engine.twin(**new)
    renamed.up(user())
    renamed.state = kept
    assert renamed.refresh() == "same"
    assert renamed.up(user()) == "update"
    renamed.state = kept
    renamed.destroy()
    assert site.users() == {}


def test_renaming_never_takes_back_who_was_taken_over(engine: Engine, site: Site) -> None:
    """Another stack has the user by now: an error before anything is changed."""
    engine.up(user())
    state = engine.state
    assert state is not None
    other_urn = urn("other", "prod")
    other = ownership.tag(ownership.new_token(0, other_urn), other_urn)
    site.client.tag_resource(resourceArn=state.outputs["arn"], tags=other)
    before = site.users()
    with pytest.raises(HostError) as caught:
        _renamed(engine, "countess").up(user(routing_profile_id=SALES))
    text = judged(caught.value)
    assert other_urn in text
    assert "nothing was changed" in text
    assert site.users() == before


def test_a_user_of_a_resource_that_nobody_declares_any_more_comes_back(engine: Engine, site: Site) -> None:
    """An older state was restored: the tag names the resource that the user had moved to since. Declared again by its
    former name, the user is taken over by the next change, and by the next run after a refresh."""
    engine.up(user())
    older = engine.state
    for refreshed in (False, True):
        moved = engine.twin(name="countess", state=None)
        run({"countess": user()}, [engine, moved])
        engine.state = older
        if refreshed:
            assert engine.refresh() == "same"
            assert _kept(engine)["other_owner"] == moved.urn
        assert engine.up(user()) == ("update" if refreshed else "same")
        assert engine.refresh() == "same"
        assert engine.up(user(tags={"team": "a"})) == "update"
        owner = _owner(site)
        assert owner is not None
        assert owner.name == ownership.owner_name(engine.urn)
        assert "other_owner" not in _kept(engine)
        engine.up(user())
        older = engine.state
    engine.destroy()
    assert site.users() == {}


def test_a_user_that_was_imported_twice_is_changed_by_its_first_owner_only(engine: Engine, site: Site) -> None:
    """Whoever changes it first has it; the error of the other one says so."""
    state = _imported(site)
    engine.state = state
    twin = Engine(engine.host, "twin", state)
    engine.up(user(routing_profile_id=SALES))
    before = site.users()
    with pytest.raises(HostError) as caught:
        run({engine.name: user(routing_profile_id=SALES), "twin": user(tags={"a": "b"})}, [engine, twin])
    assert engine.urn in judged(caught.value)
    assert site.users() == before
    run({engine.name: user(routing_profile_id=SALES)}, [engine, twin])
    assert twin.state is None
    assert site.users() == before


def test_an_imported_user_whose_first_change_was_not_saved_can_leave(engine: Engine, site: Site) -> None:
    """Its state has no token, the live user has the tag that this state wrote."""
    engine.state = state = _imported(site)
    engine.up(user(routing_profile_id=SALES))
    engine.state = state
    engine.destroy()
    assert site.users() == {}


def test_the_old_half_of_an_imported_user_deletes_nothing(engine: Engine, site: Site) -> None:
    """Whether it is deleted in the run of its replacement, or after a crash in a later one; and an older state that is
    not the old half of anything is refused."""
    engine.state = state = _imported(site)
    engine.force_replace(user(adopt_existing=True))
    assert set(site.users()) == {"ada"}
    engine.doomed = [state]
    engine.up(user(routing_profile_id=SALES, adopt_existing=True))
    assert engine.doomed == []
    with pytest.raises(HostError) as caught:
        engine.twin(state=state).destroy()
    assert "pulumi refresh" in judged(caught.value)
    assert set(site.users()) == {"ada"}


def test_the_ownership_tag_switched_off_after_a_crash(engine: Engine, site: Site, untagged: Host) -> None:
    """The user that a run with the tag left behind is made again, without one."""
    engine.up(user())
    engine = Engine(untagged)
    assert engine.up(user()) == "create"
    assert _owner(site) is None
    assert engine.state is not None
    assert engine.state.id == site.users()["ada"]["Id"]
    engine.destroy()
    assert site.users() == {}


def test_a_tag_that_was_removed_is_put_back_only_where_users_have_tags(
    engine: Engine, site: Site, host: Host, untagged: Host
) -> None:
    """A refresh promises no more than the next change does."""
    engine.up(user())
    site.client.untag_resource(resourceArn=_kept(engine)["arn"], tagKeys=[OWNER_KEY])
    for refreshing, promised in ((host, True), (untagged, False)):
        refreshing.log.take()
        engine.twin(host=refreshing).refresh()
        (warning,) = (each.message for each in refreshing.log.take() if each.severity == "warning")
        assert "was removed in Connect" in warning
        assert ("puts it back" in warning) == promised


@pytest.mark.parametrize("tagged_first", [True, False])
def test_the_ownership_tag_switched_between_runs(tagged_first: bool, site: Site, host: Host, untagged: Host) -> None:
    """Off and on, on and off: the user is changed and deleted as before."""
    first, second = (host, untagged) if tagged_first else (untagged, host)
    engine = Engine(first)
    engine.up(user())
    engine.host = second
    assert engine.up(user()) == "same"
    assert engine.up(user(routing_profile_id=SALES)) == "update"
    assert (_owner(site) is None) == (engine.state is None or "ownership_token" not in engine.state.outputs)
    engine.host = first
    assert engine.refresh() == "same"
    assert engine.up(user()) == "update"
    engine.destroy()
    assert site.users() == {}


def test_two_who_adopt_the_same_user_at_the_same_moment(engine: Engine, site: Site, host: Host) -> None:
    """The one whose tag was overwritten gets an error that says so, and changes nothing else."""
    made = site.client.create_user(**support.user())
    other = ownership.tag(ownership.new_token(2_000_000_000, urn("other")), urn("other"))

    def overwrite(phase: Phase, record: RequestRecord) -> None:
        if phase == "answered" and record.operation == "TagResource":
            site.client.tag_resource(resourceArn=made["UserArn"], tags=other)

    site.on_event = overwrite
    with pytest.raises(HostError) as caught:
        engine.up(user(adopt_existing=True, routing_profile_id=SALES))
    site.on_event = None
    assert urn("other") in judged(caught.value)
    live = site.users()["ada"]
    assert live["RoutingProfileId"] != SALES
    assert live["Tags"][OWNER_KEY] == other[OWNER_KEY]
    assert engine.state is None


#: The URN of a resource of this name does not fit into a tag, which has its hash instead.
LONG = "c" * 200


def test_a_user_moves_to_a_resource_whose_name_is_too_long_for_a_tag(engine: Engine, site: Site, host: Host) -> None:
    """It keeps its id, and the old resource leaves without a warning."""
    engine.up(user())
    before = site.users()["ada"]["Id"]
    long = engine.twin(name=LONG, state=None)
    host.log.take()
    assert run({LONG: user()}, [engine, long]) == {LONG: "create"}
    (left,) = (each for each in host.log.take() if each.urn == engine.urn)
    assert (left.severity, left.message.startswith("not deleted: the user moved to")) == ("info", True)
    assert site.users()["ada"]["Id"] == before
    assert engine.state is None
    assert run({LONG: user()}, [long]) == {LONG: "same"}
    long.destroy()
    assert site.users() == {}


def test_a_tag_with_a_hash_is_written_once(engine: Engine, site: Site) -> None:
    """A look at the user finds nothing to correct in it."""
    long = engine.twin(name=LONG, state=None)
    long.up(user())
    state = long.state
    assert state is not None
    long.state = replace(state, outputs={**state.outputs, "other_owner": urn("other")})
    site.forget()
    long.up(user(routing_profile_id=SALES))
    assert site.calls() == ["DescribeUser", "UpdateUserRoutingProfile"]
    assert _kept(long)["ownership_token"] == state.outputs["ownership_token"]
