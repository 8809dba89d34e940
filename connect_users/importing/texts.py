"""The texts of files: written in one step, compared without what editors make of line ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_users.core.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path


def put(file: Path, text: str, newline: str = "\n") -> None:
    """Write a file, or exchange it, in one step.

    Raises:
        ConfigurationError
    """
    target = file.resolve()
    new = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text, encoding="utf-8", newline=newline)
        new.replace(target)
    except OSError as problem:
        raise ConfigurationError(f"{file} cannot be written: {problem.strerror}") from None


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
