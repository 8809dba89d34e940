"""What needs pulumi, gRPC or boto3, and what does not."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import connect_users

#: The package's own __init__ brings pulumi in: an empty package of the same place stands for it.
_PROGRAM = """
import importlib, sys, types

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("pulumi", "boto3", "botocore", "grpc", "sqlite3"):
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocked())
package = types.ModuleType("connect_users")
package.__path__ = [sys.argv[1]]
sys.modules["connect_users"] = package
for module in sys.argv[2:]:
    importlib.import_module(f"connect_users.core.{module}")
print(*sorted({name.split(".")[1] for name in sys.modules if name.startswith("connect_users.")}))
"""


def test_the_pure_core_is_imported_without_pulumi_and_boto3() -> None:
    """And brings in no module of the package that is not pure itself."""
    assert connect_users.__file__ is not None
    place = Path(connect_users.__file__).parent
    modules = [file.stem for file in (place / "core").glob("*.py")]
    assert len(modules) > 10
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", _PROGRAM, str(place), *modules], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["core"]


def _imported(file: Path) -> set[str]:
    """The packages that a module begins by importing."""
    statements = ast.parse(file.read_text("utf-8")).body
    names = [alias.name for each in statements if isinstance(each, ast.Import) for alias in each.names]
    names += [each.module for each in statements if isinstance(each, ast.ImportFrom) and each.module]
    return {name.split(".")[0] for name in names}


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on PATH")
def test_every_judge_of_a_dependency_runs_with_its_lowest_version_too() -> None:
    """`make lowest` runs a part of the contract ring, which is written in the Makefile."""
    root = Path(__file__).resolve().parents[2]
    # Not as a part of the make that may run this test.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(["make", "-n", "lowest"], cwd=root, env=env, capture_output=True, text=True, check=True)
    # Those before it compile the tests.
    command = [line for line in done.stdout.splitlines() if "/pytest " in line][-1]
    chosen = [root / word for word in command.split() if word.startswith("tests/contract")]
    assert [path for path in chosen if not path.exists()] == []
    dependencies = {"boto3", "botocore", "google", "grpc", "pulumi", "pulumi_aws"}
    judges = {file for file in (root / "tests/contract").rglob("test_*.py") if _imported(file) & dependencies}
    assert sorted(file for file in judges if not {file, file.parent} & {*chosen}) == []
