"""The part of AWS Secrets Manager that a password needs: CreateSecret and GetSecretValue, of one version each.

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


def _error(code: str, message: str) -> ApiError:
    return ApiError(code, message, status=400)


@writes("CreateSecret", SECRETS)
def create_secret(call: ApiCall) -> Document:
    """The ARN ends in a random suffix. A secret may be created without a value."""
    name = call.params["Name"]
    if _find(call, name) is not None:
        raise _error("ResourceExistsException", f"The secret {name} already exists.")
    value: Document = {
        member: call.params[member] for member in ("SecretString", "SecretBinary") if member in call.params
    }
    if len(value) > 1:
        raise _error("InvalidParameterException", "Set one of SecretString and SecretBinary.")
    version: Document = {"VersionId": new_id(), "CreatedDate": call.now, **value} if value else {}
    arn = f"{_prefix(call)}{name}-{''.join(secrets.choice(_SUFFIX) for _ in range(6))}"
    doc: Document = {"ARN": arn, "Name": name, "CreatedDate": call.now, "Versions": [version] if version else []}
    call.tx.execute(
        "INSERT INTO secrets (arn, account, region, name, doc) VALUES (?, ?, ?, ?, ?)",
        (arn, call.account, call.region, name, json.dumps(doc)),
    )
    return {**version, "ARN": arn, "Name": name}


@reads("GetSecretValue", SECRETS)
def get_secret_value(call: ApiCall) -> Document:
    """By name, ARN, or ARN without its suffix."""
    doc = _find(call, call.params["SecretId"])
    if doc is None:
        raise _error("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    if not doc["Versions"]:
        raise _error("ResourceNotFoundException", "Secrets Manager can't find the specified secret value.")
    return {**doc["Versions"][0], "ARN": doc["ARN"], "Name": doc["Name"], "VersionStages": ["AWSCURRENT"]}


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
