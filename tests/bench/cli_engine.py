"""A contestant under the real `pulumi`: one project with its own PULUMI_HOME and file:// backend.

All contestants declare the same users: `ours` (the dynamic door) and `floor` from the same file, `roster` and
`component` (a UserRoster in YAML) from a roster, `plugin` and `yaml` (the plugin) from that file in the plugin's words.
`floor` declares bare dynamic resources, so that its time is what Pulumi itself takes. `plugin` registers what a
generated SDK would, without the SDK's own cost, and runs Python's garbage collector as rarely as a program of
ConnectUsers does, so that only the doors differ.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from connect_users.core import spelling, tokens
from connect_users.emulator import seed
from connect_users.engine import collector
from connect_users.plugin.install import install
from connect_users.testing import Stack
from tests.bench import users
from tests.bench.emulation import AWS
from tests.bench.meter import ROOT, Usage, measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.bench.emulation import EmulatorProcess

Contestant = Literal["ours", "roster", "floor", "plugin", "yaml", "component"]

#: Those whose users the plugin makes.
OF_THE_PLUGIN: Final = ("plugin", "yaml", "component")

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
    "plugin": f"""
import gc
import json
from pathlib import Path

import pulumi

gc.set_threshold(*gc.get_threshold()[:2], {collector.RARELY})

for name, inputs in json.loads(Path("users.json").read_text()).items():
    inputs["password"] = pulumi.Output.secret(inputs["password"])
    pulumi.CustomResource(
        "{tokens.PLUGIN_USER}",
        name,
        {{**dict.fromkeys(("arn", "directoryUserId", "ownershipToken")), **inputs}},
        pulumi.ResourceOptions(
            additional_secret_outputs=["password"], aliases=[pulumi.Alias(type_="{tokens.USER}")]
        ),
    )
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
        self._who = who
        self._count = count
        source = root / "source"
        source.mkdir()
        (source / "Pulumi.yaml").write_text(json.dumps(_in_yaml(who, 0)), encoding="utf-8")
        if who in PROGRAMS:
            (source / "__main__.py").write_text(PROGRAMS[who], encoding="utf-8")
        changes = {**AWS, "PYTHONPATH": str(ROOT), "PULUMI_SKIP_CHECKPOINTS": "true" if fast else None}
        self._stack = Stack.create(source, root / "stack", config=config, environment=changes)
        if who in OF_THE_PLUGIN:
            install(Path(self._stack.environment["PULUMI_HOME"]))

    def run(self, phase: str, *options: str) -> Usage:
        """Run one of `PHASES`, with more options of its command.

        Raises:
            CommandFailed
        """
        command, changed = PHASES[phase]
        folder = self._stack.folder
        if self._who not in PROGRAMS:
            (folder / "Pulumi.yaml").write_text(json.dumps(_in_yaml(self._who, self._count, changed)), encoding="utf-8")
        users.write(folder / "users.json", self._count, changed=changed, camel=self._who == "plugin")
        users.write_roster(folder / "roster.csv", self._count, changed=changed)
        usage, _ = measure(
            [*self._stack.command(*command), "--suppress-outputs", *options], cwd=folder, env=self._stack.environment
        )
        return usage

    def state_bytes(self) -> float:
        """Bytes of the saved state for each user."""
        (path,) = self._stack.backend.glob(".pulumi/stacks/bench/*.json")
        return path.stat().st_size / self._count


def _in_yaml(who: Contestant, count: int, changed: bool = False) -> dict[str, object]:
    """Pulumi.yaml, in the part of YAML that is JSON; of those without a program in Python it is the program, too."""
    if who in PROGRAMS:
        return {"name": "bench", "runtime": "python"}
    declared = users.declared(count, changed=changed)
    resources: dict[str, object] = {
        name: {"type": tokens.PLUGIN_USER, "properties": spelling.theirs(inputs)} for name, inputs in declared.items()
    }
    if who == "component":
        properties = {
            "instanceId": seed.INSTANCE_ID,
            "roster": "roster.csv",
            "routingProfiles": seed.ROUTING_PROFILES,
            "securityProfiles": seed.SECURITY_PROFILES,
            "passwords": {"fn::secret": dict.fromkeys(declared, users.PASSWORD)},
        }
        resources = {"agents": {"type": tokens.PLUGIN_ROSTER, "properties": properties}}
    return {"name": "bench", "runtime": "yaml", "resources": resources}


def configuration(emulator: EmulatorProcess, rate: float = 10_000, burst: int = 10_000) -> dict[str, object]:
    """The stack's configuration for ours."""
    values = {"endpointUrl": emulator.endpoint_url, "region": "us-east-1", "requestsPerSecond": rate, "burst": burst}
    return {f"connect-users:{key}": value for key, value in values.items()}
