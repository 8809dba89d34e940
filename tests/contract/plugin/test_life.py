"""The life of a user through the plugin: what it answers for each request of the engine."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Fault, seed
from connect_users.testing import HostError
from connect_users.testing.values import UNKNOWN, Secret, has_secrets, reveal
from tests.contract.hosting import PASSWORD, judged
from tests.contract.plugin.driver import urn, user
from tests.models import SIGN_OUT, has

if TYPE_CHECKING:
    from tests.contract.hosting import Site
    from tests.contract.plugin.driver import Plugin

SUPPORT, SALES = seed.ROUTING_PROFILES["Support"], seed.ROUTING_PROFILES["Sales"]
AGENT, ADMIN = seed.SECURITY_PROFILES["Agent"], seed.SECURITY_PROFILES["Admin"]


def made(plugin: Plugin, **changes: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A user: its id, inputs and outputs."""
    checked = plugin.check(user(**changes))
    assert checked.failures == ()
    reply = plugin.create(checked.inputs)
    return reply.id, checked.inputs, reply.outputs


def test_inputs_and_outputs_are_in_camel_case_and_the_password_is_a_secret(plugin: Plugin) -> None:
    """However the program gave it."""
    id_, inputs, outputs = made(plugin)
    assert inputs == {**user(), "password": Secret(PASSWORD)}
    assert id_ in outputs["arn"]
    assert outputs["ownershipToken"]
    assert {name: outputs[name] for name in inputs} == inputs
    assert not any("_" in name for name in outputs)


def test_tags_keep_their_spelling(plugin: Plugin, site: Site) -> None:
    """Their keys are the user's words, also where they look like ours."""
    tags = {"cost_center": "a_b", "instance_id": "x", "firstName": "y"}
    _, inputs, outputs = made(plugin, tags=tags)
    assert inputs["tags"] == outputs["tags"] == tags
    assert tags.items() <= site.users()["ada"]["Tags"].items()


def test_every_problem_is_a_failure_without_a_property_in_camel_case(plugin: Plugin) -> None:
    """The engine would print a named property's value."""
    reply = plugin.check(
        user(username="a b", routingProfileId=None, identityInfo={"firstNam": "x"}, onPasswordChange="x")
    )
    assert {name for name, _ in reply.failures} == {""}
    text = "\n".join(reason for _, reason in reply.failures)
    assert "routingProfileId: missing; it is required" in text
    assert "identityInfo.firstNam: no such input; did you mean firstName?" in text
    assert "onPasswordChange: 'x' is not one of refuse, ignore, replace" in text
    assert not any("_id" in reason or "on_" in reason for _, reason in reply.failures)


def test_a_warning_appears_on_its_resource(plugin: Plugin) -> None:
    plugin.check(user(username="a.very.long.username.of.30.ch"))
    assert [(each.severity, each.urn) for each in plugin.log.take()] == [("warning", urn())]


def test_a_preview_of_a_creation_knows_the_inputs_and_calls_nothing(plugin: Plugin, site: Site) -> None:
    site.forget()
    reply = plugin.create(plugin.check(user(routingProfileId=UNKNOWN)).inputs, preview=True)
    assert reply.id == ""
    assert reply.outputs["arn"] is UNKNOWN
    assert reply.outputs["routingProfileId"] is UNKNOWN
    assert reply.outputs["username"] == "ada"
    assert site.calls() == []


def test_a_preview_of_an_update_knows_every_output(plugin: Plugin, site: Site) -> None:
    """So that what depends on the user's ARN stays as it is."""
    id_, inputs, outputs = made(plugin)
    site.forget()
    news = plugin.check({**inputs, "routingProfileId": SALES}, inputs).inputs
    previewed = plugin.update(id_, outputs, news, preview=True)
    assert site.calls() == []
    assert previewed.outputs == plugin.update(id_, outputs, news).outputs
    assert previewed.outputs["arn"] == outputs["arn"]


