"""The stages of the demo: the real Pulumi CLI or a rehearsal, and the emulator behind both."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from connect_users.connect.connection import gateway_for
from connect_users.core.errors import one_line
from connect_users.core.settings import DEFAULT_EMULATOR_STATE, Settings
from connect_users.emulator import seed

if TYPE_CHECKING:
    from pathlib import Path

    from connect_users.testing import Secret


def _config() -> dict[str, str | Secret]:
    """The stack's configuration. The password is invented; the emulator needs no real one."""
    from connect_users.testing import Secret

    emulator = {"connect-users:emulator": "true", "connect-users:emulatorState": DEFAULT_EMULATOR_STATE}
    return {**emulator, "firstPassword": Secret("Demo-Passw0rd")}


class DemoConsole:
    """The emulated instance, with the changes that somebody makes in the console."""

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


class CliStage:
    """The real engine, with a home, a backend and a passphrase of its own."""

    description = "with the real Pulumi engine"

    def __init__(self, project: Path, folder: Path) -> None:
        from connect_users.testing import Stack

        self._stack = Stack.create(project, folder, config=_config())
        self.project = self._stack.folder

    def run(self, command: str) -> bool:
        """Run the command without prompts."""
        options = ["--diff"] if command == "preview" else ["--yes", "--skip-preview", "--suppress-progress"]
        color = ["--color=always"] if sys.stdout.isatty() else []
        sys.stdout.flush()
        with self._stack.start(command, *options, *color, stdout=None, stderr=None) as process:
            return process.wait() == 0

    def close(self) -> None:
        """Nothing is left running."""


class RehearsalStage:
    """No engine: the SDK's mock monitor hosts the program, and the real dynamic host process manages the users."""

    description = "as a rehearsal, without the Pulumi engine"

    def __init__(self, project: Path) -> None:
        from connect_users.testing import Rehearsal

        self.project = project
        self._rehearsal = Rehearsal(project, config=_config())

    def run(self, command: str) -> bool:
        """Rehearse the command."""
        result = getattr(self._rehearsal, command)()
        print(result.render())
        return bool(result.ok)

    def close(self) -> None:
        """End the dynamic host."""
        self._rehearsal.close()


def stage_of(project: Path, folder: Path, *, rehearsal: bool) -> CliStage | RehearsalStage:
    """The Pulumi CLI if it is on PATH and works, unless a rehearsal is asked for; else a rehearsal."""
    if not rehearsal and shutil.which("pulumi") is not None:
        from pulumi import automation

        unusable = (OSError, subprocess.SubprocessError, automation.CommandError, automation.InvalidVersionError)
        try:
            return CliStage(project, folder)
        except unusable as error:
            print(f"connect-users demo: the Pulumi CLI cannot be used: {one_line(str(error))}", file=sys.stderr)
    return RehearsalStage(project)
