"""Running a program in this process under the SDK's mock monitor, and leaving no trace of it.

Contract: an option of the engine that a rehearsal does not play is refused in one line, never ignored. The program runs
in an event loop of its own (so not within another one); a program in files runs as in the language host.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import os
import re
import runpy
import selectors
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.mocks import MockMonitor, Mocks
from pulumi.runtime.proto import provider_pb2, resource_pb2

from connect_users.core.tokens import STACK

from .driver import ResourceState
from .run import RehearsedRun, RunStopped
from .values import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SETTLE_SECONDS = 30.0
#: After so many turns of the event loop without an event, each further one waits so long.
BUSY_SPINS, REST_SECONDS = 50, 0.001
#: The fields of a registration that a rehearsal goes by, and those that only say what the program understands.
_PLAYED = {
    *("type", "name", "parent", "custom", "object", "provider", "providers", "dependencies", "propertyDependencies"),
    *("additionalSecretOutputs", "retainOnDelete", "acceptSecrets", "acceptResources", "supportsPartialValues"),
    *("supportsResultReporting", "aliasSpecs", "version", "pluginDownloadURL", "pluginChecksums", "sourcePosition"),
    *("stackTrace", "parentStackTraceHandle"),
}
#: By this option a roster keeps somebody as the state has the user.
_KEPT = ["*"]
_OPTIONS = {"aliasURNs": "aliases", "importId": "import_", "remote": "remote components"}


class MonitorClosed(grpc.RpcError):
    """The error that the SDK gets when the engine has shut down, at which it ends the program."""

    code = staticmethod(lambda: grpc.StatusCode.UNAVAILABLE)
    details = staticmethod(lambda: "resource monitor shut down")


class RehearsalMonitor(MockMonitor):
    """Answers the program's calls out of one run; methods are named by gRPC."""

    def __init__(self, run: RehearsedRun, stack: str, project: str) -> None:
        super().__init__(cast(Mocks, None))  # never asked: every call is answered here
        self._run = run
        self._prefix = f"urn:pulumi:{stack}::{project}::"

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return the engine's URN (the SDK's mock keeps only one parent type)."""
        above = parent.split("::", 3)[2] if parent else ""
        return f"{self._prefix}{type_ if above in ('', STACK) else f'{above}${type_}'}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        urn = self.make_urn(request.parent, request.type, request.name)
        for field, value in request.ListFields():
            if field.name == "ignoreChanges" and list(value) == _KEPT:
                continue
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
        if list(request.ignoreChanges) == _KEPT:
            new.inputs = next((state.inputs for state in self._run.before if state.urn == urn), new.inputs)
        try:
            made = self._run.register(new)
        except RunStopped:
            raise MonitorClosed from None
        outputs = encode(made.outputs if made.custom else {}, secrets=True, unknowns=True)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=made.id, object=outputs)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        if request.urn in self._run.news:
            self._run.news[request.urn].outputs = decode(request.outputs)
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        if request.tok != "pulumi:pulumi:readStackResourceOutputs":
            self._refuse(f"the function {request.tok}")
        # Of the run's own stack as it was before, whatever its name in the request.
        before = (state for state in self._run.before if not state.delete)
        resources = {state.urn: {"type": state.type, "outputs": state.outputs} for state in before}
        answer = encode({"outputs": resources}, secrets=True, unknowns=True)
        # Older SDKs' monitors answered with the provider's message; the field is named by a Python keyword.
        reply: Any = getattr(resource_pb2, "ResourceInvokeResponse", provider_pb2.InvokeResponse)
        return reply(**{"return": answer})

    def ReadResource(self, request: Any) -> NoReturn:  # noqa: N802
        self._refuse("reading a resource that exists", self.make_urn(request.parent, request.type, request.name))

    def _refuse(self, what: str, urn: str = "") -> NoReturn:
        self._run.fail(urn, f"a rehearsal does not play {what}: run the program on the real engine (connect_stack)")
        raise MonitorClosed

    def _refuse_callback(self, _request: Any) -> NoReturn:
        self._refuse("transforms and hooks")

    RegisterStackTransform = RegisterStackInvokeTransform = _refuse_callback
    RegisterResourceHook = RegisterErrorHook = _refuse_callback


class Resting(selectors.DefaultSelector):
    """Older SDKs (3.216 is one) wait for the monitor's answers in a loop of `sleep(0)`; this one leaves them a core."""

    _spins = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._spins = self._spins + 1 if timeout == 0 else 0
        events = super().select(REST_SECONDS if self._spins > BUSY_SPINS else timeout)
        if events:
            self._spins = 0
        return events


class ProgramFailed(Exception):
    """The program ended with an error; the text is what the language host prints."""


def run_program(
    program: Callable[[], Any], settings: Mapping[str, Any], config: dict[str, str], secrets: list[str]
) -> None:
    """Run the program to its end; raises ProgramFailed. After Ctrl-C, what is under way ends first.

    Args:
        settings: of the SDK: project, stack, monitor, engine and so on; they stay in the context of the call.
        config: plain text by full key; `secrets` are the keys of those that are secret.
    """
    from pulumi import RunError
    from pulumi.runtime import Settings, configure, run_in_stack, set_all_config
    from pulumi.runtime.settings import ROOT

    # On Windows that loop could not start processes, which a program may do.
    loop = asyncio.new_event_loop() if sys.platform == "win32" else asyncio.SelectorEventLoop(Resting())
    # The SDK leaves failed futures behind when a program ends early; it silences asyncio for that reason, too.
    loop.set_exception_handler(lambda *_: None)
    # One thread: the monitor is asked in the order in which the program's registrations are ready.
    loop.set_default_executor(ThreadPoolExecutor(1, thread_name_prefix="rehearsal"))
    asyncio.set_event_loop(loop)
    ROOT.set(None)
    known = inspect.signature(Settings.__init__).parameters
    configure(Settings(**{key: value for key, value in settings.items() if key in known}))
    set_all_config(config, secrets)
    try:
        loop.run_until_complete(run_in_stack(program))
    except RunError as error:
        raise ProgramFailed(str(error)) from None
    except Exception:
        raise ProgramFailed(f"Program failed with an unhandled exception:\n{traceback.format_exc()}") from None
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=_SETTLE_SECONDS))
        asyncio.set_event_loop(None)
        loop.close()


def from_path(path: Path) -> Callable[[], object]:
    """Return the program in a directory (its `__main__.py`) or in a file; raises FileNotFoundError."""
    entry = path / "__main__.py" if path.is_dir() else path
    if not entry.is_file():
        raise FileNotFoundError(f"there is no Pulumi program at {entry}")
    return lambda: bool(runpy.run_path(str(path if path.is_dir() else entry), run_name="__main__"))


@contextlib.contextmanager
def in_place(directory: Path | None, environment: Mapping[str, str | None]) -> Iterator[None]:
    """Work with changes to the environment (None = unset), in a directory whose modules are forgotten at the end."""
    before, known, variables = Path.cwd(), set(sys.modules), dict(os.environ)
    for key, value in environment.items():
        os.environ.pop(key, None)
        os.environ.update({} if value is None else {key: value})
    if directory is not None:
        os.chdir(directory)
        sys.path.insert(0, str(directory))
        importlib.invalidate_caches()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(variables)
        if directory is not None:
            os.chdir(before)
            sys.path.remove(str(directory))
            for name in set(sys.modules) - known:
                # The next run sees edits.
                file = Path(getattr(sys.modules[name], "__file__", None) or "/").resolve()
                if directory.resolve() in file.parents and "site-packages" not in file.parts:
                    del sys.modules[name]