def test_a_diff_names_exactly_the_paths_that_differ(plugin: Plugin) -> None:
    _, inputs, outputs = made(
        plugin,
        tags={"team": "Red", "cost center": "1"},
        afterContactWorkConfigs=[
            {"channel": "VOICE", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 30}},
            {"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 60}},
        ],
    )
    assert plugin.diff(outputs, inputs, inputs).changes is False
    news = {
        **inputs,
        "routingProfileId": SALES,
        "securityProfileIds": sorted([AGENT, ADMIN]),
        "identityInfo": {**inputs["identityInfo"], "firstName": "Augusta"},
        "tags": {"team": "Red", "cost center": "2", "site": "x"},
        "afterContactWorkConfigs": [
            {"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 60}},
            {"channel": "VOICE", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 31}},
        ],
        "hierarchyGroupId": None,
    }
    diff = plugin.diff(outputs, news, inputs)
    assert diff.replaces == ()
    second = diff.details.pop("securityProfileIds[1]")
    first = diff.details.pop("securityProfileIds[0]", None)
    assert (first, second) == ((None, ("ADD", True)) if AGENT < ADMIN else (("UPDATE", True), ("ADD", True)))
    assert diff.details == {
        "routingProfileId": ("UPDATE", True),
        "identityInfo.firstName": ("UPDATE", True),
        'tags["cost center"]': ("UPDATE", True),
        "tags.site": ("ADD", True),
        "afterContactWorkConfigs[1].afterContactWorkConfig.afterContactWorkTimeLimit": ("UPDATE", True),
    }


def test_drift_of_the_outputs_alone_is_shown_as_drift(plugin: Plugin) -> None:
    _, inputs, outputs = made(plugin)
    diff = plugin.diff({**outputs, "routingProfileId": SALES}, inputs, inputs)
    assert (diff.changes, diff.details) == (True, {"routingProfileId": ("UPDATE", False)})


def test_a_new_name_replaces_and_a_new_password_is_refused_or_replaces(plugin: Plugin) -> None:
    _, inputs, outputs = made(plugin)
    renamed = plugin.diff(outputs, {**inputs, "username": "grace"}, inputs)
    assert (renamed.replaces, renamed.delete_before_replace) == (("username",), False)
    assert renamed.details == {"username": ("UPDATE_REPLACE", True)}
    other = {**inputs, "password": Secret("An0ther-password")}
    ((_, reason),) = plugin.check(other, inputs).failures
    assert "set onPasswordChange='ignore'" in reason
    again = plugin.diff(outputs, {**other, "onPasswordChange": "replace"}, inputs)
    assert (again.replaces, again.delete_before_replace) == (("password",), True)


def test_drift_shows_in_the_inputs_of_a_read_and_nothing_else_does(plugin: Plugin, site: Site) -> None:
    id_, inputs, outputs = made(plugin)
    seen = plugin.read(id_, outputs, inputs)
    assert (seen.id, seen.inputs) == (id_, None)
    assert {name: seen.outputs[name] for name in inputs} == inputs
    site.client.update_user_routing_profile(InstanceId=seed.INSTANCE_ID, UserId=id_, RoutingProfileId=SALES)
    seen = plugin.read(id_, outputs, inputs)
    assert seen.inputs == {**inputs, "routingProfileId": SALES}
    assert seen.outputs["routingProfileId"] == SALES


def test_secrets_stay_secrets_wherever_they_come_back(plugin: Plugin, site: Site) -> None:
    """In Check, Create, Update and Read: as a whole, or a member of a block or a map; a list as a whole."""
    inputs_of_all = {
        "username": Secret("ada"),
        "identityInfo": {"firstName": Secret("Ada"), "lastName": "Byron"},
        "tags": {"team": Secret("Red"), "site": "x"},
        "securityProfileIds": [Secret(AGENT)],
    }
    id_, inputs, outputs = made(plugin, **inputs_of_all)
    for bag in (inputs, outputs, plugin.read(id_, outputs, inputs).outputs):
        assert bag["username"] == Secret("ada")
        assert bag["identityInfo"] == {"firstName": Secret("Ada"), "lastName": "Byron"}
        assert bag["tags"] == {"team": Secret("Red"), "site": "x"}
        assert bag["securityProfileIds"] == Secret([AGENT])
        assert bag["password"] == Secret(PASSWORD)
    news = plugin.check({**inputs, "tags": {"site": "y"}, "routingProfileId": SALES}, inputs).inputs
    updated = plugin.update(id_, outputs, news).outputs
    assert updated["tags"] == {"site": "y"}
    assert updated["username"] == Secret("ada")
    assert not has_secrets(updated["routingProfileId"])
    assert reveal(site.users()["ada"]["Tags"])["site"] == "y"


