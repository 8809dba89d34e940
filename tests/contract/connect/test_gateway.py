"""The gateway against botocore's own model: every method's request is valid, every answer and error is read."""

from __future__ import annotations

import inspect
import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from connect_users.connect.gateway import CreatedUser, Gateway
from connect_users.connect.session import Clients
from connect_users.core import errors
from connect_users.core.permissions import PERMISSIONS
from connect_users.core.settings import Settings
from tests.models import has
from tests.virtual_time import VirtualTime
from tests.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

INSTANCE, USER, THING = "11111111-1111-4111-8111-111111111111", "user-1", "thing-1"
ARN = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}/agent/{USER}"
SECRET = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:agents/ada-AbC123"
REQUEST = {
    "InstanceId": INSTANCE,
    "Username": "ada",
    "Password": "Secret-pass-1",
    "RoutingProfileId": THING,
    "SecurityProfileIds": [THING],
    "IdentityInfo": {
        "FirstName": "Zaphodina",
        "LastName": "Quirrell",
        "Email": "z@example.com",
        "SecondaryEmail": "q@example.com",
        "Mobile": "+441632960001",
    },
    "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+441632960002"}],
    "Tags": {"connect-users:owner": "x", "badge": "Heart of Gold"},
}
INSTANCE_ARN = ARN.partition("/agent/")[0]
METRICS = {
    "StartTime": datetime(2026, 11, 26, tzinfo=timezone.utc),
    "EndTime": datetime(2026, 11, 27, tzinfo=timezone.utc),
    "Interval": {"TimeZone": "UTC", "IntervalPeriod": "DAY"},
    "Filters": [{"FilterKey": "AGENT", "FilterValues": [USER]}],
    "Groupings": ["AGENT"],
    "Metrics": [{"Name": "SUM_ONLINE_TIME_AGENT"}],
}
PROFICIENCY = {"AttributeName": "lang", "AttributeValue": "fr", "Level": 3.0}
PAIR = {"AttributeName": "lang", "AttributeValue": "fr"}


SETTINGS = Settings(endpoint_url="http://127.0.0.1:9", timeout=60.0)
WIRE = Wire()


@pytest.fixture(scope="module")
def clients() -> Clients:
    """Made once: reading botocore's model of Connect takes a quarter of a second."""
    clients = Clients(SETTINGS, embedded=True)
    WIRE.tap(clients.connect)
    for region in ("eu-west-2", clients.region):
        WIRE.tap(clients.secrets_manager(region))
    return clients


@pytest.fixture
def wire() -> Wire:
    WIRE.reset()
    return WIRE


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def gateway(clients: Clients, wire: Wire, time: VirtualTime) -> Gateway:
    return Gateway(clients, SETTINGS, time)


