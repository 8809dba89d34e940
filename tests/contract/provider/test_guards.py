"""Reading, forgetting and deleting at both doors: a user is only given up when it is gone for certain."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core import ownership
from connect_users.emulator import Fault, seed
from connect_users.testing import HostError
from tests.changes import CHANGES
from tests.contract.hosting import OWNER_KEY, PASSWORD, Engine, ResourceState, Site, judged, urn, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.doors import Host

OTHER_URN = urn("somebody-else", stack="prod")
OTHER_OWNER = ownership.tag(ownership.new_token(2_000_000_000, OTHER_URN), OTHER_URN)


def _aged(state: ResourceState | None, of: str) -> ResourceState:
    """The state of a user that was made long ago: Connect needs no time any more to show it."""
    assert state is not None
    old = ownership.new_token(1_600_000_000, of)
    return replace(state, outputs={**state.outputs, "ownership_token": old, "verified_at": "<1600000000.123"})


def _made(engine: Engine, site: Site, **changes: Any) -> ResourceState:
    """A user that was made long ago, live and in the state."""
    engine.up(user(engine.name, **changes))
    engine.state = state = _aged(engine.state, engine.urn)
    _tag(site, state, ownership.tag(state.outputs["ownership_token"], engine.urn))
    site.forget()
    return state


def _tag(site: Site, state: ResourceState, tags: dict[str, str]) -> None:
    site.client.tag_resource(resourceArn=state.outputs["arn"], tags=tags)


def _delete_behind_its_back(site: Site, state: ResourceState) -> None:
    site.client.delete_user(InstanceId=seed.INSTANCE_ID, UserId=state.id)


# Drift: (field of the change table, how somebody changes it behind the program's back).
_DRIFT: dict[str, Callable[[Any, dict[str, str]], None]] = {
    "routing_profile_id": lambda client, ids: client.update_user_routing_profile(
        RoutingProfileId=seed.ROUTING_PROFILES["Basic Routing Profile"], **ids
    ),
    "security_profile_ids": lambda client, ids: client.update_user_security_profiles(
        SecurityProfileIds=[seed.SECURITY_PROFILES["QualityAnalyst"]], **ids
    ),
    "identity_info": lambda client, ids: client.update_user_identity_info(
        IdentityInfo={"FirstName": "Eve", "LastName": "Byron"}, **ids
    ),
    "phone_config": lambda client, ids: client.update_user_phone_config(
        PhoneConfig={"PhoneType": "SOFT_PHONE", "AutoAccept": True, "AfterContactWorkTimeLimit": 77}, **ids
    ),
    "hierarchy_group_id": lambda client, ids: client.update_user_hierarchy(
        HierarchyGroupId=seed.HIERARCHY_GROUPS["EMEA/UK"], **ids
    ),
    "auto_accept_configs": lambda client, ids: client.update_user_config(
        AutoAcceptConfigs=[{"Channel": "VOICE", "AutoAccept": True}], **ids
    ),
    "after_contact_work_configs": lambda client, ids: client.update_user_config(
        AfterContactWorkConfigs=[
            {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 99}},
        ],
        **ids,
    ),
    "phone_number_configs": lambda client, ids: client.update_user_config(
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+442079460999"}], **ids
    ),
    "persistent_connection_configs": lambda client, ids: client.update_user_config(
        PersistentConnectionConfigs=[{"Channel": "VOICE", "PersistentConnection": True}], **ids
    ),
    "voice_enhancement_configs": lambda client, ids: client.update_user_config(
        VoiceEnhancementConfigs=[{"Channel": "VOICE", "VoiceEnhancementMode": "VOICE_ISOLATION"}], **ids
    ),
    "user_proficiencies": lambda client, ids: client.update_user_proficiencies(
        UserProficiencies=[{"AttributeName": "lang", "AttributeValue": "en", "Level": 1}], **ids
    ),
    "tags": lambda client, ids: client.tag_resource(
        resourceArn=f"{seed.INSTANCE_ARN}/agent/{ids['UserId']}", tags={"team": "drifted"}
    ),
}
#: Fields that Connect never tells, or that cannot change there.
_NO_DRIFT = {
    "instance_id",
    "username",
    "password",
    "password_secret_arn",
    "on_password_change",
    "directory_user_id",
    "identity_management_type",
    "adopt_existing",
    "delete_quick_connects",
    "sign_out",
}


def _declared(field: str) -> dict[str, Any]:
    """A value of that field before it changes in the table of changes, or that of the usual user."""
    values = [change.before.get(field) for name, change in CHANGES.items() if name.partition("-")[0] == field]
    return {field: next((value for value in values if value is not None), user().get(field))}


def test_drift_of_every_field_is_tried() -> None:
    """A field of the table of changes drifts here, or nowhere."""
    changed = {name.partition("-")[0] for name in CHANGES}
    assert changed | {"username", "directory_user_id"} == {*_DRIFT, *_NO_DRIFT}


@pytest.mark.parametrize("field", _DRIFT)
def test_drift_is_found_by_a_refresh_and_mended_by_the_next_up(field: str, engine: Engine, site: Site) -> None:
    """The refresh changes inputs and outputs, so the next preview shows it; up makes one call to mend it.

    A block of which a part is declared is looked at before.
    """
    inputs = user(**_declared(field))
    engine.up(inputs)
    assert engine.state is not None
    before = engine.state.inputs
    ids = {"InstanceId": seed.INSTANCE_ID, "UserId": engine.state.id}
    _DRIFT[field](site.client, ids)

    engine.refresh()

    assert [name for name in before if engine.state.inputs.get(name) != before[name]] == [field]
    assert engine.state.outputs[field] == engine.state.inputs[field]
    site.forget()
    assert engine.up(inputs) == "update"
    assert len([call for call in site.calls() if call != "DescribeUser"]) == 1
    engine.refresh()
    assert engine.up(inputs) == "same"


def test_a_refresh_keeps_what_connect_never_returns(engine: Engine) -> None:
    """The password and the recorded inputs come back from the state."""
    engine.up(user(on_password_change="ignore", adopt_existing=True, identity_management_type="CONNECT_MANAGED"))
    assert engine.state is not None
    before = engine.state.inputs
    engine.refresh()
    assert engine.state.inputs == before


def test_what_is_not_declared_is_not_drift(engine: Engine, site: Site) -> None:
    """Somebody else's settings of things that the program says nothing of are none of its business."""
    engine.up(user())
    assert engine.state is not None
    ids = {"InstanceId": seed.INSTANCE_ID, "UserId": engine.state.id}
    before = engine.state.inputs
    for field in ("hierarchy_group_id", "tags", "phone_config", "voice_enhancement_configs"):
        _DRIFT[field](site.client, ids)
    engine.refresh()
    assert engine.state.inputs == before
    assert engine.up(user()) == "same"


