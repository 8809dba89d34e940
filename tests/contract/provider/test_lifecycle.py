"""The life of a user at both doors: every field's verdict, and the life of a user from creation to deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users.core.fields import FIELDS, Verdict
from connect_users.core.spec import canonical
from connect_users.emulator import seed
from connect_users.testing.values import Secret, reveal
from tests.changes import ADMIN, AGENT, ALL_CHANGES, CHANGES, SALES, Change, plain, proficiency
from tests.contract.hosting import OWNER_KEY, PASSWORD, CheckFailed, Engine, Site, user

if TYPE_CHECKING:
    from tests.contract.doors import Host

EMEA, AMER = seed.HIERARCHY_GROUPS["EMEA"], seed.HIERARCHY_GROUPS["AMER"]
SECRET = f"arn:aws:secretsmanager:us-east-1:{seed.ACCOUNT_ID}:secret:ada-AbCdEf"

CREATE_FIRST = ("CreateUser", "DescribeUser", "DeleteUser")
DELETE_FIRST = ("DescribeUser", "DeleteUser", "CreateUser")


#: Replacements by name: what is changed, and the calls. The emulator has one CONNECT_MANAGED instance, so that another
#: instance and directory ids have tests of their own below.
REPLACED: dict[str, Change] = {
    "username": Change({}, {"username": "ada2"}, CREATE_FIRST),
    "password-replace": Change(
        {"on_password_change": "replace"}, {"on_password_change": "replace", "password": "N3w-password"}, DELETE_FIRST
    ),
}


def test_every_field_has_a_change_that_is_tried() -> None:
    """A field that is added to the table of fields must be added to the table of changes."""
    tried = {name.partition("-")[0] for name in (*CHANGES, *REPLACED)}
    assert tried | {"instance_id", "directory_user_id"} == {field.name for field in FIELDS}


@pytest.mark.parametrize(
    "change",
    [*ALL_CHANGES.values(), *REPLACED.values()],
    ids=[*ALL_CHANGES, *REPLACED],
)
def test_a_change_makes_exactly_the_calls_of_its_verdict(change: Change, engine: Engine, site: Site) -> None:
    """And afterwards Connect holds what is declared: a new read finds no drift, a new up makes no call."""
    before = user(**plain(change.before))
    after = user(**{**plain(change.before), **plain(change.after)})
    engine.up(before)
    site.forget()

    done = engine.up(after)

    assert tuple(site.calls()) == change.calls
    assert done == (
        "replace" if "CreateUser" in change.calls else "same" if canonical(before) == canonical(after) else "update"
    )
    assert list(site.users()) == [after["username"]]
    site.forget()
    assert engine.up(after) == "same"
    assert site.calls() == []
    engine.refresh()
    assert engine.up(after) == "same", "the refresh reports drift where there is none"


def test_a_change_is_previewed_by_the_fields_that_need_a_new_user(engine: Engine, host: Host) -> None:
    """`replaces` names the fields of the verdicts that replace, and no other."""
    engine.up(user())
    state = engine.state
    assert state is not None
    values = {
        "instance_id": "00000000-0000-4000-8000-00000000000f",
        "username": "bob",
        "directory_user_id": "S-1-5",
        "routing_profile_id": SALES,
        "tags": {"team": "b"},
    }
    for name, value in values.items():
        reply = host.diff(state.id, state.outputs, {**state.inputs, name: value}, old_inputs=state.inputs)
        verdict = next(field.verdict for field in FIELDS if field.name == name)
        replaces = verdict in (Verdict.REPLACE, Verdict.REPLACE_DELETE_FIRST)
        assert reply.replaces == ((name,) if replaces else ())
        assert reply.delete_before_replace == (verdict is Verdict.REPLACE_DELETE_FIRST)
        assert reply.changes is host.differs


def test_creation_is_one_call_and_repeats_nothing(engine: Engine, site: Site) -> None:
    """CreateUser alone for a user without proficiencies; an unchanged up makes no call."""
    assert engine.up(user()) == "create"
    assert site.calls() == ["CreateUser"]
    site.forget()
    assert engine.up(user()) == "same"
    assert site.calls() == []


def test_the_check_answers_the_canonical_form(host: Host) -> None:
    """ARNs become ids, sets are sorted, whole floats stay whole, Nones go; the password is marked as a secret."""
    reply = host.check(
        user(
            instance_id=seed.INSTANCE_ARN,
            routing_profile_id=f"{seed.INSTANCE_ARN}/routing-profile/{SALES}",
            security_profile_ids=[AGENT, ADMIN],
            user_proficiencies=[proficiency("fr", 2), proficiency("en", 3)],
            identity_info={"first_name": "Ada", "last_name": "Byron", "mobile": None},
        )
    )
    assert reply.failures == ()
    checked = reply.inputs
    assert checked["instance_id"] == seed.INSTANCE_ID
    assert checked["routing_profile_id"] == SALES
    assert checked["security_profile_ids"] == sorted([AGENT, ADMIN])
    assert [entry["attribute_value"] for entry in checked["user_proficiencies"]] == ["en", "fr"]
    assert checked["identity_info"] == {"first_name": "Ada", "last_name": "Byron"}
    assert checked["password"] == Secret(PASSWORD)


def test_numbers_that_arrive_as_floats_reach_connect_whole(engine: Engine, site: Site) -> None:
    """Property bags know floats only; the model knows integers."""
    engine.up(user(phone_config={"after_contact_work_time_limit": 30.0}, user_proficiencies=[proficiency("en", 3)]))
    assert site.records()[0].params["PhoneConfig"] == {"AfterContactWorkTimeLimit": 30}
    assert site.users()["ada"]["Proficiencies"] == {("lang", "en"): 3}


def test_every_problem_is_reported_at_once_without_the_values(host: Host) -> None:
    """In the text, with no property named: the engine would print the value of a named one."""
    reply = host.check(
        user(username="ada lovelace", password="short", phone_config={"desk_phone_number": "07700900123"})
    )
    text = "\n".join(reason for _, reason in reply.failures)
    assert {name for name, _ in reply.failures} == {""}
    inputs = {line.split(":")[0].split(".")[0] for line in text.split("\n")}
    assert inputs == {"username", "password", host.worded("phone_config")}
    assert "short" not in text
    assert "07700900123" not in text


def test_a_password_that_changes_is_refused_until_it_is_said_what_to_do(engine: Engine, site: Site) -> None:
    """No API changes a password, so by default the preview fails."""
    engine.up(user())
    with pytest.raises(CheckFailed, match=engine.host.worded("on_password_change")):
        engine.up(user(password="N3w-password"))
    assert site.calls() == ["CreateUser"]


def test_a_password_kept_in_secrets_manager_reaches_no_state(start: Any, site: Site) -> None:
    """It is read at creation, sent, and forgotten."""
    secrets = site.client_of("secretsmanager")
    arn = secrets.create_secret(Name="ada", SecretString='{"password": "Fr0m-the-vault"}')["ARN"]
    host = start(env_changes={"AWS_ENDPOINT_URL_SECRETS_MANAGER": site.emulator.endpoint_url})
    engine = Engine(host)
    engine.up(user(password=None, password_secret_arn=arn))
    assert site.calls() == ["GetSecretValue", "CreateUser"]
    assert "Password" in site.records()[-1].params
    assert "Fr0m-the-vault" not in repr(reveal(vars(engine.state)))


def test_ownership_can_be_switched_off(start: Any, site: Site) -> None:
    """`ownershipTag: false`: no tag, no token, and the whole life still works."""
    engine = Engine(start(ownershipTag="false"))
    engine.up(user(tags={"team": "a"}))
    assert site.users()["ada"]["Tags"] == {"team": "a"}
    assert engine.state is not None
    assert "ownership_token" not in engine.state.outputs
    engine.up(user(routing_profile_id=SALES))
    engine.refresh()
    engine.destroy()
    assert site.users() == {}


def test_the_ownership_tag_is_never_shown_as_a_tag_of_the_program(engine: Engine, site: Site) -> None:
    """It is in Connect, and neither in the inputs nor in the outputs' tags."""
    engine.up(user(tags={"team": "a"}))
    assert set(site.users()["ada"]["Tags"]) == {"team", OWNER_KEY}
    engine.refresh()
    assert engine.state is not None
    assert engine.state.inputs["tags"] == engine.state.outputs["tags"] == {"team": "a"}


