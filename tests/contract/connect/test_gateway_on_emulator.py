"""The gateway over HTTP: real boto3, real sockets, the emulator at the other end, virtual time for the waits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.connect.gateway import Gateway
from connect_users.connect.pacing import SystemTimer
from connect_users.connect.session import Clients
from connect_users.core import errors
from connect_users.core.settings import Settings
from connect_users.emulator import Emulator, Fault, Options, Throttle, seed
from tests.contract.emulator.support import connect
from tests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_users.connect.pacing import Timer

INSTANCE = seed.INSTANCE_ID


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


def gateway_to(emulator: Emulator, timer: Timer | None = None, read_timeout: float = 20.0, **settings: Any) -> Gateway:
    chosen = Settings(endpoint_url=emulator.endpoint_url, **settings)
    return Gateway(Clients(chosen, embedded=True, read_timeout=read_timeout), chosen, timer or VirtualTime())


def request(username: str = "ada", **changes: Any) -> dict[str, Any]:
    return {
        "InstanceId": INSTANCE,
        "Username": username,
        "Password": "Secret-pass-1",
        "IdentityInfo": {"FirstName": "Ada", "LastName": "Adams"},
        "RoutingProfileId": seed.ROUTING_PROFILES["Support"],
        "SecurityProfileIds": [seed.SECURITY_PROFILES["Agent"]],
        **changes,
    }


def sent(emulator: Emulator) -> list[tuple[str, int | None]]:
    return [(record.operation, record.status) for record in emulator.requests]


def test_a_user_from_beginning_to_end(emulator: Emulator) -> None:
    """Create, look at, find, change, tag, delete."""
    gateway = gateway_to(emulator)
    made = gateway.create_user(request(Tags={"team": "a"}))
    assert made.arn == f"{seed.INSTANCE_ARN}/agent/{made.user_id}"
    assert [user["Id"] for user in gateway.search_users_by_name(INSTANCE, "ada")] == [made.user_id]
    assert gateway.search_users_by_name(INSTANCE, "Ada") == []
    assert [user["Username"] for page in gateway.list_users(INSTANCE) for user in page] == ["ada"]
    group = seed.HIERARCHY_GROUPS["EMEA/UK"]
    gateway.update_user("UpdateUserHierarchy", INSTANCE, made.user_id, {"HierarchyGroupId": group})
    gateway.tag_resource(made.arn, {"shift": "late"})
    gateway.untag_resource(made.arn, ["team"])
    levels = {"UserProficiencies": [{"AttributeName": "lang", "AttributeValue": "fr", "Level": 3.0}]}
    gateway.update_user("AssociateUserProficiencies", INSTANCE, made.user_id, levels)
    user = gateway.describe_user(INSTANCE, made.user_id)
    assert (user["HierarchyGroupId"], user["Tags"]) == (group, {"shift": "late"})
    assert gateway.list_user_proficiencies(INSTANCE, made.user_id) == levels["UserProficiencies"]
    gateway.update_user("UpdateUserHierarchy", INSTANCE, made.user_id, {})
    assert "HierarchyGroupId" not in gateway.describe_user(INSTANCE, made.user_id)
    gateway.delete_user(INSTANCE, made.user_id)
    with pytest.raises(errors.ResourceNotFound):
        gateway.describe_user(INSTANCE, made.user_id)
    assert {status for _, status in sent(emulator)} == {200, 404}


def test_look_ups_find_what_the_instance_holds(emulator: Emulator) -> None:
    """Names and ids of everything that a user can refer to."""
    gateway = gateway_to(emulator)
    assert [each["InstanceAlias"] for each in gateway.list_instances()] == [seed.INSTANCE_ALIAS]
    assert gateway.describe_instance(INSTANCE)["Arn"] == seed.INSTANCE_ARN
    assert {each["Name"]: each["Id"] for each in gateway.list_routing_profiles(INSTANCE)} == seed.ROUTING_PROFILES
    assert {each["Name"]: each["Id"] for each in gateway.list_security_profiles(INSTANCE)} == seed.SECURITY_PROFILES
    permissions = gateway.list_security_profile_permissions(INSTANCE, seed.SECURITY_PROFILES["CallCenterManager"])
    assert list(permissions) == ["AccessMetrics", "Users.Edit", "Users.View"]
    groups = {each["Id"] for each in gateway.list_user_hierarchy_groups(INSTANCE)}
    assert groups == set(seed.HIERARCHY_GROUPS.values())
    london = gateway.describe_user_hierarchy_group(INSTANCE, seed.HIERARCHY_GROUPS["EMEA/UK/London"])
    assert [london["HierarchyPath"][level]["Name"] for level in ("LevelOne", "LevelTwo", "LevelThree")] == [
        "EMEA",
        "UK",
        "London",
    ]
    assert {each["Name"]: each["Id"] for each in gateway.list_queues(INSTANCE)} == seed.QUEUES


@pytest.mark.parametrize("kind", ["drop-after", "error-after", "garbage", "slow"])
def test_an_answer_that_is_lost_after_the_work_was_done_leaves_one_user(emulator: Emulator, kind: Any) -> None:
    """The second attempt meets the first one's user, and the error says that it may be ours."""
    emulator.faults.add(Fault("CreateUser", kind, seconds=0.5))
    gateway = gateway_to(emulator, read_timeout=0.3 if kind == "slow" else 20.0)
    with pytest.raises(errors.DuplicateResource) as raised:
        gateway.create_user(request())
    assert raised.value.uncertain
    assert len([user for page in gateway.list_users(INSTANCE) for user in page]) == 1
    assert len([each for each in sent(emulator) if each[0] == "CreateUser"]) == 2


