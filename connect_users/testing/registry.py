"""Which provider serves which resource: default providers, explicit ones, and the emulated or mocked rest."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Protocol

from connect_users.core.tokens import UNKNOWN_STRING

from .providers import Provider, ProviderDiff, ProviderError
from .values import PropertyMap, equal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .deployment import Deployment
    from .state import ResourceState

DYNAMIC_PACKAGE = "pulumi-python"


class ProviderFactory(Protocol):
    """Makes the provider of a package for one provider resource."""

    def __call__(self, package: str, state: ResourceState) -> Provider:
        """The provider, configured with the inputs of `state`."""


class ProviderResources(Provider):
    """The provider of provider resources themselves: their inputs are their state, and no call is made."""

    def diff(
        self, old: ResourceState, news: PropertyMap, *, unknowns: bool, ignore: Sequence[str] = ()
    ) -> ProviderDiff:
        """Any change of the inputs is an update, as for every provider without DiffConfig."""
        del unknowns, ignore
        return ProviderDiff(not equal(old.outputs, news))


class Registry:
    """The providers of one run.

    Args:
        factory: makes the provider of a package.
        config: the stack configuration, full keys, secrets as `Secret`.
    """

    def __init__(self, factory: ProviderFactory, config: Mapping[str, Any]) -> None:
        self._factory = factory
        self._config = dict(config)
        self._made: dict[int, tuple[ResourceState, Provider]] = {}
        self._deployment: Deployment | None = None
        self._own = ProviderResources()

    def bind(self, deployment: Deployment) -> None:
        """Look providers up in this run's tables."""
        self._deployment = deployment

    def default_inputs(self, package: str) -> PropertyMap:
        """The configuration of a package's default provider: a dynamic provider gets the whole stack
        configuration under full keys, any other the keys of its own namespace."""
        if package == DYNAMIC_PACKAGE:
            return dict(self._config)
        prefix = f"{package}:"
        return {key[len(prefix) :]: value for key, value in self._config.items() if key.startswith(prefix)}

    def serving(self, state: ResourceState) -> Provider | None:
        """The provider of a resource; None for a component.

        Raises:
            ProviderError: its provider is not known.
        """
        if not state.custom:
            return None
        if state.is_provider:
            return self._own
        urn = state.provider.rpartition("::")[0]
        found = self._find(urn)
        if found is None:
            raise ProviderError(f"unknown provider '{state.provider}' for resource '{state.urn}'")
        made = self._made.get(id(found))
        if made is None:
            made = (found, self._factory(package_of(found), found))
            self._made[id(found)] = made
        return made[1]

    def _find(self, urn: str) -> ResourceState | None:
        deployment = self._deployment
        if deployment is None:
            return None
        urn = deployment.aliased.get(urn, urn)
        found = deployment.news.get(urn) or deployment.olds.get(urn)
        return found or next((state for state in deployment.prev if state.urn == urn), None)


def package_of(provider: ResourceState) -> str:
    """The package that a provider resource serves."""
    return provider.type.removeprefix("pulumi:providers:")


def provider_id(urn: str, *, dry_run: bool) -> str:
    """The id of a new provider: the unknown one in a preview, else the same in every run."""
    return UNKNOWN_STRING if dry_run else str(uuid.uuid5(uuid.NAMESPACE_URL, urn))
