"""Files that commands write: whole or not at all, for their owner's eyes, and never through somebody else's link."""

from __future__ import annotations

import os
import resource
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from connect_users.core.errors import ConfigurationError
from connect_users.importing import texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may have more than 10 bytes; for a moment only, since pytest's own output may go to a file."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def _mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "agents.csv"
    texts.put(file, "é\n", "\r\n", make_folder=True)
    assert file.read_bytes() == b"\xc3\xa9\r\n"
    assert _mode(file) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_exists_keeps_its_permissions(tmp_path: Path) -> None:
    """Whoever shares it with a group, or publishes it, does so on purpose."""
    file = tmp_path / "agents.csv"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o640)
    texts.put(file, "new")
    assert (file.read_text(encoding="utf-8"), _mode(file)) == ("new", 0o640)


def test_nothing_is_written_through_a_link_that_lies_in_wait(tmp_path: Path) -> None:
    """Whatever the successor of a file was called once."""
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in (".agents.csv.new", "agents.csv.new", "agents.csv.partial"):
        (folder / name).symlink_to(victim)
    texts.put(folder / "agents.csv", "new")
    assert victim.read_text(encoding="utf-8") == "precious"
    assert not (folder / "agents.csv").is_symlink()


def test_a_link_of_the_user_is_followed(tmp_path: Path) -> None:
    """A roster may be kept elsewhere; the link stays."""
    link, kept = tmp_path / "agents.csv", tmp_path / "elsewhere.csv"
    kept.write_text("old", encoding="utf-8")
    link.symlink_to(kept)
    texts.put(link, "new")
    assert link.is_symlink()
    assert kept.read_text(encoding="utf-8") == "new"


def test_a_full_disk_leaves_what_there_was(tmp_path: Path) -> None:
    file = tmp_path / "agents.csv"
    texts.put(file, "old")
    with pytest.raises(ConfigurationError) as caught, full_disk():
        texts.put(file, "much too long\n")
    assert "agents.csv cannot be written: File too large" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_text(encoding="utf-8") == "old"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    """As a shell's `>(command)` is, and a device."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    texts.put(pipe, "text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    device = type(pipe)(os.devnull)
    texts.put(device, "text")
    assert stat.S_ISCHR(device.stat().st_mode)


def test_what_cannot_be_written_is_reported_in_one_line(tmp_path: Path) -> None:
    """A folder, a file for a folder, a link to itself, half a character."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    before = sorted(tmp_path.iterdir())
    for name, text in (("", "x"), ("file/deeper", "x"), ("folder/x", "x"), ("loop", "x"), ("other", "\ud800")):
        with pytest.raises(ConfigurationError, match="cannot be written: "):
            texts.put(tmp_path / name, text)
    assert sorted(tmp_path.iterdir()) == before
