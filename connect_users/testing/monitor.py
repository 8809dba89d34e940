"""The monitor that hosts a program: the SDK's mock monitor, with registrations decided as the engine does.

Contract: every call of the SDK either answers what the engine would, or fails as when the engine has shut down, with
the reason recorded in the run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import provider_pb2, resource_pb2

from .applying import apply
from .deciding import Plan, decide
from .deployment import Deployment, Stopped
from .goals import Goal, goal_of
from .providers import ProviderError
from .state import STACK_TYPE, ResourceState, make_urn
from .turns import declaration, give_up_turn, take_turn
from .values import decode, encode

_UNSUPPORTED = "A rehearsal does not run {what}: what you see is without them."


class MonitorClosed(grpc.RpcError):
    """What the SDK gets when the engine has shut down."""

    def code(self) -> grpc.StatusCode:
        """The status that makes the SDK end the program."""
        return grpc.StatusCode.UNAVAILABLE

    def details(self) -> str:
        """gRPC's text."""
        return "resource monitor shut down"


class _Nothing(Mocks):
    """The SDK's mock monitor wants mocks; this one answers everything itself."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Never called."""
        raise AssertionError(args.typ)

    def call(self, args: MockCallArgs) -> Any:
        """Never called."""
        raise AssertionError(args.token)


