"""Functions: names to ids, each listing once in a run, one line where something is wrong."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.emulator import Fault, seed
from connect_users.testing import HostError
from connect_users.testing.values import UNKNOWN, Secret
from tests.contract.hosting import environment
from tests.contract.plugin.driver import Plugin, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.hosting import Site

INSTANCE = {"instanceId": seed.INSTANCE_ID}
AGENT = seed.SECURITY_PROFILES["Agent"]


def arn(word: str, id_: str) -> str:
    return f"{seed.INSTANCE_ARN}/{word}/{id_}"


@pytest.mark.parametrize("instance", [seed.INSTANCE_ID, seed.INSTANCE_ARN, seed.INSTANCE_ALIAS, Secret("emulator")])
def test_an_instance_is_found_by_its_id_its_arn_and_its_alias(instance: Any, plugin: Plugin) -> None:
    assert plugin.invoke("getInstance", instance=instance) == {
        "id": seed.INSTANCE_ID,
        "arn": seed.INSTANCE_ARN,
        "alias": seed.INSTANCE_ALIAS,
        "identityManagementType": "CONNECT_MANAGED",
    }
    assert plugin.invoke("getQueue", instanceId=instance, name="BasicQueue")["id"] == seed.QUEUES["BasicQueue"]


@pytest.mark.parametrize(
    ("function", "name", "id_", "word"),
    [
        ("getRoutingProfile", "Sales", seed.ROUTING_PROFILES["Sales"], "routing-profile"),
        ("getSecurityProfile", "Agent", AGENT, "security-profile"),
        ("getQueue", "BasicQueue", seed.QUEUES["BasicQueue"], "queue"),
        ("getQuickConnect", "Front desk", seed.QUICK_CONNECTS["Front desk"], "transfer-destination"),
    ],
)
def test_things_are_found_by_their_names(function: str, name: str, id_: str, word: str, plugin: Plugin) -> None:
    assert plugin.invoke(function, **INSTANCE, name=name) == {"id": id_, "arn": arn(word, id_), "name": name}


def test_a_hierarchy_group_is_found_by_its_path(plugin: Plugin) -> None:
    id_ = seed.HIERARCHY_GROUPS["EMEA/UK/London"]
    assert plugin.invoke("getHierarchyGroup", **INSTANCE, path="EMEA/UK/London") == {
        "id": id_,
        "arn": arn("agent-group", id_),
        "name": "London",
        "path": "EMEA/UK/London",
    }


def test_users_are_found_by_their_names_and_by_filters(site: Site, start_plugin: Callable[..., Plugin]) -> None:
    plugin = start_plugin()
    made = {}
    people: dict[str, dict[str, Any]] = {
        "ada": {"tags": {"team": "Red"}, "routingProfileId": seed.ROUTING_PROFILES["Sales"]},
        "alan": {"tags": {"team": "Red"}, "hierarchyGroupId": seed.HIERARCHY_GROUPS["EMEA/UK/London"]},
        "grace": {"securityProfileIds": [seed.SECURITY_PROFILES["Admin"]]},
    }
    for name, changes in people.items():
        made[name] = plugin.create(user(name, **changes), name=name)
    ada = {"id": made["ada"].id, "arn": made["ada"].outputs["arn"], "username": "ada"}
    assert plugin.invoke("getUser", **INSTANCE, username="ada") == ada

    def usernames(**filters: Any) -> list[str]:
        answer = plugin.invoke("getUsers", **INSTANCE, **filters)
        assert [each["username"] for each in answer["users"]] == answer["usernames"]
        assert answer["ids"] == [made[name].id for name in answer["usernames"]]
        names: list[str] = answer["usernames"]
        return names

    assert plugin.invoke("getUsers", **INSTANCE)["users"][0] == ada
    assert usernames() == ["ada", "alan", "grace"]
    assert usernames(tags={"team": "Red"}) == ["ada", "alan"]
    assert usernames(tags={}) == ["ada", "alan", "grace"]
    assert usernames(usernamePrefix="a", routingProfileId=seed.ROUTING_PROFILES["Sales"]) == ["ada"]
    assert usernames(securityProfileId=arn("security-profile", seed.SECURITY_PROFILES["Admin"])) == ["grace"]
    assert usernames(hierarchyGroupId=seed.HIERARCHY_GROUPS["EMEA"], tags={"team": "Red"}) == ["alan"]
    assert usernames(usernamePrefix="x") == []


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        (
            "getRoutingProfile",
            {**INSTANCE, "name": "Suport"},
            "has no routing profile 'Suport'; did you mean 'Support'?",
        ),
        ("getHierarchyGroup", {**INSTANCE, "path": "London"}, "did you mean 'EMEA/UK/London'?"),
        ("getInstance", {"instance": "emulatr"}, "has the alias 'emulatr'; did you mean 'emulator'?"),
        ("getInstance", {"instance": "a:b"}, "'a:b' is not the id, the ARN or the alias of a Connect instance"),
        ("getUser", {**INSTANCE, "username": Secret("nobody-knows")}, "has no user '[secret]'"),
        ("getUser", {"username": "x"}, "getUser: instanceId: missing; it is required"),
        ("getUser", {**INSTANCE, "username": UNKNOWN}, "getUser: username: not known yet"),
        ("getQueue", {**INSTANCE, "name": 5}, "getQueue: name: 5.0 is not a non-empty string"),
        ("getUsers", {**INSTANCE, "tags": {"a": 1}}, "is not a map of strings"),
        ("getUsers", {**INSTANCE, "tag": {}}, "getUsers: tag: no such argument; there are instanceId, tags"),
        (
            "getUsers",
            {**INSTANCE, "securityProfileId": "an-instance:a-profile"},
            "is a composite, not the id of a security profile; pass the resource's securityProfileId, not its id",
        ),
        (
            "getUsers",
            {**INSTANCE, "routingProfileId": arn("queue", "x")},
            "/queue/x' is not the ARN of a routing profile",
        ),
        (
            "getInstance",
            {"instance": seed.INSTANCE_ARN.replace("us-east-1", "eu-west-2")},
            f"the credentials reach {seed.INSTANCE_ARN}; check the account and the region",
        ),
        ("getUsr", INSTANCE, "has no function 'connect-users:index:getUsr'; it has getInstance"),
    ],
)
def test_a_call_that_fails_is_one_line(function: str, arguments: dict[str, Any], expected: str, plugin: Plugin) -> None:
    with pytest.raises(HostError) as caught:
        plugin.invoke(function, **arguments)
    text = str(caught.value)
    assert expected in text
    assert "\n" not in text
    assert "nobody-knows" not in text


def test_each_listing_is_read_once_in_a_run_however_many_ask(site: Site, start_plugin: Callable[..., Plugin]) -> None:
    plugin = start_plugin()
    site.forget()
    with ThreadPoolExecutor(16) as pool:
        calls = [
            pool.submit(plugin.invoke, function, instanceId=instance, name=name)
            for function, name in (("getRoutingProfile", "Support"), ("getSecurityProfile", "Agent"))
            for instance in (seed.INSTANCE_ID, seed.INSTANCE_ARN, seed.INSTANCE_ALIAS)
            for _ in range(5)
        ]
        assert len({each.result()["id"] for each in calls}) == 2
    assert Counter(site.calls()) == {"ListInstances": 1, "ListRoutingProfiles": 1, "ListSecurityProfiles": 1}


def test_what_a_run_has_created_since_a_look_up_is_found(site: Site, start_plugin: Callable[..., Plugin]) -> None:
    """Of a name that is not in an earlier listing, Connect is asked again; and of users for each list of them."""
    plugin = start_plugin()
    assert plugin.invoke("getQueue", **INSTANCE, name="BasicQueue")["name"] == "BasicQueue"
    assert plugin.invoke("getUsers", **INSTANCE)["usernames"] == []
    assert plugin.invoke("getUsers", **INSTANCE, usernamePrefix="a")["usernames"] == []
    plugin.create(user())
    site.client.create_queue(
        InstanceId=seed.INSTANCE_ID, Name="New", HoursOfOperationId=next(iter(seed.HOURS_OF_OPERATION.values()))
    )
    assert plugin.invoke("getQueue", **INSTANCE, name="New")["name"] == "New"
    assert plugin.invoke("getUsers", **INSTANCE)["usernames"] == ["ada"]
    assert plugin.invoke("getUsers", **INSTANCE, usernamePrefix="a")["usernames"] == ["ada"]
    site.forget()
    with pytest.raises(HostError, match="has no queue 'Old'"):
        plugin.invoke("getQueue", **INSTANCE, name="Old")
    assert plugin.invoke("getQueue", **INSTANCE, name="New")["name"] == "New"
    assert site.calls() == ["ListQueues"]


def test_a_look_up_that_failed_is_made_again(site: Site, start_plugin: Callable[..., Plugin]) -> None:
    plugin = start_plugin()
    site.emulator.faults.add(Fault("ListQueues", "error-before", code="AccessDeniedException", message="No"))
    with pytest.raises(HostError, match=r"listing queues of Connect instance '0.*': No .ListQueues, AccessDenied"):
        plugin.invoke("getQueue", **INSTANCE, name="BasicQueue")
    assert plugin.invoke("getQueue", **INSTANCE, name="BasicQueue")["name"] == "BasicQueue"


def test_without_credentials_it_is_one_line() -> None:
    nothing = environment(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
    with Plugin(nothing) as plugin:
        plugin.configure({"region": "us-east-1", "timeout": "1"})
        with pytest.raises(HostError) as caught:
            plugin.invoke("getQueue", **INSTANCE, name="BasicQueue")
        assert str(caught.value).startswith("listing queues of Connect instance '0")
        assert "set or renew them" in str(caught.value)
        plugin.configure({"timeout": "1"})
        with pytest.raises(HostError, match="no region: set connect-users:region"):
            plugin.invoke("getQueue", **INSTANCE, name="BasicQueue")