class Probe:
    """A gateway that only notes which of its methods are used."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def __getattr__(self, name: str) -> Callable[..., list[Any]]:
        self.used.add(name)
        return lambda *_, **__: []


#: Operation, the call, AWS's answer, what the call returns, and the parameters besides InstanceId and UserId.
Call = tuple[str, "Callable[[Gateway], Any]", dict[str, Any], Any, dict[str, Any]]
PAGE = {"MaxResults": 1000}
CALLS: list[Call] = [
    (
        "CreateUser",
        lambda gateway: gateway.create_user(REQUEST),
        {"UserId": USER, "UserArn": ARN},
        CreatedUser(USER, ARN),
        {key: value for key, value in REQUEST.items() if key != "InstanceId"},
    ),
    ("DescribeUser", lambda gateway: gateway.describe_user(INSTANCE, USER), {"User": {"Id": USER}}, {"Id": USER}, {}),
    ("DeleteUser", lambda gateway: gateway.delete_user(INSTANCE, USER), {}, None, {}),
    *(
        (
            operation,
            lambda gateway, operation=operation, params=params: gateway.update_user(operation, INSTANCE, USER, params),
            {},
            None,
            params,
        )
        for operation, params in (
            ("UpdateUserRoutingProfile", {"RoutingProfileId": THING}),
            ("UpdateUserSecurityProfiles", {"SecurityProfileIds": [THING]}),
            ("UpdateUserHierarchy", {"HierarchyGroupId": THING}),
            ("UpdateUserHierarchy", {}),
            ("UpdateUserIdentityInfo", {"IdentityInfo": REQUEST["IdentityInfo"]}),
            ("UpdateUserPhoneConfig", {"PhoneConfig": {"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 0}}),
            ("UpdateUserConfig", {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]}),
            ("AssociateUserProficiencies", {"UserProficiencies": [PROFICIENCY]}),
            ("UpdateUserProficiencies", {"UserProficiencies": [PROFICIENCY]}),
            ("DisassociateUserProficiencies", {"UserProficiencies": [PAIR]}),
        )
    ),
    (
        "ListUserProficiencies",
        lambda gateway: gateway.list_user_proficiencies(INSTANCE, USER),
        {"UserProficiencyList": [PROFICIENCY]},
        [PROFICIENCY],
        {"MaxResults": 100},
    ),
    (
        "TagResource",
        lambda gateway: gateway.tag_resource(ARN, {"team": "a"}),
        {},
        None,
        {"resourceArn": ARN, "tags": {"team": "a"}},
    ),
    (
        "UntagResource",
        lambda gateway: gateway.untag_resource(ARN, iter(["team", "b"])),
        {},
        None,
        {"resourceArn": ARN, "tagKeys": ["team", "b"]},
    ),
    (
        "ListUsers",
        lambda gateway: list(gateway.list_users(INSTANCE)),
        {"UserSummaryList": [{"Id": USER}]},
        [[{"Id": USER}]],
        PAGE,
    ),
    (
        "SearchUsers",
        lambda gateway: list(gateway.search_users(INSTANCE)),
        {"Users": [{"Id": USER}], "ApproximateTotalCount": 1},
        [[{"Id": USER}]],
        {"MaxResults": 100},
    ),
    (
        "SearchUsers",
        lambda gateway: gateway.search_users_by_name(INSTANCE, "ada"),
        {"Users": [{"Id": THING, "Username": "Ada"}, {"Id": USER, "Username": "ada"}]},
        [{"Id": USER, "Username": "ada"}],
        {
            "MaxResults": 100,
            "SearchCriteria": {"StringCondition": {"FieldName": "Username", "Value": "ada", "ComparisonType": "EXACT"}},
        },
    ),
    (
        "SearchUsers",
        lambda gateway: list(
            gateway.search_users(
                INSTANCE, search_filter={"TagFilter": {"TagCondition": {"TagKey": "a", "TagValue": "b"}}}
            )
        ),
        {},
        [[]],
        {"MaxResults": 100, "SearchFilter": {"TagFilter": {"TagCondition": {"TagKey": "a", "TagValue": "b"}}}},
    ),
    (
        "SearchUsers",
        lambda gateway: list(gateway.search_all_users(INSTANCE)),
        {"Users": [{"Id": USER}], "ApproximateTotalCount": 7},
        [([{"Id": USER}], 7)],
        {"MaxResults": 500},
    ),
    (
        "ListUserProficiencies",
        lambda gateway: gateway.user_proficiencies(INSTANCE, USER),
        {"UserProficiencyList": [PROFICIENCY]},
        ([PROFICIENCY], None),
        {"MaxResults": 100},
    ),
    (
        "DescribeInstance",
        lambda gateway: gateway.describe_instance(INSTANCE),
        {"Instance": {"Id": INSTANCE, "IdentityManagementType": "SAML"}},
        {"Id": INSTANCE, "IdentityManagementType": "SAML"},
        {},
    ),
    (
        "ListInstances",
        lambda gateway: list(gateway.list_instances()),
        {"InstanceSummaryList": [{"Id": INSTANCE}]},
        [{"Id": INSTANCE}],
        {"MaxResults": 10},
    ),
    *(
        (
            operation,
            lambda gateway, method=method: list(getattr(gateway, method)(INSTANCE)),
            {key: [{"Id": THING, "Name": "x"}]},
            [{"Id": THING, "Name": "x"}],
            params,
        )
        for operation, method, key, params in (
            ("ListRoutingProfiles", "list_routing_profiles", "RoutingProfileSummaryList", PAGE),
            ("ListSecurityProfiles", "list_security_profiles", "SecurityProfileSummaryList", PAGE),
            ("ListUserHierarchyGroups", "list_user_hierarchy_groups", "UserHierarchyGroupSummaryList", PAGE),
            ("ListQueues", "list_queues", "QueueSummaryList", {**PAGE, "QueueTypes": ["STANDARD"]}),
            (
                "ListQuickConnects",
                "list_quick_connects",
                "QuickConnectSummaryList",
                {**PAGE, "QuickConnectTypes": ["USER"]},
            ),
        )
    ),
    (
        "ListSecurityProfilePermissions",
        lambda gateway: list(gateway.list_security_profile_permissions(INSTANCE, THING)),
        {"Permissions": ["Users.Edit", "Users.View"]},
        ["Users.Edit", "Users.View"],
        {**PAGE, "SecurityProfileId": THING},
    ),
    (
        "DescribeSecurityProfile",
        lambda gateway: gateway.describe_security_profile(INSTANCE, THING),
        {"SecurityProfile": {"Id": THING}},
        {"Id": THING},
        {"SecurityProfileId": THING},
    ),
    (
        "ListSecurityProfileAIAgents",
        lambda gateway: gateway.list_security_profile_ai_agents(INSTANCE, THING),
        {"AllowedAIAgents": [{"Arn": "a", "Type": "THIRD_PARTY"}]},
        ["a"],
        {**PAGE, "SecurityProfileId": THING},
    ),
    (
        "GetMetricDataV2",
        lambda gateway: list(gateway.get_metric_data_v2(INSTANCE_ARN, METRICS)),
        {"MetricResults": [{"Dimensions": {"AGENT": USER}}]},
        [{"Dimensions": {"AGENT": USER}}],
        {**METRICS, "ResourceArn": INSTANCE_ARN, "MaxResults": 100},
    ),
    (
        "DescribeUserHierarchyGroup",
        lambda gateway: gateway.describe_user_hierarchy_group(INSTANCE, THING),
        {"HierarchyGroup": {"Id": THING}},
        {"Id": THING},
        {"HierarchyGroupId": THING},
    ),
    (
        "SearchUserHierarchyGroups",
        lambda gateway: list(gateway.search_user_hierarchy_groups(INSTANCE)),
        {"UserHierarchyGroups": [{"Id": THING}]},
        [{"Id": THING}],
        {"MaxResults": 100},
    ),
    (
        "SearchQuickConnects",
        lambda gateway: list(gateway.search_quick_connects(INSTANCE)),
        {"QuickConnects": [{"QuickConnectId": THING}]},
        [{"QuickConnectId": THING}],
        {"MaxResults": 100},
    ),
    (
        "DescribeQuickConnect",
        lambda gateway: gateway.describe_quick_connect(INSTANCE, THING),
        {"QuickConnect": {"QuickConnectId": THING}},
        {"QuickConnectId": THING},
        {"QuickConnectId": THING},
    ),
    (
        "DeleteQuickConnect",
        lambda gateway: gateway.delete_quick_connect(INSTANCE, THING),
        {},
        None,
        {"QuickConnectId": THING},
    ),
    (
        "DeleteAllEntitySessions",
        lambda gateway: gateway.delete_all_entity_sessions(INSTANCE, THING),
        {},
        None,
        {"EntityId": THING, "EntityType": "USER"},
    ),
    (
        "GetCurrentUserData",
        lambda gateway: list(gateway.get_current_user_data(INSTANCE, [THING])),
        {"UserDataList": [{"User": {"Id": THING}}]},
        [{"User": {"Id": THING}}],
        {"Filters": {"Agents": [THING]}, "MaxResults": 100},
    ),
    (
        "GetSecretValue",
        lambda gateway: gateway.get_secret_value(SECRET),
        {"SecretString": "Secret-pass-1"},
        "Secret-pass-1",
        {"SecretId": SECRET},
    ),
]
#: Those that the installed botocore has.
SENT = [row for row in CALLS if has(row[0])]


@pytest.mark.parametrize(("operation", "call", "answer", "result", "params"), SENT, ids=[row[0] for row in SENT])
def test_each_method_sends_one_valid_request_and_reads_the_answer(
    operation: str,
    call: Callable[[Gateway], Any],
    answer: dict[str, Any],
    result: Any,
    params: dict[str, Any],
    gateway: Gateway,
    wire: Wire,
) -> None:
    """Botocore refuses unknown, missing and mistyped parameters; what it took is what was meant."""
    wire.answers = [answer]
    assert call(gateway) == result
    assert wire.operations == [operation]
    sent = dict(wire.params[0])
    assert sent.pop("InstanceId", INSTANCE) == INSTANCE
    assert sent.pop("UserId", USER) == USER
    assert sent == params


def test_every_method_and_every_operation_is_in_the_table() -> None:
    """A method that is added comes here first, and an operation into the permissions."""
    probe: Any = Probe()
    for _, call, *_ in CALLS:
        call(probe)
    methods = {name for name, _ in inspect.getmembers(Gateway, inspect.isfunction) if not name.startswith("_")}
    assert methods - {"wait"} == probe.used, "`wait` alone sends nothing"
    assert {row[0] for row in CALLS} == {permission.operation for permission in PERMISSIONS}


@pytest.mark.parametrize(("operation", "call", "answer", "result", "params"), SENT, ids=[row[0] for row in SENT])
def test_errors_of_each_method_name_its_operation(
    operation: str,
    call: Callable[[Gateway], Any],
    answer: dict[str, Any],
    result: Any,
    params: dict[str, Any],
    gateway: Gateway,
    wire: Wire,
) -> None:
    """So that the advice names the permission that is missing."""
    wire.answers = [(403, "AccessDeniedException", "User: arn:aws:sts::1:x is not authorized")]
    with pytest.raises(errors.ConnectApiError) as raised:
        call(gateway)
    permission = next(each for each in PERMISSIONS if each.operation == operation)
    assert raised.value.operation == operation
    assert permission.action in str(raised.value)
    assert len(wire.requests) == 1


def test_a_page_is_fetched_when_it_is_asked_for(gateway: Gateway, wire: Wire) -> None:
    """A refresh of some users of many stops early."""
    wire.answers = [{"UserSummaryList": [{"Id": str(n)}], "NextToken": f"t{n}"} for n in (1, 2)]
    wire.answers.append({"UserSummaryList": [{"Id": "3"}]})
    pages = gateway.list_users(INSTANCE)
    assert len(wire.requests) == 0
    assert next(pages) == [{"Id": "1"}]
    assert len(wire.requests) == 1
    assert list(pages) == [[{"Id": "2"}], [{"Id": "3"}]]
    assert [params.get("NextToken") for params in wire.params] == [None, "t1", "t2"]


def test_a_listing_that_repeats_its_token_ends(gateway: Gateway, wire: Wire) -> None:
    """Otherwise it would never."""
    wire.answers = [{"UserSummaryList": [], "NextToken": "same"}]
    with pytest.raises(errors.ConnectApiError, match="same page token twice"):
        list(gateway.list_users(INSTANCE))
    assert len(wire.requests) == 2


def test_an_answer_that_lacks_what_it_is_for_is_none(gateway: Gateway, wire: Wire) -> None:
    """And what comes when it is asked for again, is."""
    wire.answers = [{}, {"User": {"Id": USER}}]
    assert gateway.describe_user(INSTANCE, USER) == {"Id": USER}


def test_a_full_quota_costs_exactly_one_request(gateway: Gateway, wire: Wire, time: VirtualTime) -> None:
    """LimitExceededException is HTTP 429, as a throttle is; botocore itself would send it three times."""
    wire.answers = [(429, "LimitExceededException", "Users quota exceeded")]
    with pytest.raises(errors.QuotaReached, match="Users quota exceeded"):
        gateway.create_user(REQUEST)
    assert len(wire.requests) == 1
    assert time.now() == 0.0


def test_botocore_repeats_nothing_by_itself(gateway: Gateway, wire: Wire) -> None:
    """Two throttled requests and an answer are three requests, each the first attempt of a call of its own."""
    throttled = (429, "TooManyRequestsException", "slow down")
    wire.answers = [throttled, throttled, {"User": {"Id": USER}}]
    gateway.describe_user(INSTANCE, USER)
    # Before 1.43 botocore did not tell how many there may be.
    attempts: list[Any] = [request.headers["amz-sdk-request"] for request in wire.requests]
    assert [each.partition(b";")[0] for each in attempts] == [b"attempt=1"] * 3
    assert len({str(request.headers["amz-sdk-invocation-id"]) for request in wire.requests}) == 3


@pytest.mark.parametrize(
    ("first", "uncertain"),
    [
        (ConnectionClosedError(endpoint_url="http://x"), True),
        ((500, "InternalServiceException", "oops"), True),
        ((429, "ThrottlingException", "Rate exceeded"), False),
        (EndpointConnectionError(endpoint_url="http://x"), False),
    ],
    ids=["dropped", "500", "throttled", "refused"],
)
def test_a_create_that_meets_a_user_says_whether_an_earlier_attempt_may_have_made_it(
    first: Any, uncertain: bool, gateway: Gateway, wire: Wire
) -> None:
    """Only an attempt without a definite answer may have."""
    wire.answers = [first, {"UserId": USER, "UserArn": ARN}]
    assert gateway.create_user(REQUEST) == CreatedUser(USER, ARN)
    wire.answers = [first, (409, "DuplicateResourceException", "exists")]
    with pytest.raises(errors.DuplicateResource) as raised:
        gateway.create_user(REQUEST)
    assert raised.value.uncertain == uncertain


def test_no_error_repeats_a_password_or_personal_data(gateway: Gateway, wire: Wire) -> None:
    """Even when AWS quotes the whole request; the username may stay."""
    wire.answers = [(400, "InvalidParameterException", json.dumps(REQUEST))]
    with pytest.raises(errors.InvalidRequest) as raised:
        gateway.create_user(REQUEST)
    text = str(raised.value) + repr(vars(raised.value))
    for private in ("Secret-pass-1", "Zaphodina", "Quirrell", "@example.com", "+44163296", "Heart of Gold"):
        assert private not in text
    assert "ada" in text


def test_a_parameter_that_botocore_refuses_is_one_line_without_secrets(gateway: Gateway, wire: Wire) -> None:
    """Its report has several lines and quotes values."""
    with pytest.raises(errors.InvalidRequest) as raised:
        gateway.create_user({**REQUEST, "Password": ["Secret-pass-1"], "SecurityProfileIds": []})
    assert "Secret-pass-1" not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "SecurityProfileIds" in str(raised.value)
    assert wire.requests == []


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        ((400, "ResourceNotFoundException", "can't find"), errors.ConnectApiError, "check password_secret_arn"),
        ((400, "DecryptionFailure", "kms"), errors.ConnectApiError, "kms:Decrypt"),
        ((403, "ExpiredTokenException", "expired"), errors.CredentialsProblem, "set or renew them"),
        ({"SecretBinary": "AAEC"}, errors.ConfigurationError, "has no string value"),
        ({"SecretString": ""}, errors.ConfigurationError, "has no string value"),
    ],
)
def test_a_secret_that_cannot_be_read_says_what_to_do(
    answer: Any, error: type[Exception], text: str, gateway: Gateway, wire: Wire
) -> None:
    """The advice for Connect's ids and permissions would mislead here."""
    wire.answers = [answer]
    with pytest.raises(error, match=text):
        gateway.get_secret_value(SECRET)
    assert len(wire.requests) == 1


def test_the_retry_of_an_unpaced_call_does_not_wait_for_a_turn(gateway: Gateway, wire: Wire, time: VirtualTime) -> None:
    """Fifty secrets are read at once."""
    wire.answers = [{"SecretString": "x"}]
    for _ in range(50):
        gateway.get_secret_value(SECRET)
    assert time.now() == 0.0


@pytest.mark.parametrize(("name", "shown"), [("Corr3ct-horse", "[secret]"), ("connect/ada", "connect/ada")])
def test_a_password_in_place_of_a_secret_is_not_repeated(name: str, shown: str, gateway: Gateway, wire: Wire) -> None:
    """AWS names what may not be read. A name that could not be a password helps whoever has to grant that."""
    wire.answers = [(400, "AccessDeniedException", f"not authorized to read {name} because no policy allows it")]
    with pytest.raises(errors.SecretUnavailable) as raised:
        gateway.get_secret_value(name)
    assert f"not authorized to read {shown} because" in str(raised.value)
