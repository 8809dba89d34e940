"""The HTTP front against clients that do not behave, over raw sockets."""

from __future__ import annotations

import json
import random
import socket
from typing import Any

import pytest
from botocore.exceptions import ClientError

from connect_users.emulator import Emulator, seed
from tests.contract.emulator.support import connect, create, user

AUTH = "Authorization: AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/connect/aws4_request, Signature=0\r\n"
GOOD = f"GET /instance HTTP/1.1\r\nHost: 127.0.0.1\r\n{AUTH}\r\n".encode()
PATH = f"/users/{seed.INSTANCE_ID}"


def talk(emulator: Emulator, data: bytes, *, finish: bool = True) -> bytes:
    """Send bytes, read all that comes until the server closes (or, after `finish`, has answered)."""
    port = int(emulator.endpoint_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        try:
            connection.sendall(data)
            if finish:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            return b""
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionError:
            return answer
        return answer


def put(body: bytes, length: int | str | None = None, more: str = "") -> bytes:
    size = len(body) if length is None else length
    return f"PUT {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n{AUTH}{more}Content-Length: {size}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"garbage\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 505),
        (b"GET /instance HTTP/x\r\n\r\n", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /instance HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /instance HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (put(b"{}", "many"), 411),
        (put(b"{}", -5), 411),
        (put(b"{}", more="Transfer-Encoding: chunked\r\n"), 411),
        (GOOD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"), 411),
    ],
)
def test_what_is_not_a_request_is_refused_and_closed(emulator: Emulator, data: bytes, status: int) -> None:
    answer = talk(emulator, data, finish=False)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close" in answer
    assert b"Message" in answer
    assert connect(emulator).list_instances()["InstanceSummaryList"]


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b'"text"',
        b"5",
        b'{"Username": NaN}',
        b"\xff\xfe\x00",
        b'{"Username": "a"',
        b'{"Tags": ' + b"[" * 200_000,
    ],
)
def test_a_body_that_is_not_a_json_object_is_a_400(emulator: Emulator, body: bytes) -> None:
    answer = talk(emulator, put(body))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"x-amzn-ErrorType: SerializationException" in answer


def test_a_body_of_the_side_port_that_is_nested_too_deeply_is_a_400(emulator: Emulator) -> None:
    request = put(b"[" * 200_000).replace(f"PUT {PATH}".encode(), b"POST /_emulator/faults")
    answer = talk(emulator, request)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'{"Message": "the body is nested too deeply"}' in answer


@pytest.mark.parametrize("member", ["null", '"x"', "[]"])
def test_a_member_that_the_operation_does_not_have_is_ignored_inside_another_one(
    emulator: Emulator, member: str
) -> None:
    """DisassociateUserProficiencies takes no level."""
    user_id = create(connect(emulator))
    entry = f'{{"AttributeName": "lang", "AttributeValue": "en", "Level": {member}}}'
    request = put(f'{{"UserProficiencies": [{entry}]}}'.encode())
    path = f"POST {PATH}/{user_id}/disassociate-proficiencies"
    answer = talk(emulator, request.replace(f"PUT {PATH}".encode(), path.encode()))
    assert b"The user does not have the proficiency lang / en" in answer


