"""Somebody who has the CLI and this package, and follows a README; and what their language needs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

Environment = dict[str, str]

EXAMPLES = Path(__file__).parents[2] / "examples"
#: Asks for the examples in Go: Pulumi's SDK takes minutes to compile, where it has not been compiled yet.
GO = "CONNECT_USERS_GO"
#: Language -> what has to be on PATH.
NEEDS = {
    "yaml": ("pulumi-language-yaml",),
    "typescript": ("pulumi-language-nodejs", "node", "npm", "npx"),
    "go": ("pulumi-language-go", "go"),
}


def need(language: str) -> None:
    """Skip where a language cannot run, saying what is missing."""
    missing = [program for program in NEEDS[language] if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{language}: no `{missing[0]}` on PATH")
    if language == "go" and not os.environ.get(GO):
        pytest.skip(f"go: Pulumi's SDK takes minutes to compile; set {GO}=1 to have the example built and run")
    if language == "typescript" and subprocess.run(["npm", "ping"], capture_output=True, check=False).returncode:
        pytest.skip("typescript: the npm registry cannot be reached")


def caches() -> dict[str, str]:
    """The machine's own caches of packages and builds, which a HOME of the test's own would leave aside."""
    found = {}
    if shutil.which("npm"):
        found["npm_config_cache"] = _said("npm", "config", "get", "cache")
    if shutil.which("go"):
        found |= {name: _said("go", "env", name) for name in ("GOMODCACHE", "GOCACHE")}
    return found


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def run(place: Path, env: Mapping[str, str], *command: str) -> str:
    done = subprocess.run(
        command, cwd=place, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def new_project(example: str, place: Path, env: Mapping[str, str], *arguments: str) -> None:
    """What the READMEs say, in an empty folder."""
    run(place.parent, env, "connect-users", "plugin", "install")
    place.mkdir()
    run(
        place,
        env,
        "pulumi",
        "new",
        str(EXAMPLES / example),
        "--yes",
        "--stack",
        "dev",
        "--name",
        place.name,
        *arguments,
    )
