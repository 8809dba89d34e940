"""CPU of ``import connect_users`` compared with ``import pulumi``, and of a short command with Python's own modules."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.rows import Row, interleaved

_CHECK = "import sys; sys.argv = ['connect-users', 'check', {file!r}]; from connect_users.cli import main; main()"
_MODULES = "print(); print(*(name for name in sys.modules if name.partition('.')[0] in sys.stdlib_module_names))"


def rows(short: bool) -> list[Row]:
    """A row for a program, and one for a command."""
    rounds = 1 if short else 11
    ours, baseline = interleaved(
        rounds,
        lambda: _cpu("import pulumi; from connect_users import ConnectUser"),
        lambda: _cpu("import pulumi"),
    )
    what = "import pulumi and ConnectUser, CPU (baseline: import pulumi)"
    return [Row(what, ours, baseline, "ms", most_ratio=1.15), _check(rounds)]


def _check(rounds: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "agents.csv")
        file.write_text("username,routing_profile,security_profiles\nada,Support,Agent\n", encoding="utf-8")
        check = _CHECK.format(file=str(file))
        # The modules of a bare command line, and those that the check imports beside them.
        modules = {"argparse", "csv", "json", *_run(f"{check}; {_MODULES}").split("\n\n")[-1].split()}
        imports = f"import {', '.join(sorted(modules - {'__main__'}))}"
        ours, baseline = interleaved(rounds, lambda: _cpu(check), lambda: _cpu(imports))
    what = "connect-users check of one person, CPU (baseline: importing the same modules of Python)"
    return Row(what, ours, baseline, "ms", most_ratio=1.3)


def _cpu(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(program)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def _run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True).stdout
