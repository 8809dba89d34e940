"""The `aws` package of a rehearsal: `aws:connect` resources live in the emulator, through boto3, and nowhere else.

Ids and outputs are as the bridged provider gives them. What the emulator has no operation for (changing a queue's
description, deleting a secret) is recorded in the state only; any other resource of the package is made up.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, cast

from .aws_kinds import KINDS, SECRET, SECRET_VERSION, STRUCTURE, Kind, camel, kind_of_function, pascal
from .providers import Failure, Outcome, Provider, ProviderDiff, ProviderError, made_up_id
from .values import PropertyMap, annotate_secrets, equal, reveal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .state import ResourceState

_GONE = ("ResourceNotFoundException", "InvalidRequestException")


class AwsProvider(Provider):
    """Works against one endpoint and region."""

    def __init__(self, endpoint_url: str, region: str) -> None:
        self._endpoint = endpoint_url
        self._region = region
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                import boto3

                self._clients[service] = cast(Any, boto3.session.Session()).client(
                    service,
                    endpoint_url=self._endpoint,
                    region_name=self._region,
                    aws_access_key_id="rehearsal",
                    aws_secret_access_key="rehearsal",
                )
            return self._clients[service]

    def _call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        from botocore import xform_name
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = getattr(self._client(service), xform_name(operation))(**parameters)
        except ClientError as error:
            found = error.response["Error"]
            raise AwsRefused(operation, found["Code"], found["Message"]) from None
        except BotoCoreError as error:
            raise ProviderError(f"{operation}: {error}") from None
        return dict(answer)

    def check(
        self, urn: str, olds: PropertyMap | None, news: PropertyMap, *, unknowns: bool
    ) -> tuple[PropertyMap, tuple[Failure, ...]]:
        """Names that are not given are made from the resource's, and kept, as autonaming does."""
        del unknowns
        type_ = _type(urn)
        kind = KINDS.get(type_)
        if ((kind is not None and kind.named) or type_ == SECRET) and "name" not in news:
            return {**news, "name": (olds or {}).get("name") or made_up_id(urn)}, ()
        return news, ()

    def diff(
        self, old: ResourceState, news: PropertyMap, *, unknowns: bool, ignore: Sequence[str] = ()
    ) -> ProviderDiff:
        """The engine compares; here only what replaces."""
        del unknowns, ignore
        kind = KINDS.get(old.type)
        forces = kind.forces if kind is not None else ("instanceId", "secretId")
        return ProviderDiff(None, tuple(k for k in forces if not equal(old.inputs.get(k), news.get(k))))

    def create(self, urn: str, inputs: PropertyMap, timeout: float) -> Outcome:
        """Make it in the emulator."""
        type_, plain = _type(urn), dict(reveal(inputs))
        kind = KINDS.get(type_)
        if kind is not None:
            made = self._create(kind, plain)
        elif type_ == STRUCTURE:
            made = self._structure(plain)
        elif type_ == SECRET:
            answer = self._call("secretsmanager", "CreateSecret", Name=plain["name"], **_tags(plain))
            made = Outcome(answer["ARN"], {"arn": answer["ARN"]})
        elif type_ == SECRET_VERSION:
            made = self._secret_version(plain)
        else:
            return super().create(urn, inputs, timeout)
        return Outcome(made.id, annotate_secrets({**plain, **made.outputs}, inputs))

    def _create(self, kind: Kind, inputs: PropertyMap) -> Outcome:
        parameters = kind.parameters(inputs)
        instance = str(inputs.get("instanceId", ""))
        if instance:
            parameters["InstanceId"] = instance
        answer = self._call("connect", f"Create{kind.name}", **parameters)
        bare = answer[kind.id_parameter]
        outputs = {"arn": answer[kind.arn_parameter], "tagsAll": inputs.get("tags") or {}, **(kind.outputs or {})}
        if kind.id_name:
            outputs[kind.id_name] = bare
        if kind.name == "UserHierarchyGroup":
            described = self._describe(kind, instance, bare)
            outputs["levelId"] = described["LevelId"]
        return Outcome(f"{instance}:{bare}" if instance else bare, outputs)

    def _structure(self, inputs: PropertyMap) -> Outcome:
        instance, structure = inputs["instanceId"], pascal(inputs["hierarchyStructure"])
        self._call("connect", "UpdateUserHierarchyStructure", InstanceId=instance, HierarchyStructure=structure)
        return Outcome(instance, {})

    def _secret_version(self, inputs: PropertyMap) -> Outcome:
        content = {"SecretString": inputs["secretString"]} if "secretString" in inputs else {}
        answer = self._call("secretsmanager", "PutSecretValue", SecretId=inputs["secretId"], **content)
        version = answer.get("VersionId", "1")
        return Outcome(f"{inputs['secretId']}|{version}", {"arn": answer.get("ARN"), "versionId": version})

    def update(self, old: ResourceState, inputs: PropertyMap, timeout: float, ignore: Sequence[str]) -> Outcome:
        """Structures, tags and secret values change in the emulator; the rest in the state only."""
        plain = dict(reveal(inputs))
        if old.type == STRUCTURE:
            self._structure(plain)
        elif old.type == SECRET_VERSION:
            self._secret_version(plain)
        elif old.type in KINDS:
            self._tag(old, plain)
        return super().update(old, inputs, timeout, ignore)

    def _tag(self, old: ResourceState, inputs: PropertyMap) -> None:
        before, after = dict(reveal(old.inputs.get("tags") or {})), inputs.get("tags") or {}
        arn = str(old.outputs["arn"])
        removed = [key for key in before if key not in after]
        if removed:
            self._call("connect", "UntagResource", resourceArn=arn, tagKeys=removed)
        if after and after != before:
            self._call("connect", "TagResource", resourceArn=arn, tags=after)

    def read(self, state: ResourceState) -> Outcome:
        """Gone, or as recorded."""
        kind = KINDS.get(state.type)
        if kind is None:
            return super().read(state)
        instance, bare = _parts(state)
        try:
            self._describe(kind, instance, bare)
        except AwsRefused as error:
            if error.code in _GONE:
                return Outcome("", {})
            raise
        return super().read(state)

    def _describe(self, kind: Kind, instance: str, bare: str) -> dict[str, Any]:
        answer = self._call("connect", f"Describe{kind.name}", **_identified(kind, instance, bare))
        return dict(answer["HierarchyGroup" if kind.name == "UserHierarchyGroup" else kind.name])

    def delete(self, state: ResourceState) -> None:
        """Delete it in the emulator; gone already is fine."""
        kind = KINDS.get(state.type)
        if kind is None:
            return
        try:
            self._call("connect", f"Delete{kind.name}", **_identified(kind, *_parts(state)))
        except AwsRefused as error:
            if error.code != "ResourceNotFoundException":
                raise

    def invoke(self, token: str, args: PropertyMap) -> PropertyMap:
        """Look-ups of instances, profiles, queues, hours, quick connects and groups; region and account."""
        simple = _SIMPLE.get(token)
        if simple is not None:
            return simple(self._region)
        kind = kind_of_function(token) if token.startswith("aws:connect/get") else None
        if kind is None:
            return super().invoke(token, args)
        return self._look_up(kind, dict(reveal(args)))

    def _look_up(self, kind: Kind, args: PropertyMap) -> PropertyMap:
        given = args.get(kind.id_name or "instanceId")
        instance = "" if not kind.id_name else str(args.get("instanceId", ""))
        bare = str(given) if given else self._id_by_name(kind, instance, args)
        found = self._describe(kind, instance, bare)
        answer = {**args, **camel(found), "arn": found.get(kind.arn_parameter) or found.get("Arn")}
        answer["name"] = found.get("Name") or found.get("SecurityProfileName") or found.get("InstanceAlias")
        answer["id"] = f"{instance}:{bare}" if instance else bare
        answer[kind.id_name or "instanceId"] = bare
        answer["tags"] = found.get("Tags") or {}
        return answer

    def _id_by_name(self, kind: Kind, instance: str, args: PropertyMap) -> str:
        operation, key = kind.lists
        wanted = args.get("name") or args.get("instanceAlias")
        pages = self._client("connect").get_paginator(_snake(operation))
        for page in pages.paginate(**({"InstanceId": instance} if instance else {})):
            for summary in page[key]:
                if wanted in (summary.get("Name"), summary.get("InstanceAlias")):
                    return str(summary["Id"])
        raise ProviderError(f"finding {kind.name} by name ({wanted}): couldn't find resource")


