"""A contestant under the real `pulumi`: one project with its own PULUMI_HOME and file:// backend.

All contestants declare the same users: `ours` and `floor` from the same file, `roster` from a roster. `floor` declares
bare dynamic resources, so that its time is what Pulumi itself takes.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final, Literal

from connect_users.emulator import seed
from tests.bench import users
from tests.bench.emulation import environment
from tests.bench.meter import Usage, measure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.bench.emulation import EmulatorProcess

Contestant = Literal["ours", "roster", "floor"]

PROGRAMS: Final = {
    "ours": """
import json
from pathlib import Path

from connect_users import ConnectUser

for name, inputs in json.loads(Path("users.json").read_text()).items():
    ConnectUser(name, **inputs)
""",
    "roster": f"""
from connect_users import ConnectUserRoster

ConnectUserRoster(
    "agents",
    instance_id="{seed.INSTANCE_ID}",
    roster="roster.csv",
    routing_profiles={seed.ROUTING_PROFILES},
    security_profiles={seed.SECURITY_PROFILES},
    passwords=lambda _: "{users.PASSWORD}",
)
""",
    "floor": """
import json
from pathlib import Path

import pulumi
from tests.bench.bare import Bare, BareUser

for name, inputs in json.loads(Path("users.json").read_text()).items():
    inputs["password"] = pulumi.Output.secret(inputs["password"])
    BareUser(Bare(), name, inputs, pulumi.ResourceOptions(additional_secret_outputs=["password"]))
""",
}

#: Phase -> the command, and whether one in a hundred users is changed.
PHASES: Final[dict[str, tuple[tuple[str, ...], bool]]] = {
    "preview new": (("preview",), False),
    "up new": (("up", "--yes", "--skip-preview"), False),
    "preview unchanged": (("preview",), False),
    "up unchanged": (("up", "--yes", "--skip-preview"), False),
    "refresh": (("refresh", "--yes", "--skip-preview"), False),
    "up 1 % changed": (("up", "--yes", "--skip-preview"), True),
    "destroy": (("destroy", "--yes", "--skip-preview"), True),
}

_PROJECT: Final = "bench"
_STACK: Final = "dev"


def available() -> bool:
    """Whether there is a `pulumi` to measure with."""
    return shutil.which("pulumi") is not None


class CliEngine:
    """One contestant's project.

    Args:
        root: an existing, empty folder for it.
        config: of the stack, full keys.
        fast: do not save the state at every step (PULUMI_SKIP_CHECKPOINTS).
    """

    def __init__(
        self, root: Path, who: Contestant, count: int, config: Mapping[str, object], *, fast: bool = False
    ) -> None:
        self._root = root
        self._count = count
        for name in ("project", "backend", "home"):
            (root / name).mkdir()
        self._env = {
            **environment(),
            "HOME": str(root / "home"),
            "PULUMI_HOME": str(root / "home" / ".pulumi"),
            "PULUMI_BACKEND_URL": (root / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "bench",
            "PULUMI_STACK": _STACK,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_PYTHON_CMD": sys.executable,
            **({"PULUMI_SKIP_CHECKPOINTS": "true"} if fast else {}),
        }
        (self._project / "Pulumi.yaml").write_text(f"name: {_PROJECT}\nruntime: python\n", encoding="utf-8")
        (self._project / "__main__.py").write_text(PROGRAMS[who], encoding="utf-8")
        self._make_stack(config)

    @property
    def _project(self) -> Path:
        return self._root / "project"

    def _make_stack(self, config: Mapping[str, object]) -> None:
        command = ["pulumi", "stack", "init", _STACK, "--no-select", "--non-interactive"]
        subprocess.run(command, cwd=self._project, env=self._env, check=True, capture_output=True)
        path = self._project / f"Pulumi.{_STACK}.yaml"
        salt = re.search(r"encryptionsalt: (\S+)", path.read_text(encoding="utf-8"))
        assert salt is not None
        # JSON is YAML, and can be written without a library for the latter.
        path.write_text(json.dumps({"encryptionsalt": salt[1], "config": dict(config)}), encoding="utf-8")

    def run(self, phase: str) -> Usage:
        """Run one of `PHASES`.

        Raises:
            CommandFailed
        """
        command, changed = PHASES[phase]
        users.write(self._project / "users.json", self._count, changed=changed)
        users.write_roster(self._project / "roster.csv", self._count, changed=changed)
        flags = ("--non-interactive", "--color=never", "--suppress-outputs")
        usage, _ = measure(["pulumi", *command, *flags], cwd=self._project, env=self._env)
        return usage

    def state_bytes(self) -> float:
        """Bytes of the saved state for each user."""
        path = self._root / "backend" / ".pulumi" / "stacks" / _PROJECT / f"{_STACK}.json"
        return path.stat().st_size / self._count

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self._root, ignore_errors=True)


def configuration(emulator: EmulatorProcess, rate: float = 10_000, burst: int = 10_000) -> dict[str, object]:
    """The stack's configuration for ours."""
    values = {"endpointUrl": emulator.endpoint_url, "region": "us-east-1", "requestsPerSecond": rate, "burst": burst}
    return {f"connect-users:{key}": value for key, value in values.items()}
