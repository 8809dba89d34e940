"""Amazon Connect users as Pulumi resources: declared, previewed, applied exactly once."""

from __future__ import annotations

from connect_users._version import __version__
from connect_users.provider import ConnectUserProvider
from connect_users.resource import ConnectUser

ConnectUserProvider.__module__ = __name__

__all__ = ("ConnectUser", "ConnectUserProvider", "__version__")
