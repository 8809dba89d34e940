"""The provider's operations in this process, against an emulator in virtual time: minutes of waiting take no time.

`TimedHost` answers as `Host` does, so that an `Engine` can drive it.
"""

from __future__ import annotations

import os
import threading
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from connect_users.connect.gateway import Gateway
from connect_users.connect.session import Clients, _new_session
from connect_users.core import tokens
from connect_users.core.errors import ConnectUsersError, PartialUpdate
from connect_users.core.settings import Settings
from connect_users.core.shapes import sound
from connect_users.dynamic import codec
from connect_users.lifecycle.life import Lifecycle
from connect_users.testing import CheckReply, DiffReply, HostError, StateReply
from connect_users.testing.values import reveal
from tests.contract.hosting import Site, urn
from tests.contract.provider.direct import attach
from tests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import boto3

T = TypeVar("T")

#: When virtual time begins, in seconds since 1970.
EPOCH = 1_800_000_000.0


class Killed(BaseException):
    """The provider's process died: nothing catches it, and what was not saved by then is lost."""


class Mortal:
    """A timer of one process, which may die: from then on whoever looks at it, as each request does first, dies."""

    def __init__(self, timer: VirtualTime) -> None:
        self._timer = timer
        self.dead = False

    def now(self) -> float:
        return self._timer.now()

    def wait(self, seconds: float) -> bool:
        self.check()
        return self._timer.wait(seconds)

    def check(self) -> None:
        if self.dead:
            raise Killed


@cache
def _session(_models: str | None) -> boto3.Session:
    """Parses the models of AWS's services once for all sites; `_models`: further folders of them."""
    return _new_session(None, hermetic=True)


class DirectClients(Clients):
    """Those of every provider of one site, whose requests need no socket."""

    def __init__(self, site: TimedSite) -> None:
        super().__init__(Settings(endpoint_url=site.emulator.endpoint_url), embedded=True)
        self._site = site
        self._session = _session(os.environ.get("AWS_DATA_PATH"))

    def _client(self, service: str, region: str, endpoint: str | None) -> Any:
        return attach(super()._client(service, region, endpoint), self._site.emulator)


class TimedSite(Site):
    """A site whose clock is virtual; its clients need no socket."""

    def __init__(self, **options: Any) -> None:
        self.timer = VirtualTime()
        super().__init__(clock=lambda: EPOCH + self.timer.now(), **options)

    @cached_property
    def clients(self) -> DirectClients:
        return DirectClients(self)

    def client_of(self, service: str) -> Any:
        return attach(super().client_of(service), self.emulator)


class TimedHost:
    """The host's methods without the host, as far as an `Engine` needs them; `said` is what was shown."""

    def __init__(self, site: TimedSite, *, owns: bool = True, timeout: float = 300.0, skew: float = 0.0) -> None:
        """`skew`: seconds by which the clock of the host's machine is ahead of Connect's."""
        self.settings = Settings(
            endpoint_url=site.emulator.endpoint_url,
            requests_per_second=1000.0,
            burst=1000,
            ownership_tag=owns,
            timeout=timeout,
        )
        self.said: list[tuple[str, str]] = []
        self.timer = Mortal(site.timer)
        self._life = Lifecycle(
            self.settings,
            cancelled=threading.Event(),
            gateway=Gateway(
                site.clients,
                self.settings,
                self.timer,
                lambda: EPOCH + skew + site.timer.now(),
            ),
            clock=site.timer.now,
        )

    def begin_run(self) -> None:
        self._life.begin_run()

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None, *, urn: str = urn()) -> CheckReply:
        checked = self._life.check(urn, codec.decode(olds or {}), codec.decode(news))
        return CheckReply(_kept(checked.inputs), tuple(("", problem) for problem in checked.problems))

    def diff(
        self,
        id: str,  # noqa: A002 - the host's word
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        *,
        old_inputs: Mapping[str, Any] | None = None,
        urn: str = urn(),
    ) -> DiffReply:
        found = self._life.diff(urn, id, codec.decode(reveal(dict(olds))), codec.decode(reveal(dict(news))), self._say)
        return DiffReply(found.changed, found.replaces, found.delete_first)

    def create(self, properties: Mapping[str, Any], *, urn: str = urn()) -> StateReply:
        inputs = codec.decode(properties)
        user_id, outputs = self._reported(lambda: self._life.create(urn, inputs, self._say), inputs)
        return StateReply(user_id, _kept(outputs))

    def read(
        self,
        id: str,  # noqa: A002 - the host's word
        properties: Mapping[str, Any],
        *,
        inputs: Mapping[str, Any] | None = None,
        urn: str = urn(),
    ) -> StateReply:
        state, declared = sound(codec.decode(properties)), sound(codec.decode(inputs or {}))
        seen = self._reported(lambda: self._life.read(urn, id, state, declared, self._say))
        return StateReply("", {}) if seen is None else StateReply(id, _kept(seen.outputs), _kept(seen.inputs))

    def update(
        self,
        id: str,  # noqa: A002 - the host's word
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        *,
        old_inputs: Mapping[str, Any] | None = None,
        urn: str = urn(),
    ) -> StateReply:
        new, state = codec.decode(news), codec.decode(olds)
        return StateReply(id, _kept(self._reported(lambda: self._life.update(urn, id, state, new, self._say), new)))

    def delete(
        self,
        id: str,  # noqa: A002 - the host's word
        properties: Mapping[str, Any],
        *,
        old_inputs: Mapping[str, Any] | None = None,
        urn: str = urn(),
    ) -> None:
        self._reported(lambda: self._life.delete(urn, id, codec.decode(properties), self._say))

    def _say(self, severity: str, text: str) -> None:
        self.said.append((severity, text))

    def _reported(self, work: Callable[[], T], inputs: Mapping[str, Any] | None = None) -> T:
        try:
            result = work()
            self.timer.check()
        except PartialUpdate as error:
            partial = StateReply(error.id, _kept(error.outputs), _kept(inputs or {}))
            raise HostError(str(error), partial=partial) from error
        except ConnectUsersError as error:
            raise HostError(str(error)) from error
        return result


def _kept(props: Mapping[str, Any]) -> dict[str, Any]:
    return {**props, "__provider": tokens.USER_PROVIDER}