class RehearsalMonitor(MockMonitor):
    """Answers the program's calls out of one run."""

    def __init__(self, run: Deployment) -> None:
        super().__init__(_Nothing())
        self._run = run
        self._warned: set[str] = set()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """The engine's URN (the SDK's mock keeps only one parent type)."""
        return make_urn(self._run.stack, self._run.project, parent, type_, name)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's names
        """Decide and take the steps of one resource."""
        take_turn()
        try:
            new, skipped = self._register(request)
        except Stopped:
            raise MonitorClosed from None
        finally:
            give_up_turn()
        outputs = new.outputs if new.custom else {}
        reply = resource_pb2.RegisterResourceResponse(
            urn=new.urn,
            id=new.id,
            object=encode(outputs, secrets=True, unknowns=True, references=True),
        )
        if skipped and "unknown" in reply.DESCRIPTOR.fields_by_name:
            reply.unknown = True
        return reply

    def _register(self, request: Any) -> tuple[ResourceState, bool]:
        run = self._run
        number = declaration.get()
        with run.generation:
            run.proceed()
            try:
                goal = goal_of(request)
                self._refuse_remote(request)
            except ValueError as error:
                run.fail("", str(error))
                raise Stopped from None
            self._warn(request)
            goal = self._with_provider(goal, number)
            new, plans = decide(run, goal)
            run.operated.add(new.urn)
        give_up_turn()
        for step, plan in enumerate(plans):
            run.proceed()
            apply(run, plan, (0, number, step))
        return new, new.urn in run.skipped

    def _refuse_remote(self, request: Any) -> None:
        if request.remote:
            raise ValueError(f"a rehearsal cannot construct the remote component {request.type} {request.name!r}")

    def _warn(self, request: Any) -> None:
        """Say what a rehearsal leaves out of a registration."""
        hooks = getattr(request, "hooks", None)
        if request.transforms:
            self._leave_out("transforms")
        if hooks is not None and hooks.ListFields():
            self._leave_out("hooks")

    def _leave_out(self, what: str) -> None:
        """Say it once."""
        if what not in self._warned:
            self._warned.add(what)
            self._run.log.add("warning", "", _UNSUPPORTED.format(what=what))

    def RegisterStackTransform(self, request: Any) -> Any:  # noqa: N802
        """Not run, and said."""
        del request
        self._leave_out("transforms")
        return empty_pb2.Empty()

    def _with_provider(self, goal: Goal, number: int) -> Goal:
        """The goal with its package's default provider where it names none; registered when first needed."""

        if not goal.custom or goal.provider or goal.type.startswith("pulumi:providers:"):
            return goal
        return replace(goal, provider=self._default(goal.type.split(":")[0], goal.version, number))

    def _default(self, package: str, version: str, number: int) -> str:
        name = f"default_{version.replace('.', '_').replace('-', '_')}" if version else "default"
        type_ = f"pulumi:providers:{package}"
        urn = make_urn(self._run.stack, self._run.project, "", type_, name)
        if urn not in self._run.news:
            inputs = self._run.registry.default_inputs(package)
            state, plans = decide(self._run, Goal(type=type_, name=name, custom=True, inputs=inputs))
            self._run.operated.add(state.urn)
            for plan in plans:
                apply(self._run, plan, (0, number, -1))
        state = self._run.news[urn]
        return f"{urn}::{state.id}"

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """Keep the outputs of a component or of the stack."""
        give_up_turn()
        state = self._run.news.get(request.urn)
        outputs = decode(request.outputs)
        if state is not None:
            state.outputs = outputs
            if state.type == STACK_TYPE:
                self._run.stack_outputs = dict(outputs)
        return empty_pb2.Empty()

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """A resource that the program only looks at (`get`)."""
        take_turn()
        run = self._run
        number = declaration.get()
        try:
            with run.generation:
                run.proceed()
                new, old = self._reading(request, number)
            give_up_turn()
            apply(run, Plan("read", old, new), (0, number, 0))
        except Stopped:
            raise MonitorClosed from None
        finally:
            give_up_turn()
        properties = encode(new.outputs, secrets=True, unknowns=True, references=True)
        return resource_pb2.ReadResourceResponse(urn=new.urn, properties=properties)

    def _reading(self, request: Any, number: int) -> tuple[ResourceState, ResourceState | None]:
        run = self._run
        urn = self.make_urn(request.parent, request.type, request.name)
        if urn in run.seen:
            run.fail(urn, f"Duplicate resource URN '{urn}'; try giving it a unique name")
            raise Stopped
        provider = request.provider or self._default(request.type.split(":")[0], request.version, number)
        new = ResourceState(
            urn=urn,
            type=request.type,
            custom=True,
            id=request.id,
            parent=request.parent,
            inputs=decode(request.properties),
            provider=provider,
            dependencies=tuple(sorted(request.dependencies)),
            external=True,
            additional_secret_outputs=tuple(request.additionalSecretOutputs),
        )
        run.seen.add(urn)
        run.operated.add(urn)
        run.place(new)
        return new, run.olds.get(urn)

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """Ask a provider's function; resources are looked up in this run."""
        give_up_turn()
        args = decode(request.args)
        if request.tok == "pulumi:pulumi:getResource":
            return self._get_resource(str(args["urn"]))
        if request.tok == "pulumi:pulumi:readStackResourceOutputs":
            return self._resources_before()
        try:
            answer = self._invoke(request, args)
        except Stopped:
            raise MonitorClosed from None
        except ProviderError as error:
            raise InvokeFailed(request.tok, str(error)) from None
        return _invoked(answer)

    def _invoke(self, request: Any, args: dict[str, Any]) -> dict[str, Any]:
        run = self._run
        with run.generation:
            run.proceed()
            reference = request.provider or self._default(request.tok.split(":")[0], request.version, declaration.get())
        probe = ResourceState(urn=reference, type="", custom=True, provider=reference)
        provider = run.registry.serving(probe)
        if provider is None:
            raise ProviderError(f"unknown provider '{reference}'")
        return provider.invoke(request.tok, args)

    def _get_resource(self, urn: str) -> Any:
        state = self._run.news.get(urn)
        if state is None:
            raise InvokeFailed("pulumi:pulumi:getResource", f"unknown resource {urn}")
        return _invoked({"urn": urn, "id": state.id, "state": state.outputs})

    def _resources_before(self) -> Any:
        """Every resource of the state with which the run began: of the run's own stack, whatever name is asked for."""
        olds = self._run.olds.values()
        outputs = {state.urn: {"type": state.type, "outputs": state.outputs} for state in olds}
        return _invoked({"outputs": outputs})


def _invoked(answer: dict[str, Any]) -> Any:
    # Older SDKs' monitors answered with the provider's message.
    reply: Any = getattr(resource_pb2, "ResourceInvokeResponse", provider_pb2.InvokeResponse)()
    # The field is named by a Python keyword.
    getattr(reply, "return").CopyFrom(encode(answer, secrets=True, unknowns=True, references=True))
    return reply


class InvokeFailed(grpc.RpcError):
    """A function failed; the program gets the reason as an exception."""

    def __init__(self, token: str, reason: str) -> None:
        super().__init__(reason)
        self._details = f"invocation of {token} returned an error: {reason}"

    def code(self) -> grpc.StatusCode:
        """A failure that is not a shutdown."""
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        """The engine's text."""
        return self._details
