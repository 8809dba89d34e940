"""The baseline: dynamic resources whose provider does nothing."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult


class Bare(ResourceProvider):
    """Does nothing and has no state: the cheapest provider possible, pickled by reference."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Pretend."""
        return CreateResult("id", props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Pretend."""
        return UpdateResult(news)


class Stateful(Bare):
    """A foreign provider, pickled with its state."""

    def __init__(self) -> None:
        super().__init__()
        self.settings = {"nested": {"settings": ["of", "someone", "else"]}}


class BareUser(Resource, module="bench", name="User"):
    """A resource of such a provider."""