def test_a_value_that_becomes_a_secret_is_an_update_without_a_request(plugin: Plugin, site: Site) -> None:
    """As after an import, whose outputs have no secrets: the engine would keep the plain value."""
    id_, inputs, outputs = made(plugin, tags={"team": "Red"})
    info = {**inputs["identityInfo"], "firstName": Secret("Ada"), "mobile": Secret(None)}
    marked = {"tags": Secret({"team": "Red"}), "directoryUserId": Secret(None)}
    news = plugin.check({**inputs, "identityInfo": info, **marked}, inputs).inputs
    plugin.log.take()
    difference = plugin.diff({**outputs, "directoryUserId": "x"}, news, inputs)
    assert (difference.changes, difference.replaces, difference.details) == (True, (), {})
    expected = ("info", "values become secrets in the state: identityInfo.firstName, tags")
    assert [(each.severity, each.message) for each in plugin.log.take()] == [expected]
    site.forget()
    updated = plugin.update(id_, outputs, news).outputs
    assert site.calls() == []
    assert (updated["tags"], updated["identityInfo"]["firstName"]) == (Secret({"team": "Red"}), Secret("Ada"))
    for later in (news, {**news, "tags": {"team": Secret("Red")}}, inputs):
        assert plugin.diff(updated, later, news).changes is False


def test_a_failure_is_one_line_and_partial_work_is_saved(plugin: Plugin, site: Site) -> None:
    site.emulator.faults.add(Fault("CreateUser", "error-before", code="AccessDeniedException", message="No ümlaut"))
    with pytest.raises(HostError) as caught:
        made(plugin)
    assert judged(caught.value).startswith("creating Connect user 'ada': No ümlaut (CreateUser, AccessDenied")
    site.emulator.faults.add(Fault("AssociateUserProficiencies", "error-before", code="AccessDeniedException"))
    skills = [{"attributeName": "lang", "attributeValue": "en", "level": 3}]
    with pytest.raises(HostError) as caught:
        made(plugin, userProficiencies=skills, tags={"team": Secret("Red")})
    judged(caught.value)
    partial = caught.value.partial
    assert partial is not None
    assert partial.inputs is not None
    assert partial.outputs["password"] == partial.inputs["password"] == Secret(PASSWORD)
    assert partial.outputs["tags"] == {"team": Secret("Red")}
    plugin.update(partial.id, partial.outputs, partial.inputs)
    assert site.users()["ada"]["Proficiencies"] == {("lang", "en"): 3}


def test_deleted_users_are_gone_and_a_second_deletion_is_fine(plugin: Plugin, site: Site) -> None:
    id_, inputs, outputs = made(plugin)
    plugin.delete(id_, outputs)
    assert site.users() == {}
    assert plugin.read(id_, outputs, inputs).id == ""
    plugin.delete(id_, outputs)


@pytest.mark.parametrize("by", ["ids", "arn", "instance-beside"])
def test_a_user_is_imported_by_id(by: str, plugin: Plugin, site: Site) -> None:
    """Everything that it has, under its bare id; the program that is generated from it changes nothing."""
    skills = [{"attributeName": "lang", "attributeValue": "en", "level": 3}]
    id_, _, outputs = made(plugin, tags={"team": "Red"}, userProficiencies=skills, password=PASSWORD)
    site.client.untag_resource(resourceArn=outputs["arn"], tagKeys=["connect-users:owner"])
    import_id = {"ids": f"{seed.INSTANCE_ID}:{id_}", "arn": outputs["arn"], "instance-beside": id_}[by]
    state = {"instanceId": seed.INSTANCE_ID} if by == "instance-beside" else {}
    seen = plugin.read(import_id, state)
    assert seen.id == id_
    expected = {name: value for name, value in user().items() if name != "password"}
    assert seen.inputs == {**expected, "tags": {"team": "Red"}, "userProficiencies": skills}
    checked = plugin.check(seen.inputs, seen.inputs)
    assert (checked.inputs, checked.failures) == (seen.inputs, ())
    assert plugin.diff(seen.outputs, checked.inputs, seen.inputs).changes is False
    refreshed = plugin.read(id_, seen.outputs, seen.inputs)
    assert (refreshed.id, refreshed.inputs) == (id_, None)
    # If a program only reads a resource, the engine keeps the id of the program.
    kept = plugin.read(import_id, seen.outputs, seen.inputs)
    assert (kept.id, kept.outputs["arn"]) == (import_id, outputs["arn"])


