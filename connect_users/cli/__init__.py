"""The console script ``connect-users``. It may import everything; a reader starts at `COMMANDS`, a module for each.

Exit status: 0 fine, 1 problems found, 2 wrong usage; 130 after Ctrl-C, 141 where the reader of the output went away.
Problems go to stderr, one a line.

Only what the command line asks for is imported: the module of one command, and neither pulumi nor boto3 before it needs
them. This module itself does without `typing` and the package's errors until a command runs, because `--help` has to be
fast.
"""

from __future__ import annotations

import argparse
import keyword
import sys
from importlib import import_module

from connect_users.cli import streams
from connect_users.core import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

#: Command -> its line in the list of commands. Each is a module of this package with ``register(parser)`` and
#: ``run(args) -> int``; one whose name is a keyword of Python ends in an underscore.
COMMANDS = {
    "audit": "audit an instance: unmanaged users, drift, power, and what of it is new",
    "check": "check rosters of people and report all problems at once",
    "demo": "watch users being previewed, created, changed, drifted, refreshed and deleted",
    "emulator": "run an Amazon Connect on this machine",
    "explain": "explain what a preview would do to people, and fail on what must not pass",
    "import": "turn the users of an instance into code and state",
    "plugin": "serve Pulumi programs of every language",
    "policy": "print the least-privilege IAM policy for one instance",
    "report": "review who has access",
}


def parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of a command line: it lists all commands, and knows the options of the one that ``argv`` names."""
    root = argparse.ArgumentParser(prog="connect-users", description="Amazon Connect users as Pulumi resources.")
    root.add_argument("--version", action="version", version=__version__)
    subparsers = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    # No option before the command takes a value, so the first word is the command.
    chosen = next((word for word in argv if not word.startswith("-")), None)
    for name, line in COMMANDS.items():
        command = subparsers.add_parser(name, help=line)
        command.set_defaults(prog=command.prog)
        if name == chosen:
            module = import_module(f"{__name__}.{name}_" if keyword.iskeyword(name) else f"{__name__}.{name}")
            module.register(command)
            command.set_defaults(run=module.run)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    return streams.guarded("connect-users", lambda: _run(sys.argv[1:] if argv is None else argv))


def _run(argv: Sequence[str]) -> int:
    args = parser(argv).parse_args(argv)
    from connect_users.cli.connecting import in_options
    from connect_users.core.errors import ConnectUsersError, WrongUsage

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
