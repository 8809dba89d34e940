"""Running a program under a monitor, in this process, and leaving no trace of it.

The program runs in a thread and a context of its own: the SDK's settings are context variables, the event loop is the
thread's, so both are gone afterwards. A program in files is run as the language host runs it, with its directory as
the working directory; modules imported from there are forgotten, so that the next run sees edits. Contract: every
call that the program had in flight has ended when `run` returns.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import importlib
import inspect
import itertools
import os
import runpy
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .turns import Turns, declaration

Program = Callable[[], Any]
_SETTLE_SECONDS = 30.0


@dataclass(frozen=True)
class Setting:
    """What the program is told: the names, the configuration (plain text) and its secret keys, preview or not."""

    project: str
    stack: str
    organization: str
    dry_run: bool
    config: Mapping[str, str]
    secret_keys: tuple[str, ...]
    root: Path
    environment: Mapping[str, str | None] = field(default_factory=dict)


class ProgramFailed(Exception):
    """The program ended with an error; the text is what the language host prints."""


def run(program: Program, setting: Setting, monitor: Any, engine_address: str, interrupt: Callable[[], None]) -> None:
    """Run the program to its end.

    Ctrl-C calls `interrupt`, which has to make the monitor refuse what is new, and waits for the rest, as the engine
    does.

    Raises:
        ProgramFailed: it raised.
        KeyboardInterrupt: Ctrl-C, once the program has ended.
    """
    failures: list[BaseException] = []

    def work() -> None:
        context = contextvars.copy_context()
        try:
            context.run(_run, program, setting, monitor, engine_address)
        except BaseException as error:
            failures.append(error)

    with environment(setting.environment):
        thread = threading.Thread(target=work, name="rehearsal-program")
        thread.start()
        try:
            thread.join()
        except BaseException:
            interrupt()
            thread.join()
            raise
    if failures:
        raise failures[0]


def _run(program: Program, setting: Setting, monitor: Any, engine_address: str) -> None:
    import grpc
    from pulumi import RunError
    from pulumi.runtime import run_in_stack
    from pulumi.runtime.proto import engine_pb2_grpc

    loop = asyncio.new_event_loop()
    # The SDK leaves failed futures behind when a program ends early; it silences asyncio for that reason, too.
    loop.set_exception_handler(lambda *_: None)
    loop.set_default_executor(Turns())
    asyncio.set_event_loop(loop)
    with grpc.insecure_channel(engine_address) as channel:
        engine = _Engine(engine_pb2_grpc.EngineStub(channel))
        _configure(setting, monitor, engine)
        try:
            loop.run_until_complete(run_in_stack(program))
        except RunError as error:
            raise ProgramFailed(str(error)) from None
        except Exception as error:
            raise ProgramFailed(
                f"Program failed with an unhandled exception:\n{_user_traceback(error, program)}"
            ) from None
        finally:
            _close(loop)


class _Engine:
    """The engine's service, without the SDK's debugging messages: dozens for each resource, and nobody reads them."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    def Log(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Log a message, unless it is for debugging."""
        return self._stub.Log(request) if request.severity != 0 else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stub, name)


def _configure(setting: Setting, monitor: Any, engine: Any) -> None:
    from pulumi.runtime import Settings, configure, set_all_config, settings
    from pulumi.runtime.rpc_manager import RPCManager

    settings.ROOT.set(None)
    wanted = {
        "project": setting.project,
        "stack": setting.stack,
        "organization": setting.organization,
        "monitor": monitor,
        "engine": engine,
        "dry_run": setting.dry_run,
        "root_directory": str(setting.root),
    }
    known = inspect.signature(Settings.__init__).parameters
    configured = Settings(**{key: value for key, value in wanted.items() if key in known})
    configured.rpc_manager = _numbering(RPCManager)()
    configure(configured)
    set_all_config(dict(setting.config), list(setting.secret_keys))


def _numbering(base: type) -> type:
    """An RPC manager that gives each declaration its number, in the order of the program."""

    class Numbering(base):  # type: ignore[misc]
        """Sets `declaration` in the context of each RPC."""

        def __init__(self) -> None:
            super().__init__()
            self._declarations = itertools.count(1)

        def do_rpc(self, name: str, rpc_function: Any) -> Any:
            """As the base, numbered."""
            number = next(self._declarations)
            wrapped = super().do_rpc(name, rpc_function)

            async def numbered(*args: Any, **kwargs: Any) -> Any:
                declaration.set(number)
                return await wrapped(*args, **kwargs)

            return numbered

    return Numbering


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """End what the program left running; calls that were sent are waited for, as the engine does."""
    loop.run_until_complete(loop.shutdown_default_executor())
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        with contextlib.suppress(asyncio.TimeoutError):
            gathered = asyncio.wait(tasks, timeout=_SETTLE_SECONDS)
            loop.run_until_complete(gathered)
    loop.run_until_complete(loop.shutdown_asyncgens())
    asyncio.set_event_loop(None)
    loop.close()


def _user_traceback(error: BaseException, program: Program) -> str:
    """The traceback from the program's own first frame on, as the language host prints it."""
    frames = traceback.extract_tb(error.__traceback__)
    file = getattr(program, "entry", None) or inspect.getsourcefile(inspect.unwrap(program))
    own = [index for index, frame in enumerate(frames) if file and Path(frame.filename) == Path(file)]
    limit = own[0] - len(frames) if own else None
    return "".join(traceback.format_exception(type(error), error, error.__traceback__, limit=limit))


def from_path(path: Path) -> Program:
    """The program of a directory (its `__main__.py`) or of a file.

    Raises:
        FileNotFoundError: there is no such program.
    """
    entry = path / "__main__.py" if path.is_dir() else path
    if not entry.is_file():
        raise FileNotFoundError(f"there is no Pulumi program at {entry}")

    def program() -> None:
        with _importing_from(entry.parent):
            runpy.run_path(str(path if path.is_dir() else entry), run_name="__main__")

    program.entry = str(entry)  # type: ignore[attr-defined]
    return program


@contextlib.contextmanager
def _importing_from(directory: Path) -> Iterator[None]:
    sys.path.insert(0, str(directory))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(directory))


@contextlib.contextmanager
def in_directory(directory: Path) -> Iterator[None]:
    """Work in a directory; on leaving, forget the modules that were imported from it."""
    before = Path.cwd()
    known = set(sys.modules)
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)
        root = directory.resolve()
        for name in set(sys.modules) - known:
            file = getattr(sys.modules[name], "__file__", None)
            if file and root in Path(file).resolve().parents and "site-packages" not in Path(file).parts:
                del sys.modules[name]


@contextlib.contextmanager
def environment(changes: Mapping[str, str | None]) -> Iterator[None]:
    """This process's environment with changes (None = without), for a while."""
    before = {key: os.environ.get(key) for key in changes}
    _set(changes)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for key, value in values.items():
        if value is None:
            os.environ.pop(key, None)
        else:
            os.environ[key] = value
