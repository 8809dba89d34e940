"""The providers of a rehearsal, in the engine's terms: check, diff, create, read, update, delete of property maps.

`Provider` is the contract and does what a resource without rules needs: its outputs are its inputs. The dynamic host is
in `dynamic_provider`, the emulated `aws:connect` resources are in `aws`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .values import PropertyMap, Secret, annotate_secrets, reveal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .host_errors import InitFailed
    from .state import ResourceState


class ProviderError(Exception):
    """A provider refused; the text is what the engine prints."""


class DiffUnavailable(ProviderError):
    """The provider cannot compare; the engine warns and assumes a change."""


@dataclass(frozen=True)
class Failure:
    """One failed check: the property ("" = the resource) and why."""

    property: str
    reason: str


@dataclass(frozen=True)
class ProviderDiff:
    """What a provider says of a change; None = the engine shall compare the inputs."""

    changes: bool | None
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass(frozen=True)
class Outcome:
    """What create, read or update left behind; `partial` says why it is not complete."""

    id: str
    outputs: PropertyMap
    inputs: PropertyMap | None = None
    partial: InitFailed | None = None


class Provider:
    """A provider without rules: every input is an output, every change an update, and nothing is called."""

    def check(
        self, urn: str, olds: PropertyMap | None, news: PropertyMap, *, unknowns: bool
    ) -> tuple[PropertyMap, tuple[Failure, ...]]:
        """The inputs to record, and what is wrong with them."""
        del urn, olds, unknowns
        return news, ()

    def diff(
        self, old: ResourceState, news: PropertyMap, *, unknowns: bool, ignore: Sequence[str] = ()
    ) -> ProviderDiff:
        """How the new inputs differ from the recorded resource."""
        del old, news, unknowns, ignore
        return ProviderDiff(None)

    def preview_create(self, urn: str, inputs: PropertyMap) -> PropertyMap:
        """The outputs that a preview can promise."""
        del urn
        return inputs

    def preview_update(self, old: ResourceState, inputs: PropertyMap) -> PropertyMap:
        """The outputs that a preview of an update can promise."""
        return {**{k: v for k, v in old.outputs.items() if k not in old.inputs}, **inputs}

    def create(self, urn: str, inputs: PropertyMap, timeout: float) -> Outcome:
        """Make the resource."""
        del timeout
        return Outcome(made_up_id(urn), dict(inputs))

    def read(self, state: ResourceState) -> Outcome:
        """The live state; an empty id says that it is gone."""
        return Outcome(state.id, state.outputs)

    def update(self, old: ResourceState, inputs: PropertyMap, timeout: float, ignore: Sequence[str]) -> Outcome:
        """Change the resource."""
        del timeout, ignore
        return Outcome(old.id, self.preview_update(old, inputs))

    def delete(self, state: ResourceState) -> None:
        """Remove the resource."""

    def invoke(self, token: str, args: PropertyMap) -> PropertyMap:
        """Answer a function of the provider."""
        del args
        raise ProviderError(f"a rehearsal has no answer for {token}: give Rehearsal(mocks=...) one")


class RandomProvider(Provider):
    """Stands in for pulumi_random: a password is made up once and is secret."""

    def create(self, urn: str, inputs: PropertyMap, timeout: float) -> Outcome:
        """Every random thing has a `result`; passwords get one of each kind of character, as policies ask."""
        del timeout
        text = "aB3$" + hashlib.sha256(urn.encode()).hexdigest()[:20]
        secret = "Password" in urn.split("::")[2]
        result = Secret(text) if secret else text
        return Outcome("none" if secret else text, {**inputs, "result": result})


class Mocks(Protocol):
    """The SDK's `pulumi.runtime.Mocks`."""

    def new_resource(self, args: Any) -> tuple[str | None, dict[str, Any]]:
        """The id and the outputs of a new resource."""

    def call(self, args: Any) -> Any:
        """The answer of a function."""


class MockProvider(Provider):
    """A user's `pulumi.runtime.Mocks` in the place of a provider."""

    def __init__(self, mocks: Mocks) -> None:
        self._mocks = mocks

    def create(self, urn: str, inputs: PropertyMap, timeout: float) -> Outcome:
        """Ask the mocks for the id and the outputs."""
        from pulumi.runtime.mocks import MockResourceArgs

        del timeout
        type_, name = urn.split("::", 3)[2].rsplit("$", 1)[-1], urn.split("::", 3)[3]
        args = MockResourceArgs(typ=type_, name=name, inputs=_revealed(inputs), custom=True)
        identifier, outputs = self._mocks.new_resource(args)
        return Outcome(identifier or made_up_id(urn), annotate_secrets(dict(outputs), inputs))

    def invoke(self, token: str, args: PropertyMap) -> PropertyMap:
        """Ask the mocks."""
        from pulumi.runtime.mocks import MockCallArgs

        answer = self._mocks.call(MockCallArgs(token=token, args=_revealed(args), provider=""))
        return dict(answer[0] if isinstance(answer, tuple) else answer)


def _revealed(properties: PropertyMap) -> PropertyMap:
    return dict(reveal(properties))


def made_up_id(urn: str) -> str:
    """The id of a resource that no service knows: the same in every run."""
    return f"{urn.split('::', 3)[3]}-{hashlib.sha256(urn.encode()).hexdigest()[:8]}"
