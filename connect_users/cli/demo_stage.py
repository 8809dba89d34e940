"""What the demo runs on: the real Pulumi CLI or a rehearsal, and the emulator behind both."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from connect_users.connect.connection import gateway_for
from connect_users.core.settings import DEFAULT_EMULATOR_STATE, Settings
from connect_users.emulator import seed

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

#: The stack's configuration. The password is invented; the emulator needs no real one.
CONFIG = {"connect-users:emulator": "true"}
PASSWORD = "Demo-Passw0rd"


class Emulated:
    """The emulated instance, as a person changes it in the console."""

    def __init__(self, project: Path) -> None:
        settings = Settings(emulator=True, emulator_state=str(project / DEFAULT_EMULATOR_STATE))
        self._gateway = gateway_for(settings)

    def _id_of(self, username: str) -> str:
        (user,) = self._gateway.search_users_by_name(seed.INSTANCE_ID, username)
        return str(user["Id"])

    def move(self, username: str, routing_profile: str) -> None:
        """Give a user another routing profile."""
        profile = {"RoutingProfileId": seed.ROUTING_PROFILES[routing_profile]}
        self._gateway.update_user("UpdateUserRoutingProfile", seed.INSTANCE_ID, self._id_of(username), profile)

    def delete(self, username: str) -> None:
        """Delete a user."""
        self._gateway.delete_user(seed.INSTANCE_ID, self._id_of(username))


class Stage(Protocol):
    """Runs Pulumi's commands on the demo's project and prints their output."""

    description: str
    program: Path

    def __enter__(self) -> Self:
        """Prepare the stack."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clean up."""
        ...

    def run(self, command: str) -> bool:
        """Run ``preview``, ``up``, ``refresh`` or ``destroy``; returns whether it succeeded."""
        ...


class CliStage:
    """The real engine, with a home, a backend and a passphrase of its own."""

    def __init__(self, pulumi: str, project: Path) -> None:
        self.description = f"with the real Pulumi engine ({pulumi})"
        self.program = project / "__main__.py"
        self._pulumi = pulumi
        self._project = project
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "AWS_"))}
        self._environment = {
            **kept,
            # The interpreter that runs the demo runs the program, too.
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", ""))),
            "PULUMI_BACKEND_URL": f"file://{project.parent.as_posix()}",
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_HOME": str(project.parent / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def __enter__(self) -> Self:
        self._call("stack", "init", "dev", quiet=True)
        for key, value in CONFIG.items():
            self._call("config", "set", key, value, quiet=True)
        self._call("config", "set", "--secret", "firstPassword", PASSWORD, quiet=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def run(self, command: str) -> bool:
        """Run the command without prompts."""
        options = ["--diff"] if command == "preview" else ["--yes", "--skip-preview", "--suppress-progress"]
        return self._call(command, *options)

    def _call(self, *arguments: str, quiet: bool = False) -> bool:
        color = "always" if sys.stdout.isatty() else "never"
        sys.stdout.flush()
        done = subprocess.run(  # noqa: S603 - the user's own pulumi, fixed arguments
            [self._pulumi, *arguments, "--color", color, "--non-interactive"],
            cwd=self._project,
            env=self._environment,
            check=False,
            stdout=subprocess.DEVNULL if quiet else None,
        )
        return done.returncode == 0


class RehearsalStage:
    """No engine: the SDK's mock monitor hosts the program, and the real dynamic host process manages the users."""

    description = "as a rehearsal, without the Pulumi engine"

    def __init__(self, project: Path) -> None:
        from connect_users.testing import Rehearsal, Secret

        self.program = project / "__main__.py"
        config: dict[str, str | Secret] = {**CONFIG, "firstPassword": Secret(PASSWORD)}
        self._rehearsal = Rehearsal(project, config=config)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rehearsal.close()

    def run(self, command: str) -> bool:
        """Rehearse the command."""
        result = getattr(self._rehearsal, command)()
        print(result.render())
        return bool(result.ok)
