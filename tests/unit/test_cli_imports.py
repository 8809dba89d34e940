"""A command imports what it needs, and nothing else: `--help` and `check` are run by editors, hooks and shells."""

from __future__ import annotations

import gc
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from connect_users.cli import COMMANDS, main

if TYPE_CHECKING:
    from pathlib import Path

#: Each takes long to import, or has no place in a command that only reads a file of text.
HEAVY = {"boto3", "botocore", "google", "grpc", "hashlib", "openpyxl", "pulumi", "sqlite3", "tqdm", "yaml"}

#: What a check of a CSV file has no use for, although it is quicker: each takes a tenth of the time of the whole check.
NEEDLESS = {"dataclasses", "datetime", "decimal", "difflib", "inspect", "json", "textwrap", "tokenize"}
#: Of ours, the readers of other formats, and what only a preview or an update needs.
NEEDLESS_OF_OURS = {
    f"connect_users.{name}"
    for name in (
        "core.channels",
        "core.ownership",
        "core.settings",
        "review",
        "roster.holders",
        "roster.json_text",
        "roster.record_shapes",
        "roster.yaml_text",
    )
}

#: Prints the names of the modules behind what the command itself prints.
PROGRAM = """
import sys
from connect_users.cli import main
try:
    status = main(sys.argv[1:])
except SystemExit as end:
    status = end.code
print()
print(status, *sys.modules)
"""


def imported_by(*arguments: str) -> tuple[str, set[str]]:
    """The exit status, and every module that was imported."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    status, *modules = done.stdout.splitlines()[-1].split()
    return status, set(modules)


def _heavy(modules: set[str]) -> set[str]:
    return HEAVY & {name.partition(".")[0] for name in modules}


def test_the_list_of_commands_imports_no_command() -> None:
    """Nor `typing` and `dataclasses`, which take as long as argparse, csv and json together."""
    status, modules = imported_by("--help")
    ours = {name for name in modules if name.startswith("connect_users")}
    assert (status, _heavy(modules)) == ("0", set())
    assert ours == {"connect_users", "connect_users.core", "connect_users.cli", "connect_users.cli.streams"}
    assert modules.isdisjoint({"dataclasses", "pathlib", "typing"})


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_imports_no_other_command_and_nothing_heavy(command: str) -> None:
    status, modules = imported_by(command, "--help")
    assert (status, _heavy(modules)) == ("0", set())
    others = {f"connect_users.cli.{other}" for other in COMMANDS} - {f"connect_users.cli.{command}"}
    assert modules.isdisjoint(others)


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
@pytest.mark.parametrize(("username", "expected"), [("ada", "0"), ("a da", "1")], ids=["sound", "with a problem"])
def test_a_check_of_a_csv_file_imports_neither_pulumi_nor_boto3(
    username: str, expected: str, form: str, tmp_path: Path
) -> None:
    """Nor a reader of another format, nor a progress bar that nobody sees."""
    file = tmp_path / "agents.csv"
    file.write_text(f"username,routing_profile,security_profiles\n{username},Support,Agent\n", encoding="utf-8")
    status, modules = imported_by("check", str(file), "--format", form, "--routing-profiles", "Support")
    assert (status, _heavy(modules)) == (expected, set())


@pytest.mark.parametrize("username", ["ada", "a da"], ids=["sound", "with a problem"])
def test_a_check_of_a_csv_file_imports_only_what_it_uses(username: str, tmp_path: Path) -> None:
    """Hooks and editors check a roster each time that it is saved, and most rosters are small."""
    file = tmp_path / "agents.csv"
    file.write_text(f"username,routing_profile,security_profiles\n{username},Support,Agent\n", encoding="utf-8")
    _, modules = imported_by("check", str(file))
    assert "connect_users.roster.csv_text" in modules
    assert modules & (NEEDLESS | NEEDLESS_OF_OURS) == set()


def test_a_command_within_another_program_leaves_its_garbage_collector_alone(tmp_path: Path) -> None:
    """Only the process of a command stops looking for garbage."""
    before = (gc.get_threshold(), gc.get_freeze_count(), gc.isenabled())
    assert main(["check", str(tmp_path / "missing.csv")]) == 2
    assert (gc.get_threshold(), gc.get_freeze_count(), gc.isenabled()) == before


def test_the_process_of_a_command_hardly_looks_for_garbage() -> None:
    """Neither while it runs nor, since everything is frozen by then, when Python ends."""
    program = "import gc, sys; sys.argv = ['connect-users', '--version']; from connect_users.cli import main"
    ending = "try:\n    main()\nfinally:\n    print(gc.get_threshold()[0], gc.get_freeze_count() > 0)"
    done = subprocess.run([sys.executable, "-c", f"{program}\n{ending}"], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-2:] == ["100000", "True"]


def test_nothing_that_an_import_uses_imports_pulumi_or_grpc() -> None:
    """What it writes into states are constants; `tests/contract/importing` looks at a whole run."""
    program = """
import pkgutil, sys
from importlib import import_module
from connect_users import importing
for module in pkgutil.iter_modules(importing.__path__, "connect_users.importing."):
    import_module(module.name)
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    assert "connect_users.importing.skeleton" in modules
    assert not _heavy(modules) & {"pulumi", "grpc", "google"}
