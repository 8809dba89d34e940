"""Who may call the emulator, and who a caller is.

Only programs on this machine may call it, not the web pages that a browser has open. Any page may send requests to a
loopback port. It cannot read the responses of another origin, unless its own host name resolves to 127.0.0.1 (DNS
rebinding), and then the request carries that name as its Host. So a request must name a loopback address or
`localhost`. The port is not compared, because a tunnel or a proxy has its own.

Signatures are not checked. The region is the one in the SigV4 credential scope. The access key stands for an account: a
key of twelve digits is that account, and any other key is the seeded account, so a test can use another account.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connect_users.emulator.errors import ApiError

if TYPE_CHECKING:
    from email.message import Message

#: The account of every access key that is not an account number.
ACCOUNT_ID: Final = "123456789012"

_CREDENTIAL: Final = re.compile(r"AWS4-.*Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
#: The Host headers of this machine, and the Origins of development servers on it, whose proxies pass them on.
_HOST: Final = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)
_ORIGIN: Final = re.compile(rf"https?://{_HOST.pattern}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Caller:
    """The account and region that a request acts in, and the access key."""

    account: str
    region: str
    key: str = ""


def caller(authorization: str | None, service: str | None = None) -> Caller:
    """Read an Authorization header, for `service`. Raises the errors (HTTP 403) of AWS's front end."""
    if not authorization:
        raise ApiError("MissingAuthenticationTokenException", "Missing Authentication Token")
    scope = _CREDENTIAL.match(authorization)
    if scope is None:
        raise ApiError("IncompleteSignatureException", "Authorization header needs a SigV4 credential scope")
    key, region, scoped_service = scope.groups()
    if service not in (None, scoped_service):
        raise ApiError("InvalidSignatureException", f"Credential should be scoped to correct service: '{service}'.")
    return Caller(key if re.fullmatch(r"\d{12}", key) else ACCOUNT_ID, region, key)


def check_local(headers: Message) -> None:
    """Raise AccessDeniedException if the Host or the Origin of a request is not this machine."""
    for name, pattern in (("Host", _HOST), ("Origin", _ORIGIN)):
        for value in headers.get_all(name, []):
            if not pattern.fullmatch(value.strip()):
                where = "127.0.0.1, [::1] and localhost"
                message = f"{name} {value[:100]!r} is not this machine; the emulator answers requests to {where} only"
                raise ApiError("AccessDeniedException", message)
