"""What AWS does not say: whether a write keeps what it leaves out, and what a refused request looked at first."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Fault, seed
from connect_users.testing import HostError
from tests.contract.emulator import support
from tests.contract.hosting import Engine, Site, judged, user

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANNELS = ("VOICE", "CHAT", "TASK", "EMAIL")
WORK = "AfterContactWork"


def _set(site: Site, **options: Any) -> None:
    site.emulator.options = dataclasses.replace(site.emulator.options, **options)


@pytest.fixture
def directory(site: Site) -> Iterator[dict[str, Any]]:
    """The instance keeps its users in a directory; what a program declares of it."""
    _manage_by(site, "EXISTING_DIRECTORY")
    yield {"identity_management_type": "EXISTING_DIRECTORY", "password": None}
    _manage_by(site, "CONNECT_MANAGED")


def _manage_by(site: Site, management: str) -> None:
    with site.emulator.store.write() as tx:
        tx.execute("UPDATE instances SET doc = json_set(doc, '$.IdentityManagementType', ?)", (management,))


@pytest.mark.parametrize("mode", ["keep", "clear"])
def test_an_address_that_is_not_declared_stays_when_a_name_changes(engine: Engine, site: Site, mode: str) -> None:
    """It is where a password reset goes, and nobody would see it in a preview."""
    _set(site, update_identity_info=mode)
    engine.up(user(identity_info={"first_name": "Ada", "last_name": "Byron"}))
    assert engine.state is not None
    site.client.update_user_identity_info(
        InstanceId=seed.INSTANCE_ID,
        UserId=engine.state.id,
        IdentityInfo={"FirstName": "Ada", "LastName": "Byron", "Email": "a@example.com", "Mobile": "+441632960961"},
    )
    engine.refresh()
    site.forget()
    engine.up(user(identity_info={"first_name": "Ada", "last_name": "Lovelace"}))
    assert site.calls() == ["DescribeUser", "UpdateUserIdentityInfo"]
    assert site.users()["ada"]["IdentityInfo"] == {
        "FirstName": "Ada",
        "LastName": "Lovelace",
        "Email": "a@example.com",
        "Mobile": "+441632960961",
    }


def test_phone_settings_that_are_not_declared_stay_when_another_changes(engine: Engine, site: Site) -> None:
    """UpdateUserPhoneConfig writes the whole block."""
    engine.up(user(phone_config={"phone_type": "SOFT_PHONE"}))
    assert engine.state is not None
    site.client.update_user_phone_config(
        InstanceId=seed.INSTANCE_ID,
        UserId=engine.state.id,
        PhoneConfig={"PhoneType": "SOFT_PHONE", "AutoAccept": True, "AfterContactWorkTimeLimit": 30},
    )
    engine.refresh()
    engine.up(user(phone_config={"phone_type": "DESK_PHONE", "desk_phone_number": "+441632960961"}))
    config = site.users()["ada"]["PhoneConfig"]
    assert (config["PhoneType"], config["AutoAccept"], config["AfterContactWorkTimeLimit"]) == ("DESK_PHONE", True, 30)


def test_after_contact_work_of_each_channel_stays_when_auto_accept_changes(engine: Engine, site: Site) -> None:
    """UpdateUserPhoneConfig would set all channels alike."""
    engine.up(user(phone_config={"phone_type": "SOFT_PHONE", "auto_accept": False}))
    assert engine.state is not None
    site.client.update_user_config(
        InstanceId=seed.INSTANCE_ID,
        UserId=engine.state.id,
        AutoAcceptConfigs=[{"Channel": channel, "AutoAccept": channel == "CHAT"} for channel in CHANNELS],
        AfterContactWorkConfigs=[
            {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": seconds}}
            for channel, seconds in zip(CHANNELS, (10, 20, 30, 40), strict=True)
        ],
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+441632960961"}],
    )
    engine.refresh()
    engine.up(user(phone_config={"auto_accept": True}))
    live = site.users()["ada"]
    work = {e["Channel"]: e["AfterContactWorkConfig"]["AfterContactWorkTimeLimit"] for e in live[f"{WORK}Configs"]}
    assert work == dict(zip(CHANNELS, (10, 20, 30, 40), strict=True))
    accepted = {entry["Channel"] for entry in live["AutoAcceptConfigs"] if entry["AutoAccept"]}
    assert accepted == {"VOICE", "CHAT"}


def test_a_change_of_a_user_that_is_as_it_was_made_is_one_request(engine: Engine, site: Site) -> None:
    """There is nothing to keep."""
    engine.up(user(identity_info={"first_name": "Ada", "last_name": "Byron"}))
    site.forget()
    engine.up(user(identity_info={"first_name": "Ada", "last_name": "Lovelace"}))
    assert site.calls() == ["UpdateUserIdentityInfo"]


def test_a_user_that_was_made_long_ago_is_looked_at_before_a_part_of_a_block_is_written(
    engine: Engine, site: Site
) -> None:
    """Somebody may have set the rest since, and nobody ran a refresh."""
    engine.up(user(identity_info={"first_name": "Ada", "last_name": "Byron"}))
    assert engine.state is not None
    site.client.update_user_identity_info(
        InstanceId=seed.INSTANCE_ID, UserId=engine.state.id, IdentityInfo={"Mobile": "+441632960961"}
    )
    _age(engine.state.outputs)
    engine.up(user(identity_info={"first_name": "Ada", "last_name": "Lovelace"}))
    assert site.users()["ada"]["IdentityInfo"]["Mobile"] == "+441632960961"


def _age(outputs: dict[str, Any]) -> None:
    """The user was made in 1970."""
    outputs["verified_at"] = "<1000.000"
    outputs["ownership_token"] = "00000001" + outputs["ownership_token"][8:]


def test_what_only_lists_can_say_stays_when_auto_accept_changes(engine: Engine, site: Site) -> None:
    """The agent's own call-backs are a member of the VOICE entry."""
    _set(site, update_user_config="replace")
    engine.up(user(phone_config={"auto_accept": False}))
    assert engine.state is not None
    voice = {"Channel": "VOICE", "AutoAccept": False, "AgentFirstCallbackAutoAccept": True}
    others = [{"Channel": channel, "AutoAccept": False} for channel in CHANNELS[1:]]
    site.client.update_user_config(
        InstanceId=seed.INSTANCE_ID,
        UserId=engine.state.id,
        AutoAcceptConfigs=[voice, *others],
        AfterContactWorkConfigs=[
            {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": seconds}}
            for channel, seconds in zip(CHANNELS, (10, 20, 30, 40), strict=True)
        ],
    )
    engine.refresh()
    engine.up(user(phone_config={"auto_accept": True}))
    assert {**voice, "AutoAccept": True} in site.users()["ada"]["AutoAcceptConfigs"]


@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_other_channels_stay_when_the_block_changes_beside_a_list(engine: Engine, site: Site, mode: str) -> None:
    """`phone_config` says nothing of auto-accept of chats; UpdateUserConfig may replace the whole list."""
    _set(site, update_user_config=mode)
    work = {
        "after_contact_work_configs": [
            {"channel": "CHAT", "after_contact_work_config": {"after_contact_work_time_limit": 60}}
        ]
    }
    engine.up(user(phone_config={"auto_accept": True}, **work))
    assert engine.state is not None
    others = [{"Channel": channel, "AutoAccept": True} for channel in CHANNELS]
    site.client.update_user_config(InstanceId=seed.INSTANCE_ID, UserId=engine.state.id, AutoAcceptConfigs=others)
    engine.refresh()
    site.forget()
    engine.up(user(phone_config={"auto_accept": False}, **work))
    assert site.calls() == ["DescribeUser", "UpdateUserConfig"]
    entries = site.users()["ada"]["AutoAcceptConfigs"]
    assert [entry["Channel"] for entry in entries if entry["AutoAccept"]] == list(CHANNELS[1:])


def test_a_block_that_is_declared_whole_leaves_what_only_lists_can_say(engine: Engine, site: Site) -> None:
    """The agent's own call-backs were set in the console."""
    block = {
        "phone_type": "DESK_PHONE",
        "desk_phone_number": "+441632960961",
        "auto_accept": True,
        "after_contact_work_time_limit": 30,
        "persistent_connection": False,
    }
    engine.up(user(phone_config=block))
    assert engine.state is not None
    callback = {"AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 90}}
    limits = [{"Channel": channel, f"{WORK}Config": {f"{WORK}TimeLimit": 30}} for channel in CHANNELS]
    site.client.update_user_config(
        InstanceId=seed.INSTANCE_ID,
        UserId=engine.state.id,
        AfterContactWorkConfigs=[{**limits[0], **callback}, *limits[1:]],
    )
    engine.refresh()
    engine.up(user(phone_config={**block, "after_contact_work_time_limit": 60}))
    live = site.users()["ada"][f"{WORK}Configs"]
    assert [entry[f"{WORK}Config"][f"{WORK}TimeLimit"] for entry in live] == [60] * 4
    assert live[0].items() >= callback.items()


@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_what_is_declared_no_longer_stays_when_something_else_changes(engine: Engine, site: Site, mode: str) -> None:
    """Moments after the user was made, too, when one request would do if nothing had been let go."""
    _set(site, update_user_config=mode, update_identity_info="clear")
    engine.up(
        user(
            identity_info={"first_name": "Ada", "last_name": "Byron", "mobile": "+441632960961"},
            phone_config={"auto_accept": True, "after_contact_work_time_limit": 30},
        )
    )
    before = site.users()["ada"]
    site.forget()
    assert engine.up(user(identity_info={"first_name": "Ada", "last_name": "Byron"})) == "update"
    assert site.calls() == [], "what is declared no longer is no request's business"
    engine.up(user(identity_info={"first_name": "Ada", "last_name": "King"}, phone_config={"phone_type": "SOFT_PHONE"}))
    live = site.users()["ada"]
    assert live["IdentityInfo"] == {**before["IdentityInfo"], "LastName": "King"}
    assert live["PhoneConfig"] == before["PhoneConfig"]
    assert live[f"{WORK}Configs"] == before[f"{WORK}Configs"]


def test_an_address_of_a_directory_does_not_hinder_a_change_of_another(
    engine: Engine, site: Site, directory: dict[str, Any]
) -> None:
    """It cannot be sent, and needs not to be; the program does not say what manages the instance."""
    del directory["identity_management_type"]
    engine.up(user(identity_info={"mobile": "+441632960961"}, **directory))
    with site.emulator.store.write() as tx:
        tx.execute("UPDATE users SET doc = json_set(doc, '$.IdentityInfo.Email', 'ada@example.com')")
        tx.execute("UPDATE users SET doc = json_set(doc, '$.IdentityInfo.SecondaryEmail', 'a@example.com')")
    assert engine.state is not None
    engine.state.outputs.pop("verified_at")
    engine.up(user(identity_info={"mobile": "+441632960962"}, **directory))
    assert site.users()["ada"]["IdentityInfo"] == {
        "Email": "ada@example.com",
        "SecondaryEmail": "a@example.com",
        "Mobile": "+441632960962",
    }


def test_a_whole_block_is_one_request(engine: Engine, site: Site) -> None:
    """Nothing has to be looked up where every member is declared."""
    whole = {
        "first_name": "Ada",
        "last_name": "Byron",
        "email": "ada@example.com",
        "secondary_email": "a@example.com",
        "mobile": "+441632960961",
    }
    engine.up(user(identity_info=whole))
    engine.refresh()
    site.forget()
    engine.up(user(identity_info={**whole, "last_name": "Lovelace"}))
    assert site.calls() == ["UpdateUserIdentityInfo"]


def test_what_belongs_to_a_directory_does_not_hinder_what_does_not(
    engine: Engine, site: Site, directory: dict[str, Any]
) -> None:
    """The names are declared, and unchanged; Connect takes no request that has them."""
    info = {"first_name": "Ada", "last_name": "Byron"}
    engine.up(user(identity_info={**info, "secondary_email": "a@example.com"}, **directory))
    engine.up(user(identity_info={**info, "secondary_email": "b@example.com"}, **directory))
    assert site.users()["ada"]["IdentityInfo"] == {
        "FirstName": "Ada",
        "LastName": "Byron",
        "SecondaryEmail": "b@example.com",
    }
    with pytest.raises(HostError) as caught:
        engine.up(
            user(identity_info={**info, "last_name": "Lovelace", "secondary_email": "b@example.com"}, **directory)
        )
    assert "belongs to the directory" in judged(caught.value)


def test_proficiencies_that_could_be_written_beside_a_wrong_one_are_reported_and_kept(
    engine: Engine, site: Site
) -> None:
    """The state has them, so that the next run takes away what is not wanted any more."""
    known = {"attribute_name": "lang", "attribute_value": "en", "level": 3}
    unknown = {"attribute_name": "lang", "attribute_value": "xx", "level": 3}
    engine.up(user())
    with pytest.raises(HostError) as caught:
        engine.up(user(user_proficiencies=[unknown, known]))
    text = judged(caught.value)
    assert "AssociateUserProficiencies" in text
    assert "nothing was changed" not in text
    assert caught.value.partial is not None
    assert [entry["attribute_value"] for entry in caught.value.partial.outputs["user_proficiencies"]] == ["en"]
    assert site.users()["ada"]["Proficiencies"] == {("lang", "en"): 3}
    engine.up(user(user_proficiencies=[]))
    assert site.users()["ada"]["Proficiencies"] == {}


def test_a_proficiency_that_somebody_removed_is_there_again_after_its_level_changed(engine: Engine, site: Site) -> None:
    """However AWS says that it is not there."""
    skill = {"attribute_name": "lang", "attribute_value": "fr", "level": 3}
    engine.up(user(user_proficiencies=[skill]))
    assert engine.state is not None
    site.client.disassociate_user_proficiencies(
        InstanceId=seed.INSTANCE_ID,
        UserId=engine.state.id,
        UserProficiencies=[{"AttributeName": "lang", "AttributeValue": "fr"}],
    )
    site.emulator.faults.add(Fault("UpdateUserProficiencies", "error-before", code="ResourceNotFoundException"))
    engine.up(user(user_proficiencies=[{**skill, "level": 5}]))
    assert site.users()["ada"]["Proficiencies"] == {("lang", "fr"): 5}


@pytest.mark.parametrize("code", ["InvalidRequestException", "ResourceNotFoundException"])
def test_a_proficiency_that_is_gone_already_can_be_removed(engine: Engine, site: Site, code: str) -> None:
    """Somebody removed it in the console."""
    skills = [{"attribute_name": "lang", "attribute_value": value, "level": 3} for value in ("en", "fr")]
    engine.up(user(user_proficiencies=skills))
    assert engine.state is not None
    site.client.disassociate_user_proficiencies(
        InstanceId=seed.INSTANCE_ID,
        UserId=engine.state.id,
        UserProficiencies=[{"AttributeName": "lang", "AttributeValue": "fr"}],
    )
    site.emulator.faults.add(Fault("DisassociateUserProficiencies", "error-before", code=code))
    engine.up(user(user_proficiencies=[]))
    assert site.users()["ada"]["Proficiencies"] == {}


def test_a_user_is_adopted_without_its_password(engine: Engine, site: Site) -> None:
    """Connect misses the password before it sees that the name is taken."""
    made = site.client.create_user(**support.user(Username="ada"))
    engine.up(user(password=None, adopt_existing=True, identity_management_type="CONNECT_MANAGED"))
    assert engine.state is not None
    assert engine.state.id == made["UserId"]


def test_without_such_a_user_the_missing_password_is_an_error(engine: Engine, site: Site) -> None:
    with pytest.raises(HostError) as caught:
        engine.up(user(password=None, adopt_existing=True))
    assert "Password" in judged(caught.value)
    assert site.users() == {}


@pytest.mark.parametrize("code", ["LimitExceededException", "ServiceQuotaExceededException"])
def test_a_user_is_adopted_in_a_full_instance(engine: Engine, site: Site, code: str) -> None:
    """AWS may tell the full quota before the name that is taken."""
    made = site.client.create_user(**support.user(Username="ada"))
    site.emulator.faults.add(Fault("CreateUser", "error-before", code=code, message="full"))
    engine.up(user(adopt_existing=True))
    assert engine.state is not None
    assert engine.state.id == made["UserId"]


def test_the_user_of_a_lost_answer_is_found_in_an_instance_that_it_filled(engine: Engine, site: Site) -> None:
    """It took the last place."""
    site.emulator.faults.add(Fault("CreateUser", "drop-after"))
    site.emulator.faults.add(Fault("CreateUser", "error-before", code="LimitExceededException", message="full"))
    engine.up(user())
    assert engine.state is not None
    assert engine.state.id == site.users()["ada"]["Id"]


def test_why_a_user_cannot_be_made_is_said_where_it_cannot_be_looked_for(engine: Engine, site: Site) -> None:
    site.emulator.faults.add(Fault("SearchUsers", "error-before", code="AccessDeniedException"))
    with pytest.raises(HostError) as caught:
        engine.up(user(password=None, adopt_existing=True))
    assert "Password" in judged(caught.value)


def test_a_full_quota_is_one_request(engine: Engine, site: Site) -> None:
    """Nothing is looked for that nobody asked to adopt."""
    _set(site, users_quota=0)
    with pytest.raises(HostError) as caught:
        engine.up(user())
    assert "quota" in judged(caught.value)
    assert site.calls() == ["CreateUser"]
