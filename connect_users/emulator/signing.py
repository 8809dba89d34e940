"""The caller of a request: the region and account in its SigV4 header.

Signatures are not checked. The region is the credential scope's. The access key stands for an account: a key of twelve
digits is that account, any other the seeded one, so a test can use credentials of another account.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from connect_users.emulator.errors import ApiError

#: The account of every access key that is not an account number itself.
ACCOUNT_ID: Final = "123456789012"

_CREDENTIAL: Final = re.compile(r"Credential=([^/,\s]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_ACCOUNT: Final = re.compile(r"\d{12}")


@dataclass(frozen=True)
class Caller:
    """The account and region that a request speaks for, and the service that it was signed for."""

    account: str
    region: str
    service: str


def caller(authorization: str | None) -> Caller:
    """Read an Authorization header; raises the errors (HTTP 403) that AWS's front end answers."""
    if not authorization:
        raise ApiError("MissingAuthenticationTokenException", "Missing Authentication Token")
    scope = _CREDENTIAL.search(authorization)
    if scope is None or not authorization.startswith("AWS4-"):
        raise ApiError("IncompleteSignatureException", "Authorization header needs a SigV4 credential scope")
    key, _, region, service = scope.groups()
    return Caller(key if _ACCOUNT.fullmatch(key) else ACCOUNT_ID, region, service)
