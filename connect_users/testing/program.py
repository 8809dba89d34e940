"""Running a program under a monitor, in this process, and leaving no trace of it.

A program runs in an event loop of its own (so not within another one); one in files as the language host runs it.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SETTLE_SECONDS = 30.0


class ProgramFailed(Exception):
    """The program ended with an error; the text is what the language host prints."""


def run(program: Callable[[], Any], settings: Mapping[str, Any], config: dict[str, str], secrets: list[str]) -> None:
    """Run the program to its end; raises ProgramFailed. After Ctrl-C, what is under way ends first.

    Args:
        settings: of the SDK: project, stack, monitor, engine and so on; they stay in the context of the call.
        config: plain text by full key; `secrets` are the keys of those that are secret.
    """
    from pulumi import RunError
    from pulumi.runtime import Settings, configure, run_in_stack, set_all_config
    from pulumi.runtime.settings import ROOT

    loop = asyncio.new_event_loop()
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
    """Return the program of a directory (its `__main__.py`) or of a file; raises FileNotFoundError."""
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
