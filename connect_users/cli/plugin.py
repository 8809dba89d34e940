"""``connect-users plugin``: install, run and describe the plugin that serves Pulumi programs of every language."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def register(parser: argparse.ArgumentParser) -> None:
    """Add the three commands."""
    parser.description = (
        "The plugin pulumi-resource-connect-users: users of Amazon Connect for programs in TypeScript, Go, C#, Java, "
        "YAML and Python."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, dest="what")
    install = commands.add_parser(
        "install",
        help="let Pulumi find the plugin on this machine",
        description=(
            "Write a launcher into Pulumi's plugin cache ($PULUMI_HOME/plugins, else ~/.pulumi/plugins) that starts "
            "the plugin with this Python. Run it again after each upgrade, or if this Python has moved."
        ),
    )
    install.add_argument(
        "--pulumi-home", type=Path, metavar="DIR", help="Pulumi's folder (default: $PULUMI_HOME, else ~/.pulumi)"
    )
    commands.add_parser(
        "schema",
        help="print the package's schema",
        description="Print the schema, from which `pulumi package gen-sdk` generates an SDK for any language.",
    )
    serve = commands.add_parser(
        "run",
        help="serve Pulumi's engine (Pulumi runs this by itself)",
        description="Print a port and serve Pulumi's engine there until it ends. Pulumi runs this by itself.",
        prefix_chars="\0",
        add_help=False,
    )
    serve.add_argument("arguments", nargs="*", metavar="ENGINE", help="the engine's arguments: its address, options")
    serve.set_defaults(print_help=serve.print_help)


def run(args: argparse.Namespace) -> int:
    """0, or 1 if the plugin cannot be installed."""
    return {"install": _install, "schema": _schema, "run": _serve}[args.what](args)


def _install(args: argparse.Namespace) -> int:
    from connect_users.plugin.install import ADD_SDK, home, install

    done = install(args.pulumi_home or home())
    print(f"{'replaced' if done.replaced else 'installed'} {done.launcher} (runs {sys.executable})")
    print("next: YAML programs can declare connect-users:User now; for an SDK of another language run, in the project:")
    print(f"  {ADD_SDK}")
    return 0


def _schema(_: argparse.Namespace) -> int:
    from connect_users.plugin import schema

    sys.stdout.write(schema.text())
    return 0


def _serve(args: argparse.Namespace) -> int:
    if not {"-h", "--help"}.isdisjoint(args.arguments):
        args.print_help()
        return 0
    from connect_users.plugin.serve import main

    return main(args.arguments)
