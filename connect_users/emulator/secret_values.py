"""The part of AWS Secrets Manager that a password needs: CreateSecret, PutSecretValue, GetSecretValue.

Protocol json 1.1: `POST /` with `X-Amz-Target: secretsmanager.<Operation>`. Errors are HTTP 400 with the code in
`__type` (source: the service model of secretsmanager, in which no exception has another status).
"""

from __future__ import annotations

import json
import secrets
import string
from typing import Final, cast

from connect_users.emulator.arns import new_id, partition
from connect_users.emulator.calls import SECRETS, ApiCall, Document, reads, writes
from connect_users.emulator.errors import ApiError

_SUFFIX: Final = string.ascii_letters + string.digits
_STAGES: Final = ("AWSCURRENT", "AWSPREVIOUS")


def _error(code: str, message: str) -> ApiError:
    return ApiError(code, message, status=400)


@writes("CreateSecret", SECRETS)
def create_secret(call: ApiCall) -> Document:
    """The ARN ends in a random suffix. The same ClientRequestToken returns the same version again [M]."""
    params = call.params
    name = params["Name"]
    doc = _find(call, name)
    if doc is None:
        arn = f"{_prefix(call)}{name}-{''.join(secrets.choice(_SUFFIX) for _ in range(6))}"
        versions = [_version(call)] if "SecretString" in params or "SecretBinary" in params else []
        doc = {"ARN": arn, "Name": name, "CreatedDate": call.now, "Versions": versions}
        call.tx.execute(
            "INSERT INTO secrets (arn, account, region, name, doc) VALUES (?, ?, ?, ?, ?)",
            (arn, call.account, call.region, name, json.dumps(doc)),
        )
    elif params.get("ClientRequestToken") not in {version["VersionId"] for version in doc["Versions"]}:
        raise _error("ResourceExistsException", f"The secret {name} already exists.")
    return {**(doc["Versions"][0] if doc["Versions"] else {}), "ARN": doc["ARN"], "Name": name}


def _version(call: ApiCall) -> Document:
    value: Document = {name: call.params[name] for name in ("SecretString", "SecretBinary") if name in call.params}
    if len(value) != 1:
        raise _error("InvalidParameterException", "Set one of SecretString and SecretBinary.")
    return {"VersionId": call.params.get("ClientRequestToken") or new_id(), "CreatedDate": call.now, **value}


@writes("PutSecretValue", SECRETS)
def put_secret_value(call: ApiCall) -> Document:
    """The new version becomes AWSCURRENT and the last one AWSPREVIOUS. Older versions are deleted."""
    doc = _get(call)
    version = _version(call)
    doc["Versions"] = [version, *doc["Versions"][:1]]
    call.tx.execute("UPDATE secrets SET doc = ? WHERE arn = ?", (json.dumps(doc), doc["ARN"]))
    return {**version, "ARN": doc["ARN"], "Name": doc["Name"], "VersionStages": [_STAGES[0]]}


@reads("GetSecretValue", SECRETS)
def get_secret_value(call: ApiCall) -> Document:
    """By name, ARN, or ARN without its suffix. AWSCURRENT, unless the request has another stage or version."""
    doc = _get(call)
    id_ = call.params.get("VersionId")
    stages = [call.params["VersionStage"]] if "VersionStage" in call.params else _STAGES if id_ else _STAGES[:1]
    for stage, version in zip(_STAGES, doc["Versions"], strict=False):
        if stage in stages and id_ in (None, version["VersionId"]):
            return {**version, "ARN": doc["ARN"], "Name": doc["Name"], "VersionStages": [stage]}
    raise _error("ResourceNotFoundException", "Secrets Manager can't find the specified secret value.")


def _get(call: ApiCall) -> Document:
    doc = _find(call, call.params["SecretId"])
    if doc is None:
        raise _error("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    return doc


def _prefix(call: ApiCall) -> str:
    """The beginning of the ARN of every secret of the caller."""
    return f"arn:{partition(call.region)}:secretsmanager:{call.region}:{call.account}:secret:"


def _find(call: ApiCall, value: str) -> Document | None:
    """By name, ARN, or ARN without its suffix, in the caller's account and region."""
    row = call.tx.execute(
        "SELECT doc FROM secrets WHERE account = ? AND region = ? AND (arn = ? OR name = ?)",
        (call.account, call.region, value, value.removeprefix(_prefix(call))),
    ).fetchone()
    return None if row is None else cast(Document, json.loads(row[0]))
