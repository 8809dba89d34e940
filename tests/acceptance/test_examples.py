"""The examples and the demo, as a newcomer runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.acceptance.stack import STACK

if TYPE_CHECKING:
    from tests.acceptance.stack import Stack

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_quickstart_runs_on_the_embedded_emulator(stack: Stack) -> None:
    """Preview, up, nothing left to do, destroy: without an AWS account."""
    _become(stack, "quickstart")
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    for command, said in (
        (("preview",), "to create"),
        (("up", "--yes", "--skip-preview"), "created"),
        (("preview", "--expect-no-changes"), "unchanged"),
        (("destroy", "--yes", "--skip-preview"), "deleted"),
    ):
        assert said in stack.pulumi(*command, without=keys).text
    assert stack.calls() == []


def test_the_roster_has_a_stack_for_each_site(stack: Stack) -> None:
    """By the example's own Pulumi.<site>.yaml: each state has its own people, in one instance."""
    _become(stack, "roster")
    people = {"london": "ada.lovelace alan.turing grace.hopper", "home": "radia.perlman tim.lee"}
    for site, usernames in people.items():
        stack.pulumi("stack", "init", site, "--no-select")
        stack.up("--stack", site)
        told = stack.pulumi("stack", "output", "people", "--json", "--stack", site).text
        assert json.loads(told) == usernames.split()
    for site in people:
        stack.preview("--expect-no-changes", "--stack", site)
    stack.pulumi("config", "set", "site", "lndon", "--stack", "london")
    told = stack.preview("--stack", "london", code=1).text
    assert "agents.csv: where: nobody has 'lndon' in the column 'tags.site'; did you mean 'london'?" in told


def _become(stack: Stack, example: str) -> None:
    """Make the stack's project a copy of an example, with an empty stack of its own."""
    shutil.copytree(EXAMPLES / example, stack.folder, dirs_exist_ok=True)
    (stack.folder / f"Pulumi.{STACK}.yaml").unlink()
    stack.pulumi("stack", "init", STACK, "--no-select")


def test_the_demo_plays_on_the_real_engine(stack: Stack) -> None:
    """``connect-users demo`` ends well, scene by scene as it says of itself."""
    done = subprocess.run(
        [Path(sys.executable).parent / "connect-users", "demo"],
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
