"""The pure core needs neither pulumi nor boto3."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
