"""A stack of any region on the embedded emulator, and in rehearsals; an emulator of its own stays in one region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connect_users import ConnectInstance, ConnectUser
from connect_users.emulator import Emulator, Options, embedded, seed, seed_users
from connect_users.testing import Rehearsal
from tests.contract.emulator.support import connect, create, described
from tests.contract.hosting import Engine, user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from connect_users.testing import ProviderProcess

HERE = {"InstanceId": seed.INSTANCE_ID}
REGIONS = ("us-east-1", "eu-west-1", "cn-north-1")
ARNS = {
    "us-east-1": seed.INSTANCE_ARN,
    "eu-west-1": f"arn:aws:connect:eu-west-1:{seed.ACCOUNT_ID}:instance/{seed.INSTANCE_ID}",
    "cn-north-1": f"arn:aws-cn:connect:cn-north-1:{seed.ACCOUNT_ID}:instance/{seed.INSTANCE_ID}",
}


@pytest.fixture
def everywhere() -> Iterator[Emulator]:
    with Emulator(None, Options(every_region=True)) as emulator:
        yield emulator


def test_the_seeded_instance_is_the_same_in_every_region(everywhere: Emulator) -> None:
    """As replicas are: one id, the same people, ARNs of the region that asks."""
    ada = create(connect(everywhere, region="eu-west-1"))
    for region in REGIONS:
        client = connect(everywhere, region=region)
        assert [each["Arn"] for each in client.list_instances()["InstanceSummaryList"]] == [ARNS[region]]
        for instance in (seed.INSTANCE_ID, ARNS[region]):
            assert client.describe_instance(InstanceId=instance)["Instance"]["Arn"] == ARNS[region]
        found = described(client, ada)
        assert (found["Arn"], found["LastModifiedRegion"]) == (f"{ARNS[region]}/agent/{ada}", region)
        client.tag_resource(resourceArn=found["Arn"], tags={region: "seen"})
        levels = client.describe_user_hierarchy_structure(**HERE)["HierarchyStructure"]
        assert all(level["Arn"].startswith(f"{ARNS[region]}/agent-group-level/") for level in levels.values())
        client.update_user_hierarchy_structure(
            **HERE, HierarchyStructure={level: {"Name": levels[level]["Name"]} for level in levels}
        )
    assert described(connect(everywhere), ada)["Tags"] == dict.fromkeys(REGIONS, "seen")


def test_other_instances_are_in_one_region(everywhere: Emulator) -> None:
    london = connect(everywhere, region="eu-west-2")
    made = london.create_instance(
        IdentityManagementType="SAML", InstanceAlias="london", InboundCallsEnabled=True, OutboundCallsEnabled=True
    )
    assert len(london.list_instances()["InstanceSummaryList"]) == 2
    paris = connect(everywhere, region="eu-west-3")
    assert len(paris.list_instances()["InstanceSummaryList"]) == 1
    with pytest.raises(paris.exceptions.ResourceNotFoundException):
        paris.describe_instance(InstanceId=made["Id"])


def test_an_embedded_emulator_is_in_the_region_of_the_stack(
    tmp_path: Path, start: Callable[..., ProviderProcess]
) -> None:
    """Also over a file whose people were made in another region, where they go on being looked after."""
    state = tmp_path / "emulator.sqlite"
    with Emulator(state) as before:
        seed_users(before.store, 3)
    engines = {}
    for region in ("eu-west-1", ""):
        host = start(region=region, endpointUrl="", emulator="true", emulatorState=str(state))
        engines[region] = Engine(host, name=f"ada{region}")
        assert engines[region].up(user(f"ada{region}")) == "create"
    for region, engine in engines.items():
        assert engine.state is not None
        assert engine.state.outputs["arn"].startswith(f"{ARNS[region or 'us-east-1']}/agent/")
        assert engine.up(user(engine.name, routing_profile_id=seed.ROUTING_PROFILES["Sales"])) == "update"
        assert engine.refresh() == "same"
    users = connect(embedded(state)).list_users(**HERE)["UserSummaryList"]
    assert [each["Username"] for each in users] == ["agent00001", "agent00002", "agent00003", "adaeu-west-1", "ada"]
    for engine in engines.values():
        engine.destroy()
    assert len(connect(embedded(state)).list_users(**HERE)["UserSummaryList"]) == 3
    embedded(state).close()


@pytest.mark.parametrize("where", ["own emulator", "embedded", "fixture"])
def test_a_rehearsal_is_in_the_region_of_the_stack(where: str, tmp_path: Path, connect_emulator: Emulator) -> None:
    """By ``aws:region``, as stacks have it that use pulumi_aws, too."""

    def program() -> None:
        instance = ConnectInstance("emulator")
        ConnectUser(
            "ada",
            instance_id=instance.arn,
            username="ada",
            password="Corr3ct-horse",
            routing_profile_id=instance.routing_profile_id("Support"),
            security_profile_ids=[instance.security_profile_id("Agent")],
            identity_info={"first_name": "Ada", "last_name": "Lovelace"},
        )

    config = {"aws:region": "eu-west-1"}
    options: dict[str, Any] = {"emulator": connect_emulator} if where == "fixture" else {}
    if where == "embedded":
        config |= {"connect-users:emulator": "true", "connect-users:emulatorState": str(tmp_path / "e.sqlite")}
    with Rehearsal(program, config=config, **options) as rehearsal:
        rehearsal.up().raise_for_errors()
        (ada,) = (state for state in rehearsal.state.values() if state.name == "ada")
        assert ada.outputs["arn"].startswith(f"{ARNS['eu-west-1']}/agent/")
        assert rehearsal.refresh().raise_for_errors().changes.keys() == {"same"}
        assert rehearsal.destroy().ok


@pytest.mark.parametrize("value", [1, "yes", None])
def test_whether_it_is_in_every_region_is_yes_or_no(value: Any) -> None:
    with pytest.raises(ValueError, match=r"every_region: .* is neither true nor false"):
        Options().changed({"every_region": value})
