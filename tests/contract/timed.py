"""The provider's operations in this process, against an emulator in virtual time: minutes of waiting take no time.

`TimedHost` answers as `DynamicHost` does, so that an `Engine` can drive it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from connect_users import codec
from connect_users.connection import Configured
from connect_users.core.errors import Cancelled, ConnectUsersError, PartialUpdate
from connect_users.core.settings import Settings
from connect_users.core.spec import canonical
from connect_users.effects import adopt, apply, create, delete, observe
from connect_users.effects.gateway import Gateway
from connect_users.effects.session import Clients
from connect_users.provider import ConnectUserProvider
from connect_users.resource import PROVIDER_BLOB
from connect_users.testing import CheckReply, DiffReply, HostError, InitFailed, StateReply
from connect_users.testing.values import reveal
from tests.contract.hosting import Site, urn
from tests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

#: When virtual time begins, in seconds since 1970.
EPOCH = 1_800_000_000.0


class TimedSite(Site):
    """A site whose clock is virtual."""

    def __init__(self, **options: Any) -> None:
        self.timer = VirtualTime()
        super().__init__(clock=lambda: EPOCH + self.timer.now(), **options)


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
        self._timer = site.timer
        self._gateway = Gateway(
            Clients(self.settings, embedded=True), self.settings, site.timer, lambda: EPOCH + skew + site.timer.now()
        )
        self._provider = ConnectUserProvider()
        self._provider._configured = Configured(self.settings)

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None, *, urn: str = urn()) -> CheckReply:
        result = self._provider.check(dict(olds or {}), dict(news))
        return CheckReply(_kept(codec.decode(result.inputs)), tuple(("", each.reason) for each in result.failures))

    def diff(
        self,
        id: str,  # noqa: A002 - the host's word
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        *,
        old_inputs: Mapping[str, Any] | None = None,
        urn: str = urn(),
    ) -> DiffReply:
        result = self._provider.diff(id, reveal(dict(olds)), reveal(dict(news)))
        return DiffReply(result.changes, tuple(result.replaces or ()), bool(result.delete_before_replace))

    def create(self, properties: Mapping[str, Any], *, urn: str = urn()) -> StateReply:
        inputs = canonical(codec.decode(properties))
        user_id, outputs = self._told(lambda: create.create(self.operation(urn), inputs), inputs)
        return StateReply(user_id, _kept(outputs))

    def read(
        self,
        id: str,  # noqa: A002 - the host's word
        properties: Mapping[str, Any],
        *,
        inputs: Mapping[str, Any] | None = None,
        urn: str = urn(),
    ) -> StateReply:
        state, declared = codec.sound(codec.decode(properties)), codec.sound(codec.decode(inputs or {}))
        seen = self._told(lambda: observe.read(self.operation(urn), id, state, declared))
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
        new = canonical(codec.decode(news))
        state = codec.sound(codec.decode(olds))
        return StateReply(id, _kept(self._told(lambda: adopt.update(self.operation(urn), id, state, new), new)))

    def delete(
        self,
        id: str,  # noqa: A002 - the host's word
        properties: Mapping[str, Any],
        *,
        old_inputs: Mapping[str, Any] | None = None,
        urn: str = urn(),
    ) -> None:
        state = codec.sound(codec.decode(properties))
        self._told(lambda: delete.delete(self.operation(urn), id, state))

    def operation(self, urn: str) -> apply.Operation:
        """What the effects work with."""
        return apply.Operation(
            gateway=self._gateway,
            urn=urn,
            owns=self.settings.ownership_tag,
            grace=self.settings.timeout,
            say=lambda severity, text: self.said.append((severity, text)),
            wait=self._wait,
            now=lambda: self._gateway.now,
        )

    def _wait(self, seconds: float) -> None:
        if self._timer.wait(seconds):
            raise Cancelled("waiting", "Cancelled", "the run was cancelled")

    def _told(self, work: Callable[[], T], inputs: Mapping[str, Any] | None = None) -> T:
        try:
            return work()
        except PartialUpdate as error:
            partial = InitFailed(error.id, _kept(error.outputs), _kept(inputs or {}), (str(error),))
            raise HostError(str(error), partial=partial) from error
        except ConnectUsersError as error:
            raise HostError(str(error)) from error


def _kept(props: Mapping[str, Any]) -> dict[str, Any]:
    return {**props, "__provider": PROVIDER_BLOB}
