"""Instances, profiles, hierarchy, queues, quick connects, attributes; and that every operation works at all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

import botocore.session
import pytest
from botocore import xform_name

from connect_users.emulator import Emulator, seed
from tests.contract.emulator.support import AGENT, BASIC, EMULATED, connect, create, refused
from tests.models import AI_AGENTS, SIGN_OUT

if TYPE_CHECKING:
    from botocore.model import StructureShape

HERE = {"InstanceId": seed.INSTANCE_ID}
HOURS = seed.HOURS_OF_OPERATION["Basic Hours"]
QUEUE = seed.QUEUES["BasicQueue"]
REQUEST = (400, "InvalidRequestException")
PARAMETER = (400, "InvalidParameterException")
MISSING = (404, "ResourceNotFoundException")
DUPLICATE = (409, "DuplicateResourceException")
IN_USE = (409, "ResourceInUseException")
VOICE = [{"Channel": "VOICE", "Concurrency": 1}]


def _profile(**changes: Any) -> dict[str, Any]:
    return {
        **HERE,
        "Name": "Night",
        "Description": "Night shift",
        "DefaultOutboundQueueId": QUEUE,
        "MediaConcurrencies": VOICE,
        **changes,
    }


def test_every_emulated_operation_answers_200(emulator: Emulator, client: Any) -> None:
    """One story that uses all of them; every answer is read against the service model as it arrives."""
    instance = client.create_instance(
        IdentityManagementType="CONNECT_MANAGED",
        InstanceAlias="story",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
        Tags={"a": "b"},
    )
    there = {"InstanceId": instance["Id"]}
    client.update_user_hierarchy_structure(**there, HierarchyStructure={"LevelOne": {"Name": "Site"}})
    hours = client.create_hours_of_operation(**there, Name="Day", TimeZone="UTC", Config=[])["HoursOfOperationId"]
    queue = client.create_queue(**there, Name="Calls", HoursOfOperationId=hours, Tags={"a": "b"})["QueueId"]
    profile = client.create_routing_profile(
        **_profile(
            **there,
            DefaultOutboundQueueId=queue,
            QueueConfigs=[{"QueueReference": {"QueueId": queue, "Channel": "VOICE"}, "Priority": 1, "Delay": 0}],
        )
    )["RoutingProfileId"]
    security = client.create_security_profile(
        **there, SecurityProfileName="Night", Permissions=["BasicAgentAccess"], Description="Night shift"
    )["SecurityProfileId"]
    group = client.create_user_hierarchy_group(**there, Name="London", Tags={"a": "b"})["HierarchyGroupId"]
    client.create_predefined_attribute(**there, Name="lang", Values={"StringList": ["fr"]})
    user_id = create(
        client,
        **there,
        RoutingProfileId=profile,
        SecurityProfileIds=[security],
        HierarchyGroupId=group,
        Tags={"a": "b"},
    )
    quick = client.create_quick_connect(
        **there,
        Name="Ada",
        QuickConnectConfig={"QuickConnectType": "USER", "UserConfig": {"UserId": user_id, "ContactFlowId": "f"}},
    )["QuickConnectId"]
    who = {**there, "UserId": user_id}
    arn = f"{instance['Arn']}/agent/{user_id}"
    client.update_user_routing_profile(**who, RoutingProfileId=profile)
    client.update_user_security_profiles(**who, SecurityProfileIds=[security])
    client.update_user_hierarchy(**who, HierarchyGroupId=group)
    client.update_user_identity_info(**who, IdentityInfo={"FirstName": "A", "LastName": "L"})
    client.update_user_phone_config(**who, PhoneConfig={"PhoneType": "SOFT_PHONE"})
    client.update_user_config(**who, AutoAcceptConfigs=[{"Channel": "CHAT", "AutoAccept": True}])
    proficiency = {"AttributeName": "lang", "AttributeValue": "fr"}
    client.associate_user_proficiencies(**who, UserProficiencies=[{**proficiency, "Level": 1}])
    client.update_user_proficiencies(**who, UserProficiencies=[{**proficiency, "Level": 2}])
    client.list_user_proficiencies(**who)
    client.disassociate_user_proficiencies(**who, UserProficiencies=[proficiency])
    client.tag_resource(resourceArn=arn, tags={"c": "d"})
    client.list_tags_for_resource(resourceArn=arn)
    client.untag_resource(resourceArn=arn, tagKeys=["c"])
    client.describe_user(**who)
    for name, argument, value in (
        ("hours_of_operation", "HoursOfOperationId", hours),
        ("queue", "QueueId", queue),
        ("routing_profile", "RoutingProfileId", profile),
        ("security_profile", "SecurityProfileId", security),
        ("user_hierarchy_group", "HierarchyGroupId", group),
        ("predefined_attribute", "Name", "lang"),
        ("quick_connect", "QuickConnectId", quick),
    ):
        getattr(client, f"describe_{name}")(**there, **{argument: value})
    client.update_security_profile(**there, SecurityProfileId=security, Description="Late shift")
    client.list_security_profile_permissions(**there, SecurityProfileId=security)
    if AI_AGENTS in EMULATED:
        client.list_security_profile_ai_agents(**there, SecurityProfileId=security)
    client.get_metric_data_v2(
        ResourceArn=instance["Arn"],
        StartTime=time.time() - 3600,
        EndTime=time.time() - 1800,
        Filters=[{"FilterKey": "AGENT", "FilterValues": [user_id]}],
        Groupings=["AGENT"],
        Metrics=[{"Name": "SUM_ONLINE_TIME_AGENT"}],
    )
    client.describe_user_hierarchy_structure(**there)
    client.describe_instance(**there)
    client.list_instances()
    for operation in EMULATED:
        if operation.startswith(("List", "Search")) and _asks_for_an_instance_alone(operation):
            getattr(client, xform_name(operation))(**there)
    client.get_current_user_data(**there, Filters={"Agents": [user_id]})
    if SIGN_OUT in EMULATED:
        client.delete_all_entity_sessions(**there, EntityId=user_id, EntityType="USER")
    client.delete_user(**who)
    client.delete_quick_connect(**there, QuickConnectId=quick)
    client.delete_predefined_attribute(**there, Name="lang")
    client.delete_user_hierarchy_group(**there, HierarchyGroupId=group)
    client.delete_security_profile(**there, SecurityProfileId=security)
    client.delete_routing_profile(**there, RoutingProfileId=profile)
    client.delete_queue(**there, QueueId=queue)
    client.delete_hours_of_operation(**there, HoursOfOperationId=hours)
    client.delete_instance(**there)
    assert {record.operation for record in emulator.requests if record.status == 200} == set(EMULATED)
    assert refused(client.describe_instance, **there) == MISSING


def _asks_for_an_instance_alone(operation: str) -> bool:
    shapes = botocore.session.get_session().get_service_model("connect")
    shape = shapes.operation_model(operation).input_shape
    return shape is not None and shape.required_members == ["InstanceId"]


def test_the_seeded_instance_is_as_documented(client: Any) -> None:
    shown = client.describe_instance(**HERE)["Instance"]
    assert (shown["Arn"], shown["InstanceAlias"], shown["InstanceStatus"]) == (
        seed.INSTANCE_ARN,
        seed.INSTANCE_ALIAS,
        "ACTIVE",
    )
    for call, member, expected in (
        ("list_routing_profiles", "RoutingProfileSummaryList", seed.ROUTING_PROFILES),
        ("list_security_profiles", "SecurityProfileSummaryList", seed.SECURITY_PROFILES),
        ("list_queues", "QueueSummaryList", seed.QUEUES),
        ("list_hours_of_operations", "HoursOfOperationSummaryList", seed.HOURS_OF_OPERATION),
        ("list_quick_connects", "QuickConnectSummaryList", seed.QUICK_CONNECTS),
    ):
        assert {row["Name"]: row["Id"] for row in getattr(client, call)(**HERE)[member]} == expected
    for name, values in seed.PREDEFINED_ATTRIBUTES.items():
        attribute = client.describe_predefined_attribute(**HERE, Name=name)["PredefinedAttribute"]
        assert attribute["Values"] == {"StringList": list(values)}
    assert client.list_users(**HERE)["UserSummaryList"] == []


@pytest.mark.parametrize("path", list(seed.HIERARCHY_GROUPS))
def test_seeded_groups_are_found_by_their_path(client: Any, path: str) -> None:
    group = client.describe_user_hierarchy_group(**HERE, HierarchyGroupId=seed.HIERARCHY_GROUPS[path])["HierarchyGroup"]
    levels = ("LevelOne", "LevelTwo", "LevelThree")
    steps = [group["HierarchyPath"][level]["Name"] for level in levels if level in group["HierarchyPath"]]
    assert "/".join(steps) == path
    structure = client.describe_user_hierarchy_structure(**HERE)["HierarchyStructure"]
    assert group["LevelId"] == structure[levels[len(steps) - 1]]["Id"]


def test_a_new_instance_ships_with_what_aws_gives(client: Any) -> None:
    made = client.create_instance(
        IdentityManagementType="CONNECT_MANAGED",
        InstanceAlias="new",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
    )
    there = {"InstanceId": made["Id"]}
    names = [row["Name"] for row in client.list_security_profiles(**there)["SecurityProfileSummaryList"]]
    assert names == ["Admin", "Agent", "CallCenterManager", "QualityAnalyst"]
    (profile,) = client.list_routing_profiles(**there)["RoutingProfileSummaryList"]
    assert profile["Name"] == "Basic Routing Profile"
    assert profile["Id"] != BASIC


def _instance(**changes: Any) -> dict[str, Any]:
    return {
        "IdentityManagementType": "SAML",
        "InstanceAlias": "one",
        "InboundCallsEnabled": True,
        "OutboundCallsEnabled": True,
        **changes,
    }


def test_an_alias_is_unique(client: Any) -> None:
    client.create_instance(**_instance())
    assert refused(client.create_instance, **_instance()) == REQUEST


def test_an_account_has_two_instances_in_a_region(client: Any) -> None:
    client.create_instance(**_instance())
    assert refused(client.create_instance, **_instance(InstanceAlias="two")) == (402, "ServiceQuotaExceededException")


def test_an_instance_needs_an_alias_or_a_directory(client: Any) -> None:
    bare = _instance()
    del bare["InstanceAlias"]
    assert refused(client.create_instance, **bare) == REQUEST
    assert refused(client.create_instance, **{**bare, "IdentityManagementType": "EXISTING_DIRECTORY"}) == REQUEST
    client.create_instance(**{**bare, "IdentityManagementType": "EXISTING_DIRECTORY", "DirectoryId": "d-0123456789"})


@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("create_routing_profile", _profile(Name="Sales"), DUPLICATE),
        ("create_routing_profile", _profile(DefaultOutboundQueueId="none"), MISSING),
        ("create_routing_profile", _profile(MediaConcurrencies=[{"Channel": "VOICE", "Concurrency": 2}]), PARAMETER),
        ("create_routing_profile", _profile(MediaConcurrencies=[{"Channel": "CHAT", "Concurrency": 11}]), PARAMETER),
        ("create_routing_profile", _profile(MediaConcurrencies=[{"Concurrency": 1}]), REQUEST),
        ("create_routing_profile", _profile(Name="x" * 128), PARAMETER),
        ("create_security_profile", {**HERE, "SecurityProfileName": "Agent"}, DUPLICATE),
        ("create_security_profile", {**HERE, "SecurityProfileName": "a/b"}, PARAMETER),
        ("create_user_hierarchy_group", {**HERE, "Name": "EMEA"}, DUPLICATE),
        ("create_user_hierarchy_group", {**HERE, "Name": "x" * 101}, PARAMETER),
        ("create_user_hierarchy_group", {**HERE, "Name": "x", "ParentGroupId": "none"}, MISSING),
        (
            "create_user_hierarchy_group",
            {**HERE, "Name": "x", "ParentGroupId": seed.HIERARCHY_GROUPS["EMEA/UK/London"]},
            REQUEST,
        ),
        ("update_user_hierarchy_structure", {**HERE, "HierarchyStructure": {"LevelOne": {"Name": "x"}}}, IN_USE),
        ("update_user_hierarchy_structure", {**HERE, "HierarchyStructure": {"LevelTwo": {"Name": "x"}}}, REQUEST),
        ("create_predefined_attribute", {**HERE, "Name": "lang"}, DUPLICATE),
        ("create_predefined_attribute", {**HERE, "Name": "connect:lang"}, PARAMETER),
        ("create_predefined_attribute", {**HERE, "Name": "x", "Values": {"StringList": ["aws:y"]}}, PARAMETER),
        ("create_queue", {**HERE, "Name": "BasicQueue", "HoursOfOperationId": HOURS}, DUPLICATE),
        ("create_queue", {**HERE, "Name": "x", "HoursOfOperationId": "none"}, MISSING),
        ("create_hours_of_operation", {**HERE, "Name": "Basic Hours", "TimeZone": "UTC", "Config": []}, DUPLICATE),
        ("create_quick_connect", {**HERE, "Name": "x", "QuickConnectConfig": {"QuickConnectType": "USER"}}, REQUEST),
        ("delete_routing_profile", {**HERE, "RoutingProfileId": BASIC}, IN_USE),
        ("delete_security_profile", {**HERE, "SecurityProfileId": AGENT}, IN_USE),
        ("delete_user_hierarchy_group", {**HERE, "HierarchyGroupId": seed.HIERARCHY_GROUPS["AMER/US/Austin"]}, IN_USE),
        ("delete_user_hierarchy_group", {**HERE, "HierarchyGroupId": seed.HIERARCHY_GROUPS["EMEA"]}, IN_USE),
        ("delete_queue", {**HERE, "QueueId": QUEUE}, IN_USE),
        ("delete_hours_of_operation", {**HERE, "HoursOfOperationId": HOURS}, IN_USE),
        ("delete_predefined_attribute", {**HERE, "Name": "lang"}, IN_USE),
    ],
)
def test_what_cannot_be_made_or_deleted(
    emulator: Emulator, call: str, arguments: dict[str, Any], expected: tuple[int, str]
) -> None:
    # Unchecked, as older releases of boto3 require members that the newest do not.
    client = connect(emulator, check=False)
    user_id = create(client, HierarchyGroupId=seed.HIERARCHY_GROUPS["AMER/US/Austin"])
    proficiency = {"AttributeName": "lang", "AttributeValue": "fr", "Level": 1}
    client.associate_user_proficiencies(**HERE, UserId=user_id, UserProficiencies=[proficiency])
    assert refused(getattr(client, call), **arguments) == expected


def _media() -> StructureShape:
    """What this release of botocore knows of a channel of a routing profile."""
    shape = botocore.session.get_session().get_service_model("connect").shape_for("MediaConcurrency")
    return cast("StructureShape", shape)


def test_a_channel_of_a_routing_profile_needs_what_the_service_model_says(emulator: Emulator) -> None:
    """`Concurrency` is required up to botocore 1.43.89, and optional since."""
    client, media = connect(emulator, check=False), [{"Channel": "CHAT"}]
    if "Concurrency" in _media().required_members:
        assert refused(client.create_routing_profile, **_profile(MediaConcurrencies=media)) == REQUEST
    else:
        made = client.create_routing_profile(**_profile(MediaConcurrencies=media))
        profile = client.describe_routing_profile(**HERE, RoutingProfileId=made["RoutingProfileId"])
        assert profile["RoutingProfile"]["MediaConcurrencies"] == media


@pytest.mark.skipif("WorkloadTypeConcurrencies" not in _media().members, reason="botocore knows no workload types yet")
@pytest.mark.parametrize(
    ("channel", "limit", "taken"), [("CHAT", 3, True), ("CHAT", 11, False), ("VOICE", 1, True), ("VOICE", 2, False)]
)
def test_contacts_at_once_may_be_set_by_workload_type(client: Any, channel: str, limit: int, taken: bool) -> None:
    """In place of `Concurrency`, within the same bounds."""
    media = [{"Channel": channel, "WorkloadTypeConcurrencies": [{"WorkloadType": "claims", "Concurrency": limit}]}]
    if not taken:
        assert refused(client.create_routing_profile, **_profile(MediaConcurrencies=media)) == PARAMETER
        return
    made = client.create_routing_profile(**_profile(MediaConcurrencies=media))
    profile = client.describe_routing_profile(**HERE, RoutingProfileId=made["RoutingProfileId"])["RoutingProfile"]
    assert profile["MediaConcurrencies"] == media


def test_the_same_group_name_may_be_under_two_parents(client: Any) -> None:
    made = client.create_user_hierarchy_group(**HERE, Name="US", ParentGroupId=seed.HIERARCHY_GROUPS["EMEA"])
    group = client.describe_user_hierarchy_group(**HERE, HierarchyGroupId=made["HierarchyGroupId"])["HierarchyGroup"]
    assert group["HierarchyPath"]["LevelOne"]["Name"] == "EMEA"


def test_renaming_a_level_keeps_its_id(client: Any) -> None:
    before = client.describe_user_hierarchy_structure(**HERE)["HierarchyStructure"]
    names = {level: {"Name": f"new {level}"} for level in before}
    client.update_user_hierarchy_structure(**HERE, HierarchyStructure={**names, "LevelFour": {"Name": "Desk"}})
    after = client.describe_user_hierarchy_structure(**HERE)["HierarchyStructure"]
    assert {level: after[level]["Id"] for level in before} == {level: item["Id"] for level, item in before.items()}
    assert list(after) == ["LevelOne", "LevelTwo", "LevelThree", "LevelFour"]
    assert {after[level]["Name"] for level in before} == {f"new {level}" for level in before}


RESTRICTED: dict[str, Any] = {
    "AllowedAccessControlTags": {"team": "UK"},
    "TagRestrictedResources": ["User"],
    "HierarchyRestrictedResources": ["User"],
    "AllowedAccessControlHierarchyGroupId": seed.HIERARCHY_GROUPS["EMEA/UK"],
}


def test_a_security_profile_keeps_whom_it_reaches(client: Any) -> None:
    """From its creation on; an update replaces what it names and nothing else."""
    made = client.create_security_profile(**HERE, SecurityProfileName="Lead", Permissions=["Users.Edit"], **RESTRICTED)
    which = {**HERE, "SecurityProfileId": made["SecurityProfileId"]}

    def described() -> dict[str, Any]:
        profile = client.describe_security_profile(**which)["SecurityProfile"]
        return {name: profile[name] for name in RESTRICTED if name in profile}

    assert described() == RESTRICTED
    client.update_security_profile(**which, Permissions=["Users.View"], AllowedAccessControlTags={})
    assert described() == {**RESTRICTED, "AllowedAccessControlTags": {}}
    assert client.list_security_profile_permissions(**which)["Permissions"] == ["Users.View"]
    arn = f"{seed.INSTANCE_ARN}/agent-group/{seed.HIERARCHY_GROUPS['EMEA']}"
    client.update_security_profile(**which, AllowedAccessControlHierarchyGroupId=arn)
    assert described()["AllowedAccessControlHierarchyGroupId"] == seed.HIERARCHY_GROUPS["EMEA"]
    client.update_security_profile(**which, AllowedAccessControlHierarchyGroupId="")
    assert described()["AllowedAccessControlHierarchyGroupId"] == ""
    group = {"AllowedAccessControlHierarchyGroupId": "60000000-0000-4000-8000-999999999999"}
    assert refused(client.update_security_profile, **which, **group) == MISSING
    assert refused(client.update_security_profile, **{**which, "SecurityProfileId": "x"}) == MISSING


@pytest.mark.skipif(AI_AGENTS not in EMULATED, reason="botocore knows no AI agents yet")
def test_a_security_profile_keeps_its_ai_agents(client: Any) -> None:
    """They are listed like permissions."""
    agents = [{"Arn": f"arn:aws:wisdom:us-east-1:1:ai-agent/{name}", "Type": "THIRD_PARTY"} for name in "ab"]
    made = client.create_security_profile(**HERE, SecurityProfileName="Lead", AllowedAIAgents=agents)
    which = {**HERE, "SecurityProfileId": made["SecurityProfileId"]}
    assert client.list_security_profile_ai_agents(**which)["AllowedAIAgents"] == agents
    assert client.list_security_profile_ai_agents(**HERE, SecurityProfileId=AGENT)["AllowedAIAgents"] == []


def test_a_security_profile_that_aws_manages_cannot_be_changed(emulator: Emulator, client: Any) -> None:
    """Newer releases of botocore also show whose it is."""
    which = {**HERE, "SecurityProfileId": AGENT}
    with emulator.store.write() as tx:
        tx.execute("UPDATE resources SET doc = json_set(doc, '$.Type', 'AWS_MANAGED') WHERE id = ?", (AGENT,))
    assert refused(client.update_security_profile, **which, Permissions=[]) == REQUEST
    profile = client.describe_security_profile(**which)["SecurityProfile"]
    assert profile.get("Type", "AWS_MANAGED") == "AWS_MANAGED"
    types = {
        row["Name"]: row.get("Type") for row in client.list_security_profiles(**HERE)["SecurityProfileSummaryList"]
    }
    assert (types["Agent"], types["Admin"]) in (("AWS_MANAGED", "CUSTOMER_MANAGED"), (None, None))


def test_lists_can_be_narrowed_by_type(client: Any) -> None:
    assert client.list_quick_connects(**HERE, QuickConnectTypes=["USER", "FLOW"])["QuickConnectSummaryList"] == []
    assert len(client.list_quick_connects(**HERE, QuickConnectTypes=["QUEUE"])["QuickConnectSummaryList"]) == 1
    assert client.list_queues(**HERE, QueueTypes=["AGENT"])["QueueSummaryList"] == []
