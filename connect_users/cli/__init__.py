"""The console script ``connect-users``.

Exit status: 0 fine, 1 problems found, 2 wrong usage; 130 after Ctrl-C, 141 where the reader of the output went away.
Problems go to stderr, one a line.
"""

from __future__ import annotations

import argparse
import keyword
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from connect_users.cli import streams
from connect_users.cli.connecting import in_options
from connect_users.core import __version__
from connect_users.core.errors import ConnectUsersError, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Each is a module of this package with ``register(subparsers)`` and ``run(args) -> int``; Python's own words have an
#: underscore there.
COMMANDS = ("check", "demo", "emulator", "explain", "import", "policy", "report")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    root = argparse.ArgumentParser(prog="connect-users", description="Amazon Connect users as Pulumi resources.")
    root.add_argument("--version", action="version", version=__version__)
    subparsers = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = f"{name}_" if keyword.iskeyword(name) else name
        import_module(f"{__name__}.{module}").register(subparsers)
        command = subparsers.choices[name]
        command.set_defaults(prog=command.prog)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    return streams.guarded("connect-users", lambda: _run(argv))


def _run(argv: Sequence[str] | None) -> int:
    args = parser().parse_args(argv)
    try:
        return int(args.run(args))
    except WrongUsage as error:
        print(f"{args.prog}: {in_options(str(error))}", file=sys.stderr)
        return 2
    except ConnectUsersError as error:
        print(f"connect-users: {in_options(str(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
