"""What the emulator's judges share: clients without surprises, one valid user, and a strict reader of answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from connect_users.emulator import Emulator, seed
from connect_users.emulator.calls import CONNECT
from tests.models import has

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

AGENT = seed.SECURITY_PROFILES["Agent"]
ADMIN = seed.SECURITY_PROFILES["Admin"]
BASIC = seed.ROUTING_PROFILES["Basic Routing Profile"]
SALES = seed.ROUTING_PROFILES["Sales"]
PASSWORD = "Corr3ct-horse"

#: The operations that are emulated, as far as the installed botocore has them.
EMULATED = sorted(filter(has, CONNECT))

_SESSION = boto3.Session()


def connect(
    emulator: Emulator,
    *,
    region: str = "us-east-1",
    key: str = "AKIDEXAMPLE",
    service: str = "connect",
    attempts: int = 1,
    check: bool = True,
    read_timeout: float = 30,
) -> Any:
    """A boto3 client that tries once; `check=False` lets requests pass that boto3 itself would refuse."""
    client: Any = _SESSION.client(
        service,  # type: ignore[call-overload]  # any service name
        endpoint_url=emulator.endpoint_url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key="secret",
        config=Config(
            retries={"total_max_attempts": attempts, "mode": "standard"},
            parameter_validation=check,
            read_timeout=read_timeout,
            max_pool_connections=40,
        ),
    )

    def received(event_name: str, response_dict: Mapping[str, Any] | None, **_others: Any) -> None:
        _judge(client.meta.service_model, response_dict, event_name.rpartition(".")[2])

    client.meta.events.register("response-received", received)
    return client


def user(username: str = "ada", **changes: Any) -> dict[str, Any]:
    """Arguments of CreateUser for one valid user of the seeded instance; a change to None leaves the member out."""
    arguments = {
        "InstanceId": seed.INSTANCE_ID,
        "Username": username,
        "Password": PASSWORD,
        "IdentityInfo": {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.com"},
        "SecurityProfileIds": [AGENT],
        "RoutingProfileId": BASIC,
        **changes,
    }
    return {name: item for name, item in arguments.items() if item is not None}


def create(client: Any, username: str = "ada", **changes: Any) -> str:
    """Create a user, return its id."""
    return str(client.create_user(**user(username, **changes))["UserId"])


def described(client: Any, user_id: str) -> dict[str, Any]:
    """DescribeUser of the seeded instance."""
    shown: dict[str, Any] = client.describe_user(InstanceId=seed.INSTANCE_ID, UserId=user_id)["User"]
    return shown


def refused(call: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[int, str]:
    """The HTTP status and code that a call fails with."""
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    assert response["Error"]["Message"], "an error says why"
    assert response["ResponseMetadata"]["RequestId"], "an error has a request id"
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def _judge(service: ServiceModel, answer: Mapping[str, Any] | None, operation: str) -> None:
    """Every answer that any test receives is read against the service model: names and types."""
    if (
        answer is None
        or answer["status_code"] != 200
        or not answer["headers"].get("Content-Type", "").startswith("application/")
    ):
        return
    shape = service.operation_model(operation).output_shape
    if shape is None:
        assert answer["body"] == b"", f"{operation} answers nothing"
    else:
        conforms(shape, json.loads(answer["body"]), operation)


def conforms(shape: Shape, value: Any, path: str) -> None:
    """Fail where a value is not what the output shape says: unknown members, wrong JSON types, nulls."""
    kind = shape.type_name
    if kind == "structure":
        _structure(shape, value, path)  # type: ignore[arg-type]
    elif kind == "list":
        _list(shape, value, path)  # type: ignore[arg-type]
    elif kind == "map":
        _map(shape, value, path)  # type: ignore[arg-type]
    elif kind == "string":
        assert isinstance(value, str), path
        assert not shape.enum or value in shape.enum, f"{path}: {value}"  # type: ignore[attr-defined]
    elif kind == "boolean":
        assert isinstance(value, bool), path
    elif kind in ("integer", "long"):
        assert type(value) is int, path
    elif kind in ("float", "double", "timestamp"):
        assert type(value) in (int, float), path
    else:
        assert kind == "blob", f"{path}: {kind}"


def _structure(shape: StructureShape, value: Any, path: str) -> None:
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    assert isinstance(value, dict), path
    assert value.keys() <= members.keys(), f"{path}: {value.keys() - members.keys()}"
    for name, item in value.items():
        conforms(members[name], item, f"{path}.{name}")


def _list(shape: ListShape, value: Any, path: str) -> None:
    assert isinstance(value, list), path
    for item in value:
        conforms(shape.member, item, f"{path}[]")


def _map(shape: MapShape, value: Any, path: str) -> None:
    assert isinstance(value, dict), path
    for key, item in value.items():
        conforms(shape.key, key, f"{path} key")
        conforms(shape.value, item, f"{path}.{key}")
