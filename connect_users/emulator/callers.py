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
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from connect_users.emulator.errors import ApiError

if TYPE_CHECKING:
    from email.message import Message

#: The account of every access key that is not an account number.
ACCOUNT_ID: Final = "123456789012"

_CREDENTIAL: Final = re.compile(r"AWS4-.*Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
#: A Host header: a name or an IPv4 address, or an IPv6 address in brackets, and a port (RFC 9110, section 7.2).
#: It has no user before an @.
_HOST: Final = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9.-]+))(?::\d{1,5})?", re.ASCII)


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
    """Raise AccessDeniedException if the Host or the Origin of a request is not this machine.

    Raises MalformedRequestException for a request without a Host, or with two (RFC 9112, section 3.2).
    """
    hosts = headers.get_all("Host", [])
    if len(hosts) != 1:
        raise ApiError("MalformedRequestException", f"a request needs exactly one Host header, not {len(hosts)}")
    if not _is_loopback(hosts[0]):
        raise _denied(f"Host {hosts[0][:100]!r}")
    for origin in headers.get_all("Origin", []):
        if not _is_loopback_origin(origin):
            raise _denied(f"Origin {origin[:100]!r}")


def _is_loopback(host: str) -> bool:
    match = _HOST.fullmatch(host.strip())
    if match is None:
        return False
    name = match["ipv6"] or match["name"]
    try:
        return ip_address(name).is_loopback and (":" in name) == (match["ipv6"] is not None)
    except ValueError:
        return match["ipv6"] is None and name.lower() == "localhost"


def _is_loopback_origin(origin: str) -> bool:
    """Whether it is a development server on this machine, whose proxy passes the header on."""
    try:
        parts = urlsplit(origin.strip())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and _is_loopback(parts.netloc)


def _denied(header: str) -> ApiError:
    return ApiError(
        "AccessDeniedException",
        f"{header} is not this machine; the emulator answers requests to 127.0.0.1, [::1] and localhost only",
    )
