"""`ConnectInstance` in programs: what it finds, and what it costs."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from connect_users import ConnectUser
from connect_users.emulator import Fault, seed
from connect_users.program import look_ups
from connect_users.program import provider as explicit_provider
from connect_users.program.instance import ConnectInstance
from connect_users.testing import UNKNOWN
from tests.contract.emulator.support import connect, create
from tests.contract.provider.looking_up import LOOK_UPS, NOBODY, UNKNOWN_INPUT

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_users.emulator import Phase, RequestRecord
    from tests.contract.provider.looking_up import World


@pytest.mark.parametrize("named_by", [seed.INSTANCE_ALIAS, seed.INSTANCE_ID, seed.INSTANCE_ARN])
def test_everything_is_found_however_the_instance_is_named(world: World, named_by: str) -> None:
    """By id, ARN and alias, plain or as an output."""

    def look() -> Any:
        plain, output = ConnectInstance(named_by), ConnectInstance(pulumi.Output.from_input(named_by))
        return {name: [ask(plain), ask(output)] for name, (ask, _) in LOOK_UPS.items()}

    assert world.find(look) == {name: [answer, answer] for name, (_, answer) in LOOK_UPS.items()}


def test_users_are_found_by_name_and_by_tag_over_all_pages(world: World) -> None:
    """2,500 users are 3 pages of the listing; 125 of a tag are 2 of the search."""
    ids = seed.seed_users(world.emulator.store, 2_500)

    def look() -> Any:
        instance = ConnectInstance(seed.INSTANCE_ID)
        return [
            instance.user_id("agent00001"),
            instance.user_id("agent02500"),
            instance.users(tag={"team": "team-3"}),
            instance.users(tag={"team": "nobody"}),
        ]

    first, last, tagged, nobody = world.find(look)
    assert (first, last, nobody) == (ids[0], ids[-1], [])
    assert tagged == ids[2::20]
    assert world.calls() == {"ListUsers": 3, "SearchUsers": 3}


def test_several_tags_must_all_be_there(world: World) -> None:
    """Each with its value; case counts."""
    client = connect(world.emulator)
    both = create(client, "both", Tags={"Site": "london", "team": "blue"})
    create(client, "one", Tags={"Site": "london"})
    create(client, "other", Tags={"site": "london", "team": "blue"})
    assert world.find(lambda: ConnectInstance("emulator").users(tag={"Site": "london", "team": "blue"})) == [both]


def test_names_are_outputs_too(world: World) -> None:
    """From another stack, or from a secret, which the id then is as well."""

    def look() -> Any:
        instance = ConnectInstance("emulator")
        return instance.routing_profile_id(pulumi.Output.from_input("Support"))

    assert world.find(look) == seed.ROUTING_PROFILES["Support"]


@pytest.mark.parametrize(
    ("named_by", "look", "calls"),
    [
        (seed.INSTANCE_ALIAS, lambda _: "nothing", {}),
        (seed.INSTANCE_ID, lambda instance: instance.id, {}),
        (seed.INSTANCE_ARN, lambda instance: [instance.id, instance.arn], {}),
        (seed.INSTANCE_ID, lambda instance: [instance.arn, instance.alias], {"DescribeInstance": 1}),
        (
            seed.INSTANCE_ALIAS,
            lambda instance: [instance.id, instance.arn, instance.alias, instance.identity_management_type],
            {"ListInstances": 1},
        ),
        (
            seed.INSTANCE_ID,
            lambda instance: [instance.security_profile_id(name) for name in list(seed.SECURITY_PROFILES) * 50],
            {"ListSecurityProfiles": 1},
        ),
        (
            seed.INSTANCE_ID,
            lambda instance: [instance.hierarchy_group_id(path) for path in list(seed.HIERARCHY_GROUPS) * 50],
            {"ListUserHierarchyGroups": 1, "DescribeUserHierarchyGroup": len(seed.HIERARCHY_GROUPS)},
        ),
    ],
)
def test_calls_are_as_few_as_can_be(
    world: World, named_by: str, look: Callable[[ConnectInstance], Any], calls: dict[str, int]
) -> None:
    """None before something is asked for; then one listing for each kind."""
    world.find(lambda: look(ConnectInstance(named_by)))
    assert world.calls() == calls


def test_objects_for_the_same_instance_share_its_listings(world: World) -> None:
    """A module of a program need not hand its object to the others."""

    def look() -> Any:
        instances = [ConnectInstance(each) for each in ("emulator", seed.INSTANCE_ID, seed.INSTANCE_ARN)]
        return [instance.queue_id("BasicQueue") for instance in instances]

    world.find(look)
    assert world.calls() == {"ListInstances": 1, "ListQueues": 1}


NEW_PROFILE: dict[str, Any] = {
    "InstanceId": seed.INSTANCE_ID,
    "Description": "new",
    "DefaultOutboundQueueId": seed.QUEUES["BasicQueue"],
    "MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 1}],
}


def test_what_a_run_has_created_since_a_look_up_is_found(world: World) -> None:
    """Such as a profile of pulumi_aws that is looked up by its name. One more listing, shared by all who need it."""
    client = connect(world.emulator)

    def look() -> Any:
        instance = ConnectInstance(seed.INSTANCE_ID)
        earlier = instance.routing_profile_id("Support")
        made = earlier.apply(lambda _: client.create_routing_profile(Name="Later", **NEW_PROFILE)["RoutingProfileId"])
        names = made.apply(lambda _: "Later"), made.apply(lambda _: "Sales")
        return [made, *map(instance.routing_profile_id, names)]

    made, *found = world.find(look)
    assert found == [made, seed.ROUTING_PROFILES["Sales"]]
    assert world.calls() == {"ListRoutingProfiles": 2}


def test_the_next_run_asks_again(world: World) -> None:
    """The Automation API runs several programs in one process; nothing of a run is kept, either."""
    rehearsal = world.rehearse(
        lambda: pulumi.export("found", ConnectInstance("emulator").routing_profile_id("Returns"))
    )
    assert not rehearsal.preview().ok
    made = connect(world.emulator).create_routing_profile(Name="Returns", **NEW_PROFILE)
    assert rehearsal.preview().raise_for_errors().outputs["found"] == made["RoutingProfileId"]


def test_kinds_are_listed_at_the_same_time(world: World) -> None:
    """Three listings that wait for each other would otherwise never be answered."""
    together = threading.Barrier(3)

    def wait(phase: Phase, record: RequestRecord) -> None:
        if phase == "received" and record.operation in ("ListQueues", "ListRoutingProfiles", "ListSecurityProfiles"):
            together.wait(timeout=20)

    world.on_event = wait

    def look() -> Any:
        instance = ConnectInstance(seed.INSTANCE_ID)
        return [
            instance.queue_id("BasicQueue"),
            instance.routing_profile_id("Sales"),
            instance.security_profile_id("Agent"),
        ]

    assert len(world.find(look)) == 3
    assert not together.broken


def test_groups_of_the_same_name_are_distinguished_by_their_paths(world: World) -> None:
    """Both are described, nothing else is."""
    client = connect(world.emulator)
    other = client.create_user_hierarchy_group(
        InstanceId=seed.INSTANCE_ID, Name="London", ParentGroupId=seed.HIERARCHY_GROUPS["AMER/US"]
    )["HierarchyGroupId"]

    def look() -> Any:
        instance = ConnectInstance(seed.INSTANCE_ID)
        return [instance.hierarchy_group_id(path) for path in ("EMEA/UK/London", "AMER/US/London")]

    assert world.find(look) == [seed.HIERARCHY_GROUPS["EMEA/UK/London"], other]
    assert world.calls() == {"ListUserHierarchyGroups": 1, "DescribeUserHierarchyGroup": 2}
    client.delete_user_hierarchy_group(InstanceId=seed.INSTANCE_ID, HierarchyGroupId=other)


def test_many_groups_are_searched_for_instead_of_described(world: World) -> None:
    """At two requests a second, a roster of sixty teams would wait half a minute in each preview."""
    client = connect(world.emulator)
    below = {"InstanceId": seed.INSTANCE_ID, "ParentGroupId": seed.HIERARCHY_GROUPS["EMEA"]}
    answers = [client.create_user_hierarchy_group(Name=f"Team {number}", **below) for number in range(20)]
    made = [answer["HierarchyGroupId"] for answer in answers]

    def look() -> Any:
        instance = ConnectInstance(seed.INSTANCE_ID)
        return [instance.hierarchy_group_id(f"EMEA/Team {number}") for number in range(20)]

    try:
        world.calls()
        assert world.find(look) == made
        assert world.calls() == {"ListUserHierarchyGroups": 1, "SearchUserHierarchyGroups": 1}
        refused = Fault("SearchUserHierarchyGroups", "error-before", code="AccessDeniedException", status=403)
        world.emulator.faults.add(refused)
        assert world.find(look) == made
        assert world.calls()["DescribeUserHierarchyGroup"] == 20
    finally:
        for group in made:
            client.delete_user_hierarchy_group(InstanceId=seed.INSTANCE_ID, HierarchyGroupId=group)


def test_an_instance_that_is_not_known_yet_makes_unknowns(world: World) -> None:
    """It is made by the same program; nothing is called."""

    def look() -> Any:
        instance = ConnectInstance(pulumi.Output.from_input(UNKNOWN_INPUT))
        return [ask(instance) for ask, answer in LOOK_UPS.values() if answer]

    assert all(found is UNKNOWN for found in world.find(look))
    assert world.calls() == {}


def test_a_name_that_is_not_known_yet_makes_an_unknown(world: World) -> None:
    """The other names are found all the same."""

    def look() -> Any:
        instance = ConnectInstance("emulator")
        unknown = pulumi.Output.from_input(UNKNOWN_INPUT)
        return [instance.queue_id(unknown), instance.queue_id("BasicQueue")]

    assert world.find(look) == [UNKNOWN, seed.QUEUES["BasicQueue"]]


def test_an_explicit_provider_says_where_to_look(world: World) -> None:
    """The emulator's instance is in one region only, as on AWS."""

    def look() -> Any:
        here = explicit_provider.Provider("here", region="us-east-1")
        return ConnectInstance("emulator", provider=here).queue_id("BasicQueue")

    elsewhere = {"connect-users:region": "eu-west-2"}
    assert world.find(look, config=elsewhere) == seed.QUEUES["BasicQueue"]
    (error,) = world.preview(lambda: ConnectInstance("emulator").id, config=elsewhere).errors
    assert error.startswith("no Connect instance in eu-west-2 has the alias 'emulator'; there are none")