def test_a_user_is_gone_when_it_is_missed_twice_and_its_instance_is_there(engine: Engine, site: Site) -> None:
    """Two looks and the instance: only then the state loses the user."""
    state = _made(engine, site)
    _delete_behind_its_back(site, state)
    assert engine.refresh() == "gone"
    assert site.calls() == ["DescribeUser", "DescribeUser", "DescribeInstance"]


def test_one_404_changes_nothing(engine: Engine, site: Site) -> None:
    """A reader that lags behind says "not found" of a user that exists."""
    _made(engine, site)
    site.emulator.faults.add(Fault("DescribeUser", "error-before", code="ResourceNotFoundException"))
    assert engine.refresh() == "same"
    assert site.calls() == ["DescribeUser", "DescribeUser"]


def test_deleting_who_is_gone_is_a_success(engine: Engine, site: Site) -> None:
    """And it makes sure, as a refresh does."""
    state = _made(engine, site)
    _delete_behind_its_back(site, state)
    engine.destroy()
    assert site.calls() == ["DescribeUser", "DescribeUser", "DescribeInstance"]


def _other_account(site: Site, start: Callable[..., Host]) -> Host:
    return start(timeout="1", env_changes={"AWS_ACCESS_KEY_ID": "210987654321"})


def _other_region(site: Site, start: Callable[..., Host]) -> Host:
    return start(region="eu-west-2")


def _no_instance(site: Site, start: Callable[..., Host]) -> Host:
    site.emulator.faults.add(
        Fault("*", "error-before", 100, code="ResourceNotFoundException", message="Instance not found")
    )
    return start(timeout="1")


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (_other_account, "account"),
        (_other_region, "set connect-users:region (or the provider's region) to us-east-1"),
        (_no_instance, "instance"),
    ],
)
def test_the_wrong_place_is_an_error_on_every_method_and_the_state_stays(
    place: Callable[..., Host], message: str, site: Site, host: Host, start: Any
) -> None:
    """There, everything is "not found": that must never look like a deletion."""
    engines = {name: Engine(host, name) for name in ("refreshed", "updated", "destroyed")}
    states = {name: _made(engine, site) for name, engine in engines.items()}
    elsewhere = place(site, start)
    for engine in engines.values():
        engine.host = elsewhere
    acts: dict[str, Callable[[], object]] = {
        "refreshed": engines["refreshed"].refresh,
        "updated": lambda: engines["updated"].up(user("updated", tags={"a": "b"})),
        "destroyed": engines["destroyed"].destroy,
    }
    with ThreadPoolExecutor(3) as pool:
        ends = {name: pool.submit(act) for name, act in acts.items()}
    for name, end in ends.items():
        with pytest.raises(HostError) as caught:
            end.result()
        assert message in judged(caught.value, name)
        assert engines[name].state == states[name]
    site.emulator.faults.clear()
    assert set(site.users()) == set(engines)


def test_a_region_that_the_arn_contradicts_needs_no_call(engine: Engine, site: Site, start: Any) -> None:
    """The state says where its user is."""
    _made(engine, site)
    engine.host = _other_region(site, start)
    with pytest.raises(HostError):
        engine.refresh()
    assert site.calls() == []


def test_a_user_with_this_states_token_is_deleted(engine: Engine, site: Site) -> None:
    """One look, one deletion."""
    engine.up(user())
    site.forget()
    engine.destroy()
    assert site.calls() == ["DescribeUser", "DeleteUser"]
    assert site.users() == {}


