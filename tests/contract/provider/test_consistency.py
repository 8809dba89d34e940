"""Eventual consistency: with every lag that Connect may have, every flow ends right. In virtual time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core import ownership
from connect_users.emulator import Fault, seed
from connect_users.testing import HostError
from tests.changes import EVERYTHING
from tests.contract.emulator import support
from tests.contract.hosting import OWNER_KEY, Engine, ResourceState, judged, user
from tests.contract.provider.matrix_stage import declared, shown
from tests.contract.provider.timed import TimedHost, TimedSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds that are longer than every lag here.
_LATER = 1000.0

LAGS: dict[str, dict[str, float]] = {
    "no lag": {},
    "a second": {"consistency_lag": 1.0, "search_lag": 1.0},
    "seconds": {"consistency_lag": 6.0, "search_lag": 60.0},
    "most of a minute": {"consistency_lag": 50.0, "search_lag": 300.0},
    "late release of names": {"name_release_delay": 100.0, "search_lag": 120.0},
    "everything late": {"consistency_lag": 30.0, "search_lag": 200.0, "name_release_delay": 90.0},
}


@pytest.fixture(scope="module")
def shared_site() -> Iterator[TimedSite]:
    """A site in virtual time, in place of the real one."""
    with TimedSite() as site:
        yield site


@pytest.fixture(scope="module")
def shared_host(shared_site: TimedSite) -> TimedHost:
    return TimedHost(shared_site)


@pytest.fixture
def host(shared_host: TimedHost) -> TimedHost:
    shared_host.said.clear()
    return shared_host


def _lag(site: TimedSite, **lags: Any) -> None:
    site.timer.wait(_LATER)
    site.emulator.options = replace(site.emulator.options, **lags)


def _live(site: TimedSite) -> dict[str, dict[str, Any]]:
    """The users as they are once every lag is over."""
    site.timer.wait(_LATER)
    return site.users()


def _create_then_update(engine: Engine) -> dict[str, Any]:
    engine.up(user(**EVERYTHING.before))
    engine.up(user(**EVERYTHING.after))
    return user(**EVERYTHING.after)


def _create_then_refresh(engine: Engine) -> dict[str, Any]:
    engine.up(user(**EVERYTHING.before))
    assert engine.refresh() == "same"
    engine.up(user(**EVERYTHING.before))
    return user(**EVERYTHING.before)


def _update_then_refresh(engine: Engine) -> dict[str, Any]:
    """A refresh may see what was before; the next up makes it right."""
    engine.up(user(**EVERYTHING.before))
    engine.up(user(**EVERYTHING.after))
    assert engine.refresh() == "same"
    engine.up(user(**EVERYTHING.after))
    return user(**EVERYTHING.after)


def _create_then_destroy(engine: Engine) -> None:
    engine.up(user(**EVERYTHING.before))
    engine.destroy()


def _destroy_then_create(engine: Engine) -> dict[str, Any]:
    engine.up(user(**EVERYTHING.before))
    engine.destroy()
    engine.up(user(**EVERYTHING.after))
    return user(**EVERYTHING.after)


def _replace_deletion_first(engine: Engine) -> dict[str, Any]:
    engine.up(user(**EVERYTHING.before, on_password_change="replace"))
    target = user(**EVERYTHING.after, on_password_change="replace", password="N3w-password")
    engine.up(target)
    return target


def _replace_by_force(engine: Engine) -> dict[str, Any]:
    engine.up(user(**EVERYTHING.before))
    engine.force_replace(user(**EVERYTHING.after))
    return user(**EVERYTHING.after)


def _rename(engine: Engine) -> dict[str, Any]:
    engine.up(user(**EVERYTHING.before))
    target = user("ada.lovelace", **EVERYTHING.after)
    engine.up(target)
    return target


def _rename_and_back(engine: Engine) -> dict[str, Any]:
    _rename(engine)
    engine.up(user(**EVERYTHING.after))
    return user(**EVERYTHING.after)


def _crash_then_create(engine: Engine) -> dict[str, Any]:
    engine.up(user(**EVERYTHING.before))
    engine.state = None
    engine.up(user(**EVERYTHING.after))
    return user(**EVERYTHING.after)


def _crash_then_create_then_destroy(engine: Engine) -> None:
    """The view of the tag may still hold the token of before the crash."""
    _crash_then_create(engine)
    engine.destroy()


def _crash_then_create_then_refresh_then_destroy(engine: Engine) -> None:
    _crash_then_create(engine)
    engine.refresh()
    engine.destroy()


FLOWS: list[Callable[[Engine], dict[str, Any] | None]] = [
    _create_then_update,
    _create_then_refresh,
    _update_then_refresh,
    _create_then_destroy,
    _destroy_then_create,
    _replace_deletion_first,
    _replace_by_force,
    _rename,
    _rename_and_back,
    _crash_then_create,
    _crash_then_create_then_destroy,
    _crash_then_create_then_refresh_then_destroy,
]


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__.strip("_"))
def test_every_flow_ends_right(
    flow: Callable[[Engine], dict[str, Any] | None], lag: str, site: TimedSite, engine: Engine
) -> None:
    """One call after another, without a pause for Connect to settle."""
    _lag(site, **LAGS[lag])
    target = flow(engine)
    users = _live(site)
    if target is None:
        assert users == {}
        return
    (live,) = users.values()
    assert engine.state is not None
    assert engine.state.id == live["Id"]
    assert shown(live) == declared(target)
    assert live["Tags"][OWNER_KEY].startswith(engine.state.outputs["ownership_token"])
    engine.destroy()
    assert _live(site) == {}


#: By how many seconds the clocks of two machines are wrong: of the one that makes the user, of the one that goes on.
CLOCKS = [(7200.0, 0.0), (0.0, 7200.0), (-40_000_000.0, 0.0), (0.0, -40_000_000.0), (30.0, -30.0)]


@pytest.mark.parametrize("clocks", CLOCKS, ids=str)
@pytest.mark.parametrize("then", ["update", "refresh", "destroy", "crash, destroy"])
def test_clocks_that_are_wrong_lose_nobody(then: str, clocks: tuple[float, float], site: TimedSite) -> None:
    """A user that is not visible yet is not gone, however old it seems to the second machine."""
    _lag(site, **LAGS["everything late"])
    engine = Engine(TimedHost(site, skew=clocks[0]))
    engine.up(user())
    engine.host = TimedHost(site, skew=clocks[1])
    if then.startswith("crash"):
        engine.state = None
        if clocks[0] < -ownership.LEFTOVER:
            # It seems to be in use for long.
            with pytest.raises(HostError) as caught:
                engine.up(user())
            assert "connect-users import" in judged(caught.value)
            assert set(_live(site)) == {"ada"}
            return
    if then == "refresh":
        assert engine.refresh() == "same"
    elif then != "destroy":
        engine.up(user(routing_profile_id=seed.ROUTING_PROFILES["Sales"]))
    if "destroy" in then:
        engine.destroy()
        assert _live(site) == {}
        return
    (live,) = _live(site).values()
    assert engine.state is not None
    assert engine.state.id == live["Id"]
    assert live["Tags"][OWNER_KEY].startswith(engine.state.outputs["ownership_token"])


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("between", ["nothing", "refresh"])
def test_a_user_that_was_adopted_just_now_is_this_states(
    between: str, lag: str, site: TimedSite, engine: Engine
) -> None:
    """A view that does not show the new tag yet must not make the user somebody else's, or an orphan."""
    support.create(site.client)
    _lag(site, **LAGS[lag])
    engine.up(user(adopt_existing=True))
    if between == "refresh":
        engine.refresh()
    engine.destroy()
    assert _live(site) == {}


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("between", ["nothing", "refresh"])
def test_a_user_that_was_imported_and_changed_just_now_is_this_states(
    between: str, lag: str, site: TimedSite, engine: Engine
) -> None:
    """The tag came with the first change; where its view is late for long, that is an error, and never an orphan."""
    made = site.client.create_user(**support.user())
    inputs = user()
    engine.state = ResourceState(made["UserId"], inputs, {**inputs, "arn": made["UserArn"]})
    _lag(site, **LAGS[lag])
    engine.up(user(tags={"team": "a"}))
    if between == "refresh":
        engine.refresh()
    late = between == "nothing" and LAGS[lag].get("consistency_lag", 0) > 6
    if late:
        with pytest.raises(HostError) as caught:
            engine.destroy()
        assert "was removed in Connect" in judged(caught.value)
        site.timer.wait(_LATER)
    engine.destroy()
    assert _live(site) == {}


