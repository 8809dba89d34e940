"""The real dynamic host as a provider of a rehearsal, with the rules that the engine applies around it.

The host takes no secrets and no previews: the engine marks the secrets again by key and answers previews with the
inputs (sdk/go/common/resource/plugin/provider_plugin.go).
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Any

from .host_errors import HostError, InitFailed
from .providers import DiffUnavailable, Failure, Outcome, Provider, ProviderDiff, ProviderError
from .values import PropertyMap, annotate_secrets, has_unknowns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .host import DynamicHost
    from .state import ResourceState

CONFIG_UNKNOWN = (
    "The provider for this resource has inputs that are not known during preview.\n"
    "This preview may not correctly represent the changes that will be applied during an update."
)


class PartialFailure(ProviderError):
    """The call failed, and told what is there all the same."""

    def __init__(self, failed: InitFailed) -> None:
        super().__init__(str(failed))
        self.failed = failed


class DynamicProvider(Provider):
    """Drives one host process, which is started when first needed and again when it died."""

    def __init__(self, host: Callable[[], DynamicHost], config: Mapping[str, Any]) -> None:
        self._open = host
        self._config_known = not has_unknowns(dict(config))
        self._lock = threading.Lock()
        self._host: DynamicHost | None = None

    def _process(self) -> DynamicHost:
        with self._lock:
            if self._host is None or not self._host.alive:
                self._host = self._open()
            return self._host

    def check(
        self, urn: str, olds: PropertyMap | None, news: PropertyMap, *, unknowns: bool
    ) -> tuple[PropertyMap, tuple[Failure, ...]]:
        """The host's Check; inputs keep the secrecy of the news."""
        if not self._config_known:
            return news, ()
        seed = hashlib.sha256(urn.encode()).digest()
        reply = _ask(lambda host: host.check(news, olds, urn=urn, random_seed=seed, unknowns=unknowns), self)
        if not unknowns:
            reject_unknowns(reply.inputs)
        inputs = annotate_secrets(reply.inputs, news)
        return inputs, tuple(Failure(*failure) for failure in reply.failures)

    def diff(
        self, old: ResourceState, news: PropertyMap, *, unknowns: bool, ignore: Sequence[str] = ()
    ) -> ProviderDiff:
        """The host's Diff."""
        if not self._config_known:
            raise DiffUnavailable(CONFIG_UNKNOWN)
        reply = _ask(
            lambda host: host.diff(
                old.id,
                old.outputs,
                news,
                old_inputs=old.inputs,
                urn=old.urn,
                ignore_changes=ignore,
                unknowns=unknowns,
            ),
            self,
        )
        return ProviderDiff(reply.changes, reply.replaces, reply.delete_before_replace)

    def preview_create(self, urn: str, inputs: PropertyMap) -> PropertyMap:
        """The inputs; nothing at all where the configuration is not known yet."""
        del urn
        return inputs if self._config_known else {}

    def preview_update(self, old: ResourceState, inputs: PropertyMap) -> PropertyMap:
        """The inputs only: computed outputs are unknown in a preview."""
        del old
        return inputs if self._config_known else {}

    def create(self, urn: str, inputs: PropertyMap, timeout: float) -> Outcome:
        """The host's Create."""
        try:
            reply = _ask(lambda host: host.create(inputs, urn=urn, timeout=timeout), self)
        except PartialFailure as error:
            return _partial(error.failed, inputs)
        if not reply.id:
            raise ProviderError(f"plugin returned empty resource.ID from create '{urn}'")
        reject_unknowns(reply.outputs)
        return Outcome(reply.id, annotate_secrets(reply.outputs, inputs))

    def read(self, state: ResourceState) -> Outcome:
        """The host's Read with the recorded outputs and inputs."""
        try:
            reply = _ask(lambda host: host.read(state.id, state.outputs, inputs=state.inputs, urn=state.urn), self)
        except PartialFailure as error:
            return _partial(error.failed, state.outputs, state.inputs)
        inputs = None if reply.inputs is None else annotate_secrets(reply.inputs, state.inputs)
        return Outcome(reply.id, annotate_secrets(reply.outputs, state.outputs), inputs)

    def update(self, old: ResourceState, inputs: PropertyMap, timeout: float, ignore: Sequence[str]) -> Outcome:
        """The host's Update."""
        try:
            reply = _ask(
                lambda host: host.update(
                    old.id,
                    old.outputs,
                    inputs,
                    old_inputs=old.inputs,
                    urn=old.urn,
                    timeout=timeout,
                    ignore_changes=ignore,
                ),
                self,
            )
        except PartialFailure as error:
            return _partial(error.failed, inputs, id_=old.id)
        reject_unknowns(reply.outputs)
        return Outcome(old.id, annotate_secrets(reply.outputs, inputs))

    def delete(self, state: ResourceState) -> None:
        """The host's Delete."""
        timeout = state.timeouts.get("delete", 0.0)
        _ask(
            lambda host: host.delete(state.id, state.outputs, old_inputs=state.inputs, urn=state.urn, timeout=timeout),
            self,
        )

    def invoke(self, token: str, args: PropertyMap) -> PropertyMap:
        """The dynamic host has no functions."""
        del args
        raise ProviderError(f"unknown function {token}")


def _ask(call: Callable[[DynamicHost], Any], provider: DynamicProvider) -> Any:
    try:
        return call(provider._process())  # noqa: SLF001 - this module's own class
    except HostError as error:
        if error.partial is not None:
            raise PartialFailure(error.partial) from None
        raise ProviderError(str(error)) from None


def _partial(
    failed: InitFailed, secrets: PropertyMap, input_secrets: PropertyMap | None = None, *, id_: str = ""
) -> Outcome:
    inputs = failed.inputs
    if inputs is not None and input_secrets is not None:
        inputs = annotate_secrets(inputs, input_secrets)
    return Outcome(id_ or failed.id, annotate_secrets(failed.outputs, secrets), inputs, failed)


def reject_unknowns(properties: PropertyMap) -> None:
    """Refuse a property map with unknowns, where everything has to be known.

    Raises:
        ProviderError: naming the first such property.
    """
    for key, value in properties.items():
        if has_unknowns(value):
            raise ProviderError(f'unexpected unknown property value for "{key}"')
