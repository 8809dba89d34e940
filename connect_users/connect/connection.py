"""From a configuration to a gateway: one per process and settings, with the embedded emulator started where asked.

Shared by the provider (in the dynamic host's process) and by look-ups (in the program's process). Pulumi starts both
in the program's folder, so that a relative path of the emulator's file means the same file in both.
"""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from connect_users.core.errors import ConfigurationError
from connect_users.core.settings import DEFAULT_EMULATOR_STATE, Settings

if TYPE_CHECKING:
    from connect_users.connect.gateway import Gateway

#: A rate that never makes anyone wait.
_UNPACED = 1_000_000

_lock = threading.Lock()
_gateways: dict[Settings, Gateway] = {}


def gateway_for(settings: Settings, cancelled: threading.Event | None = None) -> Gateway:
    """The one gateway of this process for ``settings``; its boto3 client is made with the first call.

    Args:
        cancelled: ends the waits of the gateway, where it is made by this call.

    Raises:
        ConfigurationError: when the embedded emulator cannot be started.
    """
    from connect_users.connect.gateway import Gateway
    from connect_users.connect.pacing import SystemTimer
    from connect_users.connect.session import Clients

    with _lock:
        if settings not in _gateways:
            endpoint = settings
            if settings.embedded:
                endpoint = dataclasses.replace(
                    settings,
                    endpoint_url=_embedded_endpoint(settings),
                    # The embedded emulator has no quota of requests.
                    requests_per_second=_UNPACED,
                    burst=_UNPACED,
                )
            clients = Clients(endpoint, embedded=endpoint is not settings)
            _gateways[settings] = Gateway(clients, endpoint, SystemTimer(cancelled))
        return _gateways[settings]


def _embedded_endpoint(settings: Settings) -> str:
    from connect_users.connect.session import loading

    with loading():
        from connect_users.emulator import UnusableState, embedded

    path = Path(settings.emulator_state or DEFAULT_EMULATOR_STATE).absolute()
    try:
        return embedded(path).endpoint_url
    except UnusableState as problem:
        raise ConfigurationError(f"connect-users:emulatorState: {problem}") from None
    except OSError as problem:
        raise ConfigurationError(f"the embedded emulator cannot be started: {problem.strerror or problem}") from None
