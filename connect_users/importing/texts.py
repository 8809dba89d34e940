"""Text files of commands: exchanged in one step, compared without what editors make of line ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from connect_users.core.errors import ConfigurationError

#: Characters of the file's name in that of its successor, which has some of its own: most file systems allow 255 bytes.
_NAME_MAX: Final = 40
#: Where a file is what a process has open, or a device.
_SPECIAL: Final = (("/", "dev"), ("/", "proc"))


def put(file: Path, text: str, newline: str = "\n", *, make_folder: bool = False) -> None:
    """Write a file, or exchange it, in one step: readers see the old text or the new one, also after a full disk.

    The files of commands name people: a new one is for its owner alone, one that exists keeps its permissions. A link
    is followed to the file that it names. A device or a pipe is written to.

    Raises:
        ConfigurationError: it cannot be written; nothing is left behind.
    """
    try:
        data = text.replace("\n", newline).encode()
        if file.exists() and (not file.is_file() or file.parts[:2] in _SPECIAL):
            file.write_bytes(data)
            return
        target = file.resolve()
        if make_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        _exchange(target, data)
    except UnicodeEncodeError:
        raise ConfigurationError(f"{file} cannot be written: half a character in it is not Unicode") from None
    except (OSError, RuntimeError) as problem:
        # A link that leads to itself is a RuntimeError up to Python 3.12.
        raise ConfigurationError(f"{file} cannot be written: {getattr(problem, 'strerror', None) or problem}") from None


def _exchange(target: Path, data: bytes) -> None:
    # With a name that nobody can foresee, never through a link, readable by the owner only.
    descriptor, name = tempfile.mkstemp(".new", f".{target.name[:_NAME_MAX]}.", target.parent)
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if target.exists():
            shutil.copymode(target, new)
        new.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def read(file: Path) -> str:
    """The text of a file, with line ends as `lines` has them.

    Raises:
        ConfigurationError
    """
    try:
        return lines(file.read_bytes().decode("utf-8", errors="replace"))
    except OSError as problem:
        raise ConfigurationError(f"{file} cannot be read: {problem.strerror}") from None


def lines(text: str) -> str:
    """Without what an editor or a version control makes of line ends."""
    return text.replace("\r\n", "\n")
