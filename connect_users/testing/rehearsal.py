"""A rehearsal: a Pulumi program run without the Pulumi CLI, with the real dynamic host, and never a deployment.

It plays what a demo and an example need of the engine; an option that it does not play is refused.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import sys
import weakref
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from connect_users.core.tokens import STACK

from .aws import AwsProvider
from .program import ProgramFailed, RehearsalMonitor, from_path, in_place, run_program
from .project import EmulatorSetup, Project, full_keys, read_project
from .provider_process import Diagnostic, EngineLog, ProviderProcess
from .result import Result, load, save
from .run import RehearsedRun, RunStopped
from .values import PropertyMap, Secret, has_secrets, has_unknowns, reveal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typing_extensions import Self

    from connect_users.emulator import Emulator

    from .driver import ResourceState


class Rehearsal:
    """A program, its configuration and its state; also a context manager. Nothing of Pulumi's is touched.

    `aws:connect` resources of the program live in the emulator; any other is made up: its outputs are its inputs.

    Args:
        program: a function, a project directory (whose Pulumi.yaml names the project), or a .py file.
        stack: the stack's name; also chooses `Pulumi.<stack>.yaml`.
        config: overrides the project's own, whose encrypted values are left out; secret values as `Secret`.
        emulator: a running one; None: its own one, unless the configuration names an endpoint or a file; False: none.
        state: a file that keeps the state, its emulator's file (`.sqlite`) beside it; None = in memory.
        environment: variables for the program and the dynamic host (None = unset).
    """

    def __init__(
        self,
        program: Callable[[], Any] | str | Path,
        *,
        stack: str = "dev",
        config: Mapping[str, str | Secret] | None = None,
        emulator: Emulator | Literal[False] | None = None,
        state: Path | str | None = None,
        environment: Mapping[str, str | None] | None = None,
    ) -> None:
        self._project = _project_of(program, stack)
        main = self._project.main
        self._program = program if callable(program) else from_path(main)
        self._directory = main if main.is_dir() else main.parent
        self._in_files = not callable(program)
        self.stack = stack
        self._file = Path(state).resolve() if state is not None else None
        self._states = load(self._file) if self._file is not None else []
        self._log = EngineLog()
        self._hosts: dict[str, ProviderProcess] = {}
        self._emulated = EmulatorSetup(emulator, self._project.root, self._file and self._file.with_suffix(".sqlite"))
        self._environment = dict(environment or {})
        self._config = {**self._project.config, **full_keys(config or {}, self._project.name)}
        if self._file is not None:
            self._emulated.config(self._config)  # a file that the emulator cannot use is an error here
        weakref.finalize(self, _close, self._hosts, self._log, self._emulated)

    @property
    def emulator(self) -> Emulator | None:
        """The emulator in use; None when there is none, or before the first run when it is the rehearsal's own."""
        return self._emulated.emulator

    @property
    def state(self) -> Mapping[str, ResourceState]:
        """URN to state, as the engine would have recorded it; resources that wait for their deletion are left out."""
        return MappingProxyType({state.urn: state for state in self._states if not state.delete})

    def resource(self, name: str) -> ResourceState:
        """Return the state of the resource of that name; raises KeyError."""
        return {state.name: state for state in self.state.values()}[name]

    def set_config(self, key: str, value: str | Secret) -> None:
        """Set a configuration value, as `pulumi config set`: a key without a namespace is the project's."""
        self._config |= full_keys({key: value}, self._project.name)

    def use(self, program: Callable[[], Any]) -> None:
        """Run another program from now on, over the same state, as after an edit of the program."""
        self._program, self._in_files = program, False

    def preview(self) -> Result:
        """Show what `up` would do; nothing is created, changed or deleted, and the state stays."""
        return self._rehearse("preview", self._run_program)

    def up(self) -> Result:
        """Create, change and delete until the program and the state agree."""
        return self._rehearse("up", self._run_program)

    def refresh(self) -> Result:
        return self._rehearse("refresh", RehearsedRun.refresh)

    def destroy(self) -> Result:
        return self._rehearse("destroy", RehearsedRun.delete_rest)

    def close(self) -> None:
        _close(self._hosts, self._log, self._emulated)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rehearse(
        self, operation: Literal["preview", "up", "refresh", "destroy"], work: Callable[[RehearsedRun], None]
    ) -> Result:
        self._log.start().take()
        for host in self._hosts.values():
            if host.alive:
                host.begin_run()
        before = [replace(state) for state in self._states]
        run = RehearsedRun(before, self._provider, self._log, operation == "preview")
        try:
            with contextlib.suppress(RunStopped):
                work(run)
        finally:
            if not run.dry_run:
                self._states = run.states()
                if self._file is not None:
                    save(self._file, self._states)
        outputs = next((it.outputs for it in run.states() if it.type == STACK), {})
        messages = tuple(map(self._masked, self._log.take()))
        return Result(operation, self.stack, self._project.name, tuple(run.steps), messages, run.failed, outputs)

    def _run_program(self, run: RehearsedRun) -> None:
        config = self._emulated.config(self._config)
        settings = {
            "project": self._project.name,
            "stack": self.stack,
            "organization": "rehearsal",
            "monitor": RehearsalMonitor(run, self.stack, self._project.name),
            "engine": self._log,
            "dry_run": run.dry_run,
            "root_directory": str(self._project.root),
        }
        texts = {key: str(reveal(value)) for key, value in config.items()}
        try:
            with in_place(self._directory if self._in_files else None, self._changes()):
                secrets = [key for key, value in config.items() if has_secrets(value)]
                contextvars.copy_context().run(run_program, self._program, settings, texts, secrets)
        except ProgramFailed as error:
            # Once the run is stopped, the program only reports that its monitor went away.
            if not run.failed:
                run.fail("", str(error))
        run.delete_rest()

    def _provider(self, package: str, inputs: PropertyMap | None) -> ProviderProcess | AwsProvider:
        """Return what serves a package, configured with the inputs of a provider resource (None = the stack's)."""
        stack = self._emulated.config(self._config)
        config = stack if inputs is None else inputs
        if package != "pulumi-python":
            region = config.get("region") or stack.get("aws:region") or stack.get("connect-users:region", "")
            return AwsProvider(self._emulated.endpoint(stack) if package == "aws" else None, str(reveal(region)))
        if has_unknowns(config):  # the engine does not ask such a provider yet
            return AwsProvider()
        key = repr(sorted(reveal(config).items()))
        host = self._hosts.get(key)
        if host is None or not host.alive:
            env = {name: value for name, value in {**os.environ, **self._changes()}.items() if value is not None}
            if not self._in_files:  # a function's modules are those of this process
                env["PYTHONPATH"] = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
            host = ProviderProcess(
                cwd=self._directory, project=self._project.name, env=env, log=self._log, shared_log=True
            )
            host.start().configure(config)
            self._hosts[key] = host
        return host

    def _changes(self) -> dict[str, str | None]:
        return {**self._emulated.environment(), **self._environment}

    def _masked(self, message: Diagnostic) -> Diagnostic:
        """The CLI masks secret configuration values in everything it prints (those of three characters and more)."""
        text = message.message
        secrets = (str(value.value) for value in self._config.values() if isinstance(value, Secret))
        for secret in sorted(secrets, key=len, reverse=True):  # one may be a part of another
            text = text.replace(secret, "[secret]") if len(secret) > 2 else text
        return replace(message, message=text)


def _project_of(program: Callable[[], Any] | str | Path, stack: str) -> Project:
    path = Path("" if callable(program) else program).resolve()
    if not callable(program) and (path / "Pulumi.yaml").is_file():
        return read_project(path, stack)
    return Project(path if path.is_dir() else path.parent, "rehearsal", path, {})


def _close(hosts: dict[str, ProviderProcess], log: EngineLog, emulated: EmulatorSetup) -> None:
    while hosts:
        hosts.popitem()[1].close()
    log.close()
    emulated.close()
