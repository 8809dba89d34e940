"""Rehearse a project on the terminal, without the Pulumi CLI and without AWS."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from connect_users.cli import streams
from connect_users.core.errors import one_line
from connect_users.testing import Rehearsal, Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROG = "python -m connect_users.testing"
COMMANDS = ("preview", "up", "refresh", "destroy")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the commands in order; 1 as soon as one of them fails, 2 if there is no project, 130 after Ctrl-C."""
    return streams.guarded(_PROG, lambda: _run(argv))


def _run(argv: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(prog=_PROG, description=__doc__)
    parser.add_argument("project", help="a folder with a Pulumi.yaml, or a .py file")
    order = f"{', '.join(COMMANDS)} in any order; without any: preview, up, preview, destroy"
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=order)
    parser.add_argument("--stack", default="dev", help="also chooses Pulumi.<stack>.yaml (default: dev)")
    parser.add_argument("--config", action="append", default=[], metavar="KEY=VALUE", help="kept as a secret")
    parser.add_argument("--state", help="a file that keeps the state between runs, and users in .sqlite beside it")
    as_json = "also write the last run there as `pulumi preview --json` would, for `connect-users explain`"
    parser.add_argument("--json", metavar="FILE", help=as_json)
    args = parser.parse_intermixed_args(argv)
    for unknown in set(args.commands) - set(COMMANDS):
        parser.error(f"{unknown!r} is not one of {', '.join(COMMANDS)}")
    pairs = [pair.partition("=") for pair in args.config]
    for key, equals, _ in pairs:
        if not equals:
            parser.error(f"--config {key!r} is not KEY=VALUE")
    config = {key: Secret(value) for key, _, value in pairs}
    try:
        made = Rehearsal(args.project, stack=args.stack, config=config, state=args.state)
    except (OSError, ValueError) as problem:
        parser.error(one_line(str(problem)))
    with made as rehearsal:
        for command in args.commands or ["preview", "up", "preview", "destroy"]:
            result = getattr(rehearsal, command)()
            print(f"$ pulumi {command}\n{result.render()}\n")
            if args.json is not None:
                try:
                    Path(args.json).write_text(json.dumps(result.as_preview(), ensure_ascii=False), encoding="utf-8")
                except OSError as problem:
                    parser.error(f"{args.json} cannot be written: {problem.strerror}")
            if not result.ok:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
