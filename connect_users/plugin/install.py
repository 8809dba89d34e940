"""Installing the plugin: a launcher in Pulumi's plugin cache, which starts the plugin with this Python.

It is not on PATH: an executable there wins over every version in the cache, and Pulumi warns at each command.
"""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connect_users.core.errors import ConnectUsersError
from connect_users.plugin.version import VERSION

NAME: Final = "pulumi-resource-connect-users"
#: The command that generates the SDK, and adds the plugin to Pulumi.yaml by name: a path would be only this machine's.
ADD_SDK: Final = f"pulumi package add connect-users@{VERSION}"
FOLDER: Final = f"resource-connect-users-v{VERSION}"

#: Python would search the project's folder first, which may have modules of any name.
_START: Final = (
    "import sys; sys.path[:] = filter(None, sys.path); from connect_users.plugin.serve import main; sys.exit(main())"
)
_INSTALL: Final = "connect-users plugin install"
_MARK: Final = f"written by {_INSTALL}"


@dataclass(frozen=True)
class Installation:
    """The result of an installation.

    Attributes:
        launcher: the executable.
        replaced: whether there was a launcher of the same version.
    """

    launcher: Path
    replaced: bool


def home() -> Path:
    """Pulumi's own folder. Like the CLI, it goes by the account's home, which HOME (of a container, say) may not be.

    Raises:
        ConnectUsersError: the account has no home.
    """
    return Path(os.environ.get("PULUMI_HOME") or _account_home() / ".pulumi")


def _account_home() -> Path:
    try:
        import pwd  # not on Windows

        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except (ImportError, KeyError):
        with suppress(RuntimeError):
            return Path.home()
    raise ConnectUsersError("this account has no home folder; name Pulumi's by --pulumi-home or PULUMI_HOME")


def launcher_in(pulumi_home: Path) -> Path:
    """The path of the launcher."""
    return pulumi_home / "plugins" / FOLDER / (f"{NAME}.cmd" if sys.platform == "win32" else NAME)


def install(pulumi_home: Path) -> Installation:
    """Write the launcher for this Python.

    Raises:
        ConnectUsersError: another installation is in its place, or the folder cannot be written.
    """
    launcher = launcher_in(pulumi_home)
    folder = launcher.parent
    try:
        replaced = folder.exists()
        if replaced and not _is_ours(launcher):
            raise ConnectUsersError(
                f"{folder} has a plugin that was installed in another way; remove it first: "
                f"pulumi plugin rm resource connect-users {VERSION}"
            )
        folder.mkdir(parents=True, exist_ok=True)
        new = folder / f".{launcher.name}.{os.getpid()}"
        new.write_text(_windows() if sys.platform == "win32" else _posix(), encoding="utf-8", newline="")
        new.chmod(0o755)
        new.replace(launcher)
    except OSError as error:
        raise ConnectUsersError(f"the plugin cannot be written to {folder}: {error.strerror or error}") from None
    return Installation(launcher, replaced)


def _is_ours(launcher: Path) -> bool:
    try:
        return _MARK in launcher.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return False


def _posix() -> str:
    python = shlex.quote(sys.executable)
    gone = shlex.quote(f"connect-users: {sys.executable} is gone; install the package again, then run {_INSTALL}")
    # Otherwise the CLI would only say that the plugin ended, and call that a bug in it.
    check = f"[ -x {python} ] || {{ echo {gone} >&2; exit 1; }}"
    return f'#!/bin/sh\n# {_MARK}\n{check}\nexec {python} -c {shlex.quote(_START)} "$@"\n'


def _windows() -> str:
    python = sys.executable.replace("%", "%%")
    return f'@rem {_MARK}\r\n@"{python}" -c "{_START}" %*\r\n'
