"""Text files of commands: replaced atomically, compared without regard to line ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from connect_users.core.errors import ConfigurationError

#: Characters of the file's name in the name of the temporary file: most file systems allow 255 bytes.
_NAME_MAX: Final = 40
#: Folders of devices and of files that a process has open.
_SPECIAL: Final = (("/", "dev"), ("/", "proc"))


def put(file: Path, text: str, newline: str = "\n", *, make_folder: bool = False) -> None:
    """Write or replace a file atomically: readers see the old text or the new one, even after a full disk.

    These files name people, so a new one is readable by its owner only. An existing one keeps its permissions. Links
    are followed. Devices and pipes are written to directly.

    Raises:
        ConfigurationError: it cannot be written. No temporary file is left behind.
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
        raise ConfigurationError(
            f"{file} cannot be written: the text has a lone surrogate, not valid Unicode"
        ) from None
    except (OSError, RuntimeError) as problem:
        # A link that leads to itself is a RuntimeError up to Python 3.12.
        raise ConfigurationError(f"{file} cannot be written: {getattr(problem, 'strerror', None) or problem}") from None


def _exchange(target: Path, data: bytes) -> None:
    # An unpredictable name, never through a link, readable by the owner only.
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
    """The text of a file, with line ends normalised and without a byte order mark.

    Raises:
        ConfigurationError
    """
    try:
        return lines(file.read_bytes().decode("utf-8-sig", errors="replace"))
    except OSError as problem:
        raise ConfigurationError(f"{file} cannot be read: {problem.strerror}") from None


def lines(text: str) -> str:
    """The text with line ends normalised to ``\\n``."""
    return text.replace("\r\n", "\n")
