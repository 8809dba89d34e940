"""One resource, driven through a provider as Pulumi's engine drives it (its step_generator.go and step.go).

Contract: every call of the provider may fail (`HostError`); `state` and `doomed` are true all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from .provider_process import HostError
from .values import PropertyMap, Secret, annotate_secrets, reveal

if TYPE_CHECKING:
    from .values import Props


@dataclass
class ResourceState:
    """One resource as the engine would record it; a driver needs the first members only."""

    id: str = ""
    inputs: PropertyMap = field(default_factory=dict, repr=False)
    outputs: PropertyMap = field(default_factory=dict, repr=False)
    failed: bool = False  # it was made or changed in part only
    urn: str = ""
    type: str = ""
    custom: bool = False
    parent: str = ""
    provider: str = ""  # the reference `urn::id` of its explicit provider, "" for the stack's
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict, repr=False)
    secret_outputs: list[str] = field(default_factory=list)
    retain_on_delete: bool = False
    delete: bool = False  # it was replaced, and is still to be deleted

    @property
    def name(self) -> str:
        return self.urn.split("::", 3)[3]

    @property
    def served(self) -> bool:
        """Whether a provider makes it; components and providers themselves are only registered."""
        return self.custom and not self.type.startswith("pulumi:providers:")


class CheckFailed(Exception):
    """The provider refuses the inputs: a line for each reason."""


@dataclass(frozen=True)
class PlannedChange:
    """What the engine has to do to bring a resource to `inputs`; `keys` force a replacement."""

    op: Literal["create", "update", "replace", "same"]
    inputs: PropertyMap
    keys: tuple[str, ...] = ()
    delete_first: bool = False


@dataclass
class ResourceDriver:
    """The engine's part for one resource: `checked`, `plan`, `apply`, at the end of the run `delete` for `doomed`."""

    provider: Any  # A `ProviderProcess`, or what answers as one; may be exchanged
    urn: str
    state: ResourceState | None = None  # None if there is no resource
    template: ResourceState = field(default_factory=ResourceState)  # its registration: what else its states have
    doomed: list[ResourceState] = field(default_factory=list)  # old halves of replacements, still to be deleted

    def checked(self, inputs: Props) -> PropertyMap:
        """Return the inputs as the provider wants them kept, secrets as such; raises CheckFailed."""
        reply = self.provider.check(inputs, self.state.inputs if self.state else None, urn=self.urn)
        if reply.failures:
            raise CheckFailed("\n".join(f"{name}: {why}" if name else why for name, why in reply.failures))
        return self._marked(reply.inputs, inputs)

    def plan(self, checked: PropertyMap) -> PlannedChange:
        """Decide what to do for checked inputs; the engine compares the inputs if the provider leaves that open."""
        state = self.state
        if state is None:
            return PlannedChange("create", checked)
        diff = self.provider.diff(state.id, state.outputs, checked, old_inputs=state.inputs, urn=self.urn)
        changed = reveal(state.inputs) != reveal(checked) if diff.changes is None else diff.changes
        if diff.replaces and changed:
            return PlannedChange("replace", checked, diff.replaces, diff.delete_before_replace)
        return PlannedChange("update" if changed or state.failed else "same", checked)

    def apply(self, change: PlannedChange) -> None:
        """Make the change. Of a replacement that is made first, the old half is `doomed`."""
        state = self.state
        if state is None:
            self._create(change.inputs)
        elif change.op == "update":
            self._update(state, change.inputs)
        elif change.op == "same":
            self.state = self._recorded(state.id, change.inputs, state.outputs, failed=state.failed)
        elif change.delete_first:
            self.delete(state)
            self.state = None
            self._create(change.inputs)
        else:
            try:
                self._create(change.inputs)
            finally:
                if self.state is not state:
                    self.doomed.append(state)

    def preview(self, change: PlannedChange) -> None:
        """Put in `state` what `apply` would lead to; a changed dynamic resource has no computed outputs yet."""
        state, keeps = self.state, getattr(self.provider, "keeps_outputs", False)
        if state is None or change.op == "replace":
            self.state = self._recorded("", change.inputs, change.inputs)
        else:
            known = state.outputs if keeps or change.op == "same" else {}
            self.state = self._recorded(state.id, change.inputs, {**known, **change.inputs}, failed=state.failed)

    def refresh(self) -> str:
        """Read the resource into `state`; returns `same`, whether it drifted or not, or `gone`."""
        state = self.state
        reply = self.provider.read(state.id, state.outputs, inputs=state.inputs, urn=self.urn) if state else None
        if state is None or reply is None or not reply.id:
            self.state = None
            return "gone"
        inputs = state.inputs if reply.inputs is None else self._marked(reply.inputs, state.inputs)
        self.state = self._recorded(reply.id, inputs, self._marked(reply.outputs, state.outputs), failed=state.failed)
        return "same"

    def delete(self, state: ResourceState) -> None:
        self.provider.delete(state.id, state.outputs, old_inputs=state.inputs, urn=self.urn)

    def _recorded(self, id_: str, inputs: PropertyMap, outputs: PropertyMap, *, failed: bool = False) -> ResourceState:
        secret = self.template.secret_outputs
        marked = {key: Secret(reveal(value)) if key in secret else value for key, value in outputs.items()}
        return replace(self.template, id=id_, inputs=inputs, outputs=marked, failed=failed)

    def _create(self, inputs: PropertyMap) -> None:
        try:
            reply = self.provider.create(inputs, urn=self.urn)
        except HostError as error:
            self._keep_partial(error, inputs, inputs)
            raise
        self.state = self._recorded(reply.id, inputs, self._marked(reply.outputs, inputs))

    def _update(self, state: ResourceState, inputs: PropertyMap) -> None:
        try:
            reply = self.provider.update(state.id, state.outputs, inputs, old_inputs=state.inputs, urn=self.urn)
        except HostError as error:
            # The engine keeps the old inputs of a failed update.
            self._keep_partial(error, state.inputs, inputs)
            raise
        self.state = self._recorded(state.id, inputs, self._marked(reply.outputs, inputs))

    def _keep_partial(self, error: HostError, inputs: PropertyMap, secrets: PropertyMap) -> None:
        if error.partial:
            outputs = self._marked(error.partial.outputs, secrets)
            self.state = self._recorded(error.partial.id, inputs, outputs, failed=True)

    def _marked(self, properties: PropertyMap, declared: Props) -> PropertyMap:
        """With the secrecy of what was declared, where the provider does not keep secrets apart by itself."""
        keeps = getattr(self.provider, "accepts_secrets", False)
        return properties if keeps else annotate_secrets(properties, declared)
