"""What the package does on a real instance, and the answers to what AWS does not document."""

from __future__ import annotations

import os
import secrets
import time
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.connect.connection import gateway_for
from connect_users.core.errors import DuplicateResource
from connect_users.core.settings import Settings
from connect_users.core.spec import canonical
from connect_users.lifecycle import adopt, create, delete, observe
from connect_users.lifecycle.operation import Operation
from connect_users.lifecycle.run import EngineRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.connect.gateway import Gateway
    from connect_users.core.spec import Props

URN = "urn:pulumi:live::connect-users::pulumi-python:dynamic/connect_users:ConnectUser::live"


@pytest.fixture(scope="module")
def gateway() -> Gateway:
    """Of boto3's own chain: AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL_CONNECT."""
    return gateway_for(Settings())


@pytest.fixture
def op(gateway: Gateway) -> Operation:
    """As the provider would work, in a run that began some seconds ago: a provider takes longer than that to start."""
    ahead = 0.0
    run = EngineRun(clock=lambda: time.monotonic() + ahead)
    ahead = 5.0
    return Operation(
        gateway,
        URN,
        owns=True,
        grace=120.0,
        say=lambda kind, text: print(kind, text),
        wait=time.sleep,
        run=run,
    )


@pytest.fixture(scope="module")
def props(gateway: Gateway) -> Props:
    """A user as the instance's identity management type wants it."""
    instance_id = os.environ["CONNECT_USERS_LIVE_INSTANCE"]
    kind = gateway.describe_instance(instance_id)["IdentityManagementType"]
    profile = next(p for p in gateway.list_security_profiles(instance_id) if p["Name"] == "Agent")
    inputs: Props = {
        "instance_id": instance_id,
        "username": f"cu-live-{secrets.token_hex(4)}",
        "routing_profile_id": next(iter(gateway.list_routing_profiles(instance_id)))["Id"],
        "security_profile_ids": [profile["Id"]],
        "identity_info": {"first_name": "Live", "last_name": "Test"},
        "auto_accept_configs": [{"channel": "VOICE", "auto_accept": True}],
        "after_contact_work_configs": [
            {"channel": "VOICE", "after_contact_work_config": {"after_contact_work_time_limit": 30}}
        ],
        "tags": {"made-by": "connect-users live ring"},
    }
    if kind == "CONNECT_MANAGED":
        inputs["password"] = f"Aa1{secrets.token_hex(8)}"
        inputs["identity_info"]["email"] = "live-test@example.com"
    return canonical(inputs)


@pytest.fixture
def live(op: Operation, props: Props) -> Iterator[tuple[str, Props]]:
    """A user that is there for one test."""
    user_id, outputs = create.create(op, props)
    yield user_id, outputs
    delete.delete(op, user_id, outputs)


def test_a_user_is_read_back_as_declared(op: Operation, live: tuple[str, Props], props: Props) -> None:
    """No drift right after creation."""
    seen = observe.read(op, live[0], live[1], props)
    assert seen is not None
    assert seen.inputs == props


def test_creating_again_takes_over_the_same_user(op: Operation, live: tuple[str, Props], props: Props) -> None:
    """What a crash left behind is found by its tag: one user, the same id, and the old state is fenced off."""
    user_id, outputs = create.create(op, props)
    assert user_id == live[0]
    delete.delete(op, user_id, live[1])
    assert observe.read(op, user_id, outputs, props) is not None
    live[1].update(outputs)


def test_per_channel_settings_are_changed(op: Operation, live: tuple[str, Props], props: Props) -> None:
    """A complete list leaves no room for merge or replace."""
    changed = canonical({**props, "auto_accept_configs": [{"channel": "CHAT", "auto_accept": True}]})
    outputs = adopt.update(op, live[0], live[1], changed)
    seen = observe.read(op, live[0], outputs, changed)
    assert seen is not None
    assert seen.inputs == changed


def test_what_aws_does_not_document(op: Operation, live: tuple[str, Props], props: Props) -> None:
    """Prints the answers; nothing in the package depends on them."""
    gateway, instance_id = op.gateway, props["instance_id"]

    def user() -> dict[str, Any]:
        return gateway.describe_user(instance_id, live[0])

    made = user()
    print("\nDirectoryUserId of a user made without one:", made.get("DirectoryUserId"))
    print("PhoneConfig of a user made with lists:", made.get("PhoneConfig"))
    gateway.update_user(
        "UpdateUserConfig", instance_id, live[0], {"AutoAcceptConfigs": [{"Channel": "TASK", "AutoAccept": True}]}
    )
    print("UpdateUserConfig with TASK alone leaves:", user().get("AutoAcceptConfigs"))
    gateway.update_user("UpdateUserIdentityInfo", instance_id, live[0], {"IdentityInfo": {"FirstName": "Live"}})
    print("UpdateUserIdentityInfo with FirstName alone leaves:", sorted(user().get("IdentityInfo", {})))
    before = user().get("LastModifiedTime")
    gateway.tag_resource(made["Arn"], {"probe": "1"})
    print("a tag moves LastModifiedTime:", user().get("LastModifiedTime") != before)
    found = gateway.search_users_by_name(instance_id, props["username"])
    print("SearchUsers finds a user made seconds ago:", bool(found))


def test_a_deleted_name_can_be_used_again(op: Operation, props: Props) -> None:
    """At once or after a while; says which."""
    user_id, outputs = create.create(op, props)
    delete.delete(op, user_id, outputs)
    try:
        again = op.gateway.create_user(
            {
                "InstanceId": props["instance_id"],
                "Username": props["username"],
                "RoutingProfileId": props["routing_profile_id"],
                "SecurityProfileIds": props["security_profile_ids"],
                "IdentityInfo": {"FirstName": "Live", "LastName": "Test"},
                **({"Password": props["password"]} if "password" in props else {}),
            }
        )
    except DuplicateResource:
        print("\na deleted name is not free at once")
        user_id, outputs = create.create(op, props)
        delete.delete(op, user_id, outputs)
    else:
        print("\na deleted name is free at once")
        op.gateway.delete_user(props["instance_id"], again.user_id)
