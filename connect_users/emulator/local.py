"""Who may talk to the emulator: programs on this machine, and no web page that a browser has open.

Any page may send requests to a loopback port. It cannot read the answers of another origin, unless its own host name
is made to lead to 127.0.0.1 (DNS rebinding): then the request carries that name as its Host. So a request has to name
a loopback address or `localhost`; the port is not compared, since a tunnel or a proxy has its own.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from connect_users.emulator.errors import ApiError

if TYPE_CHECKING:
    from email.message import Message

#: A Host header: a name or an IPv4 address, or an IPv6 address in brackets, and a port (RFC 9110, section 7.2).
#: A user before an @ is not part of it.
_HOST: Final = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9.-]+))(?::\d{1,5})?", re.ASCII)


def check(headers: Message) -> None:
    """Raise AccessDeniedException where the Host or the Origin of a request is not this machine.

    Raises MalformedRequestException for a request without a Host, or with two (RFC 9112, section 3.2).
    """
    hosts = headers.get_all("Host", [])
    if len(hosts) != 1:
        raise ApiError("MalformedRequestException", f"a request has exactly one Host header, not {len(hosts)}")
    if not is_loopback(hosts[0]):
        raise _denied(f"Host {hosts[0][:100]!r}")
    for origin in headers.get_all("Origin", []):
        if not _is_loopback_origin(origin):
            raise _denied(f"Origin {origin[:100]!r}")


def is_loopback(host: str) -> bool:
    """Whether a Host header names a loopback address or `localhost`, with or without a port."""
    match = _HOST.fullmatch(host.strip())
    if match is None:
        return False
    name = match["ipv6"] or match["name"]
    try:
        return ip_address(name).is_loopback and (":" in name) == (match["ipv6"] is not None)
    except ValueError:
        return match["ipv6"] is None and name.lower() == "localhost"


def _is_loopback_origin(origin: str) -> bool:
    """Of a development server on this machine, whose proxy passes the header on."""
    try:
        parts = urlsplit(origin.strip())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and is_loopback(parts.netloc)


def _denied(what: str) -> ApiError:
    return ApiError(
        "AccessDeniedException",
        f"{what} is not this machine; the emulator answers requests to 127.0.0.1, [::1] and localhost only",
    )
