"""The monitor that hosts a program: the SDK's mock monitor, whose registrations go to the rehearsed run.

Contract: whatever the program asks of the engine that a rehearsal does not play is refused in one line, never ignored.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn, cast

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.mocks import MockMonitor, Mocks
from pulumi.runtime.proto import resource_pb2

from .result import STACK_TYPE, ResourceState
from .run import Run, Stopped
from .values import decode, encode

#: The fields of a registration that a rehearsal goes by, and those that only say what the program understands.
_PLAYED = {
    *("type", "name", "parent", "custom", "object", "provider", "providers", "dependencies", "propertyDependencies"),
    *("additionalSecretOutputs", "retainOnDelete", "acceptSecrets", "acceptResources", "supportsPartialValues"),
    *("supportsResultReporting", "aliasSpecs", "version", "pluginDownloadURL", "pluginChecksums", "sourcePosition"),
    *("stackTrace", "parentStackTraceHandle"),
}
_OPTIONS = {"aliasURNs": "aliases", "importId": "import_", "remote": "remote components"}


class MonitorClosed(grpc.RpcError):
    """What the SDK gets when the engine has shut down, which makes it end the program."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNAVAILABLE

    def details(self) -> str:
        return "resource monitor shut down"


class RehearsalMonitor(MockMonitor):
    """Answers the program's calls out of one run; methods are named by gRPC."""

    def __init__(self, run: Run, stack: str, project: str) -> None:
        super().__init__(cast(Mocks, None))  # never asked: every call is answered here
        self._run = run
        self._prefix = f"urn:pulumi:{stack}::{project}::"

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return the engine's URN (the SDK's mock keeps only one parent type)."""
        above = parent.split("::", 3)[2] if parent else ""
        return f"{self._prefix}{type_ if above in ('', STACK_TYPE) else f'{above}${type_}'}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        urn = self.make_urn(request.parent, request.type, request.name)
        for field, value in request.ListFields():
            if field.name not in _PLAYED and (value.ListFields() if hasattr(value, "ListFields") else value):
                self._refuse(_OPTIONS.get(field.name) or re.sub("(?=[A-Z])", "_", field.name).lower(), urn)
        new = ResourceState(
            urn=urn,
            type=request.type,
            custom=request.custom,
            parent=request.parent,
            inputs={key: value for key, value in decode(request.object).items() if value is not None},
            provider=request.provider,
            dependencies=sorted(request.dependencies),
            property_dependencies={key: sorted(it.urns) for key, it in request.propertyDependencies.items()},
            secret_outputs=list(request.additionalSecretOutputs),
            retain_on_delete=request.retainOnDelete,
        )
        try:
            made = self._run.register(new)
        except Stopped:
            raise MonitorClosed from None
        outputs = encode(made.outputs if made.custom else {}, secrets=True, unknowns=True)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=made.id, object=outputs)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        if request.urn in self._run.news:
            self._run.news[request.urn].outputs = decode(request.outputs)
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> NoReturn:  # noqa: N802
        self._refuse(f"the function {request.tok}")

    def ReadResource(self, request: Any) -> NoReturn:  # noqa: N802
        self._refuse("reading a resource that exists", self.make_urn(request.parent, request.type, request.name))

    def _refuse(self, what: str, urn: str = "") -> NoReturn:
        self._run.fail(urn, f"a rehearsal does not play {what}: run the program on the real engine (connect_stack)")
        raise MonitorClosed

    def _refuse_transform(self, _request: Any) -> NoReturn:
        self._refuse("transforms")

    def _refuse_hook(self, _request: Any) -> NoReturn:
        self._refuse("hooks")

    RegisterStackTransform = RegisterStackInvokeTransform = _refuse_transform
    RegisterResourceHook = RegisterErrorHook = _refuse_hook