def test_a_user_that_is_deleted_right_after_its_creation_is_gone_in_the_end(site: TimedSite, engine: Engine) -> None:
    """The patience with a young user ends."""
    engine.up(user())
    (live,) = site.users().values()
    site.client.delete_user(InstanceId=seed.INSTANCE_ID, UserId=live["Id"])
    site.forget()
    assert engine.refresh() == "gone"
    assert site.calls().count("DescribeUser") > 2
    assert site.calls()[-1] == "DescribeInstance"


@pytest.mark.parametrize("request_", ["CreateUser", "UpdateUserRoutingProfile", "AssociateUserProficiencies"])
def test_what_was_made_in_the_same_run_may_be_late(request_: str, site: TimedSite, engine: Engine) -> None:
    """A profile or an attribute of the same stack that Connect does not find yet is waited for, and it is said so."""
    if request_ != "CreateUser":
        engine.up(user())
    site.emulator.faults.add(Fault(request_, "error-before", code="ResourceNotFoundException", times=2))
    engine.up(user(**EVERYTHING.after))
    assert shown(site.users()["ada"]) == declared(user(**EVERYTHING.after))
    assert engine.host.said[-1][1].startswith("waiting 2 s")


def test_what_does_not_exist_is_an_error_in_the_end(site: TimedSite, engine: Engine) -> None:
    """The patience with names ends after seconds, not after minutes."""
    before = site.timer.now()
    with pytest.raises(HostError) as caught:
        engine.up(user(routing_profile_id="90000000-0000-4000-8000-000000000000"))
    assert "routing profile" in judged(caught.value)
    assert 5 < site.timer.now() - before < 20