def test_a_null_inside_a_member_is_as_good_as_absent(emulator: Emulator) -> None:
    phone = {"PhoneType": "SOFT_PHONE", "DeskPhoneNumber": None, "AutoAccept": None}
    arguments = {**user(), "PhoneConfig": phone, "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]}
    assert talk(emulator, put(json.dumps(arguments).encode())).startswith(b"HTTP/1.1 200 OK")
    client: Any = connect(emulator)
    (shown,) = client.search_users(InstanceId=seed.INSTANCE_ID)["Users"]
    assert shown["PhoneConfig"]["AutoAccept"] is True
    assert "DeskPhoneNumber" not in shown["PhoneConfig"]


def test_a_time_that_is_not_a_number_is_a_400(emulator: Emulator) -> None:
    arguments = {
        "ResourceArn": seed.INSTANCE_ARN,
        "StartTime": "2026-11-20T00:00:00Z",
        "EndTime": "2026-11-21T00:00:00Z",
        "Filters": [{"FilterKey": "AGENT", "FilterValues": ["x"]}],
        "Metrics": [{"Name": "SUM_ONLINE_TIME_AGENT"}],
    }
    request = put(json.dumps(arguments).encode()).replace(f"PUT {PATH}".encode(), b"POST /metrics/data")
    answer = talk(emulator, request)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"StartTime must be of type timestamp" in answer


def test_a_body_with_the_wrong_types_everywhere_is_a_400(emulator: Emulator) -> None:
    right = {**user(), "Tags": {"a": "b"}, "PhoneConfig": {"PhoneType": "SOFT_PHONE"}}
    del right["InstanceId"]
    for name in right:
        wrongs: tuple[Any, ...] = (5, True, "x", [], {}, [5], {"a": 5}, [[]], {"a": {}})
        for wrong in wrongs:
            if isinstance(wrong, type(right[name])) and wrong != [5] and wrong != {"a": 5}:
                continue
            if name in ("RoutingProfileId", "SecurityProfileIds") and wrong in ("x", [[]]):
                continue
            body = json.dumps({**right, name: wrong}).encode()
            answer = talk(emulator, put(body))
            accepted = wrong == {"a": 5} and name in ("IdentityInfo", "PhoneConfig")
            assert accepted or answer.startswith(b"HTTP/1.1 400 "), (name, wrong, answer[:200])


def test_unknown_members_are_ignored(emulator: Emulator) -> None:
    body = json.dumps({**user(), "Colour": {"deep": [None]}, "Tags": None}).encode()
    assert talk(emulator, put(body)).startswith(b"HTTP/1.1 200 OK")


def test_many_requests_go_over_one_connection_also_pipelined(emulator: Emulator) -> None:
    assert talk(emulator, GOOD * 5).count(b"HTTP/1.1 200 OK") == 5


def test_an_old_client_gets_its_answer_and_an_end(emulator: Emulator) -> None:
    answer = talk(emulator, GOOD.replace(b"HTTP/1.1", b"HTTP/1.0"), finish=False)
    assert answer.startswith(b"HTTP/1.1 200 OK")


def test_a_client_that_waits_for_100_continue_gets_it(emulator: Emulator) -> None:
    body = json.dumps(user()).encode()
    answer = talk(emulator, put(body, more="Expect: 100-continue\r\n"))
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


def test_half_a_request_writes_nothing(emulator: Emulator) -> None:
    whole = put(json.dumps(user()).encode())
    for part in (10, len(whole) // 2, len(whole) - 1):
        assert b" 200 OK" not in talk(emulator, whole[:part])
    assert connect(emulator).list_users(InstanceId=seed.INSTANCE_ID)["UserSummaryList"] == []


def test_random_bytes_never_stop_the_server(emulator: Emulator) -> None:
    dice = random.Random(7)
    for _ in range(60):
        data = bytearray(put(json.dumps(user()).encode()))
        for _ in range(dice.randrange(1, 12)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        talk(emulator, bytes(data))
    client = connect(emulator)
    listed = client.list_users(InstanceId=seed.INSTANCE_ID)["UserSummaryList"]
    assert all(client.describe_user(InstanceId=seed.INSTANCE_ID, UserId=row["Id"]) for row in listed)
    assert not [record for record in emulator.requests if record.status == 500]


_NAMES = ("127.0.0.1", "localhost", "LocalHost", "[::1]", "127.0.0.53")
_STRANGERS = (
    "",
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.localhost",
    "192.0.2.1",
    "0.0.0.0",
    "2130706433",
    "[2001:db8::1]",
    "[::1",
    "::1",
    "[127.0.0.1]",
    "user@localhost",
    "localhost@evil.example",
    "localhost/evil.example",
    "localhost, evil.example",
)
_SIDES = pytest.mark.parametrize("path", ["/instance", "/_emulator/health"], ids=["AWS", "side port"])


@_SIDES
@pytest.mark.parametrize("port", ["", ":4599"])
@pytest.mark.parametrize("name", _NAMES)
def test_this_machine_may_be_called_by_any_of_its_names_and_through_any_port(
    emulator: Emulator, name: str, port: str, path: str
) -> None:
    """A tunnel or a proxy has a port of its own."""
    request = GOOD.replace(b"/instance", path.encode()).replace(b"127.0.0.1", f"{name}{port}".encode())
    assert talk(emulator, request).startswith(b"HTTP/1.1 200 OK")


@_SIDES
@pytest.mark.parametrize("name", [*_STRANGERS, *(f"{name}:80" for name in _STRANGERS), "localhost:", "localhost:http"])
def test_a_name_that_only_leads_to_this_machine_is_refused(emulator: Emulator, name: str, path: str) -> None:
    """As a web page's own name does after DNS rebinding."""
    request = GOOD.replace(b"/instance", path.encode()).replace(b"127.0.0.1", name.encode())
    answer = talk(emulator, request, finish=False)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"x-amzn-ErrorType: AccessDeniedException" in answer
    assert b"Connection: close" in answer
    assert not list(emulator.requests)


@pytest.mark.parametrize(
    ("origin", "aws"),
    [
        ("http://localhost:5173", 200),
        ("https://127.0.0.1", 200),
        ("http://[::1]:3000", 200),
        ("null", 403),
        ("", 403),
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("http://localhost@evil.example", 403),
        ("http://user@localhost", 403),
        ("http://[::1", 403),
        ("file://localhost", 403),
        ("chrome-extension://localhost", 403),
    ],
)
def test_a_web_page_is_answered_only_if_this_machine_serves_it(emulator: Emulator, origin: str, aws: int) -> None:
    """And never by the side port, which can change what the emulator does."""
    for path, status in (("/instance", aws), ("/_emulator/health", 403)):
        request = GOOD.replace(b"/instance", path.encode()).replace(
            b"\r\n\r\n", f"\r\nOrigin: {origin}\r\n\r\n".encode()
        )
        assert talk(emulator, request).startswith(f"HTTP/1.1 {status} ".encode())


def test_boto3_says_which_names_may_be_used(emulator: Emulator) -> None:
    client: Any = connect(emulator)

    def rename(request: Any, **_others: Any) -> None:
        request.headers["Host"] = "evil.example"

    client.meta.events.register("before-send.connect", rename)
    with pytest.raises(
        ClientError, match=r"Host 'evil.example' is not this machine; .* 127\.0\.0\.1, \[::1\] and local"
    ):
        client.list_instances()


def test_close_cuts_connections_and_can_be_called_twice(emulator: Emulator) -> None:
    client: Any = connect(emulator)
    create(client)
    emulator.close()
    emulator.close()
    with pytest.raises(OSError, match="refused"):
        talk(emulator_port(client), GOOD)
    with pytest.raises(RuntimeError, match="not running"):
        assert emulator.endpoint_url


class _Address:
    def __init__(self, url: str) -> None:
        self.endpoint_url = url


def emulator_port(client: Any) -> Any:
    return _Address(client.meta.endpoint_url)