def test_an_update_that_nothing_needs_calls_nothing(engine: Engine, host: Host, site: Site) -> None:
    """As after a failure that left nothing to do: the engine updates without a difference."""
    engine.up(user())
    state = engine.state
    assert state is not None
    site.forget()
    reply = host.update(state.id, state.outputs, state.inputs, old_inputs=state.inputs, urn=engine.urn)
    assert site.calls() == []
    assert reveal(reply.outputs) == reveal(state.outputs)


def test_directory_ids_replace_with_the_deletion_first(site: Site, start: Any) -> None:
    """The new user needs the old one's name."""
    from dataclasses import replace

    site.emulator.options = replace(site.emulator.options, identity_management_type="EXISTING_DIRECTORY")
    try:
        engine = Engine(start())
        engine.up(user(password=None, identity_info=None, directory_user_id="S-1-5-21"))
        site.forget()
        assert engine.up(user(password=None, identity_info=None, directory_user_id="S-1-5-22")) == "replace"
        assert tuple(site.calls()) == DELETE_FIRST
        assert site.users()["ada"]["DirectoryUserId"] == "S-1-5-22"
    finally:
        site.emulator.options = replace(site.emulator.options, identity_management_type="CONNECT_MANAGED")


def test_another_instance_replaces_and_leaves_nothing_behind(engine: Engine, site: Site) -> None:
    """The user of the new instance exists before the one of the old instance goes."""
    other = site.client.create_instance(
        IdentityManagementType="CONNECT_MANAGED",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
        InstanceAlias="second",
    )["Id"]
    profile = site.client.create_security_profile(SecurityProfileName="Agents", InstanceId=other)
    routing = site.client.list_routing_profiles(InstanceId=other)["RoutingProfileSummaryList"][0]["Id"]
    engine.up(user())
    site.forget()
    moved = user(instance_id=other, security_profile_ids=[profile["SecurityProfileId"]], routing_profile_id=routing)
    assert engine.up(moved) == "replace"
    assert tuple(site.calls()) == CREATE_FIRST
    assert site.users() == {}
    assert len(site.client.list_users(InstanceId=other)["UserSummaryList"]) == 1
    site.client.delete_instance(InstanceId=other)
