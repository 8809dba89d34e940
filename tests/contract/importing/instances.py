"""What the judges of `connect-users import` share: an instance full of people, and the command."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from connect_users.cli import main
from connect_users.emulator import seed

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from connect_users.emulator import Emulator

HERE = {"InstanceId": seed.INSTANCE_ID}


class Command:
    """The command, as a user runs it in a folder: exit status, stdout, stderr."""

    def __init__(self, emulator: Emulator, folder: Path, captured: pytest.CaptureFixture[str]) -> None:
        self.emulator = emulator
        self.folder = folder
        self._captured = captured

    def __call__(self, *args: str) -> tuple[int, str, str]:
        where = ["--endpoint-url", self.emulator.endpoint_url, "--region", seed.REGION]
        if "--instance" not in args:
            where += ["--instance", seed.INSTANCE_ALIAS]
        if "--requests-per-second" not in args:
            where += ["--requests-per-second", "10000"]
        given = list(args) if "--into" in args else ["--out", str(self.folder), *args]
        try:
            status = main(["import", *where, *given])
        finally:
            captured = self._captured.readouterr()
        return status, captured.out, captured.err

    def rows(self) -> dict[str, dict[str, str]]:
        """The roster: username -> cells that hold something."""
        text = (self.folder / "agents.csv").read_text(encoding="utf-8")
        return {
            row["username"]: {key: cell for key, cell in row.items() if cell}
            for row in csv.DictReader(text.splitlines())
        }

    def files(self) -> dict[str, bytes]:
        """Everything in the folder."""
        return {file.name: file.read_bytes() for file in self.folder.iterdir()}

    def calls(self) -> dict[str, int]:
        """How often each operation was asked for since the last question."""
        counts: dict[str, int] = {}
        for record in self.emulator.requests:
            counts[record.operation] = counts.get(record.operation, 0) + 1
        self.emulator.requests.clear()
        return counts


def users_of(client: Any) -> dict[str, str]:
    """Username -> id."""
    return {user["Username"]: user["Id"] for user in client.list_users(**HERE)["UserSummaryList"]}
