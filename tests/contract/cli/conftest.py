"""The directory that `connect-users check` is run in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Writes rosters to the directory that the command is run in."""
    monkeypatch.chdir(tmp_path)

    def to(text: str, name: str = "agents.csv") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return to