def test_the_import_of_a_users_own_resource_has_its_token_and_that_of_anothers_says_whose_it_is(
    plugin: Plugin,
) -> None:
    """What is another resource's cannot be deleted by this one. A program that only reads it gets no warning for that,
    also when it is refreshed; the diff warns those who declare it."""
    id_, _, outputs = made(plugin)
    again = plugin.read(f"{seed.INSTANCE_ID}:{id_}")
    assert again.outputs["ownershipToken"] == outputs["ownershipToken"]
    plugin.log.take()
    stolen = plugin.read(f"{seed.INSTANCE_ID}:{id_}", name="grace")
    assert "ownershipToken" not in stolen.outputs
    plugin.read(f"{seed.INSTANCE_ID}:{id_}", stolen.outputs, {"instanceId": seed.INSTANCE_ID}, name="grace")
    whose = f"this user belongs to {urn()} (tag connect-users:owner)"
    assert [(each.severity, each.message) for each in plugin.log.take()] == [("info", whose)] * 2
    plugin.ask("Diff", "grace", id=id_, olds=stolen.outputs, news=stolen.inputs, old_inputs=stolen.inputs)
    assert [each.severity for each in plugin.log.take()] == ["warning"]
    plugin.delete(id_, stolen.outputs, name="grace")
    assert plugin.read(id_, outputs).id == id_


def test_an_import_of_nothing_fails(plugin: Plugin) -> None:
    nobody = "99999999-0000-4000-8000-000000000000"
    assert plugin.read(f"{seed.INSTANCE_ID}:{nobody}").id == ""
    for import_id, expected in (
        ("ada", "cannot be imported: use INSTANCE_ID:USER_ID or the user's ARN"),
        (f"{nobody}:{nobody}", f"its instance {nobody} is not found in us-east-1"),
    ):
        with pytest.raises(HostError, match=expected):
            plugin.read(import_id)


def test_a_state_of_the_dynamic_resource_is_taken_over_by_an_update(plugin: Plugin, site: Site) -> None:
    """Its keys have the other spelling; nobody is made or changed but for the tag's URN."""
    id_, inputs, outputs = made(plugin)
    snake = {
        "instance_id": seed.INSTANCE_ID,
        "username": "ada",
        "routing_profile_id": SUPPORT,
        "security_profile_ids": [AGENT],
        "password": PASSWORD,
        "identity_info": {"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"},
        "__provider": "gASVLAAA",
    }
    state = {**snake, "arn": outputs["arn"], "ownership_token": outputs["ownershipToken"]}
    checked = plugin.check(user(), snake)
    assert (checked.inputs, checked.failures) == (inputs, ())
    diff = plugin.diff(state, checked.inputs, snake)
    assert (diff.changes, diff.replaces, diff.details) == (True, (), {})
    site.forget()
    updated = plugin.update(id_, state, checked.inputs)
    assert site.calls() == []
    assert not any("_" in name for name in updated.outputs)
    assert plugin.diff(updated.outputs, checked.inputs, checked.inputs).changes is False


def test_numbers_that_are_none_are_problems(plugin: Plugin) -> None:
    for strange in (math.nan, math.inf, 1.5):
        reply = plugin.check(user(phoneConfig={"afterContactWorkTimeLimit": strange}))
        assert len(reply.failures) == 1


def test_a_leaver_is_signed_out_as_far_as_boto3_can(plugin: Plugin, site: Site) -> None:
    """By an input with a choice, whose values are as in Python. With an older boto3, a warning says that they stay."""
    (failure,) = plugin.check(user(signOut="onDelete")).failures
    assert "signOut: 'onDelete' is not one of never, on_delete, on_loss" in failure[1]
    id_, _, outputs = made(plugin, signOut="on_delete")
    site.emulator.set_agents({"ada": {}})
    site.forget()
    plugin.log.take()
    plugin.delete(id_, outputs)
    assert site.users() == {}
    warnings = [each.message for each in plugin.log.take() if each.severity == "warning"]
    assert site.calls() == ["DescribeUser", *([SIGN_OUT] if has(SIGN_OUT) else []), "DeleteUser"]
    assert ["boto3 1.44.4" in text for text in warnings] == ([] if has(SIGN_OUT) else [True])