@pytest.mark.parametrize("owns", [True, False])
def test_a_user_of_long_ago_that_is_gone_is_an_error_at_once(owns: bool, site: TimedSite) -> None:
    """It is not late, and no id has to be checked; a user without our tag is no younger. The state stays."""
    engine = Engine(TimedHost(site, owns=owns))
    engine.up(user())
    (live,) = site.users().values()
    site.timer.wait(_LATER)
    site.client.delete_user(InstanceId=seed.INSTANCE_ID, UserId=live["Id"])
    before = site.timer.now()
    with pytest.raises(HostError) as caught:
        engine.up(user(**EVERYTHING.after))
    message = judged(caught.value)
    assert f"updating Connect user 'ada': user {live['Id']} is gone from Connect" in message
    assert "pulumi refresh" in message
    assert site.timer.now() - before < 1
    assert engine.host.said == []
    assert engine.state is not None
    assert engine.refresh() == "gone"
    engine.up(user(**EVERYTHING.after))
    assert shown(site.users()["ada"]) == declared(user(**EVERYTHING.after))


def test_a_user_that_was_made_moments_ago_and_is_not_found_is_waited_for_and_then_gone(
    site: TimedSite, engine: Engine
) -> None:
    engine.up(user())
    (live,) = site.users().values()
    site.client.delete_user(InstanceId=seed.INSTANCE_ID, UserId=live["Id"])
    before = site.timer.now()
    with pytest.raises(HostError) as caught:
        engine.up(user(**EVERYTHING.after))
    assert "is gone from Connect" in judged(caught.value)
    assert 30 < site.timer.now() - before <= 60
    assert {text.partition(": ")[2] for _, text in engine.host.said} == {
        "Amazon Connect does not find the user, which was just created, yet"
    }


def test_a_user_that_the_credentials_cannot_see_is_not_gone(site: TimedSite, engine: Engine) -> None:
    """In another account everything is not found."""
    engine.up(user())
    site.timer.wait(_LATER)
    for request in ("UpdateUserRoutingProfile", "DescribeUser", "DescribeInstance"):
        site.emulator.faults.add(Fault(request, "error-before", code="ResourceNotFoundException", times=10))
    with pytest.raises(HostError) as caught:
        engine.up(user(**EVERYTHING.after))
    assert "check the account of the credentials and the region" in judged(caught.value)


@pytest.mark.parametrize(
    ("whose", "message"),
    [
        (
            "without an owner",
            "declare 'Ada' (with adopt_existing=True to take that user over), or choose another username",
        ),
        ("its own", "that is this resource's own user: keep 'Ada', or remove it in one run"),
    ],
)
def test_a_name_that_is_taken_but_for_case_is_named(whose: str, message: str, site: TimedSite, engine: Engine) -> None:
    """Waiting out the timeout would not free it. An instance that compares names without case is played by a fault."""
    if whose == "its own":
        engine.up(user(username="Ada"))
    else:
        support.create(site.client, "Ada")
    (live,) = site.users().values()
    refusal = Fault("CreateUser", "error-before", code="DuplicateResourceException", times=1000)
    site.emulator.faults.add(refusal)
    before = site.timer.now()
    with pytest.raises(HostError) as caught:
        engine.up(user(username="ada"))
    text = judged(caught.value)
    assert f"the only user like it differs in case: 'Ada' (user {live['Id']}); {message}" in text
    assert site.timer.now() - before < 10
    assert list(site.users()) == ["Ada"]


