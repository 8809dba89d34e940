"""A rehearsal: a Pulumi program run without the Pulumi CLI, with the real dynamic host, and never a deployment."""

from __future__ import annotations

import atexit
import weakref
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from .deleting import delete_rest
from .deployment import Deployment, check_targets
from .dynamic_provider import DynamicProvider
from .engine_log import Diagnostic
from .hosts import Hosts, Place
from .program import ProgramFailed, Setting, from_path, in_directory, run
from .project import Project, read_project
from .providers import MockProvider, Mocks, Provider, RandomProvider
from .refreshing import refresh, without_dangling
from .registry import DYNAMIC_PACKAGE, Registry
from .result import Operation, Result
from .state import STACK_TYPE, ResourceState, load, save
from .surroundings import Surroundings
from .values import Secret, has_secrets, reveal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from typing_extensions import Self

    from connect_users.emulator import Emulator

    from .host import DynamicHost

_open: weakref.WeakSet[Rehearsal] = weakref.WeakSet()


class Rehearsal:
    """A program, its configuration and its state; also a context manager.

    Nothing of Pulumi's is touched: no CLI, no backend, no login. `aws:connect` resources of the program live in the
    emulator; any other resource is made up (its outputs are its inputs) or comes from `mocks`.

    Args:
        program: a function, a project directory, or a .py file.
        project: the project's name; a directory's Pulumi.yaml wins.
        stack: the stack's name; also chooses `Pulumi.<stack>.yaml`.
        config: configuration; keys without a namespace are the project's; secret values as `Secret`.
        emulator: where the users live: a running one, None = one of its own unless the configuration names an
            endpoint or the embedded one, False = none.
        state: a file that keeps the state; None = in memory.
        environment: variables for the program and the dynamic host (None = unset).
        mocks: a `pulumi.runtime.Mocks` for resources and functions that are neither dynamic nor `aws:connect`.
        organization: what `pulumi.get_organization()` says.
        hosts: dynamic hosts to share with other rehearsals; None = its own.
    """

    def __init__(
        self,
        program: Callable[[], Any] | str | Path,
        *,
        project: str = "rehearsal",
        stack: str = "dev",
        config: Mapping[str, str | Secret] | None = None,
        emulator: Emulator | Literal[False] | None = None,
        state: Path | str | None = None,
        environment: Mapping[str, str | None] | None = None,
        mocks: Mocks | None = None,
        organization: str = "rehearsal",
        hosts: Hosts | None = None,
    ) -> None:
        self._project = _project_of(program, project, stack)
        self._program = from_path(self._project.main) if not callable(program) else program
        self._in_files = not callable(program)
        self.stack = stack
        self._organization = organization
        self._mocks = mocks
        self._file = Path(state).resolve() if state is not None else None
        self._states: list[ResourceState] = load(self._file) if self._file is not None else []
        self._hosts = hosts or Hosts()
        self._own_hosts = hosts is None
        self._log = self._hosts.log
        self._surroundings = Surroundings(emulator, environment or {}, self._project.root)
        self._given = {self._full(key): value for key, value in (config or {}).items()}
        _open.add(self)

    @property
    def project(self) -> str:
        """The project's name."""
        return self._project.name

    @property
    def config(self) -> dict[str, str | Secret]:
        """The whole configuration, full keys; change it with `set_config`."""
        return {**self._project.config, **self._given}

    @property
    def emulator(self) -> Emulator | None:
        """The emulator in use; None when there is none, or before the first run when it is the rehearsal's own."""
        return self._surroundings.emulator

    @property
    def state(self) -> Mapping[str, ResourceState]:
        """URN to state, as the engine would have recorded it; resources that wait for their deletion are left out."""
        return MappingProxyType({state.urn: state for state in self._states if not state.delete})

    def resource(self, name: str) -> ResourceState:
        """The state of the resource with that name.

        Raises:
            KeyError: there is none, or more than one.
        """
        found = [s for s in self.state.values() if s.name == name and not s.is_default_provider]
        if len(found) != 1:
            raise KeyError(f"{len(found)} resources are named {name!r}")
        return found[0]

    @property
    def hosts(self) -> tuple[DynamicHost, ...]:
        """The dynamic hosts that run now."""
        return self._hosts.running

    def set_config(self, key: str, value: str | Secret | None) -> None:
        """Set a configuration value, as `pulumi config set`; None removes it."""
        if value is None:
            self._given.pop(self._full(key), None)
        else:
            self._given[self._full(key)] = value

    def use(self, program: Callable[[], Any]) -> None:
        """Run another program from now on, over the same state: what an edit of the program does."""
        self._program = program
        self._in_files = False

    def preview(self, *, targets: Iterable[str] | None = None) -> Result:
        """What `up` would do; nothing is created, changed or deleted, and the state stays."""
        return self._run_program("preview", targets)

    def up(self, *, targets: Iterable[str] | None = None) -> Result:
        """Create, change and delete until the program and the state agree."""
        return self._run_program("up", targets)

    def refresh(self, *, targets: Iterable[str] | None = None) -> Result:
        """Record what is live; the program is not run."""
        return self._run_state("refresh", targets, refresh)

    def destroy(self, *, targets: Iterable[str] | None = None) -> Result:
        """Delete every resource of the state; the program is not run."""
        return self._run_state("destroy", targets, delete_rest)

    def restart_hosts(self) -> None:
        """End the dynamic hosts, so that the next run starts new ones, as each run of the engine does."""
        self._hosts.close()

    def close(self) -> None:
        """End the dynamic hosts and the rehearsal's own emulator."""
        if self._own_hosts:
            self._hosts.close()
        self._surroundings.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run_program(self, operation: Operation, targets: Iterable[str] | None) -> Result:
        deployment = self._deployment(operation == "preview", targets)

        def work() -> None:
            if self._in_files:
                with in_directory(self._program_directory()):
                    self._host_program(deployment)
            else:
                self._host_program(deployment)
            if not deployment.is_stopped():
                delete_rest(deployment)

        return self._finish(operation, deployment, work)

    def _host_program(self, deployment: Deployment) -> None:
        from .monitor import RehearsalMonitor

        config = self._surroundings.config(self.config)
        setting = Setting(
            project=self.project,
            stack=self.stack,
            organization=self._organization,
            dry_run=deployment.dry_run,
            config={key: str(reveal(value)) for key, value in config.items()},
            secret_keys=tuple(sorted(key for key, value in config.items() if has_secrets(value))),
            root=self._project.root,
            environment=self._surroundings.environment(),
        )

        def interrupt() -> None:
            deployment.stop()
            self._hosts.cancel()

        try:
            run(self._program, setting, RehearsalMonitor(deployment), self._log.address, interrupt)
        except ProgramFailed as error:
            # Once the run is stopped, the program only reports that its monitor went away.
            if not deployment.is_stopped():
                deployment.fail("", str(error))

    def _run_state(
        self, operation: Operation, targets: Iterable[str] | None, work: Callable[[Deployment], None]
    ) -> Result:
        deployment = self._deployment(False, targets)
        return self._finish(operation, deployment, lambda: work(deployment))

    def _deployment(self, dry_run: bool, targets: Iterable[str] | None) -> Deployment:
        self._log.start()
        self._log.take()
        self._hosts.begin_run()
        self._surroundings.open(self.config)
        config = self._surroundings.config(self.config)
        deployment = Deployment(
            stack=self.stack,
            project=self.project,
            prev=self._states,
            registry=Registry(self._provider, config),
            log=self._log,
            dry_run=dry_run,
            targets=frozenset(targets) if targets is not None else None,
        )
        for key in self._project.encrypted:
            if key not in self._given:
                text = f"{key} is encrypted and left out; give it with config={{{key!r}: Secret(...)}}"
                self._log.add("warning", "", text)
        return deployment

    def _finish(self, operation: Operation, deployment: Deployment, work: Callable[[], None]) -> Result:
        try:
            work()
            check_targets(deployment)
        finally:
            if not deployment.dry_run:
                self._keep(operation, deployment)
        diagnostics = tuple(self._masked(message) for message in self._log.take())
        return Result(
            operation=operation,
            stack=self.stack,
            project=self.project,
            steps=deployment.steps(),
            diagnostics=diagnostics,
            failed=deployment.failed,
            outputs=MappingProxyType(self._outputs(operation, deployment)),
            states=tuple(deployment.snapshot()),
        )

    def _keep(self, operation: Operation, deployment: Deployment) -> None:
        states = deployment.snapshot()
        self._states = without_dangling(states) if operation == "refresh" else states
        if self._file is not None:
            save(self._file, self._states)

    def _outputs(self, operation: Operation, deployment: Deployment) -> dict[str, Any]:
        if operation in ("preview", "up"):
            return dict(deployment.stack_outputs)
        return next((dict(state.outputs) for state in self._states if state.type == STACK_TYPE), {})

    def _masked(self, message: Diagnostic) -> Diagnostic:
        """The CLI masks secret configuration values in everything it prints (those of three characters and more)."""
        text = message.message
        for value in self.config.values():
            if isinstance(value, Secret) and len(str(value.value)) > 2:
                text = text.replace(str(value.value), "[secret]")
        return Diagnostic(message.severity, message.urn, text, message.ephemeral)

    def _provider(self, package: str, state: ResourceState) -> Provider:
        """The registry's factory."""
        if package == DYNAMIC_PACKAGE:
            return DynamicProvider(lambda: self._hosts.serving(state, self._place()), state.inputs)
        if package == "aws":
            return self._surroundings.aws_provider(self.config, state, self._mocks)
        if self._mocks is not None:
            return MockProvider(self._mocks)
        if package == "random":
            return RandomProvider()
        return Provider()

    def _place(self) -> Place:
        return Place(
            directory=self._program_directory(),
            project=self.project,
            environment=self._surroundings.environment(),
            share_modules=not self._in_files,
        )

    def _program_directory(self) -> Path:
        main = self._project.main
        return main if main.is_dir() else main.parent

    def _full(self, key: str) -> str:
        return key if ":" in key else f"{self._project.name}:{key}"


def _project_of(program: Callable[[], Any] | str | Path, name: str, stack: str) -> Project:
    if callable(program):
        return Project(Path.cwd(), name, Path.cwd())
    path = Path(program).resolve()
    if path.is_dir() and (path / "Pulumi.yaml").is_file():
        return read_project(path, stack)
    return Project(path if path.is_dir() else path.parent, name, path)


@atexit.register
def _close_all() -> None:
    for rehearsal in list(_open):
        rehearsal.close()
