"""Faults, records and events: what a test can make go wrong, and see."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError, ReadTimeoutError

from connect_users.emulator import Emulator, Fault, RequestRecord, seed
from tests.contract.emulator.support import PASSWORD, connect, create, described, refused, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.emulator.conftest import Clock

HERE = {"InstanceId": seed.INSTANCE_ID}


def usernames(client: Any) -> list[str]:
    return [row["Username"] for row in client.list_users(**HERE)["UserSummaryList"]]


@pytest.mark.parametrize(("kind", "done"), [("error-before", False), ("error-after", True)])
def test_an_error_is_answered_before_or_after_the_work(emulator: Emulator, client: Any, kind: Any, done: bool) -> None:
    emulator.faults.add(Fault("CreateUser", kind))
    assert refused(create, client) == (500, "InternalServiceException")
    assert usernames(client) == (["ada"] if done else [])
    create(client, "bob")


@pytest.mark.parametrize(("kind", "done"), [("drop-before", False), ("drop-after", True)])
def test_a_connection_is_dropped_before_or_after_the_work(
    emulator: Emulator, client: Any, kind: Any, done: bool
) -> None:
    emulator.faults.add(Fault("CreateUser", kind))
    with pytest.raises(ConnectionClosedError):
        create(client)
    assert usernames(client) == (["ada"] if done else [])
    assert [record.status for record in emulator.requests] == [0, 200]


@pytest.mark.parametrize(("kind", "done"), [("garbage-before", False), ("garbage", True)])
def test_garbage_is_answered_before_or_after_the_work(emulator: Emulator, client: Any, kind: Any, done: bool) -> None:
    emulator.faults.add(Fault("CreateUser", kind))
    with pytest.raises(ClientError) as caught:
        create(client)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 502
    assert usernames(client) == (["ada"] if done else [])


def test_a_slow_answer_comes_after_the_work(start_emulator: Callable[..., Emulator]) -> None:
    """What a read timeout leaves behind: the user exists, and the caller does not know."""
    committed = Event()
    emulator = start_emulator(on_event=lambda phase, _record: committed.set() if phase == "committed" else None)
    emulator.faults.add(Fault("CreateUser", "slow", seconds=3600))
    with pytest.raises(ReadTimeoutError):
        create(connect(emulator, read_timeout=0.2))
    # On a busy machine the client may give up before the emulator has done the work.
    assert committed.wait(60)
    assert usernames(connect(emulator)) == ["ada"]


def test_boto3s_own_second_attempt_meets_the_user_of_the_first(emulator: Emulator) -> None:
    """Section 0, finding 1: a lost answer surfaces as DuplicateResourceException, with one user made."""
    emulator.faults.add(Fault("CreateUser", "drop-after"))
    client = connect(emulator, attempts=2)
    assert refused(create, client) == (409, "DuplicateResourceException")
    assert usernames(client) == ["ada"]


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ThrottlingException", None, 429),
        ("TooManyRequestsException", None, 429),
        ("ExpiredTokenException", None, 403),
        ("AccessDeniedException", None, 403),
        ("ConditionalOperationFailedException", None, 409),
        ("ServiceUnavailableException", None, 503),
        ("SomethingNew", 418, 418),
    ],
)
def test_any_code_and_status_can_be_answered(
    emulator: Emulator, client: Any, code: str, status: int | None, expected: int
) -> None:
    emulator.faults.add(Fault("*", "error-before", code=code, status=status, message="no"))
    assert refused(client.list_instances) == (expected, code)


def test_faults_are_counted_skipped_and_matched(emulator: Emulator, client: Any) -> None:
    emulator.faults.add(Fault("CreateUser", "error-before", times=2, skip=1, match='"Username": "bad'))
    create(client, "good1")
    create(client, "bad1")
    for name in ("bad2", "bad3"):
        assert refused(create, client, name) == (500, "InternalServiceException")
    assert len(emulator.faults) == 0
    emulator.faults.add(Fault("DescribeUser", "error-before", match="nobody"))
    described(client, create(client, "bad4"))
    assert refused(described, client, "nobody") == (500, "InternalServiceException")
    emulator.faults.add(Fault("*", "error-before", times=99))
    emulator.faults.clear()
    client.list_instances()


@pytest.mark.parametrize("changes", [{"kind": "explode"}, {"times": 0}, {"skip": -1}, {"seconds": -1.0}])
def test_faults_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="fault"):
        Fault(**{"operation": "*", "kind": "slow", **changes})


def test_a_record_has_everything_except_the_password(emulator: Emulator, client: Any) -> None:
    create(client)
    refused(create, client)
    refused(client.list_prompts, **HERE)
    first, second, third = emulator.requests
    assert (first.seq, first.operation, first.status, first.code, first.region) == (
        1,
        "CreateUser",
        200,
        None,
        "us-east-1",
    )
    assert first.params == {**user(), "Password": "[redacted]"}
    assert "Boto3" in first.user_agent
    assert first.attempt.startswith("attempt=1")
    assert emulator.requests[-1] is third
    assert (second.status, second.code) == (409, "DuplicateResourceException")
    assert (third.operation, third.status) == ("ListPrompts", 501)
    assert PASSWORD not in repr(list(emulator.requests))
    emulator.requests.clear()
    client.list_instances()
    assert [record.seq for record in emulator.requests] == [4]


def test_events_come_in_order_and_show_what_is_committed(start_emulator: Callable[..., Emulator]) -> None:
    seen: list[tuple[str, str, bool]] = []

    def watch(phase: str, record: RequestRecord) -> None:
        with emulator.store.read() as tx:
            done = tx.execute("SELECT COUNT(*) FROM users").fetchone()[0] > 0
        seen.append((phase, record.operation, done))

    emulator = start_emulator(on_event=watch)
    client = connect(emulator)
    create(client)
    assert seen[:2] == [("received", "CreateUser", False), ("committed", "CreateUser", True)]
    refused(create, client)
    # The next request of the same connection comes after "answered" of the one before.
    assert seen[2:4] == [("answered", "CreateUser", True), ("received", "CreateUser", True)]
    client.list_instances()
    assert ("committed", "CreateUser", True) not in seen[3:], "a failed request commits nothing"


def test_an_event_that_raises_drops_the_connection(start_emulator: Callable[..., Emulator]) -> None:
    def watch(phase: str, record: RequestRecord) -> None:
        if phase == "committed" and record.operation == "CreateUser":
            raise ConnectionAbortedError

    client = connect(start_emulator(on_event=watch))
    with pytest.raises(HTTPClientError):
        create(client)
    assert usernames(client) == ["ada"]


def admin(
    emulator: Emulator, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", int(emulator.endpoint_url.rpartition(":")[2]), timeout=60)
    try:
        data = None if body is None else json.dumps(body)
        connection.request(method, f"/_emulator/{path}", data, headers or {})
        answer = connection.getresponse()
        return answer.status, json.load(answer)
    finally:
        connection.close()


def test_the_side_port_shows_and_clears_requests(emulator: Emulator, client: Any) -> None:
    create(client)
    client.list_instances()
    status, rows = admin(emulator, "GET", "requests")
    assert status == 200
    assert [(row["operation"], row["status"]) for row in rows] == [("CreateUser", 200), ("ListInstances", 200)]
    assert PASSWORD not in json.dumps(rows)
    assert len(admin(emulator, "GET", "requests?operation=CreateUser")[1]) == 1
    admin(emulator, "DELETE", "requests")
    assert admin(emulator, "GET", "requests") == (200, [])


def test_the_side_port_adds_faults_and_changes_options(start_emulator: Callable[..., Emulator], clock: Clock) -> None:
    emulator = start_emulator(clock=clock)
    client = connect(emulator)
    assert admin(emulator, "GET", "health")[1]["status"] == "ok"
    admin(
        emulator, "POST", "faults", {"operation": "CreateUser", "kind": "error-before", "code": "ThrottlingException"}
    )
    admin(emulator, "POST", "faults", [{"operation": "CreateUser", "kind": "drop-before"}])
    assert [fault["kind"] for fault in admin(emulator, "GET", "faults")[1]] == ["error-before", "drop-before"]
    assert refused(create, client) == (429, "ThrottlingException")
    admin(emulator, "DELETE", "faults")
    create(client)
    changes = {
        "throttle": "1/1",
        "throttles": {"ListUsers": None},
        "users_quota": None,
        "identity_management_type": "SAML",
    }
    status, options = admin(emulator, "POST", "options", changes)
    assert status == 200
    assert {name: options[name] for name in changes} == changes
    assert admin(emulator, "GET", "options")[1] == options
    client.list_instances()
    assert refused(client.list_instances) == (429, "ThrottlingException")
    clock.advance(1)
    client.list_instances()
    assert client.describe_instance(**HERE)["Instance"]["IdentityManagementType"] == "SAML"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("POST", "faults", {"operation": "*", "kind": "explode"}, 400),
        ("POST", "faults", {"kind": "slow"}, 400),
        ("POST", "faults", {"operation": "*", "kind": "slow", "colour": "red"}, 400),
        *(
            ("POST", "faults", {"operation": "*", "kind": "slow", name: value}, 400)
            for name, value in (
                ("times", "many"),
                ("times", 1.5),
                ("match", 5),
                ("message", None),
                ("code", 5),
                ("code", "Łódź"),
                ("code", "a\r\nb: c"),
                ("status", "500"),
                ("status", 99),
                ("seconds", float("nan")),
                ("seconds", 1e300),
                ("seconds", None),
            )
        ),
        ("POST", "faults", {"operation": 5, "kind": "slow"}, 400),
        ("POST", "faults", {"operation": "CreateUsr", "kind": "slow"}, 400),
        ("POST", "faults", ["x"], 400),
        ("POST", "options", {"colour": "red"}, 400),
        ("POST", "options", {"clock": 5}, 400),
        ("POST", "options", {"throttle": 5}, 400),
        ("POST", "options", {"throttles": "2/5"}, 400),
        ("POST", "options", {"throttles": {"CreateUsr": "2/5"}}, 400),
        ("POST", "options", {"latency": "long"}, 400),
        ("POST", "options", {"latency": float("nan")}, 400),
        ("POST", "options", {"latency": 1e300}, 400),
        ("POST", "options", [], 400),
    ],
)
def test_the_side_port_refuses_nonsense(emulator: Emulator, method: str, path: str, body: Any, status: int) -> None:
    answered, message = admin(emulator, method, path, body)
    assert answered == status
    assert message["Message"]
    assert list(emulator.faults) == []


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example:80"}])
def test_the_side_port_refuses_web_pages(emulator: Emulator, headers: dict[str, str]) -> None:
    assert admin(emulator, "GET", "requests", headers=headers)[0] == 403
