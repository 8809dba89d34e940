"""A stack of a project on the real engine, by the `pulumi` on PATH and `pulumi.automation`.

Contract: nothing of the machine's Pulumi and AWS is touched or seen: a PULUMI_HOME, a file:// backend and a HOME of its
own, credentials that open nothing, a copy of the project.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .project import NO_ACCOUNT, EmulatorSetup, full_keys, read_project
from .values import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import automation
    from typing_extensions import Self

    from connect_users.emulator import Emulator

NO_CLI = "no `pulumi` on PATH: this needs the Pulumi CLI (https://www.pulumi.com/docs/install)"
#: Environments of a project are not copied: the copy has links to them.
_LINKED = (".venv", "venv", "node_modules")


class StackError(AssertionError):
    """A `pulumi` command did not end as expected; the message has its output."""


class Outcome(NamedTuple):
    """The exit code of one `pulumi` command, and its output: both streams together, without colours."""

    code: int
    text: str


class Stack:
    """One stack. `pulumi.automation` serves its configuration, outputs and export; commands are processes of their own,
    which can be killed and interrupted, take every argument, and see no variable of this machine's Pulumi and AWS.

    Args:
        root: has the folders `project`, `backend` and `home`, as `create` makes them.
        environment: changes to the environment (None = unset).
    """

    def __init__(self, root: Path, *, name: str = "dev", environment: Mapping[str, str | None] | None = None) -> None:
        self.root = root
        self.name = name
        self.folder = root / "project"
        self.backend = root / "backend"
        kept = {key: text for key, text in os.environ.items() if not key.startswith(("PULUMI_", "AWS_", "PYTEST_"))}
        changed = {
            **kept,
            **NO_ACCOUNT,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            # The interpreter that runs this runs the program, too.
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", ""))),
            "PULUMI_PYTHON_CMD": sys.executable,
            "HOME": str(root / "home"),
            "PULUMI_HOME": str(root / "home" / ".pulumi"),
            "PULUMI_BACKEND_URL": self.backend.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "testing",
            "PULUMI_STACK": name,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            **(environment or {}),
        }
        self.environment = {key: value for key, value in changed.items() if value is not None}

    @classmethod
    def create(
        cls,
        project: Path | str,
        root: Path,
        *,
        name: str = "dev",
        config: Mapping[str, Any] | None = None,
        emulator: Emulator | None = None,
        environment: Mapping[str, str | None] | None = None,
    ) -> Self:
        """Copy a project into `root`, and create an empty stack for it; raises ValueError if there is no project.

        `config` is as in `set_config`, over the project's own (without encrypted values); users live in `emulator`.
        """
        source = read_project(Path(project).resolve(), name)
        emulated = EmulatorSetup(emulator or False, root / "project")
        stack = cls(root, name=name, environment={**emulated.environment(), **(environment or {})})
        for folder in (stack.backend, root / "home"):
            folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(
            source.root, stack.folder, ignore=shutil.ignore_patterns(*_LINKED, "__pycache__", ".connect-users")
        )
        for linked in filter(Path.is_dir, (source.root / each for each in _LINKED)):
            (stack.folder / linked.name).symlink_to(linked, target_is_directory=True)
        (stack.folder / f"Pulumi.{name}.yaml").unlink(missing_ok=True)
        stack.workspace.create_stack(name)
        stack.set_config(emulated.config({**source.config, **full_keys(config or {}, source.name)}))
        return stack

    @functools.cached_property
    def workspace(self) -> automation.LocalWorkspace:
        """The Automation API's workspace: configuration, export and import of the state."""
        from pulumi.automation import LocalWorkspace

        return LocalWorkspace(str(self.folder), env_vars=self.environment, pulumi_command=_command())

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs; secrets are `Secret`."""
        outputs = self.workspace.stack_outputs(self.name)
        return {key: Secret(output.value) if output.secret else output.value for key, output in outputs.items()}

    def set_config(self, values: Mapping[str, Any]) -> None:
        """Set keys of the stack, as `pulumi config set`: strings, numbers, booleans, `Secret`; None removes a key."""
        from pulumi.automation import ConfigValue

        values = full_keys(values, read_project(self.folder, self.name).name)
        settings = self.workspace.stack_settings(self.name)
        settings.config = settings.config or {}
        for key, value in values.items():
            settings.config.pop(key, None)
            if value is not None and not isinstance(value, Secret):
                settings.config[key] = value if isinstance(value, str) else json.dumps(value)
        self.workspace.save_stack_settings(self.name, settings)
        for key, value in values.items():
            if isinstance(value, Secret):
                self.workspace.set_config(self.name, key, ConfigValue(str(value.value), secret=True))

    def command(self, *args: str) -> list[str]:
        """Return a command line of `pulumi`, without prompts and colours."""
        return ["pulumi", "--non-interactive", "--color=never", *args]

    def start(self, *args: str, without: tuple[str, ...] = (), **options: Any) -> subprocess.Popen[str]:
        """Start `pulumi` in a process group of its own, to kill or interrupt it; both streams are one pipe.

        Args:
            without: environment variables to leave out; options: of `subprocess.Popen`.
        """
        env = {name: value for name, value in self.environment.items() if name not in without}
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **options}
        return subprocess.Popen(  # noqa: S603 - the user's own pulumi, no shell
            self.command(*args), cwd=self.folder, env=env, encoding="utf-8", start_new_session=True, **streams
        )

    def pulumi(self, *args: str, code: int = 0, without: tuple[str, ...] = ()) -> Outcome:
        """Run `pulumi` to its end; raises StackError unless it ends with 0, or fails if `code` is not 0."""
        with self.start(*args, without=without) as process:
            try:
                text, _ = process.communicate(timeout=600)
            except BaseException:
                # It is in a process group of its own, which a Ctrl-C at the terminal does not reach.
                os.killpg(process.pid, signal.SIGKILL)
                raise
        if bool(process.returncode) != bool(code):
            raise StackError(f"pulumi {' '.join(args)} ended with {process.returncode}:\n{text}")
        return Outcome(process.returncode, text)

    preview = functools.partialmethod(pulumi, "preview")
    up = functools.partialmethod(pulumi, "up", "--yes", "--skip-preview")
    refresh = functools.partialmethod(pulumi, "refresh", "--yes", "--skip-preview")
    destroy = functools.partialmethod(pulumi, "destroy", "--yes", "--skip-preview")

    def plan(self) -> dict[str, tuple[str, list[str]]]:
        """What a preview would do: resource name -> (operation, paths that differ); not those that stay or are read."""
        steps = [it for it in json.loads(self.preview("--json").text)["steps"] if it["op"] not in ("same", "read")]
        return {it["urn"].rpartition("::")[2]: (it["op"], sorted(it.get("detailedDiff") or ())) for it in steps}


@functools.cache
def _command() -> automation.PulumiCommand:
    from pulumi import automation

    return automation.PulumiCommand()