@pytest.mark.parametrize("kind", ["drop-before", "error-before", "garbage-before"])
def test_a_request_that_was_lost_before_the_work_was_done_is_repeated(emulator: Emulator, kind: Any) -> None:
    """Nobody can tell it from one lost afterwards."""
    emulator.faults.add(Fault("CreateUser", kind, times=3))
    gateway_to(emulator).create_user(request())
    assert len(sent(emulator)) == 4


def test_a_full_quota_is_one_request(emulator: Emulator) -> None:
    """And says so, with what to do."""
    emulator.options = Options(users_quota=0)
    with pytest.raises(errors.QuotaReached, match="Service Quotas"):
        gateway_to(emulator).create_user(request())
    assert sent(emulator) == [("CreateUser", 429)]


def test_a_server_that_is_not_there_is_unreachable(emulator: Emulator) -> None:
    """Tried until the time is over, and certainly nothing was made."""
    gateway = gateway_to(emulator, timeout=30.0)
    emulator.close()
    with pytest.raises(errors.Unreachable) as raised:
        gateway.create_user(request())
    assert not raised.value.uncertain


def test_another_accounts_instance_is_not_found(emulator: Emulator) -> None:
    """Which looks exactly like an instance that was deleted."""
    gateway = gateway_to(emulator, region="eu-west-2")
    with pytest.raises(errors.ResourceNotFound):
        gateway.describe_instance(INSTANCE)


def test_threads_share_the_quota_of_a_throttling_server(emulator: Emulator) -> None:
    """All users are made, each once; real time, at a quota a hundred times AWS's."""
    emulator.options = Options(throttle=Throttle(200, 5))
    gateway = gateway_to(emulator, SystemTimer(), requests_per_second=200.0)
    left = [f"agent-{number}" for number in range(60)]
    failures: list[Exception] = []

    def work() -> None:
        while left:
            try:
                gateway.create_user(request(left.pop()))
            except Exception as failure:
                failures.append(failure)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    emulator.options = Options()
    assert sum(len(page) for page in gateway.list_users(INSTANCE)) == 60


def test_a_secret_holds_a_password(emulator: Emulator) -> None:
    """Read from the emulator's own Secrets Manager."""
    settings = Settings(endpoint_url=emulator.endpoint_url)
    vault = connect(emulator, service="secretsmanager")
    arn = vault.create_secret(Name="agents/ada", SecretString="Secret-pass-1")["ARN"]
    gateway = Gateway(Clients(settings, embedded=True), settings, VirtualTime())
    assert gateway.get_secret_value(arn) == "Secret-pass-1"
    assert gateway.get_secret_value("agents/ada") == "Secret-pass-1"


def test_who_calls_is_known_where_aws_says_so(emulator: Emulator) -> None:
    """One try: where nobody answers, or the region has no such thing, nobody is known."""
    assert gateway_to(emulator).caller == "arn:aws:iam::123456789012:user/emulator"
    nowhere = Settings(endpoint_url="http://127.0.0.1:9")
    assert Gateway(Clients(nowhere, embedded=True), nowhere, VirtualTime()).caller == ""