class AwsRefused(ProviderError):
    """The service answered with an error."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.code = code


def _type(urn: str) -> str:
    return urn.split("::", 3)[2].rsplit("$", 1)[-1]


def _parts(state: ResourceState) -> tuple[str, str]:
    instance, _, bare = state.id.rpartition(":")
    return instance, bare


def _identified(kind: Kind, instance: str, bare: str) -> dict[str, str]:
    if not instance:
        return {"InstanceId": bare}
    return {"InstanceId": instance, kind.id_parameter: bare}


def _tags(inputs: PropertyMap) -> dict[str, Any]:
    tags = inputs.get("tags") or {}
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}


def _snake(operation: str) -> str:
    from botocore import xform_name

    return str(xform_name(operation))


def _account(_region: str) -> PropertyMap:
    from connect_users.emulator.seed import ACCOUNT_ID

    arn = f"arn:aws:iam::{ACCOUNT_ID}:user/rehearsal"
    return {"accountId": ACCOUNT_ID, "arn": arn, "id": ACCOUNT_ID, "userId": "rehearsal"}


_SIMPLE: dict[str, Callable[[str], PropertyMap]] = {
    "aws:index/getRegion:getRegion": lambda region: {
        "id": region,
        "name": region,
        "region": region,
        "description": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
    },
    "aws:index/getCallerIdentity:getCallerIdentity": _account,
    "aws:index/getPartition:getPartition": lambda _region: {
        "id": "aws",
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    },
}
