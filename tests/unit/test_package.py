"""The package itself: what is public is there after ``import connect_users``, and costs nothing before it is used."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import connect_users

MODULES = ("emulator", "policy", "testing")


def _run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.mark.parametrize("name", MODULES)
def test_a_public_module_needs_no_import_of_its_own(name: str) -> None:
    assert name in dir(connect_users)
    assert _run(f"import connect_users; print(connect_users.{name}.__name__)") == f"connect_users.{name}"
    assert getattr(connect_users, name) is importlib.import_module(f"connect_users.{name}")


def test_importing_the_package_loads_nothing_of_it() -> None:
    """Neither does listing its names; nor does a star import take the modules for tests along."""
    loaded = "print(*sorted(name for name in sys.modules if name.startswith('connect_users.')))"
    assert _run(f"import sys, connect_users; dir(connect_users); {loaded}") == "connect_users.core"
    starred = _run(f"import sys; from connect_users import *; {loaded}").split()
    assert not {f"connect_users.{name}" for name in MODULES}.intersection(starred)


def test_every_public_name_is_there() -> None:
    assert all(hasattr(connect_users, name) for name in (*connect_users.__all__, *MODULES))
    assert set(connect_users.__all__) <= set(dir(connect_users))
    assert not hasattr(connect_users, "no_such_name")


def test_what_messages_say_to_install_is_the_distribution_and_has_the_extra() -> None:
    """In messages and in the requirements of the examples."""
    distribution = metadata.metadata("connect-users")
    assert metadata.version("connect-users") == connect_users.__version__
    root = Path(__file__).resolve().parents[2]
    sources = (*Path(connect_users.__file__).parent.rglob("*.py"), *root.glob("examples/*/requirements.txt"))
    named = re.findall(
        r"(?:pip install '|^)([\w-]*connect-users)(?:\[(\w+)\])?(?:'| @)",
        "\n".join(file.read_text("utf-8") for file in sources),
        re.MULTILINE,
    )
    assert {name for name, _ in named} == {"connect-users"}
    assert {extra for _, extra in named} - {""} == set(distribution.get_all("Provides-Extra") or ())
