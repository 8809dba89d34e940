"""The examples and the demo, as a newcomer runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connect_users.emulator import seed
from tests.acceptance.stack import STACK, user

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
    """By a key of its configuration: each state has its own people, in one instance."""
    _become(stack, "roster")
    people = {"london": "ada.lovelace alan.turing grace.hopper", "home": "radia.perlman tim.lee"}
    for site, usernames in people.items():
        stack.pulumi("stack", "init", site, "--no-select")
        stack.pulumi("config", "set", "site", site, "--stack", site)
        stack.up("--stack", site)
        text = stack.pulumi("stack", "output", "people", "--json", "--stack", site).text
        assert json.loads(text) == usernames.split()
    for site in people:
        stack.preview("--expect-no-changes", "--stack", site)
    stack.pulumi("config", "set", "site", "lndon", "--stack", "london")
    text = stack.preview("--stack", "london", code=1).text
    assert "agents.csv: where: nobody has 'lndon' in the column 'tags.site'; did you mean 'london'?" in text


@pytest.mark.parametrize("example", ["quickstart", "roster", "directory"])
def test_following_a_readme_leaves_nothing_that_git_sees(example: str, stack: Stack) -> None:
    """Every command of it, one after the other, in a checkout."""
    checkout = stack.root / "checkout"
    ignored = shutil.ignore_patterns(".pulumi", ".connect-users", "__pycache__", "Pulumi.*.yaml")
    shutil.copytree(EXAMPLES, checkout / "examples", ignore=ignored)
    shutil.copy(EXAMPLES.parent / ".gitignore", checkout)
    for command in ("init --quiet", "add --all", "-c user.name=a -c user.email=a@example.com commit --quiet -m all"):
        subprocess.run(["git", *command.split()], cwd=checkout, check=True)
    text = (EXAMPLES / example / "README.md").read_text(encoding="utf-8")
    commands = [line.strip().removeprefix("$ ") for line in text.splitlines() if line.strip().startswith("$ ")]
    assert {"pulumi up", "pulumi preview", "pulumi stack rm dev"} <= set(commands)
    outside = {name: value for name, value in stack.environment.items() if name != "PULUMI_STACK"}
    subprocess.run(
        ["bash", "-eu", "-c", "\n".join(commands)],
        cwd=checkout / "examples" / example,
        env={**outside, "PULUMI_SKIP_CONFIRMATIONS": "true"},
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=250,
    )
    status = subprocess.run(["git", "status", "--porcelain"], cwd=checkout, check=True, capture_output=True, text=True)
    assert status.stdout == ""


def test_the_policy_pack_judges_an_exported_state(stack: Stack) -> None:
    """Without the stack, a login or a passphrase."""
    stack.users = {"ada": user("ada.lovelace", hierarchy_group_id=seed.HIERARCHY_GROUPS["EMEA"])}
    state = stack.root / "export.json"
    stack.up()
    stack.pulumi("stack", "export", "--file", str(state))
    analyze = ("policy", "analyze", "--file", str(state), "--policy-pack", str(EXAMPLES / "policy-pack"))
    offline = ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_STACK")
    text = stack.pulumi(*analyze, code=1, without=offline).text
    assert [line.strip() for line in text.splitlines() if line.strip().startswith("ada.lovelace ")] == [
        "ada.lovelace has a password in the program; name a secret with password_secret_arn instead",
        "ada.lovelace lacks the tag team",
    ]


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
