"""The toy's cloud for a test: a directory of records, the log of the calls, and rehearsals over it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_users.testing import Hosts, Rehearsal

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = Path(__file__).resolve().parent
SECRET = "s3cret-value-of-the-toy"


class Toys:
    """Rehearsals of functions over one cloud; closed together."""

    def __init__(self, cloud: Path, hosts: Hosts) -> None:
        self.cloud = cloud
        self.hosts = hosts
        self._made: list[Rehearsal] = []

    def rehearse(self, program: Callable[[], Any] | Path, **options: Any) -> Rehearsal:
        """A rehearsal without an emulator, whose toys are in this cloud."""
        options.setdefault("hosts", self.hosts)
        made = Rehearsal(program, emulator=False, **options)
        self._made.append(made)
        return made

    def close(self) -> None:
        """End what they started."""
        for made in self._made:
            made.close()

    def calls(self) -> list[str]:
        """The calls since the last time, as `create first`."""
        log = self.cloud / "calls.log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    def records(self) -> dict[str, dict[str, Any]]:
        """Id to live record."""
        return {path.stem: json.loads(path.read_text()) for path in sorted(self.cloud.glob("*.json"))}

    def edit(self, identifier: str, **changes: Any) -> None:
        """Change a record behind everybody's back."""
        path = self.cloud / f"{identifier}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    def remove(self, identifier: str) -> None:
        """Delete a record behind everybody's back."""
        (self.cloud / f"{identifier}.json").unlink()
