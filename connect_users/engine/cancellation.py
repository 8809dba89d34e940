"""When a provider has to stop waiting: the engine asked to cancel, or is gone."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import grpc

#: Set when the engine has asked to cancel, or is gone; never reset, the process ends with the run.
CANCELLED = threading.Event()


class EngineWatch:
    """Sets `CANCELLED` when the engine behind a channel is gone.

    A killed engine leaves its providers running. No state would keep what they still do, and a call that waited for its
    turn would be sent in the middle of the next run, and take over that run's user.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel
        self._seen = False
        self._idle = False
        channel.subscribe(self, try_to_connect=True)

    def __call__(self, state: grpc.ChannelConnectivity) -> None:
        was_idle, self._idle = self._idle, state.name == "IDLE"
        if state.name == "READY":
            self._seen = True
        elif self._seen and state.name == "TRANSIENT_FAILURE":
            CANCELLED.set()
        elif self._seen and self._idle and not was_idle:
            # A connection also ends after a long silence: only a new one shows whether the engine is alive. A new
            # subscriber is called at once with the idle state, and does not subscribe a second time.
            self._channel.unsubscribe(self)
            self._channel.subscribe(self, try_to_connect=True)
