"""The context of one call of the engine, and how long it waits for Amazon Connect to show what is new."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from connect_users.lifecycle.run import EngineRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connect_users.connect.gateway import Gateway

#: Seconds during which a new user may not be found ("usually seconds, sometimes minutes": API reference, eventual
#: consistency).
SETTLING: Final = 60.0
#: Seconds to wait for something else that a request names, e.g. a profile created in the same run.
REFERENCE_SETTLING: Final = 8.0


@dataclass(frozen=True)
class Operation:
    """The context of one call of the engine.

    Attributes:
        urn: of the resource; "" if it is not known. Then a user that a crash left behind cannot be taken over.
        owns: whether users get the ownership tag.
        grace: the most seconds to wait until something new is found, or a name is released.
        say: shows an ("info" or "warning", text) message on the resource.
        wait: sleeps for some seconds, or raises `Cancelled`.
        run: the users of the stack in this run.
    """

    gateway: Gateway
    urn: str
    owns: bool
    grace: float
    say: Callable[[str, str], None]
    wait: Callable[[float], None]
    run: EngineRun = field(default_factory=EngineRun)

    def now(self) -> float:
        """AWS's time in seconds since the epoch, as far as it is known."""
        return self.gateway.now

    def inform(self, text: str) -> None:
        """Show an info message on the resource."""
        self.say("info", text)


def pauses(total: float) -> Iterator[float]:
    """Pauses of 1, 2, 4, 8, 8, ... seconds that add up to ``total``."""
    left = total
    for exponent in itertools.count():
        pause = min(2.0 ** min(exponent, 3), left)
        if pause <= 0:
            return
        yield pause
        left -= pause


def subject(action: str, props: Mapping[str, Any]) -> str:
    """An action and its user, as messages begin."""
    return f"{action} Connect user '{props.get('username', '?')}'"
