"""The console script ``connect-users``. It may import everything. Start reading at `COMMANDS`: each is a module.

Exit status: 0 fine, 1 problems found, 2 wrong usage; 130 after Ctrl-C, 141 if the reader of the output went away.
Problems go to stderr, one a line.

Only the module of the command is imported, and pulumi and boto3 only if the command needs them. This module itself
imports neither `typing` nor the package's errors before a command runs, because `--help` has to be fast.
"""

from __future__ import annotations

import argparse
import gc
import keyword
import sys
from importlib import import_module

from connect_users.cli import streams
from connect_users.core import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

#: Command -> its line in the list of commands. Each is a module of this package with ``register(parser)`` and
#: ``run(args) -> int``. If the name is a keyword of Python, the module's name ends in an underscore.
COMMANDS = {
    "audit": "audit an instance: unmanaged users, drift, power, and which findings are new",
    "check": "check rosters of people and report all problems at once",
    "demo": "watch users being previewed, created, changed, drifted, refreshed and deleted",
    "emulator": "run an Amazon Connect on this machine",
    "explain": "explain what a preview would do to people, and fail on conditions that you choose",
    "import": "turn the users of an instance into code and state",
    "plugin": "serve Pulumi programs of every language",
    "policy": "print the least-privilege IAM policy for one instance",
    "report": "review who has access",
}

#: New objects between two garbage collections; 700 is Python's default.
_OBJECTS = 100_000


def parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of a command line. It lists all commands, and has the options of the command in ``argv``."""
    root = argparse.ArgumentParser(prog="connect-users", description="Amazon Connect users as Pulumi resources.")
    root.add_argument("--version", action="version", version=__version__)
    subparsers = root.add_subparsers(prog="connect-users", title="commands", metavar="COMMAND", required=True)
    # No option before the command takes a value, so the first word is the command. If it is the first argument, no
    # message lists the other commands.
    chosen = next((word for word in argv if not word.startswith("-")), None)
    listed = {chosen: COMMANDS[chosen]} if chosen in COMMANDS and chosen == argv[0] else COMMANDS
    for name, line in listed.items():
        command = subparsers.add_parser(name, help=line)
        command.set_defaults(prog=command.prog)
        if name == chosen:
            module = import_module(f"{__name__}.{name}_" if keyword.iskeyword(name) else f"{__name__}.{name}")
            module.register(command)
            command.set_defaults(run=module.run)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    if argv is not None:
        return streams.guarded("connect-users", lambda: _run(argv))
    # The process is the command's own, and what it loads is not garbage. Collections, three of them when Python ends,
    # would take a sixth of the time of a short command.
    gc.set_threshold(_OBJECTS)
    try:
        return streams.guarded("connect-users", lambda: _run(sys.argv[1:]))
    finally:
        gc.freeze()


def _run(argv: Sequence[str]) -> int:
    args = parser(argv).parse_args(argv)
    from connect_users.cli.connecting import in_options
    from connect_users.core.errors import ConnectUsersError, WrongUsage

    try:
        return int(args.run(args))
    except WrongUsage as error:
        streams.print_problem(f"{args.prog}: {in_options(str(error))}")
        return 2
    except ConnectUsersError as error:
        streams.print_problem(f"connect-users: {in_options(str(error))}")
        return 1
    except KeyboardInterrupt:
        return 130