def test_a_user_that_another_stack_took_over_is_not_deleted(engine: Engine, site: Site, host: Host) -> None:
    """The state forgets it, and the resource says why."""
    state = _made(engine, site)
    _tag(site, state, OTHER_OWNER)
    engine.destroy()
    assert set(site.users()) == {"ada"}
    (message,) = [each for each in host.log.take() if each.severity == "warning"]
    assert message.urn == engine.urn
    assert "not deleted" in message.message
    assert "somebody-else" in message.message


def test_a_user_whose_tag_was_removed_is_not_deleted_until_that_is_accepted(engine: Engine, site: Site) -> None:
    """Without its tag nothing proves whose it is; a refresh accepts that, and then it goes."""
    state = _made(engine, site)
    site.client.untag_resource(resourceArn=state.outputs["arn"], tagKeys=[OWNER_KEY])
    with pytest.raises(HostError) as caught:
        engine.destroy()
    assert "pulumi refresh" in judged(caught.value)
    assert set(site.users()) == {"ada"}
    engine.refresh()
    engine.destroy()
    assert site.users() == {}


def test_a_state_without_a_token_matches_a_user_without_one(engine: Engine, site: Site) -> None:
    """As after an import."""
    engine.state = _imported(site)
    engine.refresh()
    engine.destroy()
    assert site.users() == {}


def test_a_state_without_a_token_does_not_match_a_user_that_somebody_owns(engine: Engine, site: Site) -> None:
    """The user was taken over since the import."""
    engine.state = _imported(site)
    _tag(site, engine.state, OTHER_OWNER)
    engine.destroy()
    assert set(site.users()) == {"ada"}


def test_the_first_change_of_an_imported_user_puts_the_tag_on(engine: Engine, site: Site) -> None:
    """From then on the state can prove whose the user is."""
    engine.state = _imported(site)
    site.forget()
    engine.up(user(routing_profile_id=seed.ROUTING_PROFILES["Sales"]))
    assert site.calls() == ["DescribeUser", "UpdateUserRoutingProfile", "TagResource"]
    token = engine.state.outputs["ownership_token"]
    assert site.users()["ada"]["Tags"][OWNER_KEY] == ownership.tag(token, engine.urn)[OWNER_KEY]
    engine.destroy()
    assert site.users() == {}


def _imported(site: Site) -> ResourceState:
    made = site.client.create_user(
        InstanceId=seed.INSTANCE_ID,
        Username="ada",
        Password=PASSWORD,
        IdentityInfo={"FirstName": "Ada", "LastName": "Byron", "Email": "ada@example.com"},
        RoutingProfileId=seed.ROUTING_PROFILES["Support"],
        SecurityProfileIds=[seed.SECURITY_PROFILES["Agent"]],
    )
    inputs = user()
    return ResourceState(made["UserId"], inputs, {**inputs, "arn": made["UserArn"]})


def test_a_foreign_user_of_the_name_is_refused_and_left_alone(engine: Engine, site: Site) -> None:
    """With the way to adopt it."""
    _imported(site)
    before = site.users()
    with pytest.raises(HostError) as caught:
        engine.up(user(routing_profile_id=seed.ROUTING_PROFILES["Sales"]))
    assert engine.host.worded("adopt_existing=True") in judged(caught.value)
    assert site.users() == before
    assert engine.state is None


def test_an_owned_user_is_refused_even_with_adopt_existing(engine: Engine, site: Site) -> None:
    """The owner is named; two stacks never fight over a user."""
    _tag(site, _imported(site), OTHER_OWNER)
    before = site.users()
    with pytest.raises(HostError) as caught:
        engine.up(user(adopt_existing=True))
    assert OTHER_URN in judged(caught.value)
    assert site.users() == before


def test_adoption_brings_a_foreign_user_to_the_declared_state(engine: Engine, site: Site, host: Host) -> None:
    """It keeps its id, gets the tag, and the resource says what was changed."""
    found = _imported(site)
    site.forget()
    sales = seed.ROUTING_PROFILES["Sales"]
    assert engine.up(user(adopt_existing=True, routing_profile_id=sales)) == "create"
    assert engine.state is not None
    assert engine.state.id == found.id
    assert site.calls()[-3:] == ["TagResource", "DescribeUser", "UpdateUserRoutingProfile"]
    live = site.users()["ada"]
    assert live["RoutingProfileId"] == sales
    assert OWNER_KEY in live["Tags"]
    assert any("taking over" in message.message and message.urn == engine.urn for message in host.log.take())
    assert engine.up(user(adopt_existing=True, routing_profile_id=sales)) == "same"
    engine.destroy()
    assert site.users() == {}


def test_a_rename_back_and_forth_leaves_one_user(engine: Engine, site: Site) -> None:
    """Each rename makes a new user before the old one goes."""
    engine.up(user("ada"))
    engine.up(user("ada.lovelace"))
    engine.up(user("ada"))
    assert set(site.users()) == {"ada"}