def test_a_name_that_is_free_in_a_moment_is_waited_for_beside_one_of_another_case(
    site: TimedSite, engine: Engine
) -> None:
    """Where case counts, both may be there, and a deleted one may still hold its name for seconds."""
    support.create(site.client, "Ada")
    refusal = Fault("CreateUser", "error-before", code="DuplicateResourceException", times=2)
    site.emulator.faults.add(refusal)
    engine.up(user(username="ada"))
    assert sorted(site.users()) == ["Ada", "ada"]


def test_a_deletion_that_does_not_find_who_was_just_seen_is_tried_again(site: TimedSite, engine: Engine) -> None:
    """One reader shows the user, another one does not: that is no success yet."""
    engine.up(user())
    site.emulator.faults.add(Fault("DeleteUser", "error-before", code="ResourceNotFoundException"))
    site.forget()
    engine.destroy()
    assert site.calls() == ["DescribeUser", "DeleteUser", "DescribeUser", "DeleteUser"]
    assert site.users() == {}


def test_a_waiting_call_ends_with_the_run(site: TimedSite, engine: Engine) -> None:
    """Cancelled while it waits for a name: an error at once, nothing half said."""
    support.create(site.client)
    _lag(site, name_release_delay=10_000.0)
    (live,) = site.users().values()
    site.client.delete_user(InstanceId=seed.INSTANCE_ID, UserId=live["Id"])
    host = engine.host
    plain_wait = host.timer.wait
    host.timer.wait = lambda seconds: plain_wait(seconds) or seconds > 4
    try:
        with pytest.raises(HostError) as caught:
            engine.up(user())
    finally:
        host.timer.wait = plain_wait
    assert "cancelled" in judged(caught.value)
    assert _live(site) == {}


def test_the_user_of_a_lost_answer_that_is_found_late_is_this_creations(
    engine: Engine, site: TimedSite, host: TimedHost
) -> None:
    """It has the declared password, so nothing says otherwise, and a forced replacement makes a new user."""
    _lag(site, **LAGS["seconds"])
    site.forget()
    site.emulator.faults.add(Fault("CreateUser", "drop-after"))
    engine.up(user())
    assert engine.state is not None
    kept = engine.state.id
    assert "TagResource" not in {record.operation for record in site.records()}
    assert not any("password" in text for _, text in host.said)
    engine.force_replace(user(password="N3w-password"))
    assert _live(site)["ada"]["Id"] != kept


def test_a_state_from_before_its_user_went_to_another_stack_deletes_nobody(engine: Engine, site: TimedSite) -> None:
    """`pulumi state move`, and then a backup of the former stack: the making is the same, the tag names the other."""
    _lag(site)
    engine.up(user())
    twin = engine.twin(stack="prod")
    assert twin.up(user()) == "update"
    engine.destroy()
    assert engine.state is None
    assert set(_live(site)) == {"ada"}
    twin.destroy()
    assert _live(site) == {}


def test_a_state_from_before_its_user_came_back_to_the_first_stack_deletes_nobody(
    engine: Engine, site: TimedSite
) -> None:
    """The other stack's state was moved there, too, but is from before its first up: it has the first token."""
    _lag(site)
    engine.up(user())
    older = engine.state
    twin = engine.twin(stack="prod")
    assert twin.up(user()) == "update"
    engine.state = twin.state
    assert engine.up(user()) == "update"
    assert engine.up(user()) == "same"
    twin.state = older
    twin.destroy()
    assert set(_live(site)) == {"ada"}
    engine.destroy()
    assert _live(site) == {}


def test_a_resource_whose_stack_was_renamed_just_now_is_changed_and_deleted(engine: Engine, site: TimedSite) -> None:
    """A reader that lags still shows the tag of the former name."""
    _lag(site, **LAGS["most of a minute"])
    engine.up(user())
    renamed = engine.twin(stack="prod")
    site.timer.wait(_LATER)
    assert renamed.up(user()) == "update"
    assert renamed.up(user(security_profile_ids=[seed.SECURITY_PROFILES["Admin"]])) == "update"
    assert renamed.refresh() == "same"
    renamed.destroy()
    assert _live(site) == {}


def test_a_user_of_a_crash_in_a_full_instance_is_made_again_once_its_name_is_free(
    engine: Engine, site: TimedSite
) -> None:
    """Connect says that the instance is full before it says that the name is taken."""
    inputs = user(adopt_existing=True)
    engine.up(inputs)
    (before,) = site.users().values()
    again = engine.twin(state=None)
    _lag(site, name_release_delay=30.0)
    site.emulator.faults.add(Fault("CreateUser", "error-before", code="LimitExceededException", message="full"))
    assert again.up(inputs) == "create"
    (after,) = _live(site).values()
    assert again.state is not None
    assert again.state.id == after["Id"] != before["Id"]