def test_a_provider_that_is_not_known_yet_makes_unknowns(world: World) -> None:
    """Nobody can say yet where to look."""

    def look() -> Any:
        later = pulumi.Output.from_input(UNKNOWN_INPUT)
        return ConnectInstance("emulator", provider=explicit_provider.Provider("p", region=later)).id

    assert world.find(look) is UNKNOWN
    assert world.calls() == {}


def test_users_are_previewed_without_credentials_and_made_with_them(world: World) -> None:
    """The ids that are looked up are inputs like any other."""

    def program() -> None:
        instance = ConnectInstance("emulator")
        ConnectUser(
            "ada",
            instance_id=instance.arn,
            username="looked-up",
            password=pulumi.Output.secret("Corr3ct-horse"),
            identity_info={"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"},
            routing_profile_id=instance.routing_profile_id("Support"),
            security_profile_ids=instance.security_profile_ids("Agent"),
            hierarchy_group_id=instance.hierarchy_group_id("EMEA/UK"),
        )

    blind = world.rehearse(program, config={"connect-users:timeout": "304"}, environment=NOBODY)
    assert blind.preview().raise_for_errors().step("ada").op == "create"
    assert {name for name in world.calls() if name.startswith("Create")} == set()
    sighted = world.rehearse(program)
    assert sighted.preview().raise_for_errors().step("ada").op == "create"
    assert sighted.up().raise_for_errors().step("ada").op == "create"
    assert sighted.resource("ada").outputs["hierarchy_group_id"] == seed.HIERARCHY_GROUPS["EMEA/UK"]
    sighted.destroy().raise_for_errors()


def test_a_run_that_is_over_is_forgotten(world: World) -> None:
    """Whether it went well or not: a service that runs programs all day must not grow."""
    seen: list[weakref.ref[look_ups.LookUps]] = []

    def look(name: str) -> Any:
        seen.append(weakref.ref(look_ups.look_ups_of_run()))
        return ConnectInstance("emulator").queue_id(name)

    world.find(lambda: look("BasicQueue"))
    assert not world.preview(lambda: look("Zzz")).ok
    world.emulator.faults.add(Fault("ListQueues", "error-before", code="AccessDeniedException"))
    assert not world.preview(lambda: look("BasicQueue")).ok
    # Older SDKs keep the failure of the latest run.
    world.find(lambda: look("BasicQueue"))
    gc.collect()
    assert [run() for run in seen[:3]] == [None] * 3
