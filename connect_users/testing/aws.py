"""Resources of a rehearsal that are not dynamic: those of `aws:connect` are in the emulator, all others are made up.

Ids and outputs are the bridged provider's. A change in place is recorded in the state only.
"""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING, Any, cast

from .provider_process import CheckReply, DiffReply, HostError, StateReply
from .values import PropertyMap, annotate_secrets, reveal

if TYPE_CHECKING:
    from .values import Props

_STRUCTURE = "UserHierarchyStructure"
#: Kind, named as in the operations (Create<kind>, Describe<kind>, Delete<kind>) -> the inputs whose change replaces.
_FORCES = {
    "Instance": ("identityManagementType", "instanceAlias", "directoryId"),
    "HoursOfOperation": ("instanceId",),
    "Queue": ("instanceId",),
    "RoutingProfile": ("instanceId",),
    "SecurityProfile": ("instanceId", "name"),
    "UserHierarchyGroup": ("instanceId", "parentGroupId"),
    _STRUCTURE: ("instanceId",),
}
_RENAMED = {("HoursOfOperation", "configs"): "Config", ("SecurityProfile", "name"): "SecurityProfileName"}


class AwsProvider:
    """Answers as a provider's process does; without the endpoint of an emulator, everything is made up."""

    keeps_outputs = True  # of an update, as a bridged provider does in a preview

    def __init__(self, endpoint_url: str | None = None, region: str = "") -> None:
        self._client = _client(endpoint_url, region) if endpoint_url else None

    def check(self, news: Props, *_: Any, **__: Any) -> CheckReply:
        return CheckReply(dict(news))

    def diff(self, _id: str, _olds: Props, news: Props, *, old_inputs: Props, urn: str) -> DiffReply:
        forces = _FORCES.get(self._kind(urn), ())
        return DiffReply(None, tuple(key for key in forces if reveal(old_inputs.get(key)) != reveal(news.get(key))))

    def create(self, properties: Props, *, urn: str) -> StateReply:
        kind = self._kind(urn)
        plain: PropertyMap = reveal(dict(properties))
        if not kind:
            made_up = hashlib.sha256(urn.encode()).hexdigest()[:8]
            return StateReply(f"{urn.rpartition('::')[2]}-{made_up}", dict(properties))
        if kind == _STRUCTURE:
            self._call(f"Update{kind}", plain)
            return StateReply(plain["instanceId"], dict(properties))
        answer = self._call(f"Create{kind}", {_RENAMED.get((kind, it), it): plain[it] for it in plain})
        bare = next(value for key, value in answer.items() if key.endswith("Id"))
        arn = next(value for key, value in answer.items() if key.endswith("Arn"))
        outputs = annotate_secrets({**plain, "arn": arn, "tagsAll": plain.get("tags") or {}}, properties)
        if kind == "Instance":
            return StateReply(bare, outputs)
        return StateReply(f"{plain['instanceId']}:{bare}", {**outputs, _id_name(kind): bare})

    def update(self, id_: str, olds: Props, news: Props, *, old_inputs: Props, **_: Any) -> StateReply:
        return StateReply(id_, {**{key: value for key, value in olds.items() if key not in old_inputs}, **news})

    def read(self, id_: str, properties: Props, *, urn: str, **_: Any) -> StateReply:
        return StateReply(id_ if self._about("Describe", id_, urn) else "", dict(properties))

    def delete(self, id_: str, _properties: Props, *, urn: str, **_: Any) -> None:
        self._about("Delete", id_, urn)

    def _kind(self, urn: str) -> str:
        """The kind of a resource that lives in the emulator, "" for any other."""
        type_ = urn.split("::", 3)[2].rpartition("$")[2]
        kind = type_.rpartition(":")[2] if type_.startswith("aws:connect/") and self._client is not None else ""
        return kind if kind in _FORCES else ""

    def _about(self, verb: str, id_: str, urn: str) -> bool:
        """Call an operation on one resource; False if it does not exist."""
        if (kind := self._kind(urn)) in ("", _STRUCTURE):
            return True
        instance, _, bare = id_.rpartition(":")
        ids = {"instanceId": bare} if kind == "Instance" else {"instanceId": instance, _id_name(kind): bare}
        try:
            self._call(f"{verb}{kind}", ids)
        except HostError as error:
            if error.code != "ResourceNotFoundException":
                raise
            return False
        return True

    def _call(self, operation: str, inputs: PropertyMap) -> dict[str, Any]:
        from botocore import xform_name
        from botocore.exceptions import BotoCoreError, ClientError

        client = cast(Any, self._client)
        shape = client.meta.service_model.operation_model(operation).input_shape
        try:
            return dict(getattr(client, xform_name(operation))(**_shaped(inputs, shape)))
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            raise HostError(f"{operation}: {code}: {message}", code=code) from None
        except BotoCoreError as error:
            raise HostError(f"{operation}: {error}") from None


@functools.cache
def _client(endpoint_url: str, region: str) -> Any:
    import boto3

    keys = {"aws_access_key_id": "rehearsal", "aws_secret_access_key": "rehearsal"}
    return cast(Any, boto3.session.Session()).client("connect", endpoint_url=endpoint_url, region_name=region, **keys)


def _shaped(value: Any, shape: Any) -> Any:
    """Convert inputs to what a shape of botocore's model takes; maps (tags) stay as they are.

    A block that the bridged provider flattens (`QueueReference`) is looked for among the members around it.
    """
    if shape.type_name == "structure" and isinstance(value, dict):
        named = {key[:1].upper() + key[1:]: item for key, item in value.items() if item is not None}
        members = {}
        for name, member in shape.members.items():
            if name in named:
                members[name] = _shaped(named[name], member)
            elif member.type_name == "structure" and (inner := _shaped(value, member)):
                members[name] = inner
        return members
    if shape.type_name == "list" and isinstance(value, list):
        return [_shaped(item, shape.member) for item in value]
    return int(value) if shape.type_name in ("integer", "long") and isinstance(value, float) else value


def _id_name(kind: str) -> str:
    return f"{(name := kind.removeprefix('User'))[:1].lower()}{name[1:]}Id"
